"""The two functions that a training run needs: steps, and the evaluation of a set.

Each is compiled once a precision, for any number and sizes of layers. See `network` and `work` for
what they take. They check nothing.
"""

from lth.training.sparse.compiling import compiled
from lth.training.sparse.loss import loss_gradient, losses
from lth.training.sparse.passes import backward, forward, forward_in_training, mask
from lth.training.sparse.pixels import gather, normalize
from lth.training.sparse.updates import adam, sgd


@compiled
def steps(network, state, examples, order, rates, rule, iteration, made, work):
    """Makes a step for each row of `order` int64 [steps, batch], which are numbers of examples.

    `rates` float64 [steps] are learning rates. `iteration` is that of the first step, on which
    dropout depends, and `made` how many steps the state has made, on which Adam depends.
    """
    batch, columns = order.shape[1], work.numbers.size
    for step in range(order.shape[0]):
        work.gradient[:] = 0.0
        for example in range(0, batch, columns):
            numbers = order[step, example : min(example + columns, batch)]
            _choose(examples, numbers, work)
            _add_gradient(
                network, state.values, examples, rule, iteration + step, example, batch, work
            )
        mask(network, work.gradient)
        _update(state, work.gradient, rates[step], rule, made + step + 1)


@compiled
def evaluate(network, values, examples, work):
    """The sum of losses (nats) of examples that are laid out, and how many are right."""
    loss, right = 0.0, 0
    size, columns = examples.labels.size, work.numbers.size
    first, last = network.first[-2], network.first[-1]
    for block in range(examples.images.shape[0]):
        labels = examples.labels[block * columns : min((block + 1) * columns, size)]
        normalize(network, examples.images[block], examples, work.outputs)
        forward(network, values, work.outputs)
        more, hits = losses(work.outputs, work.scratch, first, last, labels)
        loss, right = loss + more, right + hits
    return loss, right


@compiled
def _choose(examples, chosen, work):
    """Takes examples as columns. Unused columns repeat the last one.

    So without dropout an unused column is infinite only where a used one is, and its errors are 0.
    """
    for column in range(work.numbers.size):
        number = chosen[min(column, chosen.size - 1)]
        work.numbers[column] = number
        work.labels[column] = examples.labels[number]
    gather(examples.images, work.numbers, work.pixels)


@compiled
def _add_gradient(network, values, examples, rule, iteration, example, batch, work):
    """Adds the gradient of the examples in the columns, which are `example` on of the batch."""
    count = min(batch - example, work.numbers.size)
    first, last = network.first[-2], network.first[-1]
    normalize(network, work.pixels, examples, work.outputs)
    forward_in_training(network, values, work.outputs, rule, iteration, example)
    loss_gradient(work.outputs, work.errors, work.columns, first, last, work.labels[:count], batch)
    backward(network, values, work.outputs, work.errors, work.gradient, rule.dropout)


@compiled
def _update(state, gradient, rate, rule, number):
    if rule.adam:
        adam(state.values, gradient, state.first, state.second, rate, rule.weight_decay, number)
    else:
        sgd(state.values, gradient, state.first, rate, rule.momentum, rule.weight_decay)
