"""The networks of a stack by trial and repeat."""

import itertools

from lth.files.paths import trials_of


def pairs_of(block: str, repeats: int) -> list[tuple[int, int]]:
    """(trial, repeat) of each network of a stack: all repeats of the first trial come first."""
    return list(itertools.product(trials_of(block), range(repeats)))
