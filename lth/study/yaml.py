"""YAML as plain data: nothing is read that YAML 1.1 (Snakemake) and 1.2 (DVC) read differently."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import yaml

from lth import caches
from lth.files.texts import DEEPEST, LONGEST, read_text
from lth.settings import shown

CACHE = f"yaml-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}.json"
MOST = 200  # texts in the cache
TOP = "run from the top folder of the project"
PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+([eE][-+]\d+)?)?")  # both read it alike
SMALL_NUMBER = re.compile(r"-?[1-9](\.\d*[1-9])?e-\d\d+")  # 5e-05, as Python and DVC write it
DECIMAL = r"(\d[\d_]*\.?[\d_]*|\.\d+)([eE][-+]?\d+)?"
SIXTIES = r"\d[\d_]*(:\d+)+(\.[\d_]*)?"
LIKE_A_NUMBER = re.compile(rf"[-+]?{DECIMAL}|[-+]?{SIXTIES}|[-+]?0[box][\da-fA-F_]+")
BOOLEANS = {"yes", "no", "on", "off", "true", "false"}
TAG = "tag:yaml.org,2002:"  # before the name of a type
NUMBERS = {f"{TAG}int", f"{TAG}float"}
PLAIN_TAGS = {*NUMBERS, f"{TAG}null", f"{TAG}bool", f"{TAG}str"}


def load(path: Path | str) -> Any:
    """A YAML file as plain data.

    Refuses duplicate keys, keys that are no text, aliases, tags, dates, what is nested deeper than
    DEEPEST, and scalars that YAML 1.1 and 1.2 read differently (`3e-1`, `010`, `yes`). Raises
    ValueError with the file and the line.
    """
    path = Path(path)
    text = _text(path)
    known = _kept()
    name = hashlib.sha256(text.encode()).hexdigest()
    if name not in known:
        data = _parsed(text, path)
        _keep(name, data)
        return data
    return json.loads(known[name])


def _kept() -> dict[str, str]:
    """The data of texts that were read before, as JSON by SHA-256."""
    return caches.read(CACHE, dict[str, str]) or {}


def _keep(name: str, data: Any) -> None:
    """Keeps the data of a text that has no fault, since to parse YAML takes long."""
    try:
        found = json.dumps(data, allow_nan=False)
    except ValueError:
        return
    known = _kept()
    caches.write(CACHE, {**(known if len(known) < MOST else {}), name: found})


def _parsed(text: str, path: Path) -> Any:
    try:
        fault = _fault(text)
        node = None if fault else yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ValueError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if fault:
        raise ValueError(f"{path}: {fault}")
    if node is None:
        return None
    _check_node(node, path)
    return yaml.SafeLoader("").construct_document(node)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}; {TOP}") from None
    except UnicodeDecodeError as error:
        found = f"{error.reason} at byte {error.start}"
        raise ValueError(f"{path}: not UTF-8 text: {found}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _fault(text: str) -> str:
    """The first thing in a YAML text that is not read here, with its line; "" where there is none.

    Looks at event by event, since PyYAML builds nested nodes on Python's stack.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = f"line {event.start_mark.line + 1}"
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return f"{line}: expected at most {DEEPEST} levels of mappings and lists, got more"
        if isinstance(event, yaml.AliasEvent):
            return f"{line}: aliases (*) are not read; write the values out, or use extends"
        if tag := getattr(event, "tag", None):
            return f"{line}: tags such as {tag!r} are not read; write a plain value"
    return ""


def _check_node(node: yaml.Node, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        _check_keys(node, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_node(value, path)
    elif isinstance(node, yaml.ScalarNode):
        _check_scalar(node, f"{path}: line {node.start_mark.line + 1}")


def _check_scalar(node: yaml.ScalarNode, line: str) -> None:
    if node.tag not in PLAIN_TAGS:  # by its form, such as 2020-01-01
        found = f"{shown(node.value)}, which YAML 1.1 reads as a {node.tag.removeprefix(TAG)}"
        raise ValueError(f"{line}: expected text or a number, got {found}; write it in quotes")
    if node.tag in NUMBERS and len(node.value) > LONGEST:
        found = len(node.value)
        raise ValueError(f"{line}: expected a number of at most {LONGEST} characters, got {found}")
    if node.style is not None or len(node.value) > LONGEST:  # text
        return
    if SMALL_NUMBER.fullmatch(node.value):
        node.tag = f"{TAG}float"  # as DVC writes what `-S` is given; to YAML 1.1 it is text
        return
    if hint := _ambiguous(node.value):
        reading = "is read differently by YAML 1.1 and by YAML 1.2 (DVC)"
        raise ValueError(f"{line}: {node.value!r} {reading}; write {hint}")


def _ambiguous(text: str) -> str:
    """What to write instead of a scalar that versions of YAML read differently; "" for others."""
    if text.lower() in BOOLEANS and text not in ("true", "false"):
        return "true or false"
    if LIKE_A_NUMBER.fullmatch(text) and not PLAIN_NUMBER.fullmatch(text):
        return "a plain decimal such as 0.3 or 3.0e-1"
    return ""


def _check_keys(node: yaml.MappingNode, path: Path) -> None:
    seen: set[str] = set()
    for name, value in node.value:
        line = f"{path}: line {name.start_mark.line + 1}"
        if not isinstance(name, yaml.ScalarNode):
            raise ValueError(f"{line}: expected text as a key, got a {name.id}")
        if name.tag != f"{TAG}str":
            mend = "write it in quotes, or another name"
            raise ValueError(f"{line}: expected text as a key, got {name.value}; {mend}")
        if name.value in seen:
            raise ValueError(f"{line}: key {name.value!r} is there twice; remove one")
        seen.add(name.value)
        _check_node(value, path)
