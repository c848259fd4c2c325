"""The exponential function and the logarithm of lanes, with the same bits on every CPU.

They are sums, products, divisions and fused multiply-adds, which IEEE 754 defines to the last bit.
Those of a system's library differ from machine to machine.
"""

import math

from lth.training.sparse.compiling import inlined
from lth.training.sparse.exponents import (
    exponent,
    largest_exponent,
    mantissa,
    nearest,
    power_of_two,
)
from lth.training.sparse.lanes import fma, select

# ln 2 in three parts. The first times an exponent is exact, even in float32.
LN2, LN2_REST, LN2_LAST = 45_426 / 65_536, 1.428606765330187e-06, 5.497923018708371e-14
LOG2_E = 1.4426950408889634
SQRT2 = 1.4142135623730951
NOT_A_NUMBER = math.nan
INFINITY = math.inf

# exp(r) = sum of r^n / n!, from the last term to the first. Float32 would need 7 of these.
EXP = tuple(1 / math.factorial(n) for n in range(13, -1, -1))
# log((1 + s) / (1 - s)) = 2s + 2s^3 / 3 + 2s^5 / 5 and so on: in powers of s^2, without the first.
LOG = tuple(2 / n for n in range(21, 2, -2))


@inlined
def exp(x):
    """e^x with an error below 0.9 units in the last place, as measured of all float32.

    Splits x into n ln 2 + r, so that |r| is at most ln 2 / 2.
    """
    bound = 1.2 * largest_exponent(x)  # beyond it are 0 and infinity
    y = select(x > bound, bound, select(x < 0.0 - bound, 0.0 - bound, x))
    n = nearest(y * LOG2_E)
    r = fma(n, -LN2_LAST, fma(n, -LN2_REST, fma(n, -LN2, y)))
    result = fma(r, EXP[0], EXP[1])
    for coefficient in EXP[2:]:
        result = fma(result, r, coefficient)
    half = nearest(n * 0.5)  # 2^n itself may be no number where the result is one
    return result * power_of_two(half) * power_of_two(n - half)


@inlined
def log(x):
    """The natural logarithm with an error below 0.9 units in the last place, as measured likewise.

    Splits x into 2^e (1 + f), so that 1 + f is between the roots of 1/2 and 2. The series is in
    s = f / (2 + f), and is put together as in fdlibm (Sun Microsystems, 1993).
    """
    tiny = x < 2.0**-100  # denormal numbers have no exponent of their own
    y = select(tiny, x * 2.0**100, x)
    large = mantissa(y) > SQRT2
    e = select(tiny, exponent(y) - 100.0, exponent(y))
    e = select(large, e + 1.0, e)
    f = select(large, mantissa(y) * 0.5, mantissa(y)) - 1.0
    s = f / (f + 2.0)
    z = s * s
    series = fma(z, LOG[0], LOG[1])
    for coefficient in LOG[2:]:
        series = fma(series, z, coefficient)
    square = f * f * 0.5
    rest = fma(s, fma(series, z, square), fma(e, LN2_REST, e * LN2_LAST))
    result = fma(e, LN2, f - (square - rest))
    result = select(x < INFINITY, result, x)  # infinity and NaN are their own logarithms
    result = select(x <= 0.0, -INFINITY, result)
    return select(x < 0.0, NOT_A_NUMBER, result)
