"""How a network is trained, and at which iterations it is evaluated."""

import math
from typing import Annotated, Literal

from msgspec import Meta

from lth.settings import Count, Iteration, Positive, Rate, Settings, expected, unknown
from lth.training.optimizers.choices import OPTIMIZERS

EVALUATIONS = 100_000  # of a training run at most, since memory holds all: the paper has 1,126

Iterations = Annotated[int, Meta(ge=1, le=100_000_000)]  # the paper has 112,480


class Recipe(Settings):
    """How a network is trained.

    `iterations`, `evaluate_every`, `warmup` and `drops` count steps, `batch` counts examples.
    `test_every` counts evaluations: 1 has the test set in each of them, 5 in the first, in every
    fifth and in the last. What is learned does not depend on it.

    The learning rate rises over the first `warmup` steps (0: it does not), and `drop_factor`
    multiplies it from the step of each drop on. `momentum` is 0 for an optimizer that has none.
    Weight decay adds `weight_decay` x value to the gradient of everything that is trained, as
    torch.optim does.

    `data_order` is `fresh` (each network shuffles the examples in its own way) or `shared` (all
    networks of a trial see the same batches). Dropout and augmentation follow it. `augmentation` is
    `none` or `flip-crop`: a random horizontal flip, and a random crop of the image with a margin of
    4 black pixels. `normalization` divides pixels by the brightest value (`scale`), or gives each
    channel of the training set mean 0 and deviation 1 (`standard`).
    """

    optimizer: str
    learning_rate: Positive
    momentum: Rate
    weight_decay: Annotated[float, Meta(ge=0)]
    warmup: Iteration
    drops: tuple[Count, ...]
    drop_factor: Annotated[float, Meta(gt=0, le=1)]
    batch: Count
    iterations: Iterations
    evaluate_every: Count
    test_every: Annotated[int, Meta(ge=1, le=EVALUATIONS)]
    data_order: Literal["fresh", "shared"]
    augmentation: Literal["none", "flip-crop"]
    normalization: Literal["scale", "standard"]

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise unknown("optimizer", "optimizer", self.optimizer, OPTIMIZERS)
        if self.momentum and not OPTIMIZERS[self.optimizer].momentum:
            raise expected("momentum", f"0 for {self.optimizer}", self.momentum)
        self._check_evaluations()
        if self.warmup > self.iterations:
            raise expected("warmup", f"at most the {self.iterations} iterations", self.warmup)
        if list(self.drops) != sorted({drop for drop in self.drops if drop < self.iterations}):
            raise expected("drops", f"rising iterations below {self.iterations}", list(self.drops))

    def _check_evaluations(self) -> None:
        most, every = self.iterations, self.evaluate_every
        if every > most:
            raise expected("evaluate_every", f"at most the {most} iterations", every)
        least = -(-most // EVALUATIONS)
        if every < least:
            raise expected(
                "evaluate_every", f"at least {least} ({EVALUATIONS:,} evaluations)", every
            )

    def check_within(self, iteration: int, where: str) -> None:
        """Raises ValueError for an iteration with no step after it, where none can start."""
        if iteration >= self.iterations:
            limit = f"an iteration below the {self.iterations} of the recipe"
            raise expected(where, limit, iteration)

    def evaluations(self, first: int) -> list[int]:
        """The iterations from `first` on, before whose step networks are evaluated.

        These are all multiples of `evaluate_every`, and the last iteration.
        """
        begin = -(-first // self.evaluate_every) * self.evaluate_every
        return sorted({*range(begin, self.iterations, self.evaluate_every), self.iterations})

    def tests(self, first: int) -> list[int]:
        """Those of `evaluations` at which the test set is evaluated."""
        return [each for each in self.evaluations(first) if "test" in self.sets_at(each, first)]

    def sets_at(self, iteration: int, first: int) -> tuple[str, ...]:
        """The names of the sets on which networks are evaluated at one of `evaluations`."""
        begin = -(-first // self.evaluate_every) * self.evaluate_every
        tested = iteration % self.tested_every == 0 or iteration in (begin, self.iterations)
        return ("validation", "test") if tested else ("validation",)

    @property
    def tested_every(self) -> int:
        """How many iterations lie between evaluations of the test set, but for first and last."""
        return self.evaluate_every * self.test_every

    def rate(self, iteration: int) -> float:
        """The learning rate of the step that follows `iteration` steps.

        It is `learning_rate` x min(1, (iteration + 1) / `warmup`) x `drop_factor` for each drop
        that is not after `iteration`.
        """
        factor = min(1.0, (iteration + 1) / self.warmup) if self.warmup else 1.0
        drops = sum(drop <= iteration for drop in self.drops)
        # Products, since a power comes from the system's library, whose last bit may differ.
        return self.learning_rate * factor * math.prod([self.drop_factor] * drops)
