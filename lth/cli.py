"""The command line: one verb a subcommand. Rules and people call the same verbs.

Verbs are data here. The module of a verb is imported when it is called, and not before.
"""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from lth.files.terminal import printable


class Option(NamedTuple):
    """An argument of a verb: positional, or with a name that begins with `--`."""

    name: str
    help: str
    more: Mapping[str, Any]


class Verb(NamedTuple):
    """A verb: what it does, its own options, and the class of its plan where it has one.

    The plan adds --settings and --key, and an option for each role of its inputs.
    """

    help: str
    options: tuple[Option, ...]
    plan: str = ""


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose errors repeat what was typed."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


def _path(name: str, help: str, **more: Any) -> Option:
    return Option(name, help, {"type": Path, "metavar": "FILE", **more})


def _output(name: str, help: str) -> Option:
    return _path(name, help, required=True)


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        what = "expected auto, cpu, cuda or cuda:NUMBER"
        raise argparse.ArgumentTypeError(f"{what}, got {text!r}")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise argparse.ArgumentTypeError(f"expected seconds, at least 0, got {text!r}")
    return seconds


def _threads(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    os.environ.setdefault("OMP_NUM_THREADS", text)  # before torch starts a thread on every core
    return int(text)


def _number_or_all(text: str) -> int:
    if text == "all":
        return sys.maxsize
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected all or a number of at least 1, got {text!r}")
    return int(text)


def _json(text: str) -> Any:
    from lth.files.texts import load_json

    try:
        return load_json(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None


MACHINE = (
    Option(
        "--engine",
        "sparse (fully-connected networks on a CPU), torch, or auto: sparse where it can (default)",
        {"choices": ("auto", "sparse", "torch"), "default": "auto"},
    ),
    Option(
        "--device",
        "cpu, cuda, cuda:1 ..., or auto: the sparse engine, or a GPU where there is one (default)",
        {"type": _device, "default": "auto"},
    ),
    Option("--threads", "CPU threads (default 1)", {"type": _threads, "default": "1"}),
)
PARAMS = _path("--params", "the study (default params.yaml)", default=Path("params.yaml"))
ORIGIN = _output("--origin", "the file to write that says what this was made from (JSON)")
VERBS = {
    "prepare": Verb(
        "obtain and check a data set",
        (
            Option("name", "a data set that lth knows, such as mnist, or of the catalog", {}),
            _output("--out", "the manifest to write (JSON); the arrays go beside it"),
            Option(
                "--data",
                "where downloads go and archives lie (default data)",
                {"type": Path, "default": Path("data"), "metavar": "FOLDER"},
            ),
        ),
    ),
    "describe": Verb(
        "decode a folder of images (train/CLASS/*, test/CLASS/*), for its entry in the catalog",
        (
            Option("folder", "such as data/flowers; its name is the data set's", {"type": Path}),
            _output("--out", "the YAML file to write, such as workflow/catalog/flowers.yaml"),
        ),
    ),
    "init": Verb(
        "draw θ0 for a block of trials, and make the mask that keeps everything",
        (
            _output("--out", "the θ0 file to write"),
            _output("--mask", "the mask file of round 0 to write"),
        ),
        "theta0.Theta0",
    ),
    "train": Verb(
        "train the tickets of a block as one stack",
        (
            _output("--out", "the run file to write"),
            *MACHINE,
            Option(
                "--checkpoint-every",
                "how often to save the state (default 120)",
                {"type": _seconds, "default": 120.0, "metavar": "SECONDS"},
            ),
        ),
        "run.Run",
    ),
    "rewind": Verb(
        "train the dense networks of a block up to an iteration, to reset tickets to it",
        (_output("--out", "the file of weights to write"), *MACHINE),
        "rewound.Rewound",
    ),
    "prune": Verb(
        "make the next round's mask",
        (_output("--out", "the mask file to write"),),
        "mask.Mask",
    ),
    "tabulate": Verb(
        "many runs to one tidy table (CSV)",
        (_output("--out", "the table to write"), ORIGIN),
        "table.Table",
    ),
    "plot": Verb(
        "draw a figure, from tables or from runs, θ0 and masks",
        (
            _output("--svg", "the SVG to write"),
            _output("--png", "the PNG to write"),
            _output("--csv", "the numbers to write"),
            _output("--json", "what is drawn, to write: panels, axes and lines"),
            ORIGIN,
        ),
        "figure.Figure",
    ),
    "summarize": Verb(
        "the headline numbers of tables, as JSON",
        (_output("--out", "the metrics file to write"), ORIGIN),
        "metrics.Metrics",
    ),
    "report": Verb(
        "figures, claims and tables as one HTML file",
        (_output("--out", "the HTML file to write"), ORIGIN),
        "report.Report",
    ),
    "score": Verb(
        "what the paper states, judged by tables and figures, as CSV",
        (_output("--out", "the CSV file to write"), ORIGIN),
        "claims.Claims",
    ),
    "check": Verb(
        "read params.yaml, and show the study complete or what is wrong",
        (
            Option(
                "what",
                "the study (default), or what the figures of the paper train",
                {"nargs": "?", "default": "study", "choices": ("study", "paper")},
            ),
            PARAMS,
            Option(
                "--scale",
                "that of the figures of the paper (default: as params.yaml says)",
                {"choices": ("mini", "paper")},
            ),
        ),
    ),
    "claims": Verb(
        "what the paper states, beside what the tables and figures that are there say of it",
        (
            Option(
                "folder",
                "the folder of results (default results)",
                {"type": Path, "nargs": "?", "default": Path("results"), "metavar": "results"},
            ),
            _path("--page", "a Markdown file to write instead"),
        ),
    ),
    "schema": Verb(
        "write a JSON Schema of params.yaml and the catalog, for editors",
        (_path("--out", "the file to write, such as workflow/schema.json (default: print it)"),),
    ),
    "inspect": Verb(
        "say what an HDF5 file is, what it was made from, and what is in it",
        (Option("file", "θ0, rewound, mask or run file", {"type": Path}),),
    ),
    "compare": Verb(
        "say what differs between two files or two experiments, and what masks have in common",
        (
            Option(
                "a",
                "a file of results (.h5), the origin of a figure (.json), an experiment of results "
                "by name, or its table elsewhere (.csv)",
                {"metavar": "A"},
            ),
            Option(
                "b",
                "another of the same kind (default: none, for the trials of one mask file)",
                {"metavar": "B", "nargs": "?"},
            ),
            _path("--out", "a JSON file to write beside, with all numbers"),
        ),
    ),
    "release": Verb(
        "the tickets of an experiment as one small file, to publish",
        (
            Option("experiment", "a name in results, or a table in another results folder", {}),
            Option("--strategy", "whose masks (default iterative)", {"default": "iterative"}),
            _output("--out", "the HDF5 file to write"),
        ),
    ),
    "verify": Verb(
        "check every file of a results folder, and the chains between them",
        (
            Option(
                "folder",
                "the folder (default results)",
                {"type": Path, "nargs": "?", "default": Path("results"), "metavar": "results"},
            ),
            Option(
                "--recompute",
                "train so many of the runs once more, drawn at random, or all, and compare",
                {"type": _number_or_all, "metavar": "N"},
            ),
            Option(
                "--seed",
                "of that draw (default: another one each time, which is printed)",
                {"type": int, "metavar": "NUMBER"},
            ),
        ),
    ),
    "tidy": Verb(
        "list the files in results that no longer belong to the study",
        (PARAMS, Option("--delete", "delete them", {"action": "store_true"})),
    ),
}


def main(arguments: list[str] | None = None) -> None:
    """Runs a verb. A fault of the user's is one line on standard error and exit status 1."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = vars(build_parser(arguments).parse_args(arguments))
    name: str = options.pop("verb")
    try:
        if VERBS[name].plan:
            options["plan"] = _plan(VERBS[name], options.pop("settings"))
        run: Callable[..., None] = getattr(importlib.import_module(f"lth.verbs.{name}"), name)
        run(**options)
    except BrokenPipeError:  # `lth inspect ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError) as error:
        sys.exit(printable(f"lth: error: {error}"))
    except MemoryError as error:
        mend = "run fewer jobs at once, or choose a lower `block`"
        sys.exit(printable(f"lth: error: out of memory ({str(error) or 'none left'}); {mend}"))
    except KeyboardInterrupt:
        sys.exit("lth: interrupted; run again to go on")


def build_parser(arguments: list[str]) -> argparse.ArgumentParser:
    """The parser of all verbs. Options stand in it for the one that the arguments call."""
    parser = Parser(prog="lth", description="Lottery tickets as a data-versioned pipeline.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        text = f"{verb.help[0].upper()}{verb.help[1:]}."
        inner = verbs.add_parser(name, help=verb.help, description=text)
        if name in arguments[:1]:
            for option in _options(verb):
                inner.add_argument(option.name, help=option.help, **option.more)
    return parser


def _options(verb: Verb) -> list[Option]:
    if not verb.plan:
        return list(verb.options)
    kind = _kind(verb)
    fields = ", ".join(kind.__struct_fields__) or "nothing"
    settings = {"type": _json, "required": True, "metavar": "JSON"}
    key = "the planned key; stops if settings, code and inputs give another one"
    return [
        Option("--settings", f"what the file depends on: {fields}", settings),
        Option("--key", key, {}),
        *(_input(role, kind.ROLES[role]) for role in kind.ROLES),
        *verb.options,
    ]


def _input(name: str, role: Any) -> Option:
    """The option of a role: one file or many, which may be left out or not."""
    more = {"required": not role.optional}
    if role.many:
        more |= {"nargs": "+", "default": []} if role.optional else {"nargs": "+"}
    return _path(f"--{name}", role.help, **more)


def _kind(verb: Verb) -> Any:
    module, _, name = verb.plan.partition(".")
    return getattr(importlib.import_module(f"lth.study.plans.{module}"), name)


def _plan(verb: Verb, data: Any) -> Any:
    from lth import settings

    return settings.read(_kind(verb), data, "--settings")
