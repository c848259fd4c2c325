"""Content keys: a hash that says what a file was made from, all the way down (settings, code, and the keys of its inputs).

Snakemake compares keys by value, so neither the file times after a checkout nor a lost record can make an old file pass for a new one.
"""

import ast
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent


def canonical(settings: object) -> str:
    """Settings as JSON text: sorted, without spaces, so that equal settings are equal text. NaN and infinities are refused."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def key(kind: str, settings: object, code: str, inputs: Mapping[str, Sequence[str]]) -> str:
    """The key of a node: 24 hex digits over its kind, its settings, the digest of its code, and the keys of its inputs by role."""
    return _digest(canonical([kind, settings, code, {role: list(keys) for role, keys in inputs.items()}]))


@functools.cache
def code(module: str) -> str:
    """Digest of a module of `lth` (such as `"verbs.train"`) and of all modules of `lth` that it imports, directly or not.

    The parsed source counts, without comments and docstrings: editing prose changes no digest.
    """
    return _digest(canonical({name: _source(name)[0] for name in sorted(closure(module))}))


@functools.cache
def closure(module: str) -> frozenset[str]:
    """The modules of `lth` (without the prefix) that a module needs, itself included."""
    found: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(_source(name)[1])
    return frozenset(found)


@functools.cache
def _source(module: str) -> tuple[str, tuple[str, ...]]:
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return _digest(canonical(_plain(tree))), tuple(_imports(tree))


def _plain(node: Any) -> Any:
    """A tree as plain data, the same for all versions of Python: without empty fields, which newer ones add."""
    if isinstance(node, ast.AST):
        return [type(node).__name__, *([name, _plain(value)] for name, value in ast.iter_fields(node) if value is not None and value != [])]
    return [_plain(item) for item in node] if isinstance(node, list) else repr(node)


def _imports(tree: ast.AST) -> list[str]:
    """Modules of `lth` imported anywhere in a tree: `from lth.x import y`, `from lth import x`, `import lth.x`."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "lth":
            names += [alias.name for alias in node.names if _path(alias.name).exists()]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lth."):
            module = (node.module or "").removeprefix("lth.")
            inner = [f"{module}.{alias.name}" for alias in node.names if _path(f"{module}.{alias.name}").exists()]
            names += inner or [module]
        elif isinstance(node, ast.Import):
            names += [alias.name.removeprefix("lth.") for alias in node.names if alias.name.startswith("lth.")]
    return names


def _path(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
