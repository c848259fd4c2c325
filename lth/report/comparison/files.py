"""All sections of a comparison of two files of one kind, or of the masks of one file."""

from collections.abc import Iterator

from lth.files.hdf5 import File, Stored
from lth.files.origins import Document
from lth.report.comparison import differences, networks, overlap, runs, weights
from lth.report.comparison.differences import DIGITS
from lth.report.comparison.networks import Places, listed
from lth.report.comparison.section import Section
from lth.report.rows import Row
from lth.settings import expected


def compared(one: File, other: File) -> list[Section]:
    """The sections of two files of one kind. One that says so alone where they are the same.

    Raises ValueError where they have other layers, other data sets, or no network in common.
    """
    if same := differences.same(one, other):
        return same
    return [*differences.stated(one, other), *_arrays(one, other)]


def documents(one: Document, other: Document) -> list[Section]:
    """The sections of the origins of two figures, or of two files of metrics."""
    if same := differences.same(one, other):
        return same
    digests = (
        {name: digest[:DIGITS] for name, digest in file.files.items()} for file in (one, other)
    )
    return [
        *differences.stated(one, other),
        differences.section("files", differences.differences(*digests)),
    ]


def within(file: File) -> list[Section]:
    """The overlap of any two masks of a file. Raises ValueError where there are no two."""
    if file.origin.kind != "mask":
        what = "a file of kind 'mask', or a second file to compare with"
        raise expected(str(file.path), what, file.origin.kind)
    if len(file.pairs) < 2:
        what = "masks of two trials, or a second file to compare with"
        raise expected(str(file.path), what, f"trial {listed(_trials(file))}")
    places = networks.within(file.pairs)
    title = f"networks: each of {len(file.pairs)} masks (A) with each later one (B)"
    rows = list(_addresses(file, file, places))
    return [Section("networks", title, rows=rows), *_masks(file, file, places)]


def _arrays(one: File, other: File) -> Iterator[Section]:
    """What differs in the arrays of two files."""
    if one.content == other.content:
        yield Section("arrays", "arrays: the same")
        return
    check_data(one, other)
    if one.origin.kind != "run":  # other networks have curves of the same kind
        _check_layers(one, other)
    places = _in_common(one, other)
    yield _networks(one, other, places)
    yield from _masks(one, other, places)
    yield from _runs(one, other, places)
    yield from _weights(one, other, places)


def check_data(one: Stored, other: Stored) -> None:
    """Raises ValueError where two files are of other data sets."""
    left, right = (file.origin.settings.get("dataset") for file in (one, other))
    if left != right:
        raise expected(str(other.path), f"data set {left!r}, as {one.path} has", right)


def layers(file: File) -> dict[str, tuple[int, ...]]:
    """The shape of each mask or parameter of a network."""
    arrays = {**file.group("mask"), **file.group("weights")}
    return {name: array.shape[1:] for name, array in arrays.items()}


def _check_layers(one: File, other: File) -> None:
    """Raises ValueError where two files of masks or of weights have other layers."""
    left, right = layers(one), layers(other)
    if left != right:
        name = next(name for name in [*left, *right] if left.get(name) != right.get(name))
        what = f"{name} of shape {left[name]}" if name in left else f"no {name}"
        raise expected(str(other.path), f"{what}, as in {one.path}", right.get(name, "none"))


def _trials(file: File) -> list[int]:
    """The trial of each network."""
    return [trial for trial, _ in file.pairs]


def _in_common(one: File, other: File) -> Places:
    """The places of the networks to compare. Raises ValueError where there are none."""
    places = networks.in_common(one.pairs, other.pairs)
    if not places:
        what = f"one of the trials {listed(_trials(one))} of {one.path}"
        raise expected(str(other.path), what, listed(_trials(other)))
    return places


def _networks(one: File, other: File, places: Places) -> Section:
    """Which networks are compared."""
    left = listed(_trials(one)[place] for place, _ in places)
    right = listed(_trials(other)[place] for _, place in places)
    trials = left if left == right else f"{left} of A and {right} of B"
    title = f"networks: {len(places)}, of trials {trials}"
    return Section("networks", title, rows=list(_addresses(one, other, places)))


def _addresses(one: File, other: File, places: Places) -> Iterator[Row]:
    for place, match in places:
        (trial, repeat), (other_trial, other_repeat) = one.pairs[place], other.pairs[match]
        yield {
            "a_trial": trial,
            "a_repeat": repeat,
            "b_trial": other_trial,
            "b_repeat": other_repeat,
        }


def _masks(one: File, other: File, places: Places) -> Iterator[Section]:
    if one.group("mask"):
        rows = list(overlap.overlap(one.group("mask"), other.group("mask"), places))
        yield Section("masks", "masks: mean [lowest, highest]", overlap.COLUMNS, rows)


def _runs(one: File, other: File, places: Places) -> Iterator[Section]:
    if one.group("curves"):
        yield runs.starts(one, other, places)
        yield runs.curves(one, other, places)
        yield runs.measures(one, other, places)


def _weights(one: File, other: File, places: Places) -> Iterator[Section]:
    if not one.group("weights") or not other.group("weights"):
        return
    if layers(one) != layers(other):
        yield Section("weights", "weights: not compared, since the layers differ")
        return
    rows = list(weights.likeness(one.group("weights"), other.group("weights"), places))
    title = "weights that are in both: mean [lowest, highest]"
    yield Section("weights", title, weights.COLUMNS, rows)
