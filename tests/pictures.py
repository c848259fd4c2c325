"""Small pictures and folders of them, for tests of data sets."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

RANDOM = np.random.default_rng(0)


def picture(*shape: int) -> Image.Image:
    """An image of random pixels [height, width] or [height, width, channels], the first white."""
    pixels = RANDOM.integers(0, 256, shape, dtype=np.uint8)
    pixels[0, 0] = 255
    return Image.fromarray(pixels)


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of an image in a format of Pillow."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def save_pets(folder: Path) -> Path:
    """The data set `pets`: 3 training images and 1 test image of each of 2 classes.

    They are RGB of 6x5 pixels as PNG, some of them nested.
    """
    files = ("train/CLASS/1.png", "train/CLASS/old/0.png", "train/CLASS/0.PNG", "test/CLASS/7.png")
    for name in ("cat", "dog"):
        for file in files:
            save(picture(5, 6, 3), folder / "pets" / file.replace("CLASS", name))
    return folder / "pets"


def all_images(pets: Path, side: str = "*") -> list[Path]:
    """The images of the data set `pets`."""
    return [*pets.glob(f"{side}/*/*.*"), *pets.glob(f"{side}/*/old/*")]
