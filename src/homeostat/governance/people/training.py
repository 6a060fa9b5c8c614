"""Training: who is qualified for what, until when; an act that needs it is refused without (21 CFR 11.10(i)).

Nobody records their own. What needs which qualification stands in `ledger/identity/qualifications.py`.
"""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct, put_by
from homeostat.governance.known import moment
from homeostat.governance.office import Office
from homeostat.governance.people.wording import existing, instant, stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import TrainingRecorded, TrainingWithdrawn


def train(
    office: Office, session: Session, account: str, task: str, *, evidence: str, expires: str, why: str
) -> None:
    """Record that a person is qualified for `task` until the stamp `expires`; `evidence` names what shows it.

    Raises AuthorityError for one's own training, for an unknown person, or for an end that is not in the future.
    """
    authorise(office, session, "user.train")
    distinct(office, session, "user.train", {"is the person who was trained": account})
    one = existing(office, account)
    for what, text in (("task", task), ("evidence", evidence), ("reason", why)):
        stated(what, text)
    _refuse_past(office, expires)
    old = one.qualifications.get(task)
    change = Change(
        field=f"qualified for {task}", old=_until(old.expires, old.withdrawn) if old else None, new=expires
    )
    act = TrainingRecorded(
        account=account, task=task, evidence=evidence, expires=expires, why=why, changes=(change,)
    )
    put_by(office, session, act)


def withdraw(office: Office, session: Session, account: str, task: str, *, why: str) -> None:
    """Say that a person is not qualified for `task` any more. AuthorityError where they are not anyway."""
    authorise(office, session, "user.train")
    stated("reason", why)
    old = existing(office, account).qualifications.get(task)
    if old is None or old.withdrawn:
        raise AuthorityError(f"{account} is not qualified for '{task}'", where=account)
    change = Change(field=f"qualified for {task}", old=old.expires, new=None)
    put_by(office, session, TrainingWithdrawn(account=account, task=task, why=why, changes=(change,)))


def _until(expires: str, withdrawn: bool) -> str | None:
    return None if withdrawn else expires


def _refuse_past(office: Office, expires: str) -> None:
    if instant("end of the qualification", expires) <= moment(office.clock()):
        raise AuthorityError(f"'{expires}' is over already", mend="a qualification ends in the future")
