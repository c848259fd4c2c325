"""The verbs, as rules and people call them: a tiny study on the digits from nothing to figures, and what is refused on the way."""

import itertools
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, NoReturn

import h5py
import numpy as np
import pytest
import torch
from byhand import RUNS, TINY, Built, command, lth, make, refused, unkeyed
from conftest import TOP, Project
from PIL import Image

from lth import config, datasets, gradients, origins, store, tables, tickets, training
from lth.study import Study
from lth.terminal import printable


def changed(arguments: list[str], option: str, value: str) -> list[str]:
    """A call with another value of one option."""
    at = arguments.index(option) + 1
    return [*arguments[:at], value, *arguments[at + 1 :]]


# The study from nothing to figures


def test_the_verbs_make_every_file_of_the_study_and_no_other(built: Built) -> None:
    found = {path.relative_to(built.folder).as_posix() for path in (built.folder / "results").rglob("*") if path.is_file()}
    assert found == built.study.files() | {"results/datasets/digits.npz"}


def test_every_file_has_the_key_that_the_study_plans(built: Built) -> None:
    for node in built.study.nodes():
        path = built.folder / node.path
        if node.kind == "dataset":
            assert json.loads(path.read_text())["key"] == node.key
            continue
        file = store.find(path) if path.suffix == ".h5" else origins.read(path)
        assert (file.origin.key, file.origin.kind) == (node.key, node.kind), node.path
        found = {role: [item.path for item in items] for role, items in file.origin.inputs.items()}
        assert found == {role: [item.path for item in items] for role, items in node.inputs.items()}


@pytest.mark.parametrize("path", [f"{RUNS}/theta0.h5", f"{RUNS}/iterative/round-1/mask.h5", f"{RUNS}/iterative/round-1/reinit/run.h5"])
def test_the_same_call_makes_the_same_bytes(here: Built, path: str) -> None:
    before = Path(path).read_bytes()
    Path(path).unlink()
    lth(*command(here.study, here.node(path)))
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize("strategy_round", ["dense/round-0", "iterative/round-1", "iterative/round-2", "oneshot/round-1"])
def test_every_ticket_starts_bit_equal_to_theta0_on_its_mask_and_every_reinit_elsewhere(built: Built, strategy_round: str) -> None:
    mask = built.file(f"{RUNS}/{strategy_round}/mask.h5").group("mask")
    start = tickets.masked(built.file(f"{RUNS}/theta0.h5").group("weights"), mask)
    expected = [tickets.digest({name: value[trial] for name, value in start.items()}).encode() for trial in range(2)]
    assert built.file(f"{RUNS}/{strategy_round}/ticket/run.h5").arrays["start_digest"].tolist() == expected
    if not strategy_round.startswith("oneshot"):
        others = built.file(f"{RUNS}/{strategy_round}/reinit/run.h5").arrays["start_digest"].tolist()
        assert len({*others, *expected}) == 4 + 2


@pytest.mark.parametrize(
    ("place", "before", "left"),
    [
        ("iterative/round-1", "dense/round-0", {"fc1.weight": 614, "fc2.weight": 58, "output.weight": 54}),
        ("iterative/round-2", "iterative/round-1", {"fc1.weight": 491, "fc2.weight": 46, "output.weight": 49}),
        ("oneshot/round-1", "dense/round-0", {"fc1.weight": 77, "fc2.weight": 7, "output.weight": 33}),
    ],
)
def test_masks_nest_have_the_exact_number_left_and_prune_the_smallest_trained_weights(
    built: Built, place: str, before: str, left: dict[str, int]
) -> None:
    old, new = (built.file(f"{RUNS}/{item}/mask.h5").group("mask") for item in (before, place))
    trained = built.file(f"{RUNS}/{before}/ticket/run.h5").group("weights")
    for name, count in left.items():
        assert new[name].dtype == bool
        for trial in range(2):
            kept, gone = new[name][trial], old[name][trial] & ~new[name][trial]
            size = np.abs(trained[name][trial])
            assert int(kept.sum()) == count
            assert not (kept & ~old[name][trial]).any()
            assert size[gone].max() <= size[kept].min()


def test_weights_are_zero_where_they_were_pruned_and_kept_for_tickets_alone(built: Built) -> None:
    mask = built.file(f"{RUNS}/iterative/round-2/mask.h5").group("mask")
    weights = built.file(f"{RUNS}/iterative/round-2/ticket/run.h5").group("weights")
    assert all(not weights[name][~mask[name]].any() and weights[name][mask[name]].any() for name in mask)
    assert not built.file(f"{RUNS}/iterative/round-2/reinit/run.h5").group("weights")


def test_a_run_has_a_network_for_each_trial_and_repeat_and_curves_at_each_evaluation(built: Built) -> None:
    run = built.file(f"{RUNS}/iterative/round-1/reinit/run.h5")
    assert (run.arrays["trial"].tolist(), run.arrays["repeat"].tolist()) == ([0, 0, 1, 1], [0, 1, 0, 1])
    assert run.arrays["iterations"].tolist() == [0, 10, 20, 30, 40]
    assert {name: curve.shape for name, curve in run.group("curves").items()} == dict.fromkeys(training.CURVES, (4, 5))
    assert run.group("measures")["weights_left"].tolist() == [614 + 58 + 54] * 4


def test_the_table_has_the_runs_measures_and_the_dense_network_with_each_strategy(built: Built) -> None:
    table = tables.read_csv(built.folder / "results/tables/tiny.csv")
    lines = {(row["strategy"], row["branch"], row["round"]): 0 for row in table}
    for row in table:
        lines[row["strategy"], row["branch"], row["round"]] += 1
    iterative = {("iterative", branch, round): count for branch, count in (("ticket", 2), ("reinit", 4)) for round in range(3)}
    others = {("oneshot", "ticket", 0): 2, ("oneshot", "ticket", 1): 2, ("random", "reinit", 0): 4, ("random", "reinit", 1): 4}
    others |= {("continued", "ticket", round): 2 for round in range(3)}
    others |= {("rewind", branch, round): 2 for branch in ("ticket", "noise-1") for round in range(2)}
    assert lines == iterative | others
    run = built.file(f"{RUNS}/iterative/round-2/ticket/run.h5").group("measures")
    found = [row["final_test_accuracy"] for row in table if (row["strategy"], row["branch"], row["round"]) == ("iterative", "ticket", 2)]
    assert found == run["final_test_accuracy"].tolist()


def test_the_metrics_are_those_of_the_table(built: Built) -> None:
    metrics = json.loads((built.folder / "results/metrics.json").read_text())
    assert metrics == {"tiny": tables.headlines(tables.read_csv(built.folder / "results/tables/tiny.csv"))}


def test_even_forty_iterations_learn_something(built: Built) -> None:
    measures = built.file(f"{RUNS}/dense/round-0/ticket/run.h5").group("measures")
    assert measures["final_test_accuracy"].min() > 0.2
    assert not measures["diverged"].any()


def test_shared_data_order_gives_the_repeats_of_a_trial_the_same_batches(built: Built) -> None:
    from lth.settings import build
    from lth.verbs.train import Draws, Plan

    settings = dict(built.file(f"{RUNS}/iterative/round-1/reinit/run.h5").origin.settings)
    pairs = [(0, 0), (0, 1), (1, 0)]

    def orders(sharing: str, round: int = 1) -> list[list[int]]:
        plan = build(Plan, {**settings, "round": round, "recipe": {**settings["recipe"], "data_order": sharing}}, "plan")
        draws = Draws(plan, pairs, 30)
        return [draws.order(network, 0).tolist() for network in range(3)]

    first, second, other = orders("shared")
    assert first == second != other
    assert orders("shared", 2) == [first, second, other]
    assert len({tuple(order) for order in orders("fresh") + orders("fresh", 2)}) == 6


def test_augmentation_and_dropout_have_streams_of_their_own(built: Built) -> None:
    from lth.settings import build
    from lth.verbs.train import Draws, Plan

    plan = build(Plan, built.file(f"{RUNS}/iterative/round-1/reinit/run.h5").origin.settings, "plan")
    draws = Draws(plan, [(0, 0), (0, 1)], 2_000)
    shifts = draws.shifts(0, 0)
    assert [np.unique(column).tolist() for column in shifts.T] == [[0, 1], list(range(9)), list(range(9))]
    assert not np.array_equal(shifts, draws.shifts(1, 0))
    assert not np.array_equal(shifts, draws.shifts(0, 1))
    assert np.array_equal(shifts, Draws(plan, [(0, 0)], 2_000).shifts(0, 0))
    assert draws.key(0) != draws.key(1)


def test_rewound_weights_are_those_that_the_dense_training_passes(built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(built.folder)
    dense = built.study.run("tiny", "trials-0-1", "dense", 0, "ticket")
    seen: dict[int, np.ndarray] = {}
    evaluate = training.evaluate

    def watched(architecture: object, layout: gradients.Layout, rows: Any, sets: object) -> object:
        seen[len(seen)] = layout.unpack(rows)["fc1.weight"]
        return evaluate(architecture, layout, rows, sets)

    monkeypatch.setattr(training, "evaluate", watched)
    plan = json.loads(dense.plan)
    plan["recipe"] |= {"evaluate_every": 15}
    call = unkeyed(changed(command(built.study, dense), "--settings", json.dumps(plan)))
    lth(*changed(call, "--out", tmp_path / "run.h5"))
    rewound = built.file(f"{RUNS}/dense/round-0/iteration-15.h5").group("weights")
    assert np.array_equal(seen[1], rewound["fc1.weight"])
    assert not np.array_equal(seen[0], rewound["fc1.weight"])


# Trainings that do not go smoothly


def stop_at(monkeypatch: pytest.MonkeyPatch, evaluation: int) -> None:
    """Interrupts the training at its n-th evaluation, as Ctrl-C would."""
    calls = itertools.count(1)
    evaluate = training.evaluate

    def interrupted(*arguments: object) -> object:
        if next(calls) == evaluation:
            raise KeyboardInterrupt
        return evaluate(*arguments)

    monkeypatch.setattr(training, "evaluate", interrupted)


@pytest.fixture
def stopped(here: Built, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The call of a training that was interrupted at iteration 20, with its checkpoint of iteration 10."""
    path = f"{RUNS}/iterative/round-1/reinit/run.h5"
    call = [*command(here.study, here.node(path)), "--checkpoint-every", "0"]
    Path(path).rename("whole.h5")
    with monkeypatch.context() as patch:
        stop_at(patch, 3)
        with pytest.raises(SystemExit, match="lth: interrupted; run again to go on"):
            lth(*call)
    assert not Path(path).exists()
    return call


def out(call: list[str]) -> Path:
    return Path(call[call.index("--out") + 1])


def test_an_interrupted_training_goes_on_from_its_checkpoint_bit_for_bit(stopped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(out(stopped).parent.glob("*.checkpoint.part"))) == 1
    lth(*stopped)
    assert "from iteration 10" in capsys.readouterr().out
    assert out(stopped).read_bytes() == Path("whole.h5").read_bytes()
    assert list(out(stopped).parent.iterdir()) == [out(stopped)], "the checkpoint goes away with the run"


def test_a_checkpoint_of_other_settings_is_never_used(stopped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads(stopped[2])
    plan["recipe"]["learning_rate"] = 0.02
    lth(*changed(unkeyed(stopped), "--settings", json.dumps(plan)))
    assert "from iteration 0" in capsys.readouterr().out


CONDITIONS = {"device": "Another GPU", "threads": 7, "compiled": True, "cpu": "OTHER", "torch": "1.0"}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_checkpoint_made_under_other_conditions_is_never_used(
    stopped: list[str], condition: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    conditions = training.conditions
    changes = {condition: CONDITIONS[condition]}
    monkeypatch.setattr(training, "conditions", lambda *arguments: conditions(*arguments) | changes)
    capsys.readouterr()
    lth(*stopped)
    said = capsys.readouterr().out
    assert re.search(rf"warning: begins anew: .*run.h5.checkpoint.part: it was made on .*'{condition}': ", said)
    assert "from iteration 0" in said
    found = store.find(out(stopped))
    assert found.made_on[condition] == CONDITIONS[condition]
    assert found.content == store.find("whole.h5").content


def test_a_run_tells_on_what_it_was_made(built: Built) -> None:
    for path in (f"{RUNS}/iterative/round-1/reinit/run.h5", f"{RUNS}/dense/round-0/iteration-15.h5"):
        made_on = store.find(built.folder / path).made_on
        assert made_on["torch"] == torch.__version__
        assert made_on["device"] == "cpu"
        assert made_on["threads"] == 1
        assert made_on["compiled"] is False
        assert made_on["cpu"] == torch.backends.cpu.get_cpu_capability()


def test_a_checkpoint_that_would_unpack_to_gigabytes_is_not_unpacked(stopped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (checkpoint,) = out(stopped).parent.glob("*.checkpoint.part")
    file = store.read(checkpoint)
    store.write(checkpoint, file.origin, {**file.arrays, "rows": np.zeros((1 << 10, 1 << 12), np.float32)})
    capsys.readouterr()
    lth(*stopped)
    assert re.search(r"begins anew: .*expected arrays of at most [\d,]+ bytes, got 16,", capsys.readouterr().out)


def test_a_damaged_checkpoint_is_left_out_of_account(stopped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (checkpoint,) = out(stopped).parent.glob("*.checkpoint.part")
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    lth(*stopped)
    said = capsys.readouterr().out
    assert "warning: begins anew: " in said
    assert "from iteration 0" in said
    assert out(stopped).read_bytes() == Path("whole.h5").read_bytes()


def test_a_diverged_training_is_a_result_from_the_run_to_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(TOP / "params.yaml", tmp_path)
    shutil.copytree(TOP / config.CATALOG, tmp_path / config.CATALOG)
    project = Project(tmp_path)
    project.set("experiments", {"wild": {**TINY, "recipe": {"optimizer": "sgd", "learning_rate": 1.0e30, "iterations": 40, "evaluate_every": 10}}})
    study = Study(project.read())
    monkeypatch.chdir(tmp_path)
    for node in study.nodes():
        make(study, node)
    assert re.search(r"warning: .*ticket/run.h5: loss was not finite in 2 of 2 networks \(column `diverged`\)", capsys.readouterr().out)
    table = tables.read_csv(Path("results/tables/wild.csv"))
    assert all(row["diverged"] for row in table if row["round"] == 0)
    reinits = [row for row in table if (row["strategy"], row["branch"]) == ("iterative", "reinit")]
    assert all(row["ancestor_diverged"] for row in reinits if row["round"] > 0)
    # Which of the later trainings diverge by themselves hangs on how a CPU adds up infinities.
    counted = sum(row["diverged"] or row["ancestor_diverged"] for row in reinits)
    assert json.loads(Path("results/metrics.json").read_text())["wild"]["iterative"]["reinit"]["diverged"] == counted
    assert all(Path(path).exists() for path in study.files())
    lth("verify")


# What is refused


def test_a_planned_key_that_is_not_what_the_file_would_have_is_refused(here: Built) -> None:
    for path in (f"{RUNS}/theta0.h5", f"{RUNS}/iterative/round-1/mask.h5", f"{RUNS}/iterative/round-1/ticket/run.h5"):
        call = changed(command(here.study, here.node(path)), "--key", "0" * 24)
        before = Path(path).read_bytes()
        refused(*call, match=f"{path}: planned with key 0{{24}}, but the code and the inputs of now amount to [0-9a-f]{{24}}; since the plan")
        assert Path(path).read_bytes() == before


def test_a_table_or_figure_of_runs_that_were_not_planned_is_refused(here: Built) -> None:
    path = f"{RUNS}/iterative/round-2/ticket/run.h5"
    file = store.read(path)
    store.write(path, origins.Origin("run", file.origin.settings, "other code", file.origin.inputs), file.arrays)
    for node in (here.study.table("tiny"), here.study.figure("tiny", "accuracy-curves")):
        refused(
            *command(here.study, node),
            match=f"{node.files[0]}: planned with key {node.key}, but .* has changed .results/runs/tiny/.*; run snakemake again",
        )


def test_a_mask_of_another_round_is_refused_even_without_a_key(here: Built) -> None:
    call = unkeyed(command(here.study, here.node(f"{RUNS}/iterative/round-1/ticket/run.h5")))
    strange = f"{RUNS}/iterative/round-2/mask.h5"
    refused(*changed(call, "--mask", strange), match=f"{strange}: expected a mask of round 1, got 2")


def test_inspect_takes_hdf5_files_alone(here: Built) -> None:
    refused("inspect", "results/metrics.json", match="results/metrics.json: expected an HDF5 file")


def test_curves_of_runs_that_are_not_given_are_refused(here: Built) -> None:
    call = unkeyed(command(here.study, here.study.figure("tiny", "accuracy-curves")))
    del call[call.index("--inputs") + 1]
    refused(*call, match="dense/round-0/ticket: no run of this line is among the 2 runs that were given")


def test_an_input_of_another_kind_is_refused(here: Built) -> None:
    prune = command(here.study, here.node(f"{RUNS}/iterative/round-1/mask.h5"))
    train = command(here.study, here.node(f"{RUNS}/iterative/round-1/ticket/run.h5"))
    theta0, mask = f"{RUNS}/theta0.h5", f"{RUNS}/iterative/round-1/mask.h5"
    refused(*changed(prune, "--weights", mask), match=f"{mask}: expected a file of kind 'run' or 'theta0', got 'mask'")
    refused(*changed(prune, "--mask", theta0), match=f"{theta0}: expected a file of kind 'mask', got 'theta0'")
    refused(
        *changed(train, "--start", mask),
        match=f"{mask}: expected a file of kind 'theta0', iteration 0, to start branch 'ticket' from, got kind 'mask', iteration 0",
    )
    refused(*changed(train, "--mask", "none.h5"), match="none.h5: missing")
    refused(*changed(train, "--dataset", theta0), match=f"{theta0}: not the manifest of the data set")


@pytest.fixture
def strange(here: Built) -> Path:
    """θ0, dense mask and run of trials 2 and 3, of another size, beside those of the study."""
    folder = Path("strange")
    (folder / "results").mkdir(parents=True)
    plan = json.loads(here.node(f"{RUNS}/theta0.h5").plan) | {"block": "trials-2-3"}
    dataset = "results/datasets/digits.json"
    lth("init", "--settings", json.dumps(plan), "--dataset", dataset, "--out", folder / "theta0.h5", "--mask", folder / "mask.h5")
    plan["network"] = plan["network"] | {"hidden": [12, 7]}
    lth("init", "--settings", json.dumps(plan), "--dataset", dataset, "--out", folder / "wide-theta0.h5", "--mask", folder / "wide-mask.h5")
    run = json.loads(here.node(f"{RUNS}/dense/round-0/ticket/run.h5").plan) | {"block": "trials-2-3"}
    files = ["--dataset", dataset, "--start", folder / "theta0.h5", "--mask", folder / "mask.h5"]
    lth("train", "--settings", json.dumps(run), *files, "--device", "cpu", "--out", folder / "run.h5")
    return folder


def test_inputs_of_other_trials_or_shapes_are_refused_even_without_a_key(here: Built, strange: Path) -> None:
    prune = unkeyed(command(here.study, here.node(f"{RUNS}/iterative/round-1/mask.h5")))
    train = unkeyed(command(here.study, here.node(f"{RUNS}/dense/round-0/ticket/run.h5")))
    refused(*changed(prune, "--weights", f"{strange}/run.h5"), match=f"{strange}/run.h5: was not trained under {RUNS}/dense")
    refused(
        *changed(prune, "--mask", f"{strange}/wide-mask.h5"),
        match=r"wide-mask.h5: mask/fc2.weight: expected bool \(2, 6, 12\), got bool \(2, 7, 12\)",
    )
    refused(*changed(train, "--start", f"{strange}/theta0.h5"), match=f"{strange}/theta0.h5: expected ")
    refused(*changed(train, "--mask", f"{strange}/mask.h5"), match=f"{strange}/mask.h5: expected ")
    refused(*changed(train, "--start", f"{strange}/wide-theta0.h5"), match=f"{strange}/wide-theta0.h5: .*expected ")
    refused(*changed(train, "--mask", f"{strange}/wide-mask.h5"), match=f"{strange}/wide-mask.h5: .*expected ")


def test_pruning_by_weights_that_were_not_kept_is_refused(here: Built) -> None:
    call = unkeyed(command(here.study, here.node(f"{RUNS}/iterative/round-1/mask.h5")))
    refused(*changed(call, "--weights", f"{RUNS}/dense/round-0/reinit/run.h5"), match="reinit/run.h5: ")


def test_a_run_of_another_experiment_is_not_tabulated(here: Built) -> None:
    table = here.node("results/tables/tiny.csv")
    call = changed(command(here.study, table), "--settings", json.dumps({**table.settings, "experiment": "other"}))
    refused(*call, match=r"run.h5: expected a run of experiment 'other'")


def test_a_tampered_input_is_refused(here: Built) -> None:
    path = f"{RUNS}/iterative/round-1/mask.h5"
    with h5py.File(path, "r+") as file:
        file["mask/fc1.weight"][0, 0, 0] ^= True
    train = command(here.study, here.node(f"{RUNS}/iterative/round-1/ticket/run.h5"))
    refused(*train, match=f"{path}: the arrays are not those that were written")


LENET = {"name": "lenet", "hidden": [12, 6], "dropout": {"rate": 0.0, "after": []}}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("recipe", {"optimizer": "adam"}, "recipe: missing key 'learning_rate'"),
        ("network", LENET | {"initialization": "zero"}, "network.initialization: unknown initialization 'zero'"),
        ("network", {"name": "lennet", "hidden": [3], "initialization": "glorot-normal"}, "unknown network 'lennet'; did you mean 'lenet'"),
        ("branch", "reinitt", "branch: unknown .*'reinitt'; did you mean 'reinit'"),
        ("block", "0-1", "'0-1'"),
        ("seed", None, "seed"),
    ],
)
def test_a_plan_that_a_person_wrote_wrong_is_refused(here: Built, key: str, value: object, message: str) -> None:
    node = here.node(f"{RUNS}/dense/round-0/ticket/run.h5")
    plan = json.loads(node.plan) | {key: value}
    refused(*changed(unkeyed(command(here.study, node)), "--settings", json.dumps(plan)), match=message)


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        (f"{RUNS}/theta0.h5", "network"),
        (f"{RUNS}/theta0.h5", "block"),
        (f"{RUNS}/iterative/round-1/mask.h5", "rates"),
        (f"{RUNS}/iterative/round-1/ticket/run.h5", "recipe"),
        (f"{RUNS}/iterative/round-1/ticket/run.h5", "branch"),
        (f"{RUNS}/iterative/round-1/ticket/run.h5", "keep_weights"),
        ("results/tables/tiny.csv", "strategies"),
        ("results/figures/tiny/early-stopping.svg", "style"),
    ],
)
def test_a_plan_without_a_key_that_is_needed_is_refused(here: Built, path: str, missing: str) -> None:
    node = here.node(path)
    plan = {name: value for name, value in json.loads(node.plan).items() if name != missing}
    refused(*changed(unkeyed(command(here.study, node)), "--settings", json.dumps(plan)), match=f"missing key '{missing}'")


def test_an_unknown_data_set_is_refused(tmp_path: Path) -> None:
    refused("prepare", "digitss", "--out", tmp_path / "it.json", match="unknown data set 'digitss'; did you mean 'digits'")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: VERB"),
        (["trane"], "invalid choice: 'trane'"),
        (["prepare", "digits"], "the following arguments are required: --out"),
        (["prepare", "digits", "--out", "x.json", "--fast"], "unrecognized arguments: --fast"),
        (["train", "--threads", "0"], "argument --threads: expected a whole number of at least 1, got '0'"),
        (["train", "--threads", "two"], "argument --threads: expected a whole number of at least 1, got 'two'"),
        (["train", "--device", "gpu"], "argument --device: "),
        (["prune", "--settings", "{"], "argument --settings: not JSON: Expecting property name"),
        (["prune", "--settings", "[" * 100_000], "argument --settings: not JSON: expected at most 20 levels of mappings and lists"),
        (["prune", "--settings", "9" * 5_000], "argument --settings: not JSON: expected numbers of at most 40 characters, got 5000"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_call_of_another_form_says_what_is_expected_and_ends_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        lth(*arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


# What a terminal would obey


ESC, SAFE = "\x1b[31mred\x07\r\u202e", r"\x1b[31mred\x07\r\u202e"


def test_an_error_about_a_strange_name_does_nothing_to_the_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder)
    refused("check", "--params", f"{ESC}.yaml", match=re.escape(f"lth: error: {SAFE}.yaml: cannot be read: No such file"))
    project.set(f"experiments.{ESC}", {"extends": "lenet"})
    refused("check", match=re.escape(f"lth: error: experiments.{SAFE}: expected a name of lower-case letters and digits"))
    refused("describe", ESC, "--out", "x.yaml", match=re.escape(f"lth: error: {SAFE}: expected a folder named by lower-case"))


def test_what_is_typed_comes_back_without_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        lth("prepare", "digits", "--out", "x.json", f"--{ESC}")
    assert f"lth: error: unrecognized arguments: --{SAFE}\n" in capsys.readouterr().err


def test_tidy_lists_and_deletes_files_of_any_name(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(project.folder)
    Path("results").mkdir()
    for name in (os.fsencode(ESC), b"no-utf-8-\xff", b"two\nlines"):
        Path(os.fsdecode(b"results/" + name)).write_text("")
    lth("tidy", "--delete")
    listed = [f"results/{SAFE}", r"results/no-utf-8-\udcff", r"results/two\nlines"]
    assert capsys.readouterr().out.splitlines() == [*listed, "results: 3 files do not belong to the study, deleted"]
    assert not list(Path("results").iterdir())


def test_prepare_and_describe_print_no_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lth("prepare", "digits", "--out", tmp_path / f"{ESC}.json")
    assert capsys.readouterr().out.startswith(f"{tmp_path}/{SAFE}.json: digits, 1400 training")
    for number, place in enumerate(itertools.product(("train", "test"), ("cat", "dog"))):
        folder = tmp_path.joinpath("pets", *place)
        folder.mkdir(parents=True)
        Image.new("L", (2, 2), 50 + number).save(folder / "0.png")
    lth("describe", tmp_path / "pets", "--out", tmp_path / f"{ESC}.yaml")
    assert capsys.readouterr().out == f"{tmp_path}/{SAFE}.yaml: pets, 2 training and 2 test images of 2 classes\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("θ0 of 'digits' – 50 %, 日本", "θ0 of 'digits' – 50 %, 日本"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("over\rwritten\nline", r"over\rwritten\nline"),
        ("\x9b31m \x85", r"\x9b31m \x85"),
        ("\u202egnp.exe \u2066", r"\u202egnp.exe \u2066"),
        ("\udcff \u2028", r"\udcff \u2028"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_printable_text_has_no_character_that_a_terminal_obeys(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()


VERBS = ["prepare", "init", "train", "prune", "tabulate", "plot", "summarize", "check", "inspect", "verify", "tidy"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        lth(verb, "--help")
    assert caught.value.code == 0
    assert f"usage: lth {verb}" in capsys.readouterr().out


def test_too_little_memory_ends_in_one_line(here: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(datasets, "channel_statistics", fail)
    node = here.node(f"{RUNS}/dense/round-0/ticket/run.h5")
    call = [text.replace('"normalization":"scale"', '"normalization":"standard"') for text in unkeyed(command(here.study, node))]
    refused(*call, match=r"out of memory \(Unable to allocate 9 GiB\); run fewer jobs at once, or choose a lower `block`")


def test_check_counts_the_steps_that_trainings_take(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    lth("check")
    jobs = [node.settings for node in here.study.nodes() if node.kind in ("run", "rewound")]
    assert sum("iteration" in settings for settings in jobs) == 1
    late = [settings for settings in jobs if settings.get("start_iteration")]
    networks = sum(2 * settings.get("repeats", 1) for settings in jobs)
    steps = 40 * networks - (40 - 15) * 2 - 15 * sum(2 * settings["repeats"] for settings in late)
    assert f"# trainings: {networks} networks in {len(jobs)} jobs, {steps:,} network-iterations" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_ends_in_one_line(here: Built) -> None:
    Path("flat").write_text("no folder")
    call = changed(command(here.study, here.node(f"{RUNS}/theta0.h5")), "--out", f"flat{os.sep}theta0.h5")
    refused(*call, match="flat/theta0.h5: could not be written: ")
