"""What `watch train` and `watch score` do with batches sample by sample: a watcher learnt, batches judged by one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import percent, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.monitoring.batches import Told
    from homeostat.monitoring.latent import Rate
    from homeostat.monitoring.learning.following import Followed
    from homeostat.monitoring.learning.watching import Asked, Watching
    from homeostat.monitoring.package import WatchPackage

DRIVERS = 3


def hours(text: str | None, option: str = "--every") -> float | None:
    """The time in hours that an option gives. Raises OptionError."""
    from homeostat.errors import UnitError
    from homeostat.process import Quantity

    if text is None:
        return None
    if _is_number(text):
        what = "a time has a unit"
        raise OptionError(what, where=f"{option} '{text}'", mend=f"write such as '{text.strip()} min'")
    try:
        found = Quantity.parse(text).to("h")
    except UnitError as error:
        raise OptionError(error.what, where=f"{option} '{text}'", mend="write such as '1 h'") from error
    if found <= 0.0:
        what = "samples are taken at no interval" if option == "--every" else "this is no time"
        raise OptionError(what, where=f"{option} '{text}'", mend="write such as '1 h'")
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def learn(table: Path, out: Path, asked: "Asked", *, as_json: bool) -> None:
    """Learn a watcher from the good batches in `table`, write it to `out`, and tell its false alarms."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.watching import train_watcher
    from homeostat.monitoring.package import write

    watching = train_watcher(read_table(table), asked)
    write(watching.package, out)
    if as_json:
        show_json(_object(watching))
    else:
        show(*_told(watching, out))


def judge(package: "WatchPackage", model: Path, table: Path, when: str, *, as_json: bool) -> None:
    """Tell of each batch in `table` when it was called out first, and by which tags; and keep on record that it was."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.following import follow_table, remarks
    from homeostat.monitoring.learning.recording import record_watched

    read = read_table(table)
    found, told = follow_table(package, read), remarks(package, read)
    kept = record_watched(package, read, found, model, when)
    if as_json:
        batches = [_batch(package, one) for one in found]
        use = {"use": kept.number, "told": kept.told}
        facts = {"model": package.name, "hash": package.content_hash, "remarks": list(told)}
        show_json({**facts, "batches": batches, "record": use})
        return
    head = f"{package.name}: batches beside good ones; 1 is on a limit"
    show(head, *(f"- {one}" for one in told), _batches(package, found), "", kept.told)


def _batches(package: "WatchPackage", found: "Sequence[Followed]") -> Table:
    rows = [_row(package, one) for one in found]
    names = package.watcher.statistics
    columns = (
        "batch",
        "samples",
        "verdict",
        "since [h]",
        *(f"max {name}" for name in names),
        "main tags",
        "reason",
    )
    figures = frozenset({"samples", "since [h]", *(f"max {name}" for name in names)})
    return Table("", columns, rows, figures)


def _row(package: "WatchPackage", followed: "Followed") -> tuple[str, ...]:
    verdict, at = followed.worst
    said = followed.told[at]
    greatest = [number(one) for one in _greatest(package, followed)]
    tags = ", ".join(f"{name} {share(part)}" for name, part in said.drivers[:DRIVERS])
    since = number(followed.times[at]) if verdict in ("alert", "action") else ""
    reason = said.reason if verdict != "ok" else ""
    return followed.name, str(len(followed.told)), verdict, since, *greatest, tags if since else "", reason


def _greatest(package: "WatchPackage", followed: "Followed") -> list[float]:
    told = [said.ratios for said in followed.told if said.ratios]
    count = len(package.watcher.statistics)
    return [max((ratios[place] for ratios in told), default=float("nan")) for place in range(count)]


def _batch(package: "WatchPackage", followed: "Followed") -> dict[str, Any]:
    verdict, at = followed.worst
    samples = [_sample(package, *each) for each in zip(followed.times, followed.told, strict=True)]
    since = followed.times[at] if verdict in ("alert", "action") else None
    return {"batch": followed.name, "verdict": verdict, "since_h": since, "samples": samples}


def _sample(package: "WatchPackage", time: float, said: "Told") -> dict[str, Any]:
    ratios = dict(zip(package.watcher.statistics, said.ratios, strict=False))
    drivers = [{"input": name, "contribution": part} for name, part in said.drivers]
    told = {"verdict": said.decision, "reason": said.reason}
    return {"time_h": time, "sample": said.sample, **told, "ratios": ratios, "drivers": drivers}


def _object(watching: "Watching") -> dict[str, Any]:
    package = watching.package
    return {
        "name": package.name,
        "hash": package.content_hash,
        "batches": package.training.groups,
        "tags": list(package.names),
        "every_h": package.interval,
        "from_h": package.begins,
        "decisions": list(watching.decisions),
        "false_alarms": {
            what: {"count": one.count, "of": one.total, "rate": one.rate, "low": one.low, "high": one.high}
            for what, one in watching.rates.items()
        },
    }


def _told(watching: "Watching", out: Path) -> list[Table | str]:
    package = watching.package
    rows = [_rate(what, one) for what, one in watching.rates.items()]
    columns = ("of batches left out, judged by the others", "found", "share", "95 % interval")
    return [
        f"{package.training.groups} good batches of {len(package.inputs)} tags, "
        f"a sample every {package.interval:g} h from {package.begins:g} h on",
        *(f"- {decision}" for decision in watching.decisions),
        Table("False alarms", columns, rows, frozenset(columns[1:])),
        "",
        f"Model: {out}, SHA-256 {package.content_hash}",
    ]


def _rate(what: str, one: "Rate") -> tuple[str, str, str, str]:
    span = f"{percent(one.low)} to {percent(one.high)}"
    return what, f"{one.count} of {one.total}", percent(one.rate), span
