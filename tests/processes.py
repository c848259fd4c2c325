"""Ends a command with all that it has started, as a kill of a whole job does."""

import os
import signal
import subprocess
import time
from pathlib import Path


def session(leader: int) -> list[int]:
    """The living processes of a session that this process has started."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and os.getsid(int(entry.name)) == leader:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


def end_all(leader: int) -> None:
    """Kills the leader first, or it would start what has not yet been killed again."""
    victims = [leader]
    while victims:
        for victim in victims:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)
        victims = session(leader)


def wait_for_all(leader: int, seconds: float) -> None:
    """Waits for the end of a session. Raises subprocess.TimeoutExpired."""
    end = time.monotonic() + seconds
    while session(leader):
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired("the jobs of a command", seconds)
        time.sleep(0.05)
