"""Amending: an entry corrected, or verified, once its batch has ended and before its release is decided.

session, secret, words -> permitted? ended, undecided? -> judged as the scan would -> signed -> one act on record
The batch stays as it was executed; record, review and documents tell the amendment beside what was entered, and a
review that was signed before it is superseded.
"""

from datetime import datetime
from typing import Literal

from homeostat.errors import ExecutionError
from homeostat.execution.entering import asked, sign_entry, written
from homeostat.execution.plan.steps import MICROSECONDS
from homeostat.execution.recollecting import recollect
from homeostat.execution.sheet import Sheet
from homeostat.execution.slips import AnswerSlip, Vouched
from homeostat.execution.stages.entries import enter
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.ended import end_of
from homeostat.governance.numbering import next_id
from homeostat.governance.ordered import PERMISSIONS
from homeostat.governance.people import Secret
from homeostat.governance.released import status
from homeostat.governance.turns import in_turn
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import (
    Change,
    CorrectionGiven,
    EntryAmended,
    EntryJudged,
    VerificationGiven,
)

Amendment = Literal["verify", "correct"]


def ended(office: Office, batch: str) -> bool:
    """Whether a batch has ended, so that its entries are amended, and orders taken no more."""
    return end_of(office.ledger, batch) is not None


def amend(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    order: Amendment,
    prompt: str,
    *,
    answer: str = "",
    happened: str = "",
    reason: str = "",
    source: str = "",
) -> EntryJudged:
    """Correct an entry of a batch that has ended, or verify another's; what became of it.

    `happened` is the stamp of the event where it is not now. At a GMP site, and wherever the prompt is a signature, it
    is signed. Raises AuthorityError where the person may not, ExecutionError where the batch never asked this, runs
    still, or its release was decided, and where a scan would refuse the entry.
    """
    authorise(office, session, PERMISSIONS[order])
    opened = asked(office, batch, prompt)
    said = {"order": order, "prompt": prompt, "answer": answer, "reason": reason, "source": source}
    slip = written(office, session, happened=happened, **said)
    _judged(office, batch, slip, "")  # before anybody signs what would be refused
    signature = sign_entry(office, session, secret, batch, slip, opened)

    def judge() -> tuple[list[tuple[EntryAmended, str]], EntryJudged]:
        count = sum(1 for _ in office.acts((EntryAmended.type,), batch))
        name = next_id(office.ledger, f"{batch}/amended", count, 4)
        act = _judged(office, batch, slip, signature)
        return [(act, name)], act.judged

    return in_turn(office, session, judge, batch=batch, over=True)


def _judged(office: Office, batch: str, slip: AnswerSlip, signature: str) -> EntryAmended:
    """The amendment as the entries stand now. Raises ExecutionError where it cannot be made."""
    end = _undecided(office, batch)
    plan, state = recollect(office.ledger, batch)
    doubts = Voucher(office.ledger, batch, plan, office.clock).doubts(slip)
    time, sheet = _time(end, slip), Sheet("", 0)
    given = slip.ordered("", time, Vouched(doubts, signature))
    enter(plan, state, given, time, sheet)
    judged = next(made for _, made in sheet.decisions if isinstance(made, EntryJudged))
    if judged.status == "refused":
        raise ExecutionError(f"the {judged.act} is refused: {judged.reason}", where=f"{batch} {slip.prompt}")
    if not isinstance(given, CorrectionGiven | VerificationGiven) or given.entry is None:
        raise ExecutionError(
            "an open prompt of a batch that has ended is answered no more", where=slip.prompt
        )
    return EntryAmended(
        why=slip.reason or judged.status,
        prompt=slip.prompt,
        answer=slip.answer,
        entry=given.entry,
        judged=judged,
        changes=(_change(judged),),
    )


def _change(judged: EntryJudged) -> Change:
    if judged.act == "correction":
        return Change(field=judged.prompt, old=judged.old, new=judged.answer)
    return Change(field=f"{judged.prompt} verified", old=False, new=True)


def _undecided(office: Office, batch: str) -> Recorded:
    """The end of a batch of which nobody has decided yet whether it is released."""
    end = end_of(office.ledger, batch)
    if end is None:
        raise ExecutionError("the batch has not ended", where=batch, mend="its next scan takes corrections")
    state = status(office.ledger, batch).state
    if state != "open":
        raise ExecutionError(
            f"the batch is {state}: its record is corrected no more",
            where=batch,
            mend=f"say what was found in a deviation: homeostat deviation open --batch {batch}",
        )
    return end


def _time(end: Recorded, slip: AnswerSlip) -> int:
    """The time of the entry as the batch would count it, had it gone on (µs)."""
    since = datetime.fromisoformat(slip.entered) - datetime.fromisoformat(end.recorded)
    return end.event.time + max(0, round(since.total_seconds() * MICROSECONDS))
