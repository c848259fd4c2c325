"""Exponents of lanes, taken from their bits and put into them.

A number of IEEE 754 is a sign, an exponent with a bias, and a fraction of 23 or 52 bits.
"""

from llvmlite import ir

from lth.training.sparse.compiling import intrinsic


@intrinsic
def nearest(typing, x):
    """The whole number nearest to x, for |x| below 2^22."""
    magic = 1.5 * 2.0 ** _fraction_bits(x)  # numbers of this size have no digits after the point

    def generate(context, builder, signature, arguments):
        large = ir.Constant(arguments[0].type, [magic] * x.count)
        return builder.fsub(builder.fadd(arguments[0], large), large)

    return x(x), generate


@intrinsic
def power_of_two(typing, n):
    """2^n of whole numbers n, from the smallest normal number to the largest."""
    bits, bias = _fraction_bits(n), _bias(n)

    def generate(context, builder, signature, arguments):
        large = ir.Constant(arguments[0].type, [1.5 * 2.0**bits + bias] * n.count)
        moved = builder.fadd(arguments[0], large)  # its last bits are n + bias
        whole = builder.bitcast(moved, _integers(n))
        return builder.bitcast(builder.shl(whole, _whole(n, bits)), arguments[0].type)

    return n(n), generate


@intrinsic
def largest_exponent(typing, x):
    """127 or 1023: numbers have at most this power of two."""
    bias = float(_bias(x))

    def generate(context, builder, signature, arguments):
        return ir.Constant(arguments[0].type, [bias] * x.count)

    return x(x), generate


@intrinsic
def exponent(typing, x):
    """The largest whole number e with 2^e <= x, for positive normal numbers."""
    bits, bias = _fraction_bits(x), _bias(x)

    def generate(context, builder, signature, arguments):
        whole = builder.lshr(builder.bitcast(arguments[0], _integers(x)), _whole(x, bits))
        return builder.sitofp(builder.sub(whole, _whole(x, bias)), arguments[0].type)

    return x(x), generate


@intrinsic
def mantissa(typing, x):
    """The number x / 2^exponent(x), at least 1 and below 2."""
    bits, bias = _fraction_bits(x), _bias(x)

    def generate(context, builder, signature, arguments):
        whole = builder.bitcast(arguments[0], _integers(x))
        fraction = builder.and_(whole, _whole(x, (1 << bits) - 1))
        return builder.bitcast(builder.or_(fraction, _whole(x, bias << bits)), arguments[0].type)

    return x(x), generate


def _fraction_bits(lanes) -> int:
    return {32: 23, 64: 52}[lanes.dtype.bitwidth]


def _bias(lanes) -> int:
    return {32: 127, 64: 1023}[lanes.dtype.bitwidth]


def _integers(lanes):
    return ir.VectorType(ir.IntType(lanes.dtype.bitwidth), lanes.count)


def _whole(lanes, number: int):
    return ir.Constant(_integers(lanes), [number] * lanes.count)
