"""Faults of any file of a results folder.

A file must be whole, of its kind, in its place, and made from what its plan says. Its kind has
checks of its own.
"""

from collections.abc import Iterator
from pathlib import Path

from lth.files.origins import MEND
from lth.files.paths import RESULTS
from lth.study.faults.choices import FAULTS
from lth.study.faults.documents import document_faults
from lth.study.results import Results, plan_of


def key_of(name: str, results: Results) -> str:
    """The key that a file says it has, "" for one whose origin or manifest has the key.

    Raises ValueError where a file does not agree with itself, or a manifest with its arrays.
    """
    if name.endswith(".h5"):
        return results.stored(name).origin.key
    part = Path(name).parts[1]
    if part == "origins":
        return results.document(name).origin.key
    if part == "datasets" and name == _manifest_of(name):
        return results.data(name).key
    return ""


def faults_of(name: str, results: Results, known: set[str]) -> Iterator[str]:
    """The faults of a file among the `known` ones, where `key_of` raises nothing."""
    part = Path(name).parts[1]
    if name.endswith(".h5"):
        yield from _file_faults(name, results)
    elif part == "origins":
        yield from _origin_faults(name, results, known)
    elif part == "datasets":
        if _manifest_of(name) not in known:
            yield f"has no manifest {_manifest_of(name)} beside it; {MEND}"
    elif _origin_of(name) not in known:
        yield f"no file in {RESULTS}/origins says what it was made from; {MEND}"


def _manifest_of(name: str) -> str:
    """The manifest that lies beside the arrays of a data set, or the manifest itself."""
    return str(Path(name).with_suffix(".json"))


def _origin_of(name: str) -> str:
    """The origin file that a table, a figure or the metrics must have."""
    folder, *rest = Path(name).parts[1:]
    inner = Path("figures" if folder == "charts" else folder, *rest)
    return str(Path(RESULTS, "origins", inner).with_suffix(".json"))


def _file_faults(name: str, results: Results) -> Iterator[str]:
    """An HDF5 file: its kind and path, its inputs, and what its kind must fulfil."""
    found = results.stored(name)
    plan = plan_of(found.origin)
    if plan.KIND not in FAULTS:
        yield f"kind {plan.KIND!r} has no HDF5 file"
        return
    if name != plan.path:
        yield f"is the file of {plan.path}"
        return
    expected = sorted(plan.inputs())
    if sorted(found.origin.inputs) != expected:
        yield f"expected inputs {', '.join(expected)}, got {', '.join(found.origin.inputs)}"
        return
    for role, items in found.origin.inputs.items():
        if len(items) != 1:
            yield f"expected one input as {role}, got {len(items)}"
            return
        if items[0].path not in results.names:
            what = f"{items[0].path} ({role}), which is missing"
            yield f"was made from {what}; run snakemake again"
            return
    yield from FAULTS[plan.KIND](results.file(name), plan, results)


def _origin_faults(name: str, results: Results, known: set[str]) -> Iterator[str]:
    """An origin file, and the files that it is the origin of."""
    found = results.document(name)
    plan = plan_of(found.origin)
    yield from document_faults(name, found, plan, results)
    if plan.KIND == "metrics":
        tables = {other for other in known if other.startswith(f"{RESULTS}/origins/tables/")}
        if missing := tables - {item.path for item in found.origin.inputs["tables"]}:
            yield f"has no numbers of {min(missing)}; {MEND}"
