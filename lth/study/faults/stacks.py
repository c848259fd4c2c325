"""Faults of the order of networks in a file."""

from collections.abc import Iterator

from lth.files.hdf5 import File
from lth.study.pairs import pairs_of


def stack_faults(file: File, block: str, repeats: int) -> Iterator[str]:
    """All repeats of the first trial of the block come first, then those of the second, ..."""
    if file.pairs != pairs_of(block, repeats):
        yield f"the stack is not that of {block} with {repeats} repeats"
