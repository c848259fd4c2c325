"""Each kind of tampering of `make tamper`, once."""

import random

import pytest
from byhand import Built
from tampering.kinds import KINDS
from tampering.verified import named, verified


@pytest.mark.parametrize("kind", KINDS)
def test_a_tampering_of_each_kind_is_named(here: Built, kind: str) -> None:
    path = KINDS[kind](here.study, random.Random(kind))
    output, well = verified()
    assert named(output, path, here.study), f"{path}\n{output}"
    assert well == (kind == "place: a strange file")  # which is no fault of the study
