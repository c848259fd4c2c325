"""Compilation of the kernels by numba, with a cache that notices a change in any of them."""

import functools
import hashlib
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numba.extending
from numba.core import config
from numba.core.registry import cpu_target


def source_digest() -> str:
    """A digest of the sources of all kernels, with the version of the compiler.

    Numba's own cache sees a change in a function, but not in the functions that it calls.
    """
    sha = hashlib.sha256(f"{numba.__version__} {platform.python_version()}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def cache_folder() -> Path | None:
    """The folder for compiled code of these sources, or None where no folder can be written.

    It lies in NUMBA_CACHE_DIR if that is set, else in the user's cache, else in no other place:
    a folder that anybody can write to is no place for code.
    """
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lth"
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or default) / source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return None
    return folder


FOLDER = cache_folder()
if FOLDER is not None:
    config.CACHE_DIR = str(FOLDER)  # pyright: ignore[reportAttributeAccessIssue]

Decorator = Callable[[Callable[..., Any]], Any]  # numba has no types for what it makes

_options = functools.partial(
    numba.njit,
    boundscheck=False,
    error_model="numpy",  # division by zero gives infinity, as IEEE says
    fastmath=False,  # sums keep the order in which they are written
    nogil=True,
    no_cfunc_wrapper=True,
    cache=FOLDER is not None,
)
compiled: Decorator = _options()
inlined: Decorator = _options(forceinline=True, no_cpython_wrapper=True)  # for lanes, which then stay in registers
intrinsic: Decorator = numba.extending.intrinsic

# Whether 32 registers hold a vector each. It decides how dense kernels go through their rows: bits
# are the same in both ways.
WIDE = "+avx512f" in cpu_target.target_context.codegen().magic_tuple()[2]
