"""What tests of the sparse engine share."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def denormal_numbers() -> Iterator[None]:
    """Denormal numbers as IEEE has them. The other engine turns them off."""
    torch.set_flush_denormal(False)
    yield
    torch.set_flush_denormal(True)
