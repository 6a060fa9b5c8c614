"""Acts on deviations: each asks who may, looks where the deviation stands, and writes one numbered event.

Where it stands is looked at again once nobody else can write: of two persons who act at once the second is told to look
again, and nothing of theirs is stored.
"""

from datetime import date
from functools import partial
from itertools import count

from homeostat.errors import QualityError, WordingError
from homeostat.governance.authority import authorise, distinct, put_by
from homeostat.governance.numbering import next_id
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Signature, Subject, give
from homeostat.governance.turns import in_turn
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    Act,
    ActionDone,
    ActionKind,
    ActionPlanned,
    Change,
    Classification,
    DeviationAssessed,
    DeviationClassified,
    DeviationExplained,
    DeviationLinked,
    DeviationOpened,
)
from homeostat.quality.deviations.known import known_batch, known_exceptions
from homeostat.quality.deviations.requests import request as requested
from homeostat.quality.deviations.state import KIND, Deviation, deviation, deviations, dossier, involved


@in_order("deviation.open")
def open_deviation(
    office: Office,
    session: Session,
    *,
    title: str,
    finding: str = "",
    batch: str = "",
    exceptions: tuple[str, ...] = (),
    request: str = "",
    why: str,
) -> str:
    """Open a deviation, of a batch or of the site; its number ("DEV-0001").

    One that was requested is about the batch of the `request`, and takes over what was found if nothing else is said.
    Raises AuthorityError, QualityError where something is left empty, the request was taken up before, or there is no
    such batch, or exception of it.
    """
    authorise(office, session, "deviation.open")
    if request:
        batch, finding = _taken_up(office, request, batch, finding)
    else:
        known_batch(office, batch)
    _stated(title=title, finding=finding, why=why)
    known_exceptions(office, batch, exceptions)

    def judge() -> tuple[list[tuple[Act, str]], str]:
        name = _free(office.ledger)  # first: what another opens now takes it
        if request:
            requested(office.ledger, request)  # refuses what another has just taken up
        act = DeviationOpened(
            why=why,
            deviation=name,
            batch=batch,
            title=title,
            finding=finding,
            exceptions=exceptions,
            request=request,
            changes=(Change(field="state", old=None, new="open"),),
        )
        return [(act, f"deviation/{name}/0001")], name

    return in_turn(office, session, judge, batch=batch)


def _free(ledger: Ledger) -> str:
    """The next deviation's number, of which there is neither a deviation nor an event of its first act."""
    known = {one.id for one in deviations(ledger)}
    names = (f"DEV-{number:04d}" for number in count(len(known) + 1))
    return next(name for name in names if name not in known and f"deviation/{name}/0001" not in ledger)


def _taken_up(office: Office, request: str, batch: str, finding: str) -> tuple[str, str]:
    """Batch and finding of a deviation that was requested; custody may know a batch before it is started."""
    asked = requested(office.ledger, request)
    if batch not in {"", asked.batch}:
        raise QualityError(f"the request is about {asked.batch or 'no batch'}", where=request)
    return asked.batch, finding or asked.finding


@in_order("deviation.open")
def link(office: Office, session: Session, name: str, exceptions: tuple[str, ...], *, why: str) -> None:
    """Let a deviation cover further exceptions of its batch. Raises AuthorityError, QualityError where it is closed."""
    authorise(office, session, "deviation.open")
    one = _open(office, name, why)
    known_exceptions(office, one.batch, exceptions)
    new = [*dict.fromkeys((*one.exceptions, *exceptions))]
    act = DeviationLinked(
        why=why,
        deviation=name,
        exceptions=exceptions,
        changes=(_change("exceptions", [*one.exceptions], new),),
    )
    _put(office, session, one, act)


@in_order("deviation.assess")
def classify(
    office: Office, session: Session, name: str, classification: Classification, *, why: str
) -> None:
    """Say how grave a deviation is. Raises AuthorityError, QualityError where it is closed."""
    authorise(office, session, "deviation.assess")
    one = _open(office, name, why)
    changes = (_change("classification", one.classification, classification),)
    act = DeviationClassified(why=why, deviation=name, classification=classification, changes=changes)
    _put(office, session, one, act)


@in_order("deviation.assess")
def assess(office: Office, session: Session, name: str, impact: str, *, why: str) -> None:
    """Say what a deviation means for product and patient. Raises AuthorityError, QualityError where it is closed."""
    authorise(office, session, "deviation.assess")
    one = _open(office, name, why)
    _stated(impact=impact)
    changes = (_change("impact", one.impact, impact),)
    _put(office, session, one, DeviationAssessed(why=why, deviation=name, impact=impact, changes=changes))


@in_order("deviation.assess")
def explain(office: Office, session: Session, name: str, cause: str, *, why: str) -> None:
    """State the root cause of a deviation. Raises AuthorityError, QualityError where it is closed."""
    authorise(office, session, "deviation.assess")
    one = _open(office, name, why)
    _stated(cause=cause)
    changes = (_change("cause", one.cause, cause),)
    _put(office, session, one, DeviationExplained(why=why, deviation=name, cause=cause, changes=changes))


@in_order("deviation.assess")
def plan_action(
    office: Office,
    session: Session,
    name: str,
    *,
    kind: ActionKind,
    text: str,
    owner: str,
    due: str,
    why: str,
) -> str:
    """Plan an action (CAPA) with its owner and the day it is due (YYYY-MM-DD); its number ("CAPA-1")."""
    authorise(office, session, "deviation.assess")
    one = _open(office, name, why)
    _stated(text=text, owner=owner)
    action = f"CAPA-{len(one.actions) + 1}"
    act = ActionPlanned(
        why=why,
        deviation=name,
        action=action,
        kind=kind,
        text=text,
        owner=owner,
        due=_day(due),
        changes=(_change(f"{action} state", None, "planned"),),
    )
    _put(office, session, one, act)
    return action


@in_order("deviation.assess")
def finish_action(
    office: Office, session: Session, name: str, action: str, *, evidence: str, why: str
) -> None:
    """Put on record that an action was carried out, also after the deviation was closed."""
    authorise(office, session, "deviation.assess")
    _stated(evidence=evidence, why=why)
    one = deviation(office.ledger, name)
    planned = next((capa for capa in one.actions if capa.action == action), None)
    if planned is None or planned.evidence:
        state = "was done before" if planned else "is not planned"
        raise QualityError(f"the action {action} {state}", where=name)
    changes = (_change(f"{action} evidence", planned.evidence, evidence),)
    act = ActionDone(why=why, deviation=name, action=action, evidence=evidence, changes=changes)
    _put(office, session, one, act)


@in_order("deviation.close")
def close(office: Office, session: Session, secret: Secret, name: str, *, why: str) -> Signature:
    """Close a deviation by signing all that is on record of it; `why` is the conclusion.

    Raises AuthorityError where the person opened, classified, assessed or explained it, or may not; QualityError while
    something is lacking.
    """
    authorise(office, session, "deviation.close")
    one = _open(office, name, why)
    distinct(office, session, "deviation.close", involved(one, session.person))
    if one.lacking:
        raise QualityError(
            f"it cannot be closed: it lacks {', '.join(one.lacking)}",
            where=name,
            mend="homeostat deviation assess, cause and capa",
        )
    subject = Subject(KIND, name, dossier(one), one.batch)
    changes, lest = (_change("state", "open", "closed"),), partial(_unmoved, office, one)
    return give(office, session, secret, subject, "approved", why, changes=changes, lest=lest)


def _open(office: Office, name: str, why: str) -> Deviation:
    """A deviation that is open, for an act that has a reason."""
    _stated(why=why)
    one = deviation(office.ledger, name)
    if not one.open:
        raise QualityError("it is closed: what was found since needs a deviation of its own", where=name)
    return one


def _put(office: Office, session: Session, one: Deviation, act: Act) -> None:
    acts = sum(turn.act.startswith("deviation.") for turn in one.history)
    event = next_id(office.ledger, f"deviation/{one.id}", acts, 4)
    put_by(office, session, act, batch=one.batch, event=event, lest=partial(_unmoved, office, one))


def _unmoved(office: Office, one: Deviation) -> None:
    """Refuse what rests on a deviation that another person has changed, or closed, since it was read."""
    if deviation(office.ledger, one.id).history != one.history:
        what = "another person has just changed it"
        raise QualityError(what, where=one.id, mend="look at it again, then repeat")


def _change(field: str, old: object, new: object) -> Change:
    return Change.model_validate({"field": field, "old": old, "new": new})


def _stated(**texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            what = "a reason (why)" if name == "why" else f"its {name}"
            raise WordingError(f"{what} has to be stated", where=name)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise WordingError(f"'{text}' is no day", where="due", mend="write it as YYYY-MM-DD") from error
