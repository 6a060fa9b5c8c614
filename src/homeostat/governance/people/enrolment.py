"""Enrolment: an administrator makes an account, the person takes it over with a one-time code and a password of theirs.

At a GMP site the account has no role until a person of quality assurance has agreed (`agreeing.py`). The first ones are
the founding: one administrator, and one person of quality assurance whom they enrol. Both are marked so on record.
The administrator never knows a password, and an id that was given once is never given again (21 CFR 11.100, 11.300).
"""

import hmac
import re
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.known import directory, moment
from homeostat.governance.numbering import unused
from homeostat.governance.office import Office
from homeostat.governance.people.accountability import acceptance
from homeostat.governance.people.credentials import credential, discard_old, key_id, unmoved
from homeostat.governance.people.identifying import refuse
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import apart, existing, known, stated
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act, Change
from homeostat.ledger.catalogue.people import AccountEnrolled, AccountInvited
from homeostat.ledger.identity import Account, PersonalKey, quality_known
from homeostat.ledger.identity.personal import digest, one_time_code

DAYS = 7
"""How long a one-time code can be used."""
_ID = re.compile(r"[a-z][a-z0-9]*([.-][a-z0-9]+)*")
_LONGEST = 40
_FOUNDED = "site/founded"
"""The id of the event with which the first administrator gets a key."""


def enrol(
    office: Office,
    session: Session,
    secret: Secret,
    account: str,
    name: str,
    roles: Iterable[str],
    *,
    verified: str,
    why: str,
) -> str:
    """Make an account; the one-time code that its person takes it over with (`activate`), known to nobody else.

    `verified` says how the person's identity was established (21 CFR 11.100(b)). Raises AuthorityError.
    """
    authorise(office, session, "user.manage")
    code = one_time_code()
    expires = (moment(office.clock()) + timedelta(days=DAYS)).isoformat()
    act = enrolled(office, account, name, tuple(roles), verified=verified, why=why)
    gmp = office.site.kind == "gmp"
    founding = gmp and act.roles == ("quality assurance",) and not quality_known(directory(office).accounts)
    terms: dict[str, object] = {"awaits": gmp and not founding, "founding": founding}
    if terms["awaits"]:
        asked = Change(field="roles asked for", old=None, new=list(act.roles))
        terms["changes"] = (asked, *(one for one in act.changes if one.field != "roles"))
    act = act.model_copy(update={"invitation": digest(code), "expires": expires, **terms})
    lest = partial(refuse_given, office, account)
    put_vouched(office, session, secret, act, _enrolled_id(office, account), lest=lest)
    return code


def found(office: Office, account: str, name: str, secret: Secret, *, verified: str, why: str) -> None:
    """The first administrator of a site, made with the site. Raises AuthorityError where there is one already."""
    lest = partial(_refuse_founded, office)
    lest()
    roles = ("administrator",)
    (made, event), (credential_set, _) = complete(
        office, account, name, roles, secret.password, verified=verified, why=why
    )
    founder = made.model_copy(update={"founding": True, "vouching": office.site.kind == "gmp"})
    acts = [(founder, event), (credential_set, unused(office.ledger, _FOUNDED))]
    put_together(office, account, acts, lest=lest)


def _refuse_founded(office: Office) -> None:
    if any(
        "administrator" in one.roles and not one.demonstration for one in directory(office).accounts.values()
    ):
        raise AuthorityError("the site has an administrator already", mend="ask them to enrol you")


def complete(
    office: Office,
    account: str,
    name: str,
    roles: tuple[str, ...],
    password: str,
    *,
    verified: str,
    why: str,
    demonstration: bool = False,
    accountable: bool = False,
) -> list[tuple[Act, str]]:
    """The acts that make an account and set its password in one step, as at the founding of a site, with their ids.

    `accountable` says that accountability is accepted in the same step.
    """
    act = enrolled(office, account, name, roles, verified=verified, why=why, demonstration=demonstration)
    fresh = Account(account, name, roles, demonstration, verified, "", "")
    key = PersonalKey.generate(account)
    act = act.model_copy(update={"fingerprint": key.fingerprint})
    set_ = credential(office, fresh, key, password, why, proof="")
    acts: list[tuple[Act, str]] = [(act, _enrolled_id(office, account)), (set_, "")]
    return [*acts, (acceptance(key, why), "")] if accountable else acts


def invite(office: Office, session: Session, secret: Secret, account: str, *, why: str) -> str:
    """Another one-time code for an account that was not taken over yet; the one before opens nothing any more."""
    authorise(office, session, "user.manage")
    stated("reason", why)
    one, lest = existing(office, account), partial(_refuse_taken_over, office, account)
    lest()
    code = one_time_code()
    expires = (moment(office.clock()) + timedelta(days=DAYS)).isoformat()
    change = Change(field="invitation expires", old=one.invitation_expires, new=expires)
    act = AccountInvited(
        account=account, invitation=digest(code), expires=expires, why=why, changes=(change,)
    )
    put_vouched(office, session, secret, act, lest=lest)
    return code


def _refuse_taken_over(office: Office, account: str) -> None:
    if existing(office, account).keys:
        raise AuthorityError(f"{account} was taken over already", mend="reset the password instead")


def activate(office: Office, account: str, code: str, password: str, *, why: str) -> None:
    """The person takes their account over: from now on only their password opens it.

    Raises AuthorityError where the code is wrong, spent or too old, or the password not fit.
    """
    one = directory(office).get(account)
    good = (
        one is not None
        and one.state == "invited"
        and hmac.compare_digest(one.invitation, digest(code.strip()))
    )
    if one is None or not good:
        raise refuse(
            office, one, "invitation", "state", "there is no such invitation, or the code is not right"
        )
    if moment(one.invitation_expires) <= moment(office.clock()):
        mend = "ask an administrator for another code"
        raise refuse(office, one, "invitation", "expired", "the code has expired", mend)
    if not one.roles:
        mend = f"a person of quality assurance does it: homeostat user agree {account}"
        raise AuthorityError(f"quality assurance has not agreed to {account} yet", where=account, mend=mend)
    act = credential(office, one, PersonalKey.generate(account), password, why, proof=code.strip())
    put_together(office, account, [(act, key_id(office, one))], lest=partial(unmoved, office, one))
    discard_old(office, one)


def enrolled(
    office: Office,
    account: str,
    name: str,
    roles: tuple[str, ...],
    *,
    verified: str,
    why: str,
    demonstration: bool = False,
) -> AccountEnrolled:
    """The act that makes an account, if all in it can be used; AuthorityError otherwise."""
    if len(account) > _LONGEST or not _ID.fullmatch(account):
        mend = "small letters and digits, parted by a point or a hyphen, as maria.rossi"
        raise AuthorityError(f"{account!r} is no account id", mend=mend)
    known(roles)
    apart(office.site.kind, roles)
    for what, text in (("name", name), ("way in which the identity was verified", verified), ("reason", why)):
        stated(what, text)
    refuse_given(office, account)
    if demonstration and office.site.kind == "gmp":
        raise AuthorityError("a GMP site has no demonstration identities", where=account)
    changes = (
        Change(field="roles", old=None, new=list(roles)),
        Change(field="state", old=None, new="invited"),
    )
    return AccountEnrolled(
        account=account,
        name=name,
        roles=roles,
        demonstration=demonstration,
        verified=verified,
        why=why,
        changes=changes,
    )


def refuse_given(office: Office, account: str) -> None:
    """Refuse the id of an account that was given before, whatever became of the account."""
    if account in directory(office).accounts:
        mend = "choose another id: one is never given twice, also not after retirement"
        raise AuthorityError(f"the account id '{account}' was given already", where=account, mend=mend)


def _enrolled_id(office: Office, account: str) -> str:
    return unused(office.ledger, f"account/{account}/enrolled")
