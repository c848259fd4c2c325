"""A data set for tests: `stripes`, which lie or stand."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from lth.data.arrays import Data
from lth.data.source import Source


class Stripes:
    """100 images of 8x8 to train and 20 to test, of 2 classes."""

    SOURCE: ClassVar[Source] = Source(
        shape=(8, 8),
        brightest=255,
        classes=2,
        training=100,
        test=20,
        digest="ed797db905e1ededd3a5d54b077b7c72326bbc512c0744f6e9f6e780c50e2519",
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The images, which are computed."""
        labels = np.arange(120) % 2
        lying = np.broadcast_to(np.arange(8)[:, None] % 2, (8, 8))
        every = np.where(labels[:, None, None], lying, lying.T)
        shades = 55 + 200 * every - np.arange(120)[:, None, None] // 3
        images = np.clip(shades, 0, 255).astype(np.uint8)
        return Data(images[:100], labels[:100], images[100:], labels[100:])
