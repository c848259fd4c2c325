"""Content keys: a hash that says what a file was made from, all the way down.

That is its settings, its code, and the keys of its inputs. Snakemake compares keys by value, so
neither times after a checkout nor a lost record can make an old file pass for a new one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence


def canonical(settings: object) -> str:
    """Settings as JSON: sorted, without spaces, so that equal settings are equal text.

    Raises ValueError for NaN and infinities.
    """
    return json.dumps(
        settings, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )


def key(kind: str, settings: object, code: str, inputs: Mapping[str, Sequence[str]]) -> str:
    """The key of a file: 24 hex digits over its kind, settings and code, and its inputs' keys."""
    own = {role: list(keys) for role, keys in inputs.items()}
    return digest_of(canonical([kind, settings, code, own]))


def digest_of(text: str) -> str:
    """24 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
