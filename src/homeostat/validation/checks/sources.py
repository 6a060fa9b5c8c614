"""That each entry has a person, a source that is fit, a signature and a lot: or satisfies no step.

21 CFR 11.10(h); ALCOA (attributable, accurate); the entries of a GMP site.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pydantic import ValidationError

from homeostat.errors import AuthorityError, UnitError
from homeostat.execution.entering import command, enter
from homeostat.execution.orders import waiting
from homeostat.execution.slips import AnswerSlip, CommandSlip, Objections, Vouched
from homeostat.execution.states import State
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office, instruments, materials
from homeostat.governance.known import moment
from homeostat.historian import Historian
from homeostat.ledger.catalogue import (
    AlarmChanged,
    Entry,
    PromptAnswered,
    PromptOpened,
)
from homeostat.process import Quantity
from homeostat.validation.begun import started, tell
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.floor import BATCH, PREPARE, Floor, answer, fed
from homeostat.validation.staff import Member, staff

_ADA, _BALANCE, _TERMINAL = "ada", "balance-1", "terminal-1"
_NOON = "2026-05-04T12:00:00+00:00"


@contextmanager
def _floor(bench: Workbench) -> Iterator[tuple[Office, dict[str, Member], Voucher]]:
    """A GMP site with persons and a terminal, and a batch that has asked everything of its first phase."""
    with bench.office(bench.site("gmp")) as office:
        team = staff(office, ada="operator", ben="operator", sue="supervisor", quinn="quality assurance")
        why, ada = "a scene", team[_ADA].session
        instruments.register(
            office, ada, _TERMINAL, kind="terminal", title="Terminal", calibrated=False, why=why
        )
        floor = Floor.of(gmp=True)
        opened = [one for one in floor.scan() if isinstance(one, PromptOpened)]
        with Historian.open(office.site.historian_path):
            pass
        for number, content in enumerate([started(), *opened]):
            tell(office, f"{BATCH}/000000/{number:03d}", content)
        yield office, team, Voucher(office.ledger, BATCH, floor.plan, bench.clock)


def _handed(office: Office) -> AnswerSlip | CommandSlip:
    """The order that was handed in last."""
    slip = waiting(office.site, BATCH)[-1][1]
    expect(isinstance(slip, AnswerSlip | CommandSlip), "nothing was handed in")
    return slip if isinstance(slip, AnswerSlip | CommandSlip) else _handed(office)


def _enter(office: Office, who: Member, number: int, said: str, source: str = _TERMINAL) -> AnswerSlip:
    name = f"{PREPARE}{number}"
    enter(office, who.session, who.secret, BATCH, "answer", name, answer=said, source=source)
    slip = _handed(office)
    expect(isinstance(slip, AnswerSlip), "another order was handed in")
    return AnswerSlip.model_validate(slip.model_dump())


def _status(objections: Objections, said: str = "221") -> str:
    """What the scan makes of a weight that these objections came with, and for which cause it refuses it."""
    floor = Floor.of()
    floor.scan()
    slip = AnswerSlip(
        order="answer",
        prompt=f"{PREPARE}6",
        answer=said,
        by=_ADA,
        entered=_NOON,
        happened=_NOON,
        source=_BALANCE,
    )
    (judged,) = floor.judged(slip.ordered("s", floor.time, Vouched(objections)))
    return " for ".join((judged.status, *([judged.cause] if judged.cause else [])))


@proves("P11-10h", "ALC-5")
def an_unfit_device_satisfies_no_step(bench: Workbench) -> str:
    """A balance unknown, uncalibrated, overdue, failed, unclean, out of service, of another kind; then a fit one."""
    with _floor(bench) as (office, team, vouch):
        ada, why = team[_ADA].session, "a scene"
        due = (moment(bench.clock()) + timedelta(days=30)).isoformat()
        seen = [vouch(_enter(office, team[_ADA], 6, "221", _BALANCE)).objections]
        instruments.register(office, ada, _BALANCE, kind="balance", title="Balance", why=why)
        seen.append(vouch(_enter(office, team[_ADA], 6, "221", _BALANCE)).objections)
        for day, passed in (("2020-01-01T00:00:00+00:00", True), (due, False)):
            instruments.calibrate(office, ada, _BALANCE, due=day, certificate="C-1", passed=passed, why=why)
            seen.append(vouch(_enter(office, team[_ADA], 6, "221", _BALANCE)).objections)
        instruments.calibrate(office, ada, _BALANCE, due=due, certificate="C-2", passed=True, why=why)
        for state, back in (("unclean", "clean"), ("out of service", "in service")):
            instruments.serve(office, ada, _BALANCE, instruments.STATES[state], why=why)
            seen.append(vouch(_enter(office, team[_ADA], 6, "221", _BALANCE)).objections)
            instruments.serve(office, ada, _BALANCE, instruments.STATES[back], why=why)
        seen.append(vouch(_enter(office, team[_ADA], 6, "221", _TERMINAL)).objections)
        fit = vouch(_enter(office, team[_ADA], 6, "221", _BALANCE)).objections
    for objections in seen:
        expect(
            len(objections) == 1 and _status(objections) == "refused for source",
            f"satisfied a step: {objections}",
        )
    expect(fit == () and _status(fit) == "taken", f"a fit balance was refused: {fit}")
    return "refused: " + "; ".join(objections[0].words for objections in seen)


@proves("P11-10h")
def a_reading_of_an_unfit_device_ends_no_step(bench: Workbench) -> str:
    """The calibration of a sensor runs out: an alarm says so, and a step that waits for its reading goes on waiting."""
    with _floor(bench) as (office, team, vouch):
        ada, why = team[_ADA].session, "a scene"
        instruments.register(
            office, ada, "probe-1", kind="probe", title="Glucose probe", tags=("glucose",), why=why
        )
        (judged,) = vouch.sources({})
        later = (moment(bench.clock()) + timedelta(days=30)).isoformat()
        instruments.calibrate(office, ada, "probe-1", due=later, certificate="C", passed=True, why=why)
        (again,) = vouch.sources({"glucose": judged.reason})
    floor = fed()
    raised = [one for one in floor.scan(judged) if isinstance(one, AlarmChanged)]
    for _ in range(10):
        floor.scan()
    expect(floor.state.state is State.RUNNING, "a step ended on the reading of an uncalibrated probe")
    floor.scan(again)
    floor.scan()
    expect(floor.state.state is State.COMPLETE, f"the calibrated probe does not count: {floor.state.state}")
    expect([one.text for one in raised] == [judged.reason], f"alarms: {raised}")
    return f"alarm: {raised[0].text}; the step ended only once the probe was calibrated"


@proves("ALC-1")
def each_entry_has_its_person_and_its_source(bench: Workbench) -> str:
    """At a GMP site an entry without a source is refused, and so is a scripted one; none is without a person."""
    with _floor(bench) as (office, team, vouch):
        nowhere = vouch(_enter(office, team[_ADA], 1, "done", source="")).objections
        named = vouch(_enter(office, team[_ADA], 1, "done")).objections
        slip = _handed(office)
    expect([one.cause for one in nowhere] == ["source"], f"objections: {nowhere}")
    expect(named == () and slip.by == _ADA, f"objections: {named}, by {slip.by}")
    try:
        Entry.model_validate({"entered": slip.entered, "happened": slip.entered, "slip": "s"})
    except ValidationError:
        floor = Floor.of(gmp=True)
        floor.scan()
        floor.scan(PromptAnswered(prompt=f"{PREPARE}1", answer="done"))
        expect(f"{PREPARE}1" in floor.state.prompts, "nobody answered, and it counted")
        return f"an entry is by {slip.by} from {_TERMINAL}; without a source or a person it is refused"
    expect(False, "an entry without a person was made")
    return ""


@proves("ALC-5")
def numbers_have_units(bench: Workbench) -> str:
    """A value in another unit is converted, one of another dimension refused, and none loses its unit."""
    floor = Floor.of()
    floor.scan()
    (judged,) = floor.judged(answer(3, "0.25 L"))
    expect((judged.value, judged.unit) == (250.0, "mL"), f"0.25 L became {judged.value} {judged.unit}")
    with refused(UnitError, "a mass as a volume"):
        Quantity.parse("250 g").to("mL")
    return f"0.25 L is on record as {judged.value:g} {judged.unit}; a mass is no volume"


@proves("P11-10g")
def an_entry_that_is_not_signed_by_its_person_counts_nothing(bench: Workbench) -> str:
    """At a GMP site: a slip by another hand, with other words, or of a command without a signature, is objected to."""
    with _floor(bench) as (office, team, vouch):
        slip = _enter(office, team[_ADA], 3, "220")
        forged = [
            slip.model_copy(update=change)
            for change in ({"answer": "230"}, {"by": "ben"}, {"entered": "2026-05-04T00:00:00+00:00"})
        ]
        expect(all(vouch(one).objections for one in forged), "a changed slip passed for the signed one")
        found = vouch(slip)
        expect(found.objections == () and bool(found.signature), f"a signed entry was refused: {found}")
        again = vouch(slip).words
        expect(len(again) == 1 and "before" in again[0], "one signature carried an entry twice")
        with refused(AuthorityError, "a command by an operator"):
            command(office, team[_ADA].session, team[_ADA].secret, BATCH, "abort", reason="a scene")
        sue = team["sue"]
        command(office, sue.session, sue.secret, BATCH, "hold", reason="a scene")
        given = _handed(office)
        abort = given.model_copy(update={"order": "abort"})
        expect(bool(vouch(abort).objections), "an unsigned command passed")
        expect(vouch(given).objections == (), "a signed command was refused")
    return (
        f"{len(forged)} changed slips and an unsigned command are objected to: {vouch_words(forged[0], slip)}"
    )


def vouch_words(forged: AnswerSlip, slip: AnswerSlip) -> str:
    """What differs between a forged slip and the signed one."""
    return f"{forged.answer!r} was handed in, {slip.answer!r} was signed"


@proves("P11-10h")
def a_lot_is_used_only_when_released_and_in_date(bench: Workbench) -> str:
    """Quarantine, expiry and rejection are told and refused; quantities are reconciled."""
    with bench.office(bench.site("gmp")) as office:
        team = staff(office, ada="operator", quinn="quality assurance")
        ada, quinn, why = team[_ADA].session, team["quinn"].session, "a scene"
        tell(office, f"{BATCH}/start", started())
        later = (moment(bench.clock()) + timedelta(days=30)).isoformat()
        lot = materials.receive(
            office,
            ada,
            material="medium",
            lot="L1",
            quantity=100.0,
            unit="mL",
            expires=later,
            supplier="S",
            why=why,
        )
        quarantine = lot.objections(bench.clock())
        with refused(AuthorityError, "a lot in quarantine used"):
            materials.move(office, ada, "medium", "L1", "used", 5.0, batch=BATCH, why=why)
        with refused(AuthorityError, "a lot released by an operator"):
            materials.judge(office, ada, "medium", "L1", "released", why=why)
        released = materials.judge(office, quinn, "medium", "L1", "released", why=why)
        expect(released.objections(bench.clock()) == (), "a released lot may not be used")
        expired = released.objections((moment(later) + timedelta(seconds=1)).isoformat())
        materials.move(office, ada, "medium", "L1", "used", 60.0, batch=BATCH, why=why)
        missing = materials.reconcile(office, ada, "medium", "L1", 38.0, tolerance=1.0, why=why)
    expect(bool(quarantine) and bool(expired), "an unfit lot would be used")
    expect((missing.difference, missing.within) == (2.0, False), f"reconciled to {missing}")
    return f"{quarantine[0]}; {expired[0]}; of 100 mL 60 were used and 38 left: {missing.difference:g} mL are missing"
