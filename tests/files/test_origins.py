"""Origins: what a file was made from is in its key, its header and its origin file."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from signing import sign
from toy_file import MASK, ORIGIN, RUN, SETTINGS

from lth.files import hdf5, origins
from lth.files.origins import Header, Origin


def test_the_key_covers_kind_settings_code_and_keys_of_inputs() -> None:
    other = dataclasses.replace(MASK, key="3" * 24)
    changed = [
        Origin("run", SETTINGS, "c0de", ORIGIN.inputs),
        Origin("mask", SETTINGS | {"round": 3}, "c0de", ORIGIN.inputs),
        Origin("mask", SETTINGS, "edited", ORIGIN.inputs),
        Origin("mask", SETTINGS, "c0de", {"mask": (other,), "weights": (RUN,)}),
    ]
    assert len({origin.key for origin in [ORIGIN, *changed]}) == 5


def test_the_paths_of_inputs_are_not_in_the_key() -> None:
    moved = dataclasses.replace(MASK, path="elsewhere.h5")
    origin = Origin("mask", SETTINGS, "c0de", {"mask": (moved,), "weights": (RUN,)})
    assert origin.key == ORIGIN.key
    assert origin.made_from == ORIGIN.made_from


def test_inputs_of_one_key_and_other_content_are_told_apart() -> None:
    other = dataclasses.replace(MASK, content="5" * 64)
    origin = Origin("mask", SETTINGS, "c0de", {"mask": (other,), "weights": (RUN,)})
    assert origin.key == ORIGIN.key
    assert origin.made_from != ORIGIN.made_from


def test_an_origin_knows_its_trials_and_coordinates() -> None:
    assert ORIGIN.trials == range(3, 5)
    place = {"experiment": "toy", "block": "trials-3-4", "strategy": "iterative", "round": 2}
    assert ORIGIN.coordinates == place


def test_an_origin_knows_how_many_networks_its_file_has() -> None:
    assert ORIGIN.networks == 2
    assert dataclasses.replace(ORIGIN, settings=SETTINGS | {"repeats": 3}).networks == 6


@pytest.mark.parametrize("repeats", [0, "3", 1.0, None])
def test_repeats_that_are_no_count_are_refused(repeats: Any) -> None:
    origin = dataclasses.replace(ORIGIN, settings=SETTINGS | {"repeats": repeats})
    message = f"repeats: expected a whole number of at least 1, got {repeats!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        _ = origin.networks


def test_a_block_of_another_form_is_refused() -> None:
    origin = dataclasses.replace(ORIGIN, settings={})
    with pytest.raises(ValueError, match="block: expected trials-FIRST-LAST"):
        _ = origin.trials


# Headers


def test_the_first_line_says_what_the_file_is(path: Path) -> None:
    header = Header("mask", ORIGIN.key, hdf5.find(path).content, ORIGIN.made_from)
    assert origins.header(path) == header
    body = hashlib.sha256(path.read_bytes()[origins.HEAD :]).hexdigest()
    assert path.read_bytes()[: origins.HEAD] == header.line(body)
    other = dataclasses.replace(header, key="0" * 24)
    sign(path, key=other.key)
    assert origins.header(path) == other


def test_what_is_no_file_of_lth_has_no_header(tmp_path: Path) -> None:
    texts = {"it.h5": "hello", "it.json": "[", "deep.json": "[" * 100_000, "list.json": "[]"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        assert origins.header(tmp_path / name) is None
    assert origins.header(tmp_path / "none.h5") is None


@pytest.mark.parametrize("content", ["NaN", '"\\\\ud800"', "5", "[]", '"x"'])
def test_a_first_line_that_is_no_header_is_none(path: Path, content: str) -> None:
    zeros = "0" * 24
    fields = f'"kind":"mask","key":"{zeros}","content":{content},"inputs":"{zeros}"'
    line = f'{{"lth":4,"body":"",{fields}}}'.encode().ljust(origins.HEAD)
    path.write_bytes(line + path.read_bytes()[origins.HEAD :])
    assert origins.header(path) is None


def test_a_first_line_with_more_than_a_header_is_none(path: Path) -> None:
    line, rest = path.read_bytes()[: origins.HEAD], path.read_bytes()[origins.HEAD :]
    fields = json.loads(line)
    for more in ({"files": ["a"]}, {"lth": 2}):
        text = json.dumps(fields | more).encode().ljust(origins.HEAD)
        path.write_bytes(text + rest)
        assert origins.header(path) is None


# Origin files

TABLE = Origin("table", {"experiment": "toy"}, "c0de", {"runs": (RUN,)})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The origin file of a small table."""
    (tmp_path / "toy.csv").write_text("a,b\n1,2\n")
    path = tmp_path / "toy.json"
    origins.write(path, TABLE, [tmp_path / "toy.csv"], {"matplotlib": "3"})
    return path


def test_an_origin_file_is_read_as_it_was_written(table: Path) -> None:
    document = origins.read(table, "table")
    csv = str(table.with_suffix(".csv"))
    assert document.origin == TABLE
    assert document.files == {csv: origins.sha256(Path(csv))}
    assert sorted(document.made_on) == ["matplotlib", "python"]
    assert document.as_input() == origins.Input(str(table), TABLE.key, document.content)
    origins.check_files(document)


def test_the_header_of_an_origin_file_names_its_files(table: Path) -> None:
    document = origins.read(table)
    files = (str(table.with_suffix(".csv")),)
    header = Header("table", TABLE.key, document.content, TABLE.made_from, files)
    assert origins.header(table) == header


def test_a_text_that_was_changed_or_is_missing_is_named(table: Path) -> None:
    document, csv = origins.read(table), table.with_suffix(".csv")
    csv.write_text("a,b\n1,3\n")
    message = f"{csv}: not the file that was written (its SHA-256 differs); delete it and run"
    with pytest.raises(ValueError, match=re.escape(message)):
        origins.check_files(document)
    assert origins.header(table) is None
    csv.unlink()
    with pytest.raises(ValueError, match=re.escape(f"{csv}: missing")):
        origins.check_files(document)
    csv.mkdir()
    with pytest.raises(ValueError, match=re.escape(f"{csv}: expected a file, got a folder")):
        origins.check_files(document)


def test_an_origin_file_of_another_kind_is_refused(table: Path) -> None:
    message = f"{table}: expected the origin of a figure, got that of 'table'"
    with pytest.raises(ValueError, match=re.escape(message)):
        origins.read(table, "figure")


def sealed(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """A change of fields, sealed again."""

    def change(fields: dict[str, Any]) -> None:
        fields.update(changes)
        fields["seal"] = origins.seal_of(fields)

    return change


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no seal": (lambda fields: fields.pop("seal"), "not an origin file, which has kind, version,"),
    "code": (lambda fields: fields.update(code="x"), "it is not as it was written (its seal"),
    "version": (sealed(version=2), "expected format version 5, got 2; delete it"),
    "settings": (sealed(settings={}), f"key {TABLE.key} is not the key of its settings, code"),
    "inputs": (sealed(inputs={"runs": [["a"]]}), "settings or inputs are not as they were"),
    "no files": (sealed(files={}), "content is not that of the files it names; delete it"),
    "content": (sealed(content="0" * 64), "content is not that of the files it names; delete it"),
    "made_on": (sealed(made_on=[]), "made_on is not as it was written; delete it"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_an_origin_file_that_was_changed_is_refused(table: Path, case: str) -> None:
    change, message = CHANGES[case]
    fields = json.loads(table.read_text())
    change(fields)
    table.write_text(json.dumps(fields))
    with pytest.raises(ValueError, match=re.escape(f"{table}: {message}")):
        origins.read(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON (Expecting property name enclosed in double quotes"),
        ("[]", "not an origin file; delete it and run snakemake again"),
        (None, "missing"),
    ],
)
def test_what_is_no_origin_file_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "it.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=re.escape(f"{path}: {message}")):
        origins.read(path)


# Planned keys


def test_a_file_of_the_planned_key_may_be_made(tmp_path: Path) -> None:
    origins.expect(None, ORIGIN, tmp_path / "it.h5")
    origins.expect(ORIGIN.key, ORIGIN, tmp_path / "it.h5")


def test_a_planned_key_that_is_not_that_of_now_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "it.h5"
    start = f"{out}: planned with key {'0' * 24}, but the present code and inputs give key "
    some = f"{ORIGIN.key}; since the plan, lth or one of its inputs has changed "
    end = "(results/mask.h5, results/run.h5); run snakemake again"
    with pytest.raises(ValueError, match=f"^{re.escape(start + some + end)}$"):
        origins.expect("0" * 24, ORIGIN, out)


def test_of_many_inputs_only_some_are_named(tmp_path: Path) -> None:
    origin = Origin("table", {}, "c0de", {"runs": (RUN,) * 5})
    some = "(results/run.h5, results/run.h5, results/run.h5 and 2 others); run"
    with pytest.raises(ValueError, match=re.escape(some)):
        origins.expect("0" * 24, origin, tmp_path / "it.csv")
