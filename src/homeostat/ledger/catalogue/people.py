"""What is put on record about persons: accounts, credentials, sessions, training, reviews of access.

Every fact is an act: its event's actor is who did it, "unknown" where nobody could be identified. No secret is ever
part of a payload: of a password there is nothing, of a one-time code its SHA-256, of a key its public half.
"""

from typing import ClassVar, Literal

from homeostat.ledger.catalogue.base import Act, Vouched


class AccountEnrolled(Vouched):
    """A person has got an account; `verified` says how their identity was established.

    `invitation` is the SHA-256 of the one-time code that the person takes the account over with, until `expires`; an
    account that gets its password in the same transaction names the `fingerprint` of its key instead. One that `awaits`
    has no role until quality assurance has agreed; `founding` is said of the first persons of a site, and `vouching` of
    the very first: whatever is said about authority behind it counts with the signature of a person alone.
    """

    type: ClassVar[str] = "account.enrolled"
    account: str
    name: str
    roles: tuple[str, ...]
    demonstration: bool = False
    verified: str = ""
    invitation: str = ""
    expires: str = ""
    fingerprint: str = ""
    awaits: bool = False
    founding: bool = False
    vouching: bool = False


class AccountInvited(Vouched):
    """The person of an account that was never taken over has got another one-time code."""

    type: ClassVar[str] = "account.invited"
    account: str
    invitation: str
    expires: str


class RolesChanged(Vouched):
    """An account has other roles from now on; if the change `awaits`, once quality assurance has agreed."""

    type: ClassVar[str] = "roles.changed"
    account: str
    roles: tuple[str, ...]
    awaits: bool = False


class AccountAgreed(Vouched):
    """A person of quality assurance agrees that an account has these roles."""

    type: ClassVar[str] = "account.agreed"
    account: str
    roles: tuple[str, ...]


class AccountLocked(Act):
    """An account can do nothing until it is unlocked."""

    type: ClassVar[str] = "account.locked"
    account: str
    cause: Literal["attempts", "order"]


class AccountUnlocked(Act):
    """A locked account can be used again, by order or because its time was up; failed attempts count from nought."""

    type: ClassVar[str] = "account.unlocked"
    account: str
    cause: Literal["order", "time"] = "order"


class AccountRetired(Act):
    """An account has ended for good; its id is never given again."""

    type: ClassVar[str] = "account.retired"
    account: str


class CredentialSet(Act):
    """A person has set their password: from now on `public` (Ed25519, hex) is the key they sign with.

    `proof` shows that its owner did: the one-time code of the invitation, both codes of a reset (parted by a blank), or
    the signature (hex) of the key before. Without one it counts for nothing (`ledger/identity/proofs.py`).
    """

    type: ClassVar[str] = "credential.set"
    account: str
    public: str
    fingerprint: str
    expires: str = ""
    proof: str = ""


class CredentialRevoked(Act):
    """A key signs no more."""

    type: ClassVar[str] = "credential.revoked"
    account: str
    fingerprint: str


class ResetRequested(Vouched):
    """An administrator asks for a person to set a new password; `code` is the SHA-256 of their half of the proof."""

    type: ClassVar[str] = "reset.requested"
    account: str
    code: str
    expires: str


class ResetConfirmed(Vouched):
    """A second person agrees to a reset; `code` is the SHA-256 of the other half of the proof."""

    type: ClassVar[str] = "reset.confirmed"
    account: str
    code: str


class SessionOpened(Act):
    """A person has identified themselves. `counter` is the time step of the one-time code, if one was given."""

    type: ClassVar[str] = "session.opened"
    account: str
    session: str
    counter: int | None = None


class SessionClosed(Act):
    """A session has ended."""

    type: ClassVar[str] = "session.closed"
    account: str
    session: str
    cause: Literal["logout", "idle", "age", "clock", "credential", "account"]


class LoginRefused(Act):
    """Somebody could not identify themselves; `account` is "" where no such account is known."""

    type: ClassVar[str] = "login.refused"
    account: str
    at: Literal["login", "signing", "password", "invitation"]
    cause: Literal["unknown", "password", "code", "key", "state", "demonstration", "expired"]


GUESSES = frozenset({"password", "code", "key"})
"""Causes of a refusal that count as a failed attempt to identify: enough of them lock an account."""


class FailuresCleared(Act):
    """After failed attempts the right person identified themselves in their session: failures count from nought."""

    type: ClassVar[str] = "failures.cleared"
    account: str


class AccessRefused(Act):
    """An act was not permitted, or (cause "state") cannot be done as things stand; nothing was done."""

    type: ClassVar[str] = "access.refused"
    account: str
    permission: str
    cause: Literal["session", "account", "role", "training", "segregation", "state"]


class AlertRaised(Act):
    """Somebody has to know at once: the words say what and about whom."""

    type: ClassVar[str] = "alert.raised"
    about: str
    words: str
    urgency: Literal["urgent", "information"] = "urgent"


class AccountabilityAccepted(Act):
    """A person accepts to answer for what is signed in their name.

    `text` is the SHA-256 of the declaration as it was shown, `signature` (hex) was made over it with `fingerprint`.
    """

    type: ClassVar[str] = "accountability.accepted"
    account: str
    text: str
    fingerprint: str
    signature: str


class FactorEnrolled(Act):
    """An account identifies itself by a second factor as well, from now on."""

    type: ClassVar[str] = "factor.enrolled"
    account: str
    kind: Literal["totp"] = "totp"


class FactorUsed(Act):
    """A one-time code was spent (its time step is `counter`): at a signing, to test the device, to set a credential."""

    type: ClassVar[str] = "factor.used"
    account: str
    at: Literal["signing", "test", "credential"]
    counter: int


class FactorRemoved(Act):
    """An account has no second factor any more."""

    type: ClassVar[str] = "factor.removed"
    account: str


class TrainingRecorded(Act):
    """A person is qualified for a task (a name of `QUALIFICATIONS`, or a task that a recipe names) until `expires`."""

    type: ClassVar[str] = "training.recorded"
    account: str
    task: str
    evidence: str
    expires: str


class TrainingWithdrawn(Act):
    """A person is not qualified for a task any more."""

    type: ClassVar[str] = "training.withdrawn"
    account: str
    task: str


class AccessReported(Act):
    """All accounts and what they may do, as they were laid before somebody: `report` is what they sign for (JSON)."""

    type: ClassVar[str] = "access.reported"
    review: str
    report: str


class AccessPolicySet(Vouched):
    """How long sessions and passwords last, how many failures lock an account and for how long, from now on."""

    type: ClassVar[str] = "policy.set"
    idle_minutes: int
    session_hours: int
    password_days: int
    attempts: int
    lock_minutes: int = 30
