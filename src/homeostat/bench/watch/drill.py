"""The drill: how often a sound car-t batch alarms, and how long before a quality attribute is missed a fault is seen.

    shipped process + seeded fault -> whole simulated batch of 12 days -> alarms and verdicts on record -> delay, lead

The faults were written down before any was run; each befalls one donor of its own. A fault is seen when, after it
began, an alarm is raised or the verdict on an attribute leaves `ok`. The lead is the time from then until the first
sample that lies outside its specification was taken.

The bar for the lead counts where physics allows one: where, beside the same donor without the fault, a reading has left
its course at least as long before that sample as the bar asks for (`marks`). That was written down when the leads of
four faults were known; the median of all is told as well.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result, Spread
from homeostat.bench.scan import Unwatched
from homeostat.bench.watch.marks import first_mark
from homeostat.execution import Options, run
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import AlarmChanged, AttributeJudged, SampleResult, VerdictChanged, payload
from homeostat.process import Process, Quantity, load
from homeostat.process.seeded import SeededFault
from homeostat.quality.batch_series import batch_series
from homeostat.quality.batch_table import BatchTable
from homeostat.site import Site

HOUR = 3.6e9
SOUND = range(101, 121)
"""Seeds of the sound batches."""
MOST_ALARMS, LEAST_LEAD = 1.0, 24.0
HOURLY = Quantity(1.0, "h")


@dataclass(frozen=True)
class Drill:
    """A seeded fault: what goes wrong in words, the fault as it is declared, and whose donor it befalls."""

    what: str
    fault: SeededFault
    seed: int


@dataclass(frozen=True)
class Seen:
    """What came of a fault: hours from it until it was seen (None: never), and when a sample first missed (None: none).

    `mark` is when a reading first left the course it would have had without the fault, told where a sample missed.
    """

    drill: Drill
    delay: float | None
    missed: float | None
    mark: float | None = None

    @property
    def lead(self) -> float | None:
        """Hours from being seen, or else from the fault, until a sample missed."""
        if self.missed is None:
            return None
        return self.missed - self.drill.fault.at.to("h") - (self.delay or 0.0)

    @property
    def foreseeable(self) -> bool:
        """Whether a reading told of it long enough before."""
        return self.missed is not None and self.mark is not None and self.missed - self.mark >= LEAST_LEAD


@dataclass(frozen=True)
class _Ran:
    """A whole batch: its ledger, and its readings hour by hour."""

    events: list[Recorded]
    readings: BatchTable


def _drill(what: str, seed: int, kind: str, of: str, at: str, size: str | None = None) -> Drill:
    declared = {"kind": kind, "of": of, "at": at, "size": size}
    return Drill(what, SeededFault.model_validate({k: v for k, v in declared.items() if v}), seed)


DRILLS = (
    _drill("cells stop growing (30 %)", 201, "parameter", "growth_max", "100 h", "30 %"),
    _drill("cells die (8 times)", 202, "parameter", "death_max", "120 h", "800 %"),
    _drill("activation fails (15 %)", 203, "parameter", "activation_rate", "2 h", "15 %"),
    _drill("vector is weak (25 %)", 204, "parameter", "transduction_rate", "20 h", "25 %"),
    _drill("medium lacks glucose (20 %)", 205, "parameter", "medium_glucose", "120 h", "20 %"),
    _drill("perfusion pump delivers 25 %", 206, "delivery", "perfusion_pump", "120 h", "25 %"),
    _drill("oxygen valve delivers 15 %", 207, "delivery", "oxygen_gas", "150 h", "15 %"),
    _drill("glucose analyser reads 4 mmol/L high", 208, "bias", "glucose_online", "100 h", "4 mmol/L"),
    _drill("glucose analyser freezes", 209, "frozen", "glucose_online", "100 h"),
    _drill("lactate analyser drifts", 210, "drift", "lactate_online", "100 h", "0.05 mmol/L/h"),
    _drill("pH probe drifts", 211, "drift", "ph", "100 h", "0.005 pH/h"),
    _drill("oxygen probe freezes", 212, "frozen", "dissolved_oxygen", "100 h"),
    _drill("capacitance probe reads high", 213, "bias", "viable_density", "100 h", "2 1e6 cell/mL"),
    _drill("capacitance probe is lost", 214, "lost", "viable_density", "100 h"),
    _drill("weighing cell drifts", 215, "drift", "culture_volume", "100 h", "0.3 mL/h"),
    _drill("oxygen probe spikes", 216, "spikes", "dissolved_oxygen", "100 h", "30 %"),
)


def measure(*, quick: bool) -> list[Result]:
    """Alarms of sound batches; delay and lead of each fault, with their median over faults that cost an attribute."""
    process = load("car-t")
    sound = SOUND[:1] if quick else SOUND
    alarms = [float(_raised(_run(process, seed).events)) for seed in sound]
    seen = [_seen(process, drill) for drill in (DRILLS[:1] if quick else DRILLS)]
    return [_false(alarms), *_leads(seen), *(result for one in seen for result in _told(one))]


def _leads(seen: Sequence[Seen]) -> list[Result]:
    """The median lead over all faults that cost an attribute, and over those of which a reading told in time."""
    costly = [one for one in seen if one.lead is not None]
    timely = [one for one in costly if one.foreseeable]
    what = "drill: lead before an attribute is missed, median of"
    found = []
    if timely:
        text = f"{what} {len(timely)} faults of which a reading tells {LEAST_LEAD:g} h before"
        found.append(Result(text, spread([one.lead or 0.0 for one in timely]), "h", LEAST_LEAD, "more"))
    if costly:
        found.append(Result(f"{what} all {len(costly)}", spread([one.lead or 0.0 for one in costly]), "h"))
    return found


def _false(alarms: list[float]) -> Result:
    shown = Spread(statistics.fmean(alarms), min(alarms), max(alarms))
    what = f"drill: alarms a sound batch of 12 days, mean of {len(alarms)}"
    return Result(what, shown, "", MOST_ALARMS, "less")


def _told(one: Seen) -> list[Result]:
    what = f"drill: {one.drill.what}"
    if one.delay is None:
        return [Result(f"{what}: not seen; attributes missed", spread([float(one.missed is not None)]), "")]
    found = [Result(f"{what}: seen after", spread([one.delay]), "h", better="less")]
    if one.lead is not None and one.missed is not None:
        told = (
            "no reading tells of it before"
            if one.mark is None or one.mark >= one.missed
            else (f"a reading tells of it {one.missed - one.mark:.0f} h before")
        )
        found.append(Result(f"{what}: lead before the attribute is missed ({told})", spread([one.lead]), "h"))
    return found


def _run(process: Process, seed: int) -> _Ran:
    """One whole batch."""
    with scratch() as folder:
        site = Site.create(folder / "site")
        finish = run(site, process, Options(seed=seed), Unwatched())
        with site.reading() as (ledger, historian):
            events = list(ledger.events(batch=finish.batch))
            return _Ran(events, batch_series(ledger, historian, HOURLY))


def _raised(events: list[Recorded]) -> int:
    """How many alarms an operator was shown."""
    told = [payload(each.event.type, each.event.data) for each in events]
    return sum(isinstance(p, AlarmChanged) and p.state == "raised" and p.shown for p in told)


def _seen(process: Process, drill: Drill) -> Seen:
    simulation = process.simulation.model_copy(update={"faults": (drill.fault,)})
    ran = _run(process.model_copy(update={"simulation": simulation}), drill.seed)
    begin = drill.fault.at.to("h")
    noticed, missed = _noticed(ran.events, begin), _missed(ran.events)
    mark = None
    if missed is not None:
        sound = _run(process, drill.seed)
        mark = first_mark(process, sound.readings, ran.readings, begin)
    return Seen(drill, None if noticed is None else noticed - begin, missed, mark)


def _noticed(events: list[Recorded], begin: float) -> float | None:
    """The hour, from `begin` on, at which an alarm or a verdict first spoke."""
    times = (
        recorded.event.time / HOUR
        for recorded in events
        if recorded.event.time / HOUR >= begin and _speaks(payload(recorded.event.type, recorded.event.data))
    )
    return min(times, default=None)


def _missed(events: list[Recorded]) -> float | None:
    """The hour at which the first sample was taken that lies outside its specification."""
    taken, missed = dict[str, float](), list[float]()
    for recorded in events:
        told = payload(recorded.event.type, recorded.event.data)
        if isinstance(told, SampleResult):
            taken[told.sample] = told.taken / HOUR
        elif isinstance(told, AttributeJudged) and told.verdict == "outside":
            missed.append(taken[told.sample])
    return min(missed, default=None)


def _speaks(told: object) -> bool:
    if isinstance(told, AlarmChanged):
        return told.state == "raised" and told.shown
    return isinstance(told, VerdictChanged) and told.before == "ok" and told.verdict != "ok"
