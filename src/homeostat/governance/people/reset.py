"""A forgotten password: two persons each give half of a proof, and the person sets a new password with both.

Nobody but the person ever knows a password, and to take over an account takes the signatures of two others together: of
an administrator who asks, and of a person of quality assurance who agrees (21 CFR 11.200(a)(3), paraphrase). The new
password comes with a new key; second factors have to be enrolled again.
"""

import hmac
from datetime import timedelta
from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.agreeing import independent
from homeostat.governance.people.credentials import credential, discard_old, key_id, unmoved
from homeostat.governance.people.enrolment import DAYS
from homeostat.governance.people.identifying import refuse
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import existing, stated
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act, Change
from homeostat.ledger.catalogue.people import AlertRaised, FactorRemoved, ResetConfirmed, ResetRequested
from homeostat.ledger.catalogue.security_keys import SecurityKeyRemoved
from homeostat.ledger.identity import Account, PersonalKey
from homeostat.ledger.identity.accounts import SecurityKey
from homeostat.ledger.identity.personal import digest, one_time_code
from homeostat.ledger.identity.proofs import halves


def request_reset(office: Office, session: Session, secret: Secret, account: str, *, why: str) -> str:
    """Ask for a reset; the first half of the proof, for the person alone. Raises AuthorityError."""
    authorise(office, session, "user.manage")
    distinct(office, session, "user.manage", {"is whom the account belongs to": account})
    stated("reason", why)
    one = existing(office, account)
    if one.key is None:
        raise AuthorityError(f"{account} was never taken over", mend="invite the person anew")
    code = one_time_code()
    expires = (moment(office.clock()) + timedelta(days=DAYS)).isoformat()
    change = Change(field="reset", old=None, new="requested")
    act = ResetRequested(account=account, code=digest(code), expires=expires, why=why, changes=(change,))
    put_vouched(office, session, secret, act)
    return code


def confirm_reset(office: Office, session: Session, secret: Secret, account: str, *, why: str) -> str:
    """Agree to a reset for quality assurance; the other half of the proof. Raises AuthorityError."""
    independent(office, session)
    one = existing(office, account)
    if one.reset is None:
        raise AuthorityError(f"no reset was asked for {account}", mend="an administrator asks for it first")
    parts = {"asked for the reset": one.reset.by, "is whom the account belongs to": account}
    distinct(office, session, "user.agree", parts)
    stated("reason", why)
    code = one_time_code()
    change = Change(field="reset", old="requested", new="confirmed")
    act = ResetConfirmed(account=account, code=digest(code), why=why, changes=(change,))

    def stands() -> None:
        if existing(office, account).reset != one.reset:
            mend = "look at it again: homeostat user list"
            raise AuthorityError(f"another reset is asked for {account} by now", where=account, mend=mend)

    put_vouched(office, session, secret, act, lest=stands)
    return code


def complete_reset(office: Office, account: str, codes: tuple[str, str], password: str, *, why: str) -> None:
    """The person sets a new password with both halves of the proof; a locked account stays locked.

    Raises AuthorityError where a half is missing, wrong or too old, or the password is not fit.
    """
    one = directory(office).get(account)
    if one is None or not _proved(one, codes):
        raise refuse(office, one, "password", "state", "there is no such reset, or a code of it is not right")
    if one.reset is None or moment(one.reset.expires) <= moment(office.clock()):
        raise refuse(office, one, "password", "expired", "the reset has expired", "have it asked for anew")
    set_ = credential(office, one, PersonalKey.generate(account), password, why, proof=halves(codes))
    words = f"the password of {account} was reset by {one.reset.by} and {one.reset.confirmed_by}"
    acts: list[Act] = [set_, AlertRaised(about=account, words=words, why=why, urgency="information")]
    acts += [_removed(account, key) for key in one.security_keys]
    if one.totp:
        change = Change(field="second factor", old="totp", new=None)
        acts.append(
            FactorRemoved(account=account, why="its secret went with the old password", changes=(change,))
        )
    named = [(act, key_id(office, one) if act is set_ else "") for act in acts]
    put_together(office, account, named, lest=partial(unmoved, office, one))
    discard_old(office, one)


def _removed(account: str, key: SecurityKey) -> SecurityKeyRemoved:
    """A reset is for who has lost what they identify by; whoever has the security key registers it again."""
    change = Change(field="security key", old=key.name, new=None)
    why = "all that identified its person went with the old password"
    return SecurityKeyRemoved(account=account, credential=key.credential, why=why, changes=(change,))


def _proved(one: Account, codes: tuple[str, str]) -> bool:
    """Whether both halves were given and are right."""
    if one.state == "retired" or one.reset is None or not one.reset.confirmed_code:
        return False
    wanted = (one.reset.code, one.reset.confirmed_code)
    return all(hmac.compare_digest(w, digest(code.strip())) for w, code in zip(wanted, codes, strict=True))
