"""Conv-2, Conv-4 and Conv-6 against plain layers of torch."""

import pytest
from architectures import Plain, built, is_function
from torch import Tensor
from torch.nn.functional import max_pool2d


@pytest.mark.parametrize(("name", "stages"), [("conv-2", 1), ("conv-4", 2), ("conv-6", 3)])
def test_conv_is_the_function_of_torchs_layers(name: str, stages: int) -> None:
    def reference(plain: Plain, x: Tensor) -> Tensor:
        for stage in range(1, stages + 1):
            x = plain.conv(x, f"conv{stage}1").relu()
            x = max_pool2d(plain.conv(x, f"conv{stage}2").relu(), 2)
        x = plain.dense(x.flatten(1), "fc1").relu()
        return plain.dense(plain.dense(x, "fc2").relu(), "output")

    assert is_function(name, reference)


def test_conv_pools_what_is_left_of_odd_images() -> None:
    shapes = built("conv-4", (7, 9)).shapes
    assert shapes["fc1.weight"] == (256, 128 * 1 * 2)
