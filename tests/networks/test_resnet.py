"""Resnet-18 against plain layers of torch."""

from architectures import Plain, built, is_function
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d


def block(plain: Plain, x: Tensor, name: str, stride: int) -> Tensor:
    y = plain.norm(plain.conv(x, f"{name}.conv1", stride), f"{name}.norm1").relu()
    y = plain.norm(plain.conv(y, f"{name}.conv2"), f"{name}.norm2")
    if stride == 2:
        x = plain.norm(plain.conv(x, f"{name}.shortcut", 2), f"{name}.norm3")
    return (x + y).relu()


def reference(plain: Plain, x: Tensor) -> Tensor:
    x = plain.norm(plain.conv(x, "conv"), "norm").relu()
    for stage in (1, 2, 3):
        for number in (1, 2, 3):
            stride = 2 if stage > 1 and number == 1 else 1
            x = block(plain, x, f"block{stage}{number}", stride)
    return plain.dense(adaptive_avg_pool2d(x, 1).flatten(1), "output")


def test_resnet_is_the_function_of_torchs_layers() -> None:
    assert is_function("resnet-18", reference)


def test_resnet_has_a_shortcut_where_it_widens() -> None:
    shapes = built("resnet-18").shapes
    shortcuts = {name: shape for name, shape in shapes.items() if "shortcut" in name}
    assert shortcuts == {
        "block21.shortcut.weight": (32, 16, 1, 1),
        "block31.shortcut.weight": (64, 32, 1, 1),
    }
