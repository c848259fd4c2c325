"""Which code of `lth` a file depends on, as a digest over whole modules.

These are the module of its verb, what that imports, and the modules of the entries that its
settings choose from tables. A table is a module `choices.py`, which holds bare names. Neither its
text nor its imports count, so a new entry is no new code for the files that exist.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lth.keys import canonical, digest_of

PACKAGE = Path(__file__).parent
CHOICES = "choices"  # the name of modules that are tables
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
UNCOUNTED = {"code"}  # this module only computes keys, so its own text is in none


@functools.cache
def digest(module: str, chosen: tuple[str, ...] = ()) -> str:
    """The digest of the code of a module (such as `verbs.train`) and of modules of chosen entries.

    Comments, docstrings and line breaks do not count.
    """
    return digest_of(canonical({name: _text(name) for name in sorted(reached(module, chosen))}))


@functools.cache
def reached(module: str, chosen: tuple[str, ...] = ()) -> frozenset[str]:
    """The modules that count for `digest`, packages with their `__init__`."""
    found: set[str] = set()
    todo = [module, *chosen]
    while todo:
        name = todo.pop()
        if name not in found and name not in UNCOUNTED and name.rpartition(".")[2] != CHOICES:
            found.add(name)
            todo += [*_packages(name), *_imports(name)]
    return frozenset(found)


def _packages(module: str) -> Iterator[str]:
    """The packages that are imported before a module."""
    parts = module.split(".")
    for length in range(len(parts)):
        yield ".".join([*parts[:length], "__init__"])


@functools.cache
def _imports(module: str) -> tuple[str, ...]:
    """The modules of lth that a module imports anywhere in it."""
    names: list[str] = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and _inside(node.module or ""):
            names += [_imported(f"{node.module}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [_imported(alias.name) for alias in node.names if _inside(alias.name)]
    return tuple(dict.fromkeys(names))


def _inside(name: str) -> bool:
    return name == "lth" or name.startswith("lth.")


def _imported(name: str) -> str:
    """The module in which an imported name stands: it is one itself, or in one, or in a package."""
    inner = name.removeprefix("lth").removeprefix(".")
    if _path(inner).exists():
        return inner
    if (_path(inner).with_suffix("") / "__init__.py").exists():
        return f"{inner}.__init__".removeprefix(".")
    return _imported(f"lth.{inner}".rpartition(".")[0])


@functools.cache
def _text(module: str) -> str:
    """The digest of the parsed source of a module."""
    return digest_of(_plain(_tree(module)))


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text(encoding="utf-8"))


def _plain(node: Any) -> str:
    """A tree as text without docstrings, and without empty fields.

    Newer versions of Python add empty fields, so this is the same for all of them. It is text and
    no lists, which would take four times as long.
    """
    if isinstance(node, list):
        return f"[{','.join([_plain(item) for item in node])}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: getattr(node, name, None) for name in node._fields}
    if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    filled = {name: value for name, value in fields.items() if value is not None and value != []}
    parts = [f"{name}={_plain(value)}" for name, value in filled.items()]
    return f"{type(node).__name__}({','.join(parts)})"


def _path(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
