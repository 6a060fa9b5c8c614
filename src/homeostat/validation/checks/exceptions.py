"""That faults are found, each once, by rules that are versioned and counted, and stand against release."""

import hashlib
import time

from homeostat.errors import AuthorityError, QualityError
from homeostat.governance import Office
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.historian import Historian
from homeostat.ledger import Event, PublicKey, verify_ledger
from homeostat.ledger.catalogue import (
    BatchResumed,
    CommandGiven,
)
from homeostat.quality import BatchRecord, batch_record, deviations
from homeostat.quality import review as reviewing
from homeostat.quality.exceptions import NEWEST, rule_set, versions
from homeostat.quality.record import exception_report
from homeostat.site import Site
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.small_batch import FAULTS, HOUR, B, Teller, small_batch

FULL = 350_000
EVENTS = FULL // 5
"""So many that the tree is hashed beside the walk, as in a long record."""
SECONDS, TRIES = 2.0, 5
"""What reopening and verifying `FULL` events may take, and how often it is tried: other work only adds to it."""
BARE, SHARED = 0.06, 1.25
"""What `EVENTS` bare hashes took where the bar was set (a quiet core of an AMD EPYC), and an allowance (assumption)."""


def _groups(office: Office, historian: Historian) -> list[str]:
    return sorted(item.group for item in exception_report(office.ledger, historian, B).items)


@proves("EXE-6")
def each_fault_is_one_exception_and_stands_against_release_until_it_is_settled(bench: Workbench) -> str:
    """None in a clean batch; one of its class for each fault; all of them together; then one is settled."""
    with small_batch(bench) as (office, historian):
        expect(_groups(office, historian) == [], "a clean batch has exceptions")
    for fault, group in FAULTS.items():
        with small_batch(bench, fault) as (office, historian):
            expect(_groups(office, historian) == [group], f"{fault}: {_groups(office, historian)}")
    with small_batch(bench, *FAULTS) as (office, historian):
        expect(_groups(office, historian) == sorted(FAULTS.values()), "faults together are not their sum")
        against = reviewing.unresolved(office.ledger, historian, B)
        expect(len(against) > 0, "nothing stands against the release")
        _settle(office, historian)
        expect(reviewing.unresolved(office.ledger, historian, B) == (), "something still stands against it")
    return f"{len(FAULTS)} faults, as many exceptions of their classes; {len(against)} stood against release"


def _settle(office: Office, historian: Historian) -> None:
    """A deviation for the first grave exception, closed by another person; the rest accepted; the review signed."""
    qa, operator, chief = (
        login(office, name, SECRET) for name in ("demo-qa", "demo-operator", "demo-supervisor")
    )
    items = reviewing.review(office.ledger, historian, B).report.items
    first = next(item for item in items if item.severity == "major")
    title, why = first.text, "a scene"
    name = deviations.open_deviation(
        office, operator, title=title, finding=title, batch=B, exceptions=(first.id,), why=why
    )
    with refused(QualityError, "to close a deviation that is not assessed"):
        deviations.close(office, qa, SECRET, name, why=why)
    deviations.classify(office, chief, name, "major", why=why)
    deviations.assess(office, chief, name, "none on the product", why=why)
    deviations.explain(office, chief, name, "a scene", why=why)
    deviations.plan_action(
        office, qa, name, kind="corrective", text="mend it", owner="demo-operator", due="2027-01-01", why=why
    )
    with refused(AuthorityError, "to close a deviation that one has assessed"):
        deviations.close(office, chief, SECRET, name, why=why)
    deviations.close(office, qa, SECRET, name, why=why)
    for item in items:
        reviewing.accept(office, qa, historian, B, item.id, why="looked at, without effect")
    reviewing.sign_review(office, qa, SECRET, historian, B, why="reviewed by exception")


@proves("EXE-7")
def the_report_counts_what_passed_and_older_rules_give_older_reports(bench: Workbench) -> str:
    """Checked = passed + flagged + not due, for every rule; version 0 has no word for a repeated phase."""
    with small_batch(bench, *FAULTS) as (office, historian):
        reports = {one: exception_report(office.ledger, historian, B, one) for one in versions()}
        again = exception_report(office.ledger, historian, B, 0)
    new, old = reports[NEWEST], reports[0]
    for check in (*new.checks, *old.checks):
        expect(check.checked == check.passed + check.flagged + check.waiting, f"{check.rule} does not add up")
    expect(len(new.items) == len(FAULTS), "the newest rules do not list each fault")
    expect(len(old.items) < len(new.items), "rule set 0 knows rules that came later")
    expect(again.model_dump_json() == old.model_dump_json(), "rule set 0 gives another report now")
    expect(old.rules_sha256 == rule_set(0).sha256 != new.rules_sha256, "a report does not name its rules")
    return f"{new.checked} things checked, {new.passed} passed, {len(new.items)} exceptions; rule set 0 told apart"


@proves("EXE-11")
def a_long_record_reopens_and_verifies_in_time(bench: Workbench) -> str:
    """Seconds of the processor for a fifth of the events: what grows with them is counted five times.

    The bar was set on a machine that does the bare hashes in `BARE` seconds: a slower or busier one is given as much
    more, and `SHARED` on top, for what disturbs reading more than hashing.
    """
    empty, site = _long(bench, 1), _long(bench, EVENTS)
    fixed, full, slower = min(_reopened(empty) for _ in range(TRIES)), float("inf"), 1.0
    for _ in range(TRIES):
        full = min(full, fixed + (_reopened(site) - fixed) * FULL / EVENTS)
        slower = max(slower, _bare() / BARE)
        if full <= SECONDS:
            break
    took = f"{FULL:,} events in {full:.2f} s of the processor, from {EVENTS:,}; {SECONDS:g} s are asked for"
    given = (
        f"a machine {slower:.1f} times as slow as that of the bar is given {SECONDS * slower * SHARED:.1f} s"
    )
    expect(full <= SECONDS * slower * SHARED, f"{took}, and {given}")
    return took if full <= SECONDS else f"{took}: missed here, where {given}"


def _bare() -> float:
    """Seconds of the processor for as many hashes, each over the one before, of as many bytes."""
    begin, hashed, body = time.process_time(), bytes(32), bytes(330)
    for _ in range(EVENTS):
        hashed = hashlib.sha256(hashed + body).digest()
    return time.process_time() - begin


def _long(bench: Workbench, amount: int) -> Site:
    """A site with a batch of so many events of the usual length."""
    site = bench.site()
    given = CommandGiven(command="none", reason="x" * 150)
    with site.recording(bench.clock) as ledger:
        for number in range(amount):
            data = given.model_dump(mode="json")
            ledger.append(Event(f"{B}/{number:06d}", given.type, B, number, "scan", data))
        ledger.commit()
    return site


def _reopened(site: Site) -> float:
    """Seconds of the processor that it takes to open a ledger for writing and to verify it."""
    begin = time.process_time()
    with site.recording(lambda: "2026-01-01T00:00:00+00:00"):
        pass
    found = verify_ledger(site.ledger_path, public_key=PublicKey.load(site.keys), heads=site.heads_file)
    took = time.process_time() - begin
    expect(found.ok, "the ledger does not verify")
    return took


@proves("ALC-6")
def gaps_repetitions_and_interruptions_are_shown(bench: Workbench) -> str:
    """A gap, a repeated phase and an interrupted run, each with its places in the ledger."""
    resumed = BatchResumed(batch=B, scan=3, reason="power cut")
    with small_batch(bench, "gap", "repeat", midst=[(resumed, 0, "engine")]) as (office, historian):
        report = exception_report(office.ledger, historian, B)
    groups = sorted(item.group for item in report.items)
    expect(groups == ["gap", "interrupted run", "skipped or repeated step"], f"found: {groups}")
    expect(all(item.events for item in report.items), "an exception does not say where it is")
    return "; ".join(item.text for item in report.items)


@proves("ALC-7")
def a_clock_that_goes_back_or_steps_is_found(bench: Workbench) -> str:
    """In real time a stamp that goes back is found, and one that leaps ahead of the scan's own clock."""
    for name, leap, expected in (
        ("none", 0, []),
        ("back", -600, ["clock step"]),
        ("step", 600, ["clock step"]),
    ):
        site = bench.site()
        with Office.open(site, _leaping(leap), bench.nonce) as office:
            tell = Teller(office)
            for minute in range(60):
                tell(CommandGiven(command=name, reason=""), minute * HOUR // 60)
            office.ledger.commit()
            with Historian.open(site.historian_path) as historian:
                items = exception_report(office.ledger, historian, B).items
        found = [item.group for item in items if item.group == "clock step"]
        expect(found == expected, f"clock {name}: {found}")
    return "a steady clock gives none; 10 min back and 10 min ahead are one exception each"


def _leaping(leap: int) -> "_Leaping":
    return _Leaping(leap)


class _Leaping:
    """A clock of one minute a stamp, which leaps by so many seconds in the middle."""

    def __init__(self, leap: int) -> None:
        self._leap, self._now = leap, 0

    def __call__(self) -> str:
        self._now += 1
        second = self._now * 60 + (self._leap if self._now > 30 else 0)
        return f"2026-01-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}+00:00"


@proves("ALC-9")
def any_batch_is_found_and_opened_at_once(bench: Workbench) -> str:
    """The site opened and the record of one batch made, among fifty others: a second of the processor."""
    with small_batch(bench, "gap") as (office, _):
        for number in range(2000):
            other = CommandGiven(command="none", reason="")
            office.ledger.append(
                Event(
                    f"O/{number}",
                    other.type,
                    f"B1{number % 50:03d}",
                    0,
                    "scan",
                    other.model_dump(mode="json"),
                )
            )
        office.ledger.commit()
        record, took = _opened_record(office.site)
    expect(record.header.batch == B and len(record.exceptions) == 1, "another record was opened")
    expect(took < 1.0, f"it took {took:.2f} s of the processor")
    return f"opened among 51 batches in {took:.2f} s of the processor (limit 1 s)"


def _opened_record(site: Site) -> tuple[BatchRecord, float]:
    """The record of the scene's batch, by who opens the site only now, and the processor seconds that took."""
    begin = time.process_time()
    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, B)
    return record, time.process_time() - begin
