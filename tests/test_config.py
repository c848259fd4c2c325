"""params.yaml and the catalog: what they amount to, and that every fault is refused before the first job, in one line."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import TOP, Project

from lth import config, places
from lth.places import Line
from lth.strategies import Oneshot
from lth.study import Study

CATALOG_ENTRIES = sorted(name for file in (TOP / config.CATALOG).glob("*.yaml") for name in yaml.safe_load(file.read_text()).get("experiments", {}))
DIGITS = "experiments.digits"
REWIND = {"scope": "layer", "rounds": 2, "rates": {"hidden": 0.2, "output": 0.1}, "iteration": 100, "branches": {"ticket": 1}}
RANDOM = {"like": "iterative", "rounds": 12, "branches": {"reinit": 1}}


def refused(project: Project, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        project.read()
    assert "\n" not in str(caught.value)


def test_the_catalog_has_lenet_exactly_as_the_paper_trains_it(project: Project) -> None:
    project.set("experiments.paper", {"extends": "lenet"})
    lenet = project.read().experiments["paper"]
    assert (lenet.dataset, lenet.validation) == ("mnist", 5000)
    assert (lenet.network.name, lenet.network.hidden, lenet.network.initialization) == ("lenet", (300, 100), "glorot-normal")
    recipe = lenet.recipe
    assert (recipe.optimizer, recipe.learning_rate, recipe.batch, recipe.iterations, recipe.evaluate_every) == ("adam", 0.0012, 60, 50_000, 100)
    assert (recipe.momentum, recipe.weight_decay, recipe.warmup, recipe.drops, recipe.augmentation) == (0, 0, 0, (), "none")
    assert lenet.strategies["iterative"].rates == {"hidden": 0.2, "output": 0.1}


@pytest.mark.parametrize(
    ("entry", "batch", "iterations", "rate", "warmup", "drops", "rates", "dropout"),
    [
        ("conv-2", 60, 20_000, 2e-4, 0, (), {"convolution": 0.1, "hidden": 0.2, "output": 0.1}, 0),
        ("conv-4", 60, 25_000, 3e-4, 0, (), {"convolution": 0.1, "hidden": 0.2, "output": 0.1}, 0),
        ("conv-6", 60, 30_000, 3e-4, 0, (), {"convolution": 0.15, "hidden": 0.2, "output": 0.1}, 0),
        ("conv-2-dropout", 60, 60_000, 3e-4, 0, (), {"convolution": 0.1, "hidden": 0.2, "output": 0.1}, 0.5),
        ("conv-4-dropout", 60, 75_000, 2e-4, 0, (), {"convolution": 0.1, "hidden": 0.2, "output": 0.1}, 0.5),
        ("conv-6-dropout", 60, 90_000, 2e-4, 0, (), {"convolution": 0.15, "hidden": 0.2, "output": 0.1}, 0.5),
        ("resnet-18", 128, 30_000, 0.03, 20_000, (20_000, 25_000), {"convolution": 0.2, "output": 0}, None),
        ("resnet-18-high", 128, 30_000, 0.1, 0, (20_000, 25_000), {"convolution": 0.2, "output": 0}, None),
        ("resnet-18-low", 128, 30_000, 0.01, 0, (20_000, 25_000), {"convolution": 0.2, "output": 0}, None),
        ("vgg-19", 64, 112_480, 0.1, 10_000, (56_240, 84_360), {"convolution": 0.2, "output": 0}, None),
        ("vgg-19-high", 64, 112_480, 0.1, 0, (56_240, 84_360), {"convolution": 0.2, "output": 0}, None),
        ("vgg-19-low", 64, 112_480, 0.01, 0, (56_240, 84_360), {"convolution": 0.2, "output": 0}, None),
    ],
)
def test_the_catalog_has_the_networks_on_cifar_10_as_the_paper_trains_them(
    project: Project, entry: str, batch: int, iterations: int, rate: float, warmup: int, drops: tuple[int, ...], rates: Any, dropout: float | None
) -> None:
    project.set("experiments.paper", {"extends": entry})
    found = project.read().experiments["paper"]
    recipe, strategy = found.recipe, found.strategies["iterative"]
    assert (found.dataset, found.validation, found.trials) == ("cifar-10", 5000, 5 if entry.startswith("conv") else 3)
    assert (recipe.batch, recipe.iterations, recipe.learning_rate, recipe.warmup, recipe.drops) == (batch, iterations, rate, warmup, drops)
    assert strategy.rates == rates
    large = dropout is None
    assert strategy.scope == ("global" if large else "layer")
    assert (recipe.optimizer, recipe.momentum, recipe.weight_decay) == (("sgd", 0.9, 0.0001) if large else ("adam", 0, 0))
    assert recipe.augmentation == ("flip-crop" if large else "none")
    assert found.moments == {"resnet": (10_000, 20_000, 30_000), "vgg-19": (30_000, 60_000, 112_000)}.get(entry[:6], ())
    assert strategy.branches == {"ticket": 1, "reinit": 1 if large else 3}
    assert strategy.rounds == {"resnet": 15, "vgg-19": 20, "conv-2": 20}.get(entry[:6], 24), "below 2 % for the Conv networks"
    assert (found.network.initialization, recipe.evaluate_every, recipe.drop_factor) == ("glorot-normal", 100, 0.1)
    assert large or found.network.dropout.rate == dropout


def test_the_catalog_has_the_other_strategies_and_controls_of_the_paper(project: Project) -> None:
    names = ["resnet-18-layerwise", "vgg-19-layerwise", "resnet-18-rewind", "lenet-sgd", "lenet-controls", "lenet-oneshot", "lenet-strategies"]
    for name in names:
        project.set(f"experiments.{name}", {"extends": name})
    found = project.read().experiments
    assert [found[name].strategies["iterative"].scope for name in names[:2]] == ["layer", "layer"]
    assert (found["resnet-18-rewind"].strategies["rewind"].iteration, found["resnet-18-rewind"].recipe.learning_rate) == (500, 0.1)
    assert (found["lenet-sgd"].recipe.optimizer, found["lenet-sgd"].recipe.learning_rate) == ("sgd", 0.8)
    noises = {"noise-0.5": 1, "noise-1": 1, "noise-2": 1, "noise-3": 1}
    assert found["lenet-controls"].strategies["iterative"].branches == {"ticket": 1, "reinit": 3, "resample": 3, "shuffle": 1} | noises
    once = found["lenet-oneshot"].strategies["oneshot"].rates
    assert all(rates["output"] == rates["hidden"] / 2 for rates in once)
    assert {0.05, 0.325, 0.825, 0.95} <= {rates["hidden"] for rates in once}
    assert found["lenet-strategies"].strategies.keys() == {"iterative", "continued", "early", "random"}


def test_the_study_of_the_project_is_a_study() -> None:
    study = config.read(TOP / "params.yaml", TOP / config.CATALOG)
    assert "digits" in study.experiments
    assert all(name in study.figures for experiment in study.experiments.values() for name in experiment.figures)


@pytest.mark.parametrize("entry", CATALOG_ENTRIES)
def test_every_catalog_entry_can_be_run_as_it_stands(project: Project, entry: str) -> None:
    project.set("experiments", {"it": {"extends": entry}})
    assert project.read().experiments["it"].figures


def test_mappings_merge_key_by_key_and_lists_replace(project: Project) -> None:
    before = project.read().experiments["digits"]
    project.set(f"{DIGITS}.strategies.iterative.rates", {"hidden": 0.3})
    project.set(f"{DIGITS}.network.hidden", [40])
    after = project.read().experiments["digits"]
    assert after.strategies["iterative"].rates == {"hidden": 0.3, "output": 0.1}
    assert after.network.hidden == (40,)
    assert after.recipe == before.recipe


def test_null_removes_an_inherited_key(project: Project) -> None:
    dense = [["dense/round-0/ticket"]]
    project.set("experiments.once", {"extends": "lenet-oneshot", "strategies": {"iterative": None}, "curves": {"panels": dense}})
    strategies = project.read().experiments["once"].strategies
    assert list(strategies) == ["oneshot"]
    assert isinstance(strategies["oneshot"], Oneshot)
    project.set(f"{DIGITS}.recipe.batch", None)
    refused(project, "experiments.digits.recipe: missing key 'batch'; it needs optimizer, learning_rate, momentum, weight_decay, warmup, drops,")


def test_an_experiment_may_stand_complete_without_a_catalog_entry(project: Project) -> None:
    entries = yaml.safe_load((project.catalog / "lenet.yaml").read_text())["experiments"]
    project.set("experiments", {"own": entries["lenet"]})
    own = project.read().experiments["own"]
    project.set("experiments", {"own": {"extends": "lenet"}})
    assert project.read().experiments["own"] == own


def test_a_line_of_a_figure_reads_as_it_is_written() -> None:
    line = places.line_of("iterative/round-12/reinit")
    assert line == Line("iterative", 12, "reinit")
    assert places.line_of("a-strategy/round-1/noise-0.5") == Line("a-strategy", 1, "noise-0.5")
    assert places.line_of("iterative/12/reinit") is None


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("stile", {}, "params.yaml: unknown key 'stile'; did you mean 'style'? legal: experiments, style"),
        ("style.colours", {}, "style: unknown key 'colours'; did you mean 'colors'? legal: colors, dpi, font, height, width"),
        ("style.colors.ticket", "bleu", "style.colors.ticket: expected tab:blue and so on, C0 to C9, #rrggbb or one of black blue brown"),
        ("style.dpi", 10, "style.dpi: expected a number in [20, 1200], got 10"),
        ("style.width", 0, "style.width: expected a number in (0, 40], got 0"),
        ("style.height", 41, "style.height: expected a number in (0, 40], got 41"),
        ("style", {"width": 6, "height": 3, "font": 9, "dpi": 1200, "colors": {}}, "style.width: expected at most 6,000 dots, got 6 inches of 1200"),
        ("experiments", [], "params.yaml: experiments: expected a mapping, got []"),
        ("experiments", {}, "params.yaml: experiments: expected at least one; the catalog has conv-2, "),
        ("experiments.Digits_1", {"extends": "lenet"}, "experiments.Digits_1: expected a name of lower-case letters and digits, joined by '-'"),
        ("experiments.digits", None, "experiments.digits: expected a mapping such as {extends: NAME}, got None"),
    ],
)
def test_a_fault_of_the_params_is_refused_with_its_key_and_what_is_legal(project: Project, key: str, value: Any, message: str) -> None:
    project.set(key, value)
    refused(project, message)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("extends", "lenet-digit", ".extends: unknown catalog entry 'lenet-digit'; did you mean 'lenet-digits'?"),
        ("extends", None, ".extends: unknown catalog entry None"),
        ("recipie", {}, ": unknown key 'recipie'; did you mean 'recipe'?"),
        ("recipe.learning_rat", 0.1, ".recipe: unknown key 'learning_rat'; did you mean 'learning_rate'? legal: augmentation,"),
        ("recipe.learning_rate", 0, ".recipe.learning_rate: expected a number above 0, got 0"),
        ("recipe.learning_rate", "0.1", ".recipe.learning_rate: expected a number, got '0.1'"),
        ("recipe.iterations", 100.0, ".recipe.iterations: expected a whole number, got 100.0"),
        ("recipe.batch", 0, ".recipe.batch: expected a number at least 1, got 0"),
        ("recipe.batch", True, ".recipe.batch: expected a whole number, got True"),
        ("validation", 0, ".validation: expected a number at least 1, got 0"),
        ("recipe.evaluate_every", 1501, ".recipe.evaluate_every: expected at most the 1500 iterations, got 1501"),
        ("recipe.warmup", 1501, ".recipe.warmup: expected at most the 1500 iterations, got 1501"),
        ("moments", [1501], ".moments: expected multiples of 20 up to the last, 1500 (when networks are evaluated), got 1501"),
        ("moments", [30], ".moments: expected multiples of 20 up to the last, 1500 (when networks are evaluated), got 30"),
        ("network", {"name": "vgg-19", "hidden": None, "dropout": None}, ".network.name: expected images of at least 16x16 for vgg-19, which halves"),
        ("network.dropout.after", ["fc"], ".network.dropout.after[0]: unknown value 'fc'; legal: hidden, pooling"),
        ("recipe.optimizer", "adamm", ".recipe.optimizer: unknown optimizer 'adamm'; did you mean 'adam'? legal: adam, sgd"),
        ("recipe.data_order", "often", ".recipe.data_order: unknown value 'often'; legal: fresh, shared"),
        ("seed", -1, ".seed: expected a number at least 0, got -1"),
        ("trials", 0, ".trials: expected a number in [1, 10000], got 0"),
        ("block", 2.5, ".block: expected a whole number, got 2.5"),
        ("dataset", "mnits", ".dataset: unknown dataset 'mnits'; did you mean 'mnist'? legal: cifar-10,"),
        ("dataset", 3, ".dataset: expected text, got 3"),
        ("network.name", "lennet", ".network.name: unknown network 'lennet'; did you mean 'lenet'? legal: conv-2,"),
        ("network.hiden", [3], ".network: unknown key 'hiden'; did you mean 'hidden'?"),
        ("network.hidden", [300, 0], ".network.hidden[1]: expected a number at least 1, got 0"),
        ("network.hidden", 300, ".network.hidden: expected a list, got 300"),
        ("network.initialization", "glorot", ".network.initialization: unknown initialization 'glorot'; did you mean 'glorot-normal'?"),
        ("strategies", None, ": missing key 'strategies'"),
        ("strategies", [], ".strategies: expected a mapping, got []"),
        ("strategies.iterative", None, ".strategies: expected at least one of iterative, continued, oneshot, early, random, rewind"),
        ("strategies.iterativ", {}, ".strategies.iterativ: unknown strategy 'iterativ'; did you mean 'iterative'?"),
        ("strategies.iterative.round", 3, ".strategies.iterative: unknown key 'round'; did you mean 'rounds'?"),
        ("strategies.iterative.rounds", 0, ".strategies.iterative.rounds: expected a number in [1, 100], got 0"),
        ("strategies.iterative.rates", 0.2, ".strategies.iterative.rates: expected a mapping, got 0.2"),
        ("strategies.iterative.rates.hidden", 1.0, ".strategies.iterative.rates.hidden: expected a number in [0, 1), got 1.0"),
        ("strategies.iterative.rates.output", -0.1, ".strategies.iterative.rates.output: expected a number in [0, 1), got -0.1"),
        ("strategies.iterative.rates.ouput", 0.1, ".strategies.iterative.rates: unknown class of layers of lenet 'ouput'; did you mean 'output'?"),
        (
            "strategies.iterative.rates.convolution",
            0.1,
            ".strategies.iterative.rates: unknown class of layers of lenet 'convolution'; legal:",
        ),
        ("strategies.iterative.rates.hidden", None, ".strategies.iterative.rates: missing key 'hidden'; lenet has the classes hidden, output"),
        (
            "strategies.iterative.scope",
            "globally",
            ".strategies.iterative.scope: unknown scope 'globally'; did you mean 'global'? legal: global, layer",
        ),
        ("strategies.iterative.scope", "global", ".strategies.iterative.rates: expected one rate for all layers that are pruned together"),
        (
            "strategies.iterative.branches.noise",
            1,
            ".strategies.iterative.branches: expected noise-NUMBER, above 0 and a plain decimal such as noise-0.5, got",
        ),
        ("strategies.iterative.branches.search", 1, ".strategies.iterative.branches: unknown branch 'search'; legal: noise, reinit, resample,"),
        ("strategies.iterative.scope", "random", ".strategies.iterative.scope: unknown scope 'random'"),
        ("strategies.random", RANDOM | {"like": "random"}, ".strategies.random: its round 1 is made from random/round-1"),
        ("network.dropout", {"rate": 0.5, "after": []}, ".network.dropout.after: expected hidden for this network, got none"),
        ("network.dropout", {"rate": 0.5, "after": ["pooling"]}, ".network.dropout.after: expected hidden for this network, got pooling"),
        (
            "strategies.iterative.branches",
            {"ticket": 1, "noise-0.50": 1},
            ".strategies.iterative.branches: expected noise-NUMBER, above 0 and a plain decimal such as",
        ),
        ("moments", [40, 20], ".moments: expected rising iterations, got [40, 20]"),
        ("recipe.drops", [20, 20], ".recipe.drops: expected rising iterations below 1500, got [20, 20]"),
        ("network.name", ["lenet"], ".network.name: unknown network ['lenet']; did you mean 'lenet'?"),
        ("network.name", {"lenet": 1}, ".network.name: unknown network {'lenet': 1}"),
        (
            "strategies.oneshot",
            {"scope": "random", "rates": [{}], "branches": {"ticket": 1}},
            ".strategies.oneshot.scope: unknown scope 'random'; legal: global, layer",
        ),
        (
            "strategies.early",
            {"scope": "random", "rounds": 1, "rates": {}, "branches": {"ticket": 1}},
            ".strategies.early.scope: unknown scope 'random'; legal: global, layer",
        ),
        ("strategies.rewind", REWIND | {"iteration": 1500}, ".strategies.rewind.iteration: expected an iteration below the 1500 of the recipe"),
        ("strategies.rewind", REWIND | {"iteration": -1}, ".strategies.rewind.iteration: expected a number at least 0, got -1"),
        (
            "strategies.random",
            RANDOM | {"like": "early"},
            ".strategies.random: its round 1 is made from early/round-1, and the strategies are",
        ),
        (
            "strategies.random",
            RANDOM | {"rounds": 13},
            ".strategies.random: its round 13 is made from iterative/round-13, and the strategies are",
        ),
        ("strategies.random", RANDOM | {"branches": {}}, ".strategies.random.branches: expected at least one of ticket, reinit,"),
        ("strategies.iterative.branches.reinitt", 1, ".strategies.iterative.branches: unknown branch 'reinitt'; did you mean 'reinit'?"),
        ("strategies.iterative.branches.reinit", 0, ".strategies.iterative.branches.reinit: expected a number in [1, 10000], got 0"),
        ("strategies.iterative.branches.reinit", True, ".strategies.iterative.branches.reinit: expected a whole number, got True"),
        ("strategies.iterative.branches.ticket", None, ".strategies: expected a strategy with the branch 'ticket' (others are compared with it)"),
        (
            "strategies.oneshot",
            {"scope": "layer", "rates": [], "branches": {"ticket": 1}},
            ".strategies.oneshot.rates: expected at least one, got an empty list",
        ),
        ("figures", ["early-stoping"], ".figures: unknown figure 'early-stoping'; did you mean 'early-stopping'?"),
        (
            "curves.panels",
            [["iterative-3"]],
            ".curves.panels[0]: expected a line such as dense/round-0/ticket or iterative/round-3/reinit, got",
        ),
        ("curves.panels", [["iterative/round-03/ticket"]], ".curves.panels[0]: expected a line such as dense/round-0/ticket"),
        (
            "curves.panels",
            [["dense/round-0/ticket"], ["iterative/round-13/ticket"]],
            ".curves.panels[1]: 'iterative/round-13/ticket' is not trained",
        ),
        (
            "curves.panels",
            [["oneshot/round-1/ticket"]],
            ".curves.panels[0]: 'oneshot/round-1/ticket' is not trained; choose other lines there, or other `figures`. The strategies are",
        ),
        ("curves.panels", [["dense/round-1/ticket"]], ".curves.panels[0]: 'dense/round-1/ticket' is not trained"),
        ("curves.panels", [["iterative/round-0/ticket"]], ".curves.panels[0]: 'iterative/round-0/ticket' is not trained"),
        (
            "curves.panels",
            [["iterative/round-1/noise"]],
            ".curves.panels[0]: 'iterative/round-1/noise' is not trained",
        ),
    ],
)
def test_a_fault_of_an_experiment_is_refused_with_its_dotted_key_and_what_is_legal(project: Project, key: str, value: Any, message: str) -> None:
    project.set(f"experiments.digits.{key}", value)
    refused(project, f"experiments.digits{message}")


def test_a_batch_may_be_as_large_as_the_training_set_and_no_larger(project: Project) -> None:
    project.set("experiments.digits.recipe.batch", 1200)
    assert project.read().experiments["digits"].recipe.batch == 1200
    project.set("experiments.digits.recipe.batch", 1201)
    refused(project, "experiments.digits.recipe.batch: expected at most 1200, the examples that 200 for validation leave, got 1201")


@pytest.mark.parametrize(
    ("pattern", "text", "message"),
    [
        (
            r"learning_rate: 0\.0012",
            "learning_rate: 3e-1",
            "'3e-1' is read differently by YAML 1.1 and by YAML 1.2 (DVC); write a plain decimal such as",
        ),
        (r"trials: 5", "trials: 010", "'010' is read differently by YAML 1.1 and by YAML 1.2 (DVC)"),
        (r"trials: 5", "trials: 0b101", "'0b101' is read differently"),
        (r"trials: 5", "trials: -0x1F", "'-0x1F' is read differently"),
        (r"trials: 5", "trials: 1_0", "'1_0' is read differently"),
        (r"trials: 5", "trials: 1:30", "'1:30' is read differently"),
        (r"trials: 5", "trials: yes", "'yes' is read differently by YAML 1.1 and by YAML 1.2 (DVC); write true or false"),
        (r"iterations: 1500", "iterations: 1500\n      iterations: 2000", "key 'iterations' stands twice; remove one"),
        (r"trials: 5", "trials: [5", "not valid YAML: while parsing a flow sequence"),
        (r"trials: 5", "trials: {{five: 5}}", "expected text as a key"),
    ],
)
def test_text_that_is_no_clear_yaml_is_refused_with_the_file(project: Project, pattern: str, text: str, message: str) -> None:
    project.edit(rf"\b{pattern}\b", text)
    refused(project, message)
    refused(project, f"{project.params}: ")


# Hostile and broken files


BILLION = 10**9
ITERATIVE = "strategies.iterative"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("trials", BILLION, ".trials: expected a number in [1, 10000], got 1000000000"),
        (f"{ITERATIVE}.rounds", BILLION, f".{ITERATIVE}.rounds: expected a number in [1, 100], got 1000000000"),
        ("strategies.random", RANDOM | {"rounds": BILLION}, ".strategies.random.rounds: expected a number in [1, 100]"),
        (f"{ITERATIVE}.branches.reinit", BILLION, f".{ITERATIVE}.branches.reinit: expected a number in [1, 10000]"),
        ("recipe.iterations", BILLION, ".recipe.iterations: expected a number in [1, 1e+08], got 1000000000"),
        (
            "recipe",
            {"iterations": 10**8, "evaluate_every": 1},
            ".recipe.evaluate_every: expected at least 1000 (100,000 evaluations), got 1",
        ),
        ("network.hidden", [BILLION], ".network: expected at most 1,000,000,000 weights and other values, got 75,000,000,010 (digits)"),
        ("network.hidden", [1] * 101, ".network.hidden: expected at most 100 layers, got 101 (digits)"),
        ("validation", BILLION, ".validation: expected fewer than 1400, "),
        ("recipe.batch", BILLION, ".recipe.batch: expected at most 1200, "),
        ("moments", [BILLION], ".moments: expected multiples of 20 up to the last, 1500 (when networks are evaluated), got 1000000000"),
        ("curves.panels", [["dense/round-" + "9" * 5000 + "/ticket"]], ".curves.panels[0]: expected a line such as dense/round-0/ticket"),
        (f"{ITERATIVE}.branches.noise-{'9' * 5000}", 1, f".{ITERATIVE}.branches: expected noise-NUMBER, above 0 and a plain decimal"),
        ("figures", ["x" * 100_000], f".figures: unknown figure '{'x' * 199}...; legal: "),
        ("recipe.batch", [0] * 10_000, f".recipe.batch: expected a whole number, got [{'0, ' * 66}0..."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_setting_that_is_huge_is_refused_at_once(project: Project, key: str, value: Any, message: str) -> None:
    if key == "recipe":
        for name, number in value.items():
            project.set(f"{DIGITS}.recipe.{name}", number)
    else:
        project.set(f"{DIGITS}.{key}", value)
    refused(project, f"{DIGITS}{message}")


def test_a_quantity_at_a_huge_moment_is_refused(project: Project) -> None:
    project.set("figures.oneshot.quantities", ["test_accuracy_at_" + "9" * 5000], "workflow/catalog/figures.yaml")
    refused(project, "figures.oneshot.quantities: unknown quantity 'test_accuracy_at_999")


def test_as_many_rounds_as_are_allowed_can_be_planned(project: Project) -> None:
    project.set(f"{DIGITS}.{ITERATIVE}.rounds", 100)
    project.set(f"{DIGITS}.{ITERATIVE}.rates", {"hidden": 0.02, "output": 0.02})
    project.set(f"{DIGITS}.figures", ["accuracy-curves"])
    project.set(f"{DIGITS}.curves.panels", [["iterative/round-100/ticket"]])
    nodes = Study(project.read()).nodes()
    assert len({node.key for node in nodes}) == len(nodes) > 300


@pytest.mark.parametrize(("trials", "legal"), [(3_846, True), (3_847, False)])
def test_a_study_of_far_too_many_trainings_is_refused(project: Project, trials: int, legal: bool) -> None:
    project.set(f"{DIGITS}.trials", trials)
    project.set(f"{DIGITS}.block", 1)
    assert trials * (2 + 2 * 12) == (99_996 if legal else 100_022)
    if legal:
        assert project.read().experiments["digits"].jobs == 99_996
        return
    mend = "most of them in digits; take fewer rounds, trials or branches, or a larger block"
    refused(project, f"{project.params}: experiments: expected at most 100,000 training jobs, got 100,022, {mend}")


def test_the_jobs_of_an_experiment_are_the_trainings_that_are_planned(project: Project) -> None:
    project.set(f"{DIGITS}.trials", 7)
    project.set(f"{DIGITS}.block", 3)
    study = Study(project.read())
    assert study.experiments["digits"].jobs == len(list(study.runs("digits"))) == 3 * 26


@pytest.mark.parametrize("file", ["params.yaml", "workflow/catalog/lenet.yaml"])
@pytest.mark.parametrize(
    "text",
    ["experiments: " + "[" * 5_000, "experiments: " + "{a: " * 5_000, "- " * 5_000, "".join(f"{' ' * n}a:\n" for n in range(600))],
    ids=["lists", "mappings", "dashes", "lines"],
)
def test_a_file_that_is_nested_too_deep_is_refused_by_name(project: Project, file: str, text: str) -> None:
    path = project.folder / file
    path.write_text(text)
    line = 21 if "\n" in text else 1
    refused(project, f"{path}: line {line}: expected at most 20 levels of mappings and lists, got more")


def test_entries_that_extend_one_another_endlessly_are_refused(project: Project) -> None:
    chain = {f"a{number}": {"extends": f"a{number + 1}"} for number in range(1_500)}
    project.set("experiments", chain | {"a1500": {}}, "workflow/catalog/conv.yaml")
    project.set("experiments.digits.extends", "a0")
    refused(project, "a19.extends: expected at most 20 entries that extend one another, got more")


TAGGED = "tags such as {} are not read; write a plain value"
DATED = "expected text or a number, got {}, which YAML 1.1 reads as a timestamp; write it in quotes"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2020-01-01", DATED.format("'2020-01-01'")),
        ("2020-13-45", DATED.format("'2020-13-45'")),
        ("2001-12-14t21:59:43.10-05:00", "which YAML 1.1 reads as a timestamp"),
        ("=", "expected text or a number, got '=', which YAML 1.1 reads as a value; write it in quotes"),
        ("!!binary aGVsbG8=", TAGGED.format("'tag:yaml.org,2002:binary'")),
        ("!!set {a, b}", TAGGED.format("'tag:yaml.org,2002:set'")),
        ("!!python/object/apply:os.system [true]", TAGGED.format("'tag:yaml.org,2002:python/object/apply:os.system'")),
        ("!!int five", TAGGED.format("'tag:yaml.org,2002:int'")),
        ("!five 5", TAGGED.format("'!five'")),
        ("9" * 5_000, "expected a number of at most 40 characters, got 5000"),
        ("0." + "1" * 5_000, "expected a number of at most 40 characters, got 5002"),
        ("1:30.5", "'1:30.5' is read differently by YAML 1.1 and by YAML 1.2 (DVC)"),
        ('"\\U7fffffff"', "not valid YAML: "),
        ("\x1b[31m", "not valid YAML: unacceptable character #x001b"),
    ],
    ids=lambda value: value[:30],
)
def test_a_value_that_is_no_plain_one_is_refused_with_its_file(project: Project, value: str, message: str) -> None:
    project.edit(r"trials: 5\b", lambda _: f"trials: {value}")
    refused(project, message)
    refused(project, f"{project.params}: ")


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", ".NaN"])
def test_a_number_that_is_none_is_refused_with_its_key(project: Project, value: str) -> None:
    project.edit(r"learning_rate: 0\.0012\b", f"learning_rate: {value}")
    refused(project, f"{DIGITS}.recipe.learning_rate: expected a number, got {float(value.replace('.', '', 1))}")


def test_long_digits_that_are_no_number_cost_no_time(project: Project) -> None:
    project.edit(r"trials: 5\b", f"trials: {'1' * 200_000}x")
    refused(project, f"{DIGITS}.trials: expected a whole number, got '{'1' * 199}...")


@pytest.mark.parametrize("file", ["params.yaml", "workflow/catalog/lenet.yaml"])
def test_a_pipe_a_folder_or_a_huge_file_is_refused_unread(project: Project, file: str) -> None:
    path = project.folder / file
    path.unlink()
    path.mkdir()
    refused(project, f"{path}: expected a file, got a folder, a pipe or a device")
    path.rmdir()
    os.mkfifo(path)
    refused(project, f"{path}: expected a file, got a folder, a pipe or a device")
    path.unlink()
    with path.open("wb") as huge:
        huge.truncate(4_000_000_000)
    refused(project, f"{path}: expected a file of at most 250,000 bytes, got 4,000,000,000")


def test_a_small_number_as_dvc_writes_it_is_a_number(project: Project) -> None:
    project.edit(r"learning_rate: 0\.\d+", "learning_rate: 5e-05")
    assert project.read().experiments["digits"].recipe.learning_rate == 0.00005


def test_the_line_that_the_readme_speaks_of_reads_once_its_hash_is_gone() -> None:
    text = (TOP / "params.yaml").read_text(encoding="utf-8")
    assert text.count("  #lenet: ") == 1
    assert "lenet" in yaml.safe_load(text.replace("  #lenet: ", "  lenet: "))["experiments"]


def test_the_line_of_a_doubtful_number_is_named(project: Project) -> None:
    project.params.write_text("style: {}\nexperiments:\n  digits:\n    trials: 1e1\n")
    refused(project, f"{project.params}: line 4: '1e1'")


def test_plain_decimals_and_full_exponents_are_one_number(project: Project) -> None:
    plain = project.read()
    project.edit(r"learning_rate: 0\.0012", "learning_rate: 1.2e-3")
    assert project.read() == plain
    assert plain.experiments["digits"].recipe.learning_rate == 0.0012


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "params.yaml: expected a mapping with experiments, style, got None"),
        (b"- digits\n", "params.yaml: expected a mapping with experiments, style, got ['digits']"),
        (b"experiments: {digits: {extends: lenet}}\n", "params.yaml: missing key 'style'; it needs experiments, style"),
        (b"experiments: {a: &a {extends: *a}}\n", "params.yaml: "),
        (b"experiments: {2024: {extends: lenet}}\nstyle: {}\n", "expected text as a key, got 2024; write it in quotes, or another name"),
        (b"experiments: {a: {extends: [lenet]}}\nstyle: {}\n", "experiments.a.extends: unknown catalog entry ['lenet']"),
        (b"experiments: \xff\n", "params.yaml: "),
    ],
)
def test_a_params_file_of_another_form_is_refused(project: Project, content: bytes, message: str) -> None:
    project.params.write_bytes(content)
    refused(project, message)


def test_a_params_file_that_is_not_there_is_refused(project: Project) -> None:
    project.params.unlink()
    refused(project, f"{project.params}: cannot be read: No such file or directory; run from the top folder of the project")


def test_a_folder_without_a_catalog_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere: no experiments found in its .* files; run from the top folder of the project"):
        config.read(project.params, tmp_path / "nowhere")


def test_catalog_entries_that_extend_each_other_are_refused(project: Project) -> None:
    project.set("experiments.a", {"extends": "b"}, "workflow/catalog/lenet.yaml")
    project.set("experiments.b", {"extends": "a"}, "workflow/catalog/lenet.yaml")
    project.set("experiments.digits", {"extends": "a"})
    refused(project, ".extends: a -> b -> a goes in a circle")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("figure", {}, "figures.yaml: unknown key 'figure'; did you mean 'figures'? legal: datasets, experiments, figures"),
        ("figures.oneshot.kind", "densities", "figures.oneshot.kind: unknown kind 'densities'; did you mean 'density'? legal: curves, density"),
        ("figures.oneshot.scale", "lin", "figures.oneshot.scale: unknown value 'lin'; did you mean 'linear'? legal: linear, log"),
        ("figures.oneshot.colour", "red", "figures.oneshot: unknown key 'colour'; legal: caption, kind, quantities, scale, strategies"),
        ("figures.oneshot.quantities", ["early_stop_itration"], "figures.oneshot.quantities: unknown quantity 'early_stop_itration'; did you mean"),
        ("figures.oneshot.quantities", ["validation_loss"], "figures.oneshot.quantities: unknown quantity 'validation_loss'"),
        ("figures.oneshot.quantities", [], "figures.oneshot.quantities: expected at least one of early_stop_iteration, "),
        ("figures.loss-curves.quantity", ["test_loss"], "figures.loss-curves.quantity: expected text, got ['test_loss']"),
        ("figures.loss-curves.quantity", "loss", "figures.loss-curves.quantity: unknown quantity 'loss'"),
        ("figures.oneshot.strategies", ["oneshoot"], "figures.oneshot.strategies: unknown strategy 'oneshoot'; did you mean 'oneshot'? legal: "),
    ],
)
def test_a_fault_of_the_catalog_is_refused(project: Project, key: str, value: Any, message: str) -> None:
    project.set(key, value, "workflow/catalog/figures.yaml")
    refused(project, message)


@pytest.mark.parametrize("curves", [[], [["dense/round-0/ticket"], []]])
def test_a_figure_of_curves_without_curves_is_refused(project: Project, curves: list[list[str]]) -> None:
    project.set(f"{DIGITS}.curves.panels", curves)
    refused(project, "experiments.digits.curves.panels")


@pytest.mark.parametrize(
    ("strategy", "settings", "message"),
    [
        (
            "iterative",
            {"rounds": 12, "rates": {"hidden": 0.9, "output": 0.1}},
            "iterative: round 2 prunes all of the 1 weights left in fc2.weight (6 at first)",
        ),
        (
            "oneshot",
            {"rates": [{"hidden": 0.5, "output": 0.5}, {"hidden": 0.95, "output": 0.5}]},
            "oneshot: round 2 prunes all of the 6 weights left in fc2",
        ),
    ],
)
def test_a_layer_that_would_be_pruned_to_nothing_is_refused(project: Project, strategy: str, settings: dict[str, Any], message: str) -> None:
    project.set(f"{DIGITS}.network.hidden", [3, 2])
    project.set(f"{DIGITS}.strategies.{strategy}", {"scope": "layer"} | settings | {"branches": {"ticket": 1, "reinit": 1}})
    refused(project, message)
    refused(project, "take fewer rounds, a lower rate or larger layers")


def test_a_strategy_that_is_pruned_from_its_tickets_needs_them(project: Project) -> None:
    project.set(f"{DIGITS}.strategies.early", {"scope": "layer", "rounds": 2, "rates": {"hidden": 0.2, "output": 0.1}, "branches": {"reinit": 1}})
    assert project.read().experiments["digits"].strategies["early"].branches == {"reinit": 1}
    project.set(f"{DIGITS}.strategies.rewind", REWIND | {"branches": {"reinit": 1}})
    refused(project, f"{DIGITS}.strategies.rewind.branches: expected 'ticket' among them (the next round is pruned from it), got reinit")


def test_layers_that_are_pruned_together_may_vanish_but_not_all_of_them(project: Project) -> None:
    project.set(f"{DIGITS}.network.hidden", [3, 2])
    together = {"scope": "global", "rates": {"hidden": 0.5, "output": 0.5}, "branches": {"ticket": 1, "reinit": 1}}
    project.set(f"{DIGITS}.strategies.iterative", together | {"rounds": 7})
    project.set(f"{DIGITS}.curves.panels", [["dense/round-0/ticket"]])
    assert project.read().experiments["digits"].strategies["iterative"].rounds == 7
    together["rates"] = {"hidden": 0.6, "output": 0.6}
    project.set(f"{DIGITS}.strategies.iterative", together | {"rounds": 8})
    refused(project, "weights left in all layers (218 at first); take fewer rounds, a lower rate or larger layers")


def test_a_figure_of_moments_needs_an_experiment_with_them(project: Project) -> None:
    project.set("figures.oneshot.quantities", ["test_accuracy_at_1000"], "workflow/catalog/figures.yaml")
    project.set("figures.oneshot.strategies", ["iterative"], "workflow/catalog/figures.yaml")
    project.set(f"{DIGITS}.figures", ["oneshot"])
    refused(project, f"{DIGITS}.moments: expected 1000 among them for the figure 'oneshot', got none")
    project.set(f"{DIGITS}.moments", [500, 1000])
    assert project.read().experiments["digits"].moments == (500, 1000)


def test_batch_norm_needs_more_than_one_example(project: Project) -> None:
    project.set("experiments.r", {"extends": "resnet-18", "dataset": "digits", "validation": 100, "recipe": {"batch": 1}})
    refused(project, "experiments.r.recipe.batch: expected at least 2 for a network with batch norm, got 1")


SOURCE = {"shape": [3, 20, 20], "brightest": 255, "classes": 4, "training": 90, "test": 30, "digest": "0" * 64}


def test_a_data_set_of_the_catalog_is_one_like_any_other(project: Project) -> None:
    project.set("datasets", {"flowers": SOURCE}, "workflow/catalog/lenet.yaml")
    project.set("experiments.f", {"extends": "lenet", "dataset": "flowers", "validation": 10})
    assert project.read().datasets["flowers"].shape == (3, 20, 20)
    project.set("experiments.f", {"extends": "lenet", "dataset": "flowers", "validation": 90})
    refused(project, "experiments.f.validation: expected fewer than 90, the training examples of flowers, got 90")
    project.set("datasets", {"mnist": SOURCE}, "workflow/catalog/lenet.yaml")
    refused(project, "datasets.mnist is a data set of lth itself; take another name")
    project.set("datasets", {"Flowers": SOURCE}, "workflow/catalog/lenet.yaml")
    refused(project, "datasets.Flowers: expected a name of lower-case letters and digits, joined by '-'")
    project.set("datasets", {"flowers": SOURCE | {"classes": 0}}, "workflow/catalog/lenet.yaml")
    refused(project, "datasets.flowers.classes: expected a number at least")


def test_repeats_of_a_ticket_that_would_be_equal_are_refused(project: Project) -> None:
    project.set(f"{DIGITS}.strategies.iterative.branches.ticket", 2)
    assert project.read()
    project.set(f"{DIGITS}.recipe.data_order", "shared")
    refused(project, f"{DIGITS}.strategies.iterative.branches.ticket: expected 1 with data_order shared, where repeats (of the dense network)")


def test_lines_of_curves_matter_only_where_they_are_drawn(project: Project) -> None:
    project.set(f"{DIGITS}.curves.panels", [["oneshot/round-1/ticket"]])
    project.set(f"{DIGITS}.figures", ["early-stopping"])
    assert project.read()
