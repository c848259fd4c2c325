"""Folders of images in the layout of torchvision's ImageFolder.

They are decoded without losing anything silently.
"""

import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lth.data.arrays import Data
from lth.data.source import PIXELS

FORMATS = ("PNG", "JPEG", "PPM", "BMP", "TIFF", "WEBP")  # EPS would start Ghostscript
BROKEN = (  # what decoders raise for files that are not whole
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    SyntaxError,
    struct.error,
    zlib.error,
)
Size = tuple[int, int]  # width and height
Files = Sequence[tuple[str, int]]  # paths and labels


def read(folder: Path) -> Data:
    """Images and labels in `train/CLASS/*` and `test/CLASS/*` below a folder.

    Files are found as torchvision's ImageFolder finds them, except that hidden ones (`.name`) do
    not count. Classes are numbered by name. Examples are sorted by class, then by path. If all
    images are grey, they become [examples, height, width], else RGB [examples, 3, height, width].
    Rotations that EXIF asks for are not applied.

    Raises ValueError, with the file named, for what cannot be read or would lose something: files
    that are no images, links that lead out of the folder, more than PIXELS in all, images of
    several sizes, animated or transparent ones, and those of more than 8 bits or in other colours
    than RGB. Also where the classes of train and test differ, or there are fewer than 2.
    """
    top = os.path.realpath(folder)
    sides = {side: _classes(folder, side, top) for side in ("train", "test")}
    _check_classes(folder, sides)
    training = _image_files(folder / "train", sides["train"], top)
    test = _image_files(folder / "test", sides["test"], top)
    files = [*training, *test]
    images = _decoded(folder, files)
    labels, count = np.array([label for _, label in files], np.int64), len(training)
    return Data(images[:count], labels[:count], images[count:], labels[count:])


def _classes(folder: Path, side: str, top: str) -> dict[str, int]:
    """The classes in `train` or `test` with their numbers. No file may lie beside their folders."""
    from torchvision.datasets.folder import find_classes

    path = folder / side
    if not path.is_dir():
        layout = f"a data set of images lies in {folder}/train/CLASS/* and {folder}/test/CLASS/*"
        raise ValueError(f"{path}: no such folder; {layout}")
    _check_inside(str(path), top)
    for inner in sorted(path.iterdir()):
        if not inner.is_dir() and not inner.name.startswith("."):
            fault = "lies beside the folders of the classes"
            raise ValueError(f"{inner}: {fault}; move it into one of them, or away")
    try:
        found, _ = find_classes(path)
    except FileNotFoundError:
        raise ValueError(f"{path}: expected a folder for each class, found none") from None
    names = [name for name in found if not name.startswith(".")]
    return {name: number for number, name in enumerate(names)}


def _check_classes(folder: Path, sides: Mapping[str, Mapping[str, int]]) -> None:
    """Raises ValueError where train and test have other classes, or fewer than 2."""
    for side, other in (("train", "test"), ("test", "train")):
        lacking = sorted(sides[side].keys() - sides[other].keys())
        if lacking:
            fault = f"class {lacking[0]!r} is in {side} and not in {other}"
            raise ValueError(f"{folder}: {fault}; both need the same classes")
    count = len(sides["train"])
    if count < 2:
        raise ValueError(f"{folder}: expected at least 2 classes in train and test, got {count}")


def _check_inside(path: str, top: str) -> None:
    """Refuses what lies outside of the data set.

    A folder from others must not bring in files of the user.
    """
    real = os.path.realpath(path)
    if os.path.commonpath([real, top]) != top:
        fault = f"leads to {real}, outside of the data set"
        raise ValueError(f"{path}: {fault}; copy it there, or remove the link")


def _image_files(folder: Path, classes: Mapping[str, int], top: str) -> Files:
    """Paths and labels of all images in the classes. Refuses other files, and empty classes."""
    from torchvision.datasets.folder import IMG_EXTENSIONS, has_file_allowed_extension

    files: list[tuple[str, int]] = []
    walked: dict[str, str] = {}
    for name, label in classes.items():
        paths = _files(str(folder / name), top, walked)
        for path in paths:
            if not has_file_allowed_extension(path, IMG_EXTENSIONS):
                what = f"an image ({', '.join(IMG_EXTENSIONS)})"
                raise ValueError(f"{path}: expected {what}; convert it, or move it away")
        if not paths:
            mend = "put some there, or remove the class from train and test"
            raise ValueError(f"{folder / name}: no images; {mend}")
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
        inner = todo.pop()
        _check_inside(inner, top)
        real = os.path.realpath(inner)
        if real in walked:
            raise ValueError(f"{inner}: the same folder as {walked[real]}; remove the link")
        walked[real] = inner
        for name in _visible(inner):
            path = os.path.join(inner, name)
            if os.path.isdir(path):
                todo.append(path)
            else:
                _check_inside(path, top)
                found.append((inner, name))
    return [os.path.join(*pair) for pair in sorted(found)]


def _visible(folder: str) -> Iterator[str]:
    return (name for name in os.listdir(folder) if not name.startswith("."))


def _decoded(folder: Path, files: Files) -> np.ndarray:
    """All images, [examples, height, width] or [examples, 3, height, width]."""
    first, _ = files[0]
    size = _size(first)
    _check_pixels(folder, len(files), size)
    return _stacked([_picture(path, size, first) for path, _ in files])


def _check_pixels(folder: Path, count: int, size: Size) -> None:
    """Raises ValueError where all images together have more than PIXELS."""
    width, height = size
    pixels = count * width * height
    if pixels > PIXELS:
        found = f"{count:,} images of {width}x{height} ({pixels:,})"
        limit = f"expected at most {PIXELS:,} pixels in all, got {found}"
        raise ValueError(f"{folder}: {limit}; take fewer or smaller ones")


def _open(path: str) -> Any:
    """A PIL image, of which only the header is read."""
    from PIL import Image

    if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe may take forever
        raise OSError("a pipe or a device")
    return Image.open(path, formats=FORMATS)


def _size(path: str) -> Size:
    """Width and height, as the header says."""
    from PIL import Image

    try:
        with _open(path) as image:
            return image.size
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from None


def _picture(path: str, size: Size, first: str) -> np.ndarray:
    """An image uint8 [height, width] (grey) or [height, width, 3] (RGB), as large as the first."""
    from PIL import Image

    try:
        with _open(path) as image:
            fault = _refusal(image, size, first)
            if not fault:
                image.load()
                return _pixels(image)
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from None
    raise ValueError(f"{path}: {fault}")


def _pixels(image: Any) -> np.ndarray:
    """The pixels of a PIL image: black and white become grey, palettes RGB."""
    if image.mode in ("L", "RGB"):
        return np.asarray(image)
    return np.asarray(image.convert("L" if image.mode == "1" else "RGB"))


def _unreadable(path: str, error: Exception) -> ValueError:
    reason = " ".join(str(error).replace(repr(path), "").split()).rstrip(": ")
    mend = "put a whole image there, or remove it"
    return ValueError(f"{path}: cannot be read ({reason}); {mend}")


def _refusal(image: Any, size: Size, first: str) -> str:
    """Why a PIL image is not taken, "" where it is.

    It may have another size than the first one, or would lose something as 8 bits of grey or RGB.
    """
    if image.size != size:
        found, wanted = (f"{width}x{height}" for width, height in (image.size, size))
        what = f"expected {wanted} pixels as in {first}, got {found}"
        return f"{what}; all images must be of one size"
    mend = "convert it to one picture of 8 bits, grey or RGB"
    count = getattr(image, "n_frames", 1)
    if count != 1:
        return f"holds {count} pictures; {mend}"
    if image.has_transparency_data:
        return f"has transparency; {mend}"
    if image.mode not in ("1", "L", "P", "RGB") or any(map(_deep, image.tile)):
        loss = "has more than 8 bits a channel, or other colours than grey and RGB"
        return f"{loss} (mode {image.mode}); {mend}"
    return ""


def _deep(tile: Any) -> bool:
    """Whether a part of a PIL image has more than 8 bits a channel, which its mode may not say."""
    words = re.search(r";(16|32)[BLN]", str(tile.args)) is not None
    return words or (tile.codec_name.startswith("ppm") and tile.args[1] > 255)


def _stacked(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """[examples, height, width] where all are grey, else [examples, 3, height, width]."""
    if all(picture.ndim == 2 for picture in pictures):
        return np.stack(pictures)
    return np.ascontiguousarray(np.stack([*map(_coloured, pictures)]).transpose(0, 3, 1, 2))


def _coloured(picture: np.ndarray) -> np.ndarray:
    """A picture as [height, width, 3]."""
    return np.repeat(picture[..., None], 3, axis=-1) if picture.ndim == 2 else picture
