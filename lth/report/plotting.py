"""Figures from files: from the origins of tables, and from HDF5 files."""

import csv
import io
from collections.abc import Mapping, Sequence

from lth.files import hdf5
from lth.files.hdf5 import File, Stored
from lth.files.origins import Document
from lth.lottery import masks
from lth.report import tables
from lth.report.figures.figure import Drawn
from lth.report.rows import Row
from lth.training import measures

Shapes = Mapping[str, tuple[int, ...]]  # of weights by name


def drawn_from(documents: Sequence[Document], stored: Mapping[str, Sequence[Stored]]) -> Drawn:
    """What a figure draws: tables by their origins, and HDF5 files by role.

    Where masks are drawn, weights are read as well. Raises ValueError where a file is not what it
    says.
    """
    found = {document.origin.settings["experiment"]: document for document in documents}
    drawn_masks = [_mask(item) for item in stored.get("masks", ())]
    shapes = _shapes(drawn_masks)
    return Drawn(
        tables={name: tables.of_origin(document) for name, document in found.items()},
        runs=[_run(item, shapes) for item in stored.get("runs", ())],
        starts=[item.load(_weights(item, shapes)) for item in stored.get("starts", ())],
        masks=drawn_masks,
    )


def text_of(rows: Sequence[Row]) -> str:
    """Rows as CSV, with the columns of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _mask(stored: Stored) -> File:
    shapes = stored.origin.settings["shapes"]
    return stored.load(masks.template(stored.origin.networks, shapes))


def _shapes(drawn_masks: Sequence[File]) -> Shapes:
    """The shapes of the weights that masks are of."""
    return {
        name: array.shape[1:] for mask in drawn_masks for name, array in mask.group("mask").items()
    }


def _run(stored: Stored, shapes: Shapes) -> File:
    own = measures.template_of(stored.origin.settings, stored.origin.networks)
    return stored.load({**own, **_weights(stored, shapes)})


def _weights(stored: Stored, shapes: Shapes) -> hdf5.Template:
    count = stored.origin.networks
    weights = {f"weights/{name}": ((count, *shape), hdf5.SINGLE) for name, shape in shapes.items()}
    return {**hdf5.index_template(count), **weights}
