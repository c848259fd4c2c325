"""HDF5 files: the same work is the same bytes, whatever is not as it was written is refused, and a file is whole or not there."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from lth import atomic, keys, store

SETTINGS = {"experiment": "toy", "block": "trials-3-4", "strategy": "iterative", "round": 2, "rates": {"fc1.weight": 0.2}}
ORIGIN = store.Origin("mask", SETTINGS, "c0de", {"mask": ("results/mask.h5", "1" * 24), "weights": ("results/run.h5", "2" * 24)})


def arrays() -> dict[str, np.ndarray]:
    mask = np.random.default_rng(0).random((2, 5, 4)) < 0.5
    return {"trial": np.array([3, 4]), "repeat": np.array([0, 0]), "mask/fc1.weight": mask, "mask/output.weight": np.ones((2, 3, 5), bool)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store.write(tmp_path / "mask.h5", ORIGIN, arrays())
    return tmp_path / "mask.h5"


def test_what_is_written_is_read(path: Path) -> None:
    file = store.read(path, "mask")
    assert file.origin == ORIGIN
    assert file.path == path
    assert sorted(file.arrays) == sorted(arrays())
    for name, array in arrays().items():
        assert file.arrays[name].dtype == array.dtype
        assert np.array_equal(file.arrays[name], array)
    assert sorted(file.group("mask")) == ["fc1.weight", "output.weight"]


@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 2), (2, 1, 3)])
def test_an_array_keeps_its_shape(tmp_path: Path, shape: tuple[int, ...]) -> None:
    store.write(tmp_path / "it.h5", ORIGIN, {"it": np.ones(shape, np.float32)})
    assert store.read(tmp_path / "it.h5").arrays["it"].shape == shape


def test_ten_lines_of_plain_h5py_read_it_too(path: Path) -> None:
    with h5py.File(path) as file:
        assert file["mask/fc1.weight"].dtype == bool
        assert file["mask/fc1.weight"].compression == "gzip"
        assert {name: file.attrs[name] for name in ("kind", "version", "experiment", "round")} == {
            "kind": "mask",
            "version": 2,
            "experiment": "toy",
            "round": 2,
        }
        assert file.attrs["key"] == ORIGIN.key


def test_the_same_arrays_written_at_another_time_in_another_order_are_equal_bytes(path: Path) -> None:
    time.sleep(1.1)  # HDF5's own timestamps count seconds
    again = path.with_name("again.h5")
    store.write(again, ORIGIN, dict(reversed(arrays().items())))
    assert again.read_bytes() == path.read_bytes()


def test_the_key_covers_kind_settings_code_and_the_keys_of_inputs_but_not_their_paths() -> None:
    changed = [
        store.Origin("run", SETTINGS, "c0de", ORIGIN.inputs),
        store.Origin("mask", SETTINGS | {"round": 3}, "c0de", ORIGIN.inputs),
        store.Origin("mask", SETTINGS, "edited", ORIGIN.inputs),
        store.Origin("mask", SETTINGS, "c0de", dict(ORIGIN.inputs) | {"mask": ("results/mask.h5", "3" * 24)}),
    ]
    moved = store.Origin("mask", SETTINGS, "c0de", dict(ORIGIN.inputs) | {"mask": ("elsewhere.h5", "1" * 24)})
    assert len({origin.key for origin in [ORIGIN, *changed]}) == 5
    assert moved.key == ORIGIN.key


def test_an_origin_knows_its_trials_and_coordinates() -> None:
    assert ORIGIN.trials == range(3, 5)
    assert ORIGIN.coordinates == {"experiment": "toy", "block": "trials-3-4", "strategy": "iterative", "round": 2}


def test_an_array_that_is_not_there_is_a_fault_of_the_file(path: Path) -> None:
    file = store.read(path)
    for arrays in (file.arrays, file.group("mask")):
        with pytest.raises(ValueError, match=re.escape(f"{path}: array 'nothing' is missing, so another version of lth made it")):
            arrays["nothing"]
    assert "mask/fc1.weight" not in file.without("mask").arrays
    assert "trial" in file.without("mask").arrays


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path / 'none.h5'}: missing")):
        store.read(tmp_path / "none.h5")


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"no HDF5 at all"])
def test_a_truncated_or_strange_file_is_refused(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=re.escape(f"{path}: not a whole HDF5 file (") + ".*; delete it and run snakemake again") as caught:
        store.read(path)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: expected a file of kind 'run', got 'mask'")):
        store.read(path, "run")


def edit_array(file: h5py.File) -> None:
    file["mask/fc1.weight"][0, 0, 0] ^= True


def add_array(file: h5py.File) -> None:
    file["extra"] = np.zeros(3)


def remove_array(file: h5py.File) -> None:
    del file["mask/output.weight"]


def rename_array(file: h5py.File) -> None:
    file.move("mask/output.weight", "mask/fc2.weight")


def widen_array(file: h5py.File) -> None:
    values = file["trial"][()]
    del file["trial"]
    file["trial"] = values.astype(np.int32)


@pytest.mark.parametrize("tamper", [edit_array, add_array, remove_array, rename_array, widen_array])
def test_an_array_that_is_not_as_it_was_written_is_noticed(path: Path, tamper: Callable[[h5py.File], None]) -> None:
    with h5py.File(path, "r+") as file:
        tamper(file)
    with pytest.raises(ValueError, match=re.escape(f"{path}: the arrays are not those that were written (content digest differs); delete it")):
        store.read(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("version", 1, "expected format version 2, got 1; delete it and run snakemake again"),
        ("kind", "run", f"key {ORIGIN.key} is not what its settings, code and inputs amount to ("),
        ("key", "0" * 24, f"key {'0' * 24} is not what its settings, code and inputs amount to ({ORIGIN.key})"),
        ("code", "edited", f"key {ORIGIN.key} is not what its settings"),
        ("settings", keys.canonical(SETTINGS | {"round": 3}), f"key {ORIGIN.key} is not what its settings"),
        ("inputs", keys.canonical({"mask": ["results/mask.h5", "3" * 24]}), f"key {ORIGIN.key} is not what its settings"),
        ("content", "0" * 64, "the arrays are not those that were written"),
        ("settings", "{", "settings"),
        ("round", 3, "round"),
    ],
)
def test_an_attribute_that_is_not_as_it_was_written_is_noticed(path: Path, name: str, value: str | int, message: str) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs[name] = value
    with pytest.raises(ValueError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        store.read(path)


@pytest.mark.parametrize("name", store.ATTRIBUTES)
def test_a_missing_attribute_is_named(path: Path, name: str) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs[name]
    with pytest.raises(ValueError, match=re.escape(f"{path}: attribute {name!r} is missing, so it is no file of lth")):
        store.read(path)


def test_a_file_that_fits_its_template_passes(path: Path) -> None:
    store.check(store.read(path), {name: (array.shape[1:], array.dtype.type) for name, array in arrays().items()})


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "message"),
    [
        ("mask/fc1.weight", (6, 4), bool, "mask/fc1.weight: expected bool (2, 6, 4), got bool (2, 5, 4)"),
        ("mask/fc1.weight", (5, 4), np.float32, "mask/fc1.weight: expected float32 (2, 5, 4), got bool (2, 5, 4)"),
        ("mask/fc2.weight", (5, 4), bool, "array 'mask/fc2.weight' is missing; it has mask/fc1.weight, mask/output.weight, repeat, trial"),
    ],
)
def test_the_first_mismatch_with_a_template_is_named(path: Path, name: str, shape: tuple[int, ...], dtype: type, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        store.check(store.read(path), {name: (shape, dtype)})


def test_networks_are_found_by_trial_and_repeat(path: Path) -> None:
    file = store.read(path)
    assert file.pairs == [(3, 0), (4, 0)]
    assert file.rows([(3, 0), (3, 1), (4, 5)]) == [0, 0, 1]
    with pytest.raises(ValueError, match=re.escape(f"{path}: expected a network of trial 5, repeat 0; it has [(3, 0), (4, 0)]")):
        file.rows([(3, 0), (5, 0)])


def test_a_file_with_several_networks_a_trial_has_each_repeat_for_itself(tmp_path: Path) -> None:
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    store.write(tmp_path / "it.h5", ORIGIN, store.index(pairs))
    file = store.read(tmp_path / "it.h5")
    assert file.rows([(1, 1), (0, 0)]) == [3, 0]
    with pytest.raises(ValueError, match="expected a network of trial 1, repeat 2"):
        file.rows([(1, 2)])


def test_a_key_is_read_alone_and_is_empty_for_what_is_no_file_of_lth(path: Path, tmp_path: Path) -> None:
    assert store.key_of(path) == ORIGIN.key
    (tmp_path / "it.txt").write_text("hello")
    assert store.key_of(tmp_path / "it.txt") == store.key_of(tmp_path / "none") == ""


def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "it.txt"
    atomic.write_text(path, "old")

    def broken() -> None:
        with atomic.replacing(path) as part:
            part.write_text("new, but")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        broken()
    assert [item.name for item in tmp_path.iterdir()] == ["it.txt"]
    assert path.read_text() == "old"


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "it.txt"
    with atomic.replacing(path) as part:
        part.write_text("whole")
        assert not path.exists()
        assert (part.parent, part.suffix) == (path.parent, ".part")
    assert [item.name for item in path.parent.iterdir()] == ["it.txt"]
    assert path.read_text() == "whole"


def test_arrays_that_cannot_be_written_leave_the_old_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(TypeError):
        store.write(path, ORIGIN, arrays() | {"object": np.array([object()])})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "file", "")
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path / 'file' / 'it.txt'}: could not be written: ")):
        atomic.write_text(tmp_path / "file" / "it.txt", "")
