"""`homeostat sign`: sign a batch's record, a definition or a change of recipe after it was shown; list what was signed.

subject -> what will be signed, with its hash -> the password -> one signature
"""

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.failures import say
from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.errors import AuthorityError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from homeostat.governance.signing import Signature, Standing, Subject
    from homeostat.ledger.catalogue import Meaning, RecipeChange
    from homeostat.ledger.identity import Permission
    from homeostat.quality.model import BatchRecord, SignedLine
    from homeostat.site import Site

sign = typer.Typer(
    name="sign",
    help="Sign what was shown, with your own key and your password each time; list signatures and how they stand.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RIGHTS: "Mapping[str, tuple[Meaning, Permission]]" = {
    "performed": ("performed", "step.perform"),
    "verified": ("verified", "step.verify"),
    "reviewed": ("reviewed", "record.review"),
}
"""What may be said of a record by a signature here, and the permission it takes; its release is another command."""


def _meaning(value: str) -> str:
    if value not in RIGHTS:
        raise typer.BadParameter(f"{value!r} is no meaning for a record: {', '.join(RIGHTS)}")
    return value


Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


@sign.command("record")
def sign_record(
    *,
    batch: Batch,
    meaning: Annotated[
        str, typer.Option(metavar="|".join(RIGHTS), callback=_meaning, help="What the signature means.")
    ],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign the record of a batch as it stands now."""
    from homeostat.governance.authority import authorise
    from homeostat.governance.signing import sign as give

    subject, (means, right) = _record(site, batch), RIGHTS[meaning]
    _shown(subject, f"the record of batch {batch}", meaning)
    with acting(site, account, right, password_file=password_file, code=code) as (office, me, mine):
        authorise(office, me, right)
        given = give(office, me, mine, subject, means, why)
    _told(given, as_json=as_json)


@sign.command("definition")
def sign_definition(
    *,
    definition: Annotated[
        str, typer.Argument(metavar="KIND/NAME/VERSION", help="The version, as `approve list` shows it.")
    ],
    why: Why,
    meaning: Annotated[str, typer.Option(metavar="reviewed|approved", help="What the signature means.")],
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign a version of a definition: the same as `approve review` and `approve approve`."""
    from homeostat.governance import definitions

    act = {"reviewed": definitions.review, "approved": definitions.approve}.get(meaning)
    parts = definition.split("/")
    if act is None or len(parts) != 3:
        raise typer.BadParameter("write it like process/car-t/1.0.0 --meaning reviewed (or approved)")
    right: Permission = "model.approve" if parts[0] == "model" else "definition.approve"
    with acting(site, account, right, password_file=password_file, code=code) as (office, me, mine):
        found = definitions.definitions(office.ledger, office.clock()).get(*parts)
        if found is not None:
            _shown(definitions.subject_of(found), f"the definition {definition}", meaning)
        given = act(office, me, mine, *parts, why=why)
    _told(given, as_json=as_json)


@sign.command("change")
def sign_change(
    *,
    deviation: Annotated[str, typer.Argument(metavar="DEVIATION", help="The deviation that it belongs to.")],
    batch: Annotated[str, typer.Option("--batch", metavar="ID", help="The batch.")],
    loop: Annotated[str, typer.Option(metavar="NAME", help="The loop that is to be set otherwise.")],
    why: Why,
    setpoint: Annotated[
        float | None, typer.Option("--set-point", metavar="X", help="Its set-point, in its own unit.")
    ] = None,
    mode: Annotated[str, typer.Option(metavar="auto|manual", help="Or its mode.")] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Approve that a running batch leaves its recipe, under a deviation, and hand the order in."""
    from homeostat.governance.changes import PERMISSION, approve_change, change_subject
    from homeostat.site import Site

    what = _change(loop, setpoint, mode)
    with acting(site, account, PERMISSION, password_file=password_file, code=code) as (office, me, mine):
        _shown(
            change_subject(office.ledger, batch, deviation, what), f"{deviation}, {what.words}", "approved"
        )
        given = approve_change(office, me, mine, batch, deviation, what, why=why)
        order = _ordered(Site.open(site), batch, deviation, what, given, why)
    _told(given, as_json=as_json, order=order)


@sign.command("list")
def list_signatures(
    *,
    batch: Annotated[
        str | None, typer.Option(metavar="ID", help="Only of this batch.", show_default="all")
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """List signatures: who, meaning what, when, about what, and whether each still stands."""
    from homeostat.governance.places import ledger_of
    from homeostat.governance.signing import Judge
    from homeostat.quality.reviewed import KIND as REVIEW
    from homeostat.quality.signed import RECORD
    from homeostat.site import Site

    place = Site.open(site)
    with ledger_of(place) as ledger:
        judged, known = list(Judge(ledger).all(batch)), ledger.batches()
    shown = {one.signed.subject for one in judged if one.signed.kind in (RECORD, REVIEW)} & {*known}
    now = {line.event: line for subject in sorted(shown) for line in _batch_record(site, subject).signatures}
    found = [_as_told(one, now.get(one.event)) for one in judged]
    if as_json:
        show_json([_object(one) for one in found])
        return
    rows = [
        (one.name, one.person, one.meaning, one.when, f"{one.signed.kind} {one.signed.subject}", _stands(one))
        for one in found
    ]
    heads = ("name", "account", "meaning", "when", "about", "stands")
    show(Table("", heads, rows) if rows else "Nothing has been signed.")


def _record(site: "Path", batch: str) -> "Subject":
    from homeostat.quality.signed import record_subject

    return record_subject(_batch_record(site, batch))


def _batch_record(site: "Path", batch: str) -> "BatchRecord":
    from homeostat.quality import batch_record
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, historian):
        return batch_record(ledger, historian, batch)


def _as_told(one: "Standing", line: "SignedLine | None") -> "Standing":
    """A signature as the record tells of it, which judges it by what it is about as that is now."""
    return one if line is None else replace(one, state=line.state, words=line.words)


def _change(loop: str, setpoint: float | None, mode: str) -> "RecipeChange":
    from pydantic import ValidationError

    from homeostat.ledger.catalogue import RecipeChange

    kind = "mode" if mode else "set-point"
    try:
        return RecipeChange.model_validate(
            {"change": kind, "loop": loop, "value": setpoint, "mode": mode or None}
        )
    except ValidationError as error:
        raise typer.BadParameter("name either --set-point, or --mode auto or manual") from error


def _ordered(
    place: "Site", batch: str, deviation: str, what: "RecipeChange", given: "Signature", why: str
) -> str:
    from homeostat.execution.clock import stamp
    from homeostat.execution.orders import give
    from homeostat.execution.slips import ChangeSlip

    slip = ChangeSlip(
        order="recipe change",
        what=what,
        deviation=deviation,
        signature=given.event,
        by=given.signed.account,
        reason=why,
    )
    return give(place, batch, slip, stamp=stamp(), nonce=secrets.token_hex(4))


def _shown(subject: "Subject", about: str, meaning: str) -> None:
    """Say what will be signed, before the password is asked for."""
    if not subject.content:
        raise AuthorityError("there is nothing to sign", where=about)
    say(f"to be signed as {meaning}: {about}", f"{len(subject.content):,} bytes, SHA-256 {subject.sha256}")


def _told(given: "Signature", *, as_json: bool, order: str = "") -> None:
    signed = given.signed
    if as_json:
        facts = {"event": given.event, **signed.model_dump(mode="json")}
        show_json({**facts, "order": order} if order else facts)
        return
    show(
        f"Signed by {signed.name} ({signed.account}) as {signed.meaning} at {signed.at}.",
        f"SHA-256 of what was signed: {signed.sha256}",
        *([f"Order {order} was handed in: the next scan takes it up."] if order else []),
    )


def _stands(one: "Standing") -> str:
    return one.state if one.state == "valid" else f"{one.state}: {one.words}"


def _object(one: "Standing") -> dict[str, Any]:
    return {
        "event": one.event,
        "name": one.name,
        "account": one.person,
        "roles": list(one.roles),
        "meaning": one.meaning,
        "at": one.when,
        "why": one.why,
        "kind": one.signed.kind,
        "subject": one.signed.subject,
        "batch": one.signed.batch,
        "sha256": one.signed.sha256,
        "state": one.state,
        "words": one.words,
    }
