"""The kernels of a layer that has most of its weights: four units by four vectors at a time.

They add the same products in the same order as those of `survivors`, so they give the same bits.
"""

from lth.training.sparse.compiling import compiled, inlined
from lth.training.sparse.lanes import dot, fma, spread, totals
from lth.training.sparse.memory import PARTS, add_to, load_part, load_strip, store_part, store_strip
from lth.training.sparse.survivors import activated, unit_gradient, units_of


@inlined
def _inputs_of(network, layer):
    """How many units the layer below has. Each unit of a dense layer has a weight for each."""
    return network.first[layer + 1] - network.first[layer]


@compiled
def forward(network, values, outputs, layer):
    """Outputs of the units of a layer: bias + sum of weight * output, and ReLU if it is hidden."""
    first, last = units_of(network, layer)
    below, inputs, begin = network.first[layer], _inputs_of(network, layer), network.indptr[first]
    for u in range(first, last):
        store_strip(outputs, u, spread(values[network.bias + u], outputs))
    _add_product(values, begin, inputs, 1, outputs, below, inputs, first, last)
    for u in range(first, last):
        store_strip(outputs, u, activated(network, load_strip(outputs, u), layer))


@compiled
def input_gradient(network, values, errors, layer):
    """Adds weight * error of the units of a layer to the errors of the layer below."""
    first, last = units_of(network, layer)
    below, inputs, begin = network.first[layer], _inputs_of(network, layer), network.indptr[first]
    _add_product(values, begin, 1, inputs, errors, first, last - first, below, first)


@compiled
def _add_product(values, begin, down, across, strips, source, terms, first, last):
    """strips[first + i] += sum over t of w[i, t] * strips[source + t], for strips up to `last`.

    The matrix w lies in values: w[i, t] is values[begin + i * down + t * across].
    """
    whole = last - (last - first) % 4
    for u in range(first, whole, 4):
        for p in range(PARTS):
            a, b = load_part(strips, u, p), load_part(strips, u + 1, p)
            c, d = load_part(strips, u + 2, p), load_part(strips, u + 3, p)
            for t in range(terms):
                k = begin + (u - first) * down + t * across
                strip = load_part(strips, source + t, p)
                a, b = fma(values[k], strip, a), fma(values[k + down], strip, b)
                c, d = fma(values[k + 2 * down], strip, c), fma(values[k + 3 * down], strip, d)
            store_part(strips, u, p, a)
            store_part(strips, u + 1, p, b)
            store_part(strips, u + 2, p, c)
            store_part(strips, u + 3, p, d)
    for u in range(whole, last):
        a = load_strip(strips, u)
        for t in range(terms):
            k = begin + (u - first) * down + t * across
            a = fma(values[k], load_strip(strips, source + t), a)
        store_strip(strips, u, a)


@compiled
def weight_gradient(network, outputs, errors, gradient, layer):
    """Adds the sum of error * output, of the two units of each weight, to its gradient.

    Pruned weights get one too: see `mask_gradient`.
    """
    first, last = units_of(network, layer)
    below, inputs = network.first[layer], _inputs_of(network, layer)
    whole, rest = last - (last - first) % 4, inputs % 4
    for u in range(first, whole, 4):
        a, b = load_strip(errors, u), load_strip(errors, u + 1)
        c, d = load_strip(errors, u + 2), load_strip(errors, u + 3)
        for t in range(0, inputs - rest, 4):
            w, x = load_strip(outputs, below + t), load_strip(outputs, below + t + 1)
            y, z = load_strip(outputs, below + t + 2), load_strip(outputs, below + t + 3)
            k = network.indptr[u] + t
            add_to(gradient, k, totals(dot(a, w), dot(a, x), dot(a, y), dot(a, z)))
            k += inputs
            add_to(gradient, k, totals(dot(b, w), dot(b, x), dot(b, y), dot(b, z)))
            k += inputs
            add_to(gradient, k, totals(dot(c, w), dot(c, x), dot(c, y), dot(c, z)))
            k += inputs
            add_to(gradient, k, totals(dot(d, w), dot(d, x), dot(d, y), dot(d, z)))
        for v in range(u, u + 4):
            begin = network.indptr[v + 1] - rest
            unit_gradient(network, outputs, load_strip(errors, v), gradient, v, begin)
    for u in range(whole, last):
        unit_gradient(network, outputs, load_strip(errors, u), gradient, u, network.indptr[u])


@compiled
def mask_gradient(network, gradient, layer):
    """Sets the gradient of the pruned weights of a layer to 0."""
    first, last = units_of(network, layer)
    begin, end = network.indptr[first], network.indptr[last]
    part, kept = gradient[begin:end], network.kept[begin:end]
    for k in range(part.size):
        part[k] = part[k] if kept[k] else 0.0
