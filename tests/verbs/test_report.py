"""`lth report`: a page with all that a study has, which needs nothing beside itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from byhand import Built, command, lth, unkeyed

from lth.report import pages
from lth.study.contents import networks_of

PAGE = "results/reports/study.html"
ORIGIN = "results/origins/reports/study.json"
EXTERNAL = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=""")


def data_of(page: str) -> dict[str, Any]:
    """The data of a page."""
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def test_a_page_has_every_figure_and_table(built: Built) -> None:
    data = data_of((built.folder / PAGE).read_text(encoding="utf-8"))
    assert [figure["name"] for figure in data["figures"]] == list(built.study.figures)
    assert [item["name"] for item in data["experiments"]] == ["tiny"]
    table = (built.folder / "results/tables/tiny.csv").read_text(encoding="utf-8")
    assert data["experiments"][0]["table"] == table


def test_a_page_says_what_was_run_and_on_what(built: Built) -> None:
    (item,) = data_of((built.folder / PAGE).read_text(encoding="utf-8"))["experiments"]
    settings = json.loads(item["settings"])
    experiment = built.study.experiments["tiny"]
    assert settings["recipe"]["learning_rate"] == experiment.recipe.learning_rate
    assert settings["trials"] == experiment.trials
    assert "engine sparse" in item["made_on"]
    assert item["diverged"] == 0


def test_a_page_names_no_other_file(built: Built) -> None:
    page = (built.folder / PAGE).read_text(encoding="utf-8")
    own = page.replace(pages.library(), "")
    assert not EXTERNAL.search(own)
    assert "http://" not in own.replace("http://www.w3.org/2000/svg", "")


def test_a_page_made_again_has_the_same_bytes(here: Built) -> None:
    before = Path(PAGE).read_bytes()
    lth(*command(here.study, here.node(ORIGIN)))
    assert Path(PAGE).read_bytes() == before


def test_a_page_without_plotly_is_one_line(here: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"drawn by plotly, which is missing: pip install plotly"):
        lth(*command(here.study, here.node(ORIGIN)))


def test_a_changed_figure_is_not_reported(here: Built) -> None:
    path = Path("results/charts/early-stopping.json")
    path.write_text(path.read_text().replace("winning", "losing"))
    with pytest.raises(SystemExit, match=r"early-stopping\.json: not the file that was written"):
        lth(*command(here.study, here.node(ORIGIN)))


def test_networks_are_counted_once(built: Built) -> None:
    (item,) = data_of((built.folder / PAGE).read_text(encoding="utf-8"))["experiments"]
    runs = [node for node in built.study.nodes() if node.kind == "run"]
    own = [node for node in runs if node.plan.branch != "search"]
    assert item["networks"] == sum(networks_of(node.plan) for node in own)


def test_another_figure_than_those_of_the_plan_is_refused(here: Built) -> None:
    call = command(here.study, here.node(ORIGIN))
    call.remove("results/origins/figures/loss-curves.json")
    with pytest.raises(SystemExit, match=r"--figures: expected the figures early-stopping, "):
        lth(*unkeyed(call))
