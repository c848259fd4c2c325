"""The kernels of a layer that is its surviving weights. Each costs as much as there are of them."""

from lth.training.sparse.compiling import compiled, inlined
from lth.training.sparse.lanes import dot, fma, select, spread, total, totals
from lth.training.sparse.memory import add_to, load_strip, store_strip


@inlined
def units_of(network, layer):
    """The first unit of a layer, and the end of its units. Layer 0 follows the inputs."""
    return network.first[layer + 1], network.first[layer + 2]


@inlined
def activated(network, strip, layer):
    """ReLU in hidden layers. NaN stays NaN."""
    return select(strip <= 0.0, 0.0, strip) if layer + 1 < network.dense.size else strip


@compiled
def forward(network, values, outputs, layer):
    """Outputs of the units of a layer: bias + sum of weight * output, and ReLU if it is hidden."""
    first, last = units_of(network, layer)
    for u in range(first, last):
        strip = spread(values[network.bias + u], outputs)
        for k in range(network.indptr[u], network.indptr[u + 1]):
            strip = fma(values[k], load_strip(outputs, network.source[k]), strip)
        store_strip(outputs, u, activated(network, strip, layer))


@compiled
def input_gradient(network, values, errors, layer):
    """Adds weight * error of the units of a layer to the errors of the units that they use."""
    first, last = units_of(network, layer)
    for u in range(first, last):
        error = load_strip(errors, u)
        for k in range(network.indptr[u], network.indptr[u + 1]):
            v = network.source[k]
            store_strip(errors, v, fma(values[k], error, load_strip(errors, v)))


@compiled
def weight_gradient(network, outputs, errors, gradient, layer):
    """Adds the sum of error * output, of the two units of each weight, to its gradient."""
    first, last = units_of(network, layer)
    for u in range(first, last):
        unit_gradient(network, outputs, load_strip(errors, u), gradient, u, network.indptr[u])


@inlined
def unit_gradient(network, outputs, error, gradient, u, begin):
    """The same for one unit, from its weight `begin` on. Four sums at once take fewer steps."""
    source, end = network.source, network.indptr[u + 1]
    whole = end - (end - begin) % 4
    for k in range(begin, whole, 4):
        w = dot(error, load_strip(outputs, source[k]))
        x = dot(error, load_strip(outputs, source[k + 1]))
        y = dot(error, load_strip(outputs, source[k + 2]))
        z = dot(error, load_strip(outputs, source[k + 3]))
        add_to(gradient, k, totals(w, x, y, z))
    for k in range(whole, end):
        gradient[k] += total(dot(error, load_strip(outputs, source[k])))


@compiled
def bias_gradient(network, errors, gradient, layer):
    """Adds the sum of each unit's errors to the gradient of its bias."""
    first, last = units_of(network, layer)
    for u in range(first, last):
        gradient[network.bias + u] += total(load_strip(errors, u))
