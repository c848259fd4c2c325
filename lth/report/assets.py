"""The page's own files, which are no Python and so in no digest of code."""

import functools
import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "page"
SUFFIXES = ("html", "css", "js")


@functools.cache
def asset(suffix: str) -> str:
    """The text of one of them."""
    return (FOLDER / f"page.{suffix}").read_text(encoding="utf-8")


def digest() -> str:
    """The digest of all of them."""
    return hashlib.sha256("\0".join(map(asset, SUFFIXES)).encode()).hexdigest()
