"""HDF5 files: the same work is the same bytes, whatever is not as it was written is refused, and a file is whole or not there."""

import dataclasses
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from lth import atomic, keys, origins, store
from lth.origins import Input, Origin

SETTINGS = {"experiment": "toy", "block": "trials-3-4", "strategy": "iterative", "round": 2, "rates": {"fc1.weight": 0.2}}
MASK, RUN = Input("results/mask.h5", "1" * 24, "3" * 64), Input("results/run.h5", "2" * 24, "4" * 64)
ORIGIN = Origin("mask", SETTINGS, "c0de", {"mask": (MASK,), "weights": (RUN,)})


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
            "version": 3,
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
    other = dataclasses.replace(MASK, key="3" * 24)
    changed = [
        Origin("run", SETTINGS, "c0de", ORIGIN.inputs),
        Origin("mask", SETTINGS | {"round": 3}, "c0de", ORIGIN.inputs),
        Origin("mask", SETTINGS, "edited", ORIGIN.inputs),
        Origin("mask", SETTINGS, "c0de", {"mask": (other,), "weights": (RUN,)}),
    ]
    moved = Origin("mask", SETTINGS, "c0de", {"mask": (dataclasses.replace(MASK, path="elsewhere.h5"),), "weights": (RUN,)})
    assert len({origin.key for origin in [ORIGIN, *changed]}) == 5
    assert moved.key == ORIGIN.key
    assert moved.made_from == ORIGIN.made_from


def test_what_it_was_made_from_tells_inputs_of_one_key_and_other_content_apart() -> None:
    other = Origin("mask", SETTINGS, "c0de", {"mask": (dataclasses.replace(MASK, content="5" * 64),), "weights": (RUN,)})
    assert other.key == ORIGIN.key
    assert other.made_from != ORIGIN.made_from


def test_an_origin_knows_its_trials_and_coordinates() -> None:
    assert ORIGIN.trials == range(3, 5)
    assert ORIGIN.coordinates == {"experiment": "toy", "block": "trials-3-4", "strategy": "iterative", "round": 2}


def test_an_array_that_is_not_there_is_a_fault_of_the_file(path: Path) -> None:
    file = store.read(path)
    for arrays in (file.arrays, file.group("mask")):
        with pytest.raises(ValueError, match=re.escape(f"{path}: array 'nothing' is missing, so another version of lth made it")):
            arrays["nothing"]


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


OTHERS = "names, types or shapes differ"


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (edit_array, "mask/fc1.weight: digest differs"),
        (add_array, OTHERS),
        (remove_array, OTHERS),
        (rename_array, OTHERS),
        (widen_array, OTHERS),
    ],
)
def test_an_array_that_is_not_as_it_was_written_is_noticed(path: Path, tamper: Callable[[h5py.File], None], what: str) -> None:
    with h5py.File(path, "r+") as file:
        tamper(file)
    message = f"{path}: the arrays are not those that were written ({what}); delete it"
    with pytest.raises(ValueError, match=re.escape(message)):
        store.read(path)


def resealed(path: Path, **changes: Any) -> None:
    """Changes attributes and seals them anew, as one who knows the format can."""
    with h5py.File(path, "r+") as file:
        attributes = {name: int(value) if isinstance(value, np.integer) else value for name, value in file.attrs.items()}
        attributes |= changes
        file.attrs.update({**changes, "seal": origins.seal_of(attributes)})


KEY = f"key {ORIGIN.key} is not what its settings, code and inputs amount to ("
ATTRIBUTES = [
    ("version", 2, "expected format version 3, got 2; delete it and run snakemake again"),
    ("kind", "run", KEY),
    ("key", "0" * 24, f"key {'0' * 24} is not what its settings, code and inputs amount to ({ORIGIN.key})"),
    ("code", "edited", KEY),
    ("settings", keys.canonical(SETTINGS | {"round": 3}), KEY),
    ("inputs", keys.canonical({"mask": [["results/mask.h5", "3" * 24, "c"]]}), KEY),
    ("inputs", "{", "attribute 'inputs' is not as it was written"),
    ("content", "0" * 64, "attribute 'content' is not what attribute 'arrays' amounts to"),
    ("arrays", "{}", "attribute 'content' is not what attribute 'arrays' amounts to"),
    ("settings", "{", "attribute 'settings' is not as it was written"),
    ("settings", "[" * 100_000, "attribute 'settings' is not as it was written"),
    ("made_on", "[]", "attribute 'made_on' is not as it was written"),
    ("round", 3, "the attributes of its place are not what the settings say"),
    ("iteration", 3, "the attributes of its place are not what the settings say"),
    ("remark", "hello", "attribute 'remark' has no place in it"),
    ("code", np.zeros(3), "attribute 'code' is neither text nor a number"),
]


@pytest.mark.parametrize(("name", "value", "message"), ATTRIBUTES)
def test_an_attribute_that_does_not_fit_the_others_is_noticed(path: Path, name: str, value: Any, message: str) -> None:
    try:
        resealed(path, **{name: value})
    except TypeError:  # what JSON cannot say cannot be sealed
        with h5py.File(path, "r+") as file:
            file.attrs[name] = value
    with pytest.raises(ValueError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        store.find(path)


@pytest.mark.parametrize("name", sorted({*store.ATTRIBUTES, "round"} - {"seal", "version"}))
def test_an_attribute_that_is_not_as_it_was_written_breaks_the_seal(path: Path, name: str) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs[name] = "other"
    with pytest.raises(ValueError, match=re.escape(f"{path}: the attributes are not those that were written")):
        store.find(path)


@pytest.mark.parametrize("name", store.ATTRIBUTES)
def test_a_missing_attribute_is_named(path: Path, name: str) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs[name]
    with pytest.raises(ValueError, match=re.escape(f"{path}: attribute {name!r} is missing, so it is no file of lth")):
        store.read(path)


def test_the_first_line_says_what_the_file_is_and_must_agree_with_it(path: Path) -> None:
    header = origins.Header("mask", ORIGIN.key, store.find(path).content, ORIGIN.made_from)
    assert origins.header(path) == header
    assert path.read_bytes().splitlines()[0] == header.line().splitlines()[0]
    other = dataclasses.replace(header, key="0" * 24)
    path.write_bytes(other.line() + path.read_bytes()[origins.HEAD :])
    assert origins.header(path) == other
    with pytest.raises(ValueError, match="its first line is not what its attributes say"):
        store.find(path)


def test_what_is_no_file_of_lth_has_no_header(tmp_path: Path) -> None:
    for name, text in {"it.h5": "hello", "it.json": "[", "deep.json": "[" * 100_000, "list.json": "[]"}.items():
        (tmp_path / name).write_text(text)
        assert origins.header(tmp_path / name) is None
    assert origins.header(tmp_path / "none.h5") is None


@pytest.mark.parametrize("content", ["NaN", '"\\\\ud800"', "5", "[]", '"x"'])
def test_a_first_line_that_is_no_header_is_none(path: Path, content: str) -> None:
    line = f'{{"lth":3,"kind":"mask","key":"{"0" * 24}","content":{content},"inputs":"{"0" * 24}"}}'
    path.write_bytes(line.encode().ljust(origins.HEAD) + path.read_bytes()[origins.HEAD :])
    assert origins.header(path) is None


def test_an_attribute_that_repeats_a_text_without_end_is_not_read(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs["code"] = ["x" * 1000] * 50
    with pytest.raises(ValueError, match=re.escape(f"{path}: attribute 'code' is neither text nor a number")):
        store.find(path)


@pytest.mark.parametrize("arrays", ['{"a": 5}', '{"a": ["x"]}', '{"a": [1, 2, 3]}'])
def test_a_list_of_arrays_of_another_form_is_refused(path: Path, arrays: str) -> None:
    resealed(path, arrays=arrays, content=origins.content_of(json.loads(arrays)))
    with pytest.raises(ValueError, match=re.escape(f"{path}: ")):
        store.find(path)


def external(file: h5py.File) -> None:
    file.create_dataset("it", shape=(16,), dtype="u1", external=[("/etc/hostname", 0, 16)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((2,), "u1")
    layout[:] = h5py.VirtualSource("other.h5", "it", shape=(2,))
    file.create_virtual_dataset("it", layout)


def soft_link(file: h5py.File) -> None:
    file["it"] = h5py.SoftLink("/trial")


def external_link(file: h5py.File) -> None:
    file["it"] = h5py.ExternalLink("other.h5", "/trial")


def loop(file: h5py.File) -> None:
    file["mask/it"] = file["mask"]


def names(file: h5py.File) -> None:
    file.create_dataset("it", data=["a", "bc"], dtype=h5py.string_dtype())


def other_filter(file: h5py.File) -> None:
    file.create_dataset("it", data=np.zeros((4, 4)), compression="lzf")


def large_chunks(file: h5py.File) -> None:
    file.create_dataset("it", shape=(1 << 25,), dtype="u1", chunks=(1 << 25,), compression="gzip")


def remark(file: h5py.File) -> None:
    file["trial"].attrs["remark"] = "hello"


def remark_on_a_group(file: h5py.File) -> None:
    file["mask"].attrs["remark"] = "hello"


HOSTILE = [
    (external, "it: its values lie in other files, which lth never writes"),
    (virtual, "it: its values lie in other files, which lth never writes"),
    (soft_link, "it: is a link to something else, which lth never writes"),
    (external_link, "it: is a link to something else, which lth never writes"),
    (loop, "mask/it: expected an array"),
    (names, "it: is no plain array as lth writes them"),
    (other_filter, "it: is no plain array as lth writes them"),
    (large_chunks, "it: has chunks of more than 16777216 bytes"),
    (remark, "trial: is no plain array as lth writes them"),
    (remark_on_a_group, "mask: has attributes of its own"),
]


@pytest.mark.parametrize(("tamper", "message"), HOSTILE)
def test_what_hdf5_can_do_and_lth_never_does_is_not_read(path: Path, tamper: Callable[[h5py.File], None], message: str) -> None:
    with h5py.File(path, "r+", libver=("v110", "v110")) as file:
        tamper(file)
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        store.find(path)


def test_bytes_after_the_end_are_noticed(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ValueError, match=f"it should have {size} bytes, and has {size + 4}"):
        store.find(path)


def test_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.h5")
    (tmp_path / "folder.h5").mkdir()
    for name in ("pipe.h5", "folder.h5"):
        with pytest.raises(ValueError, match=f"{name}: not a whole HDF5 file .expected a file, got a folder, a pipe or a device"):
            store.find(tmp_path / name)


def template(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def test_a_file_that_fits_its_template_passes(path: Path) -> None:
    assert store.find(path).load(template(arrays()), exactly=True).pairs == [(3, 0), (4, 0)]
    some = template({name: array for name, array in arrays().items() if name != "repeat"})
    assert sorted(store.find(path).load(some).arrays) == sorted(some)
    with pytest.raises(ValueError, match=re.escape(f"{path}: array 'repeat' has no place in a file of this kind")):
        store.find(path).load(some, exactly=True)


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "message"),
    [
        ("mask/fc1.weight", (2, 6, 4), bool, "mask/fc1.weight: expected bool (2, 6, 4), got bool (2, 5, 4)"),
        ("mask/fc1.weight", (2, 5, 4), np.float32, "mask/fc1.weight: expected float32 (2, 5, 4), got bool (2, 5, 4)"),
        ("mask/fc2.weight", (2, 5, 4), bool, "array 'mask/fc2.weight' is missing; it has mask/fc1.weight, mask/output.weight, repeat, trial"),
    ],
)
def test_the_first_mismatch_with_a_template_is_named(path: Path, name: str, shape: tuple[int, ...], dtype: type, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        store.find(path).load({name: (shape, np.dtype(dtype))})


def test_a_few_bytes_that_unpack_to_gigabytes_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "it.h5"
    store.write(path, ORIGIN, {"it": np.zeros((1 << 11, 1 << 11), np.uint8)})
    assert path.stat().st_size < 20_000
    with pytest.raises(ValueError, match="expected arrays of at most 1,000 bytes, got 4,194,304; they are not read"):
        store.read(path, most=1_000)
    with pytest.raises(ValueError, match=re.escape("it: expected uint8 (2, 2), got uint8 (2048, 2048)")):
        store.find(path).load({"it": ((2, 2), np.dtype("u1"))})


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
