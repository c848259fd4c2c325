"""What tests of training share."""

import pytest
from stacks import CPU

from lth.training import compilation


@pytest.fixture
def compiled_always(monkeypatch: pytest.MonkeyPatch) -> None:
    if not compilation.can_compile(CPU):
        pytest.skip("no C++ compiler here, so steps are never compiled")
    monkeypatch.setattr(compilation, "PAYS", 0)
