"""The drill: how often a sound car-t batch alarms, and how long before a quality attribute is missed a fault is seen.

    shipped process + seeded fault -> whole simulated batch of 12 days -> alarms and verdicts on record -> delay, lead

The faults were written down before any was run; each befalls one donor of its own. A fault is seen when, after it
began, an alarm is raised or the verdict on an attribute leaves `ok`. The lead is the time from then until the first
sample that lies outside its specification was taken.
"""

import statistics
from dataclasses import dataclass

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result, Spread
from homeostat.bench.scan import Unwatched
from homeostat.execution import Options, run
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import AlarmChanged, AttributeJudged, SampleResult, VerdictChanged, payload
from homeostat.process import Process, load
from homeostat.process.seeded import SeededFault
from homeostat.site import Site

HOUR = 3.6e9
SOUND = range(101, 121)
"""Seeds of the sound batches."""
MOST_ALARMS, LEAST_LEAD = 1.0, 24.0


@dataclass(frozen=True)
class Drill:
    """A seeded fault: what goes wrong in words, the fault as it is declared, and whose donor it befalls."""

    what: str
    fault: SeededFault
    seed: int


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
    alarms = [float(_raised(_events(process, seed))) for seed in sound]
    results = [_false(alarms)]
    seen = [(drill, *_seen(process, drill)) for drill in (DRILLS[:1] if quick else DRILLS)]
    leads = [lead for _, _, lead in seen if lead is not None]
    if leads:
        what = f"drill: lead before an attribute is missed, median of {len(leads)} faults"
        results.append(Result(what, spread(leads), "h", LEAST_LEAD, "more"))
    for drill, delay, lead in seen:
        results += _told(drill, delay, lead)
    return results


def _false(alarms: list[float]) -> Result:
    shown = Spread(statistics.fmean(alarms), min(alarms), max(alarms))
    what = f"drill: alarms a sound batch of 12 days, mean of {len(alarms)}"
    return Result(what, shown, "", MOST_ALARMS, "less")


def _told(drill: Drill, delay: float | None, lead: float | None) -> list[Result]:
    if delay is None:
        return [
            Result(f"drill: {drill.what}: not seen; attributes missed", spread([float(lead is not None)]), "")
        ]
    found = [Result(f"drill: {drill.what}: seen after", spread([delay]), "h", better="less")]
    if lead is not None:
        found.append(Result(f"drill: {drill.what}: lead before the attribute is missed", spread([lead]), "h"))
    return found


def _events(process: Process, seed: int) -> list[Recorded]:
    """The ledger of one whole batch."""
    with scratch() as folder:
        site = Site.create(folder / "site")
        finish = run(site, process, Options(seed=seed), Unwatched())
        with site.reading() as (ledger, _):
            return list(ledger.events(batch=finish.batch))


def _raised(events: list[Recorded]) -> int:
    """How many alarms an operator was shown."""
    told = [payload(each.event.type, each.event.data) for each in events]
    return sum(isinstance(p, AlarmChanged) and p.state == "raised" and p.shown for p in told)


def _seen(process: Process, drill: Drill) -> tuple[float | None, float | None]:
    """Hours from the fault to its being seen (None: never), from then to the first attribute missed (None: none)."""
    simulation = process.simulation.model_copy(update={"faults": (drill.fault,)})
    events = _events(process.model_copy(update={"simulation": simulation}), drill.seed)
    begin = drill.fault.at.to("h")
    noticed, taken, missed = list[float](), dict[str, float](), list[float]()
    for recorded in events:
        told, time = payload(recorded.event.type, recorded.event.data), recorded.event.time / HOUR
        if isinstance(told, SampleResult):
            taken[told.sample] = told.taken / HOUR
        elif isinstance(told, AttributeJudged) and told.verdict == "outside":
            missed.append(taken[told.sample])
        elif time >= begin and _speaks(told):
            noticed.append(time)
    first = min(noticed, default=None)
    breach = min(missed, default=None)
    delay = None if first is None else first - begin
    end = begin if first is None else first
    return delay, None if breach is None else breach - end


def _speaks(told: object) -> bool:
    if isinstance(told, AlarmChanged):
        return told.state == "raised" and told.shown
    return isinstance(told, VerdictChanged) and told.before == "ok" and told.verdict != "ok"
