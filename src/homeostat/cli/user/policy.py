"""`homeostat user policy`: how long sessions and passwords last, how many failures lock an account, how long."""

from dataclasses import asdict, replace
from typing import Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, opened

_Number = Annotated[int | None, typer.Option(metavar="N", help="To set it.", show_default="as it is")]


def access_policy(
    *,
    idle_minutes: _Number = None,
    session_hours: _Number = None,
    password_days: _Number = None,
    attempts: _Number = None,
    lock_minutes: _Number = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, to set it.")] = "",
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Show the access policy of a site, or set what is named."""
    from homeostat.governance.known import directory
    from homeostat.governance.people import set_policy

    given = {
        "idle_minutes": idle_minutes,
        "session_hours": session_hours,
        "password_days": password_days,
        "attempts": attempts,
        "lock_minutes": lock_minutes,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    if wanted:
        with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, mine):
            set_policy(office, me, mine, replace(directory(office).policy, **wanted), why=why)
    with opened(site) as office:
        now = asdict(directory(office).policy)
    if as_json:
        show_json(now)
        return
    show(Table("", ("policy", "value"), [(name, str(value)) for name, value in now.items()]))
