"""What `control compare` tells of process parameters that were not where they are proven to be good, or not seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.cli.output import Table
from homeostat.cli.text import number

if TYPE_CHECKING:
    from homeostat.execution.contest import Entry
    from homeostat.execution.straying import Straying
    from homeostat.execution.trial import Outcome

TITLE = "Process parameters: mean hours outside of the proven range, or without a usable reading"
COLUMNS = ("parameter", "process", "outside, h", "not read, h", "either, h", "of the time")


def strayed(pairs: "Sequence[tuple[Entry, Sequence[Outcome]]]") -> Table:
    """The mean hours over the donors, for each parameter and for any of them."""
    rows = [row for entry, outcomes in pairs for row in _rows(entry.name, mean_of(outcomes))]
    return Table(TITLE, COLUMNS, rows, frozenset(COLUMNS[2:]))


def _rows(process: str, mean: "Straying") -> list[tuple[str, ...]]:
    rows = [
        (
            name,
            process,
            *map(number, (mean.outside[name], mean.unread[name], mean.either(name))),
            _percent(mean.share(mean.either(name))),
        )
        for name in mean.outside
    ]
    any_of_them = ("any of them", process, "", "", number(mean.any), _percent(mean.share(mean.any)))
    return [*rows, any_of_them] if rows else []


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def mean_of(outcomes: "Sequence[Outcome]") -> "Straying":
    """The mean of what strayed in some batches of one process."""
    from homeostat.execution.straying import Straying

    return Straying.mean([outcome.straying for outcome in outcomes])


def remarks_of(entry: "Entry", outcomes: "Sequence[Outcome]") -> list[str]:
    """What is to be said of it in words."""
    from homeostat.execution.straying import remarks

    return remarks(entry.process, mean_of(outcomes))
