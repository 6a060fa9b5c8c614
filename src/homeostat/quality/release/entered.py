"""Results that persons enter once a batch has ended, signed as they are: at a GMP site whoever enters one signs it.

act, its time -> the bytes of `governance.ordered` -> the signature's event, which the act names; `verify` asks again
"""

from homeostat.errors import WordingError
from homeostat.governance import Office, Session
from homeostat.governance.ordered import Late, order_of
from homeostat.governance.people import Secret
from homeostat.governance.signing import Subject, sign
from homeostat.governance.started import gmp
from homeostat.ledger.catalogue import BatchRecalled


def signed_result(office: Office, session: Session, secret: Secret, act: Late, entered: str) -> str:
    """Sign a result as it is put on record, entered at this stamp; the signature's event, "" where none is wanted.

    Raises AuthorityError as `sign` does, WordingError where the report has no words.
    """
    if not (act.cause if isinstance(act, BatchRecalled) else act.evidence).strip():
        where = "cause" if isinstance(act, BatchRecalled) else "evidence"
        raise WordingError("the laboratory's report, or what was found, has to be named", where=where)
    order = order_of(act, 0)
    if order is None or not gmp(office, act.batch):
        return ""
    name = f"{act.batch}/{order.about} {entered}"
    subject = Subject(order.kind, name, order.signed(act.batch, name) or b"", act.batch)
    return sign(office, session, secret, subject, order.meaning, act.why).event
