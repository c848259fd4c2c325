"""Which engine trains a network."""

from lth.networks.architecture import Network
from lth.settings import tag_of, unknown
from lth.training.engines.choices import ENGINES
from lth.training.engines.engine import Engine
from lth.training.recipe import Recipe


def engines_for(network: Network) -> tuple[type[Engine], ...]:
    """The engines that may train such networks. Only their code counts in the keys of runs."""
    return tuple(engine for engine in ENGINES.values() if _suits(engine, network))


def pick(name: str, network: Network, recipe: Recipe, device: str, threads: int) -> Engine:
    """The engine of a name. `auto` is the first of those that can train the network.

    Raises ValueError where the engine cannot train it. With `auto`, a line tells where an engine
    that could is broken.
    """
    if name != "auto":
        return _named(name, network, recipe, device)(recipe, device, threads)
    for engine in engines_for(network):
        if not engine.refusal(recipe, device):
            if not (fault := engine.broken()):
                return engine(recipe, device, threads)
            print(f"warning: not trained by the {engine.NAME} engine: {fault}", flush=True)
    raise ValueError("--engine auto: no engine can train this network by this recipe")


def _named(name: str, network: Network, recipe: Recipe, device: str) -> type[Engine]:
    if name not in ENGINES:
        raise unknown("--engine", "engine", name, ENGINES)
    engine = ENGINES[name]
    if not _suits(engine, network):
        layers = f"{tag_of(type(network))} has layers that are not fully connected"
        raise ValueError(f"--engine {name}: {layers}; take torch or auto")
    if why := engine.refusal(recipe, device) or engine.broken():
        raise ValueError(f"--engine {name}: {why}; take torch or auto")
    return engine


def _suits(engine: type[Engine], network: Network) -> bool:
    return not engine.FULLY_CONNECTED or network.fully_connected() is not None
