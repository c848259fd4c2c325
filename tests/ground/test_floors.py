"""Who may import whom: the floors of the house, as README.md has them."""

import ast
import functools
import graphlib
import importlib
import json
import re
import subprocess
import sys

import pytest
from project import TOP

from lth import code

FLOORS = (
    ("settings", "seeds", "keys", "code", "caches"),
    ("files",),
    ("data",),
    ("networks",),
    ("lottery",),
    ("training",),
    ("report",),
    ("study",),
    ("verbs",),
    ("cli", "__main__"),
)
TORCH = {
    "networks.modes",
    "training.batches",
    "training.compilation",
    "training.device",
    "training.evaluation",
    "training.gradients",
    "training.layout",
    "training.loop",
    "training.memory",
    "training.state",
}
NUMBA = {"training.sparse.compiling", "training.sparse.lanes", "training.sparse.memory"}


def modules() -> list[str]:
    files = [path.relative_to(code.PACKAGE).with_suffix("") for path in code.PACKAGE.rglob("*.py")]
    return sorted(".".join(path.parts) for path in files if path.name != "__init__")


def floor(module: str) -> int:
    top = module.split(".")[0]
    found = [number for number, names in enumerate(FLOORS) if top in names]
    assert len(found) == 1, f"give {module} a floor"
    return found[0]


@functools.cache
def parsed(module: str) -> ast.Module:
    path = code.PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(module: str, *, at_once: bool = False) -> set[str]:
    """What a module imports, as dotted names; `at_once` leaves out what functions import."""
    found: set[str] = set()
    for node in parsed(module).body if at_once else ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively, which keys do not follow"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_imports(module: str) -> set[str]:
    """The modules of lth that one imports."""
    names = {f"{name}." for name in imports(module)}
    return {other for other in modules() if any(name.startswith(f"lth.{other}.") for name in names)}


def importers(package: str, *, at_once: bool = False) -> set[str]:
    found: set[str] = set()
    for module in modules():
        tops = {name.split(".")[0] for name in imports(module, at_once=at_once)}
        found |= {module} if package in tops else set()
    return found


@pytest.mark.parametrize("module", modules())
def test_a_folder_imports_only_from_lower_floors(module: str) -> None:
    own = module.split(".")[0]
    others = {other for other in own_imports(module) if other.split(".")[0] != own}
    assert {other for other in others if floor(other) > floor(module)} == set()
    same = {other for other in others if floor(other) == floor(module)}
    assert not same or floor(module) in (0, len(FLOORS) - 1), "only single modules share a floor"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter({module: own_imports(module) for module in modules()}).prepare()


def test_no_verb_imports_a_verb() -> None:
    verbs = [module for module in modules() if module.startswith("verbs.")]
    for verb in verbs:
        assert not {other for other in own_imports(verb) if other.startswith("verbs.")}, verb


def test_the_readme_tells_the_same_floors() -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    folders = [names[0] for names in FLOORS if (code.PACKAGE / names[0]).is_dir()]
    told = [name for name in re.findall(r"^lth/(\w+)/ ", text, re.MULTILINE) if name in folders]
    assert told == folders


def test_every_folder_says_what_it_is_in_a_sentence() -> None:
    for file in code.PACKAGE.rglob("__init__.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), file
        assert len(tree.body) == 1 or file.parent == code.PACKAGE, file


@pytest.mark.parametrize(
    ("package", "owners", "at_once"),
    [
        ("h5py", {"files.structure"}, False),
        ("torch", TORCH, True),
        ("numba", NUMBA, True),
        ("matplotlib", set(), True),
        ("torchvision", set(), True),
        ("sklearn", set(), True),
        ("snakemake", set(), False),
        ("dvc", set(), False),
    ],
)
def test_each_heavy_package_has_its_owners(package: str, owners: set[str], at_once: bool) -> None:
    assert importers(package, at_once=at_once) == owners


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("lth.study.graph", ("torch", "matplotlib", "sklearn", "torchvision", "PIL")),
        ("lth.verbs.prune", ("torch", "numba", "matplotlib", "sklearn")),
        ("lth.verbs.train", ("torch", "numba", "matplotlib", "sklearn")),
        ("lth.verbs.compare", ("torch", "numba", "matplotlib", "sklearn", "snakemake", "dvc")),
        ("lth.training.sparse.loop", ("torch", "matplotlib", "sklearn")),
        ("lth.cli", ("torch", "matplotlib", "h5py", "numpy", "yaml", "msgspec")),
    ],
)
def test_planning_and_pruning_load_no_heavy_package(module: str, absent: tuple[str, ...]) -> None:
    script = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True
    )
    assert not set(json.loads(process.stdout)) & set(absent)


# Tables hold bare names, since their text is in no digest of code.


def tables() -> list[str]:
    return [module for module in modules() if module.rpartition(".")[2] == code.CHOICES]


def test_there_are_tables() -> None:
    assert {"networks.choices", "lottery.branches.choices", "study.strategies.choices"} <= set(
        tables()
    )


@pytest.mark.parametrize("module", tables())
def test_a_table_holds_bare_names_and_nothing_else(module: str) -> None:
    docstring, *statements = parsed(module).body
    assert isinstance(docstring, ast.Expr)
    imported = [item for item in statements if isinstance(item, ast.Import | ast.ImportFrom)]
    (assignment,) = [item for item in statements if item not in imported]
    assert isinstance(assignment, ast.Assign | ast.AnnAssign)
    value = assignment.value
    if isinstance(value, ast.Dict):
        assert all(isinstance(key, ast.Constant) for key in value.keys)
        assert all(isinstance(entry, ast.Name) for entry in value.values)
    else:
        legal = ast.BinOp | ast.BitOr | ast.Name | ast.Load
        assert value is not None
        assert all(isinstance(node, legal) for node in ast.walk(value))


@pytest.mark.parametrize("module", tables())
def test_entries_of_a_table_stand_in_the_modules_that_it_imports(module: str) -> None:
    loaded = vars(importlib.import_module(f"lth.{module}"))
    imported = [node for node in parsed(module).body if isinstance(node, ast.ImportFrom)]
    found = [
        (alias.name, node.module, loaded[alias.name].__module__)
        for node in imported
        for alias in node.names
        if node.module is not None and node.module.startswith("lth.")
    ]
    assert found
    assert [name for name, imported, own in found if imported != own] == []
