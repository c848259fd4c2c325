# Functions only: the study, and what the rules take from it. Paths, settings, inputs and keys all come from lth.study.
from lth import config as lth_config
from lth import places as lth_places
from lth.study import Study

from snakemake.exceptions import WorkflowError

def read_study():
    try:
        return Study(lth_config.read())
    except ValueError as error:
        sys.exit(f"lth: error: {error}")


study = read_study()
planned = {item.path: item for item in study.nodes()}


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
    return lambda wildcards: [item.path for item in node(kind, wildcards).inputs[role]]


def braced(kind):
    return lambda wildcards: lth_places.braced([item.path for items in node(kind, wildcards).inputs.values() for item in items])


def caption(wildcards):
    return study.config.figures[wildcards.name].caption


wildcard_constraints:
    experiment="[a-z0-9-]+",
    block=r"trials-\d+-\d+",
    strategy="[a-z]+",
    round=r"\d+",
    branch="[a-z0-9.-]+",
    dataset="[a-z0-9-]+",
    name="[a-z0-9-]+",
