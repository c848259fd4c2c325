"""Figures of kind `histogram`, from toy files."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_report import STYLE, SUBJECTS, drawn, plotted

from lth import settings
from lth.files.hdf5 import File
from lth.files.origins import Origin
from lth.report.distributions import ALL
from lth.report.figures.choices import Figure
from lth.report.figures.figure import Drawn
from lth.report.figures.histogram import BINS, INSIDE, OUTSIDE, Histogram
from lth.report.lines import Line
from lth.report.rows import Row

RNG = np.random.default_rng(1)
SHAPES = {"fc1.weight": (6, 40), "output.weight": (3, 6)}
TRIALS = (0, 1)
DATA = {
    "kind": "histogram",
    "values": "initial",
    "over": {"toy": "Toy"},
    "strategy": "iterative",
    "rounds": [0, 2],
    "caption": "A caption",
}
THETA0 = {name: RNG.normal(size=(2, *shape)).astype(np.float32) for name, shape in SHAPES.items()}
FINAL = {name: value * 2 for name, value in THETA0.items()}
MASKS = {
    0: {name: np.ones((2, *shape), bool) for name, shape in SHAPES.items()},
    2: {name: np.abs(value) > 0.8 for name, value in THETA0.items()},
}


def figure(**changes: Any) -> Histogram:
    data = {key: value for key, value in (DATA | changes).items() if value is not None}
    found = settings.read(Figure, data, "figures.it").resolved(SUBJECTS, "figures.it")
    assert isinstance(found, Histogram)
    return found


def file(group: str, arrays: Mapping[str, np.ndarray], round: int = 0, block: int = 0) -> File:
    """A file of both trials of a block."""
    trials = 2 * block + np.arange(2)
    own = {f"{group}/{name}": array for name, array in arrays.items()}
    own |= {"trial": trials, "repeat": np.zeros(2, int)}
    coordinates = {"experiment": "toy", "block": f"trials-{trials[0]}-{trials[1]}", "round": round}
    return File(Path("a.h5"), Origin("mask", coordinates, "code", {}), {}, "", {}, own)


def files(rounds: tuple[int, ...] = (0, 2)) -> Drawn:
    return Drawn(
        starts=[file("weights", THETA0)],
        runs=[file("weights", FINAL)],
        masks=[file("mask", MASKS[round], round) for round in rounds],
    )


def bins(
    found: Histogram, from_files: Drawn, panel: str, line: str, trial: object = ALL
) -> list[Row]:
    """The rows of a line of all trials, or of one."""
    place = (panel, line, trial)
    rows = found.numbers(STYLE, from_files)
    return [row for row in rows if (row["panel"], row["line"], row["trial"]) == place]


def densities(found: Histogram, from_files: Drawn, panel: str, line: str) -> np.ndarray:
    """(from, to, density) of the bins of a line."""
    rows = bins(found, from_files, panel, line)
    return np.array([[row["from"], row["to"], row["density"]] for row in rows], float)


def test_initial_weights_are_those_that_survive() -> None:
    found = densities(figure(), files(), f"{_left(2)} % of weights remaining", "fc1")
    assert len(found) == BINS
    low, high, density = found.T
    assert np.sum(density * (high - low)) == pytest.approx(1)
    assert not density[(low > -0.8) & (high < 0.8)].any(), "the small ones are pruned"
    every = densities(figure(), files(), "100 % of weights remaining", "fc1")
    assert np.array_equal(every[:, :2], found[:, :2]), "rounds are compared on one axis"
    expected, _ = np.histogram(THETA0["fc1.weight"], np.append(low, high[-1]), density=True)
    assert every[:, 2] == pytest.approx(expected)


def _left(round: int) -> str:
    masks = MASKS[round].values()
    return f"{100 * sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks):.3g}"


@pytest.mark.parametrize("values", ["magnitude", "direction"])
def test_changes_are_inside_and_outside_of_the_mask(values: str) -> None:
    found = figure(values=values, rounds=[2], bins=10)
    for line, mask in ((INSIDE, MASKS[2]["output.weight"]), (OUTSIDE, ~MASKS[2]["output.weight"])):
        low, high, density = densities(found, files((2,)), "output", line).T
        change = np.abs(THETA0["output.weight"])[mask]  # since all weights double
        edges = np.append(low, high[-1])
        expected = np.histogram(change, edges)[0] / (change.size * np.diff(edges))
        assert density == pytest.approx(expected)


def test_the_outermost_changes_lie_beside_a_panel() -> None:
    far = {name: value.copy() for name, value in FINAL.items()}
    far["fc1.weight"][0, 0, 0] = 1000
    found = figure(values="magnitude", rounds=[2])
    drawn_far = Drawn(runs=[file("weights", far)], starts=files().starts, masks=files((2,)).masks)
    assert densities(found, drawn_far, "fc1", INSIDE)[-1, 1] < 1000


@pytest.mark.parametrize(("values", "axis"), [("incoming", 2), ("outgoing", 1)])
def test_shares_are_those_of_the_connections_of_each_unit(values: str, axis: int) -> None:
    found = figure(values=values, bins=20)
    side = "units of" if values == "incoming" else "inputs of"
    panel = f"{_left(2)} % of weights remaining"
    low, high, density = densities(found, files(), panel, f"{side} fc1").T
    assert (low[0], high[-1]) == (0, 1)
    shares = MASKS[2]["fc1.weight"].mean(axis=axis).reshape(-1)
    assert density == pytest.approx(np.histogram(shares, 20, (0, 1))[0] / (shares.size / 20))


def test_numbers_are_those_of_each_trial_too() -> None:
    panel = "100 % of weights remaining"
    whole = densities(figure(), files(), panel, "fc1")
    own = [bins(figure(), files(), panel, "fc1", trial) for trial in TRIALS]
    for trial, rows in zip(TRIALS, own, strict=True):
        values = THETA0["fc1.weight"][trial]
        assert {row["experiment"] for row in rows} == {"toy"}
        assert rows[0]["mean"] == pytest.approx(float(values.mean()), abs=1e-6)
        assert rows[0]["deviation"] == pytest.approx(float(values.std()), abs=1e-6)
        assert rows[0]["positive"] == (values > 0).mean()
    mean = np.mean([[row["density"] for row in rows] for rows in own], axis=0)
    assert mean == pytest.approx(whole[:, 2]), "trials have as many weights"


def test_repeats_belong_to_their_trial() -> None:
    twice = dataclasses.replace(files().masks[0])
    twice.arrays["trial"] = np.zeros(2, int)
    twice.arrays["repeat"] = np.arange(2)
    rows = figure(values="incoming", rounds=[0]).numbers(STYLE, Drawn(masks=[twice]))
    assert {row["trial"] for row in rows} == {ALL, 0}


def test_all_blocks_count() -> None:
    blocks = Drawn(
        starts=[file("weights", THETA0), file("weights", FINAL, block=1)],
        masks=[file("mask", MASKS[0], 0, block) for block in range(2)],
    )
    found = densities(figure(rounds=[0], bins=4), blocks, "100 % of weights remaining", "output")
    pooled = np.concatenate([THETA0["output.weight"], FINAL["output.weight"]])
    edges = np.append(found[:, 0], found[-1, 1])
    assert found[:, 2] == pytest.approx(np.histogram(pooled, edges, density=True)[0])


def test_a_panel_is_a_round_and_a_line_is_a_layer() -> None:
    picture = plotted(figure(), files())
    assert len(picture.axes) == 2
    assert [len(drawn(axis)) for axis in picture.axes] == [2, 2]
    assert picture.axes[0].get_title() == "100 % of weights remaining"
    (legend,) = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["fc1", "output"]


def test_a_layer_without_survivors_is_a_line_at_0() -> None:
    none = {name: np.zeros_like(mask) for name, mask in MASKS[0].items()}
    empty = Drawn(starts=files().starts, masks=[file("mask", none, 2)])
    found = densities(figure(rounds=[2]), empty, "0 % of weights remaining", "fc1")
    assert not found[:, 2].any()


def test_layers_are_in_the_order_of_the_network() -> None:
    turned = dict(reversed(MASKS[2].items()))
    masks = [file("mask", MASKS[0]), file("mask", turned, 2)]
    other = Drawn(starts=files().starts, masks=masks)
    assert figure().numbers(STYLE, other) == figure().numbers(STYLE, files())


def test_weights_that_are_no_numbers_are_left_out() -> None:
    broken = {name: value.copy() for name, value in FINAL.items()}
    broken["output.weight"][0, 0, :3] = [np.nan, np.inf, -np.inf]
    drawn_broken = Drawn(
        runs=[file("weights", broken)], starts=files().starts, masks=files((2,)).masks
    )
    found = figure(values="direction", rounds=[2])
    assert np.isfinite(densities(found, drawn_broken, "output", INSIDE)).all()


def test_rounds_of_as_many_weights_have_panels_of_their_own() -> None:
    masks = [file("mask", MASKS[2], round) for round in (2, 3)]
    found = figure(rounds=[2, 3]).numbers(STYLE, Drawn(starts=files().starts, masks=masks))
    title = f"{_left(2)} % of weights remaining (round"
    assert {row["panel"] for row in found} == {f"{title} 2)", f"{title} 3)"}


def test_files_of_blocks_are_matched_whatever_their_order() -> None:
    starts = [file("weights", THETA0), file("weights", FINAL, block=1)]
    masks = [file("mask", MASKS[0]), file("mask", MASKS[2], block=1)]
    one = figure(rounds=[0]).numbers(STYLE, Drawn(starts=starts, masks=masks))
    other = figure(rounds=[0]).numbers(STYLE, Drawn(starts=starts[::-1], masks=masks))
    assert one == other


def test_it_needs_the_files_that_it_draws() -> None:
    masks = (("toy", "dense", 0), ("toy", "iterative", 2))
    assert (figure().starts(), figure().masks(), figure().runs()) == (("toy",), masks, ())
    assert figure(values="incoming").starts() == ()
    changes = figure(values="direction", rounds=[2])
    assert changes.runs() == (Line("toy", "dense", 0, "ticket"),)


def test_levels_are_the_nearest_rounds() -> None:
    assert figure(rounds=None, levels=[100, 62, 0.001]).rounds == (0, 2, 12)
    assert figure(rounds=[2, 2, 0]).rounds == (2, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rounds": None}, ": expected either levels or rounds"),
        ({"levels": [50]}, ": expected either levels or rounds"),
        ({"rounds": []}, ".rounds: expected "),
        ({"rounds": [13]}, ".rounds: expected rounds up to 12, got 13"),
        ({"strategy": "early-bird"}, ".strategy: expected a strategy of it (iterative"),
        ({"over": {"toy": "a", "other": "b"}}, ".over: expected one experiment, got"),
        ({"over": {"toys": ""}}, ".over: unknown experiment of the study 'toys'; did you mean"),
        ({"values": "magnitude"}, ": expected one level or round for magnitude, got [0, 2]"),
        ({"values": "final"}, ".values: "),
        ({"rounds": None, "levels": [0]}, ".levels[0]: expected a number in (0, 100], got 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        figure(**changes)
    assert str(caught.value).startswith(f"figures.it{message}")


@pytest.mark.parametrize(
    ("from_files", "message"),
    [
        (files((0,)), "no mask of round 2 is among those that were given"),
        (Drawn(masks=files().masks), "a file of trials-0-1, which the figure draws, is missing"),
    ],
)
def test_a_missing_file_is_named(from_files: Drawn, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotted(figure(), from_files)
