"""How params.yaml and the catalog are read: what entries inherit, and faults of their form."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from planned import DIGITS, LAYERWISE, ONESHOT, STRATEGIES, refused
from project import TOP, Project

from lth.data.sources.choices import SOURCES
from lth.study import catalog
from lth.study.strategies.oneshot import Oneshot

LENET = "workflow/catalog/lenet.yaml"
FIGURES = "workflow/catalog/figures.yaml"
SOURCE = {
    "shape": [3, 20, 20],
    "brightest": 255,
    "classes": 4,
    "training": 90,
    "test": 30,
    "digest": "0" * 64,
}


def test_the_study_of_the_project_is_a_study() -> None:
    study = catalog.read(TOP / "params.yaml", TOP / catalog.CATALOG)
    assert "digits" in study.experiments
    assert study.figures


def test_the_line_that_the_readme_names_reads_without_its_hash() -> None:
    text = (TOP / "params.yaml").read_text(encoding="utf-8")
    assert text.count("  #lenet: ") == 1
    assert "lenet" in yaml.safe_load(text.replace("  #lenet: ", "  lenet: "))["experiments"]


# What entries inherit


def test_mappings_merge_key_by_key_and_lists_replace(project: Project) -> None:
    before = project.read().experiments["digits"]
    project.set(f"{STRATEGIES}.iterative.rates", {"hidden": 0.3})
    project.set(f"{DIGITS}.network.hidden", [40])
    after = project.read().experiments["digits"]
    assert after.strategies["iterative"].rates_of(1) == {"hidden": 0.3, "output": 0.1}
    assert after.architecture(project.read().datasets).shapes["fc1.weight"] == (40, 64)
    assert after.recipe == before.recipe


def test_null_removes_an_inherited_key(project: Project) -> None:
    strategies = {"iterative": None, "oneshot": ONESHOT}
    project.set("experiments.once", {"extends": "lenet-tickets", "strategies": strategies})
    found = project.read().experiments["once"].strategies
    assert list(found) == ["oneshot"]
    assert isinstance(found["oneshot"], Oneshot)


def test_an_experiment_may_stand_complete_without_an_entry(project: Project) -> None:
    entries = yaml.safe_load((project.entries / "lenet.yaml").read_text())["experiments"]
    project.set("experiments.own", entries["lenet-tickets"])
    project.set("experiments.inherited", {"extends": "lenet-tickets"})
    found = project.read().experiments
    assert found["own"] == found["inherited"]


def test_an_entry_is_complete_with_all_that_it_inherits(project: Project) -> None:
    known = catalog.entries_of(project.entries)["experiments"]
    found = catalog.extended("own", {"extends": "lenet-digits"}, known, "experiments.own")
    assert (found["dataset"], found["recipe"]["batch"]) == ("digits", 60)
    assert "extends" not in found


def test_figures_extend_entries_and_say_over_what(project: Project) -> None:
    entry = catalog.entries_of(project.entries)["figures"]["early-stopping"]
    found = project.read().figures["early-stopping"]
    assert found.caption == entry["caption"]
    assert found.tables() == ("digits",)


def test_a_figure_may_be_called_otherwise_than_its_entry(project: Project) -> None:
    project.set("figures.mine", {"extends": "early-stopping", "over": {"digits": "mine"}})
    assert project.read().figures["mine"].tables() == ("digits",)


def test_figures_that_no_study_asks_for_are_not_looked_at(project: Project) -> None:
    project.set("figures.other", {"kind": "curves", "over": {"nobody": ""}}, FIGURES)
    assert "other" not in project.read().figures


@pytest.mark.parametrize("section", ["experiments", "figures"])
def test_entries_that_extend_each_other_are_refused(project: Project, section: str) -> None:
    project.set(f"{section}.a", {"extends": "b"}, LENET)
    project.set(f"{section}.b", {"extends": "a"}, LENET)
    project.set(f"{section}.own", {"extends": "a"})
    refused(project, f"{section}.b.extends: a -> b -> a goes in a circle")


def test_entries_that_extend_one_another_endlessly_are_refused(project: Project) -> None:
    chain = {f"a{number}": {"extends": f"a{number + 1}"} for number in range(1_500)}
    file = project.entries / "more.yaml"
    file.write_text(yaml.safe_dump({"experiments": chain | {"a1500": {}}}), encoding="utf-8")
    project.set(f"{DIGITS}.extends", "a0")
    refused(
        project,
        "experiments.a19.extends: expected at most 20 entries that extend one another, got more",
    )


def test_entries_extend_others_of_their_own_kind(project: Project) -> None:
    project.set("figures.own", {"extends": "lenet"})
    refused(project, "figures.own.extends: unknown catalog entry 'lenet'; ")
    project.set("figures", {})
    project.set(f"{DIGITS}.extends", "early-stopping")
    refused(project, f"{DIGITS}.extends: unknown catalog entry 'early-stopping'; ")


# Faults of params.yaml

SECTIONS = "experiments, figures, style, sweeps, scale"
LEGAL = "experiments, figures, scale, style, sweeps"
COLORS = "expected tab:blue and so on, C0 to C9, #rrggbb or one of black blue brown"
PARAMS = [
    ("stile", {}, f"params.yaml: unknown key 'stile'; did you mean 'style'? legal: {LEGAL}"),
    ("style.colours", {}, "style: unknown key 'colours'; did you mean 'colors'? legal: bars,"),
    ("style.colors.ticket", "bleu", f"style.colors.ticket: {COLORS}"),
    ("style.colors.tickt", "black", "style.colors.tickt: unknown branch 'tickt'; did you mean"),
    ("style.dpi", 10, "style.dpi: expected a number in [20, 1200], got 10"),
    ("style.width", 0, "style.width: expected a number in (0, 40], got 0"),
    ("style.height", 41, "style.height: expected a number in (0, 40], got 41"),
    ("experiments", [], "params.yaml: experiments: expected a mapping, got []"),
    ("figures", None, "params.yaml: figures: expected a mapping, got None"),
    ("experiments", {}, "params.yaml: experiments: expected at least one; the catalog has conv-2,"),
    (DIGITS, None, f"{DIGITS}: expected a mapping such as {{extends: NAME}}, got None"),
    (f"{DIGITS}.extends", None, f"{DIGITS}.extends: unknown catalog entry None"),
    (f"{DIGITS}.extends", "lenet-digit", ".extends: unknown catalog entry 'lenet-digit'; did you"),
    ("figures.early-stopping", "over", "figures.early-stopping: expected a mapping such as {exte"),
    ("figures.own", {"extends": "early-stoping"}, "figures.own.extends: unknown catalog entry 'e"),
    ("figures.early-stopping.color", "red", "figures.early-stopping: unknown key 'color'; "),
    ("figures.early-stopping.over", {"mnist": ""}, ": unknown experiment of the study 'mnist'; "),
    ("figures.early-stopping.kind", "bars", "kind: unknown kind 'bars'; legal: curves, density"),
]


@pytest.mark.parametrize(("key", "value", "message"), PARAMS)
def test_a_fault_of_the_params_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(key, value)
    refused(project, message)


def test_a_picture_of_too_many_dots_is_refused(project: Project) -> None:
    size = {"width": 6, "height": 3, "font": 9, "dpi": 1200}
    project.set("style", {**size, "bars": "range", "colors": {}})
    refused(project, "style.width: expected at most 6,000 dots, got 6 inches of 1200")


@pytest.mark.parametrize("section", ["experiments", "figures"])
def test_names_that_are_no_parts_of_paths_are_refused(project: Project, section: str) -> None:
    project.set(f"{section}.Own_1", {"extends": "lenet"})
    what = "expected a name of lower-case letters and digits, joined by '-', got 'Own_1'"
    refused(project, f"{section}.Own_1: {what}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"params.yaml: expected a mapping with {SECTIONS}, got None"),
        (b"- digits\n", f"params.yaml: expected a mapping with {SECTIONS}, got ['digits']"),
        (
            b"experiments: {digits: {extends: lenet}}\nfigures: {}\n",
            f"params.yaml: missing key 'style'; it needs {SECTIONS}",
        ),
        (
            b"experiments: {digits: {extends: lenet}}\nstyle: {}\n",
            f"params.yaml: missing key 'figures'; it needs {SECTIONS}",
        ),
        (
            b"experiments: {a: {extends: [lenet]}}\nfigures: {}\nstyle: {}\n",
            "experiments.a.extends: unknown catalog entry ['lenet']",
        ),
        (b"experiments: \xff\n", "params.yaml: not UTF-8 text: "),
    ],
)
def test_a_params_file_of_another_form_is_refused(
    project: Project, content: bytes, message: str
) -> None:
    project.params.write_bytes(content)
    refused(project, message)


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", ".NaN"])
def test_a_number_that_is_none_is_refused_with_its_key(project: Project, value: str) -> None:
    project.edit(r"learning_rate: 0\.0012\b", f"learning_rate: {value}")
    found = float(value.replace(".", "", 1))
    refused(project, f"{DIGITS}.recipe.learning_rate: expected a number, got {found}")


def test_plain_decimals_and_full_exponents_are_one_number(project: Project) -> None:
    plain = project.read()
    project.edit(r"learning_rate: 0\.0012", "learning_rate: 1.2e-3")
    assert project.read() == plain
    project.edit(r"learning_rate: 1\.2e-3", "learning_rate: 5e-05")
    assert project.read().experiments["digits"].recipe.learning_rate == 0.00005


@pytest.mark.parametrize("file", ["params.yaml", LENET])
@pytest.mark.parametrize("text", ["a: 3e-1", "a: 1\na: 2", "a: !!int five", "a: " + "[" * 99])
def test_all_files_are_read_as_strictly_as_params(project: Project, file: str, text: str) -> None:
    (project.folder / file).write_text(text)
    refused(project, f"{project.folder / file}: line ")


def test_a_params_file_that_is_not_there_is_refused(project: Project) -> None:
    project.params.unlink()
    mend = "run from the top folder of the project"
    refused(project, f"{project.params}: cannot be read: No such file or directory; {mend}")


# Faults of the catalog


def test_a_folder_without_a_catalog_is_refused(project: Project, tmp_path: Path) -> None:
    what = "no experiments found in its *.yaml files; run from the top folder of the project"
    with pytest.raises(ValueError, match=rf"nowhere: {re.escape(what)}"):
        catalog.read(project.params, tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("figure", {}, "figures.yaml: unknown key 'figure'; did you mean 'figures'? legal: cla"),
        ("style", {}, "figures.yaml: unknown key 'style'; legal: claims, datasets, dif"),
        ("figures", None, "figures.yaml: figures: expected a mapping, got None"),
        ("figures.early-stopping.kind", "densities", ".kind: unknown kind 'densities'; did you"),
        ("figures.early-stopping.scale", "lin", ".scale: unknown value 'lin'; did you mean 'li"),
        ("figures.early-stopping.colour", "red", ": unknown key 'colour'; legal: caption,"),
        ("figures.early-stopping.panels", [], ".panels: expected at least one panel, got none"),
        ("figures.loss-curves.y", "loss", ".y: unknown quantity 'loss'; "),
        ("figures.Own", {}, "figures.yaml: figures.Own: expected a name of lower-case letters"),
    ],
)
def test_a_fault_of_the_catalog_is_refused(
    project: Project, key: str, value: Any, message: str
) -> None:
    project.set(key, value, FIGURES)
    refused(project, message)


@pytest.mark.parametrize("line", ["oneshot/round-1/ticket", "iterative/ticket@0"])
def test_lines_that_are_not_trained_are_refused(project: Project, line: str) -> None:
    project.set("figures.accuracy-curves.panels", [[{"lines": [line]}]])
    refused(project, "figures.accuracy-curves.panels[0][0].lines: ")


def test_a_figure_of_moments_needs_an_experiment_with_them(project: Project) -> None:
    project.set("figures.early-stopping.panels", [[{"y": "test_accuracy_at_1000"}]])
    where = "figures.early-stopping.panels[0][0].y"
    refused(project, f"{where}: expected a moment of digits, which has none, got 'test_accuracy_at")
    project.set(f"{DIGITS}.moments", [500, 1000])
    assert project.read().experiments["digits"].moments == (500, 1000)


def test_a_quantity_at_a_huge_moment_is_refused(project: Project) -> None:
    moment = "test_accuracy_at_" + "9" * 5000
    project.set("figures.early-stopping.panels", [[{"y": moment}]])
    refused(project, "figures.early-stopping.panels[0][0].y: unknown quantity 'test_accuracy_at_99")


def test_an_entry_that_stands_twice_is_refused(project: Project) -> None:
    project.set("experiments.lenet", {}, "workflow/catalog/vgg.yaml")
    what = "experiments.lenet is in another file of the catalog too; rename one"
    refused(project, f"{project.entries / 'vgg.yaml'}: {what}")


# Data sets


def test_a_data_set_of_the_catalog_is_one_like_any_other(project: Project) -> None:
    project.set("datasets", {"flowers": SOURCE}, LENET)
    known = project.read().datasets
    assert known["flowers"].shape == (3, 20, 20)
    assert known.keys() >= SOURCES.keys()
    assert catalog.sources(project.entries) == known


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("mnist", {}, "datasets.mnist is a data set of lth itself; take another name"),
        ("Flowers", {}, "datasets.Flowers: expected a name of lower-case letters and digits,"),
        ("flowers", {"classes": 0}, "datasets.flowers.classes: expected a number of at least"),
        ("flowers", {"shape": [4, 4, 4]}, "datasets.flowers.shape: expected [height, width] or"),
    ],
)
def test_a_fault_of_a_data_set_is_refused(
    project: Project, name: str, changes: dict[str, Any], message: str
) -> None:
    project.set("datasets", {name: SOURCE | changes}, LENET)
    refused(project, message)


# How many jobs a study may have


@pytest.mark.parametrize(("trials", "jobs"), [(3_846, 99_996), (3_847, 100_022)])
def test_a_study_of_far_too_many_jobs_is_refused(project: Project, trials: int, jobs: int) -> None:
    project.set(f"{DIGITS}.trials", trials)
    project.set(f"{DIGITS}.block", 1)
    if jobs <= 100_000:
        assert project.read().experiments["digits"].jobs == jobs
        return
    mend = "most of them in digits; take fewer rounds, trials or branches, or a larger block"
    what = f"expected at most 100,000 training jobs, got {jobs:,}, {mend}"
    refused(project, f"{project.params}: experiments: {what}")


def test_a_study_may_have_no_figures(project: Project) -> None:
    project.set("figures", {})
    project.set(f"{STRATEGIES}.slow", {"kind": "iterative", **LAYERWISE})
    assert project.read().figures == {}
