"""Every network, strategy and branch of the paper at tiny length, in one study of real snakemake.

The experiments are the catalog's own entries, on a folder of images. Snakemake trains Lenet and
Conv-6. One process makes the others before, since each job of torch loads it for two seconds.
Snakemake then takes them as they are.
"""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from project import TOP
from workspace import PARAMS, Workspace

from lth.files import hdf5
from lth.lottery.tickets import digest

pytest.importorskip("snakemake", reason="snakemake is not installed")

REFERENCE = Path(__file__).parents[1] / "reference.py"
LENGTH = {"iterations": 6, "evaluate_every": 3, "batch": 6}
SHORT = {"trials": 1, "block": 1, "dataset": "tiny", "validation": 10}
DENSE_RATES = {"hidden": 0.2, "output": 0.1}
RATES = {"convolution": 0.1, **DENSE_RATES}
RANDOM = {"kind": "random", "like": "iterative", "rounds": 2, "branches": {"reinit": 2}}
CONTROLS = ("ticket", "reinit", "resample", "noise-0.5", "shuffle")  # of which all are tickets
Entries = dict[str, dict[str, Any]]


def pruned(kind: str, rates: dict[str, float], **more: Any) -> dict[str, Any]:
    """A strategy of two rounds, layer by layer."""
    same = {"kind": kind, "method": "layer", "rounds": 2, "rates": rates, "branches": {"ticket": 1}}
    return same | more


def large(
    entry: str, rounds: int, branches: dict[str, None] | None = None, **strategies: Any
) -> dict[str, Any]:
    """A Resnet or VGG. `branches` are those that it is to have no more."""
    recipe = LENGTH | {"warmup": 3, "drops": [4]}
    own = {"iterative": {"rounds": rounds, "branches": branches or {}}, **strategies}
    return SHORT | {"extends": entry, "recipe": recipe, "moments": [3, 6], "strategies": own}


def conv(entry: str, rounds: int, **strategies: Any) -> dict[str, Any]:
    """A Conv-2, -4 or -6."""
    own = {"iterative": {"rounds": rounds, "branches": {"reinit": 1}}, **strategies}
    return SHORT | {"extends": entry, "recipe": LENGTH, "strategies": own}


LENET = SHORT | {
    "extends": "lenet-tickets",
    "network": {"hidden": [20, 10], "initialization": "normal-0.1"},
    "recipe": LENGTH,
    "strategies": {
        "iterative": {
            "rounds": 2,
            "branches": dict.fromkeys((*CONTROLS, "noise-3"), 1) | {"reinit": 2},
        },
        "continued": pruned("continued", DENSE_RATES),
        "early": pruned("early", DENSE_RATES),
        "rewind": pruned("rewind", DENSE_RATES, iteration=2, branches={"ticket": 1, "reinit": 1}),
        "oneshot": {
            "kind": "oneshot",
            "method": "layer",
            "rates": [DENSE_RATES, {"hidden": 0.8, "output": 0.4}],
            "branches": {"ticket": 1},
        },
        "random": RANDOM,
    },
}
EXPERIMENTS: Entries = {
    "lenet": LENET,
    "conv-2": conv("conv-2-tickets", 2, continued=pruned("continued", RATES)),
    "conv-4": conv("conv-4-dropout", 1),
    "conv-6": conv("conv-6-tickets", 1),
    "resnet": large("resnet-18-rewind", 2, random=RANDOM, rewind={"rounds": 2, "iteration": 2}),
    "resnet-layerwise": large("resnet-18-layerwise", 1),
    "vgg": large("vgg-19-tickets", 1, branches={"reinit": None}),
}
BY_SNAKEMAKE = ("lenet", "conv-6")
LENET_LINES = ("continued/ticket", "early/ticket", "rewind/reinit", "oneshot/ticket")
FIGURES: Entries = {
    "end-of-training": {
        "extends": "end-of-training",
        "over": {"lenet": ""},
        "lines": dict.fromkeys(("iterative/noise-0.5", "random/reinit", *LENET_LINES), "solid"),
    },
    "accuracy-curves": {
        "extends": "accuracy-curves",
        "over": {"lenet": ""},
        "until": 6,
        "panels": [[{"lines": ["iterative/round-2/noise-0.5", "rewind/round-2/ticket"]}]],
    },
    "moments": {
        "kind": "density",
        "scale": "log",
        "over": {"resnet": "Resnet-18", "vgg": "VGG-19"},
        "lines": {"iterative/ticket": "solid"},
        "panels": [[{"y": "test_accuracy_at_3"}, {"y": "validation_accuracy_at_6"}]],
        "caption": "Moments.",
    },
}


def few_images(folder: Path) -> None:
    """Four images of each class to train and two to test, of 3x32x32.

    They are of CIFAR-10 (JPEG) where that is at hand, else digits in colours.
    """
    cifar = TOP / "data" / "cifar-10-jpeg"
    for side, count in (("train", 4), ("test", 2)):
        for source in sorted(cifar.glob(f"{side}/*")):
            target = folder / side / source.name
            target.mkdir(parents=True)
            for image in sorted(source.iterdir())[:count]:
                shutil.copy(image, target)
    if not folder.exists():
        coloured_digits(folder)


def coloured_digits(folder: Path) -> None:
    from PIL import Image
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    for label in range(10):
        for number, image in enumerate(images[labels == label][:6].reshape(-1, 8, 8)):
            target = folder / ("train" if number < 4 else "test") / f"class-{label}"
            target.mkdir(parents=True, exist_ok=True)
            grey = np.kron(15 * image.astype(np.uint8), np.ones((4, 4), np.uint8))
            pixels = np.stack([grey, 255 - grey, grey // 2], axis=-1)
            Image.fromarray(pixels).save(target / f"{number:02}.png")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All experiments, built."""
    workspace = Workspace.new(tmp_path_factory.mktemp("paper") / "study")
    few_images(workspace.folder / "data" / "tiny")
    workspace.lth("describe", "data/tiny", "--out", "workflow/catalog/tiny.yaml")
    others = {name: item for name, item in EXPERIMENTS.items() if name not in BY_SNAKEMAKE}
    write_params(workspace, others, {})
    workspace.run("python", str(REFERENCE), "make", timeout=1800)
    made = {path for path in workspace.results() if path.startswith("results/runs/")}
    write_params(workspace, EXPERIMENTS, FIGURES)
    jobs = workspace.snakemake("--cores", "2", timeout=1800)
    summed = {"tabulate", "summarize", "score", "plot", "compose"}
    assert jobs.keys() == {"init", "train", "prune", "rewind", *summed}
    made_now = {path for path in workspace.results() if path.startswith("results/runs/")} - made
    assert {path.split("/")[2] for path in made_now} == set(BY_SNAKEMAKE)
    return workspace


def write_params(workspace: Workspace, experiments: Entries, figures: Entries) -> None:
    style = yaml.safe_load(PARAMS)["style"]
    params = {"experiments": experiments, "figures": figures, "style": style}
    text = json.dumps(params, indent=1)  # YAML without aliases
    (workspace.folder / "params.yaml").write_text(text, encoding="utf-8")


def rows(workspace: Workspace, experiment: str) -> list[dict[str, str]]:
    path = workspace.folder / "results" / "tables" / f"{experiment}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def read(workspace: Workspace, path: str) -> hdf5.File:
    return hdf5.read(workspace.folder / "results" / "runs" / path)


def resolved(workspace: Workspace, experiment: str) -> dict[str, Any]:
    return yaml.safe_load(workspace.lth("check"))["experiments"][experiment]


def test_all_chains_verify_and_nothing_is_left_to_do(paper: Workspace) -> None:
    assert "are whole, in place, and follow from one another" in paper.lth("verify")
    assert paper.plan() == {}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_strategy_branch_and_repeat_is_in_the_table(
    paper: Workspace, experiment: str
) -> None:
    expected = {
        (name, round, branch, repeat)
        for name, strategy in resolved(paper, experiment)["strategies"].items()
        for round in range(1 + strategy.get("rounds", 2))  # one-shot pruning has two sizes
        for branch, repeats in strategy["branches"].items()
        for repeat in range(repeats)
    }
    found = {
        (row["strategy"], int(row["round"]), row["branch"], int(row["repeat"]))
        for row in rows(paper, experiment)
    }
    assert found >= expected
    assert {network[:3] for network in found} == {network[:3] for network in expected}


@pytest.mark.parametrize("experiment", ["lenet", "resnet"])
@pytest.mark.parametrize("round", [1, 2])
def test_random_masks_are_as_dense_as_tickets_in_each_layer(
    paper: Workspace, experiment: str, round: int
) -> None:
    ticket, random = (
        read(paper, f"{experiment}/trials-0-0/{strategy}/round-{round}/mask.h5").group("mask")
        for strategy in ("iterative", "random")
    )
    for name, mask in random.items():
        assert [int(item.sum()) for item in mask] == [int(ticket[name].sum())] * 2
    assert any(not np.array_equal(*mask) for mask in random.values()), "another for each repeat"


def test_branches_of_a_round_share_the_mask(paper: Workspace) -> None:
    round = "lenet/trials-0-0/iterative/round-2"
    runs = [read(paper, f"{round}/{branch}/run.h5") for branch in CONTROLS]
    assert len({run.origin.inputs["mask"] for run in runs}) == 1


def test_the_continued_search_goes_on_from_trained_weights(paper: Workspace) -> None:
    block = "lenet/trials-0-0"
    search = read(paper, f"{block}/continued/round-1/search/run.h5")
    weights = read(paper, f"{block}/dense/round-0/ticket/run.h5").group("weights")
    kept = read(paper, f"{block}/continued/round-1/mask.h5").group("mask")
    zero = np.float32(0)
    start = {
        name: np.where(kept.get(name, True), value, zero)[0] for name, value in weights.items()
    }
    assert search.arrays["start_digest"][0].decode() == digest(start)
    mask = read(paper, f"{block}/continued/round-2/mask.h5")
    assert mask.origin.inputs["weights"][0].key == search.origin.key


def test_the_continued_search_is_measured_from_theta0(paper: Workspace) -> None:
    round = "lenet/trials-0-0/continued/round-2"
    ticket = read(paper, f"{round}/ticket/run.h5")
    assert ticket.origin.inputs["start"][0].path.endswith("theta0.h5")
    search = paper.folder / "results" / "runs" / round / "search"
    assert not search.exists(), "nothing is pruned from it"


def test_early_masks_keep_the_largest_initial_weights(paper: Workspace) -> None:
    theta0 = read(paper, "lenet/trials-0-0/theta0.h5").group("weights")
    mask = read(paper, "lenet/trials-0-0/early/round-2/mask.h5").group("mask")
    for name, kept in mask.items():
        size = np.abs(theta0[name])
        assert size[kept].min() >= size[~kept].max()


@pytest.mark.parametrize("experiment", ["lenet", "resnet"])
def test_rewound_tickets_start_from_the_dense_weights(paper: Workspace, experiment: str) -> None:
    rewound = read(paper, f"{experiment}/trials-0-0/dense/round-0/iteration-2.h5")
    assert rewound.origin.kind == "rewound"
    run = read(paper, f"{experiment}/trials-0-0/rewind/round-2/ticket/run.h5")
    assert run.arrays["iterations"].tolist() == [3, 6], "it goes on from iteration 2"
    assert run.origin.inputs["start"][0].key == rewound.origin.key


@pytest.mark.parametrize(
    ("experiment", "prunable", "left_alone"), [("resnet", 267_696, 3), ("vgg", 20_018_880, 1)]
)
def test_global_pruning_leaves_shortcuts_and_output_alone(
    paper: Workspace, experiment: str, prunable: int, left_alone: int
) -> None:
    masks = read(paper, f"{experiment}/trials-0-0/iterative/round-1/mask.h5").group("mask")
    kept = [name for name in masks if "shortcut" in name or name == "output.weight"]
    assert len(kept) == left_alone
    assert all(masks[name].all() for name in kept)
    counts = [int(mask.sum()) for name, mask in masks.items() if name not in kept]
    assert sum(counts) == prunable - round(0.2 * prunable)


def test_moments_are_in_the_table(paper: Workspace) -> None:
    run = read(paper, "resnet/trials-0-0/iterative/round-2/ticket/run.h5")
    line = ("iterative", "2", "ticket")
    found = [
        row
        for row in rows(paper, "resnet")
        if (row["strategy"], row["round"], row["branch"]) == line
    ]
    assert len(found) == 1
    assert float(found[0]["test_accuracy_at_3"]) == run.arrays["curves/test_accuracy"][0, 1]
    final = float(found[0]["final_validation_accuracy"])
    assert float(found[0]["validation_accuracy_at_6"]) == final


def test_metrics_have_every_experiment_and_strategy(paper: Workspace) -> None:
    path = paper.folder / "results" / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    assert metrics.keys() == EXPERIMENTS.keys()
    assert metrics["resnet"]["random"]["reinit"]["networks"] == 2
