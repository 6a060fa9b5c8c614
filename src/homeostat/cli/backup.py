"""`homeostat backup` and `homeostat restore`: a copy of the whole site while it works, and the way back."""

import os
from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.failures import say
from homeostat.cli.onward import on_site
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

PASSPHRASE = "HOMEOSTAT_BACKUP_PASSPHRASE"  # noqa: S105  the name of a variable

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help=f"A file whose first line is the backup's passphrase (or {PASSPHRASE}).",
        show_default="not sealed, private keys left out",
    ),
]
_ALONE = (
    "Not compared with heads kept elsewhere (--heads): whether later events are missing, or the whole was made anew, "
    "would not show."
)
_AGAIN = (
    "Patients kept here: {kept}. Who was erased after {made} is back, for this ledger does not know of it: erase them "
    "again with: homeostat patient erase CODE{there}"
)
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for the record.")]


def backup_site(
    *,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The new file to write.")],
    site: SiteDir = DEFAULT_SITE,
    why: Why = "regular backup",
    passphrase_file: PassphraseFile = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Back the site up into one file, also while a batch runs; it has its name only when it is whole."""
    from homeostat.governance.keeping import make_backup

    secret = _passphrase(passphrase_file)
    with acting(site, account, "site.keep", password_file=password_file, code=code) as (office, session, _):
        made = make_backup(office, session, target, why=why, passphrase=secret)
    facts = made.manifest
    if as_json:
        told = facts.model_dump(mode="json", exclude={"members"})
        show_json({"file": str(target), "manifest": made.digest, **told, "members": sorted(facts.members)})
        return
    show(
        f"Backup: {target} ({facts.events} events, {len(facts.members)} files, private keys {facts.keys})",
        f"Manifest {made.digest}",
    )
    if facts.keys == "left out":
        show(
            "Keep a copy of the site's keys directory apart from it: without the keys a site can only be read."
        )


def restore_site(
    *,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    place: Annotated[Path, typer.Argument(metavar="DIR", help="A new directory for the site.")],
    heads: Annotated[
        Path | None,
        typer.Option(
            "--heads", metavar="FILE", help="Exported heads that lay elsewhere: is the backup too old?"
        ),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", metavar="FINGERPRINT", help="The fingerprint of the site's key, if known.")
    ] = "",
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Restore although later events are known to be missing.")
    ] = False,
    why: Why = "restored from a backup",
    passphrase_file: PassphraseFile = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Bring a site back from a backup into a new place, verified against its signed head."""
    from homeostat.governance.keeping import Restored, put_restored, restore

    def answered(back: Restored) -> None:
        if not back.writable:
            say("the private keys are not here: bring the keys directory back before anything is recorded")
            return
        where = back.site.root
        with acting(where, account, "site.keep", password_file=password_file, code=code) as (office, one, _):
            put_restored(office, one, back, why=why)

    back = restore(
        source,
        place,
        passphrase=_passphrase(passphrase_file),
        heads=heads,
        fingerprint=key,
        accept_loss=accept_loss,
        answered=answered,
    )
    if as_json:
        facts = back.manifest
        show_json(
            {
                "site": str(place),
                "manifest": back.digest,
                "events": facts.events,
                "root": facts.root,
                "made": facts.made,
                "writable": back.writable,
                "lost": back.lost,
                "compared": heads is not None,
                "patients": list(back.patients),
            }
        )
        return
    show(f"Restored: {place} ({back.manifest.events} events, as of {back.manifest.made})")
    if back.lost:
        show(f"Lost: {back.lost}")
    if heads is None:
        show(_ALONE)
    if back.patients:
        show(_AGAIN.format(kept=len(back.patients), made=back.manifest.made, there=on_site(place)))


def _passphrase(file: Path | None) -> str:
    """The passphrase of a backup; "" leaves it unsealed, without private keys."""
    from homeostat.errors import SiteError

    if file is None:
        return os.environ.get(PASSPHRASE, "")
    try:
        return file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as fault:
        raise SiteError("the file of the passphrase cannot be read", where=str(file)) from fault
