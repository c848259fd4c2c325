"""What `lth verify` says of a study that was tampered with."""

import random
import shutil
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from lth.cli import main
from lth.study.graph import Study
from tampering.kinds import KINDS
from tampering.study import DATASET


def verified() -> tuple[str, bool]:
    """What verify prints in the current folder, and whether it ends well."""
    out = StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(out):
            main(["verify"])
    except SystemExit as error:
        return f"{out.getvalue()}{error}\n", False
    return out.getvalue(), True


def named(output: str, path: str, study: Study) -> bool:
    """Whether a file is named: itself, or one that is made together with it, or as missing."""
    together = next((node.files for node in study.nodes() if path in node.files), (path,))
    if path.startswith(DATASET):
        together = (*together, f"{DATASET}.json", f"{DATASET}.npz")
    missing = not Path(path).exists() and f"{path} " in output
    return missing or any(_has_line(output, other) for other in together)


def _has_line(output: str, path: str) -> bool:
    """Whether a line is about a file, and says more than that it was not checked."""
    about = [line for line in output.splitlines() if line.startswith(f"{path}: ")]
    return any("not checked, since a file that it was made from" not in line for line in about)


def tampered(study: Study, kind: str, seed: str) -> tuple[str, str, bool]:
    """Tampers once, and puts everything back.

    Returns the path, what verify says, and whether it names the path.
    """
    with tempfile.TemporaryDirectory() as backup:
        shutil.copytree("results", f"{backup}/results")
        try:
            path = KINDS[kind](study, random.Random(seed))
            output, _ = verified()
            return path, output, named(output, path, study)
        finally:
            shutil.rmtree("results")
            shutil.move(f"{backup}/results", "results")
