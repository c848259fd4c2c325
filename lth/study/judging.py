"""Which files of a study are up to date, by their own records."""

from collections.abc import Mapping
from pathlib import Path

from lth.files.origins import Header, header, made_from
from lth.study.graph import Node, Study


def judged(study: Study) -> dict[str, bool]:
    """The files of a study that exist, and whether each was made from what is planned.

    It was, if it has the planned key, and its inputs have the contents that it was made from. Files
    say so themselves (`origins.header`), so neither times nor records of another program count.
    """
    headers = {node: header(node.path) for node in study.nodes()}
    result: dict[str, bool] = {}
    for node in headers:
        right = _is_right(node, headers)
        result |= {path: right for path in node.files if Path(path).exists()}
    return result


def _is_right(node: Node, headers: Mapping[Node, Header | None]) -> bool:
    found = headers[node]
    if found is None or found.key != node.key:
        return False
    if sorted(found.files) != sorted(node.plan.products):
        return False
    if not node.inputs:
        return True
    contents = {
        role: [_content(headers[input]) for input in nodes] for role, nodes in node.inputs.items()
    }
    return found.inputs == made_from(contents)


def _content(found: Header | None) -> str:
    return found.content if found else ""
