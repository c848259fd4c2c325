"""HDF5 files: the same work is the same bytes, and what is read is what was written."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from signing import edited, sign
from toy_file import ORIGIN, arrays

from lth.files import hdf5


def test_what_is_written_is_read(path: Path) -> None:
    file = hdf5.read(path, "mask")
    assert file.origin == ORIGIN
    assert file.path == path
    assert sorted(file.arrays) == sorted(arrays())
    for name, array in arrays().items():
        assert file.arrays[name].dtype == array.dtype
        assert np.array_equal(file.arrays[name], array)
    assert sorted(file.group("mask")) == ["fc1.weight", "output.weight"]


@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 2), (2, 1, 3)])
def test_an_array_keeps_its_shape(tmp_path: Path, shape: tuple[int, ...]) -> None:
    hdf5.write(tmp_path / "it.h5", ORIGIN, {"it": np.ones(shape, np.float32)})
    assert hdf5.read(tmp_path / "it.h5").arrays["it"].shape == shape


def test_ten_lines_of_plain_h5py_read_it_too(path: Path) -> None:
    with h5py.File(path) as file:
        assert file["mask/fc1.weight"].dtype == bool
        assert file["mask/fc1.weight"].compression == "gzip"
        assert (file.attrs["kind"], file.attrs["version"]) == ("mask", 5)
        assert (file.attrs["experiment"], file.attrs["round"]) == ("toy", 2)
        assert file.attrs["key"] == ORIGIN.key


def test_the_same_arrays_at_another_time_are_the_same_bytes(path: Path) -> None:
    time.sleep(1.1)  # HDF5's own timestamps count seconds
    again = path.with_name("again.h5")
    hdf5.write(again, ORIGIN, dict(reversed(arrays().items())))
    assert again.read_bytes() == path.read_bytes()


def test_a_file_says_what_its_bits_may_depend_on(tmp_path: Path) -> None:
    hdf5.write(tmp_path / "it.h5", ORIGIN, {}, {"device": "cpu"})
    made_on = hdf5.find(tmp_path / "it.h5").made_on
    assert sorted(made_on) == ["device", "h5py", "numpy", "python"]
    assert (made_on["device"], made_on["numpy"]) == ("cpu", np.__version__)


def test_an_array_that_is_not_there_is_a_fault_of_the_file(path: Path) -> None:
    file = hdf5.read(path)
    message = f"{path}: array 'nothing' is missing, so another version of lth made it"
    for group in (file.arrays, file.group("mask")):
        with pytest.raises(ValueError, match=re.escape(message)):
            group["nothing"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.h5"
    with pytest.raises(ValueError, match=re.escape(f"{path}: missing")):
        hdf5.read(path)


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    message = f"{path}: expected a file of kind 'run', got 'mask'"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.read(path, "run")


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
def test_an_array_that_was_changed_is_noticed(
    path: Path, tamper: Callable[[h5py.File], None], what: str
) -> None:
    with edited(path) as file:
        tamper(file)
    message = f"{path}: the arrays are not those that were written ({what}); delete it"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.read(path)


def test_the_first_line_must_agree_with_the_attributes(path: Path) -> None:
    sign(path, key="0" * 24)
    with pytest.raises(ValueError, match="its first line is not what its attributes say"):
        hdf5.find(path)


def test_a_first_line_that_is_no_json_is_noticed(path: Path) -> None:
    path.write_bytes(b"?" + path.read_bytes()[1:])
    message = f"{path}: its first line is not as it was written; delete it and run snakemake"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path)


def template(some: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: (array.shape, array.dtype) for name, array in some.items()}


def test_a_file_that_fits_its_template_passes(path: Path) -> None:
    whole = hdf5.find(path).load(template(arrays()), exactly=True)
    assert whole.pairs == [(3, 0), (4, 0)]


def test_a_template_may_name_some_of_the_arrays(path: Path) -> None:
    some = template({name: array for name, array in arrays().items() if name != "repeat"})
    assert sorted(hdf5.find(path).load(some).arrays) == sorted(some)
    message = f"{path}: array 'repeat' does not belong in a file of this kind"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path).load(some, exactly=True)


MISSING = "array 'mask/fc2.weight' is missing; it has mask/fc1.weight, mask/output.weight, repeat"


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "message"),
    [
        ("fc1", (2, 6, 4), bool, "mask/fc1.weight: expected bool (2, 6, 4), got bool (2, 5, 4)"),
        ("fc1", (2, 5, 4), "f4", "mask/fc1.weight: expected float32 (2, 5, 4), got bool (2, 5, 4)"),
        ("fc2", (2, 5, 4), bool, MISSING),
    ],
)
def test_the_first_mismatch_with_a_template_is_named(
    path: Path, name: str, shape: tuple[int, ...], dtype: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        hdf5.find(path).load({f"mask/{name}.weight": (shape, np.dtype(dtype))})


def test_few_bytes_that_unpack_to_gigabytes_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "MOST", 1_000)
    path = tmp_path / "it.h5"
    hdf5.write(path, ORIGIN, {"it": np.zeros((1 << 11, 1 << 11), np.uint8)})
    assert path.stat().st_size < 20_000
    limit = "expected arrays of at most 1,000 bytes, got 4,194,304; they are not read"
    with pytest.raises(ValueError, match=limit):
        hdf5.read(path)
    found = "it: expected uint8 (2, 2), got uint8 (2048, 2048)"
    with pytest.raises(ValueError, match=re.escape(found)):
        hdf5.find(path).load({"it": ((2, 2), np.dtype("u1"))})


def test_the_size_of_a_template_is_that_of_its_arrays() -> None:
    some = {"a": ((2, 3), hdf5.SINGLE), "b": ((2,), hdf5.DIGEST), "c": ((), hdf5.BOOL)}
    assert hdf5.size(some) == 24 + 128 + 1
    made = {name: np.zeros(shape, dtype) for name, (shape, dtype) in some.items()}
    assert hdf5.size(some) == sum(array.nbytes for array in made.values())


def test_the_index_of_a_stack_fits_its_template() -> None:
    assert template(hdf5.index([(0, 0), (0, 1), (1, 0)])) == hdf5.index_template(3)
    assert template(hdf5.index([])) == hdf5.index_template(0)


def test_networks_are_found_by_trial_and_repeat(path: Path) -> None:
    file = hdf5.read(path)
    assert file.pairs == [(3, 0), (4, 0)]
    assert file.indices([(3, 0), (3, 1), (4, 5)]) == [0, 0, 1]
    message = f"{path}: expected a network of trial 5, repeat 0; it has [(3, 0), (4, 0)]"
    with pytest.raises(ValueError, match=re.escape(message)):
        file.indices([(3, 0), (5, 0)])


def test_several_networks_a_trial_are_found_by_their_repeat(tmp_path: Path) -> None:
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    hdf5.write(tmp_path / "it.h5", ORIGIN, hdf5.index(pairs))
    file = hdf5.read(tmp_path / "it.h5")
    assert file.indices([(1, 1), (0, 0)]) == [3, 0]
    with pytest.raises(ValueError, match="expected a network of trial 1, repeat 2"):
        file.indices([(1, 2)])


def test_arrays_that_cannot_be_written_leave_the_old_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(TypeError):
        hdf5.write(path, ORIGIN, arrays() | {"object": np.array([object()])})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
