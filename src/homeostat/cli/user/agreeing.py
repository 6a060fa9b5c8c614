"""`homeostat user agree`: quality assurance agrees to an account, or to roles, that an administrator asks for."""

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.user.shared import Who, Why, told


def agree_to_user(
    *,
    account: Who,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Agree, for quality assurance, to the roles that an administrator gave: at a GMP site they count from now on."""
    from homeostat.governance.people import agree

    with acting(site, by, "user.agree", password_file=password_file, code=code) as (office, me, mine):
        roles = agree(office, me, mine, account, why=why)
        told(office, account, f"{me.person} agrees: {account} is {', '.join(roles)}.", as_json=as_json)
