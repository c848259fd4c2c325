"""Snakemake's own looks at the jobs that are ready stay few."""

import inspect
import threading
from pathlib import Path
from typing import Any

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

RULES = Path(__file__).parents[2] / "workflow" / "rules" / "scheduling.smk"


class Asked:
    """As much of a scheduler as is asked."""

    def __init__(self):
        self._open_jobs = threading.Semaphore(0)

    def looks(self, seconds: float) -> bool:
        return self._open_jobs.acquire(timeout=seconds)


@pytest.fixture
def look_again(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(JobScheduler, "_schedule_reevalutation", None)
    exec(compile(RULES.read_text(encoding="utf-8"), str(RULES), "exec"), {})
    return JobScheduler._schedule_reevalutation


def test_a_second_look_waits_for_the_first(look_again: Any) -> None:
    scheduler = Asked()
    for _ in range(3):
        look_again(scheduler, 0.05)
    assert scheduler.looks(10)
    assert not scheduler.looks(0.2), "three were asked for while the first was not there"
    look_again(scheduler, 0.01)
    assert scheduler.looks(10)


def test_no_timer_holds_up_the_end(look_again: Any) -> None:
    before = set(threading.enumerate())
    look_again(Asked(), 0.5)
    (timer,) = set(threading.enumerate()) - before
    assert timer.daemon


def test_snakemake_still_has_what_is_cured() -> None:
    text = inspect.getsource(JobScheduler.schedule)
    assert "self._schedule_reevalutation(self.job_rate_limiter.timespan)" in text
    assert "self._open_jobs.acquire()" in text
