"""What the scenes about persons are made of: an office with a clock that can be put forward, persons, a device."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pyotp

from homeostat.governance import Office, Session
from homeostat.governance import people as folk
from homeostat.governance.known import moment
from homeostat.governance.people import Secret, login
from homeostat.governance.people.enrolment import complete
from homeostat.ledger.catalogue import Act
from homeostat.site import Kind
from homeostat.validation.checking import Workbench
from homeostat.validation.staff import Member, staff

FRESH = "nine green hills by the lake"
"""A password that is fit for anybody."""


@contextmanager
def scene(bench: Workbench, kind: Kind = "gmp") -> Iterator[tuple[Office, "Later"]]:
    """The office of a new site, with a clock that can be put forward."""
    later = Later(bench)
    with Office.open(bench.site(kind), later, bench.nonce) as office:
        yield office, later


class Later:
    """The workbench's clock, some time later."""

    def __init__(self, bench: Workbench) -> None:
        self._clock, self._by = bench.clock, timedelta()

    def __call__(self) -> str:
        return (moment(self._clock()) + self._by).isoformat()

    def put(self, **by: float) -> None:
        """Put the clock forward (or back)."""
        self._by += timedelta(**by)


def demonstrator(office: Office, account: str, role: str) -> list[tuple[Act, str]]:
    return complete(
        office,
        account,
        account,
        (role,),
        FRESH,
        verified="a scene",
        why="a scene",
        demonstration=True,
        accountable=True,
    )


def taken_over(office: Office, ada: Member) -> Session:
    """Maria, enrolled by an administrator, agreed to by quality assurance, with her account taken over."""
    code = folk.enrol(
        office,
        ada.session,
        ada.secret,
        "maria",
        "Maria Rossi",
        ["operator"],
        verified="passport",
        why="hired",
    )
    quinn = staff(office, quinn="quality assurance")["quinn"]
    folk.agree(office, quinn.session, quinn.secret, "maria", why="seen at her interview")
    folk.activate(office, "maria", code, FRESH, why="taken over")
    return login(office, "maria", Secret(FRESH))


class Shown:
    """A device that shows the code of the moment."""

    def __init__(self, secret: str) -> None:
        self._device = pyotp.TOTP(secret)

    def __call__(self, office: Office) -> str:
        return self._device.at(int(moment(office.clock()).timestamp()))


def device_of(office: Office, later: Later, session: Session, secret: Secret) -> Shown:
    """A second factor that is enrolled, with its first code some time ago."""
    offer = folk.offer_factor(office, session)
    shown = Shown(offer.secret)
    folk.enrol_factor(office, session, replace(secret, code=shown(office)), offer.secret, why="a scene")
    later.put(minutes=1)
    return shown
