"""What claims are judged by: tables of experiments, numbers of figures, and facts of networks."""

import copy
import functools
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from lth.report import bootstrap
from lth.report.distributions import ALL
from lth.report.rows import Rounds, Row, by_trial, column, rounds_of, trials


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

    def _lines(self, experiment: str) -> dict[tuple[str, str], Rounds]:
        """The rounds of an experiment by strategy and branch."""
        return rounds_of(self.table(experiment))

    def _measured(
        self, experiment: str, strategy: str, branch: str, quantity: str
    ) -> tuple[tuple[float, ...], np.ndarray]:
        """The percents of weights remaining of all rounds, and a quantity [trials, rounds].

        Repeats of a trial are averaged. Raises MissingError where there is no such line.
        """
        rounds = self.lines(experiment).get((strategy, branch))
        if not rounds:
            raise MissingError(f"{experiment} has no line {strategy}/{branch}")
        values = [by_trial(column(rows, quantity), trials(rows)) for rows in rounds]
        return tuple(100 * rows[0]["density"] for rows in rounds), np.array(values).T
