"""`homeostat user login|logout|accept`: a session that several commands share, and accountability for it."""

import os
from typing import Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import SESSION, As, Code, PasswordFile, acting, opened, password
from homeostat.cli.security_key import asking
from homeostat.cli.user.shared import Who, told
from homeostat.errors import AuthorityError


def log_in(
    *,
    account: Who,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Log in for several commands: put what is printed into the environment, as with eval "$(...)"."""
    from homeostat.governance.demonstration import ROLES, SECRET
    from homeostat.governance.people import Secret, bearer, login

    with opened(site) as office:
        demonstration = office.site.kind == "training" and account in ROLES
        word = "" if demonstration else password(account, password_file)
        secret = SECRET if demonstration else Secret(word, code, ask=asking())
        session = login(office, account, secret)
        held = bearer(office, session)
    if as_json:
        show_json(
            {"account": session.person, "name": session.name, "session": held, "training": session.training}
        )
        return
    show(f"export {SESSION}={held}")


def log_out(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """End the session that HOMEOSTAT_SESSION holds."""
    from homeostat.governance.people import logout, resume

    held = os.environ.get(SESSION, "")
    if not held:
        raise AuthorityError(f"{SESSION} holds no session", mend="log in with: homeostat user login")
    with opened(site) as office:
        session = resume(office, held)
        logout(office, session)
        told(office, session.person, f"unset {SESSION}", as_json=as_json)


def accept_accountability(
    *,
    by: As = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="The reason, for the record.")
    ] = "before the first signature",
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Accept, by signing, to answer for what is signed with your account; nothing can be signed before."""
    from homeostat.governance.people import DECLARATION, accept

    with acting(site, by, None, password_file=password_file, code=code) as (office, me, mine):
        accept(office, me, mine, why=why)
        told(office, me.person, f"Accepted by {me.name}: {DECLARATION}", as_json=as_json)
