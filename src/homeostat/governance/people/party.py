"""For whom the security keys of a site answer: declared by an administrator, before the first key is registered."""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.security_keys import RelyingPartySet
from homeostat.ledger.identity.parties import RelyingParty, fault


def set_party(
    office: Office, session: Session, secret: Secret, domain: str, origin: str, *, why: str
) -> RelyingParty:
    """Let security keys answer for `domain`, at the address `origin`. Raises AuthorityError.

    A key answers for the domain that it was registered for and for no other, so that a domain stays while keys are in
    use; the origin within it may change.
    """
    authorise(office, session, "user.manage")
    stated("reason", why)
    known, new = directory(office), RelyingParty(domain, origin)
    words = fault(new)
    if words:
        raise AuthorityError(words, where=origin)
    if new == known.party:
        raise AuthorityError("this is the relying party that there is")
    owners = [one.id for one in known.accounts.values() if one.state != "retired" and one.security_keys]
    if new.id != known.party.id and owners:
        mend = f"first remove the security keys of {', '.join(owners)}"
        raise AuthorityError(f"security keys answer for {known.party.id} alone", where=domain, mend=mend)
    changes = tuple(
        Change(field=name, old=old, new=now)
        for name, old, now in (("id", known.party.id, new.id), ("origin", known.party.origin, new.origin))
        if old != now
    )
    act = RelyingPartySet(id=new.id, origin=new.origin, why=why, changes=changes)
    put_vouched(office, session, secret, act)
    return new
