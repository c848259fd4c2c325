"""Compilation of the kernels by numba, with a cache that notices a change in any of them."""

import contextlib
import fcntl
import hashlib
import os
import pickle
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numba.extending
from numba.core import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile
from numba.core.registry import cpu_target
from numba.core.runtime.nrt import rtsys

from lth import caches

SOURCES = Path(__file__).parent

if config.DISABLE_JIT:  # pyright: ignore[reportAttributeAccessIssue]
    raise ImportError("NUMBA_DISABLE_JIT is set")


def source_digest(folder: Path) -> str:
    """A digest of the modules in a folder, with the version of the compiler.

    Numba's own cache sees a change in a function's module, but not in those of functions it calls.
    """
    sha = hashlib.sha256(f"{numba.__version__} {platform.python_version()}".encode())
    for path in sorted(folder.glob("*.py")):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def cache_folder() -> Path | None:
    """The folder for compiled code of these sources, or None where it cannot be written.

    It lies in NUMBA_CACHE_DIR if that is set, else in the user's cache. What lies there is run, so
    nobody else should be able to write there. A folder that can only be read serves if kernels were
    compiled into it before.
    """
    try:
        own = os.environ.get("NUMBA_CACHE_DIR") or caches.folder()
        folder = Path(own) / source_digest(SOURCES)
        if any(folder.glob("*.compiled")):
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, RuntimeError):  # RuntimeError where there is no home
        return None
    return folder


@contextmanager
def first_compilation(precision: str) -> Iterator[None]:
    """A context in which all kernels are called once, of numbers such as `float32`.

    The first process that needs them compiles them, and says so. Others wait for it. Later ones
    take them from the cache.
    """
    name, features = _target.codegen().magic_tuple()[1:]
    cpu = hashlib.sha256(f"{name} {features}".encode()).hexdigest()[:16]
    done = FOLDER / f"{precision}-{cpu}.compiled" if FOLDER else None
    if done and done.exists():
        yield
        return
    with contextlib.ExitStack() as contexts:
        try:
            contexts.enter_context(_locked("compiling"))
        except OSError:
            done = None
        if done is None:
            print("compiles kernels, which takes some seconds; no cache can be written", flush=True)
        elif not done.exists():
            print(f"compiles kernels into {FOLDER}, which takes some seconds once", flush=True)
        yield
        if done and not _Cache.unsaved:
            with contextlib.suppress(OSError):
                done.touch()


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """A context in which there is one process at a time, where the file system has locks.

    Raises OSError where no file can be written.
    """
    if FOLDER is None:
        raise OSError("no folder can be written")
    with (FOLDER / f"{name}.lock").open("w") as lock:
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


FOLDER = cache_folder()


class _Place:
    """Where numba keeps the compiled code of a function: in FOLDER, wherever the source lies.

    Numba's own places depend on the path of the source. So two copies of lth would both compile.
    """

    def __init__(self, function: Callable[..., Any], file: str):
        self._py_file, self._line = file, function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> "_Place":
        return cls(function, file)

    def ensure_cache_path(self) -> None:
        """Nothing: the folder is there."""

    def get_cache_path(self) -> str:
        return str(FOLDER)

    def get_source_stamp(self) -> str:
        """The function's own source, where it is none of those that the name of the folder has."""
        return hashlib.sha256(Path(self._py_file).read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        return str(self._line)


class _PlacedImpl(CompileResultCacheImpl):
    _locator_classes = [_Place]  # noqa: RUF012


class _SealedFiles(IndexDataCacheFile):
    """Numba's files of a function, with a SHA-256 in each: code with another bit would be run."""

    def _load_index(self) -> dict[Any, str]:
        try:
            content = caches.unsealed(Path(self._index_path).read_bytes())
            version, stamp, overloads = pickle.loads(content)
        except (OSError, ValueError):
            return {}
        fresh = (version, stamp) == (self._version, self._source_stamp)
        return overloads if fresh else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        content = self._dump((self._version, self._source_stamp, overloads))
        with self._open_for_write(self._index_path) as file:
            file.write(caches.sealed(content))

    def _load_data(self, name: str) -> Any:
        return pickle.loads(caches.unsealed(Path(self._data_path(name)).read_bytes()))

    def _save_data(self, name: str, data: Any) -> None:
        with self._open_for_write(self._data_path(name)) as file:
            file.write(caches.sealed(self._dump(data)))


class _Cache(FunctionCache):
    """Numba's cache, for which one process writes at a time: it may mix up what two write."""

    _impl_class = _PlacedImpl
    unsaved = False  # whether something could not be written

    def __init__(self, function: Callable[..., Any]):
        super().__init__(function)
        implementation: Any = self._impl
        stamp = implementation.locator.get_source_stamp()
        self._cache_file = _SealedFiles(self._cache_path, implementation.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled code of a signature, or None where it is lost or damaged.

        Numba would first load all that it needs to compile, which takes a third of a short job. It
        does so anyway where it compiles. Code that is loaded needs the runtime only.
        """
        rtsys.initialize(target_context)
        with contextlib.suppress(ValueError):
            return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            with _locked("writing"):
                super().save_overload(sig, data)
        except OSError:
            _Cache.unsaved = True


Decorator = Callable[[Callable[..., Any]], Any]  # numba has no types for what it makes

_OPTIONS: dict[str, Any] = {
    "boundscheck": False,
    "error_model": "numpy",  # division by zero gives infinity, as IEEE says
    "fastmath": False,  # sums keep the order in which they are written
    "nogil": True,
    "no_cfunc_wrapper": True,
}


def _compiler(**options: Any) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher: Any = numba.njit(**_OPTIONS, **options)(function)
        if FOLDER is not None:
            dispatcher._cache = _Cache(function)
        return dispatcher

    return decorate


compiled = _compiler()
# For functions of lanes, which then stay in registers. Only other kernels can call them.
inlined = _compiler(forceinline=True, no_cpython_wrapper=True)
intrinsic: Decorator = numba.extending.intrinsic

# Whether there are registers of 64 bytes. Dense kernels then go through whole strips, and else
# through one vector of each strip after another. Both ways give the same bits.
_target: Any = cpu_target.target_context
WIDE = "+avx512f" in _target.codegen().magic_tuple()[2]
