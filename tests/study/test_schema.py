"""The JSON Schema: it takes all files of the project, and refuses what `lth check` would."""

import json
from pathlib import Path
from typing import Any

import pytest
from planned import refused
from project import TOP, Project

from lth.study import catalog, yaml
from lth.study.schema import schema

FILES = [TOP / "params.yaml", *sorted((TOP / catalog.CATALOG).glob("*.yaml"))]


def faults(data: Any) -> list[str]:
    """What the schema finds wrong in plain data of a params file or of the catalog."""
    jsonschema = pytest.importorskip("jsonschema")  # comes with snakemake
    validator = jsonschema.Draft202012Validator(schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def experiment(**keys: Any) -> dict[str, Any]:
    return {"experiments": {"own": keys}}


def test_the_schema_is_a_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_of_the_project_is_that_of_the_code() -> None:
    found = (TOP / "workflow" / "schema.json").read_text(encoding="utf-8")
    mend = "python -m lth schema --out workflow/schema.json"
    assert json.loads(found) == schema(), f"write it again: {mend}"


def test_the_files_of_the_project_are_right() -> None:
    for file in FILES:
        assert faults(yaml.load(file)) == [], file


def test_the_files_of_the_project_name_the_schema() -> None:
    for file in FILES:
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        name = first.removeprefix("# yaml-language-server: $schema=")
        assert (file.parent / name).resolve() == TOP / "workflow" / "schema.json", file


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stile", {}),
        ("experiments.digits.recipie", {}),
        ("experiments.digits.recipe.learning_rat", 0.1),
        ("experiments.digits.recipe.extends", "lenet"),
        ("experiments.digits.network.hiden", [30]),
        ("experiments.digits.strategies.iterative.round", 3),
        ("experiments.Own_1", {"extends": "lenet"}),
        ("figures.early-stopping.colour", "red"),
        ("figures.early-stopping.panels", [[{"y": "early_stop_iteration", "z": 1}]]),
        ("style.colours", {}),
        ("experiments.digits.recipe.batch", "60"),
        ("experiments.digits.recipe.batch", 0),
        ("experiments.digits.recipe.data_order", "often"),
        ("experiments.digits.network.name", "lennet"),
        ("experiments.digits.strategies.iterative.kind", "iterativ"),
        ("experiments.digits.strategies.iterative.rates.hidden", 1.0),
        ("experiments.digits.strategies.iterative.branches", ["ticket"]),
        ("experiments.digits.moments", [0]),
        ("experiments.digits", None),
        ("figures.early-stopping.kind", "bars"),
        ("figures.early-stopping.over", ["digits"]),
        ("style.dpi", 10),
    ],
)
def test_what_lth_refuses_is_refused_by_the_schema(project: Project, key: str, value: Any) -> None:
    assert faults(yaml.load(project.params)) == []
    project.set(key, value)
    refused(project, ": ")
    assert faults(yaml.load(project.params))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"extends": "lenet"},
        {"recipe": {"batch": None}},
        {"strategies": {"iterative": None}},
        {"strategies": {"iterative": {"branches": {"reinit": None}, "rounds": None}}},
        {"network": {"dropout": {"rate": 0.5}}},
        {"moments": None},
    ],
)
def test_entries_may_lack_keys_and_remove_inherited_ones(keys: dict[str, Any]) -> None:
    assert faults(experiment(**keys)) == []


def test_figures_may_remove_inherited_lines() -> None:
    figure = {"extends": "early-stopping", "lines": {"iterative/reinit": None}, "over": None}
    assert faults({"figures": {"own": figure}}) == []


@pytest.mark.parametrize(
    "data",
    [
        {"figures": {"own": {"panels": [[{"scale": "log"}]]}}},
        {"figures": {"own": {"panels": [[{"y": None}]]}}},
        {"experiments": {"own": {"strategies": {"a": {"rates": [{"hidden": None}]}}}}},
        {"datasets": {"own": {"shape": [8, 8]}}},
        {"style": {"dpi": 100}},
    ],
)
def test_what_inherits_nothing_must_be_complete(data: Any) -> None:
    assert faults(data)


def test_lists_may_have_empty_places_for_panels() -> None:
    panels = [[{"y": "early_stop_iteration"}, None]]
    assert faults({"figures": {"own": {"panels": panels}}}) == []


def test_the_verb_writes_the_schema(tmp_path: Path) -> None:
    from lth.verbs.schema import schema as written

    written(tmp_path / "schema.json")
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == schema()
