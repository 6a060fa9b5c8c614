"""Security keys (FIDO2, WebAuthn) as a second factor: registered by their person, tested, removed.

    offer_key -> question -> browser or key -> register_key
    ask_login / ask_signing -> question -> browser or key -> Secret(password, answer=...) -> login / sign

Who has the key itself at hand gives `Secret(password, ask=...)` instead, and every question is put when it comes up.
"""

from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct, present, put_by, remains
from homeostat.governance.known import directory
from homeostat.governance.numbering import next_id
from homeostat.governance.office import Office
from homeostat.governance.people.answering import Wrong, was_asked
from homeostat.governance.people.asking import Shown, question
from homeostat.governance.people.fido import library, public
from homeostat.governance.people.identifying import identify
from homeostat.governance.people.secret import Question, Response, Secret
from homeostat.governance.people.wording import existing, stated
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.governance.turns import in_turn
from homeostat.ledger.catalogue import Act, Change
from homeostat.ledger.catalogue.people import AlertRaised
from homeostat.ledger.catalogue.security_keys import AskedAt, SecurityKeyRegistered, SecurityKeyRemoved
from homeostat.ledger.identity import Account
from homeostat.ledger.identity.accounts import SecurityKey
from homeostat.ledger.identity.assertions import authenticator_fault, client_fault
from homeostat.ledger.identity.challenges import encoded
from homeostat.ledger.identity.proofs import registration

_READER = "fido2.webauthn"
_LONGEST = 1023  # bytes of a credential's id (WebAuthn section 7.1)


def offer_key(office: Office, session: Session) -> Question:
    """What a new security key of the session's person is to be asked. AuthorityError without the library for it."""
    account = present(office, session, "register a security key")
    library(_READER)
    return question(office, account, "registration")


def register_key(
    office: Office, session: Session, secret: Secret, response: Response, name: str, *, why: str
) -> SecurityKey:
    """From now on a security key, called `name`, identifies the session's person beside their password.

    `response` answers what `offer_key` asked. It takes the password, and the second factor that there is already.
    Raises AuthorityError where they are wrong, or the response answers nothing that was asked.
    """
    account = present(office, session, "register a security key")
    stated("reason", why)
    stated("name of the security key", name)
    _refuse_name(account, name)
    known = identify(office, account.id, secret, "password")
    fresh = _registered(office, account, response).model_copy(
        update={
            "name": name,
            "why": why,
            "changes": (Change(field="security key", old=None, new=name),),
            "fingerprint": known.key.fingerprint,
        }
    )
    act = fresh.model_copy(update={"proof": known.key.sign(registration(fresh)).hex()})
    in_turn(office, session, lambda: (_registering(office, act), None))
    return found_key(directory(office).accounts[account.id], act.credential)


def _registering(office: Office, act: SecurityKeyRegistered) -> list[tuple[Act, str]]:
    """The act, if its name and id are new as things stand, under the id that only the next registration can take."""
    counted = sum(1 for _ in office.acts((SecurityKeyRegistered.type,)))
    name = next_id(office.ledger, "security-key-registration", counted)  # first: what comes now takes it
    _refuse_name(directory(office).accounts[act.account], act.name)
    _refuse_credential(office, act.credential)
    return [(act, name)]


def _refuse_name(account: Account, name: str) -> None:
    if any(one.name == name for one in account.security_keys):
        raise AuthorityError(f"{account.id} has a security key '{name}' already", mend="give it another name")


def _refuse_credential(office: Office, credential: str) -> None:
    known = directory(office).accounts.values()
    if any(key.credential == credential for one in known for key in one.registered_keys):
        raise _unfit("it is registered already, or was once")


def ask_login(office: Office, account: str, secret: Secret) -> Question:
    """What to ask of the security keys of `account` to log in; it takes the password: no stranger learns of them.

    Raises AuthorityError as `login` does, and where the person has no security key.
    """
    return _asked(office, identify(office, account, secret, "login", coded=False).account, "login")


def ask_signing(office: Office, session: Session, shown: Shown | None = None) -> Question:
    """What to ask of the security keys of the session's person to sign what is `shown`, or to vouch for an act."""
    return _asked(office, present(office, session, "sign"), "signing", shown)


def ask_again(office: Office, session: Session) -> Question:
    """What to ask of them for anything about one's own account: another key or device, a removal, a new password."""
    return _asked(office, present(office, session, "use a security key"), "password")


def test_key(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """Put on record that a security key still works (21 CFR 11.300(e), paraphrase: tested periodically)."""
    account = present(office, session, "use a security key")
    stated("reason", why)
    if not account.security_keys:
        raise _none(account)
    identify(
        office, account.id, Secret(secret.password, "", secret.answer, secret.ask), "password", purpose="test"
    )


def remove_key(office: Office, session: Session, secret: Secret, key: str, *, why: str) -> None:
    """Let a security key of one's own (its name or id) open nothing any more; takes password and a second factor."""
    account = present(office, session, "remove a security key")
    stated("reason", why)
    gone = found_key(account, key)
    identify(office, account.id, secret, "password")
    put_by(office, session, _removed(account, gone, why))


def withdraw_key(office: Office, session: Session, account: str, key: str, *, why: str) -> None:
    """Let a security key of another person open nothing any more, as when it was lost. Raises AuthorityError."""
    authorise(office, session, "user.manage")
    distinct(office, session, "user.manage", {"is whom the key belongs to": account})
    stated("reason", why)
    one = existing(office, account)
    gone = found_key(one, key)
    words = f"the security key '{gone.name}' of {account} was withdrawn by {session.person}"
    alert = AlertRaised(about=account, words=words, why=why, urgency="information")
    put_together(
        office,
        session.person,
        [(_removed(one, gone, why), ""), (alert, "")],
        lest=partial(remains, office, session),
    )


def found_key(account: Account, key: str) -> SecurityKey:
    """The security key in force that has this name or id. AuthorityError where there is none."""
    for one in account.security_keys:
        if key in {one.name, one.credential}:
            return one
    mend = "list them: homeostat user key list"
    raise AuthorityError(f"{account.id} has no security key '{key}'", where=account.id, mend=mend)


def _asked(office: Office, account: Account, at: AskedAt, shown: Shown | None = None) -> Question:
    if not account.security_keys:
        raise _none(account)
    return question(office, account, at, shown)


def _none(account: Account) -> AuthorityError:
    mend = "register one: homeostat user key add"
    return AuthorityError("no security key is registered", where=account.id, mend=mend)


def _removed(account: Account, key: SecurityKey, why: str) -> SecurityKeyRemoved:
    change = Change(field="security key", old=key.name, new=None)
    return SecurityKeyRemoved(account=account.id, credential=key.credential, why=why, changes=(change,))


def _registered(office: Office, account: Account, response: Response) -> SecurityKeyRegistered:
    """What a new key says of itself, if it was asked; still without name and proof (WebAuthn section 7.1)."""
    asked = was_asked(office, account, response, "registration")
    if isinstance(asked, Wrong):
        raise _unfit(asked.words)
    fido = library(_READER)
    try:
        given = fido.RegistrationResponse.from_dict(response).response
        client, attestation = bytes(given.client_data), given.attestation_object
        said, made = attestation.auth_data, attestation.auth_data.credential_data
        key = public(made.public_key)
        credential = bytes(made.credential_id)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unfit("it cannot be read, or is of a kind that was not asked for") from error
    words = client_fault(client, asked) or authenticator_fault(bytes(said), asked.party)
    if words or not 0 < len(credential) <= _LONGEST:
        raise _unfit(words or "its id is too long")
    _refuse_credential(office, encoded(credential))
    return SecurityKeyRegistered(
        account=account.id,
        credential=encoded(credential),
        name="",
        public=key,
        counter=said.counter,
        asked=asked,
        client_data=encoded(client),
        attestation=encoded(bytes(attestation)),
        fingerprint="",
        proof="",
        why="",
    )


def _unfit(words: str) -> AuthorityError:
    return AuthorityError(f"the security key is not registered: {words}", mend="try again")
