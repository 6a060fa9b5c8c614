"""Any course of custody: collect, split, pool, hand over, hold, use, in any order, right and wrong.

After every act: each container resolves to exactly one chain of identity and all its donations; exactly one custodian
at each moment; no identifier was given twice; the book read anew equals the book that was kept up to date.
"""

import shutil
import tempfile
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from homeostat.errors import AuthorityError
from homeostat.governance.custody import (
    Book,
    MismatchError,
    bind,
    fill,
    hand_overs,
    hold,
    pool,
    resolve,
    split,
)
from homeostat.governance.custody.book import ENTRIES
from homeostat.governance.demonstration import SECRET
from homeostat.site import Site

from .custody_scene import FIRST, HEAD, QA, SECOND, Scene, scene

PATIENTS = ("P-1", "P-2", "P-3")
PERSONS = st.sampled_from((FIRST, SECOND, HEAD))
ANY = st.integers(0, 10**6)


class Custody(RuleBasedStateMachine):
    """A site at work; a model beside it that knows only sets: whose cells are in which container, and who has it."""

    identities = Bundle("identities")
    containers = Bundle("containers")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.work: Scene
        self.kept = Book()
        self.read = 0
        self.cells: dict[str, tuple[str, frozenset[str]]] = {}
        self.holder: dict[str, str] = {}
        self.offered: dict[str, str] = {}
        self.held: set[str] = set()
        self.given: list[str] = []

    @initialize(target=identities)
    def begin(self) -> object:
        self.work = self.stack.enter_context(scene(self.folder / "site"))
        return multiple(*(self._issued(code) for code in PATIENTS[:2]))

    def _issued(self, patient: str) -> str:
        name = self.work.issued(patient)
        self.given.append(name)
        return name

    def _may(self, person: str, *names: str) -> bool:
        return all(self.holder.get(name) == person and name not in self.held for name in names)

    def _patient(self, container: str) -> str:
        return self.work.book.identities[self.cells[container][0]].patient

    def _made(self, name: str, identity: str, donations: frozenset[str], person: str) -> str:
        assert name not in self.given
        self.given.append(name)
        self.cells[name], self.holder[name] = (identity, donations), person
        return name

    def _gone(self, *names: str) -> None:
        for name in names:
            del self.holder[name]
            self.offered.pop(name, None)

    @rule(target=containers, identity=identities, by=PERSONS)
    def collect(self, identity: str, by: str) -> str:
        bag = self.work.collected(identity, self.work.book.identities[identity].patient, by=by)
        (donation,) = self.work.book.containers[bag].donations
        assert donation not in self.given
        self.given.append(donation)
        return self._made(bag, identity, frozenset((donation,)), by)

    @rule(target=containers, bag=containers, parts=st.integers(2, 3), by=PERSONS)
    def split(self, bag: str, parts: int, by: str) -> object:
        allowed = self._may(by, bag)
        try:
            act = split(self.work.office, self.work[by], bag, parts, vessel="tube", why="split")
        except AuthorityError:
            assert not allowed
            return multiple()
        assert allowed
        self._gone(bag)
        return multiple(*(self._made(one.container, *self.cells[bag], by) for one in act.parts))

    @rule(target=containers, first=containers, second=containers, by=PERSONS)
    def pool(self, first: str, second: str, by: str) -> object:
        one = first != second and self.cells[first][0] == self.cells[second][0]
        book = self.work.book
        near = book.containers[first].place == book.containers[second].place
        allowed = one and near and self._may(by, first, second)
        try:
            act = pool(self.work.office, self.work[by], (first, second), why="pool")
        except AuthorityError:
            assert not allowed
            return multiple()
        assert allowed
        self._gone(first, second)
        (identity, some), (_, more) = self.cells[first], self.cells[second]
        return self._made(act.into, identity, some | more, by)

    @rule(bag=containers, other=containers, giver=PERSONS, to=PERSONS, wrong=st.sampled_from((0, 0, 0, 1, 2)))
    def offer(self, bag: str, other: str, giver: str, to: str, wrong: int) -> None:
        scan = other if wrong == 1 else bag
        second = "P-9" if wrong == 2 else self._patient(bag)
        allowed = self._may(giver, bag) and giver != to
        try:
            self.work.offered(bag, giver, to, scan=scan, second=second)
        except MismatchError:
            assert allowed
            assert scan != bag or wrong == 2
            self._stopped(bag, scan)
        except AuthorityError:
            assert not allowed
        else:
            assert allowed
            assert scan == bag
            self.offered[bag] = to

    @rule(bag=containers, other=containers, to=PERSONS, wrong=st.sampled_from((0, 0, 0, 1)))
    def receive(self, bag: str, other: str, to: str, wrong: int) -> None:
        scan = other if wrong else bag
        allowed = self.offered.get(bag) == to and bag not in self.held
        try:
            self.work.received(bag, to, scan=scan, second=self._patient(bag))
        except MismatchError:
            assert allowed
            assert scan != bag
            self._stopped(bag, scan)
        except AuthorityError:
            assert not allowed
        else:
            assert allowed
            assert scan == bag
            self.holder[bag] = to
            del self.offered[bag]

    def _stopped(self, *names: str) -> None:
        for name in names:
            if name in self.holder:
                self.held.add(name)
                self.offered.pop(name, None)

    @rule(bag=containers)
    def hold(self, bag: str) -> None:
        allowed = bag in self.holder and bag not in self.held
        try:
            hold(self.work.office, self.work[HEAD], bag, why="doubt")
        except AuthorityError:
            assert not allowed
        else:
            assert allowed
            self._stopped(bag)

    @rule(bag=containers, clear=st.booleans())
    def resolve(self, bag: str, clear: bool) -> None:
        outcome = "cleared" if clear else "rejected"
        try:
            resolve(self.work.office, self.work[QA], SECRET, bag, outcome, why="looked into")  # type: ignore[arg-type]
        except AuthorityError:
            assert bag not in self.held
        else:
            self.held.remove(bag)
            if not clear:
                self._gone(bag)

    @rule(target=containers, bag=containers, by=PERSONS, number=st.integers(1, 2))
    def through_a_batch(self, bag: str, by: str, number: int) -> object:
        batch = f"B{number}"
        bound = self.work.book.bound.get(batch)
        allowed = self._may(by, bag) and (bound is None or bound.identity == self.cells[bag][0])
        try:
            bind(self.work.office, self.work[by], batch, bag, scan=bag, second=self._patient(bag), why="use")
        except AuthorityError:
            assert not allowed
            return multiple()
        assert allowed
        self._gone(bag)
        inputs = self.work.book.bound[batch].containers
        act = fill(self.work.office, self.work[by], batch, place="room", logger="TL", why="harvest")
        union = frozenset(one for name in inputs for one in self.cells[name][1])
        return self._made(act.container, self.cells[bag][0], union, by)

    def _caught_up(self) -> Book:
        """The book that is kept up to date, one entry after another."""
        if self.given:
            for recorded in self.work.office.ledger.events(types=ENTRIES, after=self.read):
                self.kept.apply(recorded)
                self.read = recorded.seq
        return self.kept

    @invariant()
    def refolding_gives_the_running_state(self) -> None:
        assert not self.given or self._caught_up() == self.work.book

    @invariant()
    def each_container_is_of_one_chain_of_identity_and_knows_all_its_donations(self) -> None:
        for name, container in self._caught_up().containers.items():
            identity, donations = self.cells[name]
            assert container.identity == identity
            assert set(container.donations) == donations
            assert {self.kept.donations[one] for one in donations} == {identity}

    @invariant()
    def each_container_has_exactly_one_custodian(self) -> None:
        book = self._caught_up()
        assert {one.id: one.custodian for one in book.leaves()} == self.holder
        assert {one.id for one in book.leaves() if one.held} == self.held
        for container in book.containers.values():
            spells = container.spells
            assert all(before.until == after.since for before, after in pairwise(spells))
            assert all(one.since < one.until for one in spells[:-1])
            assert (spells[-1].until == "") == (container.phase == "in custody")

    @invariant()
    def no_identifier_is_given_twice(self) -> None:
        assert len(set(self.given)) == len(self.given)

    def teardown(self) -> None:
        for name, container in self.kept.containers.items():
            whole = [one.number for one in hand_overs(self.work.office.ledger, name) if one.whole]
            assert [one.hand_over for one in container.spells[1:]] == whole
        self.stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_COURSES = settings(
    max_examples=6, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_site_opened_again_continues_its_numbers(tmp_path: Path) -> None:
    made = list[str]()
    for _ in range(3):
        with scene(tmp_path / "site") as work:
            made.append(work.issued())
            made.append(work.collected(made[-1]))
    assert len(set(made)) == 6
    with Site.open(tmp_path / "site").reading() as (ledger, _):
        assert len(Book.of(ledger).containers) == 3


class TestCustody(Custody.TestCase):
    """A few courses."""

    settings = _COURSES


@pytest.mark.drill
class TestCustodyForManyCourses(Custody.TestCase):
    """Many courses."""

    settings = settings(_COURSES, max_examples=60)
