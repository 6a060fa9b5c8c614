"""The errors a user can meet: each says what is wrong, where, and how to mend it.

Every room raises its own subclass of `HomeostatError`; the command line prints it without a traceback and
ends with exit code 2.
"""


class HomeostatError(Exception):
    """Something a user can understand and mend.

    `what` is the fault in one sentence, `where` the place (file, line, field, row) and `mend` the way out.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" ({self.mend})" if self.mend else ""
        return f"{place}{self.what}{mend}"


class UnitError(HomeostatError):
    """A quantity has an unknown unit, or one of the wrong dimension."""


class ProcessError(HomeostatError):
    """A process declaration is unusable."""


class TwinError(HomeostatError):
    """A model declaration is inconsistent, or a simulation could not be completed."""


class LedgerError(HomeostatError):
    """The ledger cannot be opened, read or extended."""


class TakenError(LedgerError):
    """The id of an event is taken: it was stored before, or somebody was quicker. Nothing was stored."""


class HistorianError(HomeostatError):
    """The historian cannot be opened, read or extended."""


class EquipmentError(HomeostatError):
    """Equipment, or a log that stands in for it, cannot be used."""


class ExecutionError(HomeostatError):
    """A batch cannot be started, resumed or replayed."""


class RecordError(HomeostatError):
    """A batch record cannot be made."""


class SiteError(HomeostatError):
    """A site directory is missing, damaged or in use."""


class MonitoringError(HomeostatError):
    """A monitoring model, or the data given to one, cannot be used."""


class ControlError(HomeostatError):
    """A control task, a tuning or an order about a controller that cannot be used."""


class AuthorityError(HomeostatError):
    """An act that its author may not do: not known, not authorised, not trained, or not in this state."""


class QualityError(HomeostatError):
    """A deviation, a review, a release or a document that cannot be made as asked."""


class WordingError(AuthorityError, QualityError):
    """Words that an act needs are missing or cannot be read: nothing was tried, and nothing is put on record."""
