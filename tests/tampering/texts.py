"""Forgeries of texts and pictures, of what they say that they were made from, and of the data."""

import dataclasses
import json
import random
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from byhand import TINY_FIGURES
from PIL import Image

from lth import keys
from lth.files import hdf5, origins
from lth.report import tables
from lth.study.graph import Study
from tampering.study import DATASET, METRICS, TABLE, Kind, heal, pick, remake_origin


def digit(path: str, *, mended: bool) -> Kind:
    """Changes the first decimal of a number in a text, and the origin that has its SHA-256."""

    def tamper(study: Study, chance: random.Random) -> str:
        content = Path(path).read_text()
        match = chance.choice(list(re.finditer(r"(?<=0\.)\d", content)))
        other = chance.choice([digit for digit in "123456789" if digit != match[0]])
        Path(path).write_text(f"{content[: match.start()]}{other}{content[match.end() :]}")
        if mended:
            remake_origin(study, path)
        return path

    return tamper


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
    plan = document.origin.settings
    stored = [hdf5.find(item.path) for item in runs]
    Path(TABLE).write_text(tables.text(stored, plan["strategies"], plan["moments"]))
    origin = dataclasses.replace(document.origin, inputs={"runs": tuple(runs)})
    origins.write(Path(path), origin, [Path(TABLE)], {})
    heal(study)
    return path


def untold_table(study: Study, chance: random.Random) -> str:
    """Metrics that leave out the only table."""
    path = "results/origins/metrics.json"
    Path(METRICS).write_text("{}\n")
    origin = dataclasses.replace(origins.read(path).origin, inputs={"tables": ()})
    origins.write(Path(path), origin, [Path(METRICS)], {})
    return path


# Pictures


def picture(chance: random.Random, suffix: str) -> str:
    return f"results/figures/{chance.choice(sorted(TINY_FIGURES))}.{suffix}"


def pixel(study: Study, chance: random.Random) -> str:
    path = picture(chance, "png")
    with Image.open(path) as image:
        pixels = np.array(image)
    row, column = chance.randrange(len(pixels)), chance.randrange(len(pixels[0]))
    pixels[row, column, :3] ^= 255
    Image.fromarray(pixels).save(path)
    remake_origin(study, path)
    return path


def stroke(study: Study, chance: random.Random) -> str:
    path = picture(chance, "svg")
    content = Path(path).read_text()
    match = chance.choice(list(re.finditer(r"[ML] (\d+)\.\d+ (\d+)", content)))
    moved = int(match[2]) + 1
    Path(path).write_text(f"{content[: match.start(2)]}{moved}{content[match.end(2) :]}")
    remake_origin(study, path)
    return path


# Origins


def origin_field(name: str, value: Any) -> Kind:
    """Changes a field of an origin file, and seals it anew."""

    def tamper(study: Study, chance: random.Random) -> str:
        path = pick(study, chance, "table", "figure", "metrics")
        fields = json.loads(Path(path).read_text())
        fields[name] = value
        fields["seal"] = origins.seal_of(fields)
        Path(path).write_text(json.dumps(fields))
        return path

    return tamper


# Data


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
