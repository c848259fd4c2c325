"""Commands of Python programs whose libraries are imported already.

Most of a start of Snakemake goes into imports that no test is about. One process imports them
once. Each command is then a fork of it, with a folder, an environment and an output of its own.
The project's own code is not among what is imported.
"""

import atexit
import functools
import gc
import importlib
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from processes import end_all

LIBRARIES = ("snakemake.cli", "snakemake.report.html_reporter", "requests", "msgspec", "h5py")


def is_known(arguments: Sequence[str]) -> bool:
    """Whether `ended` can run this: `snakemake`, or `python -m` and the name of a module."""
    return arguments[0] == "snakemake" or tuple(arguments[:2]) == ("python", "-m")


def ended(
    arguments: Sequence[str], folder: Path, environment: dict[str, str], timeout: float
) -> tuple[int, str]:
    """The status and the output of a command. Raises subprocess.TimeoutExpired, after ending it."""
    with tempfile.TemporaryDirectory() as private:
        output = Path(private) / "output"
        server = _server()
        server.send((arguments, folder, environment, output))
        process = server.recv()
        if not server.poll(timeout):
            end_all(process)
            server.recv()
            raise subprocess.TimeoutExpired(arguments, timeout)
        return server.recv(), output.read_text(encoding="utf-8")


@functools.cache
def _server() -> Connection:
    """The process with the libraries. It ends when this process does."""
    ours, theirs = Pipe()
    call = [sys.executable, __file__, str(theirs.fileno())]
    streams = dict.fromkeys(("stdin", "stdout"), subprocess.DEVNULL)
    server = subprocess.Popen(call, pass_fds=[theirs.fileno()], start_new_session=True, **streams)
    theirs.close()
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


def _serve(requests: Connection) -> None:
    """Answers each command with the number of its process, then with its status."""
    for name in LIBRARIES:
        importlib.import_module(name)
    if threading.active_count() > 1:
        raise RuntimeError("a library has started a thread, which a fork would not have")
    gc.freeze()
    with suppress(EOFError):
        while True:
            arguments, folder, environment, output = requests.recv()
            process = os.fork()
            if not process:
                requests.close()
                _redirect(output)
                _run(arguments, folder, environment)
                return
            requests.send(process)
            requests.send(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def _redirect(output: Path) -> None:
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _run(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    """Makes this process one that a shell has started, in a session of its own."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in os.environ
    if arguments[0] == "snakemake":
        sys.argv = list(arguments)
        sys.path[0] = str(Path(sys.executable).parent)
        sys.exit(importlib.import_module("snakemake.cli").main())
    sys.argv = list(arguments[2:])
    sys.path[0] = str(folder)
    runpy.run_module(arguments[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
