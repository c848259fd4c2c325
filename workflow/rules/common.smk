# Functions only: the study, and what the rules take from it. Paths, settings, inputs and keys all come from lth.study.
import base64
import contextlib
import json
import os
import time
from pathlib import Path

from lth import config as lth_config
from lth import places as lth_places
from lth.study import Study
from lth.terminal import printable

from snakemake.exceptions import WorkflowError

def read_study():
    try:
        return Study(lth_config.read())
    except ValueError as error:
        sys.exit(printable(f"lth: error: {error}"))


study = read_study()
planned = {item.path: item for item in study.nodes()}


def trust_files():
    """Makes Snakemake's memory agree with what the files say of themselves.

    Snakemake decides by its records, by marks of jobs that were killed, and by times. Any of these may be
    lost, or come back from a checkout without the files. The key in a file stays with it. Snakemake
    judges the files of a job together, so they are told of together.
    """
    judged, now = study.judged(), time.time()
    for key, paths in jobs():
        there = [path for path in paths if path in judged]
        right = all(judged[path] for path in there)
        records = {path: recorded(path, key) for path in there}
        for path in there:
            if right:
                remembered("incomplete", path).unlink(missing_ok=True)
            elif records[path] != "another":  # else Snakemake sees the change itself
                mark(path)
            # Without a record Snakemake asks the time alone. A time to come would make it reject new files.
            forgotten = right and set(records.values()) != {"planned"}
            if forgotten:
                remembered("metadata", path).unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):  # another Snakemake may be at work while this one only plans
                if forgotten or os.path.getmtime(path) > now:
                    os.utime(path, (now, now))


def jobs():
    """The key in the params of each job, and its files. One job makes θ0 and the mask that keeps everything."""
    files = {}
    for item in planned.values():
        dense = item.kind == "mask" and item.settings["strategy"] == "dense"
        maker = study.theta0(item.settings["experiment"], item.settings["block"]) if dense else item
        files.setdefault(maker.key, []).extend(item.files)
    return files.items()


def recorded(path, key):
    """Whether Snakemake's record of a file has the planned key or another one, or there is none."""
    record = remembered("metadata", path)
    try:
        text = record.read_text(errors="replace")
        json.loads(text)
    except (FileNotFoundError, ValueError):  # one that was cut off says nothing
        return "none"
    return "planned" if key in text else "another"


def mark(path):
    """Marks a file as one that a killed job left behind, so that its job runs again."""
    place = remembered("incomplete", path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"external_jobid": None}))


def remembered(folder, path):
    """Where Snakemake keeps what it knows of a file: in base64, in folders where that is long."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    parts = [name[start : start + 254] for start in range(0, len(name), 254)]
    return Path(".snakemake", folder, *(f"@{part}" for part in parts[:-1]), parts[-1])


def node(kind, wildcards):
    """The node of a rule: the wildcards are its coordinates, by the same names."""
    path = lth_places.path_of(kind, dict(wildcards))
    if path not in planned:
        raise WorkflowError(f"{path} is not in the study; see: python -m lth check")
    return planned[path]


def settings(kind):
    return lambda wildcards: node(kind, wildcards).plan


def key(kind):
    return lambda wildcards: node(kind, wildcards).key


def inputs(kind, role):
    """The paths of a role; none where the strategy needs none."""
    return lambda wildcards: [item.path for item in node(kind, wildcards).inputs.get(role, ())]


def memory(kind):
    return lambda wildcards: study.memory(node(kind, wildcards))


def braced(kind):
    return lambda wildcards: lth_places.braced([item.path for items in node(kind, wildcards).inputs.values() for item in items])


def caption(wildcards):
    return study.config.figures[wildcards.name].caption


wildcard_constraints:
    experiment="[a-z0-9-]+",
    block=r"trials-\d+-\d+",
    strategy="[a-z-]+",
    round=r"\d+",
    branch="[a-z0-9.-]+",
    dataset="[a-z0-9-]+",
    iteration=r"\d+",
    name="[a-z0-9-]+",
