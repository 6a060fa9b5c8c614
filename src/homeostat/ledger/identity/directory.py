"""The directory: all accounts of a site as a fold over the ledger's acts about persons."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar, cast

from homeostat.ledger.catalogue import people as acts
from homeostat.ledger.catalogue import security_keys as held
from homeostat.ledger.catalogue.base import Act
from homeostat.ledger.event import Recorded
from homeostat.ledger.identity.accounts import Account, Key, Qualification, Reset, State
from homeostat.ledger.identity.parties import LOCAL, RelyingParty
from homeostat.ledger.identity.proofs import Unproved, unproved
from homeostat.ledger.identity.security_keys import registered, removed, used
from homeostat.ledger.identity.vouching import unvouched


@dataclass(frozen=True, slots=True)
class Policy:
    """How long sessions and passwords last (0 days: they do not expire), how many failures lock, and how long."""

    idle_minutes: int = 15
    session_hours: int = 12
    password_days: int = 180
    attempts: int = 5
    lock_minutes: int = 30


@dataclass(frozen=True)
class Directory:
    """Accounts by id in the order they were enrolled, policy and relying party in force, the last event taken in.

    `unproved` are the events that changed nothing because those whom it takes did not do them. `vouched` says that acts
    about authority count by a person's own signature alone: since the founding, or in a ledger that is older since the
    first policy that an administrator vouched for.
    """

    accounts: Mapping[str, Account] = field(default_factory=dict)
    policy: Policy = Policy()
    seq: int = 0
    unproved: tuple[Unproved, ...] = ()
    vouched: bool = False
    party: RelyingParty = LOCAL

    @classmethod
    def of(cls, events: Iterable[Recorded]) -> "Directory":
        """The directory after `events`; those that are not about persons are passed over."""
        return cls().after(events)

    def after(self, events: Iterable[Recorded]) -> "Directory":
        """This directory with further events taken in."""
        accounts, policy, seq, faults = dict(self.accounts), self.policy, self.seq, list(self.unproved)
        vouched, party = self.vouched, self.party
        for stored in events:
            seq = stored.seq
            act = _act(stored)
            if act is None:
                continue
            doubt = unvouched(accounts, stored.event, act)
            vouched = vouched or (isinstance(act, acts.AccessPolicySet) and not doubt)
            if vouched and doubt:
                faults.append(Unproved(seq, doubt))
            elif isinstance(act, acts.AccessPolicySet):
                policy = _policy(act)
            elif isinstance(act, held.RelyingPartySet):
                party = RelyingParty(act.id, act.origin)
            else:
                vouched = vouched or _begins(accounts, act)
                fault = _taken_in(accounts, act, stored, vouched=vouched)
                faults += [Unproved(seq, fault)] if fault else []
        return Directory(accounts, policy, seq, tuple(faults), vouched, party)

    def get(self, account: str) -> Account | None:
        """The account of this id."""
        return self.accounts.get(account)

    def active(self) -> list[Account]:
        """The accounts that can be used."""
        return [account for account in self.accounts.values() if account.state == "active"]


A = TypeVar("A", bound=Act)
_Change: TypeAlias = Callable[[Account, Act, Recorded], Account]
_CHANGES: dict[str, _Change] = {}


def _folds(kind: type[A]) -> Callable[[Callable[[Account, A, Recorded], Account]], _Change]:
    """Register how acts of a kind change the account they are about."""

    def register(change: Callable[[Account, A, Recorded], Account]) -> _Change:
        _CHANGES[kind.type] = cast(_Change, change)
        return _CHANGES[kind.type]

    return register


def _policy(act: acts.AccessPolicySet) -> Policy:
    return Policy(act.idle_minutes, act.session_hours, act.password_days, act.attempts, act.lock_minutes)


def _begins(accounts: Mapping[str, Account], act: Act) -> bool:
    """Whether a ledger begins with this founding, from which every account is to be traced."""
    return isinstance(act, acts.AccountEnrolled) and act.founding and act.vouching and not accounts


def _act(stored: Recorded) -> Act | None:
    kind = _KINDS.get(stored.event.type)
    if kind is None:
        return None
    try:
        return kind.model_validate(stored.event.data)
    except ValueError:  # it counts for nothing; `verify` names it
        return None


def _taken_in(accounts: dict[str, Account], act: Act, stored: Recorded, *, vouched: bool) -> str:
    """Let an act about an account change it; where it is not proved it changes nothing, and the fault is told.

    Where authority is `vouched` for, what adds to it awaits quality assurance whatever the act says of itself.
    """
    account = accounts.get(getattr(act, "account", ""))
    if isinstance(act, acts.AccountEnrolled):
        if account is not None:
            return f"enrols {account.id}, who was enrolled before"
        accounts[act.account] = _enrolled(act, stored, awaits=_awaits(accounts, act, vouched=vouched))
    elif account is not None:
        fault = unproved(accounts, account, act, stored.event.actor)
        if fault:
            return fault
        if vouched and isinstance(act, acts.RolesChanged) and not set(act.roles) <= set(account.roles):
            act = act.model_copy(update={"awaits": True})
        accounts[account.id] = _CHANGES[act.type](account, act, stored)
    elif isinstance(act, acts.CredentialSet):
        return f"sets a password key for {act.account}, who has no account"
    return ""


def _awaits(accounts: Mapping[str, Account], act: acts.AccountEnrolled, *, vouched: bool) -> bool:
    """Whether an account has no role until quality assurance agrees; only the founding needs nobody's agreement."""
    if vouched:
        quality = act.roles == ("quality assurance",) and not quality_known(accounts)
        return not (act.founding and (quality or not accounts))
    return act.awaits or (act.founding and "quality assurance" in act.roles and quality_known(accounts))


def quality_known(accounts: Mapping[str, Account]) -> bool:
    """Whether the site has, or had, or awaits a person of quality assurance: then its founding is over."""
    return any("quality assurance" in (*one.roles, *one.pending) for one in accounts.values())


def _enrolled(act: acts.AccountEnrolled, stored: Recorded, *, awaits: bool) -> Account:
    return Account(
        id=act.account,
        name=act.name,
        roles=() if awaits else act.roles,
        tenures=() if awaits else ((stored.seq, act.roles),),
        pending=act.roles if awaits else (),
        first=act.fingerprint,
        demonstration=act.demonstration,
        verified=act.verified,
        enrolled=stored.recorded,
        since=stored.recorded,
        invitation=act.invitation,
        invitation_expires=act.expires,
    )


@_folds(acts.AccountInvited)
def _invited(account: Account, act: acts.AccountInvited, stored: Recorded) -> Account:
    if account.keys:  # it was taken over
        return account
    return replace(account, invitation=act.invitation, invitation_expires=act.expires)


@_folds(acts.RolesChanged)
def _roles(account: Account, act: acts.RolesChanged, stored: Recorded) -> Account:
    return replace(account, pending=act.roles) if act.awaits else _with_roles(account, act.roles, stored)


@_folds(acts.AccountAgreed)
def _agreed(account: Account, act: acts.AccountAgreed, stored: Recorded) -> Account:
    if not act.roles or act.roles != account.pending:  # something else is asked for by now
        return account
    return _with_roles(account, act.roles, stored)


def _with_roles(account: Account, roles: tuple[str, ...], stored: Recorded) -> Account:
    losses = account.losses + (not set(account.roles) <= set(roles))
    tenures = (*account.tenures, (stored.seq, roles))
    return replace(account, roles=roles, pending=(), tenures=tenures, losses=losses)


@_folds(acts.AccountLocked)
def _locked(account: Account, act: acts.AccountLocked, stored: Recorded) -> Account:
    if account.state == "retired":
        return account
    absences = account.absences
    if account.state != "locked":
        absences = (*absences, (stored.seq, None))
    return replace(
        account,
        state="locked",
        lock=act.cause,
        locks=account.locks + 1,
        since=stored.recorded,
        absences=absences,
    )


@_folds(acts.AccountUnlocked)
def _unlocked(account: Account, act: acts.AccountUnlocked, stored: Recorded) -> Account:
    if account.state != "locked":
        return account
    state: State = "active" if account.key else "invited"
    *before, (since, _) = account.absences
    absences = (*before, (since, stored.seq))
    return replace(account, state=state, lock="", failures=0, since=stored.recorded, absences=absences)


@_folds(acts.AccountRetired)
def _retired(account: Account, act: acts.AccountRetired, stored: Recorded) -> Account:
    return replace(_revoked_keys(account, stored), state="retired", since=stored.recorded, reset=None)


@_folds(acts.CredentialSet)
def _credential(account: Account, act: acts.CredentialSet, stored: Recorded) -> Account:
    if account.state == "retired":
        return account
    key = Key(act.public, act.fingerprint, stored.seq)
    changed = _revoked_keys(account, stored)
    state = "active" if account.state == "invited" else account.state
    since = stored.recorded if state != account.state else account.since
    return replace(
        changed,
        keys=(*changed.keys, key),
        state=state,
        since=since,
        invitation="",
        password_expires=act.expires,
        reset=None,
        failures=0 if state == "active" else account.failures,
    )


@_folds(acts.CredentialRevoked)
def _revoked(account: Account, act: acts.CredentialRevoked, stored: Recorded) -> Account:
    return _revoked_keys(account, stored)


def _revoked_keys(account: Account, stored: Recorded) -> Account:
    keys = tuple(key if key.until is not None else replace(key, until=stored.seq) for key in account.keys)
    return replace(account, keys=keys)


@_folds(acts.ResetRequested)
def _reset(account: Account, act: acts.ResetRequested, stored: Recorded) -> Account:
    return replace(account, reset=Reset(stored.event.actor, act.code, act.expires))


@_folds(acts.ResetConfirmed)
def _confirmed(account: Account, act: acts.ResetConfirmed, stored: Recorded) -> Account:
    if account.reset is None:
        return account
    changed = replace(account.reset, confirmed_by=stored.event.actor, confirmed_code=act.code)
    return replace(account, reset=changed)


@_folds(acts.SessionOpened)
def _opened(account: Account, act: acts.SessionOpened, stored: Recorded) -> Account:
    failures = account.failures if account.state == "locked" else 0
    changed = replace(account, failures=failures, last_login=stored.recorded)
    return changed if act.counter is None else _spent(changed, act.counter)


@_folds(acts.LoginRefused)
def _refused(account: Account, act: acts.LoginRefused, stored: Recorded) -> Account:
    guess = act.cause in acts.GUESSES
    return replace(account, failures=account.failures + guess, refusals=account.refusals + 1)


@_folds(acts.FailuresCleared)
def _cleared(account: Account, act: acts.FailuresCleared, stored: Recorded) -> Account:
    return account if account.state == "locked" else replace(account, failures=0)


@_folds(acts.AccountabilityAccepted)
def _accepted(account: Account, act: acts.AccountabilityAccepted, stored: Recorded) -> Account:
    return replace(account, accepted=act.text)


@_folds(acts.FactorEnrolled)
def _factor(account: Account, act: acts.FactorEnrolled, stored: Recorded) -> Account:
    return replace(account, totp=True, counter=None, factor_tested=stored.recorded)


@_folds(acts.FactorUsed)
def _used(account: Account, act: acts.FactorUsed, stored: Recorded) -> Account:
    tested = stored.recorded if act.at == "test" else account.factor_tested
    return replace(_spent(account, act.counter), factor_tested=tested)


def _spent(account: Account, counter: int) -> Account:
    return replace(account, counter=max(counter, account.counter or 0))


@_folds(acts.FactorRemoved)
def _removed(account: Account, act: acts.FactorRemoved, stored: Recorded) -> Account:
    return replace(account, totp=False, counter=None)


@_folds(acts.TrainingRecorded)
def _trained(account: Account, act: acts.TrainingRecorded, stored: Recorded) -> Account:
    qualified = Qualification(act.task, act.expires, act.evidence, stored.event.actor)
    return replace(account, qualifications={**account.qualifications, act.task: qualified})


@_folds(acts.TrainingWithdrawn)
def _withdrawn(account: Account, act: acts.TrainingWithdrawn, stored: Recorded) -> Account:
    old = account.qualifications.get(act.task)
    if old is None or old.withdrawn:
        return account
    qualifications = {**account.qualifications, act.task: replace(old, withdrawn=True)}
    return replace(account, qualifications=qualifications, losses=account.losses + 1)


_folds(held.SecurityKeyRegistered)(registered)
_folds(held.SecurityKeyUsed)(used)
_folds(held.SecurityKeyRemoved)(removed)

_KINDS: Mapping[str, type[Act]] = {
    **{
        kind.type: kind
        for kind in (*vars(acts).values(), *vars(held).values())
        if isinstance(kind, type) and issubclass(kind, Act) and getattr(kind, "type", "") in _CHANGES
    },
    acts.AccountEnrolled.type: acts.AccountEnrolled,
    acts.AccessPolicySet.type: acts.AccessPolicySet,
    held.RelyingPartySet.type: held.RelyingPartySet,
}

TYPES: frozenset[str] = frozenset(_KINDS)
"""The types of events that the directory is folded from."""
