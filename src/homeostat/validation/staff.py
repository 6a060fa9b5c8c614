"""The persons of a scene: accounts with any roles, qualified and ready to sign, at a site of either kind.

team = staff(office, maria="operator", piet="quality assurance")
authorise(office, team["maria"].session, "step.perform")

`founded` and `hired` do the same by the acts that persons do it by, each vouched for; `staff` puts them there at once.
"""

from dataclasses import dataclass
from datetime import timedelta

from homeostat.governance import Office, Session
from homeostat.governance.known import moment
from homeostat.governance.people import Secret, activate, agree, enrol, found, login
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


def founded(office: Office) -> tuple[Member, Member]:
    """The first two persons of a GMP site: Ada keeps its accounts, Vera is its quality assurance."""
    ada = _secret("ada")
    found(office, "ada", "Ada", ada, verified="passport", why="founded")
    keeper = Member(login(office, "ada", ada), ada)
    return keeper, _joined(office, keeper, None, "vera", "quality assurance")


def hired(office: Office, keeper: Member, quality: Member, account: str, role: str) -> Member:
    """A new person of a founded site: enrolled by one, agreed to by the other, taken over by themselves."""
    return _joined(office, keeper, quality, account, role)


def _joined(office: Office, keeper: Member, quality: Member | None, account: str, role: str) -> Member:
    secret, name = _secret(account), account.capitalize()
    code = enrol(
        office, keeper.session, keeper.secret, account, name, [role], verified="passport", why="hired"
    )
    if quality is not None:
        agree(office, quality.session, quality.secret, account, why="seen")
    activate(office, account, code, secret.password, why="taken over")
    return Member(login(office, account, secret), secret)


def _secret(account: str) -> Secret:
    return Secret(f"a tall gate of seven {account[::-1]} stones")


def _member(office: Office, account: str, held: str | tuple[str, ...]) -> Member:
    roles = (held,) if isinstance(held, str) else held
    secret = _secret(account)
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
