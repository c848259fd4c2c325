"""Content keys: a hash that says what a file was made from, all the way down (settings, code, and the keys of its inputs).

Snakemake compares keys by value, so neither the file times after a checkout nor a lost record can make an old file pass for a new one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence


def canonical(settings: object) -> str:
    """Settings as JSON text: sorted, without spaces, so that equal settings are equal text. NaN and infinities are refused."""
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def key(kind: str, settings: object, code: str, inputs: Mapping[str, Sequence[str]]) -> str:
    """The key of a node: 24 hex digits over its kind, its settings, the digest of its code, and the keys of its inputs by role."""
    return digest_of(canonical([kind, settings, code, {role: list(keys) for role, keys in inputs.items()}]))


def digest_of(text: str) -> str:
    """24 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
