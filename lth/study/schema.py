"""A JSON Schema of `params.yaml` and the catalog, from the types of settings."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lth.data.source import Source
from lth.files.paths import NAME
from lth.report.claims import Claim
from lth.report.figures.choices import Figure
from lth.report.listed import Difference
from lth.report.style import Style
from lth.study.experiment import Experiment
from lth.study.paper import SCALES, Numbered
from lth.study.sweeps import Sweep

EXTENDS = {"type": "string", "description": "The entry of the catalog whose keys it inherits."}
DEFS = "#/$defs/"
CHANGES = "-changes"  # after the name of a type, where an entry may change an inherited value of it

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of a file of either kind.

    In entries of experiments, figures and sweeps no key is required, since all may be inherited,
    and null removes a key. Within lists nothing is inherited, so there each mapping is complete.
    """
    kinds = (Experiment, Figure, Source, Style, Sweep, Numbered, Claim, Difference)
    schemas, types = msgspec.json.schema_components(kinds, ref_template=f"{DEFS}{{name}}")
    experiment, figure, source, style, sweep, numbered, claim, difference = map(_standard, schemas)
    whole = {name: _standard(item) for name, item in types.items()}
    changes = {f"{name}{CHANGES}": _changes(item) for name, item in whole.items()}
    for name in [*_names(experiment), *_names(figure), *_names(sweep)]:
        changes[f"{name}{CHANGES}"]["properties"]["extends"] = EXTENDS
    sections = {
        "experiments": _section(_changes(experiment)),
        "figures": _section(_changes(figure)),
        "datasets": _section(source),
        "style": style,
        "sweeps": _section(_changes(sweep)),
        "paper": _section(numbered),
        "claims": _section(claim),
        "differences": _section(difference),
        "scale": {"enum": list(SCALES)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A study of lottery tickets, or a part of its catalog",
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        "$defs": _used(sections, whole | changes),
    }


def _section(entry: Schema) -> Schema:
    """The schema of entries by name."""
    names = {"pattern": f"^{NAME.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": entry}


def _standard(item: Any) -> Any:
    """A schema without `discriminator`, which is no word of JSON Schema."""
    if isinstance(item, list):
        return [_standard(part) for part in item]
    if not isinstance(item, dict):
        return item
    return {key: _standard(part) for key, part in item.items() if key != "discriminator"}


def _changes(item: Schema) -> Schema:
    """The schema of what may change an inherited value: keys are optional, and may be null."""
    if "$ref" in item:
        return {"$ref": f"{item['$ref']}{CHANGES}"}
    result = {key: part for key, part in item.items() if key != "required"}
    if "anyOf" in item:
        result["anyOf"] = [_changes(part) for part in item["anyOf"]]
    if "properties" in item:
        keys = item["properties"].items()
        result["properties"] = {key: _or_null(_changes(part)) for key, part in keys}
    if isinstance(item.get("additionalProperties"), dict):
        result["additionalProperties"] = _or_null(_changes(item["additionalProperties"]))
    return result


def _or_null(item: Schema) -> Schema:
    """The schema of a value that may be null too."""
    if isinstance(item.get("type"), str):
        return {**item, "type": [item["type"], "null"]}
    if "enum" in item:
        return {**item, "enum": [*item["enum"], None]}
    return {"anyOf": [*item.get("anyOf", [item]), {"type": "null"}]}


def _used(sections: Schema, types: Mapping[str, Schema]) -> Schema:
    """The types that schemas name, and those that these name."""
    found: dict[str, Schema] = {}
    todo = list(_names(sections))
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = types[name]
            todo += _names(types[name])
    return dict(sorted(found.items()))


def _names(item: Any) -> Iterator[str]:
    """The types that a schema names."""
    parts = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    if isinstance(item, dict) and "$ref" in item:
        yield item["$ref"].removeprefix(DEFS)
    for part in parts:
        yield from _names(part)
