"""Random commands by random persons, right and wrong ones: only what the rules allow happens, and all of it is told."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pytest import MonkeyPatch

from homeostat.errors import AuthorityError
from homeostat.governance import Office, Session, people
from homeostat.governance.authority import authorise
from homeostat.governance.known import directory
from homeostat.governance.people import Secret
from homeostat.governance.sessions import Sessions
from homeostat.ledger import PublicKey, Recorded, verify_ledger
from homeostat.ledger.catalogue import Act, payload
from homeostat.ledger.identity import Directory, Permission, passwords, permitted
from homeostat.ledger.identity.qualifications import QUALIFICATIONS
from homeostat.site import Site

IDS = ("ada", "berta", "carl", "dora", "emil")
ROLES = (
    ("administrator",),
    ("operator",),
    ("supervisor",),
    ("quality assurance",),
    ("operator", "supervisor"),
    ("administrator", "operator"),  # for two persons
    ("pilot",),  # no role
)
GOOD_ROLES = ROLES[:5]
PERMISSIONS: tuple[Permission, ...] = (
    "step.perform",
    "user.manage",
    "user.review",
    "user.agree",
    "user.train",
    "deviation.open",
)
WAITS = (2, 2, 2, 2, 6, 16, 31, 800)  # minutes; no sum of them is just the 15 of idleness

ids, roles, sure = st.sampled_from(IDS), st.sampled_from(ROLES), st.integers(0, 3).map(bool)
which = st.integers(0, 30)


@dataclass
class Person:
    """What the rules say about an account."""

    roles: tuple[str, ...]
    state: str
    password: str = ""
    keys: int = 0
    failures: int = 0
    accepted: bool = False
    code: str = ""
    halves: list[str] = field(default_factory=list)
    asked_by: str = ""
    trained: int | None = None
    pending: tuple[str, ...] = ()
    ordered: bool = False
    locked_at: int = 0


@dataclass
class Open:
    """What the rules say about a session. Minutes since the start."""

    session: Session
    keys: int
    opened: int
    used: int
    over: bool = False


class People(RuleBasedStateMachine):
    """The rules in plain words beside the system: both must agree after every command."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = MonkeyPatch()
        self.patch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))
        self.folder = Path(tempfile.mkdtemp(prefix="people"))
        self.minutes, ticks, names = 0, count(), count()
        start = datetime(2026, 3, 1, tzinfo=UTC)

        def clock() -> str:
            return (start + timedelta(minutes=self.minutes, microseconds=next(ticks))).isoformat()

        self.entered = Office.open(Site.create(self.folder / "site", "gmp"), clock, lambda: f"n{next(names)}")
        self.office = self.entered.__enter__()
        self.words = count()
        self.persons: dict[str, Person] = {}
        self.sessions: list[Open] = []
        self._found()

    def _found(self) -> None:
        """One administrator and one of quality assurance are there from the start."""
        first = self._word()
        people.found(self.office, "ada", "Ada", Secret(first), verified="passport", why="founded")
        self.persons["ada"] = Person(("administrator",), "active", first, 1)
        self._login("ada", right=True)
        for account, role in (("berta", "quality assurance"), ("carl", "administrator")):
            self.enrol(0, account, (role,))
            if account == "carl":
                self.agree(0, account)
            self.activate(account, right=True)
            self._login(account, right=True)

    def _word(self) -> str:
        return f"nine green hills {next(self.words)}"

    def teardown(self) -> None:
        """The whole story once more, from the first event."""
        site, events = self.office.site, [*self.office.ledger.events()]
        assert Directory.of(events).accounts == directory(self.office).accounts
        assert not directory(self.office).unproved
        for stored in events:
            act = payload(stored.event.type, stored.event.data)
            assert isinstance(act, Act)
            assert stored.event.actor
            assert act.why
            assert datetime.fromisoformat(stored.recorded).utcoffset() is not None
        self._each_change_goes_on_from_the_one_before(events)
        self.entered.__exit__(None, None, None)
        check = verify_ledger(site.ledger_path, public_key=PublicKey.load(site.keys), heads=site.heads_file)
        assert check.ok
        shutil.rmtree(self.folder)
        self.patch.undo()

    @staticmethod
    def _each_change_goes_on_from_the_one_before(events: list[Recorded]) -> None:
        stands: dict[tuple[object, str], object] = {}
        for stored in events:
            act = payload(stored.event.type, stored.event.data)
            assert isinstance(act, Act)
            for change in act.changes:
                if change.field == "roles":
                    thing = stored.event.data["account"], change.field
                    assert stands.get(thing) == change.old
                    stands[thing] = change.new

    # the rules in words

    def _alive(self, one: Open) -> bool:
        person = self.persons[one.session.person]
        late = self.minutes - one.used > 15 or self.minutes - one.opened >= 720
        alive = not one.over and not late and person.state == "active" and person.keys == one.keys
        one.over = not alive
        return alive

    def _use(self, one: Open) -> bool:
        alive = self._alive(one)
        if alive:
            one.used = self.minutes
        return alive

    def _may(self, one: Open, permission: Permission) -> bool:
        if not self._use(one):
            return False
        person = self.persons[one.session.person]
        granted = permitted(person.roles, permission)
        trained = person.trained is not None and self.minutes < person.trained
        return granted and (permission not in QUALIFICATIONS or trained)

    def _one(self, number: int, *wanted: str) -> Open:
        """Any session, but mostly one that is alive, of a person with a wanted role."""
        living = [one for one in self.sessions if self._alive(one)] if number % 4 else []
        fit = [one for one in living if set(wanted) & set(self.persons[one.session.person].roles)]
        found = fit or living or self.sessions
        return found[number % len(found)]

    def _judged(self, allowed: bool, act: Callable[[], object]) -> object:
        """Do it: it must be refused just where the rules say so."""
        try:
            found = act()
        except AuthorityError as error:
            assert not allowed, f"refused, but allowed: {error}"
            return None
        assert allowed, "done, but not allowed"
        return found

    def _mine(self, one: Open) -> Secret:
        return Secret(self.persons[one.session.person].password)

    def _vouched(self, one: Open, allowed: bool, act: Callable[[], object]) -> object:
        """What takes the actor's signature besides: they identify themselves, so failures count from nought."""
        found = self._judged(allowed, act)
        if allowed:
            self.persons[one.session.person].failures = 0
        return found

    def _failed(self, person: Person) -> None:
        person.failures += 1
        if person.failures >= 5 and person.state == "active":
            person.state, person.ordered, person.locked_at = "locked", False, self.minutes
            self._end_sessions(person)

    def _end_sessions(self, person: Person) -> None:
        """Who is locked comes back by logging in."""
        for one in self.sessions:
            one.over = one.over or self.persons[one.session.person] is person

    def _thawed(self, account: str) -> Person | None:
        """The person, whom failed attempts keep away for half an hour only."""
        person = self.persons.get(account)
        if (
            person
            and person.state == "locked"
            and not person.ordered
            and self.minutes >= person.locked_at + 30
        ):
            person.state, person.failures = "active", 0
        return person

    # commands

    @rule(minutes=st.sampled_from(WAITS))
    def wait(self, minutes: int) -> None:
        self.minutes += minutes

    @rule(by=which, account=ids, held=roles)
    def enrol(self, by: int, account: str, held: tuple[str, ...]) -> None:
        one = self._one(by, "administrator")
        allowed = self._may(one, "user.manage") and account not in self.persons and held in GOOD_ROLES
        code = self._vouched(
            one,
            allowed,
            lambda: people.enrol(
                self.office,
                one.session,
                self._mine(one),
                account,
                account.title(),
                held,
                verified="passport",
                why="hired",
            ),
        )
        if isinstance(code, str):
            founding = held == ("quality assurance",) and not any(
                "quality assurance" in (*it.roles, *it.pending) for it in self.persons.values()
            )
            agreed, pending = (held, ()) if founding else ((), held)
            self.persons[account] = Person(agreed, "invited", code=code, pending=pending)

    @rule(by=which, account=ids)
    def agree(self, by: int, account: str) -> None:
        one, person = self._one(by, "quality assurance"), self.persons.get(account)
        allowed = self._may(one, "user.agree") and one.session.person != account and person is not None
        allowed = allowed and person is not None and person.state != "retired" and bool(person.pending)
        self._vouched(
            one, allowed, lambda: people.agree(self.office, one.session, self._mine(one), account, why="seen")
        )
        if allowed and person:
            person.roles, person.pending = person.pending, ()

    @rule(account=ids, right=sure)
    def activate(self, account: str, right: bool) -> None:
        person = self.persons.get(account)
        code, word = person.code if person and right else "0000", self._word()
        allowed = person is not None and right and person.state == "invited" and bool(code)
        allowed = allowed and person is not None and bool(person.roles)
        if person and person.state == "invited" and self.minutes > 7 * 24 * 60:
            return  # codes run out; a test of its own shows it
        self._judged(allowed, lambda: people.activate(self.office, account, code, word, why="taken over"))
        if person and allowed:
            person.state, person.password, person.code, person.failures = "active", word, "", 0
            person.keys += 1

    @rule(account=ids, right=sure)
    def login(self, account: str, right: bool) -> None:
        self._login(account, right=right)

    @rule()
    def everybody_comes_back(self) -> None:
        for account in IDS[:3]:
            self._login(account, right=True)

    def _login(self, account: str, *, right: bool) -> None:
        person = self._thawed(account)
        word = person.password if person and right else "not the password"
        allowed = person is not None and person.state == "active" and right
        session = self._judged(allowed, lambda: people.login(self.office, account, Secret(word)))
        if isinstance(session, Session) and person:
            person.failures = 0
            self.sessions.append(Open(session, person.keys, self.minutes, self.minutes))
        elif person and person.state == "active":
            self._failed(person)

    @rule(number=which)
    def logout(self, number: int) -> None:
        if number % 5 == 0:
            one = self._one(number)
            people.logout(self.office, one.session)
            one.over = True

    @rule(number=which, permission=st.sampled_from(PERMISSIONS))
    def act(self, number: int, permission: Permission) -> None:
        one = self._one(number)
        allowed = self._may(one, permission)
        self._judged(allowed, lambda: authorise(self.office, one.session, permission))

    @rule(number=which, right=sure, accepting=st.booleans())
    def sign(self, number: int, right: bool, accepting: bool) -> None:
        one = self._one(number)
        person, alive = self.persons[one.session.person], self._use(one)
        secret = Secret(person.password if right else "not the password")
        if accepting:
            self._judged(alive and right, lambda: people.accept(self.office, one.session, secret, why="I do"))
        else:
            allowed = alive and right and person.accepted
            self._judged(allowed, lambda: people.reauthenticate(self.office, one.session, secret))
        if alive and right:
            person.failures, person.accepted = 0, person.accepted or accepting
        elif alive:
            self._failed(person)

    @rule(by=which, account=ids, held=roles)
    def change_roles(self, by: int, account: str, held: tuple[str, ...]) -> None:
        one, person = self._one(by, "administrator"), self.persons.get(account)
        allowed = self._keeps(one, account) and held in GOOD_ROLES
        allowed = allowed and ("quality assurance" in held or not self._last_of_quality(account))
        if person is not None and set(held) == set(person.roles):
            return
        self._vouched(
            one,
            allowed,
            lambda: people.change_roles(
                self.office, one.session, self._mine(one), account, held, why="moved"
            ),
        )
        if allowed and person and set(held) <= set(person.roles):
            person.roles, person.pending = held, ()
        elif allowed and person:
            person.pending = held

    def _last_of_quality(self, account: str) -> bool:
        """Whether nobody could agree to anything without this person."""
        there = [name for name, it in self.persons.items() if "quality assurance" in it.roles]
        return [name for name in there if self.persons[name].state != "retired"] == [account]

    def _keeps(self, one: Open, account: str) -> bool:
        """Whether a session's person may change this account: another's, that is not retired."""
        may, person = self._may(one, "user.manage"), self.persons.get(account)
        return may and one.session.person != account and person is not None and person.state != "retired"

    @rule(by=which, account=ids)
    def lock(self, by: int, account: str) -> None:
        one, person = self._one(by, "administrator"), self.persons.get(account)
        own = one.session.person == account
        keepers = [
            name for name, it in self.persons.items() if it.state == "active" and "administrator" in it.roles
        ]
        allowed = self._use(one) and keepers != [account] if own else self._keeps(one, account)
        allowed = allowed and person is not None and not (person.state == "locked" and person.ordered)
        self._judged(allowed, lambda: people.lock(self.office, one.session, account, why="on leave"))
        if allowed and person:
            person.state, person.ordered = "locked", True
            self._end_sessions(person)

    @rule(by=which, account=ids)
    def unlock(self, by: int, account: str) -> None:
        one, person = self._one(by, "administrator"), self.persons.get(account)
        allowed = self._keeps(one, account) and person is not None and person.state == "locked"
        self._judged(allowed, lambda: people.unlock(self.office, one.session, account, why="back"))
        if allowed and person:
            person.state, person.failures = "active" if person.keys else "invited", 0

    @precondition(lambda self: len(self.persons) > 4)
    @rule(by=which, account=st.sampled_from(IDS[3:]))
    def retire(self, by: int, account: str) -> None:
        one, person = self._one(by, "administrator"), self.persons.get(account)
        allowed = self._keeps(one, account) and not self._last_of_quality(account)
        self._judged(allowed, lambda: people.retire(self.office, one.session, account, why="left"))
        if allowed and person:
            person.state = "retired"

    @rule(account=ids, right=sure)
    def change_password(self, account: str, right: bool) -> None:
        person, word = self._thawed(account), self._word()
        old = Secret(person.password if person and right else "not the password")
        allowed = person is not None and person.state == "active" and right
        self._judged(
            allowed, lambda: people.change_password(self.office, account, old, word, why="it was seen")
        )
        if person and allowed:
            person.password, person.keys, person.failures = word, person.keys + 1, 0
            person.halves, person.asked_by = [], ""
        elif person and person.state == "active":
            self._failed(person)

    @rule(by=which, account=ids)
    def ask_for_reset(self, by: int, account: str) -> None:
        one, person = self._one(by, "administrator"), self.persons.get(account)
        allowed = self._keeps(one, account) and person is not None and bool(person.keys)
        half = self._vouched(
            one,
            allowed,
            lambda: people.request_reset(self.office, one.session, self._mine(one), account, why="forgotten"),
        )
        if person and isinstance(half, str):
            person.halves, person.asked_by = [half], one.session.person

    @rule(by=which, account=ids)
    def agree_to_reset(self, by: int, account: str) -> None:
        one, person = self._one(by, "quality assurance"), self.persons.get(account)
        allowed = self._may(one, "user.agree") and person is not None and person.state != "retired"
        allowed = allowed and person is not None and bool(person.halves)
        allowed = allowed and person is not None and one.session.person not in {person.asked_by, account}
        half = self._vouched(
            one,
            allowed,
            lambda: people.confirm_reset(self.office, one.session, self._mine(one), account, why="forgotten"),
        )
        if person and isinstance(half, str):
            person.halves = [person.halves[0], half]

    @rule(account=ids, right=sure)
    def complete_reset(self, account: str, right: bool) -> None:
        person, word = self.persons.get(account), self._word()
        halves = (*(person.halves if person and right else ()), "0", "0")[:2]
        allowed = person is not None and right and len(person.halves) == 2 and person.state != "retired"
        if self.minutes > 7 * 24 * 60:
            return  # proofs run out; a test of its own shows it
        self._judged(
            allowed,
            lambda: people.complete_reset(
                self.office, account, (halves[0], halves[1]), word, why="forgotten"
            ),
        )
        if person and allowed:
            person.password, person.keys, person.halves, person.asked_by = word, person.keys + 1, [], ""
            person.failures = 0 if person.state == "active" else person.failures

    @rule(by=which, account=ids, hours=st.integers(1, 48))
    def train(self, by: int, account: str, hours: int) -> None:
        one, person = self._one(by, "supervisor", "quality assurance"), self.persons.get(account)
        allowed = self._may(one, "user.train") and one.session.person != account and person is not None
        allowed = allowed and person is not None and person.state != "retired"
        until = (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=self.minutes + 60 * hours)).isoformat()
        self._judged(
            allowed,
            lambda: people.train(
                self.office, one.session, account, "execution", evidence="course", expires=until, why="yearly"
            ),
        )
        if allowed and person:
            person.trained = self.minutes + 60 * hours

    # what holds after every command

    @invariant()
    def the_ledger_says_what_the_rules_say(self) -> None:
        told = {
            name: (one.roles, one.pending, one.state, len(one.keys), one.failures, bool(one.accepted))
            for name, one in directory(self.office).accounts.items()
        }
        assert told == {
            name: (one.roles, one.pending, one.state, one.keys, one.failures, one.accepted)
            for name, one in self.persons.items()
        }

    @invariant()
    def one_person_can_always_keep_the_accounts(self) -> None:
        active = [one for one in self.persons.values() if one.state == "active"]
        locked = [one for one in self.persons.values() if one.state == "locked" and one.failures >= 5]
        assert locked or any("administrator" in one.roles for one in active)

    @invariant()
    def an_ended_session_leaves_nothing_to_go_on_with(self) -> None:
        store = Sessions(self.office.site)
        for one in self.sessions[-3:]:
            if not one.over:
                assert store.find(one.session.token) is not None


_STORIES = settings(
    max_examples=5,
    stateful_step_count=150,
    deadline=None,
    phases=[
        Phase.generate
    ],  # each example is a whole story; to make a failing one shorter would take minutes
    suppress_health_check=list(HealthCheck),
)


class TestPeople(People.TestCase):
    settings = _STORIES


@pytest.mark.drill
class TestPeopleForThousandsOfSteps(People.TestCase):
    settings = settings(_STORIES, max_examples=40)
