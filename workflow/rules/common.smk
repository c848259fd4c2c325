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


# Snakemake sees changed settings by its records. Where these are lost, it would take old results for new ones: the keys in the files help.
if Path(RESULTS).exists() and not any(Path(".snakemake/metadata").glob("*")):
    from lth.store import key_of

    there = {path: key_of(path) for path in planned if path.endswith(".h5") and Path(path).exists()}
    if found := study.outdated(there):
        print(*found, sep="\n", file=sys.stderr)
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
