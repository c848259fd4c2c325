"""What all plans have: a path, products, inputs by role, and the code that they depend on."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from lth import code, settings
from lth.files.origins import Input, Origin
from lth.files.paths import RESULTS
from lth.settings import Settings, expected


class Role(NamedTuple):
    """A part that inputs play: what they are, in words, and of which kinds they may be."""

    help: str
    kinds: tuple[str, ...]
    many: bool = False
    optional: bool = False


@dataclasses.dataclass(frozen=True)
class Address:
    """A file by its kind, and the settings of its plan that tell it from others of that kind."""

    kind: str
    coordinates: Mapping[str, str | int]

    def fault(self, origin: Origin) -> str:
        """What a file that lies here has instead of this; "" if it is this one."""
        found = {name: origin.settings.get(name) for name in self.coordinates}
        if (origin.kind, found) == (self.kind, dict(self.coordinates)):
            return ""
        wanted = _described(self.kind, self.coordinates)
        return f"expected {wanted}, got {_described(origin.kind, found)}"


def _described(kind: str, coordinates: Mapping[str, object]) -> str:
    return ", ".join([kind, *(f"{name} {value}" for name, value in coordinates.items())])


class Plan(Settings):
    """What a file depends on beside its inputs. Each kind of file has a class of its own."""

    KIND: ClassVar[str]
    PATH: ClassVar[str]  # below results, of the file that says what it was made from
    PRODUCTS: ClassVar[tuple[str, ...]] = ()  # the files that it says this of, if not of itself
    ROLES: ClassVar[Mapping[str, Role]] = {}

    @property
    def verb(self) -> str:
        """The name of the verb that makes the file, and of its module."""
        raise NotImplementedError

    def inputs(self) -> Mapping[str, Address]:
        """The input of each role that has one, where the plan alone says which it is."""
        return {}

    def entries(self) -> tuple[object, ...]:
        """The entries of tables that the plan chooses, as functions or classes."""
        return ()

    @property
    def path(self) -> str:
        """Where the file lies that says what it was made from, from the top of the project."""
        return self._placed(self.PATH)

    @property
    def products(self) -> tuple[str, ...]:
        """The files that it is the origin of; none where it is the only file."""
        return tuple(self._placed(pattern) for pattern in self.PRODUCTS)

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are made together."""
        return (*self.products, self.path)

    def _placed(self, pattern: str) -> str:
        return placed(pattern, {name: getattr(self, name) for name in self.__struct_fields__})

    @property
    def code(self) -> str:
        """The digest of the code that makes the file."""
        chosen = tuple(dict.fromkeys(module_of(entry) for entry in self.entries()))
        return code.digest(f"verbs.{self.verb}", chosen)

    def origin(self, inputs: Mapping[str, tuple[Input, ...]]) -> Origin:
        """What the file says of itself, made from these inputs by the code of now."""
        return Origin(self.KIND, settings.plain(self), self.code, inputs)

    def check_input(self, role: str, path: object, origin: Origin) -> None:
        """Raises ValueError where a file cannot have a role, or is not the one asked for in it."""
        kinds = self.ROLES[role].kinds
        if origin.kind not in kinds:
            legal = " or ".join(map(repr, kinds))
            raise expected(str(path), f"a file of kind {legal}", origin.kind)
        address = self.inputs().get(role)
        if address is not None and (fault := address.fault(origin)):
            raise ValueError(f"{path}: {fault}")


def placed(pattern: str, fields: Mapping[str, Any]) -> str:
    """A path below results whose pattern has names of fields in braces."""
    return f"{RESULTS}/{pattern.format(**fields)}"


def module_of(entry: object) -> str:
    """The module of lth that an entry of a table stands in, without the prefix."""
    return str(entry.__module__).removeprefix("lth.")
