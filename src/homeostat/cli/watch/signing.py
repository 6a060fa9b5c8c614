"""Signatures of models on the command line: a key that signs what was learnt, keys that are trusted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.output import show
from homeostat.cli.twin.values import OptionError

if TYPE_CHECKING:
    from homeostat.monitoring.package.hashed import Hashed
    from homeostat.monitoring.package.signing import Signer

Sign = Annotated[
    Path | None,
    typer.Option(
        metavar="KEYFILE",
        help="Sign the model with this Ed25519 key (PEM), such as that of a site: keys/site.pem.",
    ),
]
By = Annotated[str | None, typer.Option(metavar="NAME", help="With --sign: who signs.")]
Trusted = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY",
        help="Only a model signed with one of these public keys: 64 hexadecimal digits, or a PEM file.",
    ),
]


def signer_of(keyfile: Path | None, by: str | None) -> "Signer | None":
    """The key to sign with, read before anything is computed. Raises OptionError, MonitoringError."""
    if keyfile is None:
        if by is not None:
            raise OptionError(
                "nothing is signed without a key", where=f"--by '{by}'", mend="give --sign KEYFILE as well"
            )
        return None
    if not (by or "").strip():
        raise OptionError(
            "it is not said who signs", where=f"--sign {keyfile}", mend="give --by NAME as well"
        )
    from homeostat.monitoring.package.signing import Signer

    return Signer.load(keyfile)


def seal(model: Path, signer: "Signer | None", by: str | None, *, as_json: bool) -> None:
    """Sign the model that was just written, if there is a key, and tell with which public key."""
    if signer is None:
        return
    from homeostat.monitoring.package import read_any, write

    write(signer.sign(read_any(model), by or ""), model)
    if not as_json:
        show(f"Signed by {by}, public key {signer.public}")


def accepted(package: "Hashed", trusted: list[str] | None, model: Path) -> None:
    """Refuse a model whose signature does not hold, or that none of the trusted keys signed."""
    if package.signature is None and not trusted:
        return
    from homeostat.monitoring.package.signing import check_signature, public_key

    check_signature(package, [public_key(key) for key in trusted or ()], str(model))
