"""Watchers of simulated CAR-T batches: learnt from sound ones, tried on further sound ones and on those of the drill.

    sound batches -> long table of what is measured, every 2 h -> watchers (as it is; CVA)
                  -> false alarms of new donors; delay of each fault, and the tag that is named

A fault counts as seen at the first alert or action after it began. That what is set (pumps, gas) is not watched was
settled when one fault, the glucose analyser that reads high, had not been seen with it; nothing else was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result
from homeostat.bench.scan import Unwatched
from homeostat.bench.watch.drill import DRILLS, SOUND, Drill
from homeostat.execution import Options, run
from homeostat.monitoring.learning import read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.following import Followed, follow_table
from homeostat.monitoring.learning.runs import Laid
from homeostat.monitoring.learning.watching import Asked, Watching, train_watcher
from homeostat.process import Process, Quantity, load
from homeostat.quality.batch_series import TIME, batch_series
from homeostat.quality.batch_table import BATCH
from homeostat.site import Site

EVERY = Quantity(2.0, "h")
NEW = range(121, 125)
"""Seeds of further sound batches."""
MEASURED = ("^viable", "^glucose", "^lactate", "^ph", "^dissolved", "^temperature")
WAYS = {"whole batches": None, "dynamics (CVA, 3 lags)": 3}


def measure(*, quick: bool) -> list[Result]:
    """False alarms of further sound batches, and how soon each fault is seen; `quick` takes fewer of each."""
    process = load("car-t")
    with scratch() as folder:
        good = _table(process, SOUND[:6] if quick else SOUND, folder / "good")
        new = _table(process, NEW[:1] if quick else NEW, folder / "new")
        faulty = [(drill, _faulty(process, drill, folder)) for drill in (DRILLS[:1] if quick else DRILLS)]
        return list(chain.from_iterable(_way(name, lags, good, new, faulty) for name, lags in WAYS.items()))


@dataclass(frozen=True)
class _Seen:
    """A fault's delay in hours (None: never seen) and the tag that was named first."""

    delay: float | None
    tag: str


def _way(
    name: str, lags: int | None, good: Path, new: Path, faulty: Sequence[tuple[Drill, Path]]
) -> Iterable[Result]:
    asked = Asked(Laid(BATCH, TIME), Wanted(MEASURED), lags=lags)
    watching = train_watcher(read_table(good), asked)
    package = watching.package
    yield from _expected(name, watching)
    sound = follow_table(package, read_table(new))
    told = [one.name for one in sound if one.first("alert", "action") is not None]
    what = f"watchers: {name}: of {len(sound)} further sound batches, with an alert or more"
    yield Result(what, spread([float(len(told))]), "batches", better="less")
    seen = {drill: _seen(drill, follow_table(package, read_table(table))[0]) for drill, table in faulty}
    delays = [one.delay for one in seen.values() if one.delay is not None]
    what = f"watchers: {name}: of {len(seen)} seeded faults, seen"
    yield Result(what, spread([float(len(delays))]), "faults", better="more")
    for drill, one in seen.items():
        if one.delay is not None:
            what = f"watchers: {name}: {drill.what}: seen after ({one.tag} named first)"
            yield Result(what, spread([one.delay]), "h", better="less")


def _expected(name: str, watching: Watching) -> Iterable[Result]:
    for what, one in watching.rates.items():
        yield Result(
            f"watchers: {name}: left-out {what}, {one.count} of {one.total}",
            spread([100.0 * one.rate]),
            "%",
            better="less",
        )


def _seen(drill: Drill, followed: Followed) -> _Seen:
    """The first alert or action after the fault began; one that stood before does not count."""
    begin, before = drill.fault.at.to("h"), "ok"
    for time, said in zip(followed.times, followed.told, strict=True):
        loud = said.decision in ("alert", "action")
        if time >= begin and loud and before not in ("alert", "action"):
            return _Seen(time - begin, said.drivers[0][0].partition(" ")[0] if said.drivers else "none")
        before = said.decision
    return _Seen(None, "")


def _faulty(process: Process, drill: Drill, folder: Path) -> Path:
    simulation = process.simulation.model_copy(update={"faults": (drill.fault,)})
    changed = process.model_copy(update={"simulation": simulation})
    return _table(changed, [drill.seed], folder / f"fault-{drill.seed}")


def _table(process: Process, seeds: Sequence[int], place: Path) -> Path:
    """The long table of whole batches, one a seed."""
    site = Site.create(place)
    for seed in seeds:
        run(site, process, Options(seed=seed), Unwatched())
    with site.reading() as (ledger, historian):
        table = batch_series(ledger, historian, EVERY)
    path = place.with_suffix(".csv")
    path.write_text(table.csv(), "utf-8")
    return path
