"""scikit-learn's handwritten digits."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from lth import seeds
from lth.data.arrays import Data
from lth.data.source import Source


class Digits:
    """1,797 digits of 8x8 (Alpaydin & Kaynak, UCI 1998), shuffled; the last 397 are for tests."""

    SOURCE: ClassVar[Source] = Source(
        shape=(8, 8),
        brightest=16,
        classes=10,
        training=1400,
        test=397,
        digest="a9448a1061030b9b372cb5f61bcbe135feb49e5baaa82776d4ef889cce3e9daa",
    )

    @staticmethod
    def obtain(folder: Path) -> Data:
        """The digits, which come with scikit-learn. Nothing is read from the folder."""
        from sklearn.datasets import load_digits

        images, labels = load_digits(return_X_y=True)
        order = seeds.stream(0, "split", dataset="digits").permutation(len(labels))
        images = images.reshape(-1, 8, 8).astype(np.uint8)[order]
        labels = np.asarray(labels, np.int64)[order]
        return Data(images[:1400], labels[:1400], images[1400:], labels[1400:])
