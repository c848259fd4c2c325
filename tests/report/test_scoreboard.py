"""The scoreboard as CSV, as lines and as a page."""

import csv

from toy_claims import claim

from lth.report import scoreboard
from lth.report.claims import Score

SCORED = [
    (
        claim(name="later", section="H", paper=True),
        Score("disagrees", (False,), (False,), (True,), 5),
    ),
    (claim(name="it"), Score("agrees", (2.0000000001,), (-1e-14,), (2.25,), 3)),
    (claim(name="few"), Score("too few trials", (1.5,), (1,), (2,), 2, "toy has 2 trials")),
    (claim(name="none", says="A | B."), Score("not run", why="toy was not run")),
    (claim(name="small", scale="mini"), Score("agrees", (2,), (2,), (2,), 3)),
    (claim(name="own", scale="changed"), Score("agrees", (2,), (2,), (2,), 3)),
    (claim(name="sizes", paper=[4300000, 0.5]), Score("agrees", (4300992, 0.51234567))),
]


def test_the_csv_has_a_row_for_each_claim() -> None:
    rows = list(csv.DictReader(scoreboard.to_csv(SCORED).splitlines()))
    assert list(rows[0]) == list(scoreboard.COLUMNS)
    assert [row["claim"] for row in rows] == [claim.name for claim, _ in SCORED]
    assert [(row["verdict"], row["scale"]) for row in rows[3:6]] == [
        ("not run", "paper"),
        ("agrees", "mini"),
        ("agrees", "changed"),
    ]
    texts = [[row[name] for name in ("paper", "ours", "low", "high", "trials")] for row in rows]
    assert texts[0] == ["yes", "no", "no", "yes", "5"]
    assert texts[1] == ["2", "2", "0", "2.25", "3"], "digits that sums leave to chance are left out"
    assert texts[3] == ["2", "", "", "", ""]
    assert texts[6] == ["4300000; 0.5", "4300992; 0.512346", "", "", ""]
    assert [row["why"] for row in rows[2:4]] == ["toy has 2 trials", "toy was not run"]


def test_the_lines_go_section_by_section() -> None:
    lines = list(scoreboard.lines(SCORED))
    assert lines[0] == "Section 2: Fully-connected networks"
    assert lines[1] == f"  {'it':27} figure-4   agrees: paper 2, ours 2 [0, 2.25], n = 3"
    assert lines[2].endswith("too few trials: paper 2, ours 1.5 [1, 2], n = 2")
    assert lines[3].endswith("not run (toy was not run)")
    assert lines[4].endswith("agrees (miniature): paper 2, ours 2 [2, 2], n = 3")
    assert lines[6].endswith("agrees: paper 4,300,000; 0.5, ours 4,300,992; 0.5123")
    assert lines[7].startswith("Section H: ")
    assert lines[8].endswith("disagrees: paper yes, ours no [no, yes], n = 5")


def test_totals_are_by_scale() -> None:
    assert list(scoreboard.lines(SCORED))[-3:] == [
        "At the paper's scale: 2 agrees, 1 disagrees, 1 too few trials, 2 not run.",
        "Of other experiments: 1 agrees.",
        "Miniatures: 1 agrees.",
    ]


def test_the_page_has_a_table_for_each_section() -> None:
    page = scoreboard.page(SCORED)
    assert page.startswith("# What the paper states, and what came out\n\nAt the paper's scale: ")
    assert page.index("## Section 2: ") < page.index("## Section H: ")
    assert "| It is better. | 2 | 2 [0, 2.25] | 3 | agrees |\n" in page
    assert "| It is better. | 2 | 2 [2, 2] | 3 | agrees (miniature) |\n" in page
    assert "| A / B. | 2 |  |  | not run |\n" in page
    assert page.count("| verdict |\n|---|---|---|---|---|\n") == 2
