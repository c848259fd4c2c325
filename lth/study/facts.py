"""Numbers of experiments that are known before anything is trained."""

from typing import Any

from lth import settings
from lth.networks.architecture import Parameter
from lth.settings import expected, unknown
from lth.study.catalog import Config

WEIGHTS = "weights"  # a key; with a class of layers or the name of one behind it, of these


def fact(config: Config, experiment: str, key: str, where: str) -> float:
    """A number that is known before an experiment is run: of its weights, or a setting of it.

    Raises ValueError where there is no such number.
    """
    found = config.experiments[experiment]
    kind, _, part = key.partition(".")
    if kind == WEIGHTS:
        weights = found.architecture(config.datasets).weights
        sizes = [item.size for item in weights if part in ("", item.layer, _layer(item))]
        if not sizes:
            raise unknown(where, f"layers of {experiment}", part, map(_layer, weights))
        return float(sum(sizes))
    value: Any = settings.plain(found)
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise expected(where, f"a number among the settings of {experiment}", key)
    return float(value)


def _layer(weight: Parameter) -> str:
    return weight.name.removesuffix(".weight")
