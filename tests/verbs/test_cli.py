"""The command line itself: forms of calls, help, and texts that a terminal would obey."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from byhand import lth, refused
from PIL import Image
from project import Project

from lth import cli

ESC, SAFE = "\x1b[31mred\x07\r\u202e", r"\x1b[31mred\x07\r\u202e"
NESTED = "expected at most 20 levels of mappings and lists, got more"
THREADS = "argument --threads: expected a whole number of at least 1, got"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: VERB"),
        (["trane"], "invalid choice: 'trane'"),
        (["prepare", "digits"], "the following arguments are required: --out"),
        (["prepare", "digits", "--out", "x.json", "--fast"], "unrecognized arguments: --fast"),
        (["train", "--threads", "0"], f"{THREADS} '0'"),
        (["train", "--threads", "two"], f"{THREADS} 'two'"),
        (["train", "--device", "gpu"], "argument --device: expected auto, cpu, cuda or cuda:NUM"),
        (["train", "--checkpoint-every", "-1"], "expected seconds, at least 0, got '-1'"),
        (["train", "--checkpoint-every", "nan"], "expected seconds, at least 0, got 'nan'"),
        (["prune", "--settings", "{"], "argument --settings: not JSON: Expecting property name"),
        (["prune", "--settings", "[" * 100_000], f"argument --settings: not JSON: {NESTED}"),
        (
            ["prune", "--settings", "9" * 5_000],
            "argument --settings: not JSON: expected numbers of at most 40 characters, got 5000",
        ),
        (["prune", "--settings", "{}", "--out", "x.h5"], "arguments are required: --mask"),
        (["plot", "--settings", "{}", "--tables"], "--tables: expected at least one argument"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_call_of_another_form_ends_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        lth(*arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        lth(verb, "--help")
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"usage: lth {verb}" in said
    for option in cli.VERBS[verb].options:
        assert option.name in said
        assert option.help in said


def test_the_command_lists_all_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        lth("--help")
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {verb.help}" in said for name, verb in cli.VERBS.items())


@pytest.mark.parametrize("verb", [name for name, verb in cli.VERBS.items() if verb.plan])
def test_help_names_the_settings_and_inputs(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        lth(verb, "--help")
    said = " ".join(capsys.readouterr().out.split())
    plan = cli._kind(cli.VERBS[verb])
    assert f"what the file depends on: {', '.join(plan.__struct_fields__) or 'nothing'}" in said
    for name, role in plan.ROLES.items():
        assert f"--{name} FILE" in said
        assert role.help in said


def test_verbs_stand_in_modules_of_their_names() -> None:
    folder = Path(cli.__file__).parent / "verbs"
    names = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert names == cli.VERBS.keys()


def test_the_package_is_a_command_too() -> None:
    call = [sys.executable, "-m", "lth", "inspect", "none.h5"]
    top = Path(cli.__file__).parents[1]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=top)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "lth: error: none.h5: missing\n"


def test_an_unknown_data_set_is_refused(tmp_path: Path) -> None:
    what = "name: unknown data set 'digitss'; did you mean 'digits'"
    refused("prepare", "digitss", "--out", tmp_path / "it.json", match=what)


def test_interrupted_output_is_no_error(monkeypatch: pytest.MonkeyPatch, project: Project) -> None:
    """A pipe that nobody reads any more, as in `lth check | head`."""
    command = f"cd {project.folder} && {sys.executable} -m lth check"
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"({command}) | head -n 1"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("experiments:\n", "")


# What a terminal would obey


def test_a_strange_file_name_does_nothing_to_the_terminal(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    what = f"lth: error: {SAFE}.yaml: cannot be read: No such file"
    refused("check", "--params", f"{ESC}.yaml", match=re.escape(what))


def test_a_strange_entry_does_nothing_to_the_terminal(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    project.set(f"experiments.{ESC}", {"extends": "lenet"})
    what = f"lth: error: experiments.{SAFE}: expected a name of lower-case letters and digits"
    refused("check", match=re.escape(what))


def test_a_strange_folder_does_nothing_to_the_terminal() -> None:
    what = f"lth: error: {SAFE}: expected a folder named by lower-case"
    refused("describe", ESC, "--out", "x.yaml", match=re.escape(what))


def test_what_is_typed_comes_back_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        lth("prepare", "digits", "--out", "x.json", f"--{ESC}")
    assert f"lth: error: unrecognized arguments: --{SAFE}\n" in capsys.readouterr().err


def test_prepare_prints_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lth("prepare", "digits", "--out", tmp_path / f"{ESC}.json")
    assert capsys.readouterr().out.startswith(f"{tmp_path}/{SAFE}.json: digits, 1400 training")


def test_describe_prints_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, parts in enumerate(itertools.product(("train", "test"), ("cat", "dog"))):
        folder = tmp_path.joinpath("pets", *parts)
        folder.mkdir(parents=True)
        Image.new("L", (2, 2), 50 + number).save(folder / "0.png")
    lth("describe", tmp_path / "pets", "--out", tmp_path / f"{ESC}.yaml")
    said = f"{tmp_path}/{SAFE}.yaml: pets, 2 training and 2 test images of 2 classes\n"
    assert capsys.readouterr().out == said
