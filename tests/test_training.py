"""The training of every network and regime against plain modules and torch.optim, and the properties that the science rests on."""

import dataclasses
import functools
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from rounding import agree, roundings_of, with_tolerances
from torch import Tensor, nn

from lth import batches, gradients, networks, optimizers, passes, seeds, tickets, training
from lth.settings import Recipe

CPU = torch.device("cpu")
DROPOUT = networks.Dropout(0.5, ("hidden", "pooling"))
NO_DROPOUT = networks.Dropout(0.0, ())
EXAMPLES = 27  # four batches of six an epoch, and an incomplete one
Arrays = dict[str, np.ndarray]

LENET = networks.lenet(networks.Lenet("lenet", "glorot-normal", (20, 12), NO_DROPOUT), (3, 8, 8), 5)
LENET_DROPOUT = networks.lenet(networks.Lenet("lenet", "glorot-normal", (20, 12), DROPOUT), (3, 8, 8), 5)
# No narrower: in float32 oneDNN writes past its memory in strided 1x1 convolutions of fewer channels
# than a vector has (https://github.com/uxlfoundation/oneDNN/issues/6035). Networks that can be chosen
# have 16 at least.
RESNET = networks.resnet(networks.Network("", "glorot-normal"), (3, 8, 8), 5, widths=(16, 24, 24), blocks=1)
GROUPS = ((2, 4), (2, 8), (4, 8), (4, 12), (4, 12))  # VGG-19, but narrow
ADAM = Recipe("adam", 0.01, 0.0, 0.0, 0, (), 0.1, 6, 20, 5, "fresh", "none", "scale")
SGD = Recipe("sgd", 0.05, 0.9, 1e-3, 2, (3, 10), 0.1, 6, 20, 5, "fresh", "flip-crop", "scale")


@dataclasses.dataclass(frozen=True)
class Draws:
    """Randomness of a toy: network k of a stack is number `first` + k."""

    first: int = 0

    def order(self, network: int, epoch: int) -> np.ndarray:
        return seeds.stream(7, "data order", network=self.first + network, epoch=epoch).permutation(EXAMPLES)

    def shifts(self, network: int, epoch: int) -> np.ndarray:
        return seeds.stream(7, "augmentation", network=self.first + network, epoch=epoch).integers(0, batches.SHIFTS, (EXAMPLES, 3))

    def key(self, network: int) -> int:
        return -(1 << 62) + 12345 * (self.first + network)


def toy_sets(side: int = 8, mean: float = 100.0) -> batches.Sets:
    generator = np.random.default_rng(0)

    def some(count: int) -> batches.Examples:
        labels = generator.integers(0, 5, count)
        images = (generator.integers(0, 100, (count, 3, side, side)) + 30 * labels[:, None, None, None]).astype(np.uint8)
        channels = torch.tensor([mean, mean + 5, mean + 10])[:, None, None]
        return batches.Examples(torch.from_numpy(images), torch.from_numpy(labels), channels, channels / 2)

    return batches.Sets(some(EXAMPLES), some(20), some(20))


def toy_stack(architecture: networks.Architecture, count: int, dtype: type = np.float32) -> tuple[Arrays, Arrays]:
    distribution = tickets.Distribution(architecture, "glorot-normal")
    weights = tickets.stack([distribution.draw(1, "initialization", trial=trial) for trial in range(count)])
    generator = np.random.default_rng(3)
    masks = {weight.name: generator.random((count, *weight.shape)) < 0.6 for weight in architecture.weights}
    return {name: value.astype(dtype) for name, value in tickets.masked(weights, masks).items()}, masks


def one(arrays: Mapping[str, np.ndarray], index: int) -> Arrays:
    return {name: value[index : index + 1] for name, value in arrays.items()}


def stack_of(architecture, weights, masks, recipe=ADAM, draws=None, sets=None) -> training.Stack:
    return training.Stack(architecture, weights, masks, sets or toy_sets(), recipe, draws or Draws())


def run(architecture, weights, masks, recipe=ADAM, draws=None, sets=None, **options) -> training.Run:
    return training.train(stack_of(architecture, weights, masks, recipe, draws, sets), device=CPU, **options)


def steps(architecture, weights, masks, recipe, until: int, **options) -> Arrays:
    """The weights after as many steps, without any evaluation."""
    loop = training.Loop(stack_of(architecture, weights, masks, recipe), CPU, **options)
    loop.advance(until)
    return loop.layout.unpack(loop.state.rows)


def toy_roundings(architecture: networks.Architecture) -> int:
    """Those of the toy stacks' trainings here: 20 steps, on six images of 8x8."""
    return roundings_of(architecture, ADAM.batch, 8 * 8, ADAM.iterations)


def largest_difference(some: Arrays, other: Arrays) -> float:
    return max(float(np.abs(value - other[name]).max()) for name, value in some.items())


def equal(some: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    return some.keys() == other.keys() and all(np.array_equal(value, other[name], equal_nan=True) for name, value in some.items())


@pytest.fixture
def compiled_always(monkeypatch: pytest.MonkeyPatch) -> None:
    if not gradients.can_compile(CPU):
        pytest.skip("no C++ compiler here, so steps are never compiled")
    monkeypatch.setattr(gradients, "PAYS", 0)


# The reference: modules as anybody would write them, narrow to be fast. They take the bits of dropout, and nothing else, from lth.


class Dropped(nn.Module):
    """Dropout whose bits are those of `lth.passes`."""

    def __init__(self, place: int):
        super().__init__()
        self.place, self.number = place, 0

    def forward(self, x: Tensor) -> Tensor:
        bits = passes.uniform(torch.tensor(Draws().key(0)), torch.tensor(self.number), self.place, x.numel(), CPU).view(x.shape) >= 0.5
        self.number += 1
        return x * bits * 2


class Residual(nn.Module):
    """Two convolutions, and what goes around them."""

    def __init__(self, inputs: int, width: int):
        super().__init__()
        stride = 1 if inputs == width else 2
        self.conv1, self.norm1 = nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential(*([nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width)] if stride == 2 else []))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(y + self.shortcut(x))


def plain_lenet(dropped: bool) -> nn.Module:
    first, second = (Dropped(place) if dropped else nn.Identity() for place in (0, 1))
    hidden = [nn.Linear(192, 20), nn.ReLU(), first, nn.Linear(20, 12), nn.ReLU(), second]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(12, 5))


def plain_conv(*widths: int) -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for stage, width in enumerate(widths, start=1):
        layers += [
            nn.Conv2d(inputs, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            Dropped(stage),
        ]
        inputs = width
    flat = inputs * (8 >> len(widths)) ** 2
    layers += [nn.Flatten(), nn.Linear(flat, 256), nn.ReLU(), Dropped(len(widths) + 1), nn.Linear(256, 256), nn.ReLU(), Dropped(len(widths) + 2)]
    return nn.Sequential(*layers, nn.Linear(256, 5))


def plain_resnet() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU()]
    layers += [Residual(*pair) for pair in [(4, 4)] * 3 + [(4, 8)] + [(8, 8)] * 2 + [(8, 12)] + [(12, 12)] * 2]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 5))


def plain_vgg() -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for count, width in GROUPS:
        layers += [nn.MaxPool2d(2)] if layers else []
        for _ in range(count):
            layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 5))


def plain_training(
    model: nn.Module, architecture: networks.Architecture, weights: Arrays, masks: Arrays, recipe: Recipe, sets: batches.Sets
) -> Arrays:
    """The training of one network by torch.optim; names go to what the module has in the same order."""
    model.double().train()
    trained = [parameter.name for parameter in architecture.parameters if parameter.trained]
    statistics = [parameter.name for parameter in architecture.parameters if not parameter.trained]
    places: dict[str, Tensor] = dict(zip(trained, model.parameters(), strict=True))
    places |= zip(statistics, [buffer for buffer in model.buffers() if buffer.is_floating_point()], strict=True)
    for name, place in places.items():
        place.data.copy_(torch.from_numpy(weights[name][0]))
        if name in masks:
            place.register_hook(functools.partial(torch.mul, torch.from_numpy(masks[name][0])))
    if recipe.optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), weight_decay=recipe.weight_decay)
    else:
        optimizer = torch.optim.SGD(model.parameters(), momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    draws = Draws()
    for iteration in range(recipe.iterations):
        epoch, step = divmod(iteration, EXAMPLES // recipe.batch)
        batch = slice(step * recipe.batch, (step + 1) * recipe.batch)
        index = draws.order(0, epoch)[batch]
        images, labels = sets.training.images[index], sets.training.labels[index]
        if recipe.augmentation == "flip-crop":
            images = flipped_and_cropped(images, draws.shifts(0, epoch)[batch])
        warm = min(1.0, (iteration + 1) / recipe.warmup) if recipe.warmup else 1.0
        optimizer.param_groups[0]["lr"] = recipe.learning_rate * warm * recipe.drop_factor ** sum(iteration >= drop for drop in recipe.drops)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model((images.double() - sets.training.mean) / sets.training.deviation), labels).backward()
        optimizer.step()
    return {name: place.detach().numpy()[None].copy() for name, place in places.items()}


def flipped_and_cropped(images: Tensor, shifts: np.ndarray) -> Tensor:
    from torchvision.transforms.functional import crop, hflip, pad  # it imports the compiler, which a test here watches

    size = list(images.shape[-2:])
    cropped = [crop(pad(image, [batches.PADDING]), int(top), int(left), *size) for image, (_, top, left) in zip(images, shifts, strict=True)]
    return torch.stack([hflip(image) if flip else image for image, (flip, _, _) in zip(cropped, shifts, strict=True)])


def conv(*widths: int) -> networks.Architecture:
    return networks.conv(networks.Conv("", "glorot-normal", DROPOUT), (3, 8, 8), 5, widths=widths)


CASES: dict[str, tuple[Any, networks.Architecture, Recipe]] = {
    "lenet": (lambda: plain_lenet(False), LENET, ADAM),
    "lenet with dropout, adam and weight decay": (lambda: plain_lenet(True), LENET_DROPOUT, dataclasses.replace(ADAM, weight_decay=1e-2)),
    "lenet with plain sgd": (lambda: plain_lenet(False), LENET, dataclasses.replace(SGD, momentum=0.0, weight_decay=0.0, warmup=0, drops=())),
    "conv-2": (lambda: plain_conv(8), conv(8), dataclasses.replace(ADAM, iterations=5)),
    "conv-4": (lambda: plain_conv(8, 12), conv(8, 12), dataclasses.replace(SGD, iterations=5, drops=(3,))),
    "conv-6": (lambda: plain_conv(8, 12, 16), conv(8, 12, 16), dataclasses.replace(ADAM, iterations=5, augmentation="flip-crop")),
    "resnet-18": (
        plain_resnet,
        networks.resnet(networks.Network("", "glorot-normal"), (3, 8, 8), 5, widths=(4, 8, 12)),
        dataclasses.replace(SGD, iterations=5, drops=(3,)),
    ),
    "vgg-19": (
        plain_vgg,
        networks.vgg(networks.Network("", "glorot-normal"), (3, 16, 16), 5, groups=GROUPS),
        dataclasses.replace(SGD, iterations=5, drops=(3,)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_network_is_trained_as_by_plain_modules_and_torch_optim(case: str) -> None:
    model, architecture, recipe = CASES[case]
    side = 16 if case == "vgg-19" else 8
    sets = toy_sets(side)
    weights, masks = toy_stack(architecture, 2, np.float64)

    def plainly(start: Mapping[str, np.ndarray]) -> Arrays:
        return plain_training(model(), architecture, dict(start), one(masks, 0), recipe, sets)

    ours, start = one(run(architecture, weights, masks, recipe, sets=sets).weights, 0), one(weights, 0)
    reference, allowed = with_tolerances(plainly, start, roundings_of(architecture, recipe.batch, side * side, recipe.iterations))
    assert agree(ours, reference, allowed)
    assert max(allowed.values()) < 1e-3 * largest_difference(ours, start), "a mistake in a step would move weights by more"


@pytest.mark.usefixtures("compiled_always")
def test_compiled_steps_are_those_without_a_compiler_one_training_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = []
    for architecture, recipe, mean in ((LENET_DROPOUT, ADAM, 100.0), (RESNET, SGD, 100.0), (LENET_DROPOUT, ADAM, 20.0), (LENET_DROPOUT, ADAM, 100.0)):
        jobs.append((architecture, *toy_stack(architecture, 2, np.float64), recipe, None, toy_sets(mean=mean)))
    compiled = [run(*job).weights for job in jobs]
    monkeypatch.setattr(gradients, "PAYS", 1_000_000)
    for (architecture, weights, *rest), found in zip(jobs, compiled, strict=True):

        def plain(start: Mapping[str, np.ndarray], architecture=architecture, rest=rest) -> Arrays:
            return run(architecture, start, *rest).weights

        assert agree(found, *with_tolerances(plain, weights, toy_roundings(architecture)))
    assert equal(compiled[0], compiled[3])
    assert largest_difference(compiled[0], compiled[2]) > 1e-3, "by other pixels, which no rounding is"


@pytest.mark.usefixtures("compiled_always")
def test_dropout_sets_the_same_values_to_zero_when_compiled() -> None:
    key, iteration = torch.tensor(-(1 << 63) + 5), torch.tensor(123_456)
    draw = functools.partial(passes.uniform, place=3, count=5_000, device=CPU)
    assert torch.equal(gradients.compiled(draw)(key, iteration), draw(key, iteration))


@pytest.mark.usefixtures("compiled_always")
def test_what_was_compiled_for_one_cpu_is_not_taken_on_another_that_has_the_same_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    values = torch.arange(-64.0, 0.0)
    for capability in ("", "default"):
        monkeypatch.setenv("ATEN_CPU_CAPABILITY", capability)
        assert torch.equal(gradients.compiled(lambda x: x.abs() + 1)(values), values.abs() + 1)


def test_dropout_drops_at_its_rate_and_by_key_iteration_place_and_index() -> None:
    draw = functools.partial(passes.uniform, count=20_000, device=CPU)
    base = draw(torch.tensor(1), torch.tensor(2), 3)
    others = [draw(torch.tensor(2), torch.tensor(2), 3), draw(torch.tensor(1), torch.tensor(3), 3), draw(torch.tensor(1), torch.tensor(2), 4)]
    for values in [base, *others]:
        assert 0 <= values.min() <= values.max() < 1
        for rate in (0.1, 0.5, 0.9):
            assert abs((values < rate).double().mean() - rate) < 4 * (rate * (1 - rate) / 20_000) ** 0.5
    for values in [*others, base.roll(1), base.flip(0)]:
        assert abs(torch.corrcoef(torch.stack([base, values]))[0, 1]) < 0.03


def test_a_short_training_does_not_pay_for_the_import_of_the_compiler() -> None:
    calls = "t.run(t.LENET, *t.toy_stack(t.LENET, 2)); t.run(t.RESNET, *t.toy_stack(t.RESNET, 2), t.SGD)"
    script = f"import sys, test_training as t; {calls}; assert 'torch._dynamo' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parent, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}, check=True
    )


@pytest.mark.parametrize(("architecture", "recipe"), [(LENET_DROPOUT, ADAM), (RESNET, SGD)], ids=["lenet", "resnet"])
def test_each_network_of_a_stack_of_three_is_itself_alone(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 3, np.float64)

    def results(start: Mapping[str, np.ndarray]) -> Arrays:
        result = run(architecture, start, masks, recipe)
        return result.weights | result.curves

    together, allowed = with_tolerances(results, weights, toy_roundings(architecture))
    for index in range(3):
        alone = run(architecture, one(weights, index), one(masks, index), recipe, Draws(first=index))
        assert agree(one(together, index), alone.weights | alone.curves, allowed)


@pytest.mark.parametrize(("architecture", "recipe"), [(LENET_DROPOUT, ADAM), (conv(4, 6), SGD), (RESNET, SGD)], ids=["lenet", "conv", "resnet"])
def test_a_stack_at_once_is_its_networks_one_after_another(
    architecture: networks.Architecture, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, masks = toy_stack(architecture, 3, np.float64)
    images = torch.linspace(-1, 1, 4 * 192, dtype=torch.float64).view(4, 3, 8, 8)

    def results(start: Mapping[str, np.ndarray], at_once: bool) -> Arrays:
        monkeypatch.setattr(gradients, "pays_at_once", lambda *_, **__: at_once)
        loop = training.Loop(stack_of(architecture, start, masks, recipe), CPU)
        loop.advance(6)
        logits = training.stacked_logits(architecture, loop.layout, loop.state.rows, images, at_once=at_once)
        return loop.layout.unpack(loop.state.rows) | {"logits": logits.detach().numpy()}

    together = results(weights, True)
    assert agree(together, *with_tolerances(functools.partial(results, at_once=False), weights, toy_roundings(architecture)))
    moved = {name: value for name, value in together.items() if name in weights}
    assert largest_difference(moved, weights) > 1e-3, "a step of this rate moves weights by more than any rounding"


@pytest.mark.usefixtures("compiled_always")
@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        pytest.param(LENET_DROPOUT, ADAM, id="lenet"),
        pytest.param(conv(4, 6), SGD, id="conv", marks=pytest.mark.slow),
        pytest.param(RESNET, SGD, id="resnet", marks=pytest.mark.slow),
    ],
)
def test_a_compiled_stack_at_once_as_on_a_gpu_is_its_networks_one_after_another(
    architecture: networks.Architecture, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_a_stack_at_once_is_its_networks_one_after_another(architecture, recipe, monkeypatch)


@pytest.mark.parametrize(("architecture", "recipe"), [(LENET_DROPOUT, ADAM), (RESNET, SGD)], ids=["lenet", "resnet"])
def test_the_networks_of_a_stack_are_not_coupled(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 2)
    changed = {name: value.copy() for name, value in weights.items()}
    changed["output.weight"][1] *= 2
    before, after = run(architecture, weights, masks, recipe), run(architecture, changed, masks, recipe)
    assert equal(one(before.weights, 0), one(after.weights, 0))
    assert not np.array_equal(before.weights["output.weight"][1], after.weights["output.weight"][1])


REGIMES = pytest.mark.parametrize(
    ("architecture", "recipe"),
    [(LENET, ADAM), (LENET, dataclasses.replace(ADAM, weight_decay=0.1)), (LENET_DROPOUT, SGD), (RESNET, SGD)],
    ids=["adam", "adam with weight decay", "sgd with momentum", "batch norm"],
)


@REGIMES
def test_pruned_weights_and_their_optimizer_state_stay_exactly_zero(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 2)
    layout = gradients.Layout(architecture)
    seen: list[int] = []

    def watch(state: training.State) -> None:
        seen.append(state.iteration)
        moments = [value for value in state.optimizer.values() if value.shape == state.rows.shape]
        assert len(moments) == (0 if not state.iteration else 1 if recipe.optimizer == "sgd" else 2)
        for rows in [state.rows, state.best_rows, *moments]:
            values = layout.unpack(rows)
            assert not any(values[name][~mask].any() for name, mask in masks.items())

    recipe = dataclasses.replace(recipe, evaluate_every=1)
    result = run(architecture, weights, masks, recipe, on_evaluation=watch)
    assert seen == list(range(21))
    assert not result.measures["largest_pruned_weight"].any()


@REGIMES
def test_the_optimizer_leaves_the_statistics_of_batch_norm_alone(architecture: networks.Architecture, recipe: Recipe) -> None:
    layout = gradients.Layout(architecture)
    loop = training.Loop(stack_of(architecture, *toy_stack(architecture, 2), recipe), CPU)
    loop.advance(3)
    for value in loop.state.optimizer.values():
        assert value.dim() == 0 or not value[:, layout.trained :].any()
    assert not loop.out[:, layout.trained :].any()


def test_evaluation_uses_the_running_statistics_and_no_dropout() -> None:
    weights, masks = toy_stack(RESNET, 1, np.float64)
    result = run(RESNET, weights, masks, SGD)
    examples = toy_sets().test

    class Running(passes.Evaluation):
        def batch_norm(self, x: Tensor, values: Mapping[str, Tensor], name: str) -> Tensor:
            mean, variance, scale, shift = (values[f"{name}.{part}"][:, None, None] for part in ("mean", "variance", "scale", "shift"))
            return (x - mean) / torch.sqrt(variance + 1e-5) * scale + shift

    def loss(values: Mapping[str, np.ndarray]) -> Arrays:
        model = {name: torch.from_numpy(value[0]) for name, value in values.items()}
        logits = RESNET.forward(model, (examples.images.double() - examples.mean) / examples.deviation, Running())
        return {"loss": nn.functional.cross_entropy(logits, examples.labels, reduction="none").mean(0, keepdim=True).numpy()}

    found = {"loss": result.measures["final_test_loss"]}
    assert agree(found, *with_tolerances(loss, result.weights, roundings_of(RESNET, len(examples), 8 * 8, 1)))
    weights, masks = toy_stack(LENET, 1)
    with_dropout, without = (run(network, weights, masks).curves["test_loss"][0, 0] for network in (LENET_DROPOUT, LENET))
    assert with_dropout == without


@pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])
def test_training_starts_bit_equal_to_the_weights_it_is_given(architecture: networks.Architecture) -> None:
    weights, masks = toy_stack(architecture, 2)
    layout = gradients.Layout(architecture)
    first: list[Arrays] = []
    run(architecture, weights, masks, on_evaluation=lambda state: first.append(layout.unpack(state.rows)))
    assert equal(first[0], weights)


def test_rows_hold_every_parameter_apart_and_the_statistics_last() -> None:
    weights, _ = toy_stack(RESNET, 2)
    layout = gradients.Layout(RESNET)
    rows = layout.pack(weights)
    assert equal(layout.unpack(rows), weights)
    for name, view in layout.views(rows).items():
        view.fill_(np.nan)
        assert equal({other: value for other, value in layout.unpack(rows).items() if other != name}, {n: v for n, v in weights.items() if n != name})
        assert bool(torch.isnan(rows[:, layout.trained :]).any()) == (name in layout.statistics)
        view.copy_(torch.from_numpy(weights[name]))


def test_same_streams_give_equal_bits_and_others_give_others() -> None:
    weights, masks = toy_stack(LENET_DROPOUT, 2)
    first, again, other = (run(LENET_DROPOUT, weights, masks, draws=Draws(number)) for number in (0, 0, 10))
    assert equal(first.weights, again.weights)
    assert equal(first.curves, again.curves)
    assert not equal(first.weights, other.weights)


@pytest.mark.parametrize(
    ("architecture", "recipe"), [(LENET_DROPOUT, ADAM), (LENET, dataclasses.replace(SGD, momentum=0.0)), (RESNET, SGD)], ids=["adam", "sgd", "all"]
)
def test_a_training_that_goes_on_from_any_state_ends_bit_for_bit_the_same(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 2)
    kept: list[training.State] = []

    def keep(state: training.State) -> None:
        copies = {name: value.clone() for name, value in state.optimizer.items()}
        kept.append(dataclasses.replace(state, rows=state.rows.clone(), best_rows=state.best_rows.clone(), optimizer=copies))

    whole = run(architecture, weights, masks, recipe, on_evaluation=keep)
    assert [state.iteration for state in kept] == list(range(0, 21, recipe.evaluate_every))
    for state in kept:
        resumed = run(architecture, weights, masks, recipe, resume=state)
        assert equal(whole.weights, resumed.weights)
        assert equal(whole.curves, resumed.curves)
        assert equal(whole.measures, resumed.measures)


@pytest.mark.usefixtures("compiled_always")
def test_a_compiled_training_that_goes_on_from_a_state_ends_bit_for_bit_the_same() -> None:
    recipe = dataclasses.replace(ADAM, evaluate_every=10)
    test_a_training_that_goes_on_from_any_state_ends_bit_for_bit_the_same(LENET_DROPOUT, recipe)


@REGIMES
def test_weights_at_are_bit_equal_to_those_that_a_training_passes(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 2)
    layout = gradients.Layout(architecture)
    passed: dict[int, Arrays] = {}
    run(architecture, weights, masks, recipe, on_evaluation=lambda state: passed.update({state.iteration: layout.unpack(state.rows)}))
    for iteration in (0, 5, 15):
        found, finite = training.weights_at(iteration, stack_of(architecture, weights, masks, recipe), device=CPU)
        assert equal(found, passed[iteration])
        assert finite.tolist() == [True, True]


def test_weights_that_are_not_finite_are_found() -> None:
    weights, masks = toy_stack(LENET, 2)
    weights["output.bias"][1] = np.inf
    _, finite = training.weights_at(1, stack_of(LENET, weights, masks), device=CPU)
    assert finite.tolist() == [True, False]


def test_a_training_that_starts_late_goes_on_with_schedule_order_and_dropout() -> None:
    recipe = dataclasses.replace(SGD, momentum=0.0)  # without any state of the optimiser, to rewind is to go on
    weights, masks = toy_stack(LENET_DROPOUT, 2)
    whole = run(LENET_DROPOUT, weights, masks, recipe)
    middle, _ = training.weights_at(7, stack_of(LENET_DROPOUT, weights, masks, recipe), device=CPU)
    late = run(LENET_DROPOUT, middle, masks, recipe, start=7)
    assert equal(late.weights, whole.weights)
    assert late.iterations.tolist() == [10, 15, 20]
    assert equal(late.curves, {name: curve[:, 2:] for name, curve in whole.curves.items()})
    assert set(late.measures["early_stop_iteration"]) <= {10, 15, 20}
    assert not equal(run(LENET_DROPOUT, middle, masks, recipe).weights, whole.weights)


def test_momentum_is_fresh_where_a_training_starts_late() -> None:
    weights, masks = toy_stack(RESNET, 1)
    middle = steps(RESNET, weights, masks, SGD, 7)
    first = steps(RESNET, middle, masks, dataclasses.replace(SGD, momentum=0.0), 8, start=7)
    assert equal(steps(RESNET, middle, masks, SGD, 8, start=7), first)


def test_without_a_compiler_steps_run_uncompiled_and_a_line_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("no compiler found\nand more of this")

    weights, masks = toy_stack(LENET, 1)
    expected = run(LENET, weights, masks)
    monkeypatch.setattr(gradients, "PAYS", 0)
    monkeypatch.setattr(gradients, "can_compile", gradients.can_compile.__wrapped__)  # it asks but once
    monkeypatch.setattr(torch, "compile", refuse)
    capsys.readouterr()
    result = run(LENET, weights, masks)
    assert capsys.readouterr().out == "steps run uncompiled, which is slower: no working compiler for cpu (no compiler found)\n"
    assert equal(result.weights, expected.weights)


def test_evaluations_are_at_0_k_2k_to_the_end_and_early_stopping_is_the_first_minimum() -> None:
    result = run(LENET, *toy_stack(LENET, 2))
    assert result.iterations.tolist() == [0, 5, 10, 15, 20]
    assert result.curves["validation_loss"].shape == (2, 5)
    first = result.curves["validation_loss"].argmin(axis=1)
    assert (result.measures["early_stop_iteration"] == 5 * first).all()
    assert (result.measures["early_stop_test_accuracy"] == result.curves["test_accuracy"][[0, 1], first]).all()
    assert (result.measures["final_test_accuracy"] == result.curves["test_accuracy"][:, -1]).all()


@pytest.mark.parametrize("architecture", [LENET, RESNET], ids=["lenet", "resnet"])
def test_training_accuracy_at_early_stopping_is_that_of_the_weights_of_that_moment(architecture: networks.Architecture) -> None:
    weights, masks = toy_stack(architecture, 1)
    # It learns, until steps a thousand times as large undo it: no rounding moves the best moment there.
    recipe = dataclasses.replace(ADAM, learning_rate=0.003, iterations=60, evaluate_every=20, drops=(40,), drop_factor=1000.0)
    result = run(architecture, weights, masks, recipe)
    stop = int(result.measures["early_stop_iteration"][0])
    assert 0 < stop < 60, "a toy whose best moment lies inside the training is needed here"
    shorter = run(architecture, weights, masks, dataclasses.replace(recipe, iterations=stop, drops=()))
    for measure in ("train_accuracy", "train_loss"):
        assert result.measures[f"early_stop_{measure}"][0] == shorter.measures[f"final_{measure}"][0]


@pytest.mark.parametrize(("architecture", "recipe"), [(LENET, ADAM), (RESNET, SGD)], ids=["lenet", "resnet"])
def test_a_diverged_network_is_recorded_and_leaves_the_others_alone(architecture: networks.Architecture, recipe: Recipe) -> None:
    weights, masks = toy_stack(architecture, 2)
    broken = {name: value.copy() for name, value in weights.items()}
    broken["output.bias"][1] = np.inf
    result, healthy = run(architecture, broken, masks, recipe), run(architecture, weights, masks, recipe)
    assert result.measures["diverged"].tolist() == [False, True]
    assert equal(one(result.weights, 0), one(healthy.weights, 0))
    assert not result.measures["largest_pruned_weight"].any()


def test_flip_crop_is_that_of_torchvision() -> None:
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.integers(0, 256, (40, 3, 6, 9), np.uint8))
    shifts = np.stack([generator.integers(0, high, 40) for high in (2, 9, 9)], axis=1)
    shifts[:3, 1:] = [(0, 0), (8, 8), (4, 4)]
    assert torch.equal(batches.flipped_and_cropped(images, torch.from_numpy(shifts)), flipped_and_cropped(images, shifts))


@pytest.mark.parametrize("augmentation", ["none", "flip-crop"])
def test_batches_pass_over_every_example_once_an_epoch_and_drop_the_incomplete_last_batch(augmentation: Any) -> None:
    examples = dataclasses.replace(toy_sets().training, labels=torch.arange(EXAMPLES))
    drawn = batches.Batches(Draws(), 2, examples, dataclasses.replace(ADAM, augmentation=augmentation), CPU)
    epoch = torch.stack([drawn.at(step).labels for step in range(4)], dim=1).reshape(2, -1)
    assert [len(set(network.tolist())) for network in epoch] == [24, 24]
    assert epoch[0].tolist() == Draws().order(0, 0)[:24].tolist()
    assert drawn.at(4).labels[1].tolist() == Draws().order(1, 1)[:6].tolist()
    index = Draws().order(1, 1)[:6]
    plain = examples.images[index]
    expected = plain if augmentation == "none" else flipped_and_cropped(plain, Draws().shifts(1, 1)[:6])
    assert torch.equal(drawn.at(4).images[1], expected)


@pytest.mark.parametrize(("examples", "batch", "count"), [(55000, 60, 916), (45000, 60, 750), (45000, 64, 703), (45000, 128, 351)])
def test_an_epoch_has_as_many_steps_as_full_batches(examples: int, batch: int, count: int) -> None:
    some = batches.Examples(
        torch.zeros(examples, 1, dtype=torch.uint8), torch.zeros(examples, dtype=torch.int64), torch.tensor(0.0), torch.tensor(1.0)
    )
    assert batches.Batches(Draws(), 1, some, dataclasses.replace(ADAM, batch=batch), CPU).steps == count


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("can't allocate memory: you tried to allocate 1 bytes"),
        RuntimeError("could not create a primitive"),
        MemoryError(),
        torch.OutOfMemoryError(),
    ],
)
def test_too_little_memory_is_an_error_that_says_what_to_do(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise failure

    monkeypatch.setattr(training, "evaluate", fail)
    said = r"out of memory on cpu with 2 networks \(trials x repeats\) in a stack"
    for free, rest in (
        (LENET.memory + 1, "; about 1 would fit"),
        (2 * LENET.memory, ", which take"),
        (LENET.memory - 1, "; not even one fits"),
        (None, ", which take .* a lower `block`"),
    ):
        monkeypatch.setattr(training, "_free_memory", lambda free=free: free)
        with pytest.raises(ValueError, match=said + rest):
            run(LENET, *toy_stack(LENET, 2))
    monkeypatch.setattr(training.Loop, "advance", fail)
    with pytest.raises(ValueError, match="out of memory on cpu with 2 networks"):
        training.weights_at(3, stack_of(LENET, *toy_stack(LENET, 2)), device=CPU)


def test_another_failure_is_not_taken_for_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("another reason")

    monkeypatch.setattr(training, "evaluate", fail)
    with pytest.raises(RuntimeError, match="another reason"):
        run(LENET, *toy_stack(LENET, 2))


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (3, "about 2 would fit .3.00 GiB for one, 6.5 GiB free.: choose `block` .and repeats. so that block x repeats is no more"),
        (None, "not even one"),
    ],
)
def test_too_little_memory_on_a_gpu_is_an_error_that_says_how_many_networks_fit(used: int | None, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    advanced: list[int] = []

    class Fake:
        def __init__(self, stack: training.Stack, *_: object):
            self.architecture, self.sets, self.networks = stack.architecture, stack.sets, len(stack)
            self.layout, self.state = gradients.Layout(stack.architecture), training.State(0, torch.zeros(1), torch.zeros(1), {}, {})

        def advance(self, until: int) -> None:
            advanced.append(self.networks)
            if self.networks > 1 or used is None:
                raise torch.OutOfMemoryError

    allocated = iter([1, 2])  # GiB: the images take one, whatever the number of networks
    answers = {
        "mem_get_info": lambda *_: (int(7.5 * 2**30), 0),
        "memory_allocated": lambda *_: next(allocated) * 2**30,
        "max_memory_allocated": lambda *_: ((used or 0) + 2) * 2**30,
        "empty_cache": lambda: None,
        "reset_peak_memory_stats": lambda *_: None,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(torch.cuda, name, answer)
    monkeypatch.setattr(training, "Loop", Fake)
    monkeypatch.setattr(training, "evaluate", lambda *_: advanced.append(0))
    for kind in (batches.Examples, batches.Sets):
        monkeypatch.setattr(kind, "to", lambda self, device: self)
    with pytest.raises(ValueError, match=f"out of memory on cuda with 5 networks .trials x repeats. in a stack; {said}"):
        training.weights_at(3, stack_of(LENET, *toy_stack(LENET, 5)), device=torch.device("cuda"))
    assert advanced == ([5, 1, 0] if used else [5, 1]), "a step of all, then a step and an evaluation of one"


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux tells how much memory is free")
def test_the_free_memory_of_this_machine_is_found_and_a_limit_of_the_process_counts() -> None:
    hard = "r.getrlimit(r.RLIMIT_AS)[1]"
    script = f"import resource as r, lth.training as t; print(t._free_memory()); r.setrlimit(r.RLIMIT_AS, (1, {hard})); print(t._free_memory())"
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    free, none = map(int, done.stdout.split())
    assert free > 1 << 20
    assert none == 0


def most_memory() -> int:
    """Bytes of memory that this process has had at most. (What `getrusage` says begins with that of the process that started this one.)"""
    return 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how much memory a process has had")
def test_a_network_of_a_stack_takes_no_more_memory_than_is_said() -> None:
    conv = "networks.conv(networks.Conv('', 'glorot-normal', NO_DROPOUT), (3, 32, 32), 5, widths=(64,))"
    peaks: list[int] = []
    for count in (1, 5):
        script = f"from test_training import *; n = {conv}; run(n, *toy_stack(n, {count}), sets=toy_sets(32)); print(n.memory, most_memory())"
        folders = {"cwd": Path(__file__).parent, "env": os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}}
        done = subprocess.run([sys.executable, "-c", script], **folders, capture_output=True, text=True, check=True)
        said, peak = map(int, done.stdout.split())
        peaks.append(peak)
    assert said // 3 < (peaks[1] - peaks[0]) / 4 <= said


def test_an_unknown_optimizer_is_refused() -> None:
    with pytest.raises(
        ValueError, match=f"recipe.optimizer: unknown optimizer 'adma'; did you mean 'adam'. legal: {', '.join(optimizers.OPTIMIZERS)}"
    ):
        run(LENET, *toy_stack(LENET, 1), dataclasses.replace(ADAM, optimizer="adma"))


def test_an_unknown_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="--device cuda: no GPU found; take cpu or auto"):
        training.pick_device("cuda")
    assert training.pick_device("auto") == CPU
