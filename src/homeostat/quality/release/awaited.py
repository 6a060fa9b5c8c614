"""Tests that were pending at a release and have not been reported: until when each is due, and which are overdue.

ledger, the stamp of asking -> `Awaited` lines, a pure function of both; one alert for each that is overdue
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import ValidationError

from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.known import accounts, moment
from homeostat.governance.numbering import unused
from homeostat.governance.released import Status, status
from homeostat.governance.turns import in_turn
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Act, AlertRaised
from homeostat.ledger.identity import permitted
from homeostat.quality.model.base import Part
from homeostat.quality.release.certificate import Certificate, Pending


class Awaited(Part):
    """A test that a released batch still waits for, until the stamp `due`: the signature's time and what it allowed.

    `action` is what a positive result asks for. `alerted`: an alert says that it is overdue.
    """

    batch: str
    test: str
    title: str
    due: str
    overdue: bool
    alerted: bool
    action: str

    @property
    def words(self) -> str:
        """Since when it is overdue, or until when it is due."""
        return f"overdue since {self.due}" if self.overdue else f"due until {self.due}"


def awaited(ledger: Ledger, now: str, batch: str = "") -> tuple[Awaited, ...]:
    """The tests that are awaited at the stamp `now`, of one batch or of all, in the order of their releases."""
    return tuple(one for name in ([batch] if batch else ledger.batches()) for one in _of(ledger, now, name))


def _of(ledger: Ledger, now: str, batch: str) -> Iterator[Awaited]:
    stands = status(ledger, batch)
    if not stands.due:
        return
    declared = {one.test: one for one in _declared(stands)}
    for test in stands.due:
        allowed = declared.get(test) or Pending(test=test, title=test, due=0.0, action="")
        yield _awaited(ledger, now, batch, allowed, stands.when)


def _declared(stands: Status) -> tuple[Pending, ...]:
    """The tests as the signed certificate has them; none where what was signed is no certificate: due at once then."""
    try:
        return Certificate.model_validate(stands.certificate).pending
    except ValidationError:
        return ()


def _awaited(ledger: Ledger, now: str, batch: str, test: Pending, released: str) -> Awaited:
    due = moment(released) + timedelta(hours=test.due)
    return Awaited(
        batch=batch,
        test=test.test,
        title=test.title,
        due=due.isoformat(),
        overdue=moment(now) > due,
        alerted=_alerts(ledger, batch, test.title, due),
        action=test.action,
    )


def _alerts(ledger: Ledger, batch: str, title: str, due: datetime) -> bool:
    """Whether an alert says that a test is overdue: in these words, once it was, by somebody who may raise it."""
    words, known = _words(batch, title, due), accounts(ledger)
    for one in ledger.events(batch=batch, types=(AlertRaised.type,)):
        by = known.get(one.event.actor)
        entitled = by is not None and permitted(by.roles_at(one.seq), "record.review")
        if entitled and one.event.data.get("words") == words and moment(one.recorded) > due:
            return True
    return False


def alert_overdue(office: Office, session: Session, why: str) -> tuple[Awaited, ...]:
    """Alert for every test that is overdue and was not alerted yet; those tests. Needs "record.review"."""
    authorise(office, session, "record.review")
    names = dict.fromkeys(one.batch for one in awaited(office.ledger, office.clock()) if _owed(one))
    return tuple(one for name in names for one in _alerted(office, session, name, why))


def _owed(one: Awaited) -> bool:
    return one.overdue and not one.alerted


def _alerted(office: Office, session: Session, batch: str, why: str) -> tuple[Awaited, ...]:
    def judge() -> tuple[list[tuple[Act, str]], tuple[Awaited, ...]]:
        owed = tuple(one for one in awaited(office.ledger, office.clock(), batch) if _owed(one))
        acts: list[tuple[Act, str]] = [
            (
                AlertRaised(about=batch, words=_words(batch, one.title, moment(one.due)), why=why),
                unused(office.ledger, f"release/{batch}/overdue/{one.test}"),
            )
            for one in owed
        ]
        return acts, owed

    return in_turn(office, session, judge, batch=batch, over=True)


def _words(batch: str, title: str, due: datetime) -> str:
    since = due.isoformat()
    return f"batch {batch} was released, and {title} is overdue since {since}; ask the laboratory"
