"""Prints the numbers of lenet-mnist.md from the lenet.csv beside it: means, intervals, tables."""

import csv
import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lth.report import headlines, tables

Means = dict[tuple[str, str], np.ndarray]  # (line, column) -> a mean for each round

LINES = {
    "ticket": ("iterative", "ticket"),
    "reinit": ("iterative", "reinit"),
    "once": ("oneshot", "ticket"),
    "once reinit": ("oneshot", "reinit"),
}
COLUMNS = {
    "density": "density",
    "weights": "weights_left",
    "early": "early_stop_iteration",
    "loss": "early_stop_validation_loss",
    "val": "early_stop_validation_accuracy",
    "test": "early_stop_test_accuracy",
    "train": "early_stop_train_accuracy",
    "end loss": "final_validation_loss",
    "end test": "final_test_accuracy",
    "end train": "final_train_accuracy",
}
PERCENT = {"density", "val", "test", "train", "end test", "end train"}
MARGIN = 0.1  # points of accuracy that count as a difference
ROUND = {51.3: 3, 21.1: 7, 13.5: 9, 3.6: 15}


def read() -> tuple[Means, int]:
    """By line and column an array of rounds and trials, and the number of trials."""
    with (Path(__file__).parent / "lenet.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    trials = 1 + max(int(row["trial"]) for row in rows)
    data = {}
    for line, (strategy, branch) in LINES.items():
        mine = [row for row in rows if (row["strategy"], row["branch"]) == (strategy, branch)]
        mine.sort(key=lambda row: (int(row["round"]), int(row["trial"])))
        for name, column in COLUMNS.items():
            values = np.array([float(row[column]) for row in mine]).reshape(-1, trials)
            data[line, name] = values * 100 if name in PERCENT else values
    return data, trials


DATA, TRIALS = read()
LEFT = DATA["ticket", "density"][:, 0]
SIZES = DATA["once", "density"][:, 0]
# All resamples with replacement, and how many orders each has: 3,125 for five trials.
PICKS = Counter(tuple(sorted(p)) for p in itertools.product(range(TRIALS), repeat=TRIALS))


def means(pick: tuple[int, ...], both: bool) -> Means:
    """Means over the picked trials; `dense` is round 0 of ticket, or of ticket and reinit."""
    result = {key: values[:, list(pick)].mean(axis=1) for key, values in DATA.items()}
    for name in COLUMNS:
        dense = [result[line, name][0] for line in ("ticket", "reinit")]
        result["dense", name] = np.array(np.mean(dense) if both else dense[0])
    return result


def interval(statistic: Callable[[Means], float], both: bool) -> tuple[float, float, float]:
    """The value of all trials, and the middle 95 % over all resamples of whole trials."""
    values = np.array([statistic(means(pick, both)) for pick in PICKS])
    order = np.argsort(values)
    share = np.cumsum(np.array(list(PICKS.values()))[order]) / PICKS.total()
    low, high = (values[order][np.searchsorted(share, cut)] for cut in (0.025, 0.975))
    return statistic(means(tuple(range(TRIALS)), both)), float(low), float(high)


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, with the mean rank for ties."""
    ranks = [[(x < y).sum() + (x == y).sum() / 2 for y in x] for x in (a, b)]
    return float(np.corrcoef(ranks)[0, 1])


def faster(at: float, than: str = "dense") -> Callable[[Means], float]:
    """How much earlier the ticket stops, in percent."""
    return lambda m: float(100 - 100 * m["ticket", "early"][ROUND[at]] / m[than, "early"])


def gain(line: str, name: str, at: float) -> Callable[[Means], float]:
    """Points of accuracy above the dense network."""
    return lambda m: float(m[line, name][ROUND[at]] - m["dense", name])


def below(m: Means, line: str, name: str) -> np.ndarray:
    """In which rounds the accuracy is more than the margin below the dense network's."""
    return m[line, name] < m["dense", name] - MARGIN


def last_match(line: str, name: str, column: str = "density") -> Callable[[Means], float]:
    """The last round before the first that falls below the dense network."""

    def statistic(m: Means) -> float:
        fails = below(m, line, name)
        first = int(np.argmax(fails)) if fails.any() else len(fails)
        return float(m[line, column][max(first - 1, 0)])

    return statistic


def first_below(line: str) -> Callable[[Means], float]:
    """The first round from which on all rounds are below the dense network."""
    return lambda m: float(LEFT[np.flatnonzero(~below(m, line, "test"))[-1] + 1])


def back_to_dense(m: Means) -> float:
    """The last round after the fastest that still stops no later than the dense network."""
    early = m["ticket", "early"]
    fastest = int(np.argmin(early))
    late = np.flatnonzero(early[fastest:] > m["dense", "early"])
    return float(LEFT[fastest + late[0] - 1])


def slower_rounds(m: Means) -> float:
    """Of the rounds between 51.3 and 3.6 %, those where reinit stops later than dense."""
    return float((m["reinit", "early"][3:16] > m["dense", "early"]).sum())


def smallest_full(line: str) -> Callable[[Means], float]:
    """The smallest density with 99.9 % training accuracy at the end."""
    return lambda m: float(LEFT[np.flatnonzero(m[line, "end train"] >= 99.9)[-1]])


def gap(m: Means) -> float:
    """Training less test accuracy at the end: the ticket of 13.5 % less the dense network."""
    ticket = m["ticket", "end train"] - m["ticket", "end test"]
    return float(ticket[9] - (m["dense", "end train"] - m["dense", "end test"]))


def loss_rise(m: Means) -> float:
    """The smallest rise of validation loss from early stopping to the end, in percent."""
    rises = [
        m[line, "end loss"][at] / m[line, "loss"][at]
        for line, ats in (("ticket", (0, 3, 7, 9, 15)), ("reinit", (3, 7)))
        for at in ats
    ]
    return float(100 * min(rises) - 100)


def against_oneshot(name: str, at: int) -> Callable[[Means], float]:
    """Iterative less one-shot: the round of the nearest size."""
    near = int(np.argmin(np.abs(np.log(LEFT / SIZES[at]))))
    return lambda m: float(m["ticket", name][near] - m["once", name][at])


STATEMENTS: list[tuple[str, str, Callable[[Means], float]]] = [
    ("21.1 %: stops earlier than dense by, %", ".0f", faster(21.1)),
    ("51.3 %: stops earlier than dense by, %", ".0f", faster(51.3)),
    (
        "21.1 %: stops earlier than 51.3 % by, %",
        ".0f",
        lambda m: float(100 - 100 * m["ticket", "early"][7] / m["ticket", "early"][3]),
    ),
    ("51.3 %: gain at early stopping", ".2f", gain("ticket", "test", 51.3)),
    ("the fastest is at, %", ".1f", lambda m: float(LEFT[np.argmin(m["ticket", "early"])])),
    ("13.5 %: gain at early stopping", ".2f", gain("ticket", "test", 13.5)),
    ("3.6 %: gain at early stopping", ".2f", gain("ticket", "test", 3.6)),
    ("3.6 %: stops earlier than dense by, %", ".0f", faster(3.6)),
    ("accuracy is back at dense at, %", ".1f", last_match("ticket", "test")),
    ("early stopping is back at dense at, %", ".1f", back_to_dense),
    (
        "weights left when validation accuracy is back",
        ",.0f",
        last_match("ticket", "val", "weights"),
    ),
    ("13.5 %: gain in training accuracy at early stopping", ".2f", gain("ticket", "train", 13.5)),
    (
        "rank correlation of training and test accuracy",
        ".2f",
        lambda m: rank_correlation(m["ticket", "train"][:10], m["ticket", "test"][:10]),
    ),
    (
        "largest gain at the end",
        ".2f",
        lambda m: float((m["ticket", "end test"][1:] - m["dense", "end test"]).max()),
    ),
    ("13.5 %: gap of training and test less that of dense", ".2f", gap),
    (
        "training accuracy at the end down to 5 %, lowest mean",
        ".2f",
        lambda m: float(min(m[line, "end train"][:14].min() for line in ("ticket", "reinit"))),
    ),
    (
        "the same for tickets down to 2 %",
        ".2f",
        lambda m: float(m["ticket", "end train"][LEFT >= 2].min()),
    ),
    ("ticket: smallest P_m with 99.9 % training accuracy", ".1f", smallest_full("ticket")),
    ("reinit: smallest P_m with 99.9 % training accuracy", ".1f", smallest_full("reinit")),
    ("reinit accuracy stays below dense from, %", ".1f", first_below("reinit")),
    ("21.1 %: reinit gain at early stopping", ".2f", gain("reinit", "test", 21.1)),
    ("ticket accuracy stays below dense from, %", ".1f", first_below("ticket")),
    (
        "21.1 %: sooner than reinit, times",
        ".2f",
        lambda m: float(m["reinit", "early"][7] / m["ticket", "early"][7]),
    ),
    (
        "21.1 %: better than reinit by",
        ".2f",
        lambda m: float(m["ticket", "test"][7] - m["reinit", "test"][7]),
    ),
    ("rounds of 13 in which reinit stops later than dense", ".0f", slower_rounds),
    (
        "rank correlation of P_m and reinit's early stop",
        ".2f",
        lambda m: rank_correlation(LEFT[:16], m["reinit", "early"][:16]),
    ),
    ("smallest rise of validation loss after early stopping, %", ".0f", loss_rise),
    (
        "one-shot, 67.6 to 17.7 %: sizes of 5 that stop earlier than dense",
        ".0f",
        lambda m: float((m["once", "early"][3:8] < m["dense", "early"]).sum()),
    ),
    (
        "one-shot, 95.0 to 5.2 %: sizes of 9 with higher test accuracy",
        ".0f",
        lambda m: float((m["once", "test"][1:10] > m["dense", "test"]).sum()),
    ),
    *(
        (f"one-shot, {SIZES[at]:.1f} %: iterative less one-shot, {name}", form, statistic)
        for name, form in (("early", ",.0f"), ("test", ".2f"))
        for at in range(7, 11)
        for statistic in [against_oneshot(name, at)]
    ),
]


def left_out(values: np.ndarray, choosers: int) -> list[float]:
    """The best round by some trials, measured by the others, for every choice of those."""
    results = []
    for chosen in itertools.combinations(range(TRIALS), choosers):
        others = [trial for trial in range(TRIALS) if trial not in chosen]
        best = np.argmax(values[:, list(chosen)].mean(axis=1))
        results.append(float(values[best, others].mean()))
    return results


def spread(line: str, name: str, at: int, form: str) -> str:
    """Mean (minimum to maximum) of the trials of one round."""
    values = DATA[line, name][at]
    return f"{values.mean():{form}} ({values.min():{form}} to {values.max():{form}})"


def print_rounds(first: str, second: str) -> None:
    """A table of all rounds of two lines."""
    for at, left in enumerate(DATA[first, "density"][:, 0]):
        cells = [
            spread(line, name, at, form) if name != "end test" else f"{end:.2f}"
            for line in (first, second)
            for end in [DATA[line, "end test"][at].mean()]
            for name, form in (("early", ",.0f"), ("test", ".2f"), ("end test", ""))
        ]
        print(f"| {at} | {left:.1f} | " + " | ".join(cells) + " |")


def print_winning() -> None:
    """The smallest winning tickets, as `lth summarize` finds them."""
    found = headlines.headlines(tables.read_csv(Path(__file__).parent / "lenet.csv"))
    for strategy, lines in found.items():
        for kind in ("winning", "accurate"):
            ends = [lines["ticket"][f"{kind}_density{end}"] for end in ("", "_low", "_high")]
            shown = ["none" if end is None else f"{100 * end:.1f} %" for end in ends]
            print(f"| {strategy}, {kind} | {shown[0]} | {shown[1]} to {shown[2]} |")


def main() -> None:
    """Everything."""
    print_rounds("ticket", "reinit")
    print()
    print_rounds("once", "once reinit")
    print()
    for name, form in (
        ("early", ",.0f"),
        ("test", ".2f"),
        ("end test", ".2f"),
        ("end train", ".2f"),
    ):
        both = np.concatenate([DATA[line, name][0] for line in ("ticket", "reinit")])
        print(
            f"| {name} | {spread('ticket', name, 0, form)} | {spread('reinit', name, 0, form)} ",
            end="",
        )
        print(f"| {both.mean():{form}} | {both.std(ddof=1):{form}} |")
    print()
    for text, form, statistic in STATEMENTS:
        cells = [
            f"{value:{form}} ({low:{form}} to {high:{form}})"
            for value, low, high in (interval(statistic, both) for both in (False, True))
        ]
        print(f"| {text} | " + " | ".join(cells) + " |")
    print()
    dense = {name: DATA["ticket", name][0].mean() for name in ("early", "test", "end test")}
    for text, form, values in (
        ("early", ".0f", 100 - 100 * DATA["ticket", "early"][1:] / dense["early"]),
        ("test", ".3f", DATA["ticket", "test"][1:] - dense["test"]),
        ("end test", ".3f", DATA["ticket", "end test"][1:] - dense["end test"]),
    ):
        cells = [
            f"{values.mean(axis=1).max():{form}} at {LEFT[1 + values.mean(axis=1).argmax()]:.1f} %"
        ]
        for choosers in (1, TRIALS - 1):
            out = left_out(values, choosers)
            cells.append(f"{np.mean(out):{form}} ({min(out):{form}} to {max(out):{form}})")
        print(f"| {text} | " + " | ".join(cells) + " |")
    print()
    ten = means(tuple(range(TRIALS)), both=True)
    for at in range(1, len(LEFT)):
        earlier = 100 - 100 * ten["ticket", "early"][at] / ten["dense", "early"]
        gains = [ten["ticket", name][at] - ten["dense", name] for name in ("test", "end test")]
        print(f"{LEFT[at]:.1f} % earlier by {earlier:.0f} %, gains {gains[0]:.2f} {gains[1]:.2f}")
    for line in ("ticket", "reinit"):
        trained = DATA[line, "end train"][:14]
        full = f"{(trained == 100).sum()} of {trained.size} at 100 %"
        print(f"{line}: {full}, lowest {trained.min():.2f}")
    print_winning()


if __name__ == "__main__":
    main()
