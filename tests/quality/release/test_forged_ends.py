"""Whoever holds the site's key can add an end, or a state that one agrees with: it ends the batch for no reader."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import ExecutionError, QualityError, RecordError
from homeostat.execution import Options, resume, run
from homeostat.execution.allocation import allocation
from homeostat.execution.amending import ended
from homeostat.execution.clock import stamp
from homeostat.execution.orders import give
from homeostat.execution.slips import AlarmSlip
from homeostat.governance import Office
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.ended import end_of, ends, executed
from homeostat.governance.people import login
from homeostat.ledger import Event
from homeostat.ledger.catalogue import BatchEnded, LogEnded, Payload, StateChanged
from homeostat.process import load
from homeostat.process.units import Quantity
from homeostat.quality import BatchRecord, batch_record
from homeostat.quality.batch_series import batch_series
from homeostat.quality.batch_table import batch_table
from homeostat.quality.batches import batches
from homeostat.quality.panel import panel
from homeostat.quality.review import sign_review
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .test_grounds import MINI, Quiet

BATCH = "B0001"
END = f"{BATCH}/end"
COMPLETE = BatchEnded(state="complete", scans=3, reason="forged")
DONE = StateChanged(before="paused", after="complete", cause="forged")
MINUTE = Quantity.parse("1 min")
CLOSED = LogEnded(reason="forged")
AHEAD = f"{BATCH}/000100/000"


@pytest.fixture(scope="module")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site whose batch waits for a person. Copied, not written to."""
    site = Site.create(tmp_path_factory.mktemp("paused") / "site")
    run(site, load(MINI), Options(batch=BATCH, operator="person", welcome=True), Quiet())
    return site


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same of a batch that was executed to its end."""
    site = Site.create(tmp_path_factory.mktemp("done") / "site")
    run(site, load(MINI), Options(batch=BATCH, welcome=True), Quiet())
    return site


@pytest.fixture
def site(paused: Site, tmp_path: Path) -> Site:
    shutil.copytree(paused.root, tmp_path / "site")
    return Site.open(tmp_path / "site")


def put(site: Site, *events: tuple[str, Payload], batch: str = BATCH) -> None:
    """Put them on record by the site's key alone."""
    with Office.open(site, stamp, lambda: f"n{next(count())}") as office:
        for name, said in events:
            data = said.model_dump(mode="json")
            office.ledger.append(Event(name, said.type, batch, 0, "engine", data))
        office.ledger.commit()


def orders(site: Site) -> bool:
    slip = AlarmSlip(order="shelve", alarm="x", by="Dr. A", reason="y", hours=1.0)
    try:
        give(site, BATCH, slip, stamp="2026-01-01T00:00:00.000000+00:00", nonce="ab")
    except ExecutionError as error:
        return "has ended" in error.what
    return False


def units(site: Site) -> bool:
    with site.reading() as (ledger, _):
        return BATCH not in allocation(ledger).holders.values()


def amendments(site: Site) -> bool:
    with Office.open(site, stamp, lambda: "n") as office:
        return ended(office, BATCH)


def listed(site: Site) -> bool:
    with site.reading() as (ledger, _):
        return batches(ledger)[0].state == "complete"


def record(site: Site) -> BatchRecord:
    with site.reading() as (ledger, historian):
        return batch_record(ledger, historian, BATCH)


def told(site: Site) -> bool:
    header = record(site).header
    return header.finished or header.state == "complete"


def shown(site: Site) -> bool:
    with site.reading() as (ledger, historian):
        return panel(ledger, historian) == ()


def tabled(site: Site) -> bool:
    with site.reading() as (ledger, historian):
        try:
            batch_table(ledger, historian, [MINUTE])
            batch_series(ledger, historian, MINUTE)
        except RecordError as error:
            assert "no batch that has ended" in error.what
            return False
    return True


def reviewed(site: Site) -> bool:
    numbers = count()
    with Office.open(site, stamp, lambda: f"review{next(numbers)}") as office:
        enrol_demonstration(office)
        quality = login(office, "demo-qa", SECRET)
        with site.reading() as (_, historian):
            try:
                sign_review(office, quality, SECRET, historian, BATCH, why="read")
            except QualityError as error:
                return "has not ended" not in error.what
    return True


READERS = (orders, units, amendments, listed, told, shown, tabled, reviewed)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "events",
    [
        [("forged/1", COMPLETE)],
        [(END, COMPLETE)],
        [("forged/0", DONE), ("forged/1", COMPLETE)],
        [("forged/0", DONE), (END, COMPLETE)],
        [(f"{BATCH}/0x/0", DONE), (END, COMPLETE)],
        [(f"{BATCH}/000000/000x", DONE), (END, COMPLETE)],
        [(f"{BATCH}/000000/99", DONE), (END, COMPLETE)],
    ],
)
def test_a_forged_end_ends_the_batch_for_no_reader(
    site: Site, events: list[tuple[str, Payload]], reader: Callable[[Site], bool]
) -> None:
    put(site, *events)
    assert not reader(site)


@pytest.mark.parametrize("reader", READERS)
def test_the_end_of_an_execution_ends_it_for_every_reader(
    done: Site, tmp_path: Path, reader: Callable[[Site], bool]
) -> None:
    shutil.copytree(done.root, tmp_path / "site")
    assert reader(Site.open(tmp_path / "site"))


@pytest.mark.parametrize("reader", (orders, units, amendments, shown, tabled, reviewed))
@pytest.mark.parametrize("name", ["forged/1", AHEAD + "1", f"{BATCH}/000100/001"])
def test_an_end_is_called_as_an_execution_calls_it(
    site: Site, name: str, reader: Callable[[Site], bool]
) -> None:
    """Also where a state stands before it by a name that a scan could give."""
    put(site, (AHEAD, DONE), (name, COMPLETE))
    assert not reader(site)


def test_a_state_of_an_earlier_place_founds_no_end(site: Site) -> None:
    """Its name has the form and comes after those of all states, but an event that is none came after that place."""
    put(site, (f"{BATCH}/000100/001", CLOSED), (AHEAD, DONE), (END, COMPLETE))
    assert not any(reader(site) for reader in (listed, told, units, orders))


@pytest.mark.parametrize("end", ["forged/1", END])
def test_a_batch_with_a_forged_end_is_taken_up_again(site: Site, end: str) -> None:
    """What is executed then is in its record."""
    put(site, ("forged/0", DONE), (end, COMPLETE))
    before = record(site).states
    resume(site, BATCH, float("inf"), Quiet(), reason="it had not ended")
    after = record(site).states
    assert len(after) > len(before)
    assert (after[len(before)].before, listed(site), told(site)) == ("paused", False, False)


def test_what_an_execution_goes_on_with_after_a_forged_end_stands(done: Site, tmp_path: Path) -> None:
    """The record is told again, with a state and an end put into its midst; its own end is the one that stands."""
    again = Site.create(tmp_path / "again")
    with done.reading() as (ledger, _):
        told = [one.event for one in ledger.events(batch=BATCH)]
    forged = [
        Event(name, said.type, BATCH, 0, "engine", said.model_dump(mode="json"))
        for name, said in (("forged/0", DONE), ("forged/1", COMPLETE))
    ]
    with again.recording(stamp) as ledger:
        for event in (*told[:10], *forged, *told[10:]):
            ledger.append(event)
        ledger.commit()
        found = executed(ledger, ledger.events(batch=BATCH), BATCH)
        assert [one.event.id for one in found] == [one.id for one in told]
        end = end_of(ledger, BATCH)
        assert end is not None
        assert (end.event.id, dict(ends(ledger))) == (END, {BATCH: end.seq})
    named = [one.what for one in verify_site(again).findings if "was put by no execution" in one.what]
    assert [("no scan gives the id forged/0" in one, "calls an end forged/1" in one) for one in named] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("state", ["paused", "complete"])
def test_an_end_that_the_last_state_denies_is_told_by_verify(site: Site, state: str) -> None:
    put(site, (END, COMPLETE.model_copy(update={"state": state})))
    (found,) = (one.what for one in verify_site(site).findings if "was put by no execution" in one.what)
    words = {"paused": "in which none ends", "complete": "and its last state was paused"}
    assert found.endswith(words[state])


def test_an_end_that_cannot_be_read_ends_nothing(site: Site) -> None:
    """Not for verify either, which blames nothing that came after it."""
    with Office.open(site, stamp, lambda: "n") as office:
        office.ledger.append(Event(END, BatchEnded.type, BATCH, 0, "engine", {"state": "complete"}))
        office.ledger.append(Event(AHEAD, StateChanged.type, BATCH, 0, "scan", DONE.model_dump(mode="json")))
        office.ledger.commit()
        assert end_of(office.ledger, BATCH) is None
    found = [one.what for one in verify_site(site).findings]
    assert [("cannot be read" in one, "by no execution" in one) for one in found] == [(True, False)]
