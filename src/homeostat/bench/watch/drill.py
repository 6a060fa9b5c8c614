"""The drill: how often a sound car-t batch alarms, and how long before a quality attribute is missed a fault is seen.

    shipped process + seeded fault -> whole simulated batch of 12 days -> alarms and verdicts on record -> delay, lead

The faults were written down before any was run; each befalls one donor of its own. A fault is seen when, after it
began, an alarm is raised or the verdict on an attribute leaves `ok`. The lead is the time from then until the first
sample that lies outside its specification was taken.

The bar asks for a lead of 24 h where physics allows it. That is where an ideal observer, who knows the fault and waits
for it, could tell it from another donor at least 24 h before that sample (`physics`, `detectable`). This was written
down when the leads of four faults were known, but before what was possible was computed; the median of all four is
held against the same bar beside it. A verdict may also be `undecided`, and an alarm may be about a signal: so the lead
of the first verdict that an attribute is at risk is told, too.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result, Spread
from homeostat.bench.scan import Unwatched
from homeostat.bench.watch.detectable import alike, first_visible
from homeostat.bench.watch.perfect import Orders, befallen, recall
from homeostat.bench.watch.physics import evidence
from homeostat.execution import Options, run
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import (
    AlarmChanged,
    AttributeJudged,
    SampleResult,
    VerdictChanged,
    payload,
)
from homeostat.process import Process, load
from homeostat.process.seeded import SeededFault
from homeostat.site import Site

HOUR = 3.6e9
Speaks = Callable[[object], str]
"""What a decision on record says to a person; empty where it says nothing."""
SOUND = range(101, 121)
"""Seeds of the sound batches."""
MOST_ALARMS, LEAST_LEAD = 1.0, 24.0


@dataclass(frozen=True)
class Drill:
    """A seeded fault: what goes wrong in words, the fault as it is declared, and whose donor it befalls."""

    what: str
    fault: SeededFault
    seed: int


@dataclass(frozen=True)
class Seen:
    """What came of a fault, in hours of the batch; None where it did not come to that.

    `noticed` is when, and `by` what, a person was first told anything; `warned` when an attribute was first called at
    risk; `missed` when the first sample was taken that lay outside; `visible` when any watch could have seen it, and
    `apparent` when it could have been, were all donors alike.
    """

    drill: Drill
    noticed: float | None
    by: str
    missed: float | None
    warned: float | None = None
    visible: float | None = None
    apparent: float | None = None

    @property
    def delay(self) -> float | None:
        """Hours from the fault until it was seen."""
        return None if self.noticed is None else self.noticed - self._begin

    @property
    def lead(self) -> float | None:
        """Hours from being seen until a sample missed; 0 where the fault never was seen."""
        return None if self.missed is None else self.missed - (self.noticed or self.missed)

    @property
    def possible(self) -> float | None:
        """The greatest lead that any watch could have had; None where no sample missed, or nothing told before."""
        return self._before(self.visible)

    @property
    def alike(self) -> float | None:
        """The greatest lead that any watch could have had, were all donors alike."""
        return self._before(self.apparent)

    @property
    def warning(self) -> float | None:
        """Hours from the first verdict that an attribute was at risk until a sample missed."""
        return self._before(self.warned)

    def _before(self, time: float | None) -> float | None:
        return None if self.missed is None or time is None else self.missed - time

    @property
    def _begin(self) -> float:
        return self.drill.fault.at.to("h")


@dataclass(frozen=True)
class _Ran:
    """A whole batch: its ledger, and what its equipment was told."""

    events: list[Recorded]
    orders: list[Orders]


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
    """The median lead over all faults that cost an attribute, and over those that physics let be seen in time."""
    costly = [one for one in seen if one.lead is not None]
    timely = [one for one in costly if one.possible is not None and one.possible >= LEAST_LEAD]
    what = "drill: lead before an attribute is missed, median of"
    among = {
        f"{what} {len(timely)} faults that could be seen {LEAST_LEAD:g} h before": timely,
        f"{what} {len(costly)} faults": costly,
    }
    return [
        Result(text, spread([one.lead or 0.0 for one in found]), "h", LEAST_LEAD, "more")
        for text, found in among.items()
        if found
    ]


def _false(alarms: list[float]) -> Result:
    shown = Spread(statistics.fmean(alarms), min(alarms), max(alarms))
    what = f"drill: alarms a sound batch of 12 days, mean of {len(alarms)}"
    return Result(what, shown, "", MOST_ALARMS, "less")


def _told(one: Seen) -> list[Result]:
    what = f"drill: {one.drill.what}"
    if one.delay is None:
        found = [Result(f"{what}: not seen; attributes missed", spread([float(one.missed is not None)]), "")]
    else:
        found = [Result(f"{what}: seen after (by {one.by})", spread([one.delay]), "h", better="less")]
    if one.lead is None:
        return found
    leads = {
        "lead before the attribute is missed": one.lead,
        "lead of the first verdict on an attribute": one.warning,
        "greatest lead that any watch could have": one.possible or 0.0,
        "the same, were all donors alike": one.alike or 0.0,
    }
    return found + [
        Result(f"{what}: {text}", spread([lead]), "h") for text, lead in leads.items() if lead is not None
    ]


def _run(process: Process, seed: int) -> _Ran:
    """One whole batch."""
    with scratch() as folder:
        site = Site.create(folder / "site")
        finish = run(site, process, Options(seed=seed), Unwatched())
        with site.reading() as (ledger, historian):
            events = list(ledger.events(batch=finish.batch))
            return _Ran(events, recall(process, events, historian, finish.batch))


def _raised(events: list[Recorded]) -> int:
    """How many alarms an operator was shown."""
    told = [payload(each.event.type, each.event.data) for each in events]
    return sum(isinstance(p, AlarmChanged) and p.state == "raised" and p.shown for p in told)


def _seen(process: Process, drill: Drill) -> Seen:
    return _judged(process, drill, _run(befallen(process, drill.fault), drill.seed))


def _judged(process: Process, drill: Drill, ran: _Ran) -> Seen:
    """What came of the fault in a batch; what physics allowed is worked out where a sample missed."""
    begin, missed = drill.fault.at.to("h"), _missed(ran.events)
    noticed, by = _first(ran.events, begin, _speaks) or (None, "")
    warned, _ = _first(ran.events, begin, _warns) or (None, "")
    if missed is None:
        return Seen(drill, noticed, by, missed, warned)
    told = evidence(process, drill.fault, drill.seed, ran.orders)
    possible = (first_visible(each, before=missed) for each in (told, alike(told)))
    return Seen(drill, noticed, by, missed, warned, *possible)


def _first(events: list[Recorded], begin: float, speaks: Speaks) -> tuple[float, str] | None:
    """The hour, from `begin` on, at which something first spoke to a person, and what it was."""
    for recorded in events:
        time = recorded.event.time / HOUR
        if time >= begin and (said := speaks(payload(recorded.event.type, recorded.event.data))):
            return time, said
    return None


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


def _speaks(told: object) -> str:
    """The alarm that is shown, or the verdict that is no longer `ok`; empty where it is neither."""
    if isinstance(told, AlarmChanged):
        return told.alarm if told.state == "raised" and told.shown else ""
    if isinstance(told, VerdictChanged) and told.before == "ok" and told.verdict != "ok":
        return f"verdict on {told.attribute}: {told.verdict}"
    return ""


def _warns(told: object) -> str:
    """The attribute that a verdict calls at risk."""
    if isinstance(told, VerdictChanged) and told.verdict in ("alert", "action"):
        return told.attribute
    return ""
