"""Whatever anybody does with finished batches, in whatever order: only what the documentation allows comes about.

Random acts by random persons, right and wrong ones, over review, deviations, release, custody and definitions at once;
a model of plain values says what each has to do. Every refusal changes nothing, every act tells who, when, why, old and
new; after each step the site, opened anew, is as the model has it, and it verifies.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from . import scene
from .deviating import Grade
from .model import RELEASED
from .persons import PERSONS, fit
from .scene import BAD, GOOD
from .stories import LATE, Stories, pick

anybody, batches = st.sampled_from([*PERSONS]), st.sampled_from((GOOD, BAD))
number, sure, rarely = (
    st.integers(0, 10**6),
    st.integers(0, 4).map(bool),
    st.integers(0, 4).map(lambda n: not n),
)
grades: st.SearchStrategy[Grade] = st.sampled_from(("minor", "major", "critical"))


def able(permission: str) -> st.SearchStrategy[str]:
    """Anybody, but mostly somebody who may."""
    some = st.sampled_from(fit(permission))
    return st.one_of(some, some, some, anybody)


DONE = Counter[str]()
"""How often each act was done, of all stories."""


class Lifecycle(RuleBasedStateMachine):
    """Draws who does what; `Stories` judges it."""

    def __init__(self) -> None:
        super().__init__()
        self.acts = Stories()
        self.model = self.acts.model
        self.acts.compare()

    def teardown(self) -> None:
        self.acts.end()
        DONE.update(self.acts.done)

    def _exceptions(self, batch: str, number: int, *, unsaid: bool = True) -> tuple[str, ...]:
        one = self.model.batches[batch]
        names = [*((unsaid and one.unsaid) or one.exceptions)]
        return tuple(dict.fromkeys((pick(names, number), pick(names, number // 7))))

    def _deviation(self, number: int) -> str:
        """Any deviation, but mostly one that is open."""
        known = self.model.deviations
        living = [name for name, one in known.items() if not one.closed_by] if number % 5 else []
        return pick(living or [*known], number)

    def _container(self, number: int) -> str:
        known = self.model.containers
        living = [name for name, one in known.items() if one.phase == "in custody"] if number % 5 else []
        return pick(living or [*known], number)

    # the review

    @rule(who=able("record.review"), batch=batches)
    def begin(self, who: str, batch: str) -> None:
        self.acts.begin(who, batch)

    @rule(batch=batches, exceptional=st.booleans())
    def look(self, batch: str, exceptional: bool) -> None:
        self.acts.looks[batch] = self.acts.look(batch, exceptional=exceptional)

    @rule(who=able("record.review"), batch=batches, number=number)
    def accept(self, who: str, batch: str, number: int) -> None:
        self.acts.accept(who, batch, *self._exceptions(batch, number))

    @rule(who=able("record.review"), batch=batches, number=number, again=rarely, existing=st.booleans())
    def raise_deviation(self, who: str, batch: str, number: int, again: bool, existing: bool) -> None:
        name = self._deviation(number) if existing and self.model.deviations else ""
        self.acts.raise_for(who, batch, *self._exceptions(batch, number, unsaid=not again), existing=name)

    @rule(who=able("record.review"), batch=batches, right=sure, looked=st.booleans())
    def sign_review(self, who: str, batch: str, right: bool, looked: bool) -> None:
        look = self.acts.looks.get(batch) if looked else None
        self.acts.sign_review(who, batch, right=right, look=look)

    # deviations

    @rule(who=able("deviation.open"), batch=st.sampled_from(("", GOOD, BAD)), number=number, about=rarely)
    def open_deviation(self, who: str, batch: str, number: int, about: bool) -> None:
        exceptions = self._exceptions(pick((GOOD, BAD), number), number) if about else ()
        self.acts.open_deviation(who, batch, exceptions)

    @precondition(lambda self: self.model.requests)
    @rule(who=able("deviation.open"), number=number)
    def take_up(self, who: str, number: int) -> None:
        waiting = [name for name, one in self.model.requests.items() if not one.deviation]
        self.acts.take_up(who, pick(waiting if number % 5 and waiting else [*self.model.requests], number))

    @precondition(lambda self: self.model.deviations)
    @rule(who=able("deviation.assess"), number=number, grade=grades)
    def classify(self, who: str, number: int, grade: Grade) -> None:
        self.acts.classify(who, self._deviation(number), grade)

    @precondition(lambda self: self.model.deviations)
    @rule(who=able("deviation.assess"), number=number, explains=st.booleans())
    def investigate(self, who: str, number: int, explains: bool) -> None:
        (self.acts.explain if explains else self.acts.assess)(who, self._deviation(number))

    @precondition(lambda self: self.model.deviations)
    @rule(who=able("deviation.assess"), number=number, action=st.integers(0, 2))
    def act(self, who: str, number: int, action: int) -> None:
        name = self._deviation(number)
        self.acts.finish(who, name, action) if action else self.acts.plan(who, name)

    @precondition(lambda self: self.model.deviations)
    @rule(who=able("deviation.open"), number=number, batch=batches)
    def link(self, who: str, number: int, batch: str) -> None:
        name = self._deviation(number)
        of = self.model.deviations[name].batch if number % 4 else batch
        self.acts.link(who, name, self._exceptions(of or batch, number, unsaid=False))

    @precondition(lambda self: self.model.deviations)
    @rule(who=able("deviation.close"), number=number, right=sure)
    def close(self, who: str, number: int, right: bool) -> None:
        self.acts.close(who, self._deviation(number), right=right)

    # the release

    @rule(who=able("batch.release"), batch=batches, usual=sure, right=sure, looked=st.booleans())
    def release(self, who: str, batch: str, usual: bool, right: bool, looked: bool) -> None:
        look = self.acts.looks.get(batch) if looked else None
        exceptional = (batch == BAD) == usual
        self.acts.release(who, batch, exceptional=exceptional, right=right, look=look)

    @rule(who=able("batch.release"), batch=batches, meant=rarely, right=sure, looked=st.booleans())
    def reject(self, who: str, batch: str, meant: bool, right: bool, looked: bool) -> None:
        """Not so often that no batch would ever be released."""
        if meant or self.model.batches[batch].state != "open":
            look = self.acts.looks.get(batch) if looked else None
            self.acts.reject(who, batch, right=right, look=look)

    @rule(who=able("release.request"), batch=batches, right=sure, looked=rarely)
    def request(self, who: str, batch: str, right: bool, looked: bool) -> None:
        look = self.acts.looks.get(batch) if looked else None
        self.acts.ask(who, batch, "requested", exceptional=right, right=right, look=look)

    @rule(who=able("release.agree"), batch=batches, right=sure, looked=rarely)
    def agree(self, who: str, batch: str, right: bool, looked: bool) -> None:
        look = self.acts.looks.get(batch) if looked else None
        self.acts.ask(who, batch, "agreed", exceptional=True, right=right, look=look)

    @rule(
        who=able("record.review"),
        batch=batches,
        test=st.sampled_from(scene.TESTS[GOOD]),
        good=sure,
        right=sure,
    )
    def report(self, who: str, batch: str, test: str, good: bool, right: bool) -> None:
        self.acts.report(who, batch, test, "negative" if good else "positive", right=right)

    @rule(who=able("record.review"), batch=batches, meant=rarely)
    def recall(self, who: str, batch: str, meant: bool) -> None:
        if meant or self.model.batches[batch].state not in RELEASED:
            self.acts.recall(who, batch)

    # custody

    @precondition(lambda self: len(self.model.containers) < 6)
    @rule(who=able("custody.transfer"), batch=batches)
    def fill(self, who: str, batch: str) -> None:
        self.acts.fill(who, batch)

    @rule(who=able("deviation.open"), number=number, meant=rarely)
    def hold(self, who: str, number: int, meant: bool) -> None:
        name = self._container(number)
        if meant or self.model.containers[name].holders:
            self.acts.hold(who, name)

    @rule(who=able("deviation.close"), number=number, clear=sure, right=sure)
    def resolve(self, who: str, number: int, clear: bool, right: bool) -> None:
        held = [name for name, one in self.model.containers.items() if one.holders]
        name = pick(held, number) if number % 5 and held else self._container(number)
        self.acts.resolve(who, name, "cleared" if clear else "rejected", right=right)

    def _scan(self, name: str, number: int) -> str:
        """The label of the container, now and then another's."""
        return pick([*self.model.containers], number // 11) if number % 11 == 0 else name

    @rule(number=number, who=able("custody.transfer"), to=able("custody.transfer"), right=sure, own=sure)
    def offer(self, number: int, who: str, to: str, right: bool, own: bool) -> None:
        name = self._container(number)
        giver = self.model.containers[name].custodian if own else who
        self.acts.offer(giver, name, to, self._scan(name, number), second=bool(number % 13), right=right)

    @rule(number=number, who=able("custody.transfer"), right=sure, own=sure)
    def receive(self, number: int, who: str, right: bool, own: bool) -> None:
        offered = [name for name, one in self.model.containers.items() if one.offered]
        name = pick(offered, number) if offered and number % 5 else self._container(number)
        to = (own and self.model.containers[name].offered) or who
        self.acts.receive(to, name, self._scan(name, number), second=bool(number % 13), right=right)

    @rule(number=number, who=able("custody.transfer"), own=sure, early=rarely)
    def administer(self, number: int, who: str, own: bool, early: bool) -> None:
        name = self._container(number)
        one = self.model.containers[name]
        if early or self.model.batches[one.batch].state != "open":
            giver = one.custodian if own else who
            self.acts.administer(giver, name, self._scan(name, number), second=bool(number % 13))

    # definitions

    @rule(who=able("definition.author"), number=number, new=sure)
    def submit(self, who: str, number: int, new: bool) -> None:
        known = [*self.model.versions]
        self.acts.submit(who, f"1.0.{len(known)}" if new else pick(known, number))

    @rule(
        who=able("definition.review"),
        number=number,
        right=sure,
        word=st.sampled_from(("review", "reject", "approve", "approve")),
    )
    def judge(self, who: str, number: int, right: bool, word: str) -> None:
        version = pick([*self.model.versions][-2:] if number % 3 else [*self.model.versions], number)
        fitting = {"submitted": "review", "reviewed": "approve"}.get(self.model.definition(version), word)
        self.acts.judge(who, version, fitting if number % 4 else word, right=right)  # type: ignore[arg-type]

    @rule(who=able("definition.retire"), number=number, meant=rarely)
    def retire(self, who: str, number: int, meant: bool) -> None:
        version = pick([*self.model.versions], number)
        if meant or self.model.definition(version) == "retired":
            self.acts.retire(who, version)

    @rule(who=able("batch.start"), number=number)
    def start(self, who: str, number: int) -> None:
        self.acts.start(who, pick([*self.model.versions], number))

    # what comes from elsewhere

    @rule(batch=batches, kind=st.sampled_from([*LATE]), who=anybody, meant=rarely)
    def find_late(self, batch: str, kind: str, who: str, meant: bool) -> None:
        if meant and self.model.batches[batch].late < 3:
            self.acts.late(batch, kind, who)

    @precondition(lambda self: any(one.state != "open" for one in self.model.batches.values()))
    @rule(number=number, meant=rarely)
    def copy_a_signature(self, number: int, meant: bool) -> None:
        if meant:
            self.acts.copy_signature(number)

    @precondition(lambda self: self.model.unasked < 2)
    @rule(who=anybody, batch=batches, lets_go=sure)
    def sign_unasked(self, who: str, batch: str, lets_go: bool) -> None:
        self.acts.sign_unasked(who, batch, "released" if lets_go else "rejected")

    # what the right persons do next: without it hardly any story would come to its end

    @rule(number=number)
    def go_on(self, number: int) -> None:
        self.acts.go_on(pick((GOOD, BAD), number), number // 2)

    @rule(number=number)
    def go_further(self, number: int) -> None:
        self._go(number, 6)

    @rule(number=number)
    def go_on_with_a_version(self, number: int) -> None:
        self.acts.next_version(number)

    @rule(number=number)
    def go_to_another_hand(self, number: int) -> None:
        self.acts.hand_on(self._container(number), number)

    @rule(number=number)
    def go_to_the_end(self, number: int) -> None:
        self._go(number, 40)

    def _go(self, number: int, most: int) -> None:
        """So many acts of one batch, or until it is decided on."""
        batch = self.model.batches[pick((GOOD, BAD), number)]
        for place in range(most):
            if place > 6 and batch.state != "open":
                return
            self.acts.go_on(batch.name, number // 2 + place)
            self.acts.compare()

    @invariant()
    def the_site_opened_anew_is_as_the_model_has_it(self) -> None:
        self.acts.compare()


_HOW = {"deadline": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}
"""Each example is a whole story; to make a failing one shorter would take minutes."""
_ACTS = (
    "accept",
    "raise_for",
    "sign_review",
    "close",
    "ask",
    "release",
    "report",
    "administer",
    "judge",
)
"""What each of many stories would be empty without."""


def test_stories_of_finished_batches() -> None:
    run_state_machine_as_test(Lifecycle, settings=settings(max_examples=2, stateful_step_count=30, **_HOW))


@pytest.mark.drill
def test_thousands_of_acts_to_every_end() -> None:
    run_state_machine_as_test(Lifecycle, settings=settings(max_examples=50, stateful_step_count=80, **_HOW))
    assert all(DONE[act] > 10 for act in _ACTS), DONE
