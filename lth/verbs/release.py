"""`lth release`: the tickets of an experiment as one small file, to publish."""

from pathlib import Path

from lth.files import hdf5, origins
from lth.settings import expected
from lth.study import releasing


def release(experiment: str, strategy: str, out: Path) -> None:
    """Writes what tickets start from and the masks of all rounds (kind `tickets`) to `out`.

    Raises ValueError where a file is not the one that the experiment's table was made from.
    """
    _check(out)
    origin, arrays = releasing.release(experiment, strategy)
    hdf5.write(out, origin, arrays)
    trials, rounds = arrays["density"].shape
    percent, size = 100 * arrays["density"][0, -1], out.stat().st_size / 1e6
    what = f"{trials} trials, {rounds - 1} rounds down to {percent:.3g} % of the weights"
    print(f"{out}: {what}, {size:.1f} MB")


def _check(out: Path) -> None:
    """Raises ValueError where something else would be overwritten."""
    if out.suffix != ".h5":
        raise expected("--out", "a name that ends in .h5", str(out))
    header = origins.header(out)
    if out.exists() and (header is None or header.kind != "tickets"):
        raise expected("--out", "a new file, or one of tickets to write again", str(out))
