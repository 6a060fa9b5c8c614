"""That only known, living, permitted, qualified persons act, and that all about them is told and reviewed.

21 CFR 11.10(d, g, i, j), 11.100; EU GMP Annex 11 clause 12 and the identity chapter of its 2025 draft (paraphrases).
"""

from datetime import timedelta
from typing import get_args

from homeostat.errors import AuthorityError, HomeostatError
from homeostat.governance import Office, Session
from homeostat.governance import people as folk
from homeostat.governance.access import access_report, last_review, review_access
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.known import directory, moment
from homeostat.governance.people import Secret, login, logout
from homeostat.governance.people.enrolment import complete
from homeostat.governance.signing import Subject, sign
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue.people import AccessRefused, RolesChanged
from homeostat.ledger.identity import GRANTS, Permission
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.scene import FRESH, demonstrator, scene, taken_over
from homeostat.validation.staff import staff


def _refusals(office: Office) -> int:
    return sum(1 for _ in office.acts((AccessRefused.type,)))


_SUBJECT = Subject("batch record", "B0001", b"what was shown")


@proves("P11-10d")
def no_permission_is_given_without_a_living_session(bench: Workbench) -> str:
    """Every permission is asked for by nobody, after logout, after idleness, and of a locked account."""
    with scene(bench) as (office, later):
        team = staff(office, ada="administrator", left="operator", idle="operator", shut="operator")
        nobody = Session("left", "Left", ("operator",), "0" * 32)
        logout(office, team["left"].session)
        folk.lock(office, team["ada"].session, "shut", why="a scene")
        later.put(minutes=16)
        sessions = [nobody, *(team[name].session for name in ("left", "idle", "shut"))]
        before = _refusals(office)
        for permission in get_args(Permission):
            for session in sessions:
                with refused(AuthorityError, f"'{permission}' of {session.person} without a session"):
                    authorise(office, session, permission)
        recorded, tried = _refusals(office) - before, len(sessions) * len(get_args(Permission))
        expect(recorded == tried, f"{tried} refusals, but {recorded} on record")
        return f"{tried} attempts without a living session were refused and are on record"


@proves("P11-10d")
def a_session_ends_by_idleness_age_and_a_clock_set_back(bench: Workbench) -> str:
    """It lasts while it is used, and no longer than a day's work."""
    with scene(bench, "training") as (office, later):
        put_together(office, "system", demonstrator(office, "maria", "operator"))
        for hours, step, alive in ((1, 10, True), (0.5, 20, False), (13, 10, False), (-1, -10, False)):
            session, ended = login(office, "maria", Secret(FRESH)), False
            for _ in range(round(abs(hours * 60 / step))):
                later.put(minutes=step)
                ended = ended or not _may(office, session, "step.perform")
            expect(ended is not alive, f"a session used every {step} min for {hours} h: ended is {ended}")
        return "used every 10 min it lasts; unused for 20 min, after 13 h, or with the clock set back it ends"


def _may(office: Office, session: Session, permission: Permission) -> bool:
    try:
        authorise(office, session, permission)
    except AuthorityError:
        return False
    return True


@proves("P11-10d")
def at_a_gmp_site_an_account_and_a_role_count_once_quality_assurance_agrees(bench: Workbench) -> str:
    """What an administrator alone gives opens nothing: not a new account, not a new role of an old one."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", vera="quality assurance", piet="operator")
        ada, vera, piet = team["ada"], team["vera"], team["piet"].session
        code = folk.enrol(
            office, ada.session, ada.secret, "maria", "Maria", ["operator"], verified="passport", why="hired"
        )
        with refused(AuthorityError, "to take over an account before the agreement"):
            folk.activate(office, "maria", code, FRESH, why="taken over")
        folk.change_roles(office, ada.session, ada.secret, "piet", ("supervisor",), why="promoted")
        with refused(AuthorityError, "an act by a role before the agreement"):
            authorise(office, piet, "batch.command")
        for account in ("maria", "piet"):
            folk.agree(office, vera.session, vera.secret, account, why="seen")
        folk.activate(office, "maria", code, FRESH, why="taken over")
        login(office, "maria", Secret(FRESH))
        with refused(AuthorityError, "to go on with a session that has lost a role"):
            authorise(office, piet, "batch.command")
        authorise(office, login(office, "piet", team["piet"].secret), "batch.command")
        return "a new account and a new role opened nothing until quality assurance had agreed"


@proves("P11-10g")
def each_role_may_do_what_its_table_grants_and_nothing_else(bench: Workbench) -> str:
    """Every role is tried with every permission."""
    with scene(bench, "training") as (office, _):
        for number, role in enumerate(GRANTS):
            put_together(office, "system", demonstrator(office, f"person{number}", role))
            session = login(office, f"person{number}", Secret(FRESH))
            for permission in get_args(Permission):
                may = _may(office, session, permission)
                expect(may == (permission in GRANTS[role]), f"{role}, {permission}: {may}")
        return f"{len(GRANTS)} roles x {len(get_args(Permission))} permissions: as the table says"


@proves("P11-10g")
def nobody_checks_their_own_work(bench: Workbench) -> str:
    """Who performed does not verify, who wrote does not approve, who keeps accounts does not keep their own."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", maria="operator", ben="operator")
        maria, ada = team["maria"].session, team["ada"]
        distinct(office, team["ben"].session, "step.verify", {"performed it": "maria"})
        with refused(AuthorityError, "to verify one's own step"):
            distinct(office, maria, "step.verify", {"performed it": "maria"})
        with refused(AuthorityError, "to approve what one wrote"):
            distinct(office, maria, "definition.approve", {"wrote it": "maria"})
        with refused(AuthorityError, "to give oneself a role"):
            folk.change_roles(office, ada.session, ada.secret, "ada", ("qualified person",), why="a scene")
        with refused(AuthorityError, "to be administrator and operator at once"):
            both = ("administrator", "operator")
            folk.change_roles(office, ada.session, ada.secret, "maria", both, why="a scene")
        return "own steps, own definitions, own roles and incompatible roles were refused"


@proves("P11-10i")
def an_expired_or_missing_qualification_stops_the_task(bench: Workbench) -> str:
    """A task is refused before the training, after it has expired, and after it was withdrawn."""
    with scene(bench) as (office, later):
        team = staff(office, chief="supervisor", maria="operator")
        chief, maria = team["chief"].session, team["maria"]
        with refused(AuthorityError, "a task without its training"):
            authorise(office, maria.session, "step.perform", task="inoculate")
        until = (moment(office.clock()) + timedelta(days=1)).isoformat()
        folk.train(office, chief, "maria", "inoculate", evidence="course 7", expires=until, why="a scene")
        authorise(office, maria.session, "step.perform", task="inoculate")
        with refused(AuthorityError, "to record one's own training"):
            folk.train(office, chief, "chief", "inoculate", evidence="me", expires=until, why="a scene")
        later.put(days=2)
        again = login(office, "maria", maria.secret)
        with refused(AuthorityError, "a task with an expired qualification"):
            authorise(office, again, "step.perform", task="inoculate")
        authorise(office, again, "step.perform")
        folk.withdraw(
            office, login(office, "chief", team["chief"].secret), "maria", "execution", why="a scene"
        )
        with refused(AuthorityError, "a step with a withdrawn qualification"):
            authorise(office, again, "step.perform")
        return "without, with expired and with withdrawn training the task was refused; with it, permitted"


@proves("P11-10j")
def nobody_signs_before_accepting_to_answer_for_it(bench: Workbench) -> str:
    """A new person logs in and cannot sign; after accepting, by signature, they can."""
    with scene(bench) as (office, _):
        ada = staff(office, ada="administrator")["ada"]
        maria = taken_over(office, ada)
        with refused(AuthorityError, "to sign before accountability was accepted"):
            sign(office, maria, Secret(FRESH), _SUBJECT, "reviewed", "a scene")
        folk.accept(office, maria, Secret(FRESH), why="my first day")
        sign(office, maria, Secret(FRESH), _SUBJECT, "reviewed", "a scene")
        return "the first signature was refused until accountability was accepted with the person's own key"


@proves("P11-100")
def an_account_id_is_never_given_twice(bench: Workbench) -> str:
    """Not while it is used, not after retirement, and not in another way of making accounts."""
    with scene(bench) as (office, _):
        ada = staff(office, ada="administrator")["ada"]
        roles = ["operator"]
        taken_over(office, ada)
        folk.retire(office, ada.session, "maria", why="left the hospital")
        with refused(AuthorityError, "an id that was retired"):
            folk.enrol(
                office, ada.session, ada.secret, "maria", "Maria", roles, verified="passport", why="hired"
            )
        with refused(AuthorityError, "an account without an identity that was verified"):
            folk.enrol(office, ada.session, ada.secret, "mario", "Mario", roles, verified=" ", why="hired")
        with refused(AuthorityError, "a second founder"):
            folk.found(office, "maria", "Maria", Secret(FRESH), verified="passport", why="a scene")
        with refused(AuthorityError, "a login to a retired account"):
            login(office, "maria", Secret(FRESH))
        return "a retired id was refused for a new person, and opens nothing any more"


@proves("A11-12")
def every_change_of_access_says_who_when_why_old_and_new(bench: Workbench) -> str:
    """Roles, locks, qualifications and retirement are events with actor, stamp, reason, and both values."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", chief="supervisor", maria="operator")
        ada, secret = team["ada"].session, team["ada"].secret
        start = office.ledger.size
        folk.change_roles(office, ada, secret, "maria", ("supervisor",), why="promoted")
        folk.lock(office, ada, "maria", why="on leave")
        folk.unlock(office, ada, "maria", why="back from leave")
        folk.retire(office, ada, "maria", why="left the hospital")
        told = [*office.ledger.events(after=start)]
        expect(told[0].event.type == RolesChanged.type, "the change of roles is not on record")
        for one in told:
            whole = (
                one.event.actor == "ada"
                and one.event.data["why"]
                and one.recorded
                and one.event.data["changes"]
            )
            expect(bool(whole), f"{one.event.type} lacks who, when, why or what")
        with refused(AuthorityError, "a change of roles without a reason"):
            folk.change_roles(office, ada, secret, "chief", ("operator",), why=" ")
        return f"{len(told)} changes of access, each with who, when, why, old and new; none without a reason"


@proves("A11D-11")
def the_review_of_access_lists_every_account_and_is_signed(bench: Workbench) -> str:
    """Retired and locked ones too; the signature holds for exactly this report."""
    with scene(bench) as (office, later):
        team = staff(office, ada="administrator", vera="quality assurance", maria="operator", piet="operator")
        ada = team["ada"]
        folk.retire(office, ada.session, "piet", why="left the hospital")
        folk.change_roles(office, ada.session, ada.secret, "maria", ("supervisor",), why="promoted")
        report = access_report(office)
        listed = {line.account: line.state for line in report.lines}
        expect(
            listed == {one.id: one.state for one in directory(office).accounts.values()}, f"listed: {listed}"
        )
        expect("access was never reviewed" in report.findings, "an overdue review is not told")
        asked = {line.account: line.pending for line in report.lines if line.pending}
        told = "maria: awaits the agreement of quality assurance to: supervisor"
        expect(asked == {"maria": ("supervisor",)} and told in report.findings, f"awaited: {asked}")
        with refused(AuthorityError, "a review by an operator"):
            review_access(office, team["maria"].session, team["maria"].secret, report, why="half-yearly")
        vera = team["vera"]
        review_access(office, vera.session, vera.secret, report, why="half-yearly")
        given = last_review(office.ledger)
        expect(given is not None and given.person == "vera", "the signed review is not found")
        later.put(days=184)
        overdue = [words for words in access_report(office).findings if words.startswith("the last review")]
        expect(len(overdue) == 1, "a review that is due again is not told")
        return (
            f"all {len(listed)} accounts listed, the retired one and a role that awaits agreement too; signed"
        )


@proves("A11D-11")
def a_gmp_site_knows_no_demonstration_identity(bench: Workbench) -> str:
    """They are not made there, and one that was put there by other means opens nothing."""
    with scene(bench) as (office, _):
        with refused(HomeostatError, "a demonstration identity at a GMP site"):
            demonstrator(office, "demo-operator", "operator")
        put_together(office, "system", _smuggled(office))
        with refused(AuthorityError, "the login of a demonstration identity"):
            login(office, "demo-operator", Secret(FRESH))
        return "a demonstration identity was refused at enrolment and at login"


def _smuggled(office: Office) -> list[tuple[Act, str]]:
    """The acts of a demonstration account, as if they came from a training site."""
    acts = complete(office, "demo-operator", "Demo", ("operator",), FRESH, verified="a scene", why="a scene")
    first, event = acts[0]
    return [(first.model_copy(update={"demonstration": True}), event), *acts[1:]]
