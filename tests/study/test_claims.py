"""Which claims a study judges, and all claims of the catalog at both scales."""

from collections.abc import Mapping
from typing import Any

import imagined
import msgspec
import pytest
from planned import inputs_of, refused
from project import TOP, Project, state
from toy_claims import CLAIM, line

from lth.report import bootstrap
from lth.report.claims import Score, Stated, scored
from lth.report.evidence import Evidence
from lth.study import catalog
from lth.study.catalog import Config
from lth.study.claims import of_all, of_paper, of_study
from lth.study.facts import fact
from lth.study.graph import Study
from lth.study.paper import SCALES, Scale

OWN = {key: CLAIM[key] for key in CLAIM if key not in ("name", "scale")}
VALUE = 'test("digits/iterative/ticket@64") - test("digits/dense/ticket")'
LARGEST = 100_000  # characters of the settings: a command has at most 128 KiB


@pytest.fixture(scope="module")
def config() -> Config:
    """The project's own study, with the figures of the paper at both scales."""
    return catalog.read(TOP / "params.yaml", TOP / catalog.CATALOG, SCALES)


def judged(config: Config, scale: Scale, monkeypatch: pytest.MonkeyPatch) -> dict[str, Score]:
    """The scores of all claims, by tables and numbers as they will be."""
    monkeypatch.setattr(bootstrap, "DRAWS", 1)
    found = of_all(config, scale)
    there = imagined.evidence(config, found)
    return {claim.name: scored(claim, there, found.plan.groups) for claim in found.plan.claims}


# The catalog


def test_the_catalog_has_164_claims_of_all_sections_of_the_paper(config: Config) -> None:
    assert len(config.claims) == 164
    sections = {claim.section for claim in config.claims.values()}
    assert sections == {"1", "2", "3", "4", "5", "6", "B", "C", "D", "E", "F", "G", "H", "I"}
    words = [claim.says for claim in config.claims.values()]
    assert len(set(words)) == len(words)
    assert all(word.endswith(".") for word in words)


def test_each_can_be_judged_by_the_paper_s_figures(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = judged(config, "paper", monkeypatch)
    missing = {name: score.why for name, score in scores.items() if not score.ours}
    assert missing == dict.fromkeys(["resample-sgd", "early-sgd"], "lenet-sgd-controls was not run")
    alone = [name for name, score in scores.items() if score.ours and score.trials is None]
    assert len(alone) == 14, "of the networks themselves"
    for name in scores.keys() - missing.keys():
        paper = config.claims[name].paper
        assert not isinstance(paper, tuple) or len(paper) == len(scores[name].ours), name


def test_most_can_be_judged_by_miniatures(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = judged(config, "mini", monkeypatch)
    missing = {name: score.why for name, score in scores.items() if not score.ours}
    assert len(missing) == 40
    assert all(" was not run" in why or " has no round near " in why for why in missing.values())


def test_claims_of_sgd_have_an_experiment_in_the_catalog(config: Config) -> None:
    entries = catalog.entries_of(TOP / catalog.CATALOG)["experiments"]
    named = set(of_all(config, "paper").tables)
    assert named - config.experiments.keys() == {"lenet-sgd-controls"}
    assert named <= entries.keys()


# Signs


def verdict(config: Config, name: str, accuracies: Mapping[str, float]) -> str:
    """The verdict on a claim by three trials, whose lines have these accuracies in all rounds.

    A line is EXPERIMENT/STRATEGY/BRANCH.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for text, accuracy in accuracies.items():
        experiment, _, rest = text.partition("/")
        rows = line(rest, lambda n, k, it=accuracy: it, lambda n, k: 1, 8, 3, 0.6)
        tables.setdefault(experiment, []).extend(
            row | {"validation_accuracy_at_200": accuracy} for row in rows
        )
    fields = msgspec.structs.asdict(config.claims[name])
    return scored(Stated(name=name, scale="paper", **fields), Evidence(tables), {}).verdict


@pytest.mark.parametrize(
    ("name", "experiment", "branch", "like_the_paper"),
    [
        ("dm-resampling", "lenet", "resample", 0.91),
        ("resample-sgd", "lenet-sgd-controls", "resample", 0.91),
        ("noise-half", "lenet", "noise-0.5", 0.979),
    ],
)
def test_a_share_of_an_advantage_needs_one(
    config: Config, name: str, experiment: str, branch: str, like_the_paper: float
) -> None:
    def found(ticket: float, reinit: float, other: float) -> str:
        accuracies = {"ticket": ticket, "reinit": reinit, branch: other}
        lines = {f"{experiment}/iterative/{name}": value for name, value in accuracies.items()}
        return verdict(config, name, lines)

    assert found(0.98, 0.90, like_the_paper) == "agrees"
    assert found(0.90, 0.98, 0.99) == found(0.90, 0.98, 0.85) == "disagrees", "tickets are worse"


@pytest.mark.parametrize(
    ("short", "middle", "long", "result"),
    [
        (0.80, 0.90, 0.92, "agrees"),
        (0.80, 0.90, 0.89, "agrees"),
        (0.80, 0.90, 0.97, "disagrees"),
        (0.90, 0.895, 0.885, "disagrees"),
    ],
)
def test_warmup_flattens_only_what_it_gains(
    config: Config, short: float, middle: float, long: float, result: str
) -> None:
    warmups = {
        **{"resnet-18-rate-0p03": short, "resnet-18-warmup-5000": middle, "resnet-18": long},
        **{"vgg-19-high": short, "vgg-19-warmup-5000": middle, "vgg-19-warmup-20000": long},
    }
    lines = {f"{name}/iterative/ticket": value for name, value in warmups.items()}
    assert verdict(config, "warmup-flattens", lines) == result


@pytest.mark.parametrize(("learned", "result"), [(3, "disagrees"), (2, "agrees"), (0, "disagrees")])
def test_a_trial_that_fails_is_one_of_several(config: Config, learned: int, result: str) -> None:
    rows = [
        row | {"early_stop_validation_accuracy": 0.7 if row["trial"] < learned else 0.1}
        for row in line("iterative/ticket", lambda n, k: 0.7, lambda n, k: 1, 3, 3)
    ]
    fields = msgspec.structs.asdict(config.claims["conv2-dropout-4e-4"])
    stated = Stated(name="it", scale="paper", **fields)
    assert scored(stated, Evidence({"conv-2-dropout-adam-0p0004": rows}), {}).verdict == result


# What is judged


def test_the_paper_s_claims_are_judged_by_what_its_figures_draw(config: Config) -> None:
    study = Study(config)
    known = study.known()
    for scale, small in (("paper", ""), ("mini", "mini-")):
        node = study.claims(scale)
        assert node is not None
        assert node.files == (f"results/{scale}-claims.csv", f"results/origins/{scale}-claims.json")
        inputs = inputs_of(node)
        assert f"results/origins/tables/{small}lenet.json" in inputs["tables"]
        assert f"results/origins/figures/{small}figure-15.json" in inputs["figures"]
        assert node in known
        assert len(node.text) < LARGEST


def test_claims_of_networks_are_of_the_paper_s_at_any_scale(config: Config) -> None:
    found = {claim.name: claim.scale for claim in of_all(config, "mini").plan.claims}
    assert found["size-lenet"] == found["lenet-trainings"] == "paper"
    assert found["lenet-faster"] == "mini"


def test_a_study_without_such_experiments_judges_nothing(project: Project) -> None:
    assert of_study(project.read()) is None
    assert project.study().claims() is None
    assert of_paper(project.read(), "mini") is None, "no figures of the paper were read"


def stated(config: Config) -> dict[str, str]:
    found = of_study(config)
    assert found is not None
    return {claim.name: claim.scale for claim in found.plan.claims}


def test_a_study_judges_the_claims_whose_experiments_it_all_has(project: Project) -> None:
    project.set("experiments.lenet", {"extends": "lenet"})
    project.set("experiments.mini-lenet", {"extends": "mini-lenet"})
    study = project.study()
    found = stated(study.config)
    assert found["lenet-faster"] == "paper"
    assert found["size-lenet"] == "paper"
    assert not found.keys() & {"strategies", "init-sign-adam", "stop-order", "size-conv-2"}
    node = study.claims()
    assert node is not None
    assert node in study.nodes()
    assert node.files == ("results/claims.csv", "results/origins/claims.json")
    names = [f"results/origins/tables/{name}.json" for name in ("mini-lenet", "lenet")]
    assert inputs_of(node) == {"tables": names}


def test_a_study_judges_the_claims_whose_lines_it_all_has(project: Project) -> None:
    project.set("experiments.lenet", {"extends": "lenet-tickets"})
    found = stated(project.read())
    assert "lenet-vs-reinit-speed" in found, "of iterative/ticket and iterative/reinit"
    others = ("noise-half", "dm-resampling", "early-pruning", "lenet-oneshot-better")
    assert not found.keys() & set(others), "of other branches and strategies"
    more = {"iterative": {"branches": {"noise-0.5": 1}}}
    project.set("experiments.lenet.strategies", more)
    assert stated(project.read()).keys() - found.keys() == {"noise-half"}


def test_a_study_judges_by_the_figures_that_it_has(project: Project) -> None:
    project.set("experiments.lenet", {"extends": "lenet"})
    figure = {"extends": "figure-15"}
    project.set("figures.figure-15", figure)
    project.set("figures.figure-3", {"extends": "figure-3"})
    found = of_study(project.read())
    assert found is not None
    assert {"init-sign-adam", "stop-order"} <= {claim.name for claim in found.plan.claims}
    assert found.figures == ("figure-3", "figure-15")
    assert found.plan.groups["figure-3"][:2] == (
        "lenet/dense/round-0/ticket",
        "lenet/iterative/round-3/ticket",
    )


def test_an_experiment_that_is_trained_in_another_way_is_marked(project: Project) -> None:
    project.set("experiments.lenet", {"extends": "lenet", "recipe": {"iterations": 100}})
    assert stated(project.read())["lenet-faster"] == "changed"
    project.set("experiments.lenet", {"extends": "lenet-tickets", "trials": 3})
    assert stated(project.read())["lenet-faster"] == "paper"


@pytest.mark.parametrize(
    "changes",
    [
        {"moments": [500, 50_000]},
        {"strategies": {"iterative": {"method": "global", "rates": {"output": 0.2}}}},
        {"strategies": {"iterative": {"rates": {"output": 0.2}}}},
        {"strategies": {"early": {"kind": "iterative"}}},
    ],
)
def test_other_pruning_or_other_moments_are_marked(project: Project, changes: Any) -> None:
    project.set("experiments.lenet", {"extends": "lenet", **changes})
    assert stated(project.read())["lenet-faster"] == "changed"


def test_more_rounds_and_strategies_are_still_the_paper_s(
    project: Project,
) -> None:
    iterative = {"rounds": 25, "branches": {"noise-3": None}}
    slow = {"kind": "iterative", "method": "layer", "rounds": 5, "branches": {"ticket": 1}}
    strategies = {"iterative": iterative, "slow": slow | {"rates": {"hidden": 0.1, "output": 0.1}}}
    project.set("experiments.lenet", {"extends": "lenet", "strategies": strategies})
    assert stated(project.read())["lenet-faster"] == "paper"


def test_a_claim_that_changes_is_judged_again_alone(project: Project) -> None:
    project.set("experiments.lenet", {"extends": "lenet"})
    before = {node.path: node.key for node in project.study().nodes()}
    file = str(catalog.CATALOG / "claims.yaml")
    project.set("claims.lenet-faster.agrees", "ours < 2", file)
    after = {node.path: node.key for node in project.study().nodes()}
    assert {path for path in before if before[path] != after[path]} == {
        "results/origins/claims.json",
        "results/origins/reports/study.json",
    }


def test_sweeps_stand_for_their_experiments(project: Project) -> None:
    project.set("sweeps.rates", {"of": "lenet-digits", "over": "seed", "values": [7, 8]})
    own(project, value='largest(each("rates", test("*/dense/ticket"))) + fact("digits", "seed")')
    found = of_study(project.read())
    assert found is not None
    assert found.plan.groups == {"rates": ("rates-7", "rates-8")}
    assert found.plan.facts == {"digits": {"seed": 1}}
    assert found.tables == ("rates-7", "rates-8")


# Facts


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("weights", 50_200),
        ("weights.output", 1_000),
        ("weights.hidden", 49_200),
        ("weights.fc1", 19_200),
        ("recipe.batch", 60),
        ("strategies.iterative.rates.hidden", 0.2),
    ],
)
def test_facts_are_of_weights_and_settings(project: Project, key: str, number: float) -> None:
    assert fact(project.read(), "digits", key, "claims.it.value") == number


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("weights.fc9", "claims.it.value: unknown layers of digits 'fc9'; did you mean 'fc2'?"),
        ("recipe.optimizer", "claims.it.value: expected a number among the settings of digits"),
        ("recipe.batch.size", "claims.it.value: expected a number among the settings of digits"),
    ],
)
def test_other_facts_are_refused(project: Project, key: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fact(project.read(), "digits", key, "claims.it.value")
    assert str(caught.value).startswith(message)


# What is refused before the first job


def own(project: Project, **changes: Any) -> None:
    """A claim in a file of its own."""
    state(project.folder, {"it": OWN | {"value": VALUE} | changes})


def test_own_claims_are_about_own_experiments(project: Project) -> None:
    own(project)
    assert stated(project.read()) == {"it": "changed"}, "none of the paper's"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figure": "figure-46"}, "claims.it.figure: unknown figure of the paper 'figure-46'"),
        ({"value": VALUE.replace("digits/d", "digit/d")}, "value: unknown experiment 'digit'; did"),
        (
            {"value": 'fact("digit", "seed")'},
            "claims.it.value: unknown experiment 'digit'; did you",
        ),
        ({"value": 'dip("figure-99/fc1@7")'}, "claims.it.value: unknown figure of the paper 'figu"),
        ({"value": 'test("digits")'}, "claims.it.value: expected a line such as lenet/iterative/"),
        (
            {"value": 'trials(test("digits/dense/ticket") > test("lenet/dense/ticket"))'},
            "claims.it.value: expected one experiment or histogram in trials, got digits and lenet",
        ),
        ({"value": "1 +"}, "claims.it.value: expected a formula, got '1 +'"),
        ({"says": None}, "claims.it.says: expected text, got None"),
    ],
)
def test_a_faulty_claim_is_refused(project: Project, changes: dict[str, Any], message: str) -> None:
    own(project, **changes)
    refused(project, message)
