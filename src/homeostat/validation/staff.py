"""The persons of a scene: accounts with any roles, qualified and ready to sign, at a site of either kind.

team = staff(office, maria="operator", piet="quality assurance")
authorise(office, team["maria"].session, "step.perform")
"""

from dataclasses import dataclass
from datetime import timedelta

from homeostat.governance import Office, Session
from homeostat.governance.known import moment
from homeostat.governance.people import Secret, login
from homeostat.governance.people.enrolment import complete
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue.people import TrainingRecorded
from homeostat.ledger.identity.qualifications import QUALIFICATIONS


@dataclass(frozen=True, slots=True)
class Member:
    """A person who is logged in, and what they identify themselves by."""

    session: Session
    secret: Secret


def staff(office: Office, **roles: str | tuple[str, ...]) -> dict[str, Member]:
    """New persons by account id, each with a role (or several), trained in everything, logged in, accountable."""
    return {account: _member(office, account, held) for account, held in roles.items()}


def _member(office: Office, account: str, held: str | tuple[str, ...]) -> Member:
    roles = (held,) if isinstance(held, str) else held
    secret = Secret(f"a tall gate of seven {account[::-1]} stones")
    name, why = account.capitalize(), "a person of a scene"
    acts = complete(
        office, account, name, roles, secret.password, verified="a scene", why=why, accountable=True
    )
    put_together(office, "system", [*acts, *((act, "") for act in _training(office, account))])
    return Member(login(office, account, secret), secret)


def _training(office: Office, account: str) -> list[Act]:
    until = (moment(office.clock()) + timedelta(days=365)).isoformat()
    tasks = sorted(set(QUALIFICATIONS.values()))
    return [
        TrainingRecorded(account=account, task=task, evidence="a scene", expires=until, why="a scene")
        for task in tasks
    ]
