"""What `control compare` tells of process parameters that were not where they are proven to be good, or not seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.cli.output import Table
from homeostat.cli.text import number

if TYPE_CHECKING:
    from homeostat.execution.contest import Entry
    from homeostat.execution.straying import Straying
    from homeostat.execution.trial import Outcome

TITLE = "Process parameters: hours outside of the proven range, or without a usable reading; means, and the worst donor"
COLUMNS = (
    "parameter",
    "process",
    "outside, h",
    "not read, h",
    "either, h",
    "of the time",
    "worst, h",
    "donor",
)


def strayed(pairs: "Sequence[tuple[Entry, Sequence[Outcome]]]") -> Table:
    """The mean hours over the donors, for each parameter and for any of them; of each, the worst donor, and in how many
    batches it was for more than the share that is said in words.
    """
    from homeostat.execution.straying import MUCH

    columns = (*COLUMNS, f"beyond {100.0 * MUCH:g} %")
    rows = [row for entry, outcomes in pairs for row in _rows(entry.name, outcomes)]
    return Table(TITLE, columns, rows, frozenset(columns[2:]))


def _rows(process: str, outcomes: "Sequence[Outcome]") -> list[tuple[str, ...]]:
    from homeostat.execution.straying import worst

    mean, found = mean_of(outcomes), by_donor(outcomes)
    rows = []
    for name in mean.outside:
        most = worst(name, found)
        hours = map(number, (mean.outside[name], mean.unread[name], mean.either(name)))
        share = _percent(mean.share(mean.either(name)))
        told = (number(most.hours), str(most.batch) if most.hours else "-", f"{most.beyond} of {len(found)}")
        rows.append((name, process, *hours, share, *told))
    any_of_them = (
        "any of them",
        process,
        "",
        "",
        number(mean.any),
        _percent(mean.share(mean.any)),
        "",
        "",
        "",
    )
    return [*rows, any_of_them] if rows else []


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def mean_of(outcomes: "Sequence[Outcome]") -> "Straying":
    """The mean of what strayed in some batches of one process."""
    from homeostat.execution.straying import Straying

    return Straying.mean([outcome.straying for outcome in outcomes])


def by_donor(outcomes: "Sequence[Outcome]") -> "dict[int, Straying]":
    """What strayed, by the seed of the donor."""
    return {outcome.seed: outcome.straying for outcome in outcomes}


def remarks_of(entry: "Entry", outcomes: "Sequence[Outcome]") -> list[str]:
    """What is to be said of it in words."""
    from homeostat.execution.straying import remarks

    return remarks(entry.process, by_donor(outcomes))
