"""Keys say what a file was made from, streams what a number was drawn from, and the ladder keeps both readable: who may import whom."""

import ast
import functools
import graphlib
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from lth import code, keys, seeds

RUNGS: list[set[str]] = [
    {"settings", "seeds", "keys", "code", "atomic", "places", "texts", "terminal"},
    {
        "archives",
        "origins",
        "contents",
        "images",
        "datasets",
        "networks",
        "passes",
        "batches",
        "gradients",
        "optimizers",
        "pruning",
        "tickets",
        "strategies",
        "appearance",
    },
    {"training", "experiment", "config"},
    {"store", "study"},
    {"tables"},
    {"figures"},
    {"verbs", "cli", "__main__"},
]


def modules() -> list[str]:
    files = [path.relative_to(code.PACKAGE).with_suffix("") for path in code.PACKAGE.rglob("*.py")]
    return sorted(".".join(path.parts) for path in files if path.name != "__init__")


def rung(module: str) -> int:
    places = [number for number, names in enumerate(RUNGS) if module.split(".")[0] in names]
    assert len(places) == 1, f"give {module} a rung of the ladder"
    return places[0]


@functools.cache
def parsed(module: str) -> ast.Module:
    return ast.parse(code.PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))


def imports(module: str, *, module_level: bool = False) -> set[str]:
    """Everything that a module imports, as dotted names; `from a import b` counts as a.b."""
    found: set[str] = set()
    for node in parsed(module).body if module_level else ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively, which keys do not follow"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def lth_imports(module: str) -> set[str]:
    return {other for other in modules() for name in imports(module) if f"{name}.".startswith(f"lth.{other}.")}


def importers(package: str, *, module_level: bool = False) -> set[str]:
    return {module for module in modules() if any(name.split(".")[0] == package for name in imports(module, module_level=module_level))}


# The ladder


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_from_its_own_rung_of_the_ladder_or_lower(module: str) -> None:
    assert {other for other in lth_imports(module) if rung(other) > rung(module)} == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter({module: lth_imports(module) for module in modules()}).prepare()


@pytest.mark.parametrize(
    ("package", "owners", "module_level"),
    [
        ("matplotlib", {"figures"}, False),
        ("h5py", {"store"}, False),
        ("torch", {"batches", "gradients", "passes", "training", "verbs.train", "verbs.rewind"}, True),
        ("torchvision", set(), True),
        ("sklearn", set(), True),
        ("snakemake", set(), False),
        ("dvc", set(), False),
    ],
)
def test_each_heavy_package_has_its_owners(package: str, owners: set[str], module_level: bool) -> None:
    assert importers(package, module_level=module_level) == owners


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("lth.study", ("torch", "matplotlib", "h5py", "sklearn")),
        ("lth.config", ("torch", "matplotlib", "h5py", "sklearn")),
        ("lth.verbs.prune", ("torch", "matplotlib", "sklearn")),
        ("lth.cli", ("torch", "matplotlib", "h5py", "numpy")),
    ],
)
def test_planning_and_pruning_load_no_heavy_package(module: str, absent: tuple[str, ...]) -> None:
    assert not loaded(module) & set(absent)


def loaded(module: str) -> set[str]:
    """The modules that a fresh Python has loaded after importing one."""
    script = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", script], cwd=code.PACKAGE.parent, capture_output=True, text=True, check=True)
    return set(json.loads(process.stdout))


# Keys


def test_canonical_text_does_not_depend_on_the_order_of_a_mapping() -> None:
    first, second = {"b": [1, 2.5], "a": {"d": "θ", "c": None}}, {"a": {"c": None, "d": "θ"}, "b": [1, 2.5]}
    assert keys.canonical(first) == keys.canonical(second) == '{"a":{"c":null,"d":"θ"},"b":[1,2.5]}'
    assert keys.canonical([1, 2]) != keys.canonical([2, 1])


def test_nan_has_no_canonical_text() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        keys.canonical({"a": float("nan")})


def test_a_key_is_24_hex_digits_and_depends_on_each_of_its_parts() -> None:
    parts = ("mask", {"rate": 0.2}, "code", {"mask": ["a"], "weights": ["b"]})
    others = [
        ("run", *parts[1:]),
        (parts[0], {"rate": 0.3}, *parts[2:]),
        (*parts[:2], "edited", parts[3]),
        (*parts[:3], {"mask": ["b"], "weights": ["a"]}),
        (*parts[:3], {"mask": ["a", "b"]}),
    ]
    found = [keys.key(*item) for item in (parts, *others)]
    assert len(set(found)) == len(found)
    assert re.fullmatch("[0-9a-f]{24}", found[0])
    assert keys.key("mask", {"rate": 0.2}, "code", {"weights": ("b",), "mask": ("a",)}) == found[0]


# Streams


def test_equal_addresses_give_equal_bits_in_whatever_order_they_are_opened() -> None:
    def draw(trial: int) -> list[float]:
        return seeds.stream(1, "initialization", trial=trial, parameter="fc1.weight").standard_normal(4).tolist()

    upward, downward = [draw(trial) for trial in range(3)], [draw(trial) for trial in reversed(range(3))]
    assert upward == downward[::-1]
    assert seeds.stream(1, "split", a=1, b=2).random() == seeds.stream(1, "split", b=2, a=1).random()


def test_addresses_that_differ_anywhere_give_other_bits() -> None:
    streams = [
        seeds.stream(1, "initialization", trial=0, parameter="fc1.weight"),
        seeds.stream(0, "initialization", trial=0, parameter="fc1.weight"),
        seeds.stream(1, "reinitialization", trial=0, parameter="fc1.weight"),
        seeds.stream(1, "initialization", trial=1, parameter="fc1.weight"),
        seeds.stream(1, "initialization", trial=0, parameter="fc2.weight"),
        seeds.stream(1, "initialization", trial=0, parameter="fc1.weight", round=0),
        seeds.stream(1, "initialization", trial=0),
    ]
    assert len({stream.bit_generator.random_raw() for stream in streams}) == len(streams)


def test_streams_touch_no_global_randomness() -> None:
    np.random.seed(5)
    first = np.random.random()
    np.random.seed(5)
    seeds.stream(1, "split").random(10)
    assert np.random.random() == first


def test_the_bits_of_an_address_never_change() -> None:
    """Other numbers here mean that no published result can be made again."""
    assert seeds.stream(0, "split").bit_generator.random_raw(2).tolist() == [12229929852851920008, 15181778236169308206]
    assert seeds.stream(0, "split").permutation(8).tolist() == [4, 2, 7, 5, 3, 1, 6, 0]
    assert seeds.stream(1, "initialization", trial=0, parameter="fc1.weight").standard_normal() == -0.4668216779220639
