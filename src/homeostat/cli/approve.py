"""`homeostat approve`: definitions from submission to retirement, each step by a person.

file -> submitted by its author -> reviewed and approved by others' signatures -> effective -> superseded or retired
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.errors import AuthorityError

if TYPE_CHECKING:
    from homeostat.governance.definitions import Definition, Definitions
    from homeostat.ledger.catalogue import DefinitionKind
    from homeostat.ledger.identity import Permission

approve = typer.Typer(
    name="approve",
    help="Submit, review, approve and retire definitions: processes, recipes, models, alarms, reports, rules.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

KINDS = ("process", "recipe", "model", "alarm", "report", "rules")


_OTHER: "Permission" = "definition.approve"
"""Who reviews where nobody is named: somebody else than the author, who may review too."""


def _kind(value: str) -> str:
    if value not in KINDS:
        raise typer.BadParameter(f"{value!r} is no kind of definition: {', '.join(KINDS)}")
    return value


def _id(value: str) -> str:
    """A definition as KIND/NAME/VERSION, or a usage error."""
    if len(value.split("/")) != 3:
        raise typer.BadParameter(f"{value!r} is no definition: write it like process/car-t/1.0.0")
    return value


Id = Annotated[
    str,
    typer.Argument(
        metavar="KIND/NAME/VERSION", callback=_id, help="The version, as `approve list` shows it."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


@approve.command("submit")
def submit_definition(
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", callback=_kind, help=", ".join(KINDS))],
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="The definition; of a process also its name in the library.")
    ],
    why: Why,
    name: Annotated[str, typer.Option(help="Its name.", show_default="the process' own, or the file's")] = "",
    version: Annotated[
        str, typer.Option(metavar="X.Y.Z", help="Its version.", show_default="the process' own, or 1.0.0")
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Hand in a version of a definition as its author."""
    from homeostat.governance.definitions import submit

    content, own_name, own_version = _content(kind, source)
    with acting(site, account, "definition.author", password_file=password_file, code=code) as (
        office,
        me,
        _,
    ):
        made = submit(office, me, _known(kind), name or own_name, version or own_version, content, why=why)
    _tell(made, as_json=as_json)


@approve.command("review")
def review_definition(
    *,
    definition: Id,
    why: Why,
    reject: Annotated[bool, typer.Option("--reject", help="Reject it: it can never be approved.")] = False,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign a version as reviewed, or as rejected. Its author may not."""
    from homeostat.governance import definitions

    kind, name, version = definition.split("/")
    act = definitions.reject if reject else definitions.review
    with acting(site, account, _OTHER, password_file=password_file, code=code) as (
        office,
        me,
        mine,
    ):
        act(office, me, mine, kind, name, version, why=why)
        after = _get(definitions.definitions(office.ledger, office.clock()), definition)
    _tell(after, as_json=as_json)


@approve.command("approve")
def approve_definition(
    *,
    definition: Id,
    why: Why,
    effective: Annotated[
        str,
        typer.Option(metavar="TIME", help="From when it holds: ISO 8601 with offset.", show_default="now"),
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign a reviewed version as approved. Its author may not."""
    from homeostat.governance import definitions

    kind, name, version = definition.split("/")
    right: Permission = "model.approve" if kind == "model" else "definition.approve"
    with acting(site, account, right, password_file=password_file, code=code) as (office, me, mine):
        definitions.approve(office, me, mine, kind, name, version, why=why, effective=effective)
        after = _get(definitions.definitions(office.ledger, office.clock()), definition)
    _tell(after, as_json=as_json)


@approve.command("retire")
def retire_definition(
    *,
    definition: Id,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Take a version out of use: no batch starts from it any more, nor from what it superseded."""
    from homeostat.governance import definitions

    kind, name, version = definition.split("/")
    with acting(site, account, "definition.retire", password_file=password_file, code=code) as (
        office,
        me,
        _,
    ):
        definitions.retire(office, me, kind, name, version, why=why)
        now = definitions.definitions(office.ledger, office.clock())
    _left(_get(now, definition), now.effective(kind, name), as_json=as_json)


@approve.command("list")
def list_definitions(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """List every version of every definition, and how it stands."""
    found = _all(site).versions
    if as_json:
        show_json([_object(one) for one in found])
        return
    rows = [(one.id, one.state, one.author, _by(one), one.effective, one.hash[:16]) for one in found]
    heads = ("definition", "state", "author", "approved by", "effective", "hash")
    show(Table("", heads, rows) if rows else "Nothing has been submitted.")


@approve.command("show")
def show_definition(*, definition: Id, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """Show a version as it was submitted, who signed it, and how it stands."""
    one = _get(_all(site), definition)
    if as_json:
        show_json({**_object(one), "content": one.content})
        return
    facts = [(name, str(value)) for name, value in _object(one).items() if not isinstance(value, list)]
    signed = [(line,) for line in _object(one)["signatures"]]
    show(Table("", ("definition", one.id), facts), Table("", ("signatures",), signed), "", one.content)


@approve.command("diff")
def diff_definitions(
    *,
    before: Id,
    after: Annotated[
        str, typer.Argument(metavar="VERSION", help="The other version of the same definition.")
    ],
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Show what a version changes, by field: old and new. Exit code 1 where they differ."""
    from homeostat.governance.definitions import difference

    known = _all(site)
    kind, name, _ = before.split("/")
    one, other = _get(known, before), _get(known, f"{kind}/{name}/{after}")
    changes = difference(one.content, other.content)
    if as_json:
        show_json([change.model_dump(mode="json") for change in changes])
    else:
        rows = [(change.field, str(change.old), str(change.new)) for change in changes]
        show(Table("", ("field", one.version, other.version), rows) if rows else "They do not differ.")
    if changes:
        raise typer.Exit(ExitCode.FAILED)


def _content(kind: str, source: str) -> tuple[str, str, str]:
    """What is submitted, with the name and version it says of itself."""
    if kind == "process":
        from homeostat.cli.models import signatures
        from homeostat.process import load

        process = load(source, signatures())
        return process.model_dump_json(indent=1), process.process, process.version
    path = Path(source)
    if not path.is_file():
        raise AuthorityError("there is no such file", where=source, mend="name the file of the definition")
    try:
        return path.read_text("utf-8"), path.stem.lower(), "1.0.0"
    except UnicodeDecodeError as error:
        raise AuthorityError("a definition is a text in UTF-8", where=source) from error


def _known(kind: str) -> "DefinitionKind":
    from homeostat.ledger.catalogue import DefinitionKind

    return next(one for one in get_args(DefinitionKind) if one == kind)


def _all(site: Path) -> "Definitions":
    from homeostat.execution.clock import stamp
    from homeostat.governance.definitions import definitions
    from homeostat.governance.places import ledger_of
    from homeostat.site import Site

    with ledger_of(Site.open(site)) as ledger:
        return definitions(ledger, stamp())


def _get(known: "Definitions", definition: str) -> "Definition":
    found = known.get(*definition.split("/"))
    if found is None:
        mend = "list them with: homeostat approve list"
        raise AuthorityError("no such version was submitted", where=definition, mend=mend)
    return found


def _by(one: "Definition") -> str:
    return f"{one.approval.name} ({one.approval.person})" if one.approval else ""


def _object(one: "Definition") -> dict[str, Any]:
    signed = [*one.reviews, *(given for given in (one.approval, one.rejection) if given)]
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "version": one.version,
        "hash": one.hash,
        "state": one.state,
        "author": one.author,
        "submitted": one.submitted,
        "why": one.why,
        "effective": one.effective,
        "retired": one.retired,
        "signatures": [given.line for given in signed],
    }


def _left(retired: "Definition", holds: "Definition | None", *, as_json: bool) -> None:
    """What became of a version, and which one is effective now."""
    if as_json:
        show_json({**_object(retired), "effective_now": holds.id if holds else None})
        return
    _tell(retired, as_json=False)
    none = f"No version of {retired.kind}/{retired.name} is effective now, until one is approved."
    show(f"{holds.id} is effective." if holds else none)


def _tell(one: "Definition", *, as_json: bool) -> None:
    if as_json:
        show_json(_object(one))
        return
    show(f"{one.id} is {one.state}.", f"Its hash: {one.hash}")
