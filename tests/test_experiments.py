"""Every network, strategy and branch of the paper, from the catalog's own entries, through real Snakemake at tiny length on a folder of images."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import TOP
from workspace import PARAMS, Workspace

from lth import store

LENGTH = {"iterations": 6, "evaluate_every": 3, "batch": 6}
PLAIN = {"trials": 1, "block": 1, "dataset": "tiny", "validation": 20, "figures": ["end-of-training"]}
ALL = {"scope": "layer", "rounds": 2, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"ticket": 1}}
CONVOLUTIONS = ALL | {"rates": {"convolution": 0.1, "hidden": 0.2, "output": 0.1}}
LARGE = {"trials": 1, "dataset": "tiny", "validation": 20, "moments": [3, 6], "figures": ["moments"]}
RANDOM = {"like": "iterative", "rounds": 2, "branches": {"reinit": 2}}


def large(entry: str, **more: Any) -> dict[str, Any]:
    recipe = LENGTH | {"warmup": 3, "drops": [4]}
    return {"extends": entry, "recipe": recipe, "strategies": {"iterative": {"rounds": 2}} | more} | LARGE


def conv(entry: str, **more: Any) -> dict[str, Any]:
    strategies = {"iterative": {"rounds": 2, "branches": {"reinit": 1}}, "continued": CONVOLUTIONS, "random": RANDOM} | more
    return {"extends": entry, "recipe": LENGTH, "strategies": strategies} | PLAIN


STUDY: dict[str, Any] = {
    "lenet": PLAIN
    | {
        "extends": "lenet",
        "network": {"hidden": [20, 10], "initialization": "normal-0.1"},
        "recipe": LENGTH,
        "strategies": {
            "iterative": {"rounds": 2, "branches": {"ticket": 1, "reinit": 2, "resample": 1, "noise-0.5": 1, "noise-3": 1, "shuffle": 1}},
            "continued": ALL,
            "early": ALL,
            "rewind": ALL | {"iteration": 2, "branches": {"ticket": 1, "reinit": 1}},
            "oneshot": {"scope": "layer", "rates": [{"hidden": 0.2, "output": 0.1}, {"hidden": 0.8, "output": 0.4}], "branches": {"ticket": 1}},
            "random": RANDOM,
        },
        "curves": {"until": 6, "panels": [["iterative/round-2/noise-0.5", "rewind/round-2/ticket"]]},
        "figures": ["early-stopping", "end-of-training", "accuracy-curves"],
    },
    "conv-2": conv("conv-2"),
    "conv-4": conv("conv-4-dropout"),
    "conv-6": conv("conv-6"),
    "resnet": large("resnet-18-rewind", random=RANDOM, rewind={"rounds": 2, "iteration": 2}),
    "resnet-layerwise": large("resnet-18-layerwise"),
    "vgg": large("vgg-19", random=RANDOM),
}
for name in ("conv-2", "conv-4", "conv-6"):
    STUDY[name]["curves"] = {"panels": [["dense/round-0/ticket"]]}
FIGURE = {
    "kind": "density",
    "quantities": ["test_accuracy_at_3", "validation_accuracy_at_6"],
    "strategies": ["iterative", "random"],
    "scale": "log",
    "caption": "Moments.",
}


def few_images(folder: Path) -> None:
    """Eight images of each class to train and three to test, of 3x32x32: of CIFAR-10 (JPEG) where that is at hand, else digits in colours."""
    from PIL import Image
    from sklearn.datasets import load_digits

    cifar = TOP / "data" / "cifar-10-jpeg"
    for side, count in (("train", 8), ("test", 3)):
        for source in sorted(cifar.glob(f"{side}/*")):
            place = folder / side / source.name
            place.mkdir(parents=True)
            for image in sorted(source.iterdir())[:count]:
                shutil.copy(image, place)
    if folder.exists():
        return
    images, labels = load_digits(return_X_y=True)
    for label in range(10):
        for number, image in enumerate(images[labels == label][:11].reshape(-1, 8, 8)):
            place = folder / ("train" if number < 8 else "test") / f"class-{label}"
            place.mkdir(parents=True, exist_ok=True)
            grey = np.kron(15 * image.astype(np.uint8), np.ones((4, 4), np.uint8))
            Image.fromarray(np.stack([grey, 255 - grey, grey // 2], axis=-1)).save(place / f"{number:02}.png")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("paper") / "study")
    few_images(workspace.folder / "data" / "tiny")
    workspace.run("python", "-m", "lth", "describe", "data/tiny", "--out", "workflow/catalog/tiny.yaml")
    (workspace.folder / "workflow" / "catalog" / "moments.yaml").write_text(json.dumps({"figures": {"moments": FIGURE}}))
    params = yaml.safe_load(PARAMS) | {"experiments": STUDY}
    (workspace.folder / "params.yaml").write_text(json.dumps(params, indent=1))  # YAML without aliases
    workspace.run("snakemake", "--cores", "2", timeout=900)
    return workspace


def rows(workspace: Workspace, experiment: str) -> list[dict[str, str]]:
    text = (workspace.folder / "results" / "tables" / f"{experiment}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def file(workspace: Workspace, path: str) -> store.File:
    return store.read(workspace.folder / "results" / "runs" / path)


def test_all_chains_verify_and_nothing_is_left_to_do(built: Workspace) -> None:
    assert "are whole, in place, and follow from one another" in built.run("python", "-m", "lth", "verify")
    assert built.plan() == {}


@pytest.mark.parametrize("experiment", STUDY)
def test_every_strategy_branch_and_repeat_of_an_experiment_is_in_its_table(built: Workspace, experiment: str) -> None:
    resolved = yaml.safe_load(built.run("python", "-m", "lth", "check").split("# files")[0])["experiments"][experiment]
    expected = {
        (strategy, round, branch, repeat)
        for strategy, chosen in resolved["strategies"].items()
        for round in range(3)
        for branch, repeats in chosen["branches"].items()
        for repeat in range(repeats)
    }
    found = {(row["strategy"], int(row["round"]), row["branch"], int(row["repeat"])) for row in rows(built, experiment)}
    assert found >= expected
    assert {place[:3] for place in found} == {place[:3] for place in expected}


def test_a_random_mask_is_as_dense_layer_by_layer_as_the_ticket_and_another_for_each_repeat(built: Workspace) -> None:
    for experiment in ("lenet/trials-0-0", "conv-2/trials-0-0", "resnet/trials-0-0"):
        for round in (1, 2):
            ticket, random = (file(built, f"{experiment}/{strategy}/round-{round}/mask.h5").group("mask") for strategy in ("iterative", "random"))
            for name, mask in random.items():
                assert [int(item.sum()) for item in mask] == [int(ticket[name].sum())] * 2
            assert any(not np.array_equal(*mask) for mask in random.values())


def test_branches_of_a_round_share_the_mask(built: Workspace) -> None:
    place = "lenet/trials-0-0/iterative/round-2"
    keys = {file(built, f"{place}/{branch}/run.h5").origin.inputs["mask"] for branch in ("ticket", "reinit", "resample", "noise-0.5", "shuffle")}
    assert len(keys) == 1


def test_the_continued_search_goes_on_from_trained_weights_and_is_measured_from_theta0(built: Workspace) -> None:
    block = "lenet/trials-0-0"
    search = file(built, f"{block}/continued/round-1/search/run.h5")
    dense, mask = file(built, f"{block}/dense/round-0/ticket/run.h5"), file(built, f"{block}/continued/round-1/mask.h5")
    start = {name: np.where(mask.group("mask").get(name, True), value, np.float32(0)) for name, value in dense.group("weights").items()}
    from lth.tickets import digest

    assert search.arrays["start_digest"][0].decode() == digest({name: value[0] for name, value in start.items()})
    assert file(built, f"{block}/continued/round-2/mask.h5").origin.inputs["weights"][0].key == search.origin.key
    ticket = file(built, f"{block}/continued/round-2/ticket/run.h5")
    assert ticket.origin.inputs["start"][0].path.endswith("theta0.h5")
    assert not (built.folder / "results" / "runs" / block / "continued" / "round-2" / "search").exists(), "nothing is pruned from it"


def test_early_masks_keep_the_largest_initial_weights(built: Workspace) -> None:
    theta0, mask = file(built, "lenet/trials-0-0/theta0.h5"), file(built, "lenet/trials-0-0/early/round-2/mask.h5")
    for name, kept in mask.group("mask").items():
        size = np.abs(theta0.group("weights")[name])
        assert size[kept].min() >= size[~kept].max()


def test_rewound_tickets_start_from_the_dense_trainings_weights_and_go_on_from_that_iteration(built: Workspace) -> None:
    for block in ("lenet/trials-0-0", "resnet/trials-0-0"):
        check_rewound(built, block)


def check_rewound(built: Workspace, block: str) -> None:
    rewound = file(built, f"{block}/dense/round-0/iteration-2.h5")
    assert rewound.origin.kind == "rewound"
    run = file(built, f"{block}/rewind/round-2/ticket/run.h5")
    assert run.arrays["iterations"].tolist() == [3, 6]
    assert run.origin.inputs["start"][0].key == rewound.origin.key


def test_global_pruning_leaves_shortcuts_and_output_as_they_are(built: Workspace) -> None:
    for experiment, prunable in (("resnet", 267_696), ("vgg", 20_018_880)):
        masks = file(built, f"{experiment}/trials-0-0/iterative/round-1/mask.h5").group("mask")
        kept = [name for name in masks if "shortcut" in name or name == "output.weight"]
        assert len(kept) == (3 if experiment == "resnet" else 1)
        assert all(masks[name].all() for name in kept)
        assert sum(int(mask.sum()) for name, mask in masks.items() if name not in kept) == prunable - round(0.2 * prunable)


def test_moments_are_in_the_table_and_the_others_in_the_metrics(built: Workspace) -> None:
    run = file(built, "resnet/trials-0-0/iterative/round-2/ticket/run.h5")
    (row,) = [row for row in rows(built, "resnet") if (row["strategy"], row["round"], row["branch"]) == ("iterative", "2", "ticket")]
    assert float(row["test_accuracy_at_3"]) == run.arrays["curves/test_accuracy"][0, 1]
    assert float(row["validation_accuracy_at_6"]) == float(row["final_validation_accuracy"])
    metrics = json.loads((built.folder / "results" / "metrics.json").read_text())
    assert metrics.keys() == STUDY.keys()
    assert metrics["resnet"]["random"]["reinit"]["networks"] == 2
