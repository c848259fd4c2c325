"""Real dvc over real snakemake: experiments, checkouts and pulls cause no needless work."""

import json
import sys
import time
from pathlib import Path

import pytest
from edits import CODE
from processes import end_all
from workspace import PARAMS, Workspace

pytest.importorskip("dvc", reason="dvc is not installed")
pytest.importorskip("snakemake", reason="snakemake is not installed")

if sys.platform == "win32":
    pytest.skip("the rules need a POSIX shell", allow_module_level=True)

RATE = "experiments.tiny.recipe.learning_rate"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A study under git and DVC: reproduced, committed as tag `first`. Tests leave it as it is."""
    params = PARAMS.replace("rounds: 2", "rounds: 1")
    workspace = Workspace.new(tmp_path_factory.mktemp("dvc") / "study", params)
    workspace.under_version_control()
    workspace.dvc("repro")
    workspace.commit("first results")
    workspace.git("tag", "first")
    return workspace


@pytest.fixture(scope="module")
def faster(repository: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same after an experiment `faster`, which is not committed. Tests leave it as it is."""
    workspace = repository.copy(tmp_path_factory.mktemp("faster") / "study")
    workspace.dvc("exp", "run", "-n", "faster", "-S", f"{RATE}=0.02")
    return workspace


@pytest.fixture
def two_commits(faster: Workspace, tmp_path: Path) -> Workspace:
    """A copy whose second commit has the results of `faster`."""
    workspace = faster.copy(tmp_path / "study")
    workspace.commit("faster")
    return workspace


def metrics(workspace: Workspace) -> dict[str, object]:
    return json.loads((workspace.folder / "results/metrics.json").read_text(encoding="utf-8"))


def test_repro_leaves_nothing_to_do(repository: Workspace) -> None:
    assert "Data and pipelines are up to date" in repository.dvc("repro")
    assert repository.plan() == {}
    assert repository.git("status", "--short") == ""


def test_a_checkout_after_a_kill_leaves_nothing_to_do(
    repository: Workspace, tmp_path: Path
) -> None:
    copy = repository.copy(tmp_path / "study")
    marks = copy.folder / ".snakemake/incomplete"
    copy.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.04")
    process = copy.start("snakemake")
    while not list(marks.iterdir()):
        assert process.poll() is None
        time.sleep(0.05)
    end_all(process.pid)
    process.communicate()
    copy.run("snakemake", "--unlock")
    assert list(marks.iterdir()), "the kill left no mark, so this test shows nothing"
    copy.git("checkout", "-q", ".")
    copy.dvc("checkout", "--force")
    assert copy.plan() == {}
    assert copy.results() == repository.results()


def test_an_experiment_leaves_nothing_to_do(repository: Workspace, faster: Workspace) -> None:
    assert faster.plan() == {}
    assert metrics(faster) != metrics(repository)


def test_dvc_compares_params_metrics_and_experiments(faster: Workspace) -> None:
    assert RATE in faster.dvc("params", "diff")
    assert "dense_test_accuracy" in faster.dvc("metrics", "diff")
    assert "faster" in faster.dvc("exp", "show", "--csv")


def test_dvc_compares_tables_and_figures(faster: Workspace, tmp_path: Path) -> None:
    options = ("--json", "-o", str(tmp_path / "plots"))
    plots = json.loads(faster.dvc("plots", "diff", "HEAD", "workspace", *options))["data"]
    figures = {path for path in faster.results() if path.startswith("results/figures/")}
    assert plots.keys() == {"results/tables/tiny.csv"} | figures
    for items in plots.values():
        revisions = {revision for item in items for revision in item["revisions"]}
        assert revisions == {"HEAD", "workspace"}


def test_checkout_and_apply_bring_back_the_bytes_of_each(
    repository: Workspace, faster: Workspace, tmp_path: Path
) -> None:
    copy = faster.copy(tmp_path / "study")
    copy.git("checkout", "-q", ".")
    copy.dvc("checkout")
    assert copy.results() == repository.results()
    assert copy.plan() == {}
    copy.dvc("exp", "apply", "faster")
    assert copy.plan() == {}
    assert copy.results() == faster.results()


def test_experiments_elsewhere_leave_the_workspace_as_it_is(
    repository: Workspace, tmp_path: Path
) -> None:
    copy, first = repository.copy(tmp_path / "study"), repository.results()
    rounds = "experiments.tiny.strategies.iterative.rounds"
    copy.dvc("exp", "run", "--temp", "-n", "seeded", "-S", "experiments.tiny.seed=7")
    copy.dvc("exp", "run", "--queue", "-n", "longer", "-S", f"{rounds}=2")
    copy.dvc("exp", "run", "--run-all")
    assert copy.results() == first
    shown = copy.dvc("exp", "show", "--csv")
    assert "seeded" in shown
    assert "longer" in shown
    copy.dvc("exp", "apply", "longer")
    assert copy.plan() == {}
    longer = copy.results()
    assert longer.keys() > first.keys()
    runs = {path: digest for path, digest in first.items() if path.startswith("results/runs/")}
    assert runs.items() <= longer.items()


def test_a_real_change_is_seen_after_a_checkout(
    two_commits: Workspace, repository: Workspace
) -> None:
    two_commits.git("checkout", "-q", "first")
    two_commits.dvc("checkout")
    assert two_commits.plan() == {}
    assert two_commits.results() == repository.results()
    two_commits.edit(*CODE["training"])
    assert two_commits.plan()["train"] == 4
    two_commits.git("checkout", "-q", ".")
    two_commits.edit("params.yaml", "learning_rate: 0.005", "learning_rate: 0.02")
    assert two_commits.plan()["train"] == 4
    two_commits.git("checkout", "-q", ".")
    two_commits.git("checkout", "-q", "main")
    two_commits.dvc("checkout")
    assert two_commits.plan() == {}


def test_a_clone_pulls_all_that_was_pushed(two_commits: Workspace, tmp_path: Path) -> None:
    two_commits.dvc("remote", "add", "-q", "-d", "store", str(tmp_path / "remote"))
    two_commits.commit("a store")
    two_commits.dvc("push")
    two_commits.git("clone", "-q", ".", str(tmp_path / "clone"))
    clone = Workspace(tmp_path / "clone", two_commits.environment)
    clone.dvc("pull")
    assert clone.results() == two_commits.results()
    assert clone.plan() == {}
    assert "follow from one another" in clone.lth("verify")
    clone.edit("params.yaml", "tab:blue", "tab:red")
    assert clone.plan() == {"plot": 2, "compose": 1}


def test_an_override_that_is_no_good_is_refused(repository: Workspace, tmp_path: Path) -> None:
    copy = repository.copy(tmp_path / "study")
    output = copy.dvc("exp", "run", "--temp", "-S", f"{RATE}=-1", status=255)
    assert f"{RATE}: expected a number above 0, got -1" in output
