"""An optimizer for tests: `downhill`, steps of one length."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def downhill(
    rows: "Tensor", gradient: "Tensor", state: "dict[str, Tensor]", rate: float, momentum: float
) -> None:
    """Moves each value by the learning rate against the sign of its gradient."""
    rows.sub_(gradient.sign(), alpha=rate)
