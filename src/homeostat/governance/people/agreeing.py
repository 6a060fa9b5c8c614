"""Agreeing: at a GMP site quality assurance agrees to every account and every role that an administrator gives.

So no administrator makes a person alone, whose one-time code they would hold (21 CFR 11.100(b), 11.300, paraphrase).
"""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct, refusal
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import apart, existing, stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import AccountAgreed

_MEND = "look at it again: homeostat user list"


def agree(office: Office, session: Session, secret: Secret, account: str, *, why: str) -> tuple[str, ...]:
    """Agree, by signing, to the roles that an administrator asks for; they count from now on. Raises AuthorityError."""
    independent(office, session)
    distinct(office, session, "user.agree", {"is whom the account belongs to": account})
    stated("reason", why)
    one = existing(office, account)
    if not one.pending:
        raise AuthorityError(f"nothing about {account} awaits agreement", where=account)
    apart(office.site.kind, one.pending)
    change = Change(field="roles", old=list(one.roles) or None, new=list(one.pending))
    act = AccountAgreed(account=account, roles=one.pending, why=why, changes=(change,))

    def stands() -> None:
        if existing(office, account).pending != one.pending:
            raise AuthorityError(f"something else is asked for {account} by now", where=account, mend=_MEND)

    put_vouched(office, session, secret, act, lest=stands)
    return one.pending


def independent(office: Office, session: Session) -> None:
    """AuthorityError unless the session's person agrees for quality assurance, and keeps no accounts themselves."""
    account = authorise(office, session, "user.agree")
    if "administrator" in account.roles:
        words = f"{session.person} is an administrator"
        mend = "a person of quality assurance who is none has to agree"
        raise refusal(office, session, "user.agree", "segregation", words, mend)
