"""By what approval a batch's process was executed: the definition on record, or what the process says of itself.

ledger, header -> the header with whose signature approved its definition, and when; header -> that in words
"""

from homeostat.governance.definitions import definitions
from homeostat.ledger import Ledger
from homeostat.quality.model import Header


def with_approval(ledger: Ledger, header: Header) -> Header:
    """The header with the signature that approved the definition which the batch was started from."""
    if not header.definition:
        return header
    known = definitions(ledger, header.started)
    given = next((one.approval for one in known.versions if one.id == header.definition), None)
    if given is None:
        return header
    return header.model_copy(update={"approved_by": f"{given.name} ({given.person})", "approved": given.when})


def approval_words(header: Header) -> str:
    """The approval as documents print it; a process's own word is called so, for nobody signed it."""
    if not header.definition:
        said = header.approval
        parts = (said.state, f"by {said.by}" if said.by else "", said.date)
        return f"{' '.join(filter(None, parts))} (the process's own word)"
    if not header.approved:
        return f"{header.definition}, the approval of which is not on record"
    return f"{header.definition}, approved by {header.approved_by}, {header.approved}"
