"""Resnet-18 with one block a stage, for miniatures of the paper."""

from typing import ClassVar

from lth.networks.resnet import Resnet18


class SmallResnet18(Resnet18, tag="small-resnet-18"):
    """Three blocks, as wide as those of Resnet-18."""

    BLOCKS: ClassVar[int] = 1
