"""Conv-2, Conv-4 and Conv-6 with a quarter of the channels, for miniatures of the paper."""

from typing import ClassVar

from lth.networks.conv import Conv


class SmallConv2(Conv, tag="small-conv-2"):
    """One stage."""

    WIDTHS: ClassVar[tuple[int, ...]] = (16,)


class SmallConv4(Conv, tag="small-conv-4"):
    """Two stages."""

    WIDTHS: ClassVar[tuple[int, ...]] = (16, 32)


class SmallConv6(Conv, tag="small-conv-6"):
    """Three stages."""

    WIDTHS: ClassVar[tuple[int, ...]] = (16, 32, 64)
