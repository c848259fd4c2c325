"""Which networks of two stacks are compared with each other."""

import itertools
from collections.abc import Iterable, Sequence

Pair = tuple[int, int]  # trial and repeat of a network
Places = list[tuple[int, int]]  # of two networks, each in its stack


def in_common(one: Sequence[Pair], other: Sequence[Pair]) -> Places:
    """The places of networks of the same trial and repeat.

    A stack with one network a trial has it for all repeats. Two stacks of one network each are
    compared whatever their trials. The result may be empty.
    """
    if len(one) == len(other) == 1:
        return [(0, 0)]
    length = 2 if _repeated(one) and _repeated(other) else 1
    return [
        (place, match)
        for place, pair in enumerate(one)
        for match, candidate in enumerate(other)
        if pair[:length] == candidate[:length]
    ]


def within(stack: Sequence[Pair]) -> Places:
    """The places of any two networks of a stack."""
    return list(itertools.combinations(range(len(stack)), 2))


def listed(trials: Iterable[int]) -> str:
    """Trials for messages: `0, 1, 2`."""
    return ", ".join(map(str, sorted(set(trials))))


def _repeated(stack: Sequence[Pair]) -> bool:
    return any(repeat for _, repeat in stack)
