"""The manifest of a data set."""

from typing import ClassVar

from lth.study.plans.plan import Plan


class Dataset(Plan):
    """A data set by name. Its digest says everything else; no code is in its key."""

    KIND: ClassVar[str] = "dataset"
    PATH: ClassVar[str] = "datasets/{dataset}.json"

    dataset: str
    digest: str

    @property
    def verb(self) -> str:
        return "prepare"

    @property
    def code(self) -> str:
        return ""
