"""Loss and accuracy of every network of a stack on whole sets of examples."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lth.networks.architecture import Architecture
from lth.networks.modes import EvaluationMode
from lth.training.batches import Loaded
from lth.training.layout import Layout

CHUNK = 1_000  # examples at once: the activations of Lenet then stay in a core's cache
CHUNK_OF_IMAGES = 50  # the same where there are convolutions


@torch.no_grad()
def evaluate(
    architecture: Architecture, layout: Layout, values: Tensor, sets: Mapping[str, Loaded]
) -> dict[str, np.ndarray]:
    """`NAME_loss` and `NAME_accuracy` of each set by name: float64 [networks].

    Losses are mean cross-entropies (nats), and accuracies go from 0 to 1.
    """
    results: dict[str, np.ndarray] = {}
    for name, examples in sets.items():
        loss = torch.zeros(len(values), dtype=torch.float64, device=values.device)
        correct = torch.zeros(len(values), dtype=torch.int64, device=values.device)
        chunk = CHUNK_OF_IMAGES if layout.has_convolutions else CHUNK
        for pixels, labels in _chunks(examples, chunk, values.dtype):
            at_once = values.device.type == "cuda"
            logits = stacked_logits(architecture, layout, values, pixels, at_once=at_once)
            each = labels.expand(len(values), -1)
            loss += cross_entropy(logits.transpose(1, 2), each, reduction="none").sum(dim=1)
            correct += (logits.argmax(2) == labels).sum(dim=1)
        results[f"{name}_loss"] = loss.cpu().numpy() / len(examples)
        results[f"{name}_accuracy"] = correct.cpu().numpy() / len(examples)
    return results


def _chunks(examples: Loaded, chunk: int, kind: torch.dtype) -> Iterator[tuple[Tensor, Tensor]]:
    """Pixels and labels of so many examples at a time. The pixels of all chunks share memory."""
    shape = (chunk, *examples.images.shape[1:])
    pixels = torch.empty(shape, dtype=kind, device=examples.images.device)
    if pixels.dim() == 4:
        pixels = pixels.to(memory_format=torch.channels_last)
    for first in range(0, len(examples), chunk):
        labels = examples.labels[first : first + chunk]
        part = pixels[: len(labels)].copy_(examples.images[first : first + chunk])
        yield part.sub_(examples.mean).div_(examples.deviation), labels


def stacked_logits(
    architecture: Architecture, layout: Layout, values: Tensor, images: Tensor, *, at_once: bool
) -> Tensor:
    """Logits [networks, examples, classes] of every network for the same images.

    Networks are computed all at once, or one after another.
    """

    def logits(own: Tensor) -> Tensor:
        return architecture.forward(layout.views(own), images, EvaluationMode())

    return (
        torch.func.vmap(logits)(values) if at_once else torch.stack([logits(own) for own in values])
    )
