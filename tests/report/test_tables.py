"""Tables: one row a network, the dense network with every strategy, numbers that can be read."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lth.files.hdf5 import File
from lth.files.origins import Document, Origin, sha256
from lth.report import tables
from lth.report.quantities import AT
from lth.report.rows import Row

LINE = {"experiment": "toy", "strategy": "iterative", "round": 3, "branch": "ticket"}
MEND = "; delete it and run snakemake again"


def run(
    repeats: int = 1, trials: range = range(2), line: dict[str, Any] = LINE, **own: Any
) -> File:
    """A run file of toy numbers; each measure is a list with a number for each network."""
    block = f"trials-{trials.start}-{trials.stop - 1}"
    settings = {**line, "block": block, "repeats": repeats}
    pairs = [(trial, repeat) for trial in trials for repeat in range(repeats)]
    count = len(pairs)
    measured: dict[str, Any] = {name: [0.5] * count for name in tables.MEASURES}
    measured |= {"weights_left": [10] * count, "early_stop_iteration": [100] * count}
    measured |= {"diverged": [False] * count, "ancestor_diverged": [False] * count} | own
    arrays = {f"measures/{name}": np.array(value) for name, value in measured.items()}
    curve = np.arange(3 * count).reshape(count, 3) / 100
    arrays |= {f"curves/{name}": curve for name in AT} | {"iterations": np.array([10, 20, 30])}
    arrays["test_iterations"] = arrays["iterations"]
    arrays |= {"trial": np.array(pairs)[:, 0], "repeat": np.array(pairs)[:, 1]}
    return File(Path("run.h5"), Origin("run", settings, "code", {}), {}, "", {}, arrays)


def row(round: int, branch: str, **measures: Any) -> dict[str, Any]:
    network = {**LINE, "trial": 0, "round": round, "branch": branch, "repeat": 0}
    ordered = {name: network[name] for name in tables.NETWORK}
    defaults = dict.fromkeys(tables.MEASURES, 0.5) | {"weights_left": 10}
    defaults |= {"early_stop_iteration": 100, "diverged": False, "ancestor_diverged": False}
    return ordered | defaults | measures


def assembled(runs: Sequence[File], strategies: dict[str, list[str]]) -> list[Row]:
    found = [item for run in runs for item in tables.rows(run, [])]
    return tables.assemble(found, strategies)


def of(strategy: str, round: int, branch: str, **own: Any) -> File:
    line = {**LINE, "strategy": strategy, "round": round, "branch": branch}
    return run(line=line, **own)


def test_a_run_has_a_row_for_each_network_of_its_stack() -> None:
    stops = [10, 20, 30, 40]
    rows = list(tables.rows(run(repeats=2, trials=range(5, 7), early_stop_iteration=stops), []))
    found = [(item["trial"], item["repeat"], item["early_stop_iteration"]) for item in rows]
    assert found == [(5, 0, 10), (5, 1, 20), (6, 0, 30), (6, 1, 40)]
    assert all({name: item[name] for name in LINE} == LINE for item in rows)
    assert all(tuple(item) == tables.columns([]) for item in rows)
    types = {type(value) for item in rows for value in item.values()}
    assert types <= {int, float, bool, str}


def test_accuracies_at_moments_are_those_of_curves(tmp_path: Path) -> None:
    rows = list(tables.rows(run(), [5, 20]))
    assert [item["test_accuracy_at_20"] for item in rows] == [0.01, 0.04]
    assert all(math.isnan(item["validation_accuracy_at_5"]) for item in rows), "before the first"
    (tmp_path / "toy.csv").write_text(tables.to_csv(rows, [5, 20]))
    back = tables.read_csv(tmp_path / "toy.csv")
    assert repr(back) == repr(rows)
    assert tables.moments_of(list(back[0])) == [5, 20]
    assert list(back[0])[-4:] == [f"{name}_at_{moment}" for moment in (5, 20) for name in AT]


def test_moments_are_looked_up_where_each_set_was_evaluated() -> None:
    file = run()
    file.arrays["test_iterations"] = np.array([20, 40, 60])
    (first, _) = tables.rows(file, [20])
    assert first["test_accuracy_at_20"] == 0.0
    assert first["validation_accuracy_at_20"] == 0.01


def test_the_dense_network_is_round_0_of_every_strategy() -> None:
    dense = [of("dense", 0, branch) for branch in ("ticket", "reinit")]
    strategies = {"iterative": ["reinit", "ticket"], "oneshot": ["ticket"]}
    table = assembled([*dense, of("iterative", 1, "ticket")], strategies)
    lines = [(item["strategy"], item["round"], item["branch"]) for item in table]
    assert sorted(set(lines)) == [
        ("iterative", 0, "reinit"),
        ("iterative", 0, "ticket"),
        ("iterative", 1, "ticket"),
        ("oneshot", 0, "ticket"),
    ]
    assert len(lines) == 8


def test_rows_are_in_order_whatever_the_order_of_runs() -> None:
    blocks = (range(2, 4), range(2))
    runs = [of("iterative", n, "ticket", trials=block) for n in (10, 2, 1) for block in blocks]
    table = assembled(runs, {"iterative": ["ticket"]})
    found = [(item["round"], item["trial"]) for item in table]
    assert found == [(round, trial) for round in (1, 2, 10) for trial in range(4)]
    assert table == assembled(runs[::-1], {"iterative": ["ticket"]})


class Loaded(File):
    """A run file that is in memory already, and is asked for what a table needs of it."""

    def load(self, template: Any, *, exactly: bool = False) -> File:
        assert set(template) >= {"trial", "repeat", "iterations", "measures/density"}
        return self


def test_the_text_of_runs_is_that_of_their_rows() -> None:
    recipe = {
        "optimizer": "adam", "learning_rate": 0.1, "momentum": 0.0, "weight_decay": 0.0,
        "warmup": 0, "drops": [], "drop_factor": 0.1, "batch": 60, "iterations": 30,
        "evaluate_every": 10, "test_every": 1, "data_order": "fresh", "augmentation": "none",
        "normalization": "scale",
    }  # fmt: skip
    line = {**LINE, "recipe": recipe, "start": {"kind": "theta0"}}
    made = run(line=line)
    stored = Loaded(**{name: getattr(made, name) for name in File.__dataclass_fields__})
    text = tables.text([stored], {"iterative": ["ticket"]}, [20])
    assert text == tables.to_csv(tables.rows(made, [20]), [20])


def awkward() -> list[dict[str, Any]]:
    return [
        row(0, "ticket", density=1.0, early_stop_test_accuracy=0.1 + 0.2),
        row(1, "ticket", density=1 / 3, final_validation_loss=math.nan, diverged=True),
        row(1, "noise-0.5", final_validation_loss=math.inf, early_stop_validation_loss=5e-324),
    ]


def test_a_table_comes_back_from_csv_bit_for_bit(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(tables.to_csv(awkward(), []))
    back = tables.read_csv(tmp_path / "toy.csv")
    assert repr(back) == repr(awkward())
    assert tables.to_csv(back, []) == tables.to_csv(awkward(), [])


def test_pandas_reads_a_table_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(tables.to_csv(awkward(), []))
    frame = pd.read_csv(tmp_path / "toy.csv")
    assert tuple(frame.columns) == tables.columns([])
    assert frame["diverged"].tolist() == [False, True, False]
    assert frame["diverged"].dtype == bool
    assert frame["density"].tolist() == [1.0, 1 / 3, 0.5]
    assert frame["final_validation_loss"].isna().tolist() == [False, True, False]
    assert frame["weights_left"].dtype.kind == "i"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "density",
            "sparsity",
            rf"toy.csv: expected the columns experiment, trial, .*, got .*sparsity.*{MEND}",
        ),
        (
            "toy,0,iterative,0",
            "toy,0,iterative,none",
            rf"toy.csv: line 2: invalid literal for int\(\).*'none'{MEND}",
        ),
        ("True", "yes", f"toy.csv: line 3: expected True or False, got 'yes'{MEND}"),
        (
            ",noise-0.5,0,0.5,10,100,",
            ",noise-0.5,0,half,10,100,",
            r"toy.csv: line 4: could not convert string to float: 'half'",
        ),
        (",noise-0.5,0,0.5,10,100,", ",noise-0.5,0\n", "toy.csv: line 4: "),
        ("diverged\n", "diverged\nextra," + "1," * 30 + "\n", "toy.csv: line 2: "),
    ],
)
def test_a_broken_table_is_named_with_the_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = tables.to_csv(awkward(), [])
    assert old in text
    (tmp_path / "toy.csv").write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=message):
        tables.read_csv(tmp_path / "toy.csv")


def test_an_empty_table_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text("")
    with pytest.raises(ValueError, match=r"toy\.csv: expected the columns .*, got nothing"):
        tables.read_csv(tmp_path / "toy.csv")


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.csv: missing"):
        tables.read_csv(tmp_path / "none.csv")


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        tables.read_csv(tmp_path)


def test_a_table_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=rf"toy\.csv: not a table \(.*\){MEND}"):
        tables.read_csv(tmp_path / "toy.csv")


def test_the_table_of_an_origin_is_the_one_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "toy.csv"
    path.write_text(tables.to_csv(awkward(), []))
    origin = Origin("table", {"experiment": "toy"}, "code", {})
    document = Document(tmp_path / "toy.json", origin, {str(path): sha256(path)}, "", {})
    assert repr(tables.of_origin(document)) == repr(awkward())
    path.write_text(path.read_text().replace("0.5", "0.6"))
    with pytest.raises(ValueError, match=r"toy\.csv: not the file that was written"):
        tables.of_origin(document)


def test_every_measure_of_a_table_is_measured() -> None:
    from lth.training import measures

    assert set(tables.MEASURES) <= set(measures.MEASURES)
    assert set(AT) <= set(measures.CURVES)
