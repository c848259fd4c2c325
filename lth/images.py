"""Folders of images in the layout of torchvision's ImageFolder, decoded without losing anything silently."""

import os
import re
import stat
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FORMATS = ("PNG", "JPEG", "PPM", "BMP", "TIFF", "WEBP")  # EPS would start Ghostscript
PIXELS = 1 << 33  # of a data set: ImageNet at 64x64 has 5.3e9, and all are kept in memory
UNREADABLE = (OSError, EOFError, ValueError, TypeError, LookupError, SyntaxError, struct.error, zlib.error)  # what decoders raise for broken files


def folder_of_images(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images and labels of the training and the test set: `train/CLASS/*` and `test/CLASS/*` below a folder, found as torchvision's ImageFolder
    finds them, but that what is hidden (`.name`) does not count.

    Classes are numbered by name; examples are sorted by class, then by path. All grey: [examples, height, width], else RGB
    [examples, 3, height, width]. Rotations that EXIF asks for are not applied. Raises ValueError, with the file named, for what
    cannot be read or would lose something: files that are no images, links that lead out of the folder, more than PIXELS in all,
    images of several sizes, animated or transparent ones, those of more than 8 bits or in other colours than RGB; and where the
    classes of train and test differ, or there are fewer than 2.
    """
    top = os.path.realpath(folder)
    sides = {side: _classes(folder, side, top) for side in ("train", "test")}
    for side, other in (("train", "test"), ("test", "train")):
        if lacking := sorted(sides[side].keys() - sides[other].keys()):
            raise ValueError(f"{folder}: class {lacking[0]!r} is in {side} and not in {other}; both need the same classes")
    if len(sides["train"]) < 2:
        raise ValueError(f"{folder}: expected at least 2 classes in train and test, got {len(sides['train'])}")
    training, test = (_image_files(folder / side, classes, top) for side, classes in sides.items())
    first, *_ = training[0]
    width, height = size = _size(first)
    if (pixels := len(training + test) * width * height) > PIXELS:
        found = f"got {len(training + test):,} images of {width}x{height} ({pixels:,}); take fewer or smaller ones"
        raise ValueError(f"{folder}: expected at most {PIXELS:,} pixels in all, {found}")
    pictures = [_decoded(path, size, first) for path, _ in training + test]
    images, labels = _stacked(pictures), np.array([label for _, label in training + test], np.int64)
    return images[: len(training)], labels[: len(training)], images[len(training) :], labels[len(training) :]


def _classes(folder: Path, side: str, top: str) -> dict[str, int]:
    """The classes in `train` or `test`, with their numbers. No file may lie beside their folders."""
    from torchvision.datasets.folder import find_classes

    if not (folder / side).is_dir():
        raise ValueError(f"{folder / side}: no such folder; a data set of images lies in {folder}/train/CLASS/* and {folder}/test/CLASS/*")
    _check_inside(str(folder / side), top)
    for path in sorted((folder / side).iterdir()):
        if not path.is_dir() and not path.name.startswith("."):
            raise ValueError(f"{path}: lies beside the folders of the classes; move it into one of them, or away")
    try:
        names = [name for name in find_classes(folder / side)[0] if not name.startswith(".")]
    except FileNotFoundError:
        raise ValueError(f"{folder / side}: expected a folder for each class, found none") from None
    return {name: number for number, name in enumerate(names)}


def _check_inside(path: str, top: str) -> None:
    """Refuses what lies outside of the data set: a folder from others must not bring in files of mine."""
    if os.path.commonpath([real := os.path.realpath(path), top]) != top:
        raise ValueError(f"{path}: leads to {real}, outside of the data set; copy it there, or remove the link")


def _image_files(folder: Path, classes: Mapping[str, int], top: str) -> list[tuple[str, int]]:
    """Paths and labels of all images in the classes. Refuses other files, and empty classes."""
    from torchvision.datasets.folder import IMG_EXTENSIONS, has_file_allowed_extension

    files: list[tuple[str, int]] = []
    walked: dict[str, str] = {}
    for name, label in classes.items():
        paths = _files(str(folder / name), top, walked)
        for path in paths:
            if not has_file_allowed_extension(path, IMG_EXTENSIONS):
                raise ValueError(f"{path}: expected an image ({', '.join(IMG_EXTENSIONS)}); convert it, or move it away")
        if not paths:
            raise ValueError(f"{folder / name}: no images; put some there, or remove the class from train and test")
        files += [(path, label) for path in paths]
    return files


def _files(folder: str, top: str, walked: dict[str, str]) -> list[str]:
    """All files of a folder and its subfolders, in the order of torchvision's ImageFolder.

    Links are followed inside of `top`, but to no folder in `walked` (real path: path), since a link
    that leads back would never end.
    """
    found: list[tuple[str, str]] = []
    todo = [folder]
    while todo:
        place = todo.pop()
        _check_inside(place, top)
        if (real := os.path.realpath(place)) in walked:
            raise ValueError(f"{place}: the same folder as {walked[real]}; remove the link")
        walked[real] = place
        for name in os.listdir(place):
            path = os.path.join(place, name)
            if name.startswith("."):
                continue
            if os.path.isdir(path):
                todo.append(path)
            else:
                _check_inside(path, top)
                found.append((place, name))
    return [os.path.join(*pair) for pair in sorted(found)]


def _open(path: str) -> Any:
    """A PIL image, of which only the header is read."""
    from PIL import Image

    if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe may take forever
        raise OSError("a pipe or a device")
    return Image.open(path, formats=FORMATS)


def _size(path: str) -> tuple[int, int]:
    """Width and height, as the header says."""
    from PIL import Image

    try:
        with _open(path) as image:
            return image.size
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from None


def _decoded(path: str, size: tuple[int, int], first: str) -> np.ndarray:
    """An image uint8 [height, width] (grey) or [height, width, 3] (RGB), as large as the first."""
    from PIL import Image

    try:
        with _open(path) as image:
            if not (fault := _refusal(image, size, first)):
                image.load()
                return np.asarray(image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB"))
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from None
    raise ValueError(f"{path}: {fault}")


def _unreadable(path: str, error: Exception) -> ValueError:
    reason = " ".join(str(error).replace(repr(path), "").split()).rstrip(": ")
    return ValueError(f"{path}: cannot be read ({reason}); put a whole image there, or remove it")


def _refusal(image: Any, size: tuple[int, int], first: str) -> str:
    """Why a PIL image is not taken: it has another size than the first one, or would lose something as 8 bits of grey or RGB."""
    if image.size != size:
        found, expected = (f"{width}x{height}" for width, height in (image.size, size))
        return f"expected {expected} pixels as in {first}, got {found}; all images must be of one size"
    deep = any(re.search(r";(16|32)[BLN]", str(tile.args)) or (tile.codec_name.startswith("ppm") and tile.args[1] > 255) for tile in image.tile)
    mend = "convert it to one picture of 8 bits, grey or RGB"
    if (count := getattr(image, "n_frames", 1)) != 1:
        return f"holds {count} pictures; {mend}"
    if image.has_transparency_data:
        return f"has transparency; {mend}"
    if deep or image.mode not in ("1", "L", "P", "RGB"):
        return f"has more than 8 bits a channel, or other colours than grey and RGB (mode {image.mode}); {mend}"
    return ""


def _stacked(pictures: list[np.ndarray]) -> np.ndarray:
    """[examples, height, width] where all are grey, else [examples, 3, height, width]."""
    if all(picture.ndim == 2 for picture in pictures):
        return np.stack(pictures)
    colour = [np.repeat(picture[..., None], 3, axis=-1) if picture.ndim == 2 else picture for picture in pictures]
    return np.ascontiguousarray(np.stack(colour).transpose(0, 3, 1, 2))
