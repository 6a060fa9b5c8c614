"""The gate before a batch: who starts it, and by which approved definitions.

office, session, process, hashes of models -> Admission, or AuthorityError naming what is not approved
"""

from collections.abc import Mapping
from dataclasses import dataclass

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, refusal
from homeostat.governance.definitions import Definition, Definitions, definitions
from homeostat.governance.definitions.content import identity
from homeostat.governance.office import Office
from homeostat.governance.orderly import orderly
from homeostat.governance.session import Session
from homeostat.process import Process

_NOBODY = Session("", "", (), "")


@dataclass(frozen=True, slots=True)
class Admission:
    """On what grounds a batch starts: the effective definition ("": none), the account ("": nobody identified)."""

    definition: str
    started_by: str


def admit(office: Office, session: Session | None, process: Process, models: Mapping[str, str]) -> Admission:
    """Let a batch of `process` start, with packages of these hashes (by soft sensor).

    A GMP site wants an identified person who may start batches, and approved, effective definitions of the process
    and of every model. A training site takes what it is given; a person who is named must be permitted there too.
    Raises AuthorityError.
    """
    if session is not None:
        with orderly(office, session, "batch.start"):
            authorise(office, session, "batch.start")
            return _admission(office, process, models, session.person)
    if office.site.kind == "gmp":
        words = "at a GMP site a batch is started by an identified person"
        raise refusal(office, _NOBODY, "batch.start", "session", words, "name an account with --as")
    return _admission(office, process, models, "")


def _admission(office: Office, process: Process, models: Mapping[str, str], person: str) -> Admission:
    known = definitions(office.ledger, office.clock())
    found = _standing(known, process)
    if office.site.kind == "gmp":
        _refuse_unapproved(found, "process", f"{process.process} {process.version}", process.content_hash)
        for name, hash in sorted(models.items()):
            _refuse_unapproved(known.standing(hash), "model", name, hash)
    definition = found.id if found is not None and found.state == "effective" else ""
    return Admission(definition, person)


def _standing(known: Definitions, process: Process) -> Definition | None:
    """The version that is this process; also where a later version of the software hashes the same content anew."""
    found, hash = known.standing(process.content_hash), process.content_hash
    own = known.get("process", process.process, process.version)
    if found is None and own is not None and identity(own.kind, own.name, own.version, own.content) == hash:
        return own
    return found


def _refuse_unapproved(found: Definition | None, kind: str, name: str, hash: str) -> None:
    if found is None or found.kind != kind:
        raise AuthorityError(
            f"the {kind} {name} was never submitted as it is",
            where=f"hash {hash}",
            mend="have it submitted, reviewed and approved: homeostat approve",
        )
    if found.state != "effective":
        raise AuthorityError(
            f"the {kind} {name} is {found.state}: a batch starts only from what is approved and effective",
            where=found.id,
            mend="see: homeostat approve list",
        )
