"""The DAG as data: which files a study has, what each is made from, and what planning costs."""

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from planned import BLOCK, DIGITS, RUNS, STRATEGIES, inputs_of, keys_of
from project import Project

from lth import keys
from lth.files.paths import braced
from lth.study.experiment import Experiment
from lth.study.graph import Study
from lth.study.judging import judged
from lth.study.node import Node
from lth.study.plans.plan import Plan


def test_the_study_has_every_file_of_each_kind_once(project: Project) -> None:
    nodes = project.study().nodes()
    assert len({node.path for node in nodes}) == len(nodes)
    kinds = Counter(node.kind for node in nodes)
    one = {"dataset": 1, "theta0": 1, "table": 1, "metrics": 1, "report": 1}
    assert kinds == one | {"mask": 13, "run": 26, "figure": 4}


def test_paths_say_what_a_file_is(project: Project) -> None:
    files = project.study().files()
    assert files >= {
        "results/datasets/digits.json",
        f"{RUNS}/theta0.h5",
        f"{RUNS}/dense/round-0/mask.h5",
        f"{RUNS}/dense/round-0/ticket/run.h5",
        f"{RUNS}/iterative/round-12/mask.h5",
        f"{RUNS}/iterative/round-12/reinit/run.h5",
        "results/tables/digits.csv",
        "results/figures/early-stopping.svg",
        "results/figures/early-stopping.png",
        "results/origins/figures/early-stopping.json",
        "results/metrics.json",
    }
    assert all(path.startswith("results/") for path in files)


def test_the_arrays_of_a_data_set_lie_beside_its_manifest(project: Project) -> None:
    study = project.study()
    assert study.known_files() == study.files() | {"results/datasets/digits.npz"}
    assert "results/datasets/digits.npz" not in study.files()


def test_figures_of_a_study_may_have_no_experiment_of_their_own(project: Project) -> None:
    project.set("figures", {"mine": {"extends": "early-stopping", "over": {"digits": ""}}})
    figure = project.study().figure("mine")
    assert figure.path == "results/origins/figures/mine.json"
    assert inputs_of(figure) == {"tables": ["results/origins/tables/digits.json"]}


def test_a_figure_of_curves_needs_just_the_runs_that_it_draws(project: Project) -> None:
    panels = [
        [{"lines": ["dense/ticket", "iterative/round-3/reinit"]}, {"lines": ["dense/ticket"]}]
    ]
    project.set("figures.accuracy-curves.panels", panels)
    runs = ["dense/round-0/ticket/run.h5", "iterative/round-3/reinit/run.h5"]
    figure = project.study().figure("accuracy-curves")
    assert inputs_of(figure) == {"runs": [f"{RUNS}/{run}" for run in runs]}


def test_a_figure_may_be_over_several_experiments(project: Project) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    over = {"digits": "one", "again": "other"}
    project.set("figures.early-stopping.over", over)
    project.set("figures.accuracy-curves.over", over)
    study = project.study()
    tables = [f"results/origins/tables/{name}.json" for name in over]
    assert inputs_of(study.figure("early-stopping")) == {"tables": tables}
    runs = inputs_of(study.figure("accuracy-curves"))["runs"]
    assert {path.split("/")[2] for path in runs} == set(over)


def test_a_table_has_all_runs_and_the_branches_of_each_strategy(project: Project) -> None:
    project.set(f"{DIGITS}.moments", [500])
    study = project.study()
    table = study.table("digits")
    assert inputs_of(table)["runs"] == [node.path for node in study.runs("digits")]
    assert table.settings["strategies"] == {"iterative": ["reinit", "ticket"]}
    assert table.settings["moments"] == [500]


def test_metrics_are_of_all_experiments(project: Project) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    tables = inputs_of(project.study().metrics())["tables"]
    assert tables == ["results/origins/tables/digits.json", "results/origins/tables/again.json"]


def test_experiments_on_one_data_set_share_its_manifest_alone(project: Project) -> None:
    before = project.study().files()
    project.set("experiments.again", {"extends": "lenet-digits"})
    more = project.study().files() - before
    assert all("/again" in path for path in more)
    assert not [path for path in more if path.startswith("results/datasets/")]


def test_inputs_come_in_the_order_that_bash_expands_to(project: Project) -> None:
    project.set(f"{DIGITS}.block", 2)
    lines = ["dense/ticket", "iterative/round-3/reinit", "iterative/round-1/ticket"]
    project.set("figures.accuracy-curves.panels", [[{"lines": lines}]])
    study = project.study()
    assert len(study.experiments["digits"].blocks) == 3
    for node in [node for node in study.nodes() if node.kind in ("figure", "table")]:
        paths = [item.path for items in node.inputs.values() for item in items]
        call = ["bash", "-c", f"printf '%s ' {braced(paths)}"]
        words = subprocess.run(call, capture_output=True, text=True, check=True)
        assert words.stdout.split() == paths, node.path


def test_a_node_has_the_settings_of_its_plan_as_text(project: Project) -> None:
    node = project.study().theta0("digits", BLOCK)
    assert node.text == keys.canonical(node.settings)
    assert node.settings["network"]["hidden"] == [300, 100]


# Jobs and files


def test_one_job_makes_theta0_and_the_dense_mask_of_a_block(project: Project) -> None:
    study = project.study()
    jobs = [sorted(files) for _, files in study.jobs(study.nodes())]
    assert sorted([f"{RUNS}/theta0.h5", f"{RUNS}/dense/round-0/mask.h5"]) in jobs
    paths = [path for files in jobs for path in files]
    assert sorted(paths) == sorted(study.files())
    assert len(jobs) == len(study.nodes()) - 1


def test_files_of_another_key_are_outdated(project: Project) -> None:
    study = project.study()
    assert study.outdated(keys_of(study)) == []
    found = {f"{RUNS}/theta0.h5": "another", "results/runs/old/run.h5": "another"}
    assert study.outdated(found) == [f"{RUNS}/theta0.h5"]


def test_a_training_run_asks_for_the_memory_of_its_stack(project: Project) -> None:
    project.set("experiments.v", {"extends": "vgg-19", "block": 3})
    study = project.study()
    small = study.memory(study.run("digits", BLOCK, "iterative", 1, "ticket"))
    large = study.memory(study.run("v", "trials-0-2", "iterative", 1, "ticket"))
    assert small == 1_700 + (11 * 4 * 5 * 50_610 + 2 * 1_797 * 64) // 1_000_000
    assert large == 1_700 + (11 * 4 * 3 * 20_046_026 + 2 * 60_000 * 3_072) // 1_000_000


# What planning costs


def test_as_many_rounds_as_are_allowed_can_be_planned(project: Project) -> None:
    project.set(f"{STRATEGIES}.iterative.rounds", 100)
    project.set(f"{STRATEGIES}.iterative.rates", {"hidden": 0.02, "output": 0.02})
    lines = [{"lines": ["iterative/round-100/ticket"]}]
    project.set("figures.accuracy-curves.panels", [lines])
    found = keys_of(project.study())
    assert len(set(found.values())) == len(found) > 300


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often things are done that a study should do once for each file or experiment."""
    counts: Counter[str] = Counter()

    def counted(owner: Any, name: str) -> None:
        function: Callable[..., Any] = getattr(owner, name)

        def call(*arguments: Any) -> Any:
            counts[name] += 1
            return function(*arguments)

        monkeypatch.setattr(owner, name, call)

    counted(keys, "key")
    counted(Plan, "origin")
    counted(Experiment, "architecture")
    return counts


def test_each_key_of_three_thousand_jobs_is_computed_once(
    project: Project, calls: Counter[str]
) -> None:
    project.set(f"{DIGITS}.trials", 116)
    project.set(f"{DIGITS}.block", 1)
    study = project.study()
    assert study.experiments["digits"].jobs > 3_000
    calls.clear()
    nodes = study.nodes()
    assert len(list(study.jobs(study.nodes()))) == len(nodes) - 116
    study.outdated(keys_of(study))
    judged(nodes)
    assert calls == {"key": len(nodes), "architecture": 1}


def test_each_file_is_one_node_however_it_is_asked_for(project: Project) -> None:
    study = project.study()
    for node in study.nodes():
        for item in [item for items in node.inputs.values() for item in items]:
            assert item in study.nodes(), item.path
    assert study.at(node_address(study)) is study.theta0("digits", BLOCK)


def node_address(study: Study) -> Any:
    """The address of θ0, as the plan of a training run has it."""
    node: Node = study.run("digits", BLOCK, "iterative", 3, "reinit")
    return node.plan.inputs()["start"]
