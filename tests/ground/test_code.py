"""Digests of code: an edit changes those of just the files that depend on it."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
from planned import REWIND, STRATEGIES
from project import DIGITS, claims_of, copied, state

import lth
from lth import caches, code, settings
from lth.study.plans.plan import Plan, module_of

# The digest, on a package of four modules

COOK = '''"""How to cook."""

from lth.food.oil import FAT
from lth.food.choices import OILS

MOST = 3


def cook(name: str) -> int:
    """Cooks with an oil."""
    from lth.food import salt

    return OILS[name]().amount + FAT + salt.PINCH + MOST
'''
FILES = {
    "__init__": '"""A kitchen."""\n',
    "verbs.__init__": "",
    "verbs.cook": COOK,
    "food.__init__": "",
    "food.oil": "FAT = 1\n",
    "food.salt": "PINCH = 2\n",
    "food.choices": "from lth.food.olive import Olive\n\nOILS = {'olive': Olive}\n",
    "food.olive": "from lth.food.oil import FAT\n\n\nclass Olive:\n    amount = FAT\n",
    "food.other": "",
}
VERB = {"__init__", "verbs.__init__", "verbs.cook", "food.__init__", "food.oil", "food.salt"}


def forget() -> None:
    for function in (code.digest, code.reached, code._imports, code._source, code._sources):
        function.cache_clear()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in which digests look for the modules of lth, and an empty cache."""
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "lth")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "lth"
    forget()


@pytest.fixture
def kitchen(own: Path) -> Path:
    """A package of a verb, which takes an entry of a table."""
    for module, text in FILES.items():
        path = own.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return own


def digest(*chosen: str) -> str:
    forget()
    return code.digest("verbs.cook", chosen)


def edit(folder: Path, module: str, old: str, new: str) -> None:
    """Replaces a text of a module, which has it."""
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{module} has no {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_verb_reaches_what_it_imports_anywhere_in_it(kitchen: Path) -> None:
    assert code.reached("verbs.cook") == VERB


def test_a_chosen_entry_counts_with_what_it_imports(kitchen: Path) -> None:
    assert code.reached("verbs.cook", ("food.olive",)) == VERB | {"food.olive"}
    assert digest("food.olive") != digest()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("verbs.cook", '"""How to cook."""', '"""How to cook, in other words."""'),
        ("verbs.cook", '"""Cooks with an oil."""', '"""Cooks."""'),
        ("verbs.cook", "MOST = 3", "# At most.\nMOST = 3  # spoons"),
        ("verbs.cook", "OILS[name]", "OILS[\n        name\n    ]"),
        ("food.oil", "FAT = 1", "FAT   =   1"),
        ("__init__", '"""A kitchen."""', '"""A large kitchen."""'),
    ],
)
def test_comments_docstrings_and_line_breaks_do_not_count(
    kitchen: Path, module: str, old: str, new: str
) -> None:
    before = digest("food.olive")
    edit(kitchen, module, old, new)
    assert digest("food.olive") == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("verbs.cook", "MOST = 3", "MOST = 4"),
        ("verbs.cook", "amount + FAT", "amount - FAT"),
        ("verbs.cook", "OILS[name]", "OILS['olive']"),
        ("verbs.cook", "name: str", "name: str = ''"),
        ("food.oil", "FAT = 1", "FAT = 1\nprint()"),
        ("food.oil", "FAT = 1", "FAT = True"),
        ("food.oil", "FAT = 1", "from math import e as FAT"),
        ("food.salt", "PINCH = 2", "PINCH = '2'"),
        ("food.olive", "amount = FAT", "amount = 2 * FAT"),
        ("__init__", '"""A kitchen."""', "print()"),
        ("food.__init__", "", "import os"),
    ],
)
def test_every_statement_counts(kitchen: Path, module: str, old: str, new: str) -> None:
    before = digest("food.olive")
    edit(kitchen, module, old, new)
    assert digest("food.olive") != before


def test_a_table_and_entries_that_are_not_chosen_do_not_count(kitchen: Path) -> None:
    before = digest()
    edit(kitchen, "food.olive", "amount = FAT", "amount = 2 * FAT")
    edit(kitchen, "food.choices", "OILS = {'olive': Olive}", "OILS = {'olive': Olive, 'o': Olive}")
    edit(kitchen, "food.choices", "from lth", "from lth.food.other import X\nfrom lth")
    assert digest() == before


def test_a_module_that_another_imports_anew_counts(kitchen: Path) -> None:
    edit(kitchen, "food.salt", "PINCH = 2", "import lth.food.other\n\nPINCH = 2")
    forget()
    assert "food.other" in code.reached("verbs.cook")


# Sources in the cache


@pytest.fixture
def cache(kitchen: Path) -> Path:
    """The cache after a first digest."""
    digest()
    (file,) = (kitchen.parent / "cache" / "lth").iterdir()
    return file


def kept(cache: Path) -> dict[str, Any]:
    return caches.read(cache.name, dict[str, Any]) or {}


def no_parsing(text: bytes) -> NoReturn:
    raise AssertionError(f"parsed again: {text!r}")


@pytest.mark.usefixtures("cache")
def test_another_process_parses_no_source_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest()
    monkeypatch.setattr(code.ast, "parse", no_parsing)
    assert digest() == first


@pytest.mark.usefixtures("cache")
def test_an_edit_counts_beside_a_cache_and_goes_back(kitchen: Path) -> None:
    first = digest()
    edit(kitchen, "food.salt", "PINCH = 2", "import lth.food.other\n\nPINCH = 2")
    assert digest() != first
    assert "food.other" in code.reached("verbs.cook")
    edit(kitchen, "food.salt", "import lth.food.other\n\n", "")
    assert digest() == first


SOUND = "a" * 64
ENTRIES = ("3", '["x"]', '["x", "ab"]', "[null, []]", '["x", [1]]')
DAMAGES = [b"", b"{", b"[]", b"\x00", *(f'{{"{SOUND}": {entry}}}'.encode() for entry in ENTRIES)]


@pytest.mark.parametrize("damage", [*DAMAGES, *map(caches.sealed, DAMAGES)])
def test_a_damaged_cache_is_written_anew(cache: Path, damage: bytes) -> None:
    whole, first = cache.read_bytes(), digest()
    cache.write_bytes(damage)
    assert digest() == first
    assert cache.read_bytes() == whole


def test_no_changed_bit_of_the_cache_is_believed(cache: Path) -> None:
    whole, first = cache.read_bytes(), digest()
    for at in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[at] ^= 1
        cache.write_bytes(changed)
        assert digest() == first
        assert cache.read_bytes() == whole


def test_without_a_cache_the_digest_is_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest()
    monkeypatch.setenv("XDG_CACHE_HOME", f"{cache}/no-folder")
    assert digest() == first


def test_what_another_process_has_written_meanwhile_stays(cache: Path, kitchen: Path) -> None:
    edit(kitchen, "food.salt", "PINCH = 2", "PINCH = 3")
    forget()
    code.reached("verbs.cook")  # reads the cache
    caches.write(cache.name, kept(cache) | {SOUND: ["digest", []]})
    code.digest("verbs.cook")
    assert SOUND in kept(cache)


def test_a_write_that_fails_leaves_nothing_behind(
    cache: Path, kitchen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    (kitchen / "food" / "salt.py").write_text("PINCH = 3\n")
    digest()
    assert list(cache.parent.iterdir()) == [cache]


def test_a_cache_of_very_many_sources_begins_anew(
    cache: Path, kitchen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "MOST", 6)
    assert len(kept(cache)) == 5, "of six modules, two are equal"
    for number in range(3, 6):
        edit(kitchen, "food.salt", f"PINCH = {number - 1}", f"PINCH = {number}")
        digest()
    assert len(kept(cache)) <= 6


def test_another_reading_of_sources_has_another_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(code, "__file__", str(tmp_path / "code.py"))
    for text in ("", "# another way to make digests"):
        (tmp_path / "code.py").write_text("")
        (tmp_path / "keys.py").write_text(text)
        digest()
    assert len(list(cache.parent.iterdir())) == 3


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
    "seeds": DRAWN | {"mask", "claims"},
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
    "report.headlines": {"metrics"},
    "report.claims": {"claims"},
    "report.evaluation": {"claims"},
    "study.claims": set(),
    "report.panels": SHOWN,
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
