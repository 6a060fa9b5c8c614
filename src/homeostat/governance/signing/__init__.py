"""Electronic signatures: given by a person over exactly what was shown, and judged against what stands now.

Subject (what is shown) -> sign (identify again, sign with the person's own key) -> one event "record.signed"
ledger, subject -> signatures -> each valid, superseded (changed since) or invalid (copied, forged), in words
ledger, subject, needs -> require -> the signatures that meet them, or AuthorityError naming what is missing
"""

from homeostat.governance.signing.giving import Signature, Subject, give, shown_as, sign, stamped
from homeostat.governance.signing.judging import Judge, Standing, not_entitled, signatures
from homeostat.governance.signing.requiring import Need, require
from homeostat.governance.signing.statement import statement, statement_of

__all__ = [
    "Judge",
    "Need",
    "Signature",
    "Standing",
    "Subject",
    "give",
    "not_entitled",
    "require",
    "shown_as",
    "sign",
    "signatures",
    "stamped",
    "statement",
    "statement_of",
]
