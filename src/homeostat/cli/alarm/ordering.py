"""The orders about an alarm: acknowledge, reset, shelve, unshelve, remove, return. Each is handed in by `giving`."""

from typing import Annotated

import typer

from homeostat.cli.alarm.giving import give_order
from homeostat.cli.options import DEFAULT_SITE, SiteDir, reason_text
from homeostat.cli.ordering import Who
from homeostat.cli.persons import As, Code, PasswordFile

_LONGEST_NAME = 64
_LONGEST_ALARM = 200
_LONGEST_HOURS = 1000.0


def _name(value: str | None) -> str | None:
    """A person's name as given, or a usage error."""
    return None if value is None else _legible(value, "a name", _LONGEST_NAME)


def _alarm(value: str) -> str:
    """The name of an alarm as given, or a usage error."""
    return _legible(value, "the name of an alarm", _LONGEST_ALARM)


def _legible(value: str, what: str, longest: int) -> str:
    if not value.strip() or len(value) > longest or not value.isprintable():
        raise typer.BadParameter(f"{what} has 1 to {longest} printable characters, not only blanks")
    return value


def _hours(value: float | None) -> float | None:
    """A number of hours, or a usage error."""
    if value is not None and not 0.0 < value <= _LONGEST_HOURS:
        raise typer.BadParameter(f"more than 0 and at most {_LONGEST_HOURS:g} hours are wanted")
    return value


Alarm = Annotated[
    str,
    typer.Argument(metavar="ALARM", callback=_alarm, help="The alarm's name, as `alarm list` shows it."),
]
Of = Annotated[str, typer.Option("--batch", metavar="ID", help="The batch.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", callback=_name, help="Who gives the order; at a GMP site --as instead."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]
Hours = Annotated[
    float,
    typer.Option(
        metavar="H", callback=_hours, help="For how many hours of process time it is not to be shown."
    ),
]
OutHours = Annotated[
    float | None,
    typer.Option(
        "--hours",
        metavar="H",
        callback=_hours,
        help="For how many hours of process time; a critical alarm needs them.",
        show_default="until it is returned",
    ),
]


def acknowledge(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Say that you know of an alarm."""
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="acknowledge", alarm=name, reason=why)


def reset(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Let go of a latched alarm whose cause is over."""
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="reset", alarm=name, reason=why)


def shelve(
    *,
    name: Alarm,
    batch: Of,
    hours: Hours,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Silence an alarm for some hours of process time; it comes back by itself."""
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="shelve", alarm=name, reason=why, hours=hours)


def unshelve(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Show a shelved alarm again."""
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="unshelve", alarm=name, reason=why)


def remove(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    hours: OutHours = None,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Take an alarm out of service, as for maintenance, until it is returned or the hours are over.

    A critical alarm needs an end, within the longest time for which it may be shelved (12 h unless declared).
    """
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="take out of service", alarm=name, reason=why, hours=hours)


def return_(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Return an alarm to service."""
    who = Who(by, account, password_file, code)
    give_order(site, batch, who, order="return to service", alarm=name, reason=why)
