"""Real `dvc` over real `snakemake`: experiments, queues, checkouts and pulls, after which nothing is planned that is not needed."""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from workspace import PARAMS, Workspace

pytest.importorskip("dvc", reason="dvc is not installed")

if sys.platform == "win32":
    pytest.skip("the rules need a POSIX shell", allow_module_level=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A study under git and DVC, reproduced, committed as tag `first` and pushed to a remote."""
    folder = tmp_path_factory.mktemp("dvc")
    workspace = Workspace(folder / "study", PARAMS.replace("rounds: 2", "rounds: 1"))
    workspace.under_version_control()
    workspace.dvc("remote", "add", "-q", "-d", "store", str(folder / "remote"))
    workspace.dvc("repro")
    workspace.commit("first results")
    workspace.git("tag", "first")
    workspace.dvc("push")
    return workspace


def metrics(workspace: Workspace) -> dict[str, object]:
    return json.loads((workspace.folder / "results/metrics.json").read_text(encoding="utf-8"))


def test_repro_has_nothing_to_do_after_repro_and_leaves_nothing_for_snakemake(repository: Workspace) -> None:
    assert "Data and pipelines are up to date" in repository.dvc("repro")
    assert repository.plan() == {}
    assert repository.git("status", "--short") == ""


def test_a_checkout_after_a_kill_leaves_nothing_to_do(repository: Workspace) -> None:
    first, unfinished = repository.results(), repository.folder / ".snakemake/incomplete"
    repository.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.04")
    process = repository.start("snakemake")
    while not list(unfinished.iterdir()):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    repository.run("snakemake", "--unlock")
    assert list(unfinished.iterdir()), "the kill left no mark, so this test shows nothing"
    repository.git("checkout", "-q", ".")
    repository.dvc("checkout", "--force")
    assert repository.plan() == {}
    assert repository.results() == first


def test_experiments_checkouts_and_pulls_lead_to_the_same_bytes(repository: Workspace, tmp_path: Path) -> None:
    first, first_metrics = repository.results(), metrics(repository)

    repository.dvc("exp", "run", "-n", "faster", "-S", "experiments.tiny.recipe.learning_rate=0.02")
    assert repository.plan() == {}
    faster, faster_metrics = repository.results(), metrics(repository)
    assert faster_metrics != first_metrics
    assert "experiments.tiny.recipe.learning_rate" in repository.dvc("params", "diff")
    assert "dense_test_accuracy" in repository.dvc("metrics", "diff")
    plots = json.loads(repository.dvc("plots", "diff", "HEAD", "workspace", "--json", "-o", str(tmp_path / "plots")))["data"]
    figures = {path for path in faster if path.startswith("results/figures/")}
    assert plots.keys() == {"results/tables/tiny.csv"} | figures
    assert all({revision for item in items for revision in item["revisions"]} == {"HEAD", "workspace"} for items in plots.values())
    assert "faster" in repository.dvc("exp", "show", "--csv")

    repository.git("checkout", "-q", ".")
    repository.dvc("checkout")
    assert repository.results() == first
    assert repository.plan() == {}

    repository.dvc("exp", "run", "--temp", "-n", "seeded", "-S", "experiments.tiny.seed=7")
    repository.dvc("exp", "run", "--queue", "-n", "longer", "-S", "experiments.tiny.strategies.iterative.rounds=2")
    repository.dvc("exp", "run", "--run-all")
    assert repository.results() == first
    shown = repository.dvc("exp", "show", "--csv")
    assert "seeded" in shown
    assert "longer" in shown

    repository.dvc("exp", "apply", "longer")
    assert repository.plan() == {}
    assert repository.results().keys() > first.keys()
    assert all(repository.results()[path] == digest for path, digest in first.items() if path.startswith("results/runs/"))

    repository.dvc("exp", "apply", "faster")
    assert repository.plan() == {}
    assert repository.results() == faster
    repository.commit("faster")
    repository.dvc("push")

    repository.git("checkout", "-q", "first")
    repository.dvc("checkout")
    assert repository.plan() == {}
    assert repository.results() == first
    repository.edit("lth/training.py", "CHUNK = 1_000", "CHUNK = 999")
    assert repository.plan()["train"] == 4, "a real change must be seen after a checkout"
    repository.edit("lth/training.py", "CHUNK = 999", "CHUNK = 1_000")
    repository.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.02")
    assert repository.plan()["train"] == 4
    repository.edit("params.yaml", "learning_rate: 0.02", "learning_rate: 0.005")
    repository.git("checkout", "-q", "main")
    repository.dvc("checkout")
    assert repository.plan() == {}

    clone = Workspace.__new__(Workspace)
    clone.folder, clone.environment = tmp_path / "clone", repository.environment
    shutil.copytree(repository.folder / ".git", clone.folder / ".git")
    clone.git("checkout", "-q", "-f", "main")
    clone.dvc("pull")
    assert clone.results() == faster
    assert clone.plan() == {}
    assert "follow from one another" in clone.run("python", "-m", "lth", "verify")
    clone.edit("params.yaml", "tab:blue", "tab:red")
    assert clone.plan() == {"plot": 2}


def test_an_override_that_is_no_good_is_refused_by_the_same_validator(repository: Workspace) -> None:
    output = repository.dvc("exp", "run", "--temp", "-S", "experiments.tiny.recipe.learning_rate=-1", status=255)
    assert "experiments.tiny.recipe.learning_rate: expected a number above 0, got -1" in output
