"""What all plans have: paths, inputs, keys and code."""

from pathlib import Path
from typing import Any

import pytest
from planned import BLOCK, REWIND, STRATEGIES
from project import Project, claims_of, state

from lth import cli, code, settings
from lth.files.origins import Origin
from lth.study.graph import Study
from lth.study.node import Node
from lth.study.plans.choices import PLANS
from lth.study.plans.dataset import Dataset
from lth.study.plans.plan import Address, Role, placed

KINDS = list(PLANS)


@pytest.fixture
def study(project: Project) -> Study:
    project.set(f"{STRATEGIES}.rewind", REWIND)
    state(project.folder, claims_of("digits"))
    return project.study()


def node(study: Study, kind: str) -> Node:
    return next(node for node in study.nodes() if node.kind == kind)


def test_every_kind_has_a_plan_of_that_name() -> None:
    assert {kind: plan.KIND for kind, plan in PLANS.items()} == {kind: kind for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_reads_as_it_is_written(study: Study, kind: str) -> None:
    plan = node(study, kind).plan
    assert settings.read(PLANS[kind], settings.plain(plan), "plan") == plan


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_have_the_roles_and_kinds_that_a_plan_says(study: Study, kind: str) -> None:
    if kind == "dataset":
        assert node(study, kind).inputs == {}
    for own in [node for node in study.nodes() if node.kind == kind]:
        roles: dict[str, Role] = own.plan.ROLES
        for role, items in own.inputs.items():
            assert {item.kind for item in items} <= set(roles[role].kinds)
            assert len(items) == 1 or roles[role].many
        needed = {role for role in roles if not roles[role].optional}
        assert needed <= own.inputs.keys() or not own.plan.inputs()


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_has_a_verb_that_makes_its_file(study: Study, kind: str) -> None:
    plan = node(study, kind).plan
    assert (code.PACKAGE / "verbs" / f"{plan.verb}.py").exists()


def test_every_file_of_a_study_has_a_path_of_its_own(study: Study) -> None:
    paths = [path for node in study.nodes() for path in node.files]
    assert len(set(paths)) == len(paths)


def test_patterns_of_paths_have_fields_of_plans() -> None:
    for plan in PLANS.values():
        names = {name: f"<{name}>" for name in plan.__struct_fields__}
        for pattern in (plan.PATH, *plan.PRODUCTS):
            assert placed(pattern, names).startswith("results/")


def test_the_products_come_before_the_origin(study: Study) -> None:
    plan = node(study, "figure").plan
    assert [Path(path).suffix for path in plan.files] == [
        *(".svg", ".png", ".csv", ".json"),
        ".json",
    ]
    run = node(study, "run").plan
    assert run.files == (run.path,)


def test_no_code_is_in_the_key_of_a_data_set() -> None:
    assert Dataset(dataset="digits", digest="0" * 64).code == ""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dataset"])
def test_the_code_of_a_plan_is_that_of_its_verb_and_choices(study: Study, kind: str) -> None:
    plan = node(study, kind).plan
    modules = tuple(str(entry.__module__).removeprefix("lth.") for entry in plan.entries())
    assert plan.code == code.digest(f"verbs.{plan.verb}", modules)
    assert not any(module.endswith(code.CHOICES) for module in modules)


def test_each_verb_takes_the_plan_that_names_it(study: Study) -> None:
    plans = [node.plan for node in study.nodes() if node.kind != "dataset"]
    named = {(plan.verb, f"{type(plan).__module__}.{type(plan).__name__}") for plan in plans}
    taken = {
        (name, f"lth.study.plans.{verb.plan}") for name, verb in cli.VERBS.items() if verb.plan
    }
    beside = {("init", "lth.study.plans.mask.Mask")}  # the dense mask is made beside θ0
    assert named == taken | beside


# Addresses


def origin(kind: str, **coordinates: Any) -> Origin:
    return Origin(kind, coordinates, "", {})


def test_a_file_is_that_of_an_address_by_kind_and_coordinates() -> None:
    address = Address("theta0", {"experiment": "digits", "block": BLOCK})
    right = origin("theta0", experiment="digits", block=BLOCK, seed=1)
    assert address.fault(right) == ""


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (origin("run", experiment="digits", block=BLOCK), "run, experiment digits, block trials-"),
        (origin("theta0", experiment="other", block=BLOCK), "theta0, experiment other, block tri"),
        (origin("theta0", experiment="digits"), "theta0, experiment digits, block None"),
    ],
)
def test_another_file_is_refused_by_what_it_is(found: Origin, words: str) -> None:
    address = Address("theta0", {"experiment": "digits", "block": BLOCK})
    expected = f"expected theta0, experiment digits, block {BLOCK}, got {words}"
    assert address.fault(found).startswith(expected)


@pytest.mark.parametrize(
    ("kind", "role", "legal"),
    [
        ("table", "runs", "'run'"),
        ("metrics", "tables", "'table'"),
        ("claims", "tables", "'table'"),
        ("claims", "figures", "'figure'"),
        ("run", "start", "'theta0' or 'rewound' or 'run'"),
    ],
)
def test_a_plan_refuses_an_input_whose_kind_cannot_have_its_role(
    study: Study, kind: str, role: str, legal: str
) -> None:
    plan = node(study, kind).plan
    with pytest.raises(ValueError, match=f"^other: expected a file of kind {legal}, got 'mask'$"):
        plan.check_input(role, "other", origin("mask"))


def test_a_plan_refuses_an_input_that_it_does_not_ask_for(study: Study) -> None:
    plan = node(study, "theta0").plan
    with pytest.raises(ValueError, match=r"^other\.json: expected dataset, dataset digits, got da"):
        plan.check_input("dataset", "other.json", origin("dataset", dataset="mnist"))
