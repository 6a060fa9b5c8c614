"""Opening a batch for execution: naming it, building its rig from a declaration or from its record."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from homeostat.equipment import Driver, connect
from homeostat.errors import ExecutionError
from homeostat.execution.allocation import allocation
from homeostat.execution.clock import Pace
from homeostat.execution.environment import environment
from homeostat.execution.journal import Journal
from homeostat.execution.models import packages_of
from homeostat.execution.operator import ScriptedOperator
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.plan.alarms import settings
from homeostat.execution.plan.columns import output_units
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.types import LoopPlan
from homeostat.execution.rig import Rig, Watcher
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.fusing import FusingObserver
from homeostat.governance import Session
from homeostat.governance.gate import Admission
from homeostat.historian import Historian, TagSpec
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import BatchStarted, Payload, payload
from homeostat.process import Process
from homeostat.process.alarm_names import blind, lowered
from homeostat.site import Kind
from homeostat.twin import Simulator, model

BATCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


@dataclass(frozen=True)
class Options:
    """How a batch is run. `speed` is the number of process seconds in a second (infinity: as fast as possible).

    `folder` is where the process file stands: the files it names are looked for from there.
    `session` is that of the person who starts it, which a GMP site asks for; `welcome` makes the demonstration
    identities of a training site that has nobody yet. `operator` says who answers prompts: the process file's script,
    or persons, as at a GMP site always.
    """

    batch: str | None = None
    patient: str = ""
    equipment: str = "simulated"
    seed: int = 1
    speed: float = float("inf")
    until: str | None = None
    folder: Path = Path()
    session: Session | None = None
    welcome: bool = False
    operator: Literal["script", "person"] = "script"


def check_name(wanted: str) -> None:
    """Refuse what cannot be the id of a batch (and the name of its record's files). Raises ExecutionError."""
    if not BATCH_ID.fullmatch(wanted):
        raise ExecutionError(
            f"'{wanted}' is not a batch id", mend="use up to 32 letters, digits, dots, dashes or underscores"
        )


def name_batch(ledger: Ledger, wanted: str | None) -> str:
    """The batch's id: the wanted one if it is free, else the next number. Raises ExecutionError."""
    taken = {name.casefold() for name in ledger.batches()}
    if wanted is None:
        taken |= {one.batch.casefold() for one in allocation(ledger).line}
        return next(
            name for name in (f"B{number:04d}" for number in range(1, 10**6)) if name.casefold() not in taken
        )
    if wanted.casefold() in taken:
        raise ExecutionError(f"batch {wanted} exists already", mend="choose another id, or resume it")
    return wanted


def observe(plan: Plan) -> Observer:
    """The twin of a plan, compiled."""
    twin = model(plan.twin.model)
    if plan.twin.observer is None:
        return Observer(twin, Simulator(twin), plan.twin)
    return FusingObserver(twin, Simulator(twin), plan.twin, plan.twin.observer)


def specs(plan: Plan) -> list[TagSpec]:
    """The historian's columns: every tag, then everything the scan computes."""
    tags = plan.process.tags.items()
    read = [TagSpec(n, t.unit, t.resolution.difference(t.unit) if t.resolution else None) for n, t in tags]
    return read + [TagSpec(name, unit, None) for name, unit in output_units(plan).items()]


def started(
    plan: Plan,
    observer: Observer,
    driver: Driver,
    options: Options,
    *,
    kind: Kind,
    admission: Admission,
    models: Mapping[str, str],
) -> BatchStarted:
    """The first event of a batch: all that is needed to execute its scans again, and by what right it starts.

    `models` are the hashes of its model packages by soft sensor.
    """
    process = plan.process
    return BatchStarted(
        process=process.process,
        version=process.version,
        process_hash=process.content_hash,
        declaration=process.model_dump_json(),
        patient=options.patient,
        scan=plan.scan,
        tags=plan.tags,
        outputs=plan.outputs,
        equipment={"connection": options.equipment, "steers": driver.steers, **driver.facts()},
        twin={
            "model": plan.twin.model,
            "kernel": observer.fingerprint,
            "initial": dict(zip(plan.twin.states, plan.twin.initial, strict=True)),
            "parameters": dict(
                zip(model(plan.twin.model).signature.parameters.names, plan.twin.parameters, strict=True)
            ),
        },
        environment=dict(environment(observer.fingerprint)),
        until=options.until or "",
        alarms=settings(plan.rules, plan.limits),
        models=dict(models),
        definition=admission.definition,
        started_by=admission.started_by,
        site_kind=kind,
        operator="person" if kind == "gmp" else options.operator,
        realtime=plan.realtime,
    )


def recall_start(events: Mapping[str, Recorded], batch: str) -> BatchStarted:
    """The first event of a batch on record. Raises ExecutionError for an unknown batch."""
    first = events.get(f"{batch}/start")
    content = payload(first.event.type, first.event.data) if first else None
    if not isinstance(content, BatchStarted):
        raise ExecutionError(
            f"there is no batch {batch} in this site", mend="list them with: homeostat batches"
        )
    return content


def recall_plan(start: BatchStarted, models: Mapping[str, str] | None = None) -> Plan:
    """The plan as it was when the batch started: declaration, starting values, parameters and `models` are on record.

    Raises ExecutionError for a declaration that this version of the software cannot read, MonitoringError for a model
    that was changed or computes other bits on this machine.
    """
    try:
        process = Process.model_validate_json(start.declaration)
    except ValidationError as error:
        raise ExecutionError(
            "the declaration on record cannot be read by this version",
            where=f"{start.process} {start.version}",
            mend="use the version the batch was started with: " + str(start.environment.get("homeostat")),
        ) from error
    initial, parameters = _numbers(start.twin["initial"]), _numbers(start.twin["parameters"])
    steers = bool(start.equipment["steers"])
    plan = make_plan(
        process,
        steers=steers,
        initial=initial,
        parameters=parameters,
        until=start.until,
        packages=packages_of(models or {}),
        corrected=is_corrected(start.equipment),
        gmp=start.site_kind == "gmp",
        realtime=start.realtime,
    )
    return replace(plan, loops=_told(plan.loops, start), controllers=_telling(plan.controllers, start))


def _told(loops: tuple[LoopPlan, ...], start: BatchStarted) -> tuple[LoopPlan, ...]:
    """The loops as they told of themselves then: of one without a safe output only where its alarm was settled."""
    settled = {one.alarm for one in start.alarms}
    return tuple(
        loop if loop.safe is not None or blind(loop.name) in settled else replace(loop, told=None)
        for loop in loops
    )


def _telling(controllers: tuple[ControllerPlan, ...], start: BatchStarted) -> tuple[ControllerPlan, ...]:
    """The controllers as they told of themselves then: that one was lowered, only where that alarm was settled."""
    settled = {one.alarm for one in start.alarms}
    return tuple(replace(each, former=lowered(each.name) not in settled) for each in controllers)


def is_corrected(equipment: Mapping[str, object]) -> bool:
    """Whether a batch on equipment with these facts corrects its twin: a recorded log may ask that it does not."""
    return equipment.get("corrected") is not False


def _numbers(values: object) -> dict[str, float]:
    given = values if isinstance(values, dict) else {}
    return {name: float(value) for name, value in given.items()}


def reconnect(start: BatchStarted, plan: Plan, connection: str | None) -> Driver:
    """The equipment of a batch on record, checked to be the same; `connection` says where it is found now.

    Raises ExecutionError where it is another.
    """
    facts = dict(start.equipment)
    recorded, seed = facts.pop("connection"), facts.get("seed")
    driver = connect(plan.process, connection or str(recorded), seed if isinstance(seed, int) else 0)
    now = {"steers": driver.steers, **driver.facts()}
    differing = sorted(key for key in facts.keys() | now.keys() if facts.get(key) != now.get(key))
    if differing:
        raise ExecutionError(
            f"the equipment is not the one the batch was started with: {', '.join(differing)} differ",
            mend="put the log and the files beside it back as they were",
        )
    return driver


def rig(
    *,
    batch: str,
    plan: Plan,
    observer: Observer,
    driver: Driver,
    journal: Journal,
    historian: Historian,
    speed: float,
    watcher: Watcher,
    sources: Callable[[Mapping[str, str]], Sequence[Payload]],
    manned: bool = False,
) -> Rig:
    """Everything an engine works with; `manned`: persons answer, nobody by script."""
    return Rig(
        batch=batch,
        plan=plan,
        observer=observer,
        driver=driver,
        operator=ScriptedOperator(plan.process, manned=manned),
        journal=journal,
        recorder=historian.recorder(batch, specs(plan)),
        historian=historian,
        pace=Pace(speed),
        watcher=watcher,
        sources=sources,
    )
