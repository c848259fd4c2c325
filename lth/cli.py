"""The command line: one verb a subcommand. Rules and people call the same verbs; each is imported only when it is called."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from lth.terminal import printable


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose errors repeat what was typed."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


def main(arguments: list[str] | None = None) -> None:
    """Runs a verb. A fault of the user's is one line on standard error and exit status 1."""
    parser = build_parser()
    options = vars(parser.parse_args(arguments))
    run: Callable[..., None] = options.pop("run")
    options.pop("verb")
    try:
        run(**options)
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # `lth inspect ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        sys.exit(printable(f"lth: error: {error}"))
    except MemoryError as error:
        mend = "run fewer jobs at once, or choose a lower `block`"
        sys.exit(printable(f"lth: error: out of memory ({str(error) or 'none left'}); {mend}"))
    except KeyboardInterrupt:
        sys.exit("lth: interrupted; run again to go on")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs."""
    parser = Parser(prog="lth", description="Lottery tickets as a data-versioned pipeline.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = _add(verbs, "prepare", _prepare, "obtain and check a data set")
    verb.add_argument("name", help="a data set that lth knows, such as mnist, or that the catalog describes")
    _path(verb, "--out", "the manifest to write (JSON); the arrays go beside it", required=True)
    verb.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER", help="where downloads go and archives lie (default data)")

    verb = _add(verbs, "describe", _describe, "decode a folder of images (train/CLASS/*, test/CLASS/*) once, for its entry in the catalog")
    verb.add_argument("folder", type=Path, help="such as data/flowers; its name is that of the data set")
    _path(verb, "--out", "the YAML file to write, such as workflow/catalog/flowers.yaml", required=True)

    verb = _add(verbs, "init", _init, "draw θ0 for a block of trials, and the mask that keeps everything")
    _planned(verb, "experiment, block (such as trials-0-4), dataset, seed, network")
    _path(verb, "--dataset", "manifest of the data set", required=True)
    _path(verb, "--out", "the θ0 file to write", required=True)
    _path(verb, "--mask", "the mask file of round 0 to write", required=True)

    verb = _add(verbs, "train", _train, "train the tickets of a block as one stack")
    coordinates = "coordinates (experiment, block, strategy, round, branch)"
    _planned(verb, f"{coordinates}, dataset, seed, validation, network, recipe, repeats, keep_weights, start_iteration")
    _path(verb, "--dataset", "manifest of the data set", required=True)
    _path(verb, "--start", "θ0 file of the block, or the file that tickets are rewound to, or for branch search the run before", required=True)
    _path(verb, "--mask", "mask file of the round", required=True)
    _path(verb, "--out", "the run file to write", required=True)
    _machine(verb)
    verb.add_argument("--checkpoint-every", type=_seconds, default=120.0, metavar="SECONDS", help="how often to save the state (default 120)")

    verb = _add(verbs, "rewind", _rewind, "train the dense networks of a block up to an iteration, to reset tickets to it")
    _planned(verb, "the coordinates of the dense ticket, dataset, seed, network, iteration, validation, recipe")
    _path(verb, "--dataset", "manifest of the data set", required=True)
    _path(verb, "--start", "θ0 file of the block", required=True)
    _path(verb, "--mask", "mask file of round 0", required=True)
    _path(verb, "--out", "the file of weights to write", required=True)
    _machine(verb)

    verb = _add(verbs, "prune", _prune, "make the next round's mask")
    _planned(verb, "coordinates (experiment, block, strategy, round), making, rates by weight, seed, repeats")
    _path(verb, "--mask", "mask file of the round before", required=True)
    _path(verb, "--weights", "run file that was trained under that mask, or θ0 file to prune before training; none for method random")
    _path(verb, "--out", "the mask file to write", required=True)

    verb = _add(verbs, "tabulate", _tabulate, "many runs to one tidy table (CSV)")
    _planned(verb, "experiment, strategies with their branches, moments")
    verb.add_argument("--runs", type=Path, nargs="+", required=True, metavar="FILE", help="run files of one experiment")
    _path(verb, "--out", "the table to write", required=True)
    _path(verb, "--origin", "the file to write that says what the table was made from (JSON)", required=True)

    verb = _add(verbs, "plot", _plot, "draw a figure from a table or from runs")
    _planned(verb, "experiment, name, figure, style, and curves for a figure of curves")
    verb.add_argument("--inputs", type=Path, nargs="+", required=True, metavar="FILE", help="the origin of the table, or the run files of the curves")
    _path(verb, "--svg", "the SVG to write", required=True)
    _path(verb, "--png", "the PNG to write", required=True)
    _path(verb, "--origin", "the file to write that says what the figure was made from (JSON)", required=True)

    verb = _add(verbs, "summarize", _summarize, "the headline numbers of tables, as JSON")
    verb.add_argument("paths", type=Path, nargs="+", metavar="ORIGIN", help="the origins of tables (JSON)")
    _key(verb)
    _path(verb, "--out", "the metrics file to write", required=True)
    _path(verb, "--origin", "the file to write that says what the numbers were made from (JSON)", required=True)

    verb = _add(verbs, "check", _check, "read params.yaml, and show the study complete or what is wrong with it")
    _path(verb, "--params", "the study (default params.yaml)", default=Path("params.yaml"))

    verb = _add(verbs, "inspect", _inspect, "say what an HDF5 file is, what it was made from, and what is in it")
    verb.add_argument("file", type=Path, help="θ0, rewound, mask or run file")

    verb = _add(verbs, "verify", _verify, "check every file of a results folder, and the chains between them")
    verb.add_argument("results", type=Path, nargs="?", default=Path("results"), help="the folder (default results)")

    verb = _add(verbs, "tidy", _tidy, "list the files in results that no longer belong to the study")
    _path(verb, "--params", "the study (default params.yaml)", default=Path("params.yaml"))
    verb.add_argument("--delete", action="store_true", help="delete them")
    return parser


def _add(verbs: Any, name: str, run: Callable[..., None], help: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _planned(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--settings", dest="plan", type=_json, required=True, metavar="JSON", help=f"what the file depends on: {what}")
    _key(parser)


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", help="the planned key; refused where settings, code and inputs amount to another (default: not compared)")


def _machine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", type=_device, default="auto", help="cpu, cuda, cuda:1 ..., or auto: a GPU where there is one (default)")
    parser.add_argument("--threads", type=_threads, default=1, help="CPU threads (default 1)")


def _path(parser: argparse.ArgumentParser, name: str, help: str, **options: Any) -> None:
    parser.add_argument(name, type=Path, metavar="FILE", help=help, **options)


def _json(text: str) -> Any:
    from lth.texts import load_json

    try:
        return load_json(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"expected auto, cpu, cuda or cuda:NUMBER, got {text!r}")
    return text


def _seconds(text: str) -> float:
    try:
        if (seconds := float(text)) >= 0:
            return seconds
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected seconds, at least 0, got {text!r}")


def _threads(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _prepare(name: str, out: Path, data: Path) -> None:
    from lth import config
    from lth.settings import unknown
    from lth.verbs.prepare import prepare

    if name not in (sources := config.sources()):
        raise unknown("name", "data set", name, sources)
    prepare(name, sources[name], data, out)


def _describe(folder: Path, out: Path) -> None:
    from lth.verbs.describe import describe

    describe(folder, out)


def _init(**options: Any) -> None:
    from lth.verbs.init import init

    init(**options)


def _train(threads: int, **options: Any) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # before torch is imported, or its thread pools take every core
    from lth.verbs.train import train

    train(threads=threads, **options)


def _rewind(threads: int, **options: Any) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    from lth.verbs.rewind import rewind

    rewind(threads=threads, **options)


def _prune(**options: Any) -> None:
    from lth.verbs.prune import prune

    prune(**options)


def _tabulate(**options: Any) -> None:
    from lth.verbs.tabulate import tabulate

    tabulate(**options)


def _plot(**options: Any) -> None:
    from lth.verbs.plot import plot

    plot(**options)


def _summarize(**options: Any) -> None:
    from lth.verbs.summarize import summarize

    summarize(**options)


def _check(params: Path) -> None:
    from lth.verbs.check import check

    check(params)


def _inspect(file: Path) -> None:
    from lth.verbs.inspect import inspect

    inspect(file)


def _verify(results: Path) -> None:
    from lth.verbs.verify import verify

    verify(results)


def _tidy(params: Path, delete: bool) -> None:
    from lth.verbs.tidy import tidy

    tidy(params, delete)
