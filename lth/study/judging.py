"""Which files of a study are up to date, by their own records."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from lth.files.origins import Header, header, made_from
from lth.study.node import Node


def judged(nodes: Iterable[Node]) -> dict[str, bool]:
    """The files of nodes that exist, and whether each was made from what is planned.


    It was, if it has the planned key, and its inputs have the contents that it was made from. Files
    say so themselves (`origins.header`), so neither times nor records of another program count.
    """
    read = functools.cache(lambda node: header(node.path))
    result: dict[str, bool] = {}
    for node in nodes:
        right = _is_right(node, read)
        result |= {path: right for path in node.files if Path(path).exists()}
    return result


def _is_right(node: Node, read: Callable[[Node], Header | None]) -> bool:
    found = read(node)
    if found is None or found.key != node.key:
        return False
    if sorted(found.files) != sorted(node.plan.products):
        return False
    if not node.inputs:
        return True
    contents = {
        role: [_content(read(input)) for input in nodes] for role, nodes in node.inputs.items()
    }
    return found.inputs == made_from(contents)


def _content(found: Header | None) -> str:
    return found.content if found else ""
