"""VGG-19 against plain layers of torch."""

from architectures import Plain, is_function
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d


def reference(plain: Plain, x: Tensor) -> Tensor:
    for group, count in enumerate((2, 2, 4, 4, 4), start=1):
        for step in range(1, count + 1):
            name = f"conv{group}{step}"
            x = plain.norm(plain.conv(x, name), f"{name}.norm").relu()
        x = max_pool2d(x, 2) if group < 5 else avg_pool2d(x, x.shape[-1])
    return plain.dense(x.flatten(1), "output")


def test_vgg_is_the_function_of_torchs_layers() -> None:
    assert is_function("vgg-19", reference)
