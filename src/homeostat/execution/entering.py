"""Entering: what a person says to a prompt, commands or orders is handed in to a batch, signed where it has to be.

session, secret, words -> permitted? -> signature over these words -> slip in the batch's inbox. The scan judges.
"""

import hashlib
import os
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from homeostat.errors import ExecutionError
from homeostat.execution.carrying import kind, meaning, permission
from homeostat.execution.orders import give
from homeostat.execution.slips import (
    AlarmSlip,
    AnswerSlip,
    CommandSlip,
    ControlSlip,
    Signable,
    shown,
    subject,
)
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.ordered import PERMISSIONS
from homeostat.governance.people import Secret
from homeostat.governance.signing import Subject, sign
from homeostat.governance.started import gmp
from homeostat.ledger.catalogue import PromptOpened, payload

Order = Literal["answer", "verify", "correct"]
CommandName = Literal["hold", "restart", "pause", "resume", "stop", "abort"]
S = TypeVar("S", AnswerSlip, CommandSlip)
LARGEST_FILE = 64 * 1024 * 1024  # bytes


def enter(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    order: Order,
    prompt: str,
    *,
    answer: str = "",
    happened: str = "",
    reason: str = "",
    source: str = "",
    file: Path | None = None,
) -> str:
    """Answer a prompt, verify another's entry or correct one; the id of the order.

    `happened` is the stamp of the event where it is not now; `file` is kept with the entry by its content hash. At a
    GMP site, and wherever the prompt is a signature, it is signed. Raises AuthorityError where the person may not,
    ExecutionError where the batch never asked this.
    """
    authorise(office, session, PERMISSIONS[order])
    opened = asked(office, batch, prompt)
    slip = written(
        office,
        session,
        order=order,
        prompt=prompt,
        answer=answer,
        happened=happened,
        reason=reason,
        source=source,
        attachment=keep(office, file) if file else "",
    )
    sign_entry(office, session, secret, batch, slip, opened)
    return give(office.site, batch, slip, stamp=slip.entered, nonce=office.nonce()[:16])


def written(office: Office, session: Session, *, happened: str = "", **said: str) -> AnswerSlip:
    """What a person says now of something that `happened` then (or now), as a slip. Raises ExecutionError."""
    now = office.clock()
    return _made(AnswerSlip, by=session.person, entered=now, happened=happened or now, **said)


def sign_entry(
    office: Office, session: Session, secret: Secret, batch: str, slip: AnswerSlip, opened: PromptOpened
) -> str:
    """Sign an entry where it has to be signed: at a GMP site, and where a signature is asked; the signature's event.

    Empty where it need not be. Raises AuthorityError as `sign` does.
    """
    if gmp(office, batch) or opened.kind == "signature":
        return _sign(office, session, secret, batch, slip, slip.reason or opened.text)
    return ""


def command(
    office: Office, session: Session, secret: Secret, batch: str, order: CommandName, *, reason: str
) -> str:
    """Give a batch an ISA-88 command; the id of the order. Raises AuthorityError or ExecutionError."""
    authorise(office, session, "batch.command")
    now = office.clock()
    slip = _made(CommandSlip, order=order, by=session.person, entered=now, reason=reason)
    if gmp(office, batch):
        _sign(office, session, secret, batch, slip, reason)
    return give(office.site, batch, slip, stamp=now, nonce=office.nonce()[:16])


def order(office: Office, session: Session, secret: Secret, batch: str, slip: AlarmSlip | ControlSlip) -> str:
    """Hand in an order about an alarm or a controller, by and at the time of who gives it; the order's id.

    Raises AuthorityError where the person may not, ExecutionError where the batch takes no orders.
    """
    authorise(office, session, permission(slip))
    now = office.clock()
    given = slip.model_copy(update={"by": session.person, "entered": now})
    if gmp(office, batch):
        _sign(office, session, secret, batch, given, slip.reason)
    return give(office.site, batch, given, stamp=now, nonce=office.nonce()[:16])


def keep(office: Office, file: Path) -> str:
    """Keep a file in the site's `files/` under its content's SHA-256, durably; that hash. Raises ExecutionError."""
    try:
        content = file.read_bytes() if file.stat().st_size <= LARGEST_FILE else None
        if content is None:
            raise ExecutionError(
                "the file is larger than 64 MB", where=str(file), mend="hand in a smaller one"
            )
        digest = hashlib.sha256(content).hexdigest()
        _store(office.site.root / "files", digest, content)
    except OSError as error:
        raise ExecutionError(f"the file cannot be kept: {error.strerror}", where=str(file)) from error
    return digest


def _store(folder: Path, digest: str, content: bytes) -> None:
    folder.mkdir(exist_ok=True)
    if (folder / digest).is_file():
        return
    scratch = folder / f".{digest}"
    with scratch.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(folder / digest)


def _made(kind: type[S], **facts: object) -> S:
    try:
        return kind.model_validate(facts)
    except ValidationError as error:
        found = error.errors()[0]
        field = ".".join(map(str, found["loc"]))
        raise ExecutionError(f"{field}: {found['msg'].removeprefix('Value error, ')}") from error


def _sign(office: Office, session: Session, secret: Secret, batch: str, slip: Signable, why: str) -> str:
    about = Subject(kind(slip), subject(batch, slip), shown(batch, slip), batch)
    return sign(office, session, secret, about, meaning(slip), why).event


def asked(office: Office, batch: str, prompt: str) -> PromptOpened:
    """The prompt as it was asked. Raises ExecutionError where the batch never asked it."""
    told = [payload(one.event.type, one.event.data) for one in office.acts((PromptOpened.type,), batch)]
    known = {one.prompt: one for one in told if isinstance(one, PromptOpened)}
    if prompt not in known:
        raise ExecutionError(
            f"batch {batch} has not asked '{prompt}'", mend=f"see: homeostat step list {batch}"
        )
    return known[prompt]
