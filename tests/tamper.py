"""Tampering with a finished study: 79 kinds, most of them by one who mends digests, seals and keys.

`make tamper` does many at random and counts how many `lth verify` names. Left out is what cannot be seen
without training again: curves or final weights that fit everything else that is there.
"""

import argparse
import dataclasses
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from byhand import RUNS, TINY, make
from PIL import Image

from lth import config, keys, origins, store, tables
from lth.cli import main
from lth.study import Study

Change = Callable[[dict[str, np.ndarray], random.Random], None]
DATASET, TABLE, METRICS = "results/datasets/digits", "results/tables/tiny.csv", "results/metrics.json"
STYLE = {"width": 3.0, "height": 2.5, "font": 9, "dpi": 50, "colors": {"ticket": "tab:blue", "reinit": "tab:orange"}}
FIGURES = ("early-stopping", "accuracy-curves", "loss-curves")


Kind = Callable[[Study, random.Random], str]  # changes a file in the current folder, and returns its path


# Files


def pick(study: Study, chance: random.Random, *kinds: str, where: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> str:
    """The path of an HDF5 file of some kinds, whose settings are as asked for."""
    paths = [node.path for node in study.nodes() if node.kind in kinds and where(node.settings)]
    return chance.choice(sorted(paths))


def any_hdf5(study: Study, chance: random.Random) -> str:
    return pick(study, chance, "theta0", "rewound", "mask", "run")


def any_file(study: Study, chance: random.Random) -> str:
    return chance.choice(sorted({*study.files(), f"{DATASET}.npz"}))


def rounds(settings: Mapping[str, Any]) -> bool:
    return settings["round"] > 0


def drawn(settings: Mapping[str, Any]) -> bool:
    return rounds(settings) and settings["making"]["method"] == "random"


def ranked(settings: Mapping[str, Any]) -> bool:
    return rounds(settings) and not drawn(settings)


def kept(settings: Mapping[str, Any]) -> bool:
    return settings["keep_weights"]


def bytes_of(change: Callable[[bytearray, random.Random], Any]) -> Kind:
    """Changes the bytes of any file."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = any_file(study, chance)
        content = bytearray(Path(path).read_bytes())
        changed = change(content, chance)
        Path(path).write_bytes(content if changed is None else changed)
        return path

    return tamper


def flip_a_bit(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def raw(change: Callable[[h5py.File, random.Random], None]) -> Kind:
    """Changes an HDF5 file by a tool that knows nothing of lth."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = any_hdf5(study, chance)
        with h5py.File(path, "r+", libver=("v110", "v110")) as file:
            change(file, chance)
        return path

    return tamper


def moved_values(file: h5py.File, chance: random.Random) -> None:
    names = [name for name in ("trial", "repeat") if name in file]
    file[chance.choice(names)][0] += 1


def renamed(file: h5py.File, chance: random.Random) -> None:
    file.move("repeat", "repeats")


def retyped(file: h5py.File, chance: random.Random) -> None:
    values = file["trial"][()].astype(np.int32)
    del file["trial"]
    file["trial"] = values


# Forgeries: with digest, seal and key mended, and all that follows made to record what there is now


def heal(study: Study) -> None:
    """Makes every file record its inputs as they are now, so that no chain gives a forgery away."""
    for node in reversed(study.nodes()):  # `nodes` goes from the ends to the beginnings
        _heal(node, set())


def _heal(node: Any, done: set[str]) -> None:
    for item in (item for items in node.inputs.values() for item in items):
        if item.path not in done:
            _heal(item, done)
    done.add(node.path)
    if node.kind == "dataset":
        return
    with suppress(ValueError):
        document = store.find(node.path) if node.path.endswith(".h5") else origins.read(node.path)
        inputs = {role: tuple(recorded(item) for item in items) for role, items in document.origin.inputs.items()}
        if inputs != document.origin.inputs:
            origin = dataclasses.replace(document.origin, inputs=inputs)
            if isinstance(document, store.Stored):
                store.write(node.path, origin, store.read(node.path).arrays, document.made_on)
            else:
                origins.write(Path(node.path), origin, map(Path, document.files), dict(document.made_on))


def recorded(item: origins.Input) -> origins.Input:
    found = origins.header(item.path)
    return origins.Input(item.path, found.key, found.content) if found else item


def forged(change: Change, *kinds: str, where: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> Kind:
    """Changes arrays of an HDF5 file."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, *kinds, where=where)
        file = store.read(path)
        arrays = {name: array.copy() for name, array in file.arrays.items()}
        change(arrays, chance)
        store.write(path, file.origin, arrays, file.made_on)
        heal(study)
        return path

    return tamper


def resettled(
    change: Callable[[dict[str, Any], random.Random], None], *kinds: str, where: Callable[[Mapping[str, Any]], bool] = lambda _: True
) -> Kind:
    """Changes the settings that an HDF5 file tells."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, *kinds, where=where)
        file = store.read(path)
        settings = json.loads(json.dumps(file.origin.settings))
        change(settings, chance)
        store.write(path, dataclasses.replace(file.origin, settings=settings), file.arrays, file.made_on)
        heal(study)
        return path

    return tamper


def added(name: str, amount: float = 1) -> Change:
    """Adds something to one value of an array."""

    def change(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
        values = arrays[name].reshape(-1)
        place = chance.randrange(values.size)
        values[place] = values[place] + amount
        arrays[name] = values.reshape(arrays[name].shape)

    return change


def negated(name: str) -> Change:
    def change(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
        arrays[name][chance.randrange(len(arrays[name]))] ^= True

    return change


def layer_of(arrays: Mapping[str, np.ndarray], chance: random.Random, group: str) -> str:
    names = [name for name in arrays if name.startswith(f"{group}/") and name.endswith("weight")]
    return chance.choice(sorted(names))


def kept_and_gone(mask: np.ndarray, chance: random.Random) -> tuple[int, int]:
    return chance.choice(np.flatnonzero(mask).tolist()), chance.choice(np.flatnonzero(~mask).tolist())


def one_fewer(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    mask = arrays[layer_of(arrays, chance, "mask")][0].reshape(-1)
    mask[chance.choice(np.flatnonzero(mask).tolist())] = False


def one_more(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    mask = arrays[layer_of(arrays, chance, "mask")][0].reshape(-1)
    mask[kept_and_gone(mask, chance)[1]] = True


def swapped(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    mask = arrays[layer_of(arrays, chance, "mask")][0].reshape(-1)
    one, other = kept_and_gone(mask, chance)
    mask[one], mask[other] = False, True


def networks_exchanged(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    name = layer_of(arrays, chance, "mask")
    arrays[name] = arrays[name][::-1].copy()


def nudged(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    values = arrays[layer_of(arrays, chance, "weights")].reshape(-1)
    values[chance.randrange(values.size)] += np.float32(1e-3)


def revived(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    values = arrays[layer_of(arrays, chance, "weights")].reshape(-1)
    values[chance.choice(np.flatnonzero(values == 0).tolist())] = np.float32(1e-6)


def other_start(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["start_digest"] = np.array([digest[::-1] for digest in arrays["start_digest"]], "S64")


def negative_loss(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["measures/final_train_loss"][0] = -0.5


def more_than_all(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays[chance.choice(["measures/final_train_accuracy", "measures/early_stop_train_accuracy"])][0] = 1.5


def half_an_example(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays[f"measures/{chance.choice(['final', 'early_stop'])}_train_accuracy"][0] -= 0.5 / 1000


def shorter(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    for name in [name for name in arrays if name == "iterations" or name.startswith("curves/")]:
        arrays[name] = arrays[name][..., :-1].copy()


def without(name: str) -> Change:
    return lambda arrays, chance: arrays.__delitem__(name)


def with_another(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["extra"] = np.zeros(3)


def narrower(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["trial"] = arrays["trial"].astype(np.int32)


def doubled(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    for name in arrays:
        if name != "iterations":
            arrays[name] = np.concatenate([arrays[name], arrays[name]])


def nothing(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    for name in [name for name in arrays if name.startswith("weights/")]:
        arrays[name] = arrays[name] * np.float32(np.nan)


def better_accuracy(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["measures/early_stop_test_accuracy"][0] += 1 / 397


def better_curve(arrays: dict[str, np.ndarray], chance: random.Random) -> None:
    arrays["curves/test_accuracy"][0, -1] += 1 / 397


def untrained(study: Study, chance: random.Random) -> str:
    path = f"{RUNS}/dense/round-0/iteration-15.h5"
    file = store.read(path)
    store.write(path, file.origin, store.read(f"{RUNS}/theta0.h5").arrays, file.made_on)
    heal(study)
    return path


# Places


def exchanged(study: Study, chance: random.Random) -> str:
    one, other = chance.sample(sorted(node.path for node in study.nodes() if node.kind in ("mask", "run")), 2)
    first = Path(one).read_bytes()
    Path(one).write_bytes(Path(other).read_bytes())
    Path(other).write_bytes(first)
    return one


def copied_over(study: Study, chance: random.Random) -> str:
    source, target = chance.sample(sorted(node.path for node in study.nodes() if node.kind == "run"), 2)
    shutil.copy(source, target)
    return target


def strange(study: Study, chance: random.Random) -> str:
    path = f"{RUNS}/{chance.choice(['iterative', 'oneshot'])}/{chance.choice(['run.h5', 'notes.txt', 'mask.csv'])}"
    Path(path).write_bytes(Path(any_hdf5(study, chance)).read_bytes())
    return path


def gone(study: Study, chance: random.Random) -> str:
    """Something from which another file was made, or which is made together with one."""
    inputs = {item.path for node in study.nodes() for items in node.inputs.values() for item in items}
    products = {path for node in study.nodes() for path in node.files[:-1]}
    path = chance.choice(sorted(inputs | products))
    Path(path).unlink()
    return path


def a_pipe(study: Study, chance: random.Random) -> str:
    path = any_file(study, chance)
    Path(path).unlink()
    os.mkfifo(path)
    return path


def a_link(study: Study, chance: random.Random) -> str:
    path = any_hdf5(study, chance)
    other = pick(study, chance, "run", where=lambda settings: settings["branch"] == "ticket")
    Path(path).unlink()
    Path(path).symlink_to(Path(other).resolve() if other != path else "/dev/null")
    return path


# Texts and pictures


def text(path: str, pattern: str, replacement: Callable[[re.Match[str], random.Random], str], mended: bool) -> Kind:
    """Changes what a pattern matches at a place of a text, and mends the origin that tells its SHA-256."""

    def tamper(study: Study, chance: random.Random) -> str:
        content = Path(path).read_text()
        match = chance.choice(list(re.finditer(pattern, content)))
        Path(path).write_text(content[: match.start()] + replacement(match, chance) + content[match.end() :])
        if mended:
            remake_origin(study, path)
        return path

    return tamper


def remake_origin(study: Study, path: str) -> None:
    (node,) = (node for node in study.nodes() if path in node.files)
    document = origins.read(node.path)
    origins.write(Path(node.path), document.origin, map(Path, document.files), dict(document.made_on))
    heal(study)


def digit(match: re.Match[str], chance: random.Random) -> str:
    return chance.choice([other for other in "123456789" if other != match[0]])


def recolored(study: Study, chance: random.Random) -> str:
    path = f"results/figures/tiny/{chance.choice(FIGURES)}.png"
    with Image.open(path) as image:
        pixels = np.array(image)
    row, column = chance.randrange(len(pixels)), chance.randrange(len(pixels[0]))
    pixels[row, column, :3] ^= 255
    Image.fromarray(pixels).save(path)
    remake_origin(study, path)
    return path


def redrawn_line(study: Study, chance: random.Random) -> str:
    path = f"results/figures/tiny/{chance.choice(FIGURES)}.svg"
    content = Path(path).read_text()
    match = chance.choice(list(re.finditer(r"[ML] (\d+)\.\d+ (\d+)", content)))
    Path(path).write_text(f"{content[: match.start(2)]}{int(match[2]) + 1}{content[match.end(2) :]}")
    remake_origin(study, path)
    return path


def without_a_row(study: Study, chance: random.Random) -> str:
    lines = Path(TABLE).read_text().splitlines(keepends=True)
    lines.pop(chance.randrange(1, len(lines)))
    Path(TABLE).write_text("".join(lines))
    remake_origin(study, TABLE)
    return TABLE


def rows_exchanged(study: Study, chance: random.Random) -> str:
    lines = Path(TABLE).read_text().splitlines(keepends=True)
    one, other = chance.sample(range(1, len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    Path(TABLE).write_text("".join(lines))
    remake_origin(study, TABLE)
    return TABLE


def untold_run(study: Study, chance: random.Random) -> str:
    """A table that leaves out a run, and says so nowhere."""
    path = "results/origins/tables/tiny.json"
    document = origins.read(path)
    runs = list(document.origin.inputs["runs"])
    runs.pop(chance.randrange(len(runs)))
    origin = dataclasses.replace(document.origin, inputs={"runs": tuple(runs)})
    plan = document.origin.settings
    stored = [store.find(item.path) for item in runs]
    Path(TABLE).write_text(tables.text(stored, plan["strategies"], plan["moments"]))
    origins.write(Path(path), origin, [Path(TABLE)], {})
    heal(study)
    return path


def untold_table(study: Study, chance: random.Random) -> str:
    path = "results/origins/metrics.json"
    document = origins.read(path)
    Path(METRICS).write_text("{}\n")
    origin = dataclasses.replace(document.origin, inputs={"tables": ()})
    origins.write(Path(path), origin, [Path(METRICS)], {})
    return path


def document_field(name: str, value: Any) -> Kind:
    """Changes a field of an origin file, and seals it anew."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, "table", "figure", "metrics")
        fields = json.loads(Path(path).read_text())
        fields[name] = value
        fields["seal"] = origins.seal_of(fields)
        Path(path).write_text(json.dumps(fields))
        return path

    return tamper


def other_manifest(study: Study, chance: random.Random) -> str:
    path = f"{DATASET}.json"
    fields = json.loads(Path(path).read_text())
    name = chance.choice(["classes", "training", "test", "brightest", "digest", "source", "key"])
    fields[name] = fields[name] + 1 if isinstance(fields[name], int) else fields[name][::-1]
    Path(path).write_text(keys.canonical(fields))
    return path


def other_images(study: Study, chance: random.Random) -> str:
    path = f"{DATASET}.npz"
    with np.load(path) as file:
        arrays = dict(file)
    name = chance.choice(sorted(arrays))
    arrays[name].reshape(-1)[chance.randrange(arrays[name].size)] ^= 1
    content = BytesIO()
    np.savez_compressed(content, **arrays)
    Path(path).write_bytes(content.getvalue())
    return path


def setting(*names: str, value: Any) -> Callable[[dict[str, Any], random.Random], None]:
    def change(settings: dict[str, Any], chance: random.Random) -> None:
        *parents, last = names
        for name in parents:
            settings = settings[name]
        settings[last] = value

    return change


KINDS: dict[str, Kind] = {
    "a flipped bit": bytes_of(flip_a_bit),
    "a cut end": bytes_of(lambda content, chance: content[: chance.randrange(len(content))]),
    "more bytes": bytes_of(lambda content, chance: content + b"\0"),
    "an empty file": bytes_of(lambda content, chance: b""),
    "zeros": bytes_of(lambda content, chance: bytes(len(content))),
    "h5: a value": raw(moved_values),
    "h5: another name": raw(renamed),
    "h5: another type": raw(retyped),
    "h5: an array more": raw(lambda file, chance: file.create_dataset("extra", data=np.zeros(3)) and None),
    "h5: an array fewer": raw(lambda file, chance: file.__delitem__("repeat")),
    "h5: an attribute more": raw(lambda file, chance: file.attrs.__setitem__("remark", "hello")),
    "h5: an attribute fewer": raw(lambda file, chance: file.attrs.__delitem__("code")),
    "h5: another attribute": raw(lambda file, chance: file.attrs.__setitem__("made_on", "{}")),
    "h5: an array's attribute": raw(lambda file, chance: file["trial"].attrs.__setitem__("unit", "m")),
    "h5: a link": raw(lambda file, chance: file.__setitem__("it", h5py.SoftLink("/trial"))),
    "h5: a link elsewhere": raw(lambda file, chance: file.__setitem__("it", h5py.ExternalLink("x.h5", "/trial"))),
    "θ0: a weight": forged(nudged, "theta0"),
    "θ0: trials": forged(added("trial"), "theta0"),
    "rewound: untrained": untrained,
    "mask: the dense one": forged(one_fewer, "mask", where=lambda settings: not rounds(settings)),
    "mask: one fewer": forged(one_fewer, "mask", where=rounds),
    "mask: one more": forged(one_more, "mask", where=rounds),
    "mask: another place": forged(swapped, "mask", where=ranked),
    "mask: another random place": forged(swapped, "mask", where=drawn),
    "mask: of the other trial": forged(networks_exchanged, "mask", where=ranked),
    "mask: diverged": forged(negated("ancestor_diverged"), "mask"),
    "mask: a stack twice as large": forged(doubled, "mask"),
    "run: trials": forged(added("trial"), "run"),
    "run: repeats": forged(added("repeat"), "run"),
    "run: another start": forged(other_start, "run"),
    "run: a pruned weight": forged(revived, "run", where=lambda settings: rounds(settings) and kept(settings)),
    "run: weights of no number": forged(nothing, "run", where=lambda settings: rounds(settings) and kept(settings)),
    "run: largest pruned weight": forged(added("measures/largest_pruned_weight"), "run"),
    "run: iterations": forged(added("iterations"), "run"),
    "run: fewer evaluations": forged(shorter, "run"),
    "run: early stopping": forged(added("measures/early_stop_iteration", 10), "run"),
    "run: accuracy at early stopping": forged(better_accuracy, "run"),
    "run: accuracy at the end": forged(added("measures/final_test_accuracy", 1 / 397), "run"),
    "run: loss at the end": forged(added("measures/final_validation_loss", -0.1), "run"),
    "run: a curve": forged(better_curve, "run"),
    "run: share of no examples": forged(half_an_example, "run"),
    "run: more than all": forged(more_than_all, "run"),
    "run: negative loss": forged(negative_loss, "run"),
    "run: diverged": forged(negated("measures/diverged"), "run"),
    "run: ancestor diverged": forged(negated("measures/ancestor_diverged"), "run"),
    "run: density": forged(added("measures/density", 0.01), "run"),
    "run: weights left": forged(added("measures/weights_left"), "run"),
    "run: an array fewer": forged(without("measures/final_train_loss"), "run"),
    "run: an array more": forged(with_another, "run", "theta0", "mask", "rewound"),
    "run: another type": forged(narrower, "run", "theta0", "mask", "rewound"),
    "settings: recipe": resettled(setting("recipe", "batch", value=50), "run"),
    "settings: seed": resettled(setting("seed", value=2), "theta0", "run", "rewound"),
    "settings: round": resettled(setting("round", value=7), "mask", "run", where=rounds),
    "settings: validation": resettled(setting("validation", value=300), "run", "rewound"),
    "settings: rates": resettled(setting("rates", "fc1.weight", value=0.3), "mask", where=ranked),
    "settings: nonsense": resettled(setting("recipe", value="none"), "run", "rewound"),
    "place: exchanged": exchanged,
    "place: copied over": copied_over,
    "place: a strange file": strange,
    "place: gone": gone,
    "place: a pipe": a_pipe,
    "place: a link": a_link,
    "table: a digit": text(TABLE, r"(?<=0\.)\d", digit, mended=False),
    "table: a digit, mended": text(TABLE, r"(?<=0\.)\d", digit, mended=True),
    "table: a row fewer": without_a_row,
    "table: rows exchanged": rows_exchanged,
    "table: a run fewer": untold_run,
    "metrics: a digit": text(METRICS, r"(?<=0\.)\d", digit, mended=False),
    "metrics: a digit, mended": text(METRICS, r"(?<=0\.)\d", digit, mended=True),
    "metrics: no table": untold_table,
    "figure: a line": redrawn_line,
    "figure: a pixel": recolored,
    "origin: key": document_field("key", "0" * 24),
    "origin: code": document_field("code", "other"),
    "origin: kind": document_field("kind", "mask"),
    "origin: files": document_field("files", {}),
    "origin: inputs": document_field("inputs", {"runs": [["results/../x", "a", "b"]]}),
    "data: manifest": other_manifest,
    "data: images": other_images,
}


# Verify, and what it says


def verified() -> tuple[str, bool]:
    """What `lth verify` prints in the current folder, and whether it ends well."""
    out = StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(out):
            main(["verify"])
    except SystemExit as error:
        return f"{out.getvalue()}{error}\n", False
    return out.getvalue(), True


def names(output: str, path: str) -> bool:
    """Whether a line of the output begins with the path: what does is a fault, or a file that is not the study's or the plan's."""
    about = [line for line in output.splitlines() if line.startswith(f"{path}: ")]
    return any("not checked, since a file that it was made from" not in line for line in about)


def named(output: str, path: str, study: Study) -> bool:
    """Whether a tampered file is named: itself, or what is made together with it, or as what is missing to another."""
    together = next((node.files for node in study.nodes() if path in node.files), (path,))
    together = (*together, f"{DATASET}.json", f"{DATASET}.npz") if path.startswith(DATASET) else together
    missing = not Path(path).exists() and f"{path} " in output
    return missing or any(names(output, other) for other in together)


def build(folder: Path) -> Study:
    """The tiny study, made in a folder, which becomes the current one."""
    top = Path(__file__).parents[1]
    shutil.copytree(top / config.CATALOG, folder / config.CATALOG)
    params = json.loads(json.dumps({"experiments": {"tiny": TINY}, "style": STYLE}))
    (folder / "params.yaml").write_text(json.dumps(params, indent=1))
    os.chdir(folder)
    study = Study(config.read())
    with redirect_stdout(StringIO()):
        for node in study.nodes():
            make(study, node)
    return study


def tampered(study: Study, kind: str, seed: str) -> tuple[str, str, bool]:
    """Tampers once, and puts everything back: the path, what verify says, and whether it names the path."""
    with tempfile.TemporaryDirectory() as backup:
        shutil.copytree("results", f"{backup}/results")
        try:
            path = KINDS[kind](study, random.Random(seed))
            output, _ = verified()
            return path, output, named(output, path, study)
        finally:
            shutil.rmtree("results")
            shutil.move(f"{backup}/results", "results")


def run(count: int, seed: int) -> int:
    """Tampers `count` times, kind after kind, and prints what was named. Returns how often verify saw nothing."""
    with tempfile.TemporaryDirectory() as folder:
        study = build(Path(folder))
        assert verified()[1], "the study that is tampered with must be whole"
        seen: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for number in range(count):
            kind = list(KINDS)[number % len(KINDS)]
            path, output, found = tampered(study, kind, f"{seed} {number}")
            done[kind] += 1
            seen[kind] += found
            if not found:
                print(f"NOT NAMED: {kind} (--seed {seed}, number {number}): {path}\n{output}", flush=True)
        os.chdir(Path(__file__).parent)
    for kind in done:
        print(f"{seen[kind]:4} of {done[kind]:4}  {kind}")
    print(f"{seen.total()} of {done.total()} tamperings of {len(done)} kinds were named")
    return done.total() - seen.total()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Tampers with a finished study, and counts what `lth verify` names.")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.exit(min(run(options.count, options.seed), 1))
