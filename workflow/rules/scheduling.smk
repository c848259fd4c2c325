# A cure for Snakemake 9.27: after each look at the jobs that are ready it starts a timer that asks for
# the next look, and each finished job asks for one more. So there are as many looks in a second as jobs
# have finished. After 300 of 1,000 jobs that keeps a core busy. And Snakemake ends only when all timers
# have. Here one timer waits at a time, and none holds up the end.
import threading

try:
    from snakemake.scheduling.job_scheduler import JobScheduler
except ImportError:  # another release, which may need no cure
    JobScheduler = None


def look_again(scheduler, delay):
    """Asks for one look at the ready jobs after a delay in seconds, if no other is asked for."""

    def look():
        scheduler.timer = None
        scheduler._open_jobs.release()

    if getattr(scheduler, "timer", None) is None:
        scheduler.timer = threading.Timer(delay, look)
        scheduler.timer.daemon = True
        scheduler.timer.start()


if JobScheduler is not None:
    JobScheduler._schedule_reevalutation = look_again
