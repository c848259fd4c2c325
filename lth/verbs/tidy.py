"""`lth tidy`: files of rounds, trials, branches or figures that the study no longer has. Nothing else ever removes them."""

from pathlib import Path

from lth import config
from lth.datasets import arrays_of
from lth.places import RESULTS
from lth.study import Study
from lth.terminal import printable


def tidy(params: Path, delete: bool) -> None:
    """Lists the files in results that are none of the study's, or deletes them. Stay out of its way while snakemake runs."""
    files = Study(config.read(params)).files()
    files |= {f"{path}.checkpoint.part" for path in files}  # trainings under way
    files |= {str(arrays_of(Path(path))) for path in files if path.endswith(".json")}
    stale = sorted(path for path in Path(RESULTS).rglob("*") if path.is_file() and str(path) not in files)
    for path in stale:
        print(printable(path))
        if delete:
            path.unlink()
    for folder in sorted((path for path in Path(RESULTS).rglob("*") if path.is_dir()), reverse=True):
        if delete and not any(folder.iterdir()):
            folder.rmdir()
    if not stale:
        print(f"{RESULTS}: every file belongs to the study; nothing to tidy")
    else:
        print(f"{RESULTS}: {len(stale)} files do not belong to the study" + (", deleted" if delete else "; lth tidy --delete deletes them"))
