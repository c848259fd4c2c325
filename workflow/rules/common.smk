# The study, and functions for what the rules take from it. Paths, settings, inputs and keys all
# come from lth.study.
import base64
import contextlib
import functools
import json
import os
import sys
import time
from pathlib import Path

from lth.files import paths as lth_paths
from lth.files.terminal import printable
from lth.study import catalog as lth_catalog
from lth.study import paper as lth_paper
from lth.study.graph import Study
from lth.study.judging import judged
from lth.study.plans.plan import placed
from lth.study.plans.choices import PLANS

from snakemake.exceptions import WorkflowError


def read_study(scales=()):
    """The study of params.yaml. A fault in it is one line, and the end."""
    try:
        return Study(lth_catalog.read(scales=scales))
    except ValueError as error:
        sys.exit(printable(f"lth: error: {error}"))


study = read_study()
planned = {item.path: item for item in study.nodes()}


@functools.cache
def paper():
    """The study with the paper's figures, and its nodes by path, where one of them is asked for."""
    found = read_study(lth_paper.SCALES)
    return found, {item.path: item for item in found.known()}


def plan_paper(path):
    """Plans a file of the paper's figures, if it is one, with all that it is made from."""
    found, known = paper()
    if fault := found.config.paper.faults.get(Path(path).stem):
        sys.exit(printable(f"lth: error: {fault}"))
    wanted = found.behind([known[path]] if path in known else [])
    new = [item for item in wanted if item.path not in planned]
    planned.update((item.path, item) for item in new)
    if workflow.is_main_process:
        trust_files(found, new)


def trust_files(study, nodes):
    """Makes Snakemake's memory agree with what the files say of themselves.

    Snakemake decides by its records, by marks of jobs that were killed, and by times. Any of these
    may be lost, or come back from a checkout without the files. The key in a file stays with it.
    Snakemake judges the files of a job together, so they are told of together.
    """
    found, now = judged(nodes), time.time()
    for key, paths in study.jobs(nodes):
        existing = [path for path in paths if path in found]
        right = all(found[path] for path in existing)
        records = {path: recorded(path, key) for path in existing}
        # Without a record Snakemake asks the time alone. A time to come would make it reject new
        # files.
        forgotten = right and set(records.values()) != {"planned"}
        for path in existing:
            if right:
                remembered("incomplete", path).unlink(missing_ok=True)
            elif records[path] != "another":  # else Snakemake sees the change itself
                mark(path)
            if forgotten:
                remembered("metadata", path).unlink(missing_ok=True)
            # Another Snakemake may be at work while this one only plans.
            with contextlib.suppress(FileNotFoundError):
                if forgotten or os.path.getmtime(path) > now:
                    os.utime(path, (now, now))


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
    file = remembered("incomplete", path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"external_jobid": None}))


def remembered(folder, path):
    """Where Snakemake keeps what it knows of a file: in base64, in folders where that is long."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    parts = [name[start : start + 254] for start in range(0, len(name), 254)]
    return Path(".snakemake", folder, *(f"@{part}" for part in parts[:-1]), parts[-1])


def pattern(kind, **fixed):
    """The path of files of a kind, with wildcards for the fields of its plan but the fixed ones."""
    return placed(PLANS[kind].PATH, wildcards_of(kind) | fixed)


def products(kind):
    """The paths of the files that a file of a kind is the origin of, with wildcards."""
    return [placed(product, wildcards_of(kind)) for product in PLANS[kind].PRODUCTS]


def wildcards_of(kind):
    """A wildcard for each field of the plan of a kind, by name."""
    return {name: f"{{{name}}}" for name in PLANS[kind].__struct_fields__}


def node(kind, wildcards):
    """The node of a rule: the wildcards are its coordinates, by the same names."""
    path = pattern(kind).format(**dict(wildcards))
    if path not in planned:
        plan_paper(path)
    if path not in planned:
        raise WorkflowError(f"{path} is not in the study; see: python -m lth check")
    return planned[path]


def settings(kind):
    return lambda wildcards: node(kind, wildcards).text


def key(kind):
    return lambda wildcards: node(kind, wildcards).key


def inputs(kind, role):
    """The paths of a role; none where the plan needs none."""
    return lambda wildcards: [item.path for item in node(kind, wildcards).inputs.get(role, ())]


def every_input(kind):
    """The paths of all roles."""
    return lambda wildcards: [
        item.path for items in node(kind, wildcards).inputs.values() for item in items
    ]


def options(kind):
    """The inputs as options of the verb: `--runs results/runs/...`, in words that bash expands."""
    return lambda wildcards: " ".join(
        f"--{role} {lth_paths.braced([item.path for item in items])}"
        for role, items in node(kind, wildcards).inputs.items()
    )


def memory(kind):
    return lambda wildcards: study_of(node(kind, wildcards)).memory(node(kind, wildcards))


def study_of(item):
    """The study that has a node."""
    return study if item.plan.experiment in study.experiments else paper()[0]


def caption(wildcards):
    return node("figure", wildcards).plan.caption
