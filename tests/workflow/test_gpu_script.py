"""The script for a machine with a GPU, on one without."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from project import TOP

STUDY = """
experiments:
  tiny:
    extends: lenet-digits
    trials: 2
    block: 2
    network: {hidden: [6]}
    recipe: {iterations: 20}
    strategies: {iterative: {rounds: 1, branches: {ticket: 1, reinit: 1}}}
figures: {}
style: {width: 3.6, height: 3.0, font: 9, dpi: 150, bars: range, colors: {}}
"""


@pytest.mark.parametrize(("minutes", "networks"), [("5", 8), ("0", 0)])
def test_it_leaves_what_it_has_when_the_time_is_up(
    tmp_path: Path, minutes: str, networks: int
) -> None:
    (tmp_path / "params.yaml").write_text(STUDY, encoding="utf-8")
    script = [sys.executable, str(TOP / "benchmarks" / "gpu.py"), "--minutes", minutes]
    options = ["--out", str(tmp_path / "out"), "--params", str(tmp_path / "params.yaml")]
    done = subprocess.run([*script, *options], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert ("the time is up after 0 training runs" in done.stdout) == (minutes == "0")
    assert (tmp_path / "out" / "table.md").read_text(encoding="utf-8").startswith("torch ")
    table = tmp_path / "out" / "tiny.csv"
    assert table.exists() == bool(networks)
    if networks:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        assert len(rows) == networks
