"""That records can be read, changes are marked and reasoned, and the trail is whole, reviewed, never altered."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import homeostat
from homeostat.errors import HomeostatError, QualityError
from homeostat.execution.slips import AlarmSlip
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.ledger import PublicKey, verify_ledger
from homeostat.ledger.catalogue import AlarmChanged
from homeostat.monitoring.alarms.lifecycle import Phase
from homeostat.quality import audit, batch_record, deviations, render_html, render_json
from homeostat.quality.record import exception_report
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.small_batch import HOUR, B, Midst, small_batch


@proves("ALC-2")
def a_record_is_a_page_and_an_export(bench: Workbench) -> str:
    """The same exceptions are in the page and in the data."""
    with small_batch(bench, "gap") as (office, historian):
        record = batch_record(office.ledger, historian, B)
        page, data = render_html(record, historian), render_json(record)
    text = record.exceptions[0].text
    expect("1 gap of more than 15 min" in page, "the page does not tell the gap")
    expect(text in data, "the export does not tell the gap")
    return f"page of {len(page):,} and JSON of {len(data):,} characters, both with the exception"


@proves("A11-8")
def a_changed_value_is_marked_in_the_record(bench: Workbench) -> str:
    """Without a change there is no mark; with one the page marks it and tells the old value."""
    pages = []
    for faults in ((), ("changed result",)):
        with small_batch(bench, *faults) as (office, historian):
            pages.append(render_html(batch_record(office.ledger, historian, B), historian))
    expect(">changed<" not in pages[0], "a mark where nothing was changed")
    expect(">changed<" in pages[1], "a changed value has no mark")
    expect("from 2.5" in pages[1] and "to 2.6" in pages[1], "the history of the value is not told")
    return "a result reported as 2.5, then as 2.6, is marked as changed, both values told; else no mark"


@proves("A11-9")
def changes_need_a_reason_and_the_review_of_the_trail_is_signed(bench: Workbench) -> str:
    """An act without a reason is refused; filters choose lines; the signed review is valid, and finds later forgery."""
    with small_batch(bench) as (office, _):
        qa = login(office, "demo-qa", SECRET)
        name = deviations.open_deviation(office, qa, title="t", finding="f", batch=B, why="seen")
        with refused(QualityError, "a change without a reason"):
            deviations.classify(office, qa, name, "minor", why="  ")
        deviations.classify(office, qa, name, "minor", why="small")
        wanted = audit.Wanted(batch=B, changes=True, type="deviation.")
        lines = audit.trail(office.ledger, wanted)
        expect(
            [line.type for line in lines] == ["deviation.opened", "deviation.classified"], "the filter errs"
        )
        changed = lines[-1].changes[0]
        expect(
            (changed.old, changed.new, lines[-1].why) == (None, "minor", "small"),
            "old, new or why is missing",
        )
        audit.review_trail(office, qa, SECRET, wanted, why="nothing amiss")
        deviations.assess(office, qa, name, "none", why="later")
        (given,) = audit.reviews(office.ledger)
        expect(given.state == "valid" and given.lines == 2, "the review does not stand")
    return "no reason: refused; two lines filtered with old, new and why; their signed review stands"


@proves("A11D-8")
def alarms_have_a_life_on_record_and_silencing_one_is_an_exception(bench: Workbench) -> str:
    """Raised, acknowledged by a person who says why, cleared; no order without person or comment is handed in."""
    for lacking in ({"by": ""}, {"reason": ""}, {"by": "  "}, {"reason": "  "}):
        said = {"order": "acknowledge", "alarm": "cold", "by": "ada", "reason": "heater mended"}
        with refused(_UnfitError, f"an acknowledgement with {lacking}"), _as_unfit():
            AlarmSlip.model_validate(said | lacking)
    for order, expected in (("acknowledge", 0), ("shelve", 1), ("take out of service", 1)):
        found_of = _overrides(bench, order)
        expect(found_of == ["override"] * expected, f"{order}: {found_of}")
    with small_batch(bench, midst=_life()) as (office, historian):
        (line,) = batch_record(office.ledger, historian, B).alarms
        found = audit.trail(office.ledger, audit.Wanted(batch=B, type="alarm.", who="ada"))
    expect(
        (line.acknowledged_by, line.acknowledged_why) == ("ada", "heater mended"), "who and why are missing"
    )
    expect(line.cleared is not None and len(found) == 1, "its life is not on record, or cannot be searched")
    return (
        "acknowledged by ada (“heater mended”), by nobody without a comment; each silencing is an exception"
    )


def _overrides(bench: Workbench, order: str) -> list[str]:
    """The classes of the exceptions that an order about an alarm makes in a batch without any other."""
    slip = AlarmSlip.model_validate({"order": order, "alarm": "cold", "by": "ada", "reason": "known"})
    with small_batch(bench, midst=[(slip.ordered("s", HOUR), HOUR, "ada")]) as (office, historian):
        return [item.group for item in exception_report(office.ledger, historian, B).items]


_LIFE = (
    ("raised", Phase.UNACKNOWLEDGED.value, "scan", ""),
    ("acknowledged", Phase.ACKNOWLEDGED.value, "ada", "heater mended"),
    ("cleared", Phase.NORMAL.value, "scan", ""),
)


def _life() -> Iterator[Midst]:
    """The life of an alarm, a state an hour."""
    plain = {
        "alarm": "cold",
        "priority": "high",
        "text": "cold",
        "value": 35.0,
        "limit": 36.0,
        "unit": "degC",
    }
    for hour, (state, after, by, why) in enumerate(_LIFE, 1):
        facts = {"state": state, "after": after, "by": by, "reason": why}
        yield AlarmChanged.model_validate(plain | facts), hour * HOUR, "scan"


class _UnfitError(HomeostatError):
    """A payload that has no form."""


@contextmanager
def _as_unfit() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise _UnfitError(str(error)) from error


@proves("A11D-12")
def the_trail_is_always_on_and_an_edit_at_the_root_is_found(bench: Workbench) -> str:
    """Each event is a line; an administrator of the machine who edits the file past all triggers is found out."""
    with small_batch(bench) as (office, _):
        site = office.site
        lines = audit.trail(office.ledger, audit.Wanted(batch=B))
        events = list(office.ledger.events(batch=B))
    expect([line.event for line in lines] == [one.event.id for one in events], "the trail leaves events out")
    with closing(sqlite3.connect(site.ledger_path)) as root:
        for statement in ("UPDATE event SET body = '{}'", "DELETE FROM event"):
            with refused(_UnfitError, statement), _as_unfit_sql():
                root.execute(statement)
        (trigger,) = root.execute("SELECT sql FROM sqlite_master WHERE name = 'event_update'").fetchone()
        root.execute("DROP TRIGGER event_update")
        root.execute("UPDATE event SET body = replace(body, 'P-1', 'P-2') WHERE type = 'batch.started'")
        root.execute(trigger)  # no trace of the deed but the edited bytes
        root.commit()
        ((place, name),) = root.execute("SELECT seq, id FROM event WHERE type = 'batch.started'").fetchall()
    found = verify_ledger(site.ledger_path, public_key=PublicKey.load(site.keys), heads=site.heads_file)
    told = [(one.where, one.what) for one in found.findings]
    edited = (f"event {place} ({name})", "its bytes do not match its hash")
    expect(told == [edited], f"found instead of the edited bytes: {told}")
    return f"{len(lines)} of {len(events)} events are lines; the edit is found: {edited[0]}, {edited[1]}"


@contextmanager
def _as_unfit_sql() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _UnfitError(str(error)) from error


_FORBIDDEN = ("UPDATE event", "DELETE FROM event", "UPDATE head", "DELETE FROM head", "REPLACE INTO event")
_TAMPERING = {
    "validation/checks/keeping.py",
    "validation/checks/reviewing.py",
    "validation/intruder.py",
}
"""What tampers on purpose, with sites of its own, to see it found out: these files of the package, and no other."""


@proves("P11-10e")
def every_change_has_old_and_new_and_no_code_can_alter_a_record(bench: Workbench) -> str:
    """Acts on a deviation, folded again from the ledger, give the same state; the installed package has no such SQL."""
    with small_batch(bench) as (office, _):
        qa = login(office, "demo-qa", SECRET)
        name = deviations.open_deviation(office, qa, title="t", finding="f", batch=B, why="seen")
        for grade in ("minor", "critical", "major"):
            deviations.classify(office, qa, name, grade, why="looked again")
        before = deviations.deviation(office.ledger, name)
        site = office.site
    with site.reading() as (ledger, _):
        after = deviations.deviation(ledger, name)
    expect(after == before, "the state folded again is another")
    told = [
        (one.old, one.new) for turn in after.history for one in turn.changes if one.field == "classification"
    ]
    expect(told == [(None, "minor"), ("minor", "critical"), ("critical", "major")], f"old and new: {told}")
    package = Path(str(homeostat.__file__)).parent
    searched = [path for path in sorted(package.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    guilty = {path.relative_to(package).as_posix() for path in searched if _alters(path)}
    expect(guilty == _TAMPERING, f"SQL that alters records: {', '.join(sorted(guilty ^ _TAMPERING))}")
    return f"three changes with old, new and why, refolded equal; in {len(searched)} files no SQL alters an event"


def _alters(path: Path) -> bool:
    text = path.read_text("utf-8", errors="ignore").lower()
    return any(word.lower() in text for word in _FORBIDDEN)
