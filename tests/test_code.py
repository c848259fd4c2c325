"""Digests of code: an edit changes those of just the files that depend on what was edited, and nothing that runs is left out."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from byhand import Built, command, lth

from lth import code, study

VERBS = ("init", "train", "rewind", "prune", "tabulate", "plot", "summarize")
SETTINGS: dict[str, Any] = {
    "dataset": "digits",
    "branch": "ticket",
    "network": {"name": "lenet", "initialization": "glorot-normal"},
    "recipe": {"optimizer": "adam"},
    "making": {"method": "layer"},
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of lth that a test may edit, and that digests read."""
    copy = tmp_path / "lth"
    shutil.copytree(code.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "PACKAGE", copy)
    forget()
    yield copy
    forget()


def forget() -> None:
    for function in (code._digest, code._reached, code._read, code._definition):
        function.cache_clear()


def digests(settings: dict[str, Any] = SETTINGS) -> dict[str, str]:
    forget()
    return {verb: code.digest(f"verbs.{verb}", settings) for verb in VERBS}


def edit(package: Path, module: str, old: str, new: str) -> None:
    file = package.joinpath(*module.split(".")).with_suffix(".py")
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{module} has no {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_comments_docstrings_and_line_breaks_change_no_digest(package: Path) -> None:
    before = digests()
    reworded = 0
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        text, count = re.subn(r'^( *""")(?=\S)', r"\1Reworded: ", text, flags=re.MULTILINE)
        text = text.replace("\n\n\n", "\n\n\n\n# A remark.\n").replace("(rate * survivors)", "(\n        rate  # of them\n        * survivors\n    )")
        file.write_text(text + "\n# The end.\n", encoding="utf-8")
        reworded += count
    assert reworded > 100
    assert digests() == before


EDITS = {
    "a stream of randomness": ("seeds", '.digest()[:16], "big")', '.digest()[16:], "big")', {"init", "train", "rewind", "prune"}),
    "how weights are drawn": ("tickets", "normal * deviations[", "1 * normal * deviations[", {"init", "train", "rewind"}),
    "a constant deep in a function": ("pruning", 'kind="stable"', 'kind="quicksort"', {"prune"}),
    "a constant of a module": ("training", "CHUNK = 1_000", "CHUNK = 2_000", {"train", "rewind"}),
    "what a module does when it is imported": ("training", "torch.set_flush_denormal(True)", "torch.set_flush_denormal(False)", {"train", "rewind"}),
    "a name from another package": ("gradients", "from torch import Tensor", "from numpy import ndarray as Tensor", {"train", "rewind"}),
    "headlines": ("tables", "return round(value, 6)", "return round(value, 5)", {"summarize"}),
    "how tables are read": ("tables", 'return value == "True"', 'return value != "False"', {"plot", "summarize"}),
    "how files are written": ("store", '"compression_opts": 4', '"compression_opts": 5', {"init", "train", "rewind", "prune"}),
    "how files are read": ("store", "locking=False", "locking=True", {"train", "rewind", "prune", "tabulate", "plot"}),
    "figures": ("figures", "BARS = 6", "BARS = 7", {"plot"}),
    "a verb": ("verbs.prune", "diverged = diverged |", "diverged = diverged ^", {"prune"}),
    "the reader of settings": ("settings", "abs(number) > 1e300", "abs(number) > 1e200", {"init", "train", "rewind", "prune", "tabulate", "plot"}),
    "the optimiser": ("optimizers", '"beta1": 0.9', '"beta1": 0.8', {"train", "rewind"}),
    "an optimiser that is not chosen": ("optimizers", '"dampening": 0.0', '"dampening": 0.1', set()),
    "a branch that is not chosen": ("tickets", '"reinitialization", **', '"again", **', set()),
    "a network that is not chosen": ("networks", 'max_pool2d(x, 2), "pooling"', 'max_pool2d(x, 3), "pooling"', set()),
    "a network": ("networks", "math.prod(shape), *network.hidden", "*shape, *network.hidden", {"init", "train", "rewind"}),
    "a method that is not chosen": ("pruning", "replace=False", "replace=True", set()),
    "how rewinding trains": ("verbs.rewind", "finite.all()", "finite.any()", {"rewind"}),
    "a strategy": ("strategies", 'Making("random"', 'Making("layer"', set()),
    "another optimiser": ("optimizers", '"sgd": sgd}', '"sgd": sgd, "other": sgd}', set()),
    "another initialisation": ("tickets", "(glorot_normal), ", '(glorot_normal), "other": Initialization(glorot_normal), ', set()),
    "another data set": (
        "datasets",
        '    "mnist": Source(',
        '    "other": Source((8, 8), 16, 10, 1400, 397, "0" * 64),\n    "mnist": Source(',
        set(),
    ),
    "how a data set is obtained": ("datasets", "images.reshape(-1, 8, 8)", "images.reshape((-1, 8, 8))", set()),
    "another branch": ("tickets", '"reinit": Branch(reinit),', '"reinit": Branch(reinit), "again": Branch(reinit),', set()),
    "another network": ("networks", '"lenet": Kind(Lenet, lenet),', '"lenet": Kind(Lenet, lenet), "other": Kind(Lenet, lenet),', set()),
    "planning": ("config", "PLAIN_NUMBER = re", "PLAIN = PLAIN_NUMBER = re", set()),
    "verify": ("verbs.verify", "maxsize=8", "maxsize=9", set()),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_of_code_changes_the_digests_of_just_the_verbs_that_need_it(package: Path, case: str) -> None:
    module, old, new, verbs = EDITS[case]
    before = digests()
    edit(package, module, old, new)
    after = digests()
    assert {verb for verb in VERBS if after[verb] != before[verb]} == verbs


def test_code_that_takes_another_entry_of_a_table_depends_on_all(package: Path) -> None:
    edit(package, "tickets", "    return start.theta0\n", '    return BRANCHES["reinit"].start(start, number)\n')
    before = digests()
    edit(package, "tickets", '"reinitialization", **', '"again", **')
    assert digests()["train"] != before["train"]


def test_what_the_packages_do_on_import_counts_for_all_verbs(package: Path) -> None:
    before = digests()
    edit(package, "__init__", "__version__ =", "print()\n__version__ =")
    after = digests()
    assert all(after[verb] != before[verb] for verb in VERBS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        from torch.nn.functional import linear, relu\n", "        from torch.nn.functional import build, linear, relu\n"),
        ("def lenet(", "def build(): ...\n\n\ndef lenet("),
        ("def lenet(", "_ = print()\n\n\ndef lenet("),
    ],
)
def test_names_by_which_code_could_not_be_told_apart_are_refused(package: Path, old: str, new: str) -> None:
    edit(package, "networks", old, new)
    with pytest.raises(AssertionError, match="networks: "):
        digests()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("branch", "reinit"),
        ("branch", "noise-0.5"),
        ("recipe", {"optimizer": "sgd"}),
        ("network", {"name": "conv-2", "initialization": "glorot-normal"}),
        ("network", {"name": "lenet", "initialization": "normal-0.1"}),
    ],
)
def test_the_entry_that_settings_choose_counts(package: Path, name: str, value: Any) -> None:
    assert digests(SETTINGS | {name: value})["train"] != digests()["train"]


def test_names_with_a_number_mean_the_entry_without_it(package: Path) -> None:
    names = ["noise-0.5", "noise-3", "noise"]
    assert len({digests(SETTINGS | {"branch": name})["train"] for name in names}) == 1
    before = digests(SETTINGS | {"branch": "noise-3"})["train"]
    edit(package, "tickets", '"reinit": Branch(reinit),', "")
    assert digests(SETTINGS | {"branch": "noise-3"})["train"] == before


def test_every_table_of_choices_is_there_and_is_chosen_by_a_setting_of_runs_or_masks(built: Built) -> None:
    nodes = [next(built.study.runs("tiny")), built.study.mask("tiny", "trials-0-1", "iterative", 1)]
    assert {table for node in nodes for table, _ in code._choices(node.settings)} == set(code.CHOICES)
    for place in code.CHOICES:
        module, _, table = place.rpartition(".")
        assert table in code._read(module).definitions


def ran(call: list[str]) -> set[code.Place]:
    """The definitions of lth that a call of a verb runs, but for the command line with its reader of JSON, and the digests themselves."""
    found: set[code.Place] = set()

    def watch(frame: FrameType, event: str, argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(code.PACKAGE):
            module = ".".join(path.relative_to(code.PACKAGE).with_suffix("").parts)
            name = frame.f_code.co_qualname.partition(".")[0]
            found.add((module, "" if name == "<module>" else name))

    sys.setprofile(watch)
    try:
        lth(*call)
    finally:
        sys.setprofile(None)
    return {(module, name) for module, name in found if module not in ("cli", "code", "texts") and "<" not in name}


@pytest.mark.parametrize("kind", ["theta0", "rewound", "mask", "run", "table", "figure", "metrics"])
def test_nothing_runs_that_the_digest_does_not_cover(here: Built, kind: str) -> None:
    nodes: list[study.Node] = [node for node in here.study.nodes() if node.kind == kind]
    assert nodes
    for node in nodes:
        assert node.module is not None
        found = ran(command(here.study, node))
        assert len(found) > 5
        assert found <= code.reached(node.module, node.settings)
