"""Which code of `lth` a file depends on, as a digest: the definitions that a verb reaches by name, without comments and docstrings.

Definitions are the functions, classes and constants of modules. Of the tables in CHOICES only the entry counts that a file's settings
choose, so a new network, branch or data set is no new code for the files that there are.
"""

import ast
import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lth.keys import canonical, digest_of

PACKAGE = Path(__file__).parent
CHOICES = {
    "networks.NETWORKS": "network.name",
    "tickets.INITIALIZATIONS": "network.initialization",
    "tickets.BRANCHES": "branch",
    "optimizers.OPTIMIZERS": "recipe.optimizer",
    "pruning.METHODS": "making.method",
}  # table: the setting that chooses its entry
Place = tuple[str, str]  # a module of lth (without the prefix), and a name in it
EFFECTS = ""  # in place of a name: what the module does when it is imported
NUMBERED = re.compile(r"-[\d.]+$")  # a number after the name of an entry
WHOLE = "[*]"  # after the name of a table in CHOICES: all its entries


def digest(module: str, settings: Mapping[str, Any]) -> str:
    """The digest of all code that the functions of a module (such as `"verbs.train"`) may run for a file with these settings."""
    return _digest(module, _choices(settings))


def reached(module: str, settings: Mapping[str, Any]) -> frozenset[Place]:
    """The definitions that count for `digest`."""
    return frozenset(_reached(module, _choices(settings)))


def _choices(settings: Mapping[str, Any]) -> tuple[Place, ...]:
    """The entry of each table that settings choose."""
    choices: list[Place] = []
    for table, setting in CHOICES.items():
        value: Any = settings
        for name in setting.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            choices.append((table, value))
    return tuple(choices)


@functools.cache
def _digest(module: str, choices: tuple[Place, ...]) -> str:
    return digest_of(canonical({".".join(place): text for place, text in sorted(_reached(module, choices).items())}))


@functools.cache
def _reached(module: str, choices: tuple[Place, ...]) -> dict[Place, str]:
    """The digest of each definition that is reached from a module, all of which counts, and that of what imported modules do on import."""
    entries = dict(choices)
    found: dict[Place, str] = {}
    todo: list[Place] = [("__init__", EFFECTS), ("verbs.__init__", EFFECTS), *((module, name) for name in (EFFECTS, *_read(module).definitions))]
    while todo:
        place = todo.pop()
        if place not in found:
            text, references = _definition(place, entries.get(".".join(place)))
            found[place] = text
            todo += references
            todo += [(other, EFFECTS) for other in _read(place[0]).needs - {"code"}]
    return found


@dataclasses.dataclass(frozen=True)
class Module:
    """A parsed module: top-level definitions by name, other top-level statements, and what names that are imported anywhere stand for.

    No name may be both, nor be defined twice: references are told apart by name alone.
    """

    definitions: Mapping[str, ast.stmt]
    effects: tuple[ast.stmt, ...]
    modules: Mapping[str, str]  # names that stand for modules of lth
    names: Mapping[str, Place]  # names that come from modules of lth
    others: Mapping[str, str]  # names that come from elsewhere

    @property
    def needs(self) -> set[str]:
        """The modules of lth that it imports."""
        return {*self.modules.values(), *(module for module, _ in self.names.values())}


@functools.cache
def _read(module: str) -> Module:
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    definitions: dict[str, ast.stmt] = {}
    effects: list[ast.stmt] = []
    for statement in tree.body:
        match statement:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.Assign(targets=[ast.Name(id=name)])
                | ast.AnnAssign(target=ast.Name(id=name))
            ):
                assert name not in {*definitions, "_"}, f"{module}: {name} must be one definition with a name"
                definitions[name] = statement
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                effects.append(statement)
    modules: dict[str, str] = {}
    names: dict[str, Place] = {}
    others: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            inside = node.module == "lth" or (node.module or "").startswith("lth.")
            package = (node.module or "").removeprefix("lth").removeprefix(".")
            for alias in node.names:
                name, full = alias.asname or alias.name, f"{package}.{alias.name}".removeprefix(".")
                if inside and _path(full).exists():
                    modules[name] = full
                elif inside:
                    names[name] = (package, alias.name)
                else:
                    others[name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                assert not alias.name.startswith("lth"), f"{module}: write `from lth import ...`"
                others[alias.asname or alias.name.partition(".")[0]] = alias.name
    kinds = [definitions.keys(), modules.keys(), names.keys(), others.keys()]
    twice = {name for one, other in itertools.combinations(kinds, 2) for name in one & other}
    assert not twice, f"{module}: {', '.join(sorted(twice))} must not be both defined and imported"
    return Module(definitions, tuple(effects), modules, names, others)


@functools.cache
def _definition(place: Place, entry: str | None) -> tuple[str, frozenset[Place]]:
    """The digest of a definition (or of one entry of a table), and the definitions of lth that it refers to."""
    module, name = place[0], place[1].removesuffix(WHOLE)
    read = _read(module)
    if name and name not in read.definitions:  # passed on from another module
        return "", frozenset([read.names[name]])
    nodes: list[ast.AST] = [read.definitions[name]] if name else list(read.effects)
    if entry is not None and (value := _entry(nodes[0], entry)) is not None:
        nodes = [value]
    references = set(itertools.chain.from_iterable(_references(node, module) for node in nodes))
    elsewhere = {text: read.others[text] for text in (target for _, target in references) if text in read.others}
    text = digest_of(canonical([[_plain(node) for node in nodes], elsewhere]))
    return text, frozenset(place for place in references if place[0] != module or place[1] not in read.others)


def _entry(table: ast.AST, name: str) -> ast.expr | None:
    """The value of one key of a table; that of `noise` is the one of `noise-0.5` too."""
    assert isinstance(table, ast.Assign | ast.AnnAssign)
    assert isinstance(table.value, ast.Dict), "a table in CHOICES is written as one dict"
    pairs = zip(table.value.keys, table.value.values, strict=True)
    entries = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return entries.get(name) or entries.get(NUMBERED.sub("", name))


def _references(node: ast.AST, module: str) -> Iterator[Place]:
    """The names of its module and of other modules of lth that a piece of code has in it.

    Of a table in CHOICES one entry is meant where the code looks up `TABLE[name]`, asks `name in TABLE`, or names what is legal in an error
    (`unknown(..., TABLE)`). Whatever else it does with a table, it may do with all entries.
    """
    match node:
        case ast.Subscript(value=table, slice=key) if (place := _table(table, module)) and not isinstance(key, ast.Constant):
            yield place
            yield from _references(key, module)
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[table]) if place := _table(table, module):
            yield place
            yield from _references(left, module)
        case ast.Call(func=(ast.Name(id="unknown") | ast.Attribute(attr="unknown")) as function, args=[*others, table]) if place := _table(
            table, module
        ):
            yield place
            for child in (function, *others):
                yield from _references(child, module)
        case ast.Name() | ast.Attribute() if place := _table(node, module):
            yield place[0], place[1] + WHOLE
        case _:
            yield from _names(node, module)


def _table(node: ast.AST, module: str) -> Place | None:
    """The table in CHOICES that an expression is, if it is one."""
    read = _read(module)
    match node:
        case ast.Name(id=name):
            place = read.names.get(name, (module, name))
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in read.modules:
            place = (read.modules[owner], name)
        case _:
            return None
    return place if ".".join(place) in CHOICES else None


def _names(node: ast.AST, module: str) -> Iterator[Place]:
    read = _read(module)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (other := read.modules.get(node.value.id)):
        if other == "code":
            return  # what this module says is in the key, and nothing else of it is in any file
        if node.attr in _read(other).definitions or node.attr in _read(other).names:
            yield other, node.attr
            return  # else a variable has the name of a module: all of that counts, to be safe
    if isinstance(node, ast.Name):
        if node.id in read.modules:  # the module itself as a value
            yield from ((read.modules[node.id], name) for name in _read(read.modules[node.id]).definitions)
        elif node.id in read.names:
            yield read.names[node.id]
        elif node.id in read.definitions or node.id in read.others:
            yield module, node.id
    for child in ast.iter_child_nodes(node):
        yield from _references(child, module)


def _plain(node: Any) -> Any:
    """A tree as plain data without docstrings, the same for all versions of Python: without empty fields, which newer ones add."""
    if isinstance(node, ast.AST):
        fields = dict(ast.iter_fields(node))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None:
            fields["body"] = node.body[1:]
        return [type(node).__name__, *([name, _plain(value)] for name, value in fields.items() if value is not None and value != [])]
    return [_plain(item) for item in node] if isinstance(node, list) else repr(node)


def _path(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
