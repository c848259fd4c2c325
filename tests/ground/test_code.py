"""Digests of code: an edit changes those of just the files that depend on it."""

from pathlib import Path
from typing import Any, NoReturn

import pytest
from digesting import forget

from lth import caches, code

# The digest, on a package of four modules

COOK = '''"""How to cook."""

from lth.food.oil import FAT
from lth.food.choices import OILS

MOST = 3


def cook(name: str) -> int:
    """Cooks with an oil."""
    from lth.food import salt

    return OILS[name]().amount + FAT + salt.PINCH + MOST
'''
FILES = {
    "__init__": '"""A kitchen."""\n',
    "verbs.__init__": "",
    "verbs.cook": COOK,
    "food.__init__": "",
    "food.oil": "FAT = 1\n",
    "food.salt": "PINCH = 2\n",
    "food.choices": "from lth.food.olive import Olive\n\nOILS = {'olive': Olive}\n",
    "food.olive": "from lth.food.oil import FAT\n\n\nclass Olive:\n    amount = FAT\n",
    "food.other": "",
}
VERB = {"__init__", "verbs.__init__", "verbs.cook", "food.__init__", "food.oil", "food.salt"}


@pytest.fixture
def kitchen(own: Path) -> Path:
    """A package of a verb, which takes an entry of a table."""
    for module, text in FILES.items():
        path = own.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return own


def digest(*chosen: str) -> str:
    forget()
    return code.digest("verbs.cook", chosen)


def edit(folder: Path, module: str, old: str, new: str) -> None:
    """Replaces a text of a module, which has it."""
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{module} has no {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_verb_reaches_what_it_imports_anywhere_in_it(kitchen: Path) -> None:
    assert code.reached("verbs.cook") == VERB


def test_a_chosen_entry_counts_with_what_it_imports(kitchen: Path) -> None:
    assert code.reached("verbs.cook", ("food.olive",)) == VERB | {"food.olive"}
    assert digest("food.olive") != digest()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("verbs.cook", '"""How to cook."""', '"""How to cook, in other words."""'),
        ("verbs.cook", '"""Cooks with an oil."""', '"""Cooks."""'),
        ("verbs.cook", "MOST = 3", "# At most.\nMOST = 3  # spoons"),
        ("verbs.cook", "OILS[name]", "OILS[\n        name\n    ]"),
        ("food.oil", "FAT = 1", "FAT   =   1"),
        ("__init__", '"""A kitchen."""', '"""A large kitchen."""'),
    ],
)
def test_comments_docstrings_and_line_breaks_do_not_count(
    kitchen: Path, module: str, old: str, new: str
) -> None:
    before = digest("food.olive")
    edit(kitchen, module, old, new)
    assert digest("food.olive") == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("verbs.cook", "MOST = 3", "MOST = 4"),
        ("verbs.cook", "amount + FAT", "amount - FAT"),
        ("verbs.cook", "OILS[name]", "OILS['olive']"),
        ("verbs.cook", "name: str", "name: str = ''"),
        ("food.oil", "FAT = 1", "FAT = 1\nprint()"),
        ("food.oil", "FAT = 1", "FAT = True"),
        ("food.oil", "FAT = 1", "from math import e as FAT"),
        ("food.salt", "PINCH = 2", "PINCH = '2'"),
        ("food.olive", "amount = FAT", "amount = 2 * FAT"),
        ("__init__", '"""A kitchen."""', "print()"),
        ("food.__init__", "", "import os"),
    ],
)
def test_every_statement_counts(kitchen: Path, module: str, old: str, new: str) -> None:
    before = digest("food.olive")
    edit(kitchen, module, old, new)
    assert digest("food.olive") != before


def test_a_table_and_entries_that_are_not_chosen_do_not_count(kitchen: Path) -> None:
    before = digest()
    edit(kitchen, "food.olive", "amount = FAT", "amount = 2 * FAT")
    edit(kitchen, "food.choices", "OILS = {'olive': Olive}", "OILS = {'olive': Olive, 'o': Olive}")
    edit(kitchen, "food.choices", "from lth", "from lth.food.other import X\nfrom lth")
    assert digest() == before


def test_a_module_that_another_imports_anew_counts(kitchen: Path) -> None:
    edit(kitchen, "food.salt", "PINCH = 2", "import lth.food.other\n\nPINCH = 2")
    forget()
    assert "food.other" in code.reached("verbs.cook")


# Sources in the cache


@pytest.fixture
def cache(kitchen: Path) -> Path:
    """The cache after a first digest."""
    digest()
    (file,) = (kitchen.parent / "cache" / "lth").iterdir()
    return file


def kept(cache: Path) -> dict[str, Any]:
    return caches.read(cache.name, dict[str, Any]) or {}


def no_parsing(text: bytes) -> NoReturn:
    raise AssertionError(f"parsed again: {text!r}")


@pytest.mark.usefixtures("cache")
def test_another_process_parses_no_source_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest()
    monkeypatch.setattr(code.ast, "parse", no_parsing)
    assert digest() == first


@pytest.mark.usefixtures("cache")
def test_an_edit_counts_beside_a_cache_and_goes_back(kitchen: Path) -> None:
    first = digest()
    edit(kitchen, "food.salt", "PINCH = 2", "import lth.food.other\n\nPINCH = 2")
    assert digest() != first
    assert "food.other" in code.reached("verbs.cook")
    edit(kitchen, "food.salt", "import lth.food.other\n\n", "")
    assert digest() == first


SOUND = "a" * 64
ENTRIES = ("3", '["x"]', '["x", "ab"]', "[null, []]", '["x", [1]]')
DAMAGES = [b"", b"{", b"[]", b"\x00", *(f'{{"{SOUND}": {entry}}}'.encode() for entry in ENTRIES)]


@pytest.mark.parametrize("damage", [*DAMAGES, *map(caches.sealed, DAMAGES)])
def test_a_damaged_cache_is_written_anew(cache: Path, damage: bytes) -> None:
    whole, first = cache.read_bytes(), digest()
    cache.write_bytes(damage)
    assert digest() == first
    assert cache.read_bytes() == whole


def test_no_changed_bit_of_the_cache_is_believed(cache: Path) -> None:
    whole, first = cache.read_bytes(), digest()
    for at in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[at] ^= 1
        cache.write_bytes(changed)
        assert digest() == first
        assert cache.read_bytes() == whole


def test_without_a_cache_the_digest_is_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest()
    monkeypatch.setenv("XDG_CACHE_HOME", f"{cache}/no-folder")
    assert digest() == first


def test_what_another_process_has_written_meanwhile_stays(cache: Path, kitchen: Path) -> None:
    edit(kitchen, "food.salt", "PINCH = 2", "PINCH = 3")
    forget()
    code.reached("verbs.cook")  # reads the cache
    caches.write(cache.name, kept(cache) | {SOUND: ["digest", []]})
    code.digest("verbs.cook")
    assert SOUND in kept(cache)


def test_a_write_that_fails_leaves_nothing_behind(
    cache: Path, kitchen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    (kitchen / "food" / "salt.py").write_text("PINCH = 3\n")
    digest()
    assert list(cache.parent.iterdir()) == [cache]


def test_a_cache_of_very_many_sources_begins_anew(
    cache: Path, kitchen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "MOST", 6)
    assert len(kept(cache)) == 5, "of six modules, two are equal"
    for number in range(3, 6):
        edit(kitchen, "food.salt", f"PINCH = {number - 1}", f"PINCH = {number}")
        digest()
    assert len(kept(cache)) <= 6


def test_another_reading_of_sources_has_another_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(code, "__file__", str(tmp_path / "code.py"))
    for text in ("", "# another way to make digests"):
        (tmp_path / "code.py").write_text("")
        (tmp_path / "keys.py").write_text(text)
        digest()
    assert len(list(cache.parent.iterdir())) == 3
