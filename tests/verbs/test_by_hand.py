"""A tiny study from nothing to figures, by calls of the verbs."""

import json
from pathlib import Path

import pytest
from byhand import RUNS, Built, command, lth

from lth.files import hdf5, origins


def test_the_verbs_make_every_file_of_the_study(built: Built) -> None:
    results = built.folder / "results"
    paths = [path for path in results.rglob("*") if path.is_file()]
    found = {path.relative_to(built.folder).as_posix() for path in paths}
    assert found == built.study.files() | {"results/datasets/digits.npz"}


def test_files_have_the_planned_keys_and_inputs(built: Built) -> None:
    nodes = [node for node in built.study.nodes() if node.kind != "dataset"]
    for node in nodes:
        path = built.folder / node.path
        origin = (hdf5.find(path) if path.suffix == ".h5" else origins.read(path)).origin
        assert (origin.key, origin.kind) == (node.key, node.kind), node.path
        found = {role: [item.path for item in items] for role, items in origin.inputs.items()}
        assert found == {role: [item.path for item in items] for role, items in node.inputs.items()}


def test_a_manifest_has_the_planned_key(built: Built) -> None:
    manifest = json.loads((built.folder / "results/datasets/digits.json").read_text())
    assert manifest["key"] == built.study.dataset("digits").key


@pytest.mark.parametrize(
    "path",
    [
        f"{RUNS}/theta0.h5",
        f"{RUNS}/iterative/round-1/mask.h5",
        f"{RUNS}/iterative/round-1/reinit/run.h5",
        f"{RUNS}/dense/round-0/iteration-15.h5",
        "results/tables/tiny.csv",
        "results/figures/loss-curves.svg",
        "results/metrics.json",
    ],
)
def test_the_same_call_makes_the_same_bytes(here: Built, path: str) -> None:
    node = here.node(path)
    before = {file: Path(file).read_bytes() for file in node.files}
    for file in before:
        Path(file).unlink()
    lth(*command(here.study, node))
    assert {file: Path(file).read_bytes() for file in node.files} == before
