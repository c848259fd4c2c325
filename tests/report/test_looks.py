"""Looks by name, and colours that readers can tell apart."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import is_color_like, to_rgb
from matplotlib.lines import Line2D

from lth.report.looks import COLORS, DASHES, LEVELS, MARKERS, Look, check_color, look_of, palette

SIGHTS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}  # of linear RGB (Machado et al. 2009)
XYZ = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]


def lab(color: str, sight: list[list[float]]) -> np.ndarray:
    """A colour in Lab, as somebody of that sight sees it."""
    values = np.array(to_rgb(color))
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(sight) @ linear, 0, 1)
    x, y, z = np.array(XYZ) @ seen / [0.9505, 1, 1.0888]
    fx, fy, fz = (np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_differ_to_everybody(sight: str) -> None:
    for one, other in itertools.combinations(COLORS, 2):
        apart = np.linalg.norm(lab(one, SIGHTS[sight]) - lab(other, SIGHTS[sight]))
        assert apart > 15, (one, other)


def test_curves_have_the_same_colours_in_another_order() -> None:
    assert sorted(LEVELS) == sorted(COLORS)
    assert LEVELS[0] == "black"


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("", Look(None, None)),
        ("dashed", Look(None, "dashed")),
        ("tab:blue", Look("tab:blue", None)),
        ("#009e73 dotted", Look("#009e73", "dotted")),
        (" solid  black ", Look("black", "solid")),
    ],
)
def test_a_look_is_a_dash_a_colour_or_both(text: str, look: Look) -> None:
    assert look_of(text, "here") == look


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dashed solid", "here: expected at most one dash and one colour, got 'dashed solid'"),
        ("red blue", "here: expected at most one dash and one colour, got 'red blue'"),
        ("dahsed", "here: expected solid, dashed, .*, or a colour .*, got 'dahsed'"),
        ("bleu dashed", r"or a colour \(tab:blue and so on, C0 to C9, #rrggbb or one of black"),
    ],
)
def test_other_looks_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        look_of(text, "here")


def test_names_of_colours_are_those_of_matplotlib() -> None:
    for color in (*COLORS, "C3", "teal", "tab:olive", "#12aBcD"):
        check_color(color, "here")
        assert is_color_like(color)
    with pytest.raises(ValueError, match=r"here: expected tab:blue and so on, .* got 'bleu'"):
        check_color("bleu", "here")


def test_every_dash_and_marker_can_be_drawn() -> None:
    for dash, marker in itertools.zip_longest(DASHES.values(), MARKERS, fillvalue="None"):
        Line2D([0, 1], [0, 1], linestyle=dash, marker=str(marker))
    assert len(set(MARKERS)) == len(MARKERS)


def test_a_palette_begins_with_the_first_colours() -> None:
    assert palette(3) == list(COLORS[:3])
    assert palette(0) == []
    assert palette(1, []) == ["#440154"]


def test_many_lines_have_shades_from_dark_to_light() -> None:
    shades = palette(10)
    assert len(set(shades)) == 10
    lightness = [lab(shade, SIGHTS["all colours"])[0] for shade in shades]
    assert lightness == sorted(lightness)
    assert lightness[-1] < 85, "seen on white"
