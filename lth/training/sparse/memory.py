"""Lanes from arrays, and back. An array of strips is [units, 64] of float32, or [units, 32]."""

from llvmlite import ir
from numba import types
from numba.core import cgutils

from lth.training.sparse.compiling import WIDE, intrinsic
from lth.training.sparse.lanes import Lanes, positions, strip_of, vector_of

TILE = 16  # bytes
PARTS = 1 if WIDE else 4  # of a strip, at which dense kernels look in turn


def _pointer(context, builder, kind, array, *position):
    struct = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, kind, struct, position)


def _strip_pointer(context, builder, kind, array, unit):
    return _pointer(context, builder, kind, array, unit, context.get_constant(types.intp, 0))


def _load(context, builder, pointer, lanes):
    vector = context.get_value_type(lanes)
    value = builder.load(builder.bitcast(pointer, vector.as_pointer()))
    value.align = lanes.dtype.bitwidth // 8  # arrays promise no more
    return value


def _store(context, builder, lanes, value, pointer):
    stored = builder.store(value, builder.bitcast(pointer, value.type.as_pointer()))
    stored.align = lanes.dtype.bitwidth // 8
    return context.get_dummy_value()


@intrinsic
def load(typing, array, position):
    """The vector array[position : position + lanes]."""
    vector = vector_of(array.dtype)

    def generate(context, builder, signature, arguments):
        return _load(context, builder, _pointer(context, builder, array, *arguments), vector)

    return vector(array, types.intp), generate


@intrinsic
def store(typing, array, position, lanes):
    """array[position : position + lanes] = lanes."""

    def generate(context, builder, signature, arguments):
        pointer = _pointer(context, builder, array, *arguments[:2])
        return _store(context, builder, lanes, arguments[2], pointer)

    return types.void(array, types.intp, lanes), generate


@intrinsic
def add_to(typing, array, position, lanes):
    """array[position : position + lanes] += lanes."""

    def generate(context, builder, signature, arguments):
        pointer = _pointer(context, builder, array, *arguments[:2])
        added = builder.fadd(_load(context, builder, pointer, lanes), arguments[2])
        return _store(context, builder, lanes, added, pointer)

    return types.void(array, types.intp, lanes), generate


@intrinsic
def load_strip(typing, strips, unit):
    """The strip strips[unit]."""
    strip = strip_of(strips.dtype)

    def generate(context, builder, signature, arguments):
        return _load(context, builder, _strip_pointer(context, builder, strips, *arguments), strip)

    return strip(strips, types.intp), generate


@intrinsic
def store_strip(typing, strips, unit, strip):
    """strips[unit] = strip."""

    def generate(context, builder, signature, arguments):
        pointer = _strip_pointer(context, builder, strips, *arguments[:2])
        return _store(context, builder, strip, arguments[2], pointer)

    return types.void(strips, types.intp, strip), generate


@intrinsic
def load_part(typing, strips, unit, part):
    """One of the PARTS of the strip strips[unit]."""
    lanes = _part_of(strips.dtype)

    def generate(context, builder, signature, arguments):
        return _load(context, builder, _part_pointer(context, builder, strips, *arguments), lanes)

    return lanes(strips, types.intp, types.intp), generate


@intrinsic
def store_part(typing, strips, unit, part, lanes):
    """Replaces one of the PARTS of the strip strips[unit]."""

    def generate(context, builder, signature, arguments):
        pointer = _part_pointer(context, builder, strips, *arguments[:3])
        return _store(context, builder, lanes, arguments[3], pointer)

    return types.void(strips, types.intp, types.intp, lanes), generate


def _part_of(dtype):
    return strip_of(dtype) if PARTS == 1 else vector_of(dtype)


def _part_pointer(context, builder, kind, array, unit, part):
    lanes = context.get_constant(types.intp, _part_of(kind.dtype).count)
    return _pointer(context, builder, kind, array, unit, builder.mul(part, lanes))


@intrinsic
def load_bytes(typing, pixels, pixel, like):
    """The bytes pixels[pixel] as a strip of numbers of the type that the array `like` has."""
    strip = strip_of(like.dtype)

    def generate(context, builder, signature, arguments):
        pointer = _strip_pointer(context, builder, pixels, *arguments[:2])
        value = _load(context, builder, pointer, Lanes(types.uint8, strip.count))
        return builder.uitofp(value, context.get_value_type(strip))

    return strip(pixels, types.intp, like), generate


@intrinsic
def transpose_tile(typing, images, examples, pixel, column, pixels):
    """pixels[pixel + i, column + j] = images[examples[column + j], pixel + i] for 16 by 16 bytes.

    Mixing two halves of a pack of 16 cards four times swaps rows and columns.
    """

    def generate(context, builder, signature, arguments):
        data, order, first, column, out = arguments
        numbers = [builder.add(column, context.get_constant(types.intp, j)) for j in range(TILE)]
        line = Lanes(types.uint8, TILE)
        tile = []
        for number in numbers:
            example = builder.load(_pointer(context, builder, examples, order, number))
            pointer = _pointer(context, builder, images, data, example, first)
            tile.append(_load(context, builder, pointer, line))
        for _ in range(4):
            tile = _mixed(builder, tile)
        for i, value in enumerate(tile):
            unit = builder.add(first, context.get_constant(types.intp, i))
            pointer = _pointer(context, builder, pixels, out, unit, column)
            _store(context, builder, line, value, pointer)
        return context.get_dummy_value()

    kinds = (images, examples, types.intp, types.intp, pixels)
    return types.void(*kinds), generate


def _mixed(builder, tile: list[ir.Value]) -> list[ir.Value]:
    """Lines 0 and 8 interleaved, then 1 and 9, and so on."""
    half = TILE // 2
    mixed = []
    for low, high in zip(tile[:half], tile[half:], strict=True):
        for first in (0, half):
            lanes = [lane for i in range(first, first + half) for lane in (i, TILE + i)]
            mixed.append(builder.shuffle_vector(low, high, positions(lanes)))
    return mixed
