"""Digests of the code of plans: a module counts for just the files that need it."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from digesting import forget
from planned import REWIND, STRATEGIES
from project import DIGITS, claims_of, copied, state

import lth
from lth import code, settings
from lth.study.plans.plan import Plan, module_of

# The digests of a study

CODE = (
    *("theta0", "dense", "mask", "run", "rewound"),
    *("table", "density", "curves", "metrics", "claims"),
)
DRAWN = {"theta0", "dense", "run", "rewound"}  # whose verbs know the network
TRAINED = {"run", "rewound"}
SHOWN = {"density", "curves"}
REPORT = {"table", "metrics", "claims"} | SHOWN


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Plan]:
    """A plan of each kind, of Lenet with Adam. The run is a ticket's, the mask is one by layer."""
    over = {"over": {"digits": ""}}
    names = ("early-stopping", "accuracy-curves")
    figures = {name: {"extends": name} | over for name in names}
    project = copied(tmp_path_factory.mktemp("study"), {"digits": DIGITS}, figures)
    project.set(f"{STRATEGIES}.rewind", REWIND)
    state(project.folder, claims_of("digits"))
    study = project.study()
    block = ("digits", "trials-0-4")
    nodes = {
        "theta0": study.theta0(*block),
        "dense": study.mask(*block, "dense", 0),
        "mask": study.mask(*block, "iterative", 1),
        "run": study.run(*block, "iterative", 1, "ticket"),
        "rewound": study.rewound(*block, 100),
        "table": study.table("digits"),
        "density": study.figure("early-stopping"),
        "curves": study.figure("accuracy-curves"),
        "metrics": study.metrics(),
        "claims": study.claims(),
    }
    return {kind: nodes[kind].plan for kind in CODE}


@pytest.fixture
def copy(own: Path) -> Path:
    """A copy of lth that a test may edit."""
    real = Path(lth.__file__).parent
    shutil.copytree(real, own, ignore=shutil.ignore_patterns("__pycache__"))
    return own


def digests(plans: Mapping[str, Plan]) -> dict[str, str]:
    forget()
    return {kind: plan.code for kind, plan in plans.items()}


MODULES = {
    "__init__": set(CODE),
    "settings": set(CODE),
    "files.hdf5": set(CODE),
    "seeds": DRAWN | {"mask", "metrics"} | SHOWN | {"claims"},
    "lottery.initializations.distribution": DRAWN,
    "lottery.initializations.glorot_normal": DRAWN - {"dense"},
    "lottery.initializations.normal": set(),
    "lottery.branches.ticket": {"run", "rewound"},
    "lottery.branches.reinit": set(),
    "lottery.branches.noise": set(),
    "lottery.branches.search": set(),
    "lottery.branches.parents": TRAINED,
    "lottery.pruning.magnitude": {"mask"},
    "lottery.pruning.layer": {"mask"},
    "lottery.pruning.global_": set(),
    "lottery.pruning.prune": {"mask"},
    "networks.architecture": DRAWN,
    "networks.lenet": DRAWN - {"dense"},
    "networks.conv": set(),
    "networks.modes": TRAINED,
    "training.loop": TRAINED,
    "training.evaluation": TRAINED,
    "training.optimizers.adam": TRAINED,
    "training.optimizers.sgd": set(),
    "data.arrays": TRAINED,
    "data.prepare": set(),
    "data.sources.digits": set(),
    "report.tables": REPORT,
    "report.rows": REPORT,
    "report.bootstrap": SHOWN | {"metrics", "claims"},
    "report.winning": {"metrics"},
    "report.headlines": {"metrics"},
    "report.drawing": SHOWN,
    "report.claims": {"claims"},
    "report.evaluation": {"claims"},
    "study.claims": set(),
    "report.figures.figure": SHOWN,
    "report.figures.density": {"density"},
    "report.figures.curves": {"curves"},
    "study.plans.training": TRAINED,
    "study.plans.run": {"run"},
    "study.plans.rewound": {"rewound"},
    "study.plans.figure": SHOWN,
    "study.blocks": TRAINED,
    "study.mask_parents": {"mask"},
    "study.graph": set(),
    "study.catalog": set(),
    "study.checks": set(),
    "study.planned_survivors": set(),
    "study.strategies.strategy": set(),
    "study.strategies.iterative": set(),
    "study.faults.run": set(),
    "verbs.init": {"theta0", "dense"},
    "verbs.prune": {"mask"},
    "verbs.train": {"run"},
    "verbs.rewind": {"rewound"},
    "verbs.tabulate": {"table"},
    "verbs.plot": SHOWN,
    "verbs.summarize": {"metrics"},
    "verbs.score": {"claims"},
    "verbs.claims": set(),
    "verbs.verify": set(),
    "cli": set(),
    "code": set(),
}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_counts_for_just_what_needs_it(plans: Mapping[str, Plan], module: str) -> None:
    assert code.PACKAGE.joinpath(*module.split(".")).with_suffix(".py").exists()
    found: set[str] = set()
    for kind, plan in plans.items():
        chosen = tuple(module_of(entry) for entry in plan.entries())
        if module in code.reached(f"verbs.{plan.verb}", chosen):
            found.add(kind)
    assert found == MODULES[module]


@pytest.mark.parametrize(
    "module", ["seeds", "lottery.pruning.layer", "lottery.branches.noise", "report.figures.curves"]
)
def test_an_edit_changes_the_digests_of_what_needs_the_module(
    copy: Path, plans: Mapping[str, Plan], module: str
) -> None:
    before = digests(plans)
    file = copy.joinpath(*module.split(".")).with_suffix(".py")
    file.write_text(file.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    after = digests(plans)
    assert {kind for kind in CODE if after[kind] != before[kind]} == MODULES[module]


def test_no_table_counts(copy: Path, plans: Mapping[str, Plan]) -> None:
    before = digests(plans)
    tables = list(copy.rglob(f"{code.CHOICES}.py"))
    assert len(tables) > 8
    for file in tables:
        file.write_text("")
    assert digests(plans) == before


def test_other_words_in_all_of_lth_change_no_digest(copy: Path, plans: Mapping[str, Plan]) -> None:
    before = digests(plans)
    reworded = 0
    for file in copy.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        text, count = re.subn(r'^( *""")(?=\S)', r"\1Reworded: ", text, flags=re.MULTILINE)
        text = text.replace("\n\n\n", "\n\n\n\n# A remark.\n")
        file.write_text(text + "\n# The end.\n", encoding="utf-8")
        reworded += count
    assert reworded > 100
    assert digests(plans) == before


def test_each_table_of_choices_has_an_entry_that_counts(plans: Mapping[str, Plan]) -> None:
    chosen = [module_of(entry) for plan in plans.values() for entry in plan.entries()]
    assert {module.rpartition(".")[0] for module in chosen} == {
        "networks",
        "lottery.initializations",
        "lottery.branches",
        "lottery.pruning",
        "training.optimizers",
        "training.engines",
        "report.figures",
    }


LENET = {"name": "lenet", "hidden": [30], "dropout": {"rate": 0.0, "after": ["hidden"]}}
CONV = {"name": "conv-2", "dropout": {"rate": 0.0, "after": ["hidden"]}}
CHOICES = [
    {"branch": "reinit"},
    {"branch": "noise-0.5"},
    {"recipe": {"optimizer": "sgd"}},
    {"network": CONV | {"initialization": "glorot-normal"}},
    {"network": LENET | {"initialization": "normal-0.1"}},
]


def with_changes(plan: Plan, changes: Mapping[str, Any]) -> Plan:
    """A plan with other settings, or other settings of its recipe or making."""
    own = settings.plain(plan)
    for name, value in changes.items():
        own[name] = own[name] | value if name in ("recipe", "making") else value
    return settings.read(type(plan), own, "plan")


@pytest.mark.parametrize("changes", CHOICES)
def test_the_entry_that_settings_choose_counts(
    plans: Mapping[str, Plan], changes: Mapping[str, Any]
) -> None:
    assert with_changes(plans["run"], changes).code != plans["run"].code


def test_the_method_of_a_mask_counts(plans: Mapping[str, Plan]) -> None:
    changed = with_changes(plans["mask"], {"making": {"method": "global"}})
    assert changed.code != plans["mask"].code


def test_names_with_a_number_mean_the_entry_without_it(plans: Mapping[str, Plan]) -> None:
    names = ("noise-0.5", "noise-3")
    runs = [with_changes(plans["run"], {"branch": name}) for name in names]
    assert len({run.code for run in runs}) == 1
