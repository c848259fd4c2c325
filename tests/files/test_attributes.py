"""The attributes of an HDF5 file: one that does not fit the others, or the seal, is noticed."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from signing import edited
from toy_file import ORIGIN, SETTINGS

from lth import keys
from lth.files import attributes, hdf5, origins


def resealed(path: Path, **changes: Any) -> None:
    """Changes attributes and seals them again, as one who knows the format can."""
    with edited(path) as file:
        found = dict(file.attrs.items())
        plain = {name: int(it) if isinstance(it, np.integer) else it for name, it in found.items()}
        file.attrs.update({**changes, "seal": origins.seal_of(plain | changes)})


INPUTS = {"mask": [["results/mask.h5", "3" * 24, "c"]]}
KEY = f"key {ORIGIN.key} is not the key of its settings, code and inputs ("
OTHER_KEY = f"key {'0' * 24} is not the key of its settings, code and inputs ({ORIGIN.key})"
CONTENT = "attribute 'content' is not what attribute 'arrays' amounts to"
COORDINATES = "attributes and settings disagree on where it belongs"
CHANGES = [
    ("version", 2, "expected format version 5, got 2; delete it and run snakemake again"),
    ("kind", "run", KEY),
    ("key", "0" * 24, OTHER_KEY),
    ("code", "edited", KEY),
    ("settings", keys.canonical(SETTINGS | {"round": 3}), KEY),
    ("inputs", keys.canonical(INPUTS), KEY),
    ("inputs", "{", "attribute 'inputs' is not as it was written"),
    ("content", "0" * 64, CONTENT),
    ("arrays", "{}", CONTENT),
    ("settings", "{", "attribute 'settings' is not as it was written"),
    ("settings", "[" * 100_000, "attribute 'settings' is not as it was written"),
    ("made_on", "[]", "attribute 'made_on' is not as it was written"),
    ("round", 3, COORDINATES),
    ("iteration", 3, COORDINATES),
    ("remark", "hello", "attribute 'remark' does not belong in it"),
    ("code", 0.5, "attribute 'code' is neither text nor a number"),
    ("code", np.zeros(3), "attribute 'code' is neither text nor a number"),
]


@pytest.mark.parametrize(("name", "value", "message"), CHANGES)
def test_an_attribute_that_does_not_fit_the_others_is_noticed(
    path: Path, name: str, value: Any, message: str
) -> None:
    if isinstance(value, np.ndarray):  # what JSON cannot say cannot be sealed
        with edited(path) as file:
            file.attrs[name] = value
    else:
        resealed(path, **{name: value})
    with pytest.raises(ValueError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        hdf5.find(path)


@pytest.mark.parametrize("name", sorted({*attributes.NAMES, "round"} - {"seal", "version"}))
def test_an_attribute_that_was_changed_breaks_the_seal(path: Path, name: str) -> None:
    with edited(path) as file:
        file.attrs[name] = "other"
    message = f"{path}: the attributes are not those that were written"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path)


@pytest.mark.parametrize("name", attributes.NAMES)
def test_a_missing_attribute_is_named(path: Path, name: str) -> None:
    with edited(path) as file:
        del file.attrs[name]
    message = f"{path}: attribute {name!r} is missing, so it is no file of lth"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.read(path)


def test_an_attribute_that_repeats_a_text_is_not_read(path: Path) -> None:
    with edited(path) as file:
        file.attrs["code"] = ["x" * 1000] * 50
    message = f"{path}: attribute 'code' is neither text nor a number"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path)


@pytest.mark.parametrize("arrays", ['{"a": 5}', '{"a": ["x"]}', '{"a": [1, 2, 3]}'])
def test_a_list_of_arrays_of_another_form_is_refused(path: Path, arrays: str) -> None:
    resealed(path, arrays=arrays, content=origins.content_of(json.loads(arrays)))
    message = f"{path}: attribute 'arrays' is not as it was written"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path)
