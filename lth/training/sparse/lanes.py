"""Many numbers side by side as one value inside numba's functions.

Lanes are a vector of LLVM, which stays in registers: one instruction works on many of them. Numba's
own loops over arrays write sums back to memory at each turn, and take two to three times as long.

A *vector* has 64 bytes: 16 float32 or 8 float64. A *strip* is four vectors: the values of one unit
for all examples of a block. A number beside lanes stands for lanes that all have its value, rounded
to their precision. LLVM is given no leave to reorder, so the bits are the same on every CPU.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.core.imputils import lower_builtin, lower_cast
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import register_model

from lth.training.sparse.compiling import intrinsic

VECTOR = 64  # bytes, as many as the widest registers have
STRIP = 4 * VECTOR  # bytes


class Lanes(types.Type):
    """The type of `count` numbers of the type `dtype` side by side."""

    def __init__(self, dtype, count: int):
        super().__init__(name=f"Lanes({dtype}, {count})")
        self.dtype, self.count = dtype, count

    @property
    def mask(self) -> "Lanes":
        """The type of what a comparison of such lanes gives."""
        return Lanes(types.boolean, self.count)


@register_model(Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, lanes):
        number = manager.lookup(lanes.dtype).get_value_type()
        super().__init__(manager, lanes, ir.VectorType(number, lanes.count))


def vector_of(dtype) -> Lanes:
    """The type of a vector of such numbers."""
    return Lanes(dtype, VECTOR * 8 // dtype.bitwidth)


def strip_of(dtype) -> Lanes:
    """The type of a strip of such numbers."""
    return Lanes(dtype, STRIP * 8 // dtype.bitwidth)


# Numbers beside lanes


def positions(numbers):
    """Numbers of lanes, as LLVM's shuffles take them."""
    return ir.Constant(ir.VectorType(ir.IntType(32), len(numbers)), list(numbers))


def _splat(context, builder, lanes, number):
    undefined = ir.Constant(context.get_value_type(lanes), ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, positions([0] * lanes.count))


@lower_cast(types.Number, Lanes)
def _number_as_lanes(context, builder, kind, lanes, number):
    return _splat(context, builder, lanes, context.cast(builder, number, kind, lanes.dtype))


def _common(kinds):
    """The one type of lanes among types whose others are numbers, else None."""
    lanes = [kind for kind in kinds if isinstance(kind, Lanes)]
    rest = [kind for kind in kinds if not isinstance(kind, Lanes)]
    agree = len(set(lanes)) == 1 and all(isinstance(kind, types.Number) for kind in rest)
    return lanes[0] if agree else None


@intrinsic
def spread(typing, number, like):
    """A strip whose lanes all are this number, of the type that the array `like` has."""
    strip = strip_of(like.dtype)

    def generate(context, builder, signature, arguments):
        value = context.cast(builder, arguments[0], number, like.dtype)
        return _splat(context, builder, strip, value)

    return strip(number, like), generate


@intrinsic
def lane_count(typing, array):
    """How many lanes a vector of an array's numbers has: 16 or 8."""
    count = vector_of(array.dtype).count

    def generate(context, builder, signature, arguments):
        return context.get_constant(types.intp, count)

    return types.intp(array), generate


# Operators


def _register(operation, result, instruction) -> None:
    """Gives lanes an operator of Python. `result` is its type, as a function of that of lanes."""

    @infer_global(operation)  # pyright: ignore[reportOptionalCall]
    class _Template(AbstractTemplate):
        def generic(self, args, kws):
            lanes = _common(args)
            return lanes and signature(result(lanes), lanes, lanes)

    @lower_builtin(operation, Lanes, Lanes)
    def _lowered(context, builder, signature, arguments):
        return instruction(builder, *arguments)


def _mask_of(lanes):
    return lanes.mask


def _itself(lanes):
    return lanes


_register(operator.add, _itself, ir.IRBuilder.fadd)
_register(operator.sub, _itself, ir.IRBuilder.fsub)
_register(operator.mul, _itself, ir.IRBuilder.fmul)
_register(operator.truediv, _itself, ir.IRBuilder.fdiv)
_register(operator.and_, _itself, ir.IRBuilder.and_)
_register(operator.or_, _itself, ir.IRBuilder.or_)
for _sign, _operation in ((">", operator.gt), ("<", operator.lt), ("<=", operator.le)):

    def _compared(builder, x, y, sign=_sign):
        return builder.fcmp_ordered(sign, x, y)  # false where one of them is NaN

    _register(_operation, _mask_of, _compared)


# Functions


def called(builder, name, *arguments):
    """Calls a function of LLVM that works on each lane."""
    vector = arguments[0].type
    name = f"llvm.{name}.v{vector.count}{vector.element.intrinsic_name}"
    kind = ir.FunctionType(vector, [vector] * len(arguments))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


@intrinsic
def fma(typing, x, y, z):
    """The sum x * y + z, rounded once."""
    lanes = _common((x, y, z))

    def generate(context, builder, signature, arguments):
        return called(builder, "fma", *arguments)

    return lanes and (lanes(lanes, lanes, lanes), generate)


@intrinsic
def sqrt(typing, x):
    """The square root, rounded correctly."""

    def generate(context, builder, signature, arguments):
        return called(builder, "sqrt", *arguments)

    return x(x), generate


@intrinsic
def select(typing, mask, x, y):
    """`x` in lanes where the mask is true, and `y` in the others."""
    lanes = _common((x, y))

    def generate(context, builder, signature, arguments):
        return builder.select(*arguments)

    return lanes and (lanes(lanes.mask, lanes, lanes), generate)


@intrinsic
def is_nan(typing, x):
    """True in lanes that are not a number."""

    def generate(context, builder, signature, arguments):
        return builder.fcmp_unordered("uno", arguments[0], arguments[0])

    return x.mask(x), generate


# Sums


@intrinsic
def dot(typing, x, y):
    """A vector: the products of two strips, added from their first vector to their fourth."""
    vector = vector_of(x.dtype)

    def generate(context, builder, signature, arguments):
        result = ir.Constant(context.get_value_type(vector), [0.0] * vector.count)
        for first in range(0, x.count, vector.count):
            lanes = positions(range(first, first + vector.count))
            parts = [builder.shuffle_vector(strip, strip, lanes) for strip in arguments]
            result = called(builder, "fma", *parts, result)
        return result

    return vector(x, y), generate


@intrinsic
def total(typing, x):
    """The sum of the lanes: the second half is added to the first, until one lane is left."""

    def generate(context, builder, signature, arguments):
        sums = _sums_of_lanes(builder, list(arguments))
        return builder.extract_element(sums, ir.Constant(ir.IntType(32), 0))

    return x.dtype(x), generate


@intrinsic
def totals(typing, a, b, c, d):
    """Four lanes: the `total` of each of four vectors, with the same bits in fewer steps."""

    def generate(context, builder, signature, arguments):
        return _sums_of_lanes(builder, list(arguments))

    return Lanes(a.dtype, 4)(a, b, c, d), generate


def _sums_of_lanes(builder, values):
    """Halves the lanes of each sum until it has one. Pairs of values become one value."""
    width = values[0].type.count  # lanes of a sum
    while width > 1:
        pairs = [values[first : first + 2] for first in range(0, len(values), 2)]
        values = [_halves_added(builder, pair, width) for pair in pairs]
        width //= 2
    return values[0]


def _halves_added(builder, pair, width):
    """Adds the second half of every `width` lanes of one or two values to the first half."""
    starts = range(0, sum(value.type.count for value in pair), width)
    low = [start + lane for start in starts for lane in range(width // 2)]
    high = [lane + width // 2 for lane in low]
    halves = [builder.shuffle_vector(pair[0], pair[-1], positions(half)) for half in (low, high)]
    return builder.fadd(*halves)
