"""VGG-19 with three narrow groups, for miniatures of the paper."""

from typing import ClassVar

from lth.networks.vgg import Vgg19


class SmallVgg19(Vgg19, tag="small-vgg-19"):
    """Six convolutions."""

    GROUPS: ClassVar[tuple[tuple[int, int], ...]] = ((2, 16), (2, 32), (2, 64))
