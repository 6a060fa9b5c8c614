"""A GMP site, founded and staffed by the acts of its persons, with two short batches that have ended.

`copied(folder)` is a copy of the one that was made first: to found it takes longer than most stories.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from pathlib import Path

import numpy as np
import yaml

from homeostat.governance import Office, Session
from homeostat.governance.custody import bind, collect, fill, issue
from homeostat.governance.definitions import approve, review, submit
from homeostat.governance.people import Secret, accept, activate, agree, enrol, login, train
from homeostat.historian import Historian, Series, TagSpec
from homeostat.ledger.catalogue import (
    AttributeJudged,
    BatchEnded,
    BatchStarted,
    ChunksSealed,
    CommandGiven,
    CommandIntended,
    SampleDrawn,
    StepChanged,
)
from homeostat.process import Process
from homeostat.process.reading import Quality
from homeostat.site import Site
from homeostat.validation.small_batch import HOUR, STEP, Teller, counted
from homeostat.validation.staff import founded, hired

from .persons import PERSONS, UNTRAINED

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
GOOD, BAD = "B0001", "B0002"
"""A batch within its specification, with two tests to come; and one that is out of it."""
PATIENTS = {GOOD: "P-1", BAD: "P-2"}
TESTS = {GOOD: ("sterility", "mycoplasma"), BAD: ()}
STARTED = {GOOD: "kara", BAD: "olga"}
FAULTS = {
    GOOD: (("gap", "minor"), ("override", "minor"), ("changed entry", "major"), ("device fault", "critical")),
    BAD: (("gap", "minor"), ("override", "minor"), ("excursion", "critical")),
}
"""Class and severity of every exception that the two batches have."""
FILLED = {GOOD: ("olga", "olga"), BAD: ("omar",)}
"""Who filled a container from each."""
_WARD = {"place": "ward", "logger": "TL-1"}
_TASKS = ("quality", "custody", "execution")


@dataclass(frozen=True)
class Desk:
    """An open office with everybody logged in."""

    office: Office
    historian: Historian
    sessions: dict[str, Session]


def secret(person: str) -> Secret:
    """What a person identifies themselves by."""
    return Secret(f"a tall gate of seven {person[::-1]} stones")


def process(version: str, batch: str = GOOD) -> Process:
    """The scene's process in a version; what is pending at its release is the batch's."""
    declared = yaml.safe_load((files("homeostat.validation") / "small_batch.yaml").read_text("utf-8"))
    pending = {one: {"title": one.title(), "due": "14 d"} for one in TESTS[batch]}
    return Process.model_validate(declared | {"version": version, "release": {"pending": pending}})


@contextmanager
def copied(folder: Path) -> Iterator[Desk]:
    """The desk at a copy of the site."""
    site = folder / "site"
    shutil.copytree(_made(), site)
    with _opened(Site.open(site), BEGAN + timedelta(minutes=5), "s") as office:
        sessions = {one: login(office, one, secret(one)) for one in PERSONS}
        with Historian.open(office.site.historian_path, readonly=True) as historian:
            yield Desk(office, historian, sessions)


@contextmanager
def _opened(site: Site, start: datetime, prefix: str) -> Iterator[Office]:
    """An office whose clock counts milliseconds, so that nobody idles."""
    ticks, numbers = count(), count()

    def clock() -> str:
        return (start + timedelta(milliseconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"{prefix}{next(numbers):06d}") as office:
        yield office


@cache
def _made() -> Path:
    """The site, made once in a process."""
    root = Path(tempfile.mkdtemp(prefix="lifecycle")) / "site"
    with _opened(Site.create(root, "gmp"), BEGAN, "t") as office:
        sessions = _staffed(office)
        _approved(office, sessions)
        with Historian.open(office.site.historian_path) as historian:
            for batch in (GOOD, BAD):
                _bound(office, sessions[FILLED[batch][0]], sessions["sven"], batch)
                _made_batch(office, historian, batch)
                for name in FILLED[batch]:
                    fill(office, sessions[name], batch, **_WARD, why="harvest")
    return root


def _staffed(office: Office) -> dict[str, Session]:
    """Everybody, enrolled by one, agreed to by another, trained by a third, accountable by themselves."""
    ada, vera = founded(office)
    quinn = hired(office, ada, vera, "quinn", "quality assurance")
    known = {"ada": ada.session, "vera": vera.session, "quinn": quinn.session}
    for name in (one for one in PERSONS if one not in known):
        told = {"verified": "passport", "why": "hired"}
        roles = [*PERSONS[name]]
        code = enrol(office, ada.session, ada.secret, name, name.capitalize(), roles, **told)
        agree(office, vera.session, vera.secret, name, why="seen")
        activate(office, name, code, secret(name).password, why="taken over")
        known[name] = login(office, name, secret(name))
    until = (BEGAN + timedelta(days=300)).isoformat()
    for name, session in known.items():
        accept(office, session, secret(name), why="my signature is mine")
        trainer = known["quinn" if name == "vera" else "vera"]
        for task in _TASKS if name != UNTRAINED else ():
            train(office, trainer, name, task, evidence="course", expires=until, why="hired")
    return known


def _approved(office: Office, sessions: dict[str, Session]) -> None:
    """The version that the first batch starts from."""
    named = ("process", "scene", "1.0.0")
    submit(office, sessions["theo"], *named, process("1.0.0").model_dump_json(), why="first")
    review(office, sessions["tess"], secret("tess"), *named, why="read in full")
    approve(office, sessions["vera"], secret("vera"), *named, why="fit for use")


def _made_batch(office: Office, historian: Historian, batch: str) -> None:
    """A batch with a gap in its oxygen, a command of a person, and the faults of its own."""
    tell, declared = Teller(office), process("1.0.0", batch)
    tell(_begun(batch, declared), batch=batch)
    for hour, name in enumerate(("grow", "harvest"), 1):
        facts = {"level": "phase", "step": f"main/expand/{name}", "title": name, "cause": ""}
        for state in ("running", "complete"):
            tell(StepChanged.model_validate(facts | {"state": state}), hour * HOUR, batch=batch)
    drawn = SampleDrawn(sample="S1", step="main/expand/harvest", assays=("count",), volume=1.0)
    value = 2.5 if batch == GOOD else 1.5
    tell(drawn, 3 * HOUR, batch=batch)
    tell(counted(value), 3 * HOUR, batch=batch)
    verdict = {"value": value, "verdict": "within" if batch == GOOD else "outside", "low": 2.0, "high": None}
    named = {"attribute": "density", "sample": "S1", "unit": "1e6 cell/mL"}
    tell(AttributeJudged.model_validate(named | verdict), 3 * HOUR, batch=batch)
    tell(
        CommandGiven(command="resume", reason="to have a look", by="sven"),
        4 * HOUR,
        actor="sven",
        batch=batch,
    )
    if batch == GOOD:
        tell(counted(2.6), 4 * HOUR, batch=batch)
        tell(unanswered(1.0), 4 * HOUR, batch=batch)
    for sealed in _taped(historian, batch):
        tell(sealed, 5 * HOUR, actor="historian", batch=batch)
    tell(BatchEnded(state="complete", scans=30, reason="recipe complete"), 5 * HOUR, batch=batch)
    office.ledger.commit()


def unanswered(value: float) -> CommandIntended:
    """A command to the equipment; told without its outcome it is a critical device fault."""
    return CommandIntended(kind="set", target="heater", value=value, unit="%", retain=(), step="main")


def _begun(batch: str, declared: Process) -> BatchStarted:
    return BatchStarted(
        process=declared.process,
        version=declared.version,
        process_hash=declared.content_hash,
        declaration=declared.model_dump_json(),
        patient=PATIENTS[batch],
        scan=STEP,
        tags=tuple(declared.tags),
        outputs=(),
        equipment={"kind": "simulated"},
        twin={},
        environment={},
        definition="process/scene/1.0.0" if batch == GOOD else "",
        started_by=STARTED[batch],
        site_kind="gmp",
        operator="person",
    )


def _taped(historian: Historian, batch: str) -> list[ChunksSealed]:
    """Tags that stayed where they should be; ten readings of one never came."""
    times = np.arange(30, dtype=np.int64) * STEP
    found = list[ChunksSealed]()
    for tag, unit, value in (("temperature", "degC", 37.0), ("oxygen", "%", 50.0), ("heater", "%", 1.0)):
        values, quality = np.full(30, value), np.full(30, Quality.GOOD, np.uint8)
        if tag == "oxygen":
            values[10:20], quality[10:20] = np.nan, Quality.MISSING
        for one in historian.append_series(batch, TagSpec(tag, unit), Series(times, values, quality)):
            sealed = {"start": one.start, "end": one.end, "count": one.count}
            found.append(ChunksSealed(**sealed, chunks={tag: one.sha256}))
    return found


def _bound(office: Office, hand: Session, head: Session, batch: str) -> None:
    """What the patient gave goes into the batch."""
    patient = PATIENTS[batch]
    identity = issue(office, head, patient, why="order").identity
    bag = collect(office, hand, identity, patient, **_WARD, why="apheresis").container
    bind(office, hand, batch, bag, scan=bag, second=patient, why="start")
