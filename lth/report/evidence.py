"""What claims are judged by: tables of experiments, numbers of figures, and facts of networks."""

import copy
import functools
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from lth.report import bootstrap
from lth.report.distributions import ALL
from lth.report.rows import Row


class MissingError(ValueError):
    """Something that a formula needs was not run."""


class Evidence:
    """Tables by experiment, numbers by figure, and facts by experiment and name.

    All lines of an experiment share its trials. So these are drawn together, with replacement. Each
    experiment has draws of its own, which are the same each time.
    """

    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        numbers: Mapping[str, Sequence[Row]] | None = None,
        facts: Mapping[str, Mapping[str, float]] | None = None,
    ):
        self._tables, self._numbers, self._facts = tables, numbers or {}, facts or {}
        self._alone = False
        self.lines = functools.cache(self._lines)
        self.measured = functools.cache(self._measured)

    def alone(self) -> Self:
        """The same with a draw for each trial, which has this trial alone."""
        result = copy.copy(self)
        result._alone = True
        return result

    def drawn(self, values: np.ndarray, experiment: str) -> np.ndarray:
        """Means [draws, places] of values [trials, places] of an experiment.

        The first draw has each trial once.
        """
        trials = len(values)
        if self._alone:
            return values[np.arange(trials)]
        picked = [np.arange(trials)[None], bootstrap.picks(experiment, trials)]
        return values[np.concatenate(picked)].mean(axis=1)

    def table(self, experiment: str) -> Sequence[Row]:
        """The rows of an experiment. Raises MissingError where there are none."""
        if not self._tables.get(experiment):
            raise MissingError(f"{experiment} was not run")
        return self._tables[experiment]

    def numbers(self, figure: str) -> Sequence[Row]:
        """The rows of the numbers of a figure. Raises MissingError where there are none."""
        if not self._numbers.get(figure):
            raise MissingError(f"{figure} was not drawn")
        return self._numbers[figure]

    def fact(self, experiment: str, name: str) -> float:
        """A number that is known before anything is trained. Raises MissingError for others."""
        if name not in self._facts.get(experiment, {}):
            raise MissingError(f"{experiment} is no experiment of the catalog")
        return self._facts[experiment][name]

    def trials(self, source: str) -> int:
        """How many trials an experiment or a histogram has; 0 where it is not there."""
        rows = self._tables.get(source) or self._numbers.get(source) or ()
        return len({row["trial"] for row in rows} - {ALL})

    def _lines(self, experiment: str) -> dict[tuple[str, str], list[Row]]:
        """The rows of an experiment by strategy and branch."""
        lines: dict[tuple[str, str], list[Row]] = {}
        for row in self.table(experiment):
            lines.setdefault((row["strategy"], row["branch"]), []).append(row)
        return lines

    def _measured(
        self, experiment: str, strategy: str, branch: str, column: str
    ) -> tuple[tuple[float, ...], np.ndarray]:
        """The percents of weights remaining of all rounds, and a column [trials, rounds].

        Repeats of a trial are averaged. Raises MissingError where there is no such line.
        """
        rows = self.lines(experiment).get((strategy, branch))
        if not rows:
            raise MissingError(f"{experiment} has no line {strategy}/{branch}")
        cells: dict[tuple[int, int], list[float]] = {}
        for row in rows:
            cells.setdefault((row["trial"], row["round"]), []).append(float(row[column]))
        sizes = {row["round"]: 100 * row["density"] for row in rows}
        trials = sorted({trial for trial, _ in cells})
        values = [[np.mean(cells[trial, round]) for round in sorted(sizes)] for trial in trials]
        return tuple(sizes[round] for round in sorted(sizes)), np.array(values)
