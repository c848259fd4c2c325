"""Lanes from arrays, and back. An array of rows is [units, 64] of float32, or [units, 32]."""

from llvmlite import ir
from numba import types
from numba.core import cgutils

from lth.training.sparse.compiling import WIDE, intrinsic
from lth.training.sparse.lanes import Lanes, positions, row_of, vector_of

TILE = 16  # bytes
PARTS = 1 if WIDE else 4  # of a row, at which dense kernels look in turn


def _pointer(context, builder, kind, array, *position):
    struct = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, kind, struct, position)


def _row_pointer(context, builder, kind, array, unit):
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
def load_row(typing, rows, unit):
    """The row rows[unit]."""
    row = row_of(rows.dtype)

    def generate(context, builder, signature, arguments):
        return _load(context, builder, _row_pointer(context, builder, rows, *arguments), row)

    return row(rows, types.intp), generate


@intrinsic
def store_row(typing, rows, unit, row):
    """rows[unit] = row."""

    def generate(context, builder, signature, arguments):
        pointer = _row_pointer(context, builder, rows, *arguments[:2])
        return _store(context, builder, row, arguments[2], pointer)

    return types.void(rows, types.intp, row), generate


@intrinsic
def load_part(typing, rows, unit, part):
    """One of the PARTS of the row rows[unit]."""
    lanes = _part_of(rows.dtype)

    def generate(context, builder, signature, arguments):
        return _load(context, builder, _part_pointer(context, builder, rows, *arguments), lanes)

    return lanes(rows, types.intp, types.intp), generate


@intrinsic
def store_part(typing, rows, unit, part, lanes):
    """Replaces one of the PARTS of the row rows[unit]."""

    def generate(context, builder, signature, arguments):
        pointer = _part_pointer(context, builder, rows, *arguments[:3])
        return _store(context, builder, lanes, arguments[3], pointer)

    return types.void(rows, types.intp, types.intp, lanes), generate


def _part_of(dtype):
    return row_of(dtype) if PARTS == 1 else vector_of(dtype)


def _part_pointer(context, builder, kind, array, unit, part):
    lanes = context.get_constant(types.intp, _part_of(kind.dtype).count)
    return _pointer(context, builder, kind, array, unit, builder.mul(part, lanes))


@intrinsic
def load_bytes(typing, pixels, pixel, like):
    """The bytes pixels[pixel] as a row of numbers of the type that the array `like` has."""
    row = row_of(like.dtype)

    def generate(context, builder, signature, arguments):
        pointer = _row_pointer(context, builder, pixels, *arguments[:2])
        value = _load(context, builder, pointer, Lanes(types.uint8, row.count))
        return builder.uitofp(value, context.get_value_type(row))

    return row(pixels, types.intp, like), generate


@intrinsic
def transpose_tile(typing, images, rows, pixel, column, pixels):
    """pixels[pixel + i, column + j] = images[rows[column + j], pixel + i] for 16 by 16 bytes.

    Mixing two halves of a pack of 16 cards four times turns rows into columns.
    """

    def generate(context, builder, signature, arguments):
        data, order, first, column, out = arguments
        numbers = [builder.add(column, context.get_constant(types.intp, j)) for j in range(TILE)]
        line = Lanes(types.uint8, TILE)
        tile = []
        for number in numbers:
            row = builder.load(_pointer(context, builder, rows, order, number))
            pointer = _pointer(context, builder, images, data, row, first)
            tile.append(_load(context, builder, pointer, line))
        for _ in range(4):
            tile = _mixed(builder, tile)
        for i, value in enumerate(tile):
            unit = builder.add(first, context.get_constant(types.intp, i))
            pointer = _pointer(context, builder, pixels, out, unit, column)
            _store(context, builder, line, value, pointer)
        return context.get_dummy_value()

    kinds = (images, rows, types.intp, types.intp, pixels)
    return types.void(*kinds), generate


def _mixed(builder, tile: list[ir.Value]) -> list[ir.Value]:
    """Lines 0 and 8 interleaved, then 1 and 9, and so on."""
    half = TILE // 2
    mixed = []
    for low, high in zip(tile[:half], tile[half:], strict=True):
        for start in (0, half):
            lanes = [lane for i in range(start, start + half) for lane in (i, TILE + i)]
            mixed.append(builder.shuffle_vector(low, high, positions(lanes)))
    return mixed
