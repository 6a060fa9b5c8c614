"""Master records: what may be executed, monitored, alarmed, reported and reviewed by, in approved versions.

    content -> submit (author) -> review, approve (signatures of others, with an effective date) -> retire
    ledger -> definitions -> what is effective now, how any version stands, how two versions differ

A version never changes: a change is a new version. The ledger holds each whole, so that it can be shown as it was.
"""

from homeostat.governance.definitions.acts import approve, reject, retire, review, submit
from homeostat.governance.definitions.difference import difference
from homeostat.governance.definitions.fold import Definition, Definitions, definitions, subject_of

__all__ = [
    "Definition",
    "Definitions",
    "approve",
    "definitions",
    "difference",
    "reject",
    "retire",
    "review",
    "subject_of",
    "submit",
]
