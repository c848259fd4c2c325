"""A forward and a backward pass of one block of examples through all layers."""

from lth.training.sparse import dense, survivors
from lth.training.sparse.compiling import compiled
from lth.training.sparse.dropout import drop, seed_of
from lth.training.sparse.lanes import select, spread
from lth.training.sparse.memory import load_strip, store_strip
from lth.training.sparse.survivors import units_of


@compiled
def forward(network, values, outputs):
    """From the outputs of inputs to those of all units, without dropout."""
    for layer in range(network.dense.size):
        _forward_layer(network, values, outputs, layer)


@compiled
def forward_in_training(network, values, outputs, rule, iteration, example):
    """The same with dropout. `example` is the number of the first column in the batch."""
    for layer in range(network.dense.size):
        _forward_layer(network, values, outputs, layer)
        if rule.dropout and layer + 1 < network.dense.size:
            seed = seed_of(rule.key, iteration, layer)
            drop(network, outputs, layer, seed, rule.dropout, example)


@compiled
def _forward_layer(network, values, outputs, layer):
    if network.dense[layer]:
        dense.forward(network, values, outputs, layer)
    else:
        survivors.forward(network, values, outputs, layer)


@compiled
def backward(network, values, outputs, errors, gradient, rate):
    """From the errors of classes to those of all units, and adds to the gradient of all values.

    `rate` is that of dropout.
    """
    for layer in range(network.dense.size - 1, -1, -1):
        survivors.bias_gradient(network, errors, gradient, layer)
        if network.dense[layer]:
            dense.weight_gradient(network, outputs, errors, gradient, layer)
        else:
            survivors.weight_gradient(network, outputs, errors, gradient, layer)
        if layer:
            _errors_below(network, values, outputs, errors, layer, rate)


@compiled
def _errors_below(network, values, outputs, errors, layer, rate):
    """The errors of the hidden layer below, by what goes into its ReLU."""
    first, last = units_of(network, layer - 1)
    for u in range(first, last):
        store_strip(errors, u, spread(0.0, errors))
    if network.dense[layer]:
        dense.input_gradient(network, values, errors, layer)
    else:
        survivors.input_gradient(network, values, errors, layer)
    for u in range(first, last):
        error = load_strip(errors, u)
        if rate:
            error = error / (1.0 - rate)
        # ReLU and dropout made an output 0 where they let no error through.
        store_strip(errors, u, select(load_strip(outputs, u) <= 0.0, 0.0, error))


@compiled
def mask(network, gradient):
    """Sets the gradient of pruned weights to 0. Only dense layers have any."""
    for layer in range(network.dense.size):
        if network.dense[layer]:
            dense.mask_gradient(network, gradient, layer)
