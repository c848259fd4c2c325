"""The reference of steps and evaluations: torch's layers and optimizers, in float64.

It takes the bits of dropout from the other engine, and nothing else.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from training.sparse.networks import Toy, layers_of

from lth.networks.modes import uniform
from lth.training.sparse.work import Examples, Rule

CPU = torch.device("cpu")


class Plain:
    """The whole network, zeros included. `rule` has the numbers of its training."""

    def __init__(self, case: Toy, rule: Rule):
        self.case, self.rule = case, rule
        self.parameters = torch.from_numpy(case.parameters.copy()).requires_grad_()
        self.mask = torch.from_numpy(whole_mask(case.masks))
        options = {"lr": 1.0, "weight_decay": rule.weight_decay}
        if rule.adam:
            self.optimizer = torch.optim.Adam([self.parameters], **options)
        else:
            momentum = rule.momentum
            self.optimizer = torch.optim.SGD([self.parameters], momentum=momentum, **options)

    def logits(self, pixels: Tensor, iteration: int | None = None) -> Tensor:
        x = pixels
        *hidden, (weights, biases) = layers_of(self.parameters, self.case.masks)
        for number, layer in enumerate(hidden):
            x = torch.relu(nn.functional.linear(x, *layer))
            if iteration is not None and self.rule.dropout:
                x = self._dropped(x, iteration, number)
        return nn.functional.linear(x, weights, biases)

    def step(self, pixels: Tensor, labels: Tensor, rate: float, iteration: int) -> None:
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.logits(pixels, iteration), labels).backward()
        assert self.parameters.grad is not None
        self.parameters.grad *= self.mask
        self.optimizer.step()

    def _dropped(self, x: Tensor, iteration: int, number: int) -> Tensor:
        key, step = torch.tensor(self.rule.key), torch.tensor(iteration)
        kept = uniform(key, step, number, x.numel(), CPU).view(x.shape) >= self.rule.dropout
        return x * kept / (1 - self.rule.dropout)


def whole_mask(masks: Sequence[np.ndarray]) -> np.ndarray:
    """1 for parameters that are trained: all biases, and the weights that are left."""
    parts = [part for mask in masks for part in (mask.ravel(), np.ones(len(mask), bool))]
    return np.concatenate(parts).astype(np.float64)


def pixels_of(examples: Examples) -> Tensor:
    """The inputs [examples, pixels] of all examples."""
    return torch.from_numpy(examples.images * examples.factor + examples.offset)


def trained(
    case: Toy, rule: Rule, examples: Examples, order: np.ndarray, rates: np.ndarray, first: int = 0
) -> np.ndarray:
    """The parameters after a step for each row of `order`, the first at iteration `first`."""
    plain, pixels = Plain(case, rule), pixels_of(examples)
    labels = torch.from_numpy(examples.labels)
    for number, (rows, rate) in enumerate(zip(order, rates.tolist(), strict=True)):
        plain.step(pixels[rows], labels[rows], rate, first + number)
    return plain.parameters.detach().numpy()
