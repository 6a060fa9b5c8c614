"""A model package: a document that can judge rows, and knows its own hash."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from homeostat.monitoring.package.columns import Columns, rows_of
from homeostat.monitoring.package.document import Document
from homeostat.monitoring.package.scoring import Scorer
from homeostat.monitoring.prediction import Verdict


class Package(Document):
    """A frozen model, ready to judge. Made by `freeze`, read by `read`."""

    @cached_property
    def scorer(self) -> Scorer:
        """The live path: `scorer.row(values)` and `scorer.rows(x)`, inputs in the package's order."""
        return Scorer(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields, whose live path is its own."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("scorer", None)
        return copied

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""
        return tuple(given.name for given in self.inputs)

    def score(self, columns: Columns) -> tuple[Verdict, ...]:
        """A verdict for every row of a table. Raises `MonitoringError` for columns the model cannot take."""
        return self.scorer.rows(rows_of(columns, self.names))
