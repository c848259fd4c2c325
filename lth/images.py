"""Folders of images in the layout of torchvision's ImageFolder, decoded without losing anything silently."""

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

UNREADABLE = (OSError, EOFError, ValueError, TypeError, LookupError, SyntaxError, struct.error, zlib.error)  # what decoders raise for broken files


def folder_of_images(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images and labels of the training and the test set: `train/CLASS/*` and `test/CLASS/*` below a folder, found as torchvision's ImageFolder
    finds them, but that what is hidden (`.name`) does not count.

    Classes are numbered by name; examples are sorted by class, then by path. All grey: [examples, height, width], else RGB [examples, 3, height,
    width]. Rotations that EXIF asks for are not applied. Raises ValueError, with the file named, for what cannot be read or would lose something:
    files that are no images, images of several sizes, animated or transparent ones, those of more than 8 bits or in other colours than RGB; and
    where the classes of train and test differ, or there are fewer than 2.
    """
    sides = {side: _classes(folder, side) for side in ("train", "test")}
    for side, other in (("train", "test"), ("test", "train")):
        if lacking := sorted(sides[side].keys() - sides[other].keys()):
            raise ValueError(f"{folder}: class {lacking[0]!r} is in {side} and not in {other}; both need the same classes")
    if len(sides["train"]) < 2:
        raise ValueError(f"{folder}: expected at least 2 classes in train and test, got {len(sides['train'])}")
    training, test = (_image_files(folder / side, classes) for side, classes in sides.items())
    pictures: list[np.ndarray] = []
    for path, _ in training + test:
        picture = _decoded(path)
        if pictures and picture.shape[:2] != pictures[0].shape[:2]:
            found, expected = (f"{width}x{height}" for height, width in (picture.shape[:2], pictures[0].shape[:2]))
            raise ValueError(f"{path}: expected {expected} pixels as in {training[0][0]}, got {found}; all images must be of one size")
        pictures.append(picture)
    images, labels = _stacked(pictures), np.array([label for _, label in training + test], np.int64)
    return images[: len(training)], labels[: len(training)], images[len(training) :], labels[len(training) :]


def _classes(folder: Path, side: str) -> dict[str, int]:
    """The classes in `train` or `test`, with their numbers. No file may lie beside their folders."""
    from torchvision.datasets.folder import find_classes

    if not (folder / side).is_dir():
        raise ValueError(f"{folder / side}: no such folder; a data set of images lies in {folder}/train/CLASS/* and {folder}/test/CLASS/*")
    for path in sorted((folder / side).iterdir()):
        if path.is_file() and not path.name.startswith("."):
            raise ValueError(f"{path}: lies beside the folders of the classes; move it into one of them, or away")
    try:
        names = [name for name in find_classes(folder / side)[0] if not name.startswith(".")]
    except FileNotFoundError:
        raise ValueError(f"{folder / side}: expected a folder for each class, found none") from None
    return {name: number for number, name in enumerate(names)}


def _image_files(folder: Path, classes: dict[str, int]) -> list[tuple[str, int]]:
    """Paths and labels of all images in the folders of the classes. Refuses other files, and a class without images."""
    from torchvision.datasets.folder import IMG_EXTENSIONS, has_file_allowed_extension, make_dataset

    def counts(path: str) -> bool:
        if any(part.startswith(".") for part in Path(path).relative_to(folder).parts):
            return False
        if not has_file_allowed_extension(path, IMG_EXTENSIONS):
            raise ValueError(f"{path}: expected an image ({', '.join(IMG_EXTENSIONS)}); convert it, or move it away")
        return True

    files = make_dataset(folder, classes, is_valid_file=counts, allow_empty=True)
    found = {label for _, label in files}
    for name, label in classes.items():
        if label not in found:
            raise ValueError(f"{folder / name}: no images; put some there, or remove the class from train and test")
    return files


def _decoded(path: str) -> np.ndarray:
    """An image uint8 [height, width] (grey) or [height, width, 3] (RGB)."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if not (fault := _refusal(image)):
                image.load()
                return np.asarray(image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB"))
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).replace(repr(path), "").split()).rstrip(": ")
        fault = f"cannot be read ({reason}); put a whole image there, or remove it"
    raise ValueError(f"{path}: {fault}")


def _refusal(image: Any) -> str:
    """Why a PIL image would lose something as 8 bits of grey or RGB, "" where it would not."""
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
