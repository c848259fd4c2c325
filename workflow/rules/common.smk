# Functions only: the study, and what the rules take from it. Paths, settings, inputs and keys all come from lth.study.
import base64
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
    lost, or come back from a checkout without the files. The key in a file stays with it.
    """
    now = time.time()
    keys = {path: key_of_job(item) for item in planned.values() for path in item.files}
    for path, right in study.judged().items():
        record, mark = (remembered(folder, path) for folder in ("metadata", "incomplete"))
        names_key = known = False
        if record.exists():
            text = record.read_text(errors="replace")
            known = text.endswith("}")  # a record that was cut off says nothing
            names_key = known and keys[path] in text
        if right:
            mark.unlink(missing_ok=True)
            if not names_key:
                record.unlink(missing_ok=True)
        elif names_key or not known:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(json.dumps({"external_jobid": None}))
        # Without a record Snakemake asks the time alone. A time to come would make it reject new files.
        if (right and not names_key) or os.path.getmtime(path) > now:
            os.utime(path, (now, now))


def key_of_job(item):
    """The key among the params of the job that makes a file: one job makes θ0 and the mask that keeps everything."""
    dense = item.kind == "mask" and item.settings["strategy"] == "dense"
    return study.theta0(item.settings["experiment"], item.settings["block"]).key if dense else item.key


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
