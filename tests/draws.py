"""Which steps a random walk takes (`walk.py`), drawn from a seed as plain data."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from edits import ABSENT, CODE
from walking import Step

OTHER = {
    "extends": "lenet-digits",
    "trials": 1,
    "block": 1,
    "network": {"hidden": [6]},
    "recipe": {"iterations": 10, "evaluate_every": 10},
    "strategies": {"iterative": {"rounds": 1, "branches": {"reinit": None}}},
}
EARLY = {
    "kind": "density",
    "scale": "log",
    "over": {"tiny": ""},
    "lines": {"iterative/ticket": "solid"},
    "panels": [[{"y": "early_stop_iteration"}, {"y": "early_stop_test_accuracy"}]],
    "caption": "Early stopping.",
}
LAST = {**EARLY, "panels": [[{"y": "final_test_accuracy"}]], "caption": "After training."}
LINES = ["dense/ticket", "iterative/round-1/ticket", "iterative/round-2/ticket"]
LEVELS = ["iterative/ticket@100", "iterative/ticket@70"]
CURVES = {
    "extends": "loss-curves",
    "over": {"tiny": ""},
    "until": 20,
    "panels": [[{"lines": LINES[:2]}]],
}
SETTINGS: Mapping[str, Sequence[Any]] = {
    "experiments.tiny.recipe.learning_rate": (0.005, 0.01, 0.02),
    "experiments.tiny.recipe.iterations": (20, 30),
    "experiments.tiny.strategies.iterative.rates.hidden": (0.2, 0.3),
    "experiments.tiny.strategies.iterative.rounds": (1, 2),
    "experiments.tiny.strategies.iterative.branches.reinit": (None, 1, 2),
    "experiments.tiny.trials": (1, 2, 3),
    "experiments.tiny.block": (1, 2, 3),
    "experiments.tiny.seed": (1, 2),
    "experiments.tiny.moments": ([], [10], [10, 20]),
    "experiments.other": (OTHER, ABSENT),
    "figures.early-stopping": (EARLY, ABSENT),
    "figures.early-stopping.lines.iterative/reinit": ("dashed", ABSENT),
    "figures.last": (LAST, {**LAST, "over": {"tiny": "Tiny", "other": "Other"}}, ABSENT),
    "figures.loss-curves": (CURVES, ABSENT),
    "figures.loss-curves.until": (10, 20),
    "figures.loss-curves.panels": (
        [[{"lines": LINES[:1]}]],
        [[{"lines": LEVELS}]],
        [[{"lines": LINES[:2]}, {"lines": LINES[2:]}]],
    ),
    "style.dpi": (50, 60),
    "style.colors.ticket": ("tab:blue", "tab:red"),
}
LOSSES = (
    "results/runs/**/run.h5",
    "results/runs/**/mask.h5",
    "results/runs/**/theta0.h5",
    "results/tables/*",
    "results/figures/*",
    "results/origins/**/*.json",
    "results/metrics.json",
    "results/datasets/*.json",
    "results/datasets/*.npz",
)
FOLDERS = ("results/tables", "results/figures", "results/runs/tiny/trials-0-0", "results")
DATED = ("results/**/*", ".snakemake/**/*", "lth/**/*", "*", "results/runs/**/mask.h5")
HOUR, YEAR = 3_600, 31_536_000
OFTEN = {
    "edit": 40,
    "repro": 4,
    "record": 6,
    "checkout": 9,
    "clone": 2,
    "experiment": 1,
    "lose": 12,
    "lose folder": 3,
    "lose records": 8,
    "mark": 3,
    "shuffle times": 2,
    "shift times": 4,
    "kill": 10,
    "unwritable": 4,
}  # out of about a hundred steps


def drawn(draws: random.Random) -> Step:
    """A step with its arguments."""
    name = draws.choices(list(OFTEN), list(OFTEN.values()))[0]
    which = [draws.randrange(1000) for _ in range(draws.choice((1, 1, 2, 3)))]
    match name:
        case "edit":
            return drawn_edit(draws)
        case "record":
            return {"do": name, "by_dvc": draws.random() < 0.7}
        case "checkout":
            outs = draws.choice(("all", "all", "all", "results", "metadata", "none"))
            return {"do": name, "tag": draws.randrange(1000), "outs": outs}
        case "experiment":
            key = "experiments.tiny.recipe.learning_rate"
            return {"do": name, "key": key, "value": draws.choice((0.03, 0.04, 0.05))}
        case "lose":
            return drawn_loss(draws)
        case "lose folder":
            return {"do": name, "folder": draws.choice(FOLDERS)}
        case "lose records":
            how = draws.choice(("lost", "lost", "cut", "cut", "all", "everything"))
            return {"do": name, "how": how, "which": which}
        case "mark":
            return {"do": name, "which": draws.choice(([], which))}
        case "shuffle times":
            return {"do": name, "seed": draws.randrange(1000)}
        case "shift times":
            return {"do": name, "files": draws.choice(DATED), "seconds": draws.choice((HOUR, YEAR))}
        case "kill":
            moment = {"jobs": draws.randrange(5), "delay": round(draws.uniform(0, 4), 2)}
            word = draws.choice(("SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"))
            return {"do": name, "first": drawn_work(draws), "name": word} | moment
        case "unwritable":
            sizes = {"folder": draws.choice(FOLDERS[:3]), "size": draws.choice((0, 8, 16, 64))}
            return {"do": name, "first": drawn_work(draws)} | sizes
        case _:
            return {"do": name}


def drawn_edit(draws: random.Random) -> Step:
    """Mostly one edit, of settings twice as often as of code."""
    step: Step = {"do": "edit", "settings": [], "code": []}
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        if draws.random() < 0.67:
            key = draws.choice(list(SETTINGS))
            step["settings"].append([key, draws.choice(SETTINGS[key])])
        else:
            step["code"].append(draws.choice(list(CODE)))
    return step


def drawn_work(draws: random.Random) -> Step:
    """An edit after which every training has to run, or whatever else."""
    if draws.random() < 0.5:
        return draws.choice((drawn_edit, drawn_loss))(draws)
    names = ("experiments.tiny.recipe.learning_rate", "experiments.tiny.seed")
    return {"do": "edit", "settings": [[name, draws.choice(SETTINGS[name])] for name in names]}


def drawn_loss(draws: random.Random) -> Step:
    which = [draws.randrange(1000) for _ in range(draws.choice((0, 1, 1, 1, 3)))]
    return {"do": "lose", "files": draws.choice(LOSSES), "which": which}
