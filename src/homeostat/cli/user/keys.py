"""`homeostat user key`: security keys (FIDO2, WebAuthn) are registered, listed, tested, removed; their site."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, opened
from homeostat.cli.security_key import asking
from homeostat.cli.user.shared import Why, told

if TYPE_CHECKING:
    from homeostat.ledger.identity import Permission
    from homeostat.ledger.identity.accounts import SecurityKey

key = typer.Typer(
    name="key",
    help="Security keys as a second factor: at a USB port, or by files (HOMEOSTAT_KEY_QUESTION, HOMEOSTAT_KEY_ANSWER).",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Named = Annotated[
    str, typer.Argument(metavar="NAME", help="The key's name, or its id as `user key list` has it.")
]


@key.command("add")
def add_key(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you call it, as 'blue key'.")],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Register a security key of your own. It verifies you by its PIN or your finger, which never leave it."""
    from homeostat.governance.people import offer_key, register_key

    with acting(site, by, None, password_file=password_file, code=code) as (office, me, mine):
        response = (mine.ask or asking())(offer_key(office, me))
        register_key(office, me, mine, response, name, why=why)
        told(office, me.person, f"security key '{name}' of {me.person}: registered", as_json=as_json)


@key.command("list")
def list_keys(
    *,
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="Of one person.", show_default="all")
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """List security keys: whose they are, since when, and when each was used last."""
    from homeostat.governance.known import directory

    with opened(site) as office:
        known = directory(office)
        found = [
            (one.id, held)
            for one in known.accounts.values()
            if account in {"", one.id}
            for held in one.security_keys
        ]
    if as_json:
        party = {"id": known.party.id, "origin": known.party.origin}
        show_json({"party": party, "keys": [_facts(*one) for one in found]})
        return
    heads = ("account", "name", "registered", "last used", "signatures", "id")
    rows = [
        (person, one.name, one.registered[:10], one.used[:10] or "-", f"{one.counter:,}", one.credential[:16])
        for person, one in found
    ]
    answers = f"They answer for {known.party.id}, at {known.party.origin}."
    show(Table("", heads, rows, frozenset({"signatures"})) if rows else "Nobody has a security key.", answers)


def _facts(person: str, one: "SecurityKey") -> dict[str, Any]:
    return {
        "account": person,
        "name": one.name,
        "credential": one.credential,
        "party": one.party,
        "registered": one.registered,
        "used": one.used,
        "counter": one.counter,
    }


@key.command("test")
def test_own_key(
    *,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Put on record that a security key of yours works."""
    from homeostat.governance.people import test_key

    with acting(site, by, None, password_file=password_file, code=code) as (office, me, mine):
        test_key(office, me, mine, why=why)
        told(office, me.person, f"a security key of {me.person}: tested, it works", as_json=as_json)


@key.command("remove")
def remove_security_key(
    *,
    name: Named,
    why: Why,
    account: Annotated[
        str,
        typer.Option(
            "--of", metavar="ACCOUNT", help="Another person, who has lost it; an administrator's to do."
        ),
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Let a security key open nothing any more: one of your own, or that of another."""
    from homeostat.governance.people import remove_key, withdraw_key

    right: Permission | None = "user.manage" if account else None
    with acting(site, by, right, password_file=password_file, code=code) as (office, me, mine):
        if account:
            withdraw_key(office, me, account, name, why=why)
        else:
            remove_key(office, me, mine, name, why=why)
        whose = account or me.person
        told(office, whose, f"security key '{name}' of {whose}: removed", as_json=as_json)


@key.command("party")
def relying_party(
    *,
    domain: Annotated[
        str, typer.Argument(metavar="DOMAIN", help="For which keys answer, as cells.hospital.example.")
    ],
    origin: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the site is reached.", show_default="https://DOMAIN")
    ] = "",
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Say for whom security keys answer, before the first is registered. Without it: homeostat.local."""
    from homeostat.governance.people import set_party

    with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, mine):
        party = set_party(office, me, mine, domain, origin or f"https://{domain}", why=why)
    if as_json:
        show_json({"id": party.id, "origin": party.origin})
        return
    show(f"Security keys answer for {party.id}, at {party.origin}.")
