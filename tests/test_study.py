"""The DAG as data: which files there are, what each is made from, and what a change of the settings makes anew."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from conftest import Project

from lth.places import braced
from lth.study import Node, Study

RUNS = "results/runs/digits/trials-0-4"
ITERATIVE = "experiments.digits.strategies.iterative"


def keys_of(project: Project) -> dict[str, str]:
    return {node.path: node.key for node in Study(project.read()).nodes()}


@pytest.fixture
def before(project: Project) -> dict[str, str]:
    return keys_of(project)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The files of both whose key is another."""
    return {path for path in before.keys() & after.keys() if before[path] != after[path]}


def under(paths: dict[str, str] | set[str], *starts: str) -> set[str]:
    return {path for path in paths if path.startswith(starts)}


def summaries() -> set[str]:
    """What is made from all runs of the digits."""
    figures = {f"results/origins/figures/digits/{name}.json" for name in ("early-stopping", "end-of-training")}
    return {"results/origins/tables/digits.json", "results/origins/metrics.json"} | figures


def round_files(round: int, *names: str) -> set[str]:
    return {f"{RUNS}/iterative/round-{round}/{name}" for name in names}


# What there is


def test_the_study_has_every_file_of_each_kind_once(project: Project) -> None:
    nodes = Study(project.read()).nodes()
    assert len({node.path for node in nodes}) == len(nodes)
    kinds = Counter(node.kind for node in nodes)
    assert kinds == {"dataset": 1, "theta0": 1, "mask": 13, "run": 26, "table": 1, "figure": 4, "metrics": 1}


def test_paths_say_what_a_file_is(project: Project) -> None:
    files = Study(project.read()).files()
    assert files >= {
        "results/datasets/digits.json",
        f"{RUNS}/theta0.h5",
        f"{RUNS}/dense/round-0/mask.h5",
        f"{RUNS}/dense/round-0/ticket/run.h5",
        f"{RUNS}/iterative/round-12/mask.h5",
        f"{RUNS}/iterative/round-12/reinit/run.h5",
        "results/figures/digits/early-stopping.svg",
        "results/figures/digits/early-stopping.png",
    } | {"results/tables/digits.csv", "results/metrics.json"}
    assert all(not Path(path).is_absolute() for path in files)


def test_trials_are_trained_in_blocks_and_the_last_may_be_shorter(project: Project) -> None:
    project.set("experiments.digits.trials", 7)
    assert Study(project.read()).blocks("digits") == ["trials-0-4", "trials-5-6"]
    project.set("experiments.digits.block", 20)
    assert Study(project.read()).blocks("digits") == ["trials-0-6"]


def test_two_experiments_on_one_data_set_share_its_manifest_and_nothing_else(project: Project, before: dict[str, str]) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    after = keys_of(project)
    assert changed(before, after) == {"results/origins/metrics.json"}
    assert [path for path in after if path.startswith("results/datasets/")] == ["results/datasets/digits.json"]


# What a file is made from


def inputs_of(node: Node) -> dict[str, list[str]]:
    return {role: [item.path for item in items] for role, items in node.inputs.items()}


def test_a_mask_is_pruned_from_the_mask_before_and_the_ticket_that_was_trained_under_it(project: Project) -> None:
    study = Study(project.read())
    first, third = (study.mask("digits", "trials-0-4", "iterative", round) for round in (1, 3))
    assert inputs_of(first) == {"mask": [f"{RUNS}/dense/round-0/mask.h5"], "weights": [f"{RUNS}/dense/round-0/ticket/run.h5"]}
    assert inputs_of(third) == {"mask": [f"{RUNS}/iterative/round-2/mask.h5"], "weights": [f"{RUNS}/iterative/round-2/ticket/run.h5"]}
    assert third.settings["rates"] == {"fc1.weight": 0.2, "fc2.weight": 0.2, "output.weight": 0.1}


def test_every_oneshot_mask_is_pruned_from_the_dense_network_by_its_own_rates(project: Project) -> None:
    rates = [{"hidden": 0.5, "output": 0.25}, {"hidden": 0.9, "output": 0.45}]
    project.set("experiments.digits.strategies.oneshot", {"scope": "layer", "rates": rates, "branches": {"ticket": 1}})
    study = Study(project.read())
    for round, hidden in ((1, 0.5), (2, 0.9)):
        mask = study.mask("digits", "trials-0-4", "oneshot", round)
        assert inputs_of(mask) == {"mask": [f"{RUNS}/dense/round-0/mask.h5"], "weights": [f"{RUNS}/dense/round-0/ticket/run.h5"]}
        assert mask.settings["rates"] == {"fc1.weight": hidden, "fc2.weight": hidden, "output.weight": hidden / 2}


def test_a_training_starts_from_the_data_theta0_and_the_mask_of_its_round(project: Project) -> None:
    run = Study(project.read()).run("digits", "trials-0-4", "iterative", 3, "reinit")
    assert inputs_of(run) == {
        "dataset": ["results/datasets/digits.json"],
        "start": [f"{RUNS}/theta0.h5"],
        "mask": [f"{RUNS}/iterative/round-3/mask.h5"],
    }
    assert (run.settings["repeats"], run.settings["keep_weights"]) == (1, False)


LAYERWISE = {"scope": "layer", "rounds": 3, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"ticket": 1}}


def test_early_masks_are_pruned_from_theta0(project: Project) -> None:
    project.set("experiments.digits.strategies.early", LAYERWISE)
    mask = Study(project.read()).mask("digits", "trials-0-4", "early", 2)
    assert inputs_of(mask) == {"mask": [f"{RUNS}/early/round-1/mask.h5"], "weights": [f"{RUNS}/theta0.h5"]}


def test_the_continued_search_trains_on_and_its_tickets_are_reset(project: Project) -> None:
    project.set("experiments.digits.strategies.continued", LAYERWISE)
    study = Study(project.read())
    place = f"{RUNS}/continued"
    first, third = (study.mask("digits", "trials-0-4", "continued", round) for round in (1, 3))
    assert inputs_of(first) == {"mask": [f"{RUNS}/dense/round-0/mask.h5"], "weights": [f"{RUNS}/dense/round-0/ticket/run.h5"]}
    assert inputs_of(third) == {"mask": [f"{place}/round-2/mask.h5"], "weights": [f"{place}/round-2/search/run.h5"]}
    searches = [study.run("digits", "trials-0-4", "continued", round, "search") for round in (1, 2)]
    assert [inputs_of(run)["start"] for run in searches] == [[f"{RUNS}/dense/round-0/ticket/run.h5"], [f"{place}/round-1/search/run.h5"]]
    assert all((run.settings["repeats"], run.settings["keep_weights"]) == (1, True) for run in searches)
    assert inputs_of(study.run("digits", "trials-0-4", "continued", 3, "ticket"))["start"] == [f"{RUNS}/theta0.h5"]
    assert not any(run.settings["branch"] == "search" for run in study.runs("digits")), "searches are in no table"


def test_rewound_tickets_start_from_an_iteration_of_the_dense_training(project: Project) -> None:
    project.set("experiments.digits.strategies.rewind", LAYERWISE | {"iteration": 100})
    study = Study(project.read())
    run = study.run("digits", "trials-0-4", "rewind", 2, "ticket")
    assert inputs_of(run)["start"] == [f"{RUNS}/dense/round-0/iteration-100.h5"]
    assert run.settings["start_iteration"] == 100
    (rewound,) = run.inputs["start"]
    assert inputs_of(rewound) == {
        "dataset": ["results/datasets/digits.json"],
        "start": [f"{RUNS}/theta0.h5"],
        "mask": [f"{RUNS}/dense/round-0/mask.h5"],
    }
    assert study.run("digits", "trials-0-4", "dense", 0, "ticket").settings["start_iteration"] == 0
    project.set("experiments.digits.strategies.rewind.iteration", 0)
    assert inputs_of(Study(project.read()).run("digits", "trials-0-4", "rewind", 2, "ticket"))["start"] == [f"{RUNS}/theta0.h5"]


def test_random_masks_are_made_from_the_tickets_mask_alone_one_a_repeat(project: Project) -> None:
    project.set("experiments.digits.strategies.random", {"like": "iterative", "rounds": 3, "branches": {"reinit": 4}})
    mask = Study(project.read()).mask("digits", "trials-0-4", "random", 2)
    assert inputs_of(mask) == {"mask": [f"{RUNS}/iterative/round-2/mask.h5"]}
    assert (mask.settings["making"]["method"], mask.settings["rates"], mask.settings["repeats"]) == ("random", {}, 4)


@pytest.mark.parametrize("strategy", ["early", "continued", "rewind", "random", "oneshot"])
def test_another_strategy_leaves_every_mask_and_run_of_the_others_as_it_was(project: Project, before: dict[str, str], strategy: str) -> None:
    settings: dict[str, object] = {
        "early": LAYERWISE,
        "continued": LAYERWISE,
        "rewind": LAYERWISE | {"iteration": 100},
        "random": {"like": "iterative", "rounds": 3, "branches": {"reinit": 1}},
        "oneshot": {"scope": "layer", "rates": [{"hidden": 0.5, "output": 0.25}], "branches": {"ticket": 1}},
    }
    project.set(f"experiments.digits.strategies.{strategy}", settings[strategy])
    assert changed(before, keys_of(project)) == summaries()


def test_the_dense_network_is_trained_once_for_all_strategies_as_often_as_any_of_them_asks(project: Project) -> None:
    project.set(
        "experiments.digits.strategies.oneshot",
        {"scope": "layer", "rates": [{"hidden": 0.5, "output": 0.25}], "branches": {"ticket": 1, "reinit": 3}},
    )
    study = Study(project.read())
    dense = [node for node in study.runs("digits") if node.settings["strategy"] == "dense"]
    assert {node.settings["branch"]: node.settings["repeats"] for node in dense} == {"ticket": 1, "reinit": 3}
    assert study.run("digits", "trials-0-4", "iterative", 1, "reinit").settings["repeats"] == 1


def test_a_figure_of_curves_needs_just_the_runs_that_it_draws(project: Project) -> None:
    project.set("experiments.digits.curves.panels", [["dense/round-0/ticket", "iterative/round-3/reinit"], ["dense/round-0/ticket"]])
    figure = Study(project.read()).figure("digits", "accuracy-curves")
    assert inputs_of(figure) == {"runs": [f"{RUNS}/dense/round-0/ticket/run.h5", f"{RUNS}/iterative/round-3/reinit/run.h5"]}


def test_every_figure_of_two_blocks_gets_its_inputs_in_the_planned_order(project: Project) -> None:
    project.set("experiments.digits.block", 2)
    project.set("experiments.digits.curves.panels", [["dense/round-0/ticket", "iterative/round-3/reinit", "iterative/round-1/ticket"]])
    study = Study(project.read())
    figures = [node for node in study.nodes() if node.kind in ("figure", "table")]
    assert max(len(study.blocks(node.settings["experiment"])) for node in figures) == 3
    for node in figures:
        paths = [item.path for items in node.inputs.values() for item in items]
        words = subprocess.run(["bash", "-c", f"printf '%s ' {braced(paths)}"], capture_output=True, text=True)
        assert words.stdout.split() == paths, node.path


@pytest.mark.parametrize("trials", [1, 5, 11])
def test_bash_expands_braced_paths_to_all_runs_of_an_experiment(project: Project, trials: int) -> None:
    project.set("experiments.digits.trials", trials)
    paths = [node.path for node in Study(project.read()).runs("digits")]
    word = braced(["results/tables/digits.csv", *paths])
    assert subprocess.run(["bash", "-c", f"printf '%s ' {word}"], capture_output=True, text=True).stdout.split() == [
        "results/tables/digits.csv",
        *paths,
    ]


def test_one_run_or_one_table_needs_no_braces() -> None:
    path = f"{RUNS}/dense/round-0/ticket/run.h5"
    assert (braced([path]), braced(["results/tables/digits.csv"])) == (path, "results/tables/digits.csv")


def test_the_command_of_a_table_of_twenty_thousand_runs_fits_into_one_argument(project: Project) -> None:
    project.set("experiments.digits.trials", 1_000)
    project.set("experiments.digits.block", 1)
    paths = [node.path for node in Study(project.read()).runs("digits")]
    assert len(paths) > 20_000
    assert len(braced(paths)) < 60_000


def test_a_training_asks_for_the_memory_of_its_stack(project: Project) -> None:
    project.set("experiments.v", {"extends": "vgg-19", "block": 3})
    study = Study(project.read())
    small = study.memory(study.run("digits", "trials-0-4", "iterative", 1, "ticket"))
    large = study.memory(study.run("v", "trials-0-2", "iterative", 1, "ticket"))
    assert small == 1_700 + (11 * 4 * 5 * 50_610 + 2 * 1_797 * 64) // 1_000_000
    assert large == 1_700 + (11 * 4 * 3 * 20_046_026 + 2 * 60_000 * 3_072) // 1_000_000


def test_files_of_another_key_are_outdated_and_those_that_are_no_part_of_it_are_not(project: Project, before: dict[str, str]) -> None:
    study = Study(project.read())
    assert study.outdated(before) == []
    assert study.outdated({f"{RUNS}/theta0.h5": "another", "results/runs/old/run.h5": "another"}) == [f"{RUNS}/theta0.h5"]


# What a change makes anew


def test_nothing_changes_where_nothing_is_changed(project: Project, before: dict[str, str]) -> None:
    assert keys_of(project) == before
    assert len(set(before.values())) == len(before)


def test_more_rounds_are_added_and_leave_every_mask_and_run_as_it_was(project: Project, before: dict[str, str]) -> None:
    project.set(f"{ITERATIVE}.rounds", 14)
    after = keys_of(project)
    files = ("mask.h5", "ticket/run.h5", "reinit/run.h5")
    assert after.keys() - before.keys() == round_files(13, *files) | round_files(14, *files)
    assert changed(before, after) == summaries()


def test_more_trials_are_one_more_block(project: Project, before: dict[str, str]) -> None:
    project.set("experiments.digits.trials", 10)
    after = keys_of(project)
    assert {path.replace("trials-5-9", "trials-0-4") for path in after.keys() - before.keys()} == under(before, RUNS)
    assert not under(changed(before, after), "results/runs", "results/datasets")


def test_another_branch_is_added_and_leaves_every_mask_and_run_as_it_was(project: Project) -> None:
    project.set("experiments.digits.curves.panels", [["dense/round-0/ticket"]])
    project.set(f"{ITERATIVE}.branches.reinit", None)
    before = keys_of(project)
    project.set(f"{ITERATIVE}.branches.reinit", 1)
    after = keys_of(project)
    assert {Path(path).parts[-2] for path in after.keys() - before.keys()} == {"reinit"}
    assert len(after) - len(before) == 13
    assert changed(before, after) == summaries()


def test_more_repeats_of_a_branch_change_its_runs_alone(project: Project, before: dict[str, str]) -> None:
    project.set(f"{ITERATIVE}.branches.reinit", 2)
    assert under(changed(before, keys_of(project)), "results/runs") == {path for path in before if path.endswith("reinit/run.h5")}


@pytest.mark.parametrize(("key", "value"), [("recipe.learning_rate", 0.002), ("validation", 300), ("recipe.data_order", "shared")])
def test_the_recipe_changes_every_training_and_what_follows_but_not_what_is_drawn(
    project: Project, before: dict[str, str], key: str, value: object
) -> None:
    project.set(f"experiments.digits.{key}", value)
    kept = {"results/datasets/digits.json", f"{RUNS}/theta0.h5", f"{RUNS}/dense/round-0/mask.h5"}
    assert changed(before, keys_of(project)) == before.keys() - kept


def test_moments_change_the_table_and_what_is_made_from_it_alone(project: Project, before: dict[str, str]) -> None:
    project.set("experiments.digits.moments", [500, 1000])
    assert changed(before, keys_of(project)) == summaries()


def test_the_pruning_rate_changes_the_masks_of_round_1_on_and_what_follows_but_nothing_dense(project: Project, before: dict[str, str]) -> None:
    project.set(f"{ITERATIVE}.rates.output", 0.15)
    kept = under(before, "results/datasets", f"{RUNS}/theta0.h5", f"{RUNS}/dense")
    assert changed(before, keys_of(project)) == before.keys() - kept
    assert len(kept) == 5


@pytest.mark.parametrize(("key", "value"), [("seed", 0), ("network.hidden", [100, 50])])
def test_the_seed_and_the_network_change_all_but_the_data(project: Project, before: dict[str, str], key: str, value: object) -> None:
    project.set(f"experiments.digits.{key}", value)
    assert changed(before, keys_of(project)) == before.keys() - {"results/datasets/digits.json"}


@pytest.mark.parametrize(("key", "value"), [("colors", {"ticket": "black", "reinit": "red"}), ("width", 5), ("dpi", 100)])
def test_the_style_changes_the_figures_alone(project: Project, before: dict[str, str], key: str, value: object) -> None:
    project.set(f"style.{key}", value)
    assert changed(before, keys_of(project)) == under(before, "results/origins/figures")


def test_other_curves_change_the_figures_of_curves_alone(project: Project, before: dict[str, str]) -> None:
    project.set("experiments.digits.curves.panels", [["dense/round-0/ticket"]])
    assert changed(before, keys_of(project)) == {f"results/origins/figures/digits/{name}-curves.json" for name in ("accuracy", "loss")}


def test_a_change_of_one_experiment_leaves_the_others_alone(project: Project) -> None:
    project.set("experiments.again", {"extends": "lenet-digits"})
    before = keys_of(project)
    project.set("experiments.again.recipe", {"learning_rate": 0.01})
    assert not {path for path in changed(before, keys_of(project)) if "digits" in path}
