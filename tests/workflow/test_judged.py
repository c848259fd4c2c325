"""Which files a plan takes for right, without snakemake: `judged` on a study made by hand."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from byhand import RUNS, Built

from lth.files import hdf5
from lth.study.judging import judged

TABLE, FIGURE = "results/tables/tiny.csv", "results/figures/early-stopping.svg"
DENSE, MASK = f"{RUNS}/dense/round-0/ticket/run.h5", f"{RUNS}/iterative/round-1/mask.h5"


def wrong(built: Built) -> set[str]:
    """The files that exist and are not right."""
    return {path for path, right in judged(built.study.nodes()).items() if not right}


def test_all_files_of_a_whole_study_are_right(here: Built) -> None:
    found = judged(here.study.nodes())
    assert found.keys() == here.study.files()
    assert all(found.values())


@pytest.mark.parametrize("path", [MASK, TABLE, FIGURE])
def test_a_lost_file_is_not_among_them(here: Built, path: str) -> None:
    Path(path).unlink()
    assert path not in judged(here.study.nodes())


def test_what_is_made_from_a_lost_file_is_wrong(here: Built) -> None:
    Path(MASK).unlink()
    assert f"{RUNS}/iterative/round-1/ticket/run.h5" in wrong(here)
    assert f"{RUNS}/iterative/round-2/ticket/run.h5" not in wrong(here)


def test_a_file_of_another_node_is_wrong(here: Built) -> None:
    shutil.copy(f"{RUNS}/iterative/round-2/mask.h5", MASK)
    assert MASK in wrong(here)


def test_what_is_made_from_other_bits_of_the_same_key_is_wrong(here: Built) -> None:
    file = hdf5.read(DENSE)
    weights = file.arrays["weights/fc1.weight"] * np.float32(1.5)
    arrays = {**file.arrays, "weights/fc1.weight": weights}
    hdf5.write(Path(DENSE), file.origin, arrays, file.made_on)
    assert MASK in wrong(here)
    assert DENSE not in wrong(here)


@pytest.mark.parametrize("path", [TABLE, FIGURE])
def test_texts_and_pictures_that_were_changed_by_hand_are_wrong(here: Built, path: str) -> None:
    Path(path).write_text("changed", encoding="utf-8")
    assert path in wrong(here)


def test_a_picture_is_right_only_with_the_other_of_its_job(here: Built) -> None:
    Path(FIGURE).with_suffix(".png").unlink()
    assert FIGURE in wrong(here)
