"""Which engine trains a network."""

import sys

import pytest
from stacks import ADAM, NO_DROPOUT, SGD, changed

from lth.networks.conv import Conv2
from lth.networks.lenet import Lenet
from lth.settings import Settings
from lth.training.engines import picking
from lth.training.engines.engine import Engine
from lth.training.recipe import Recipe

LENET = Lenet(initialization="glorot-normal", hidden=(20, 12), dropout=NO_DROPOUT)
CONV = Conv2(initialization="glorot-normal", dropout=NO_DROPOUT)
CROPPED = changed(ADAM, augmentation="flip-crop")


def pick(
    name: str = "auto",
    network: Lenet | Conv2 = LENET,
    recipe: Recipe = ADAM,
    device: str = "auto",
    threads: int = 1,
) -> Engine:
    return picking.pick(name, network, recipe, device, threads)


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_the_sparse_engine_trains_fully_connected_networks(device: str) -> None:
    assert pick(device=device).NAME == "sparse"
    assert pick(recipe=changed(SGD, augmentation="none")).NAME == "sparse"


def test_others_are_trained_by_torch() -> None:
    assert pick(network=CONV).NAME == "torch"
    assert pick(recipe=CROPPED).NAME == "torch"
    assert pick("torch").NAME == "torch"


def test_so_it_is_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    pick(network=CONV)
    pick(recipe=CROPPED)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("network", "recipe", "device", "why"),
    [
        (CONV, ADAM, "auto", "conv-2 has layers that are not fully connected"),
        (LENET, CROPPED, "auto", "it has no augmentation, and the recipe has flip-crop"),
        (LENET, ADAM, "cuda", "it trains on a CPU, not on cuda"),
    ],
)
def test_what_the_sparse_engine_cannot_train_is_refused(
    network: Lenet | Conv2, recipe: Recipe, device: str, why: str
) -> None:
    with pytest.raises(ValueError, match=f"--engine sparse: {why}; take torch or auto"):
        pick("sparse", network, recipe, device)


def test_an_optimizer_that_it_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizers = __import__("lth.training.optimizers.choices", fromlist=["OPTIMIZERS"]).OPTIMIZERS
    monkeypatch.setitem(optimizers, "lion", optimizers["sgd"])
    recipe = changed(ADAM, optimizer="lion")
    assert pick(recipe=recipe).NAME == "torch"
    with pytest.raises(ValueError, match="--engine sparse: it knows adam and sgd, not lion"):
        pick("sparse", recipe=recipe)


@pytest.fixture
def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("lth.training.sparse")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "numba"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)


@pytest.mark.usefixtures("without_numba")
def test_without_numba_torch_goes_on_and_a_line_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert pick().NAME == "torch"
    said = capsys.readouterr().out
    why = "numba does not work here: import of numba halted"
    assert said.startswith(f"warning: not trained by the sparse engine: {why}")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("without_numba")
def test_without_numba_the_sparse_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="--engine sparse: numba does not work here: import of"):
        pick("sparse")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="--engine: unknown engine 'jax'; legal: sparse, torch"):
        pick("jax")


def test_only_engines_that_may_train_a_network_count_for_it() -> None:
    def names(network: Settings) -> list[str]:
        assert isinstance(network, (Lenet, Conv2))
        return [engine.NAME for engine in picking.engines_for(network)]

    assert names(LENET) == ["sparse", "torch"]
    assert names(CONV) == ["torch"]
