"""Folders of images from others: nothing is run, followed out of the folder, or lost silently."""

import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from pictures import all_images, encoded, picture, save
from PIL import EpsImagePlugin, Image

from lth.data import images
from lth.data.prepare import describe
from lth.data.source import PIXELS

NO_IMAGE = "cannot be read (cannot identify image file); put a whole image there, or remove it"


def refused(folder: Path, message: str) -> None:
    """Reading the folder fails with just this message."""
    with pytest.raises(ValueError) as caught:
        images.read(folder)
    assert str(caught.value) == message


# Formats


@pytest.mark.parametrize("suffix", ["jpg", "png", "ppm", "bmp", "tif", "webp"])
@pytest.mark.parametrize("share", [0, 0.3, 0.7])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data|Truncated File Read:UserWarning")
def test_an_image_that_is_damaged_is_named(pets: Path, suffix: str, share: float) -> None:
    path = save(picture(5, 6, 3), pets / "train" / "dog" / f"9.{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    mend = "put a whole image there, or remove it"
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read \(.+\); {mend}$"):
        images.read(pets)


@pytest.mark.parametrize("kind", ["EPS", "GIF", "ICO", "PDF", "TGA", "JPEG2000", "PCX"])
def test_a_file_of_another_format_is_refused_whatever_its_name(pets: Path, kind: str) -> None:
    path = pets / "train" / "dog" / "9.png"
    path.write_bytes(encoded(picture(5, 6, 3), kind))
    refused(pets, f"{path}: {NO_IMAGE}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PPM", "BMP", "TIFF", "WEBP"])
def test_formats_that_are_read_are_known_by_content(pets: Path, kind: str) -> None:
    (pets / "train" / "dog" / "9.png").write_bytes(encoded(picture(5, 6, 3), kind))
    assert len(images.read(pets).train_labels) == 7


def test_eps_in_the_guise_of_png_starts_no_program(
    pets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "gs"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o755)
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", str(script))
    path = pets / "test" / "cat" / "0.png"
    path.write_bytes(encoded(picture(5, 6, 3), "EPS"))
    refused(pets, f"{path}: {NO_IMAGE}")
    assert not (tmp_path / "started").exists()


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def deep_png(color: int, channels: int) -> bytes:
    """A PNG of 6x5 pixels with 16 bits a channel."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 6, 5, 16, color, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(5 * (1 + 6 * channels * 2))))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


def blank(mode: str, kind: str, **options: object) -> bytes:
    return encoded(Image.new(mode, (6, 5)), kind, **options)


def two(kind: str) -> bytes:
    """Two pictures in one file."""
    return encoded(picture(5, 6, 3), kind, save_all=True, append_images=[picture(5, 6, 3)])


LOSS = "has more than 8 bits a channel, or other colours than grey and RGB"
CLEAR = "has transparency"
UNFIT = {
    "16 bits, RGB": ("png", deep_png(2, 3), f"{LOSS} (mode RGB)"),
    "16 bits, grey": ("png", deep_png(0, 1), f"{LOSS} (mode I;16)"),
    "16 bits, RGB, plain": ("ppm", b"P6 6 5 65535\n" + bytes(180), f"{LOSS} (mode RGB)"),
    "10 bits, grey, plain": ("pgm", b"P5 6 5 1023\n" + bytes(60), f"{LOSS} (mode I)"),
    "floating point": ("tif", blank("F", "TIFF"), f"{LOSS} (mode F)"),
    "print colours": ("jpg", blank("CMYK", "JPEG"), f"{LOSS} (mode CMYK)"),
    "an alpha channel": ("png", blank("RGBA", "PNG"), CLEAR),
    "a grey alpha channel": ("png", blank("LA", "PNG"), CLEAR),
    "a transparent colour": ("png", blank("RGB", "PNG", transparency=(0, 0, 0)), CLEAR),
    "a transparent colour of a palette": ("png", blank("P", "PNG", transparency=0), CLEAR),
    "an animation": ("webp", two("WEBP"), "holds 2 pictures"),
    "an animated PNG": ("png", two("PNG"), "holds 2 pictures"),
    "pages": ("tiff", two("TIFF"), "holds 2 pictures"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_an_image_that_would_lose_something_is_named(pets: Path, case: str) -> None:
    suffix, content, fault = UNFIT[case]
    path = pets / "train" / "dog" / f"9.{suffix}"
    path.write_bytes(content)
    refused(pets, f"{path}: {fault}; convert it to one picture of 8 bits, grey or RGB")


def test_images_that_are_all_black_are_refused(pets: Path) -> None:
    for path in all_images(pets):
        save(Image.new("L", (6, 5)), path)
    message = f"{pets}.brightest: expected a number in [1, 255], got 0"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        describe(pets)


# Links


def outside(path: Path, other: Path) -> str:
    fault = f"leads to {other}, outside of the data set"
    return f"{path}: {fault}; copy it there, or remove the link"


@pytest.mark.parametrize(
    "inner", ["train", "train/cat", "train/cat/old", "train/cat/1.png", "test/dog/9.png"]
)
def test_a_link_that_leads_out_of_the_folder_is_refused(
    pets: Path, tmp_path: Path, inner: str
) -> None:
    path, other = pets / inner, tmp_path / "elsewhere"
    if path.exists():
        path.rename(other)
    else:
        save(picture(5, 6, 3), other, format="PNG")
    path.symlink_to(other)
    refused(pets, outside(path, other))


def test_a_folder_with_a_name_that_begins_alike_is_outside(pets: Path) -> None:
    other = save(picture(5, 6, 3), pets.with_name("pets-2") / "0.png")
    path = pets / "train" / "cat" / "9.png"
    path.symlink_to(other)
    refused(pets, outside(path, other))


def test_links_within_the_folder_are_followed(pets: Path) -> None:
    before, cat = describe(pets), pets / "train" / "cat"
    (cat / "old").rename(pets / "more")
    (cat / "old").symlink_to("../../more")
    (cat / "1.png").rename(pets / "one.png")
    (cat / "1.png").symlink_to(pets / "one.png")
    assert describe(pets) == before


def test_the_folder_itself_may_be_a_link(pets: Path, tmp_path: Path) -> None:
    (tmp_path / "pets").symlink_to(pets)
    assert describe(tmp_path / "pets") == describe(pets)


@pytest.mark.parametrize("target", [".", "..", "../../train/cat", "../dog"])
def test_a_link_that_leads_back_is_refused_and_ends(pets: Path, target: str) -> None:
    (pets / "train" / "cat" / "loop").symlink_to(target)
    train = f"{pets}/train/.*"
    message = rf"^{train}: the same folder as {train}; remove the link$"
    with pytest.raises(ValueError, match=message):
        images.read(pets)


def test_a_link_to_itself_is_refused(pets: Path) -> None:
    path = pets / "train" / "cat" / "9.png"
    path.symlink_to("9.png")
    reason = r"\(.*Too many levels of symbolic links\)"
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read {reason}; put a whole image"):
        images.read(pets)


def test_a_link_to_nothing_is_named(pets: Path) -> None:
    path = pets / "train" / "dog" / "9.png"
    path.symlink_to(pets / "nowhere.png")
    reason = "([Errno 2] No such file or directory)"
    refused(pets, f"{path}: cannot be read {reason}; put a whole image there, or remove it")


# Pipes


@pytest.mark.parametrize("inner", ["train/cat/9.png", "train/cat/old/9.jpg"])
def test_a_pipe_or_device_is_refused_unread(pets: Path, inner: str) -> None:
    path = pets / inner
    os.mkfifo(path)
    fault = "cannot be read (a pipe or a device)"
    refused(pets, f"{path}: {fault}; put a whole image there, or remove it")


def test_a_pipe_beside_the_classes_is_refused(pets: Path) -> None:
    path = pets / "train" / "pipe"
    os.mkfifo(path)
    fault = "lies beside the folders of the classes"
    refused(pets, f"{path}: {fault}; move it into one of them, or away")


# Many pixels


def header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has no pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + bytes(4) + b"IDAT\x35\xaf\x06\x1e"


def test_too_many_pixels_are_refused_before_any_is_decoded(
    pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pets / "train" / "cat" / "0.PNG").write_bytes(header(9_000, 9_000))
    monkeypatch.setattr(images, "PIXELS", 8 * 9_000 * 9_000 - 1)
    found = "got 8 images of 9000x9000 (648,000,000); take fewer or smaller ones"
    refused(pets, f"{pets}: expected at most 647,999,999 pixels in all, {found}")
    monkeypatch.setattr(images, "PIXELS", 8 * 9_000 * 9_000)
    with pytest.raises(ValueError, match=r"0\.PNG: cannot be read"):
        images.read(pets)


def test_the_bound_on_pixels_is_generous_and_finite() -> None:
    assert 1_331_167 * 64 * 64 < PIXELS == 2**33


def test_an_image_of_another_size_is_refused_by_its_header(pets: Path) -> None:
    path = pets / "test" / "dog" / "7.png"
    path.write_bytes(header(9_000, 9_000))
    first = pets / "train" / "cat" / "0.PNG"
    fault = f"expected 6x5 pixels as in {first}, got 9000x9000"
    refused(pets, f"{path}: {fault}; all images must be of one size")


def test_an_image_that_is_a_bomb_is_refused(pets: Path) -> None:
    path = pets / "train" / "cat" / "0.PNG"
    path.write_bytes(header(60_000, 60_000))
    reason = r"\(Image size \(3600000000 pixels\) exceeds limit"
    with pytest.raises(ValueError, match=rf"^{path}: cannot be read {reason}"):
        images.read(pets)
