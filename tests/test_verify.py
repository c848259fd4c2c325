"""`lth verify` finds every forgery that the files themselves give away, even where somebody has mended digests and keys."""

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tamper
from byhand import RUNS, Built, command, lth, make, unkeyed

from lth import config, store
from lth.study import Study
from lth.verbs import verify

Arrays = dict[str, np.ndarray]
MASK, TICKET = f"{RUNS}/iterative/round-2/mask.h5", f"{RUNS}/iterative/round-2/ticket/run.h5"
LAYER = "mask/fc1.weight"


LEAVES = "weights are not those that method"
START = "network 0: did not start from what branch '{}' makes of its start and the mask"


def faults(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    """The lines that verify prints, and its last word."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        lth("verify")
    return capsys.readouterr().out.splitlines(), str(caught.value)


def forge(path: str, change: Callable[[Arrays], None]) -> None:
    """Changes arrays and writes the file as `lth` would, with right digest and key."""
    file = store.read(path)
    arrays = {name: array.copy() for name, array in file.arrays.items()}
    change(arrays)
    store.write(path, file.origin, arrays)


def test_a_study_without_faults_passes(built: Built, here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    lth("verify")
    files = [node.path for node in built.study.nodes() if node.path.endswith(".h5")]
    assert capsys.readouterr().out.splitlines() == [
        f"results: {len(files)} HDF5 files and 9 others are whole, in place, and follow from one another",
        "results: 6 pictures are those that were drawn",
    ]
    lth("verify", built.folder / "results")


def other_place(arrays: Arrays, kept: bool) -> int:
    """A place of the first trial's first layer that is pruned in round 2, or kept in it."""
    return int(np.flatnonzero(arrays[LAYER][0].ravel() == kept)[0])


def one_more(arrays: Arrays) -> None:
    arrays[LAYER][0].ravel()[other_place(arrays, kept=True)] = False


def revived(arrays: Arrays) -> None:
    before = store.read(f"{RUNS}/iterative/round-1/mask.h5").arrays[LAYER]
    arrays[LAYER][0].ravel()[np.flatnonzero(~before[0].ravel())[0]] = True
    one_more(arrays)


def largest_pruned(arrays: Arrays) -> None:
    trained = store.read(f"{RUNS}/iterative/round-1/ticket/run.h5").arrays["weights/fc1.weight"][0]
    before = store.read(f"{RUNS}/iterative/round-1/mask.h5").arrays[LAYER][0]
    arrays[LAYER][0].ravel()[np.flatnonzero((before & ~arrays[LAYER][0]).ravel())[0]] = True
    arrays[LAYER][0].ravel()[np.argmax(np.abs(trained))] = False


def moved(name: str, value: float = 1) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.__setitem__(name, arrays[name] + value)


def unpruned(arrays: Arrays) -> None:
    arrays["weights/fc1.weight"] = np.where(arrays["weights/fc1.weight"] == 0, np.float32(1e-9), arrays["weights/fc1.weight"])


def other_start(arrays: Arrays) -> None:
    arrays["start_digest"] = arrays["start_digest"][::-1].copy()


def swapped(arrays: Arrays) -> None:
    """Another place of the first trial's second random mask."""
    mask = arrays[LAYER][1].ravel()
    kept, gone = int(np.flatnonzero(mask)[0]), int(np.flatnonzero(~mask)[0])
    mask[kept], mask[gone] = False, True


def untrained(arrays: Arrays) -> None:
    arrays.update(store.read(f"{RUNS}/theta0.h5").arrays)


FORGERIES = {
    "θ0": (f"{RUNS}/theta0.h5", moved("weights/fc1.weight"), "trial 0 is not the draw that seed 1 makes"),
    "the dense mask": (f"{RUNS}/dense/round-0/mask.h5", one_more, "mask fc1.weight: the dense mask is not all ones"),
    "one weight too few": (MASK, one_more, "fc1.weight, trial 0, repeat 0: 490 weights left, expected 491"),
    "a pruned weight that comes back": (MASK, revived, f"fc1.weight, trial 0, repeat 0: 1 of 491 {LEAVES} 'layer' leaves"),
    "the wrong weight pruned": (MASK, largest_pruned, f"fc1.weight, trial 0, repeat 0: 1 of 491 {LEAVES} 'layer' leaves"),
    "a pruned weight that moved": (TICKET, unpruned, "fc1.weight: a pruned weight is not 0 after training"),
    "another start": (TICKET, other_start, START.format("ticket")),
    "another stop": (TICKET, moved("measures/early_stop_iteration", 10), "early_stop_iteration is not what the curves say"),
    "another density": (TICKET, moved("measures/density", 0.1), "density is not what the mask has"),
    "another count": (TICKET, moved("measures/weights_left"), "weights_left is not what the mask has"),
    "other trials": (MASK, moved("trial"), "the stack is not that of trials-0-1 with 1 repeats"),
    "other repeats": (f"{RUNS}/dense/round-0/reinit/run.h5", moved("repeat"), "the stack is not that of trials-0-1 with 2 repeats"),
    "a random mask": (
        f"{RUNS}/random/round-1/mask.h5",
        swapped,
        f"fc1.weight, trial 0, repeat 1: 1 of 77 {LEAVES} 'random' leaves",
    ),
    "noise": (
        f"{RUNS}/rewind/round-1/noise-1/run.h5",
        other_start,
        START.format("noise-1"),
    ),
    "a search": (
        f"{RUNS}/continued/round-1/search/run.h5",
        other_start,
        START.format("search"),
    ),
    "rewound weights": (f"{RUNS}/dense/round-0/iteration-15.h5", untrained, f"is not trained: its weights are those of {RUNS}/theta0.h5"),
    "weights that were not 0": (TICKET, moved("measures/largest_pruned_weight"), "a pruned weight was not 0 after training"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forgery_with_right_digest_and_key_is_found(here: Built, capsys: pytest.CaptureFixture[str], case: str) -> None:
    path, change, message = FORGERIES[case]
    forge(path, change)
    lines, _ = faults(capsys)
    assert f"{path}: {message.removeprefix('mask ')}" in lines


def test_one_damaged_file_is_one_fault_and_what_was_made_from_it_waits(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(f"{RUNS}/iterative/round-1/mask.h5")
    path.write_bytes(path.read_bytes()[:-100])
    lines, end = faults(capsys)
    waiting = {f"{RUNS}/iterative/round-1/ticket/run.h5", f"{RUNS}/iterative/round-1/reinit/run.h5", MASK}
    assert lines[0].startswith(f"{path}: not a whole HDF5 file")
    assert set(lines[1:]) == {f"{name}: not checked, since a file that it was made from has a fault" for name in waiting}
    assert end.startswith("lth: error: results: 1 fault, and 3 files that were made from these; do what each line says")


def test_a_missing_parent_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path(MASK).unlink()
    lines, _ = faults(capsys)
    assert lines[0] == f"{RUNS}/iterative/round-2/reinit/run.h5: was made from {MASK} (mask), which is missing; run snakemake again"


def test_swapped_files_are_found_where_they_lie(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = Path(f"{RUNS}/iterative/round-1/mask.h5"), Path(MASK)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    lines, _ = faults(capsys)
    assert lines[:2] == [f"{one}: is the file of {other}", f"{other}: is the file of {one}"]
    assert all("not checked" in line for line in lines[2:])


def remade(path: str, **changes: Any) -> tuple[str, str]:
    """Writes a file anew with another origin (`code`, or `inputs` by role) and the key that this has; the keys before and after."""
    file = store.read(path)
    inputs = {role: (dataclasses.replace(store.find(other).as_input(), path=other),) for role, other in changes.pop("inputs", {}).items()}
    origin = dataclasses.replace(file.origin, inputs={**file.origin.inputs, **inputs}, **changes)
    store.write(path, origin, file.arrays)
    return file.origin.key, origin.key


def test_a_parent_that_was_made_anew_in_another_way_is_found(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = remade(MASK, code="other code")
    lines, _ = faults(capsys)
    assert f"{TICKET}: was made from {MASK} (mask) when that had key {before}; now it has key {after}; {verify.AGAIN}" in lines


STRANGERS = {
    "a mask of another strategy": (TICKET, {"mask": f"{RUNS}/oneshot/round-1/mask.h5"}, "was made from {mask}, which is not a mask for it"),
    "a mask of another round": (MASK, {"mask": f"{RUNS}/dense/round-0/mask.h5"}, "was made from {mask}, which is not a mask for it"),
    "a random mask like another strategy": (
        f"{RUNS}/random/round-1/mask.h5",
        {"mask": f"{RUNS}/iterative/round-1/mask.h5"},
        "was made from {mask}, which is not a mask for it",
    ),
    "θ0 where trained weights are pruned": (MASK, {"weights": f"{RUNS}/theta0.h5"}, "was made from {weights}, which is not a weights for it"),
    "a search that goes on from another run": (
        f"{RUNS}/continued/round-1/search/run.h5",
        {"start": f"{RUNS}/oneshot/round-1/ticket/run.h5"},
        f"does not go on from the run that {RUNS}/continued/round-1/mask.h5 was pruned by",
    ),
    "θ0 where it is rewound": (
        f"{RUNS}/rewind/round-1/ticket/run.h5",
        {"start": f"{RUNS}/theta0.h5"},
        "was made from {start}, which is not a start for it",
    ),
    "a ticket's run where the search goes on": (
        f"{RUNS}/iterative/round-1/ticket/run.h5",
        {"start": f"{RUNS}/dense/round-0/ticket/run.h5"},
        "was made from {start}, which is not a start for it",
    ),
    "weights of another round": (MASK, {"weights": f"{RUNS}/dense/round-0/ticket/run.h5"}, "was made from {weights}, which is not a weights for it"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_parent_that_a_file_cannot_have_is_found(here: Built, capsys: pytest.CaptureFixture[str], case: str) -> None:
    path, inputs, message = STRANGERS[case]
    remade(path, inputs=inputs)
    lines, _ = faults(capsys)
    assert f"{path}: {message.format(**inputs)}" in lines


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def no_json(path: Path) -> None:
    path.write_text("hi")


def without_a_row(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def better(path: Path) -> None:
    path.write_text(path.read_text().replace('"dense_test_accuracy": 0.', '"dense_test_accuracy": 0.9'))


FIGURE = "results/figures/tiny/early-stopping"
OTHERS = [
    ("results/datasets/digits.npz", cut, "results/datasets/digits.npz: damaged"),
    ("results/tables/tiny.csv", without_a_row, "not the file that was written (its SHA-256 differs)"),
    ("results/metrics.json", better, "not the file that was written (its SHA-256 differs)"),
    ("results/metrics.json", no_json, "not the file that was written (its SHA-256 differs)"),
    (f"{FIGURE}.svg", cut, "not the file that was written (its SHA-256 differs)"),
    (f"{FIGURE}.png", cut, "not the file that was written (its SHA-256 differs)"),
    ("results/origins/tables/tiny.json", cut, "not JSON"),
    ("results/origins/metrics.json", no_json, "not JSON"),
]


@pytest.mark.parametrize(("path", "change", "message"), OTHERS)
def test_a_damaged_data_set_table_or_figure_is_named(
    here: Built, capsys: pytest.CaptureFixture[str], path: str, change: Callable[[Path], None], message: str
) -> None:
    change(Path(path))
    lines, _ = faults(capsys)
    assert any(line.startswith(f"{path}: ") and message in line for line in lines)


def mended(study: Study, path: str, change: Callable[[Path], None]) -> None:
    """Changes a text, and its SHA-256 in the origin file."""
    change(Path(path))
    tamper.remake_origin(study, path)


MENDED = [
    ("results/tables/tiny.csv", without_a_row, "results/tables/tiny.csv: is not what its runs say"),
    ("results/metrics.json", better, "results/metrics.json: is not what its tables say"),
    (f"{FIGURE}.svg", cut, f"{FIGURE}.svg: is not what its inputs are drawn as"),
    (f"{FIGURE}.png", cut, f"{FIGURE}.png: is not what its inputs are drawn as"),
]


@pytest.mark.parametrize(("path", "change", "message"), MENDED)
def test_a_text_or_picture_is_made_again_and_compared(
    here: Built, capsys: pytest.CaptureFixture[str], path: str, change: Callable[[Path], None], message: str
) -> None:
    mended(here.study, path, change)
    lines, _ = faults(capsys)
    assert any(line.startswith(message) for line in lines)


def test_a_picture_of_other_versions_is_compared_by_its_digest_alone(here: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    mended(here.study, f"{FIGURE}.svg", cut)
    monkeypatch.setattr("lth.figures.versions", lambda: {"matplotlib": "0"})
    lth("verify")


@pytest.mark.parametrize("kind", tamper.KINDS)
def test_a_tampering_of_each_kind_is_named(here: Built, kind: str) -> None:
    path = tamper.KINDS[kind](here.study, random.Random(kind))
    output, well = tamper.verified()
    assert tamper.named(output, path, here.study), f"{path}\n{output}"
    assert well == (kind == "place: a strange file"), "a file that is not the study's is no fault of it"


def test_a_file_of_a_kind_that_has_no_place_in_results_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    file = store.read(TICKET)
    path = Path(TICKET).with_name("checkpoint.h5")
    store.write(path, dataclasses.replace(file.origin, kind="checkpoint"), file.arrays)
    Path("params.yaml").unlink()  # a study would call it a file that is not its own
    lines, _ = faults(capsys)
    assert lines == [f"{path}: kind 'checkpoint' has no place in results"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("validation", '"validation":400', '"validation":300'),
        ("seed", '"seed":1', '"seed":2'),
        ("network", '"rate":0.0', '"rate":0.5'),
        ("recipe", '"batch":60', '"batch":50'),
    ],
)
def test_a_run_that_cannot_be_compared_with_others_is_found(here: Built, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str) -> None:
    path = f"{RUNS}/iterative/round-2/reinit/run.h5"
    call = unkeyed(command(here.study, here.node(path)))
    at = call.index("--settings") + 1
    assert old in call[at]
    call[at] = call[at].replace(old, new)
    lth(*call)
    if name in ("validation", "recipe"):
        for node in (here.study.table("tiny"), here.study.metrics()):
            lth(*unkeyed(command(here.study, node)))
        there = f"{RUNS}/dense/round-0/ticket/run.h5 and {path}"
        table = "results/origins/tables/tiny.json"
        assert f"{table}: compares {there}, which are not of the same {name}; {verify.AGAIN}" in faults(capsys)[0]
    else:
        parent = {"network": f"{RUNS}/theta0.h5, which is not a start", "seed": f"{MASK}, which is not a mask"}[name]
        assert faults(capsys)[0][0] == f"{path}: was made from {parent} for it"


def test_what_the_study_no_longer_has_is_named_and_compared_with_nothing(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("trials: 2", "trials: 1"))
    capsys.readouterr()
    lth("verify")
    lines = capsys.readouterr().out.splitlines()
    assert f"{RUNS}/iterative/round-1/mask.h5: does not belong to the study, so it was not checked" in lines
    assert "results: so are 4 more files; `lth tidy` lists them all" in lines
    assert "results/origins/tables/tiny.json: is not what params.yaml and the code ask for now" in lines
    study = Study(config.read())
    for node in study.nodes():
        make(study, node)
    for kind in ("table", "figure", "metrics"):
        for node in (node for node in study.nodes() if node.kind == kind):
            lth(*command(study, node))
    capsys.readouterr()
    lth("verify")
    assert "is not what params.yaml" not in capsys.readouterr().out


def test_files_of_other_settings_than_the_study_has_now_are_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("learning_rate: 0.01", "learning_rate: 0.02"))
    capsys.readouterr()
    lth("verify")
    trained = [node for node in here.study.nodes() if node.inputs.keys() - {"dataset"}]
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if "is not what params.yaml and the code ask for now" in line]
    assert len(lines) == verify.LISTED
    assert f"so are {len(trained) - verify.LISTED} more files; `snakemake -n` says what runs again" in out


def test_a_file_that_is_no_end_of_trouble_is_one_fault(here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = iter([RecursionError("deep"), MemoryError("large"), TypeError("odd")])

    def trouble(*_: object) -> None:
        if error := next(troubles, None):
            raise error

    monkeypatch.setattr(verify, "_theta0_faults", trouble)
    monkeypatch.setattr(verify, "_rewound_faults", trouble)
    lines, end = faults(capsys)
    assert f"{RUNS}/theta0.h5: cannot be checked (MemoryError: large); {verify.AGAIN}" in lines
    assert f"{RUNS}/dense/round-0/iteration-15.h5: cannot be checked (RecursionError: deep); {verify.AGAIN}" in lines
    assert end.startswith("lth: error: results: 2 faults; do what each line says")


def doubled_losses(arrays: Arrays) -> None:
    for moment in ("early_stop", "final"):
        arrays[f"measures/{moment}_train_loss"] *= 2


def test_a_run_remade_elsewhere_with_other_bits_is_noticed_by_its_content(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    """The same key, other bits: as from another CPU."""
    path = f"{RUNS}/iterative/round-1/reinit/run.h5"
    forge(path, doubled_losses)
    lines, _ = faults(capsys)
    assert [line.partition(" when its content was ")[0] for line in lines] == [f"results/origins/tables/tiny.json: was made from {path} (runs)"] + [
        line for line in lines if "not checked" in line
    ]


def test_a_file_of_another_version_of_lth_is_a_fault_of_its_own(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"{RUNS}/oneshot/round-1/ticket/run.h5"
    run, mask = store.read(path), store.read(MASK)
    store.write(path, run.origin, {name: array for name, array in run.arrays.items() if name != "measures/largest_pruned_weight"})
    remade(MASK, settings={name: value for name, value in mask.origin.settings.items() if name != "rates"})
    lines, _ = faults(capsys)
    assert any(line.startswith(f"{path}: array 'measures/largest_pruned_weight' is missing; it has ") for line in lines)
    assert any(line.startswith(f"{MASK}: settings: missing key 'rates'") for line in lines)


def test_a_folder_without_files_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="results: no folder runs in it; run snakemake first, or name the results folder"):
        lth("verify")


@pytest.mark.parametrize("path", ["results/runs", MASK])
def test_a_part_of_the_results_is_refused_and_not_called_a_fault(here: Built, path: str) -> None:
    with pytest.raises(SystemExit, match=f"{path}: no folder runs in it"):
        lth("verify", path)


def test_a_run_that_a_table_knows_and_that_is_gone_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path(f"{RUNS}/iterative/round-2/reinit/run.h5").unlink()
    path = f"{RUNS}/iterative/round-2/reinit/run.h5"
    lines, _ = faults(capsys)
    assert f"results/origins/tables/tiny.json: was made from {path} (runs), which is missing; run snakemake again" in lines


def test_a_table_that_the_metrics_know_and_that_is_gone_is_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path("results/tables/tiny.csv").unlink()
    lines, _ = faults(capsys)
    assert lines[0] == "results/tables/tiny.csv: missing"
    assert "results/origins/metrics.json: not checked, since a file that it was made from has a fault" in lines


def test_metrics_that_leave_out_a_table_are_noticed(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    tamper.untold_table(here.study, random.Random(0))
    lines, _ = faults(capsys)
    assert f"results/origins/metrics.json: has no numbers of results/origins/tables/tiny.json; {verify.AGAIN}" in lines


def test_texts_without_an_origin_are_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path("results/origins/figures/tiny/loss-curves.json").unlink()
    lines, _ = faults(capsys)
    figures = [f"results/figures/tiny/loss-curves.{kind}" for kind in ("png", "svg")]
    assert lines[:2] == [f"{path}: no file in results/origins says what it was made from; {verify.AGAIN}" for path in figures]


def test_a_file_larger_than_any_that_is_planned_is_not_unpacked(
    here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MOST", 0)
    lth("verify")
    path = f"{RUNS}/random/round-1/mask.h5"
    file = store.read(path)
    twice = {name: np.concatenate([array, array]) for name, array in file.arrays.items()}
    settings = {**file.origin.settings, "repeats": 2 * file.origin.settings["repeats"]}
    store.write(path, dataclasses.replace(file.origin, settings=settings), twice, file.made_on)
    lines, _ = faults(capsys)
    size = sum(array.nbytes for array in twice.values())
    assert lines[0] == f"{path}: unpacks to {size:,} bytes, and the study plans no file of that size; it is not read"


def test_images_of_more_bytes_than_the_study_knows_are_not_unpacked(
    here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MOST", 0)
    path = Path("results/datasets/digits.json")
    path.write_text(path.read_text().replace('"training":1400', '"training":1400000'))
    lines, _ = faults(capsys)
    assert lines[0].startswith(f"{path}: images and labels of 100,828,584 bytes, and the study knows no data set of that size")


def resettled(path: str, **settings: Any) -> None:
    """Other settings under a right seal and key; None takes one away."""
    file = store.read(path)
    changed = {name: value for name, value in {**file.origin.settings, **settings}.items() if value is not None}
    store.write(path, dataclasses.replace(file.origin, settings=changed), file.arrays, file.made_on)


@pytest.mark.parametrize("settings", [{"start_iteration": -(10**12)}, {"recipe": None}, {"keep_weights": None}])
def test_settings_that_no_run_has_are_a_fault_at_once(here: Built, capsys: pytest.CaptureFixture[str], settings: dict[str, Any]) -> None:
    resettled(TICKET, **settings)
    (name,) = settings
    assert any(line.startswith(f"{TICKET}: ") and name in line for line in faults(capsys)[0])


def test_a_parent_with_strange_settings_blames_nobody_else(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"{RUNS}/iterative/round-1/mask.h5"
    resettled(path, shapes=5)
    lines, end = faults(capsys)
    assert [line for line in lines if "not checked" not in line] == [
        f"{path}: shapes: expected a mapping, got 5",
    ]
    assert end.startswith("lth: error: results: 1 fault, and ")


def test_files_of_the_study_that_are_not_there_are_named(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for path in here.study.metrics().files:
        Path(path).unlink()
    capsys.readouterr()
    lth("verify")
    assert "results/metrics.json: is not there yet" in capsys.readouterr().out


def test_a_study_that_cannot_be_read_is_said(here: Built, capsys: pytest.CaptureFixture[str]) -> None:
    Path("params.yaml").write_text("experiments: [")
    capsys.readouterr()
    lth("verify")
    assert "results: compared with no study, since that beside it cannot be read (" in capsys.readouterr().out


def test_the_study_is_found_from_within_the_results(here: Built, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("learning_rate: 0.01", "learning_rate: 0.02"))
    monkeypatch.chdir("results")
    capsys.readouterr()
    lth("verify", ".")
    assert "is not what params.yaml and the code ask for now" in capsys.readouterr().out
