"""Faults put into a real run with persons: each is one exception of its class, and none can be passed over.

The batch is executed as any other, in process time as fast as the machine goes; persons answer while it runs, through
their orders, their signatures and the site's instruments and lots. Nothing of the record is written by the drill but
the one repeated phase, which no executor of ours can be brought to.
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from homeostat.execution import Options, engine, orders, run
from homeostat.execution.clock import nonce, stamp
from homeostat.execution.entering import enter
from homeostat.execution.orders import give
from homeostat.execution.slips import AlarmSlip, AnswerSlip
from homeostat.governance import Office, Session, instruments, materials
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.ledger import Event
from homeostat.ledger.catalogue import AlarmChanged, StepChanged
from homeostat.process import Process, load
from homeostat.process.seeded import SeededFault
from homeostat.process.units import Quantity
from homeostat.quality import deviations
from homeostat.quality import review as reviewing
from homeostat.quality.model import Finding
from homeostat.quality.record import exception_report
from homeostat.site import Site

BATCH = "B0001"
MINUTE = 60_000_000
DECLARATION = Path(__file__).with_name("fault_drill.yaml")
WHY = "a drill"
LONG_AGO, SINCE_THEN = "2020-01-01T00:00:00+00:00", "2020-02-01T00:00:00+00:00"
"""When what has expired by now was received and calibrated, and when it expired."""
EXPECTED: Mapping[str, str] = {
    "late entry": "late entry",
    "gap": "gap",
    "repeat": "skipped or repeated step",
    "stale sensor": "device fault",
    "override": "override",
    "expired lot": "expired lot",
    "out-of-calibration probe": "out-of-calibration source",
    "unsigned step": "unsigned step",
}
"""Every fault with the class of its one exception."""


def faulted(faults: Collection[str]) -> Process:
    """The process, with a sensor that stands still and one whose samples are lost where that is a fault."""
    process = load(DECLARATION)
    hour, lasts = Quantity.parse("1 h"), Quantity.parse("90 min")
    seeded = {
        "stale sensor": SeededFault(kind="frozen", of="oxygen", at=hour, lasts=lasts),
        "gap": SeededFault(kind="lost", of="glucose", at=hour, lasts=lasts),
    }
    chosen = tuple(fault for name, fault in seeded.items() if name in faults)
    return process.model_copy(update={"simulation": process.simulation.model_copy(update={"faults": chosen})})


def prepared(site: Site, faults: Collection[str]) -> None:
    """Persons, two lots (one of which has expired since) and the probe behind a tag (whose calibration may have)."""
    enrol(site)
    with Office.open(site, lambda: LONG_AGO, nonce) as office:
        ada, quinn = (login(office, name, SECRET) for name in ("demo-operator", "demo-qa"))
        for lot, expires in (("L-1", SINCE_THEN), ("L-2", "2999-01-01T00:00:00+00:00")):
            facts = {"material": "medium", "lot": lot, "expires": expires, "supplier": "S", "why": WHY}
            materials.receive(office, ada, quantity=100.0, unit="mL", **facts)
            materials.judge(office, quinn, "medium", lot, "released", why=WHY)
        instruments.register(
            office, ada, "probe-1", kind="probe", title="pH probe", tags=("acidity",), why=WHY
        )
        due = SINCE_THEN if "out-of-calibration probe" in faults else "2999-01-01T00:00:00+00:00"
        instruments.calibrate(office, ada, "probe-1", due=due, certificate="C", passed=True, why=WHY)


def enrol(site: Site) -> None:
    with Office.open(site, lambda: LONG_AGO, nonce) as office:
        enrol_demonstration(office)


class Persons:
    """The persons at a running batch: told of every scan, they do what is to be done then."""

    def __init__(self, site: Site, faults: Collection[str]) -> None:
        self._site, self._faults = site, faults
        self._at: dict[int, Callable[[], None]] = {
            2: self._expired,
            4: self._lot,
            6: self._unsigned,
            45: self._volume,
            50: self._signature,
            120: self._override,
            130: self._repeated,
        }

    def started(self, batch: str, total: int | None) -> None:
        """Nobody has anything to do yet."""

    def ended(self) -> None:
        """Nor any more."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """So many minutes of the batch have passed; it may be told twice of one."""
        self._at.pop(scan, lambda: None)()

    def _say(self, number: int, said: str, **facts: str) -> None:
        now = stamp()
        given = {
            "order": "answer",
            "prompt": f"culture/run/ask#{number}",
            "answer": said,
            "by": "demo-operator",
        }
        slip = AnswerSlip.model_validate(given | {"entered": now, "happened": now} | facts)
        give(self._site, BATCH, slip, stamp=now, nonce=nonce()[:16])

    def _expired(self) -> None:
        if "expired lot" in self._faults:
            self._say(2, "L-1")

    def _lot(self) -> None:
        self._say(2, "L-2")

    def _unsigned(self) -> None:
        if "unsigned step" in self._faults:
            self._say(3, "signed")

    def _volume(self) -> None:
        before = (datetime.fromisoformat(stamp()) - timedelta(minutes=40)).isoformat()
        late = {"happened": before, "reason": "hands were full"} if "late entry" in self._faults else {}
        self._say(1, "220", **late)

    def _signature(self) -> None:
        with Office.open(self._site, stamp, nonce) as office:
            ada = login(office, "demo-operator", SECRET)
            enter(office, ada, SECRET, BATCH, "answer", "culture/run/ask#3", answer="signed")

    def _override(self) -> None:
        if "override" in self._faults:
            slip = AlarmSlip(order="shelve", alarm="oxygen.health", by="sue", reason="known", hours=0.5)
            give(self._site, BATCH, slip, stamp=stamp(), nonce=nonce()[:16])

    def _repeated(self) -> None:
        """Another executor's word that a phase ran once more."""
        if "repeat" not in self._faults:
            return
        facts = {"level": "phase", "step": "culture/run/rest", "title": "Rest", "cause": ""}
        with Office.open(self._site, stamp, nonce) as office:
            for number, state in enumerate(("running", "complete")):
                again = StepChanged.model_validate(facts | {"state": state})
                data = json.loads(again.model_dump_json())
                event = Event(f"{BATCH}/again/{number:03d}", again.type, BATCH, 130 * MINUTE, "scan", data)
                office.ledger.append(event)
            office.ledger.commit()


@pytest.fixture
def executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Site]:
    """Executes the batch with these faults, to its end."""
    monkeypatch.setattr(orders, "INTERVAL", 0.0)
    monkeypatch.setattr(engine, "REPORT", 1)

    def execute(*faults: str) -> Site:
        site = Site.create(tmp_path / "-".join(faults or ("clean",)).replace(" ", "_"))
        prepared(site, faults)
        options = Options(seed=5, speed=1e9, operator="person")
        finish = run(site, faulted(faults), options, Persons(site, faults))
        assert finish.state == "complete", finish
        return site

    return execute


def exceptions(site: Site) -> tuple[Finding, ...]:
    with site.reading() as (ledger, historian):
        return exception_report(ledger, historian, BATCH).items


def blinded(site: Site) -> list[str]:
    """What was told of the loop that reads the oxygen."""
    with site.reading() as (ledger, _):
        events = [one.event.data for one in ledger.events(batch=BATCH, types=[AlarmChanged.type])]
    return [str(data["state"]) for data in events if data["alarm"] == "aeration.blind"]


def told(site: Site) -> list[str]:
    return sorted(f"{one.group}: {one.text}" for one in exceptions(site))


def test_a_run_without_a_fault_has_no_exception(executed: Callable[..., Site]) -> None:
    assert told(executed()) == []


def test_each_fault_is_one_exception_and_all_stand_against_release_until_settled(
    executed: Callable[..., Site],
) -> None:
    site = executed(*EXPECTED)
    found = exceptions(site)
    assert blinded(site) == ["raised", "cleared"], (
        "the loop that reads the stale sensor says so, and is told as it"
    )
    assert sorted(one.group for one in found) == sorted(EXPECTED.values()), told(site)
    with Office.open(site, stamp, nonce) as office, site.reading() as (_, historian):
        qa, ada = (login(office, name, SECRET) for name in ("demo-qa", "demo-supervisor"))
        grave = {one.id for one in found if one.severity != "minor"}
        assert len(grave) == 4
        while grave:
            against = {one.id for one in reviewing.unresolved(office.ledger, historian, BATCH)}
            assert against == grave
            name = grave.pop()
            settled(office, ada, qa, name)
        assert reviewing.unresolved(office.ledger, historian, BATCH) == ()


def settled(office: Office, opener: Session, closer: Session, exception: str) -> None:
    """A deviation that covers the exception, from being opened to the signature that closes it."""
    name = deviations.open_deviation(
        office, opener, title="A drill", finding="a fault", batch=BATCH, exceptions=(exception,), why=WHY
    )
    deviations.classify(office, opener, name, "minor", why=WHY)
    deviations.assess(office, opener, name, "none", why=WHY)
    deviations.explain(office, opener, name, "the drill", why=WHY)
    deviations.close(office, closer, SECRET, name, why=WHY)
