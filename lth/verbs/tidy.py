"""`lth tidy`: files of rounds, trials, branches or figures that the study no longer has.

Nothing else ever removes them.
"""

from collections.abc import Iterable
from pathlib import Path

from lth.files.paths import RESULTS
from lth.files.terminal import printable
from lth.study import catalog
from lth.study.graph import Study
from lth.study.paper import SCALES
from lth.training.checkpoint import path_beside


def tidy(params: Path, delete: bool) -> None:
    """Lists the files in results that are none of the study's, or deletes them.

    Those of the paper's figures are the study's, at both scales. Do not run it while snakemake
    runs.
    """
    every = sorted(path for path in Path(RESULTS).rglob("*"))
    there = [path for path in every if path.is_file()]
    stale = _strangers(there, Study(catalog.read(params)))
    if stale:
        stale = _strangers(stale, Study(catalog.read(params, scales=SCALES)))
    for path in stale:
        print(printable(path))
        if delete:
            path.unlink()
    for folder in reversed([path for path in every if path.is_dir()]):
        if delete and not any(folder.iterdir()):
            folder.rmdir()
    if not stale:
        print(f"{RESULTS}: every file belongs to the study; nothing to tidy")
    else:
        done = "and were deleted" if delete else "; lth tidy --delete deletes them"
        what = "did not belong to the study" if delete else "do not belong to the study"
        print(f"{RESULTS}: {len(stale)} files {what}{' ' if delete else ''}{done}")


def _strangers(paths: Iterable[Path], study: Study) -> list[Path]:
    """The files that a study does not have, not even as checkpoints of its own."""
    files = study.known_files()
    files |= {str(path_beside(Path(path))) for path in files}
    return [path for path in paths if str(path) not in files]
