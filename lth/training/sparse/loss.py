"""Softmax cross-entropy: its gradient in training, and its sum with what is right in evaluation."""

from lth.training.sparse.compiling import compiled, inlined
from lth.training.sparse.elementary import exp, log
from lth.training.sparse.lanes import is_nan, select, spread
from lth.training.sparse.memory import load_strip, store_strip

# Numbers closer to 0 become 0. Adam's epsilon is 1e-8, and beside the errors of other examples they
# are below any rounding. Left alone, the tails of softmax and averages of dead units become
# denormal, which is 10 to 100 times slower.
SMALLEST_ERROR = 2.0**-64


@inlined
def flushed(x, smallest):
    """x, and 0 in lanes between -smallest and smallest."""
    return select((x < smallest) & (x > 0.0 - smallest), 0.0, x)


@inlined
def highest(outputs, first, last):
    """The largest output of units `first` to `last`, and which of them is the first to have it.

    NaN counts as larger than all numbers, as in torch.
    """
    high, best = load_strip(outputs, first), spread(0.0, outputs)
    for u in range(first + 1, last):
        strip = load_strip(outputs, u)
        stays = (strip <= high) | is_nan(high)
        high, best = select(stays, high, strip), select(stays, best, u - first)
    return high, best


@compiled
def loss_gradient(outputs, errors, columns, first, last, labels, batch):
    """Errors of units `first` to `last`: the derivative of the mean loss of `batch` examples.

    Columns without a label are not used, and get 0. `columns` has the numbers of all.
    """
    high, _ = highest(outputs, first, last)
    norm = spread(0.0, outputs)
    for u in range(first, last):
        strip = exp(load_strip(outputs, u) - high)
        store_strip(errors, u, strip)
        norm = norm + strip
    for u in range(first, last):
        store_strip(errors, u, load_strip(errors, u) / norm)
    for b in range(labels.size):
        errors[first + labels[b], b] -= 1.0
    used = load_strip(columns, 0) < labels.size
    for u in range(first, last):
        strip = flushed(load_strip(errors, u) / batch, SMALLEST_ERROR)
        store_strip(errors, u, select(used, strip, 0.0))


@compiled
def losses(outputs, scratch, first, last, labels):
    """The sum of losses (nats, float64) of columns with a label, and how many are right."""
    high, best = highest(outputs, first, last)
    norm = spread(0.0, outputs)
    for u in range(first, last):
        norm = norm + exp(load_strip(outputs, u) - high)
    store_strip(scratch, 0, high)
    store_strip(scratch, 1, log(norm))
    store_strip(scratch, 2, best)
    loss, right = 0.0, 0
    for b in range(labels.size):
        loss += scratch[1, b] - (outputs[first + labels[b], b] - scratch[0, b])
        right += scratch[2, b] == labels[b]
    return loss, right
