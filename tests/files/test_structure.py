"""What HDF5 can do and lth never does: hostile and damaged files are refused, not followed."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from signing import edited, sign

from lth.files import hdf5, structure


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"no HDF5 at all",
    ],
    ids=["shorter", "half", "empty", "another"],
)
def test_a_truncated_or_strange_file_is_refused(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(damage(path.read_bytes()))
    start = re.escape(f"{path}: not a whole HDF5 file (")
    with pytest.raises(ValueError, match=start + ".*; delete it and run snakemake") as caught:
        hdf5.read(path)
    assert "\n" not in str(caught.value)


def test_a_file_whose_inner_bytes_are_damaged_is_refused(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[600:2000] = bytes(1400)
    path.write_bytes(content)
    sign(path)
    with pytest.raises(ValueError, match=re.escape(f"{path}: not a whole HDF5 file (")):
        hdf5.find(path)


def test_a_changed_bit_is_noticed_wherever_it_is(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError, match=re.escape(f"{path}: ")):
            hdf5.find(path)


def test_bytes_after_the_end_are_noticed(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ValueError, match=f"it should have {size} bytes, and has {size + 4}"):
        hdf5.find(path)


def test_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.h5")
    (tmp_path / "folder.h5").mkdir()
    reason = r"not a whole HDF5 file \(expected a file, got a folder, a pipe or a device"
    for name in ("pipe.h5", "folder.h5"):
        with pytest.raises(ValueError, match=f"{name}: {reason}"):
            hdf5.find(tmp_path / name)


def test_a_file_that_may_not_be_read_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "", str(path))

    monkeypatch.setattr(structure, "check_regular", refuse)  # the user of tests may read all
    message = f"{path}: cannot be read: Permission denied"
    with pytest.raises(ValueError, match=re.escape(message)):
        hdf5.find(path)


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
    large = 1 << 25
    file.create_dataset("it", shape=(large,), dtype="u1", chunks=(large,), compression="gzip")


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
    (names, "it: is not a plain array such as lth writes"),
    (other_filter, "it: is not a plain array such as lth writes"),
    (large_chunks, "it: has chunks of more than 16777216 bytes"),
    (remark, "trial: is not a plain array such as lth writes"),
    (remark_on_a_group, "mask: has attributes of its own"),
]


@pytest.mark.parametrize(("tamper", "message"), HOSTILE)
def test_what_hdf5_can_do_and_lth_never_does_is_not_read(
    path: Path, tamper: Callable[[h5py.File], None], message: str
) -> None:
    with edited(path, libver=("v110", "v110")) as file:
        tamper(file)
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        hdf5.find(path)
