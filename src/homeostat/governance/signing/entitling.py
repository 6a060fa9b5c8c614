"""Who may sign what: the permission that a signature takes, by the kind of its subject and its meaning, as data.

Acts ask it before they have somebody sign (`authority.authorise`); here what was signed is judged by it, so that a
person's own key says nothing that the person's role does not allow, whichever way the signature came about.
"""

from collections.abc import Mapping

from homeostat.ledger.catalogue import RecordSigned
from homeostat.ledger.identity import Account, Permission, permitted

TAKES: Mapping[tuple[str, str], tuple[Permission, ...]] = {
    ("record", "performed"): ("step.perform",),
    ("record", "verified"): ("step.verify",),
    ("record", "reviewed"): ("record.review",),
    ("review", "reviewed"): ("record.review",),
    ("result", "performed"): ("record.review",),
    ("certificate", "released"): ("batch.release",),
    ("certificate", "rejected"): ("batch.release",),
    ("certificate", "requested"): ("release.request",),
    ("certificate", "agreed"): ("release.agree",),
    ("deviation", "approved"): ("deviation.close",),
    ("finding", "requested"): ("user.manage",),
    ("finding", "approved"): ("deviation.close",),
    ("recipe change", "approved"): ("deviation.close",),
    ("hold", "approved"): ("deviation.close",),
    ("hold", "rejected"): ("deviation.close",),
    ("hand-over", "performed"): ("custody.transfer",),
    ("hand-over", "verified"): ("custody.transfer",),
    ("definition", "reviewed"): ("definition.review",),
    ("definition", "rejected"): ("definition.review",),
    ("definition", "approved"): ("definition.approve", "model.approve"),
    ("credibility", "approved"): ("model.approve",),
    ("audit trail", "reviewed"): ("audit.review",),
    ("access review", "reviewed"): ("user.review",),
}
"""One of the permissions is enough. Other subjects (steps, orders) are judged where they are taken up."""


def unentitled(account: Account, signed: RecordSigned, seq: int) -> str:
    """Why the signer's account, name or role, as known at event `seq`, does not carry a signature; or empty."""
    if account.locked_at(seq):
        return f"the account {account.id} was locked when it was given"
    held = account.roles_at(seq)
    claimed = [role for role in signed.roles if role not in held]
    if claimed:
        return f"it claims a role that {account.id} did not hold: {', '.join(claimed)}"
    if signed.name != account.name:
        return f"it prints the name {signed.name}, and {account.id} is {account.name}"
    needed = TAKES.get((signed.kind, signed.meaning), ())
    if needed and not any(permitted(held, one) for one in needed):
        return f"{account.id} held no role that permits '{needed[0]}'"
    return ""
