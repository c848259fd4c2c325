"""Which code of `lth` a file depends on, as a digest over whole modules.

These are the module of its verb, what that imports, and the modules of the entries that its
settings choose from tables. A table is a module `choices.py`, which holds bare names. Neither its
text nor its imports count, so a new entry is no new code for the files that exist.
"""

import ast
import functools
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lth import caches
from lth.keys import canonical, digest_of

PACKAGE = Path(__file__).parent
CHOICES = "choices"  # the name of modules that are tables
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
UNCOUNTED = {"code", "caches"}  # they make keys and keep them, so their text is in none
MOST = 2_000  # sources in the cache, of half a megabyte in all


class Source(NamedTuple):
    """What counts of the source of a module."""

    digest: str  # of its text, without comments, docstrings and line breaks
    names: list[str]  # from lth, which it imports anywhere in it, with dots


@functools.cache
def digest(module: str, chosen: tuple[str, ...] = ()) -> str:
    """The digest of the code of a module (such as `verbs.train`) and of modules of chosen entries.

    Comments, docstrings and line breaks do not count.
    """
    counted = sorted(reached(module, chosen))
    found = digest_of(canonical({name: _source(name).digest for name in counted}))
    _sources().keep()
    return found


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
    return tuple(dict.fromkeys(map(_imported, _source(module).names)))


@functools.cache
def _source(module: str) -> Source:
    return _sources().of(_path(module).read_bytes())


class _Sources:
    """Sources by the SHA-256 of their bytes, in a cache: each process would parse the same ones.

    To parse a hundred modules takes as long as a short job. The cache has a name of its own for
    each code that makes the entries, and for each version of Python, which parses.
    """

    def __init__(self):
        makers = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("code", "keys")]
        version = "{}.{}".format(*sys.version_info)
        digest = hashlib.sha256(b"".join(makers)).hexdigest()
        self._name = f"sources-{version}-{digest[:16]}.json"
        self._known = self._kept()
        self._new: dict[str, Source] = {}

    def of(self, text: bytes) -> Source:
        name = hashlib.sha256(text).hexdigest()
        found = self._known.get(name) or self._new.get(name)
        if found is None:
            tree = ast.parse(text)
            found = self._new[name] = Source(digest_of(_plain(tree)), list(_names(tree)))
        return found

    def keep(self) -> None:
        """Writes the cache if there is something new in it. Others may have written meanwhile."""
        if self._new:
            whole = {**self._kept(), **self._new}
            caches.write(self._name, whole if len(whole) <= MOST else self._new)
            self._known, self._new = whole, {}

    def _kept(self) -> dict[str, Source]:
        return caches.read(self._name, dict[str, Source]) or {}


@functools.cache
def _sources() -> _Sources:
    return _Sources()


def _names(tree: ast.Module) -> Iterator[str]:
    """The names from lth that a module imports anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _inside(node.module or ""):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _inside(alias.name))


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
