"""Real snakemake after edits: exactly what depends on an edit runs again."""

import shutil
from pathlib import Path

import pytest
from edits import CODE, Edit
from workspace import Workspace

pytest.importorskip("snakemake", reason="snakemake is not installed")

FIGURES = {"plot": 2, "compose": 1}
AFTER_RUNS = {"tabulate": 1, "summarize": 1, **FIGURES}
AFTER_TABLES = {
    "tabulate": 1,
    "summarize": 1,
    "plot": 1,
    "compose": 1,
}  # one figure is drawn from runs
TRAINING = {"train": 6, "prune": 2, **AFTER_RUNS}
Jobs = dict[str, int]
CODE_EDITS: dict[str, Jobs] = {
    "training": TRAINING,
    "line ends": {"tabulate": 1, "summarize": 1, **FIGURES},
    "headlines": {"summarize": 1},
    "figures": FIGURES,
    "density": {"plot": 1, "compose": 1},
    "caption": {"plot": 1, "compose": 1},
    "comment": {},
    "docstring": {},
    "command line": {},
    "table of branches": {},
    "unused branch": {},
    "unused network": {},
}
PARAMS_EDITS: dict[str, tuple[str, str, Jobs]] = {
    "the learning rate: training runs, and masks from them": (
        "learning_rate: 0.005",
        "learning_rate: 0.01",
        TRAINING,
    ),
    "the pruning rate: rounds 1 and later": (
        "hidden: 0.2, output",
        "hidden: 0.3, output",
        {"train": 4, "prune": 2, **AFTER_RUNS},
    ),
    "a colour: figures": ("tab:blue", "tab:red", FIGURES),
    "the size of figures: figures": ("width: 3.0", "width: 4.0", FIGURES),
    "how far a figure goes: that figure": ("until: 40", "until: 20", {"plot": 1, "compose": 1}),
    "a comment: nothing": ("experiments:\n", "experiments: # a comment\n", {}),
    "two more rounds: those": (
        "rounds: 2",
        "rounds: 4",
        {"train": 4, "prune": 2, **AFTER_TABLES},
    ),
    "one round fewer: what shows all rounds": ("rounds: 2", "rounds: 1", AFTER_TABLES),
    "one more block of trials: that block": (
        "trials: 2",
        "trials: 4",
        {"init": 1, **TRAINING},
    ),
    "more repeats of a branch: that branch": (
        "reinit: 1",
        "reinit: 2",
        {"train": 3, **AFTER_RUNS},
    ),
    "the seed: everything but the data set": ("seed: 1", "seed: 2", {"init": 1, **TRAINING}),
}


def made(workspace: Workspace, edit: Edit) -> None:
    workspace.edit(edit.file, edit.old, edit.new)


def from_nothing(workspace: Workspace, folder: Path) -> dict[str, str]:
    """The results of the study as it now stands, built in a fresh folder."""
    fresh = workspace.copy(folder)
    for name in ("results", ".snakemake"):
        shutil.rmtree(fresh.folder / name)
    fresh.run("snakemake")
    return fresh.results()


def test_a_finished_study_has_nothing_to_do(finished: Workspace) -> None:
    assert "Nothing to be done" in finished.run("snakemake")
    assert finished.plan() == {}


@pytest.mark.parametrize("name", CODE_EDITS)
def test_an_edit_of_code_plans_exactly_its_dependants(copied: Workspace, name: str) -> None:
    made(copied, CODE[name])
    assert copied.plan() == CODE_EDITS[name]


@pytest.mark.parametrize("name", PARAMS_EDITS)
def test_an_edit_of_params_plans_exactly_its_dependants(copied: Workspace, name: str) -> None:
    old, new, jobs = PARAMS_EDITS[name]
    copied.edit("params.yaml", old, new)
    assert copied.plan() == jobs


NEW_CHOICES = {
    "lth/networks/other.py": (
        "from lth.networks.lenet import Lenet\n\n\n"
        'class Other(Lenet, tag="other"):\n    """Lenet."""\n'
    ),
    "lth/study/strategies/other.py": (
        "from lth.study.strategies.iterative import Iterative\n\n\n"
        'class Other(Iterative, tag="other"):\n    """Iterative."""\n'
    ),
}
TABLES = (
    Edit("lth/networks/choices.py", "Network = ", "Network = Other | "),
    Edit("lth/networks/choices.py", "\nNetwork", "from lth.networks.other import Other\n\nNetwork"),
    Edit("lth/study/strategies/choices.py", "Strategy = ", "Strategy = Other | "),
    Edit(
        "lth/study/strategies/choices.py",
        "\nStrategy",
        "from lth.study.strategies.other import Other\n\nStrategy",
    ),
)


def test_a_new_network_and_a_new_strategy_plan_nothing(copied: Workspace) -> None:
    for name, text in NEW_CHOICES.items():
        (copied.folder / name).write_text(text, encoding="utf-8")
    for edit in TABLES:
        made(copied, edit)
    assert copied.plan() == {}
    copied.edit("params.yaml", "network: {hidden", "network: {name: other, hidden")
    assert copied.plan() == {"init": 1, **TRAINING}


def test_another_branch_is_one_more_training_run_a_round(copied: Workspace) -> None:
    copied.edit("params.yaml", "ticket: 1, reinit: 1", "ticket: 1, reinit: null")
    copied.edit("params.yaml", "iterative/round-1/reinit", "iterative/round-1/ticket")
    copied.edit("params.yaml", "iterative/reinit: dashed", "iterative/reinit: null")
    assert copied.snakemake() == AFTER_RUNS
    for line in ("dense/round-0", "iterative/round-1", "iterative/round-2"):
        shutil.rmtree(copied.folder / f"results/runs/tiny/trials-0-1/{line}/reinit")
    assert copied.plan() == {}
    copied.edit("params.yaml", "reinit: null}\nf", "reinit: 1}\nf")
    assert copied.plan() == {"train": 3, **AFTER_TABLES}


def test_edits_one_after_another_equal_a_build_from_nothing(
    copied: Workspace, tmp_path: Path
) -> None:
    copied.edit("params.yaml", "hidden: 0.2, output", "hidden: 0.3, output")
    assert copied.snakemake() == {"train": 4, "prune": 2, **AFTER_RUNS}
    copied.edit("params.yaml", "rounds: 2", "rounds: 3")
    assert copied.snakemake() == {"train": 2, "prune": 1, **AFTER_TABLES}
    copied.edit("params.yaml", "tab:blue", "tab:green")
    assert copied.snakemake() == FIGURES
    assert copied.plan() == {}
    assert copied.results() == from_nothing(copied, tmp_path / "fresh")


def test_bad_settings_end_in_one_line_before_the_first_job(copied: Workspace) -> None:
    copied.edit("params.yaml", "learning_rate", "learning_rat")
    output = copied.run("snakemake", status=1)
    fault = "unknown key 'learning_rat'; did you mean 'learning_rate'?"
    assert f"lth: error: experiments.tiny.recipe: {fault}" in output
    assert "Traceback" not in output
