"""`homeostat user second-factor`: a device that shows codes by time is offered, enrolled, tested, removed."""

import os
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, secret_text
from homeostat.cli.user.shared import Why, told

if TYPE_CHECKING:
    from homeostat.governance import Office, Session
    from homeostat.governance.people import Offer, Secret

DEVICE = "HOMEOSTAT_DEVICE_SECRET"


class Deed(StrEnum):
    """What is to be done: a secret for a device, the device made to count, tested, removed."""

    OFFER = "offer"
    ENROL = "enrol"
    TEST = "test"
    REMOVE = "remove"


def second_factor(
    *,
    deed: Annotated[Deed, typer.Argument(help="What is to be done.")],
    why: Why,
    device_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="To enrol: a file with the device's secret, as `offer` prints it."),
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Identify yourself by a device as well, which shows a code by time (RFC 6238)."""
    from homeostat.governance.people import offer_factor, remove_factor, test_factor

    own = "" if deed is Deed.ENROL else code
    with acting(site, by, None, password_file=password_file, code=own) as (office, me, mine):
        if deed is Deed.OFFER:
            _offered(offer_factor(office, me), as_json=as_json)
            return
        if deed is Deed.ENROL:
            _enrol(office, me, mine, device_file, code, why)
        else:
            (test_factor if deed is Deed.TEST else remove_factor)(office, me, mine, why=why)
        told(office, me.person, f"second factor of {me.person}: {_DONE[deed]}", as_json=as_json)


_DONE = {Deed.ENROL: "enrolled and tested", Deed.TEST: "tested, it works", Deed.REMOVE: "removed"}


def _offered(offer: "Offer", *, as_json: bool) -> None:
    if as_json:
        show_json({"secret": offer.secret, "address": offer.address})
        return
    show(f"Secret for the device: {offer.secret}", f"The same for a QR code: {offer.address}")


def _enrol(office: "Office", me: "Session", mine: "Secret", file: Path | None, code: str, why: str) -> None:
    """With a secret that was offered before; on a terminal it can be offered and tried in one go."""
    from homeostat.governance.people import enrol_factor, offer_factor

    if file is None and DEVICE not in os.environ and sys.stdin.isatty():
        offer = offer_factor(office, me)
        _offered(offer, as_json=False)
        secret, given = offer.secret, typer.prompt("The code that the device shows now", err=True)
    else:
        secret, given = secret_text(me.person, file, variable=DEVICE, what="Device's secret"), code
    enrol_factor(office, me, replace(mine, code=given), secret, why=why)
