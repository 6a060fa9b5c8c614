"""Chain of identity and custody: whose the material is, who has it, and that nothing else is ever taken for it.

    issue | accept -> collect -> offer, receive (two persons, two identifiers, both sign) -> split | pool
    -> bind to a batch -> fill from it -> administer;   at any mismatch: HELD -> resolve by quality assurance

Every act is a numbered entry of one book in the ledger; `Book` folds it, `trace` walks it from donor to patient and
back. Labels are drawn by `labels`; that they were printed is an entry too.
"""

from homeostat.governance.custody.administering import administer
from homeostat.governance.custody.batches import bind, fill, identity_of
from homeostat.governance.custody.belonging import Belonging
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.collecting import collect
from homeostat.governance.custody.hand_overs import HandOver, hand_overs, known_as
from homeostat.governance.custody.holding import hold, resolve
from homeostat.governance.custody.issuing import accept, issue
from homeostat.governance.custody.labelling import Printed, label_of, print_label
from homeostat.governance.custody.matching import MismatchError
from homeostat.governance.custody.moving import offer, receive
from homeostat.governance.custody.parting import pool, split
from homeostat.governance.custody.state import Bound, Container, Hold, Identity, Offer, Spell
from homeostat.governance.custody.trace import Trace, trace
from homeostat.governance.custody.tree import tree

__all__ = [
    "Belonging",
    "Book",
    "Bound",
    "Container",
    "HandOver",
    "Hold",
    "Identity",
    "MismatchError",
    "Offer",
    "Printed",
    "Spell",
    "Trace",
    "accept",
    "administer",
    "bind",
    "collect",
    "fill",
    "hand_overs",
    "hold",
    "identity_of",
    "issue",
    "known_as",
    "label_of",
    "offer",
    "pool",
    "print_label",
    "receive",
    "resolve",
    "split",
    "trace",
    "tree",
]
