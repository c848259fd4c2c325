"""What Snakemake's output says of its jobs."""

import re

STARTED = re.compile(
    r"""^(?:local)?rule[ ]\w+:\n
    (?:[ ]{4}.*\n)*?[ ]{4}output:[ ](?P<files>.*)\n
    (?:[ ]{4}.*\n)*?[ ]{4}jobid:[ ](?P<id>\d+)\n
    (?:[ ]{4}.*\n)*?[ ]{4}reason:[ ](?P<reason>.*)\n""",
    re.MULTILINE | re.VERBOSE,
)
FINISHED = re.compile(r"^Finished jobid: (\d+)", re.MULTILINE)


def begun(output: str) -> list[dict[str, str]]:
    """The jobs that were started: `files`, `id` and `reason` of each."""
    return [match.groupdict() for match in STARTED.finditer(output)]


def under_way(output: str) -> frozenset[str]:
    """The files of jobs that were started and not finished."""
    done = set(FINISHED.findall(output))
    open_jobs = [job["files"] for job in begun(output) if job["id"] not in done]
    return frozenset(file for files in open_jobs for file in files.split(", "))
