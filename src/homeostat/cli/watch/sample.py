"""What `watch explain` tells of one sample of a running batch: each statistic, the tags in it, the verdicts so far."""

from typing import TYPE_CHECKING, Any

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.watch.figures import share

if TYPE_CHECKING:
    from homeostat.monitoring.learning.following import ExplainedSample
    from homeostat.monitoring.package import WatchPackage

SHOWN = 15


def sample(package: "WatchPackage", found: "ExplainedSample", *, as_json: bool) -> None:
    """Tell why the watcher says what it says of a sample."""
    if as_json:
        show_json(_object(package, found))
        return
    told, batch = found.told, found.batch
    reason = f" ({told.reason})" if told.reason else ""
    at = f"sample {told.sample} at {number(batch.times[found.place])} h"
    show(
        f"Line {found.line}, batch {batch.name}, {at}: {told.decision}{reason}",
        _shares(package, found),
        _turns(found),
    )


def _shares(package: "WatchPackage", found: "ExplainedSample") -> Table:
    """The tags and what each adds to every statistic, those first that add most to the one farthest out."""
    names = package.watcher.statistics
    columns = ("tag", *names)
    if not found.shares:
        return Table("", columns, ())
    ratios = found.told.ratios or tuple(sum(part for _, part in each) for each in found.shares)
    main = max(range(len(names)), key=lambda place: ratios[place])
    order = sorted(range(len(found.shares[main])), key=lambda tag: -abs(found.shares[main][tag][1]))
    rows = [
        (found.shares[main][tag][0], *(share(each[tag][1]) for each in found.shares)) for tag in order[:SHOWN]
    ]
    whole = ("share of the limit", *map(number, ratios))
    return Table(
        "What each tag adds to the statistics; 1 is on a limit", columns, [*rows, whole], frozenset(names)
    )


def _turns(found: "ExplainedSample") -> Table:
    """When the verdict on the batch changed, to its end."""
    batch, columns = found.batch, ("h", "verdict", "reason", "tags")
    rows = []
    for place in batch.turns():
        told = batch.told[place]
        tags = ", ".join(f"{name} {share(part)}" for name, part in told.drivers[:3])
        rows.append((number(batch.times[place]), told.decision, told.reason, tags))
    return Table(f"Verdicts on {batch.name}, to its end", columns, rows, frozenset({"h"}))


def _object(package: "WatchPackage", found: "ExplainedSample") -> dict[str, Any]:
    told, batch, names = found.told, found.batch, package.watcher.statistics
    return {
        "line": found.line,
        "batch": batch.name,
        "time_h": batch.times[found.place],
        "sample": told.sample,
        "verdict": told.decision,
        "reason": told.reason,
        "ratios": dict(zip(names, told.ratios, strict=False)),
        "contributions": {
            name: [{"input": tag, "contribution": part} for tag, part in each]
            for name, each in zip(names, found.shares, strict=False)
        },
        "turns": [{"time_h": batch.times[at], "verdict": batch.told[at].decision} for at in batch.turns()],
    }
