# Functions only: the study, and what the rules take from it. Paths, settings, inputs and keys all come from lth.study.
from pathlib import Path

from lth import config as lth_config
from lth import places as lth_places
from lth.places import RESULTS
from lth.study import Study

from snakemake.exceptions import WorkflowError

def read_study():
    try:
        return Study(lth_config.read())
    except ValueError as error:
        sys.exit(f"lth: error: {error}")


study = read_study()
planned = {item.path: item for item in study.nodes()}


def strange(item):
    """Whether the file of a node is there and has another key than planned."""
    try:
        return Path(item.path).exists() and store.read(item.path).origin.key != item.key
    except ValueError:
        return True


# Snakemake sees changed settings by its records. Where these are lost, it would take old results for new ones: the keys in the files help.
if Path(RESULTS).exists() and not any(Path(".snakemake/metadata").glob("*")):
    from lth import store

    if found := [path for path, item in planned.items() if path.endswith(".h5") and strange(item)]:
        print(*sorted(found), sep="\n", file=sys.stderr)
        mend = "`dvc checkout` brings these back, or delete the files named above and run again"
        sys.exit(f"lth: error: {len(found)} files are of other settings or code, and Snakemake's records (.snakemake/metadata) are gone; {mend}")


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
