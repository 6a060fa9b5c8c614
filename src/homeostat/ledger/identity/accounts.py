"""An account as the ledger's acts have made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

State: TypeAlias = Literal["invited", "active", "locked", "retired"]


@dataclass(frozen=True, slots=True)
class Key:
    """A person's public key (hex), in force from event `since` until event `until` (exclusive; None: it still is)."""

    public: str
    fingerprint: str
    since: int
    until: int | None = None

    def held(self, seq: int) -> bool:
        """Whether it was in force at event `seq`."""
        return self.since <= seq and (self.until is None or seq < self.until)


@dataclass(frozen=True, slots=True)
class SecurityKey:
    """A security key: id and public half (DER, hex), for which relying `party`, in force as a `Key` is.

    `registered` and `used` are stamps ("": never), `counter` is how many signatures it has told of, `back` are the
    events of answers that told of no more than one before them.
    """

    credential: str
    name: str
    public: str
    party: str
    since: int
    registered: str
    counter: int = 0
    used: str = ""
    until: int | None = None
    back: tuple[int, ...] = ()

    def held(self, seq: int) -> bool:
        """Whether it was in force at event `seq`."""
        return self.since < seq and (self.until is None or seq < self.until)


@dataclass(frozen=True, slots=True)
class Qualification:
    """That a person is trained for a task, until when (stamp), and what shows it."""

    task: str
    expires: str
    evidence: str
    by: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset under way: the SHA-256 of each half of the proof, and who gave it."""

    by: str
    code: str
    expires: str
    confirmed_by: str = ""
    confirmed_code: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account. Stamps are ISO 8601 with offset; `since` is when it came into its state.

    `fingerprint` names the key in force ("" while there is none), `locks` counts how often it was locked, `losses` how
    often a role or a qualification was taken from it (sessions of before are over), `password_expires` is "" for one
    that lasts, `totp` says that a device shows codes by time, `counter` which of its time steps was spent last,
    `factor_tested` when a second factor was tried last. `pending` are the roles that quality assurance has not agreed
    to yet, `first` the key that it was enrolled with, `tenures` the roles that were held, each set with the event from
    which on, `absences` the events from and until (exclusive; None: it still is) which it was locked.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    demonstration: bool
    verified: str
    enrolled: str
    since: str
    state: State = "invited"
    lock: str = ""
    locks: int = 0
    losses: int = 0
    invitation: str = ""
    invitation_expires: str = ""
    first: str = ""
    pending: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    password_expires: str = ""
    reset: Reset | None = None
    failures: int = 0
    refusals: int = 0
    totp: bool = False
    counter: int | None = None
    factor_tested: str = ""
    accepted: str = ""
    last_login: str = ""
    qualifications: Mapping[str, Qualification] = field(default_factory=dict)
    tenures: tuple[tuple[int, tuple[str, ...]], ...] = ()
    absences: tuple[tuple[int, int | None], ...] = ()
    registered_keys: tuple[SecurityKey, ...] = ()

    @property
    def security_keys(self) -> tuple[SecurityKey, ...]:
        """The security keys in force; `registered_keys` are those of before, too."""
        return tuple(one for one in self.registered_keys if one.until is None)

    @property
    def second_factor(self) -> bool:
        """Whether the password alone does not identify: there is a device that shows codes, or a security key."""
        return self.totp or bool(self.security_keys)

    @property
    def key(self) -> Key | None:
        """The key in force."""
        return self.keys[-1] if self.keys and self.keys[-1].until is None else None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key in force; "" where there is none."""
        return self.key.fingerprint if self.key else ""

    def roles_at(self, seq: int) -> tuple[str, ...]:
        """The roles that were held at event `seq`."""
        return next((roles for since, roles in reversed(self.tenures) if since <= seq), ())

    def locked_at(self, seq: int) -> bool:
        """Whether it was locked at event `seq`."""
        return any(since <= seq and (until is None or seq < until) for since, until in self.absences)

    def key_at(self, seq: int, fingerprint: str) -> Key | None:
        """The key with this fingerprint, if it was in force at event `seq`."""
        return next((key for key in self.keys if key.fingerprint == fingerprint and key.held(seq)), None)
