"""What happens beside the acts of persons, and what the right persons would do next."""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, TypeVar

from homeostat.governance.signing import Subject
from homeostat.ledger import Event
from homeostat.ledger.catalogue import CommandGiven
from homeostat.validation.own_key import round_the_back
from homeostat.validation.small_batch import counted

from . import scene
from .defining import Defining
from .model import RELEASED, Batch
from .persons import fit, holds
from .scene import BAD, GOOD

T = TypeVar("T")
LATE = ("command", "result", "device")
"""What only an execution puts on record, and somebody with the site's key may add when the batch has ended."""


def pick(things: Sequence[T], number: int) -> T:
    """One of them."""
    return things[number % len(things)]


def in_turn(permission: str, but: Collection[str], number: int, act: Callable[[str], None]) -> None:
    """Whoever may, but not here, tries it, and is refused; then one of the others does it, where there is one."""
    for who in (one for one in fit(permission) if one in but):
        act(who)
    others = [one for one in fit(permission) if one not in but]
    if others:
        act(pick(others, number))


class Stories(Defining):
    """Acts, late findings, copied signatures, and the way to a release."""

    def late(self, batch: str, kind: str, who: str) -> None:
        """An intruder with the site's key lets engine, person or laboratory tell more of a batch that has ended.

        It counts for nothing, is found, and stops every release.
        """
        one = self.model.batches[batch]
        one.late += 1
        self.model.misplaced.append(batch)
        told = {
            "command": CommandGiven(command="resume", reason="told late", by=who),
            "result": counted(2.7 + 0.1 * one.late),
            "device": scene.unanswered(2.0 + one.late),
        }
        actor = who if kind == "command" else "scan"
        self.outside(batch, told[kind], f"{batch}/late/{one.late}", actor, 5 + one.late)

    def copy_signature(self, number: int) -> None:
        """An intruder with the site's key copies a person's signature: to another record, batch, or once more."""
        given = list(self.office.ledger.events(types=("record.signed",)))
        event = pick(given, number // 3).event
        data, batch = dict(event.data), event.batch
        other = BAD if event.batch == GOOD else GOOD
        if number % 3 == 0:
            batch = other
        elif number % 3 == 1:
            batch, data["batch"] = other, other
            data["subject"] = other if data["kind"] in {"review", "certificate"} else self._like(data["kind"])
        self.model.forged += 1
        name = f"signature/copy{self.model.forged}"
        self.office.ledger.append(Event(name, event.type, batch, 0, event.actor, data))
        self.office.ledger.commit()
        self.news()

    def sign_unasked(self, who: str, batch: str, meaning: Literal["released", "rejected"]) -> None:
        """Somebody without the role decides on a batch past `sign`, by their own key: one exception of it, no more."""
        if holds(who, "batch.release"):
            return
        about = Subject("certificate", batch, b"what was not shown", batch)
        session = self.desk.sessions[who]
        round_the_back(self.office, session, scene.secret(who), about, meaning)
        self.news()
        self.model.failures[who] = 0
        self.model.unasked += 1
        self.model.batches[batch].coming.append(("unsigned step", "major", ""))

    def _like(self, kind: object) -> str:
        """The last record of a kind: it may be the one that was signed, too."""
        if kind == "definition":
            return f"process/scene/{[*self.model.versions][-1]}"
        return [*self.model.deviations, "DEV-0001"][-1]

    def go_on(self, batch: str, number: int) -> None:
        """What the right person does next, so that the batch comes to its end."""
        one = self.model.batches[batch]
        if one.state != "open":
            self._after(one, number)
            return
        asked = [name for name, it in self.model.requests.items() if it.batch == batch and not it.deviation]
        open_ones = [name for name, it in self.model.of(batch).items() if not it.closed_by]
        held = [name for name, it in self.model.containers.items() if it.batch == batch and it.holders]
        if asked:
            self.take_up(pick(fit("deviation.open"), number), asked[0])
        elif open_ones:
            self._settle(open_ones[0], number)
        elif held:
            holders = self.model.containers[held[0]].holders
            in_turn("deviation.close", [*holders], number, lambda who: self.resolve(who, held[0], "cleared"))
        elif one.unsaid:
            self._dispose(one, one.unsaid[0], number)
        elif self.model.review(one)[0] != "reviewed":
            in_turn("record.review", one.performers, number, lambda who: self.sign_review(who, batch))
        else:
            self._let_go(one, number)

    def _dispose(self, one: Batch, name: str, number: int) -> None:
        act = self.raise_for if one.exceptions[name][0] == "critical" else self.accept
        in_turn("record.review", one.performers, number, lambda who: act(who, one.name, name))

    def _settle(self, name: str, number: int) -> None:
        """A deviation gets what it lacks, and is closed by another."""
        one = self.model.deviations[name]
        judge = pick(fit("deviation.assess"), number)
        if one.classification is None:
            self.classify(judge, name, pick(("minor", "major", "critical"), number))
        elif not one.impact:
            self.assess(judge, name)
        elif not one.cause:
            self.explain(judge, name)
        elif not one.ready:
            self.plan(judge, name)
        else:
            in_turn("deviation.close", one.judges, number, lambda who: self.close(who, name))

    def _let_go(self, one: Batch, number: int) -> None:
        """The signatures of a release, each by another person."""
        against = [*self.model.against(one, exceptional=one.name == BAD)]
        parts = {person for person, _, _ in one.asked} | {person for _, person in one.signed}
        agreed = {person for person, said, _ in one.asked if said == "agreed"}
        if "nobody requested" in against:
            in_turn("release.request", agreed, number, lambda who: self._ask(who, one, "requested"))
        elif "nobody agreed" in against:
            requested = {person for person, said, _ in one.asked if said == "requested"}
            in_turn("release.agree", requested, number, lambda who: self._ask(who, one, "agreed"))
        else:
            exceptional = one.name == BAD
            in_turn(
                "batch.release",
                parts,
                number,
                lambda who: self.release(who, one.name, exceptional=exceptional),
            )

    def _ask(self, who: str, one: Batch, meaning: Literal["requested", "agreed"]) -> None:
        self.ask(who, one.name, meaning, exceptional=True)

    def next_version(self, number: int) -> None:
        """The version that was handed in last is reviewed and approved by others, or there is another one."""
        version = [*self.model.versions][-1]
        author, state = {self.model.versions[version].author}, self.model.definition(version)
        if state == "submitted":
            in_turn("definition.review", author, number, lambda who: self.judge(who, version, "review"))
        elif state == "reviewed":
            in_turn("definition.approve", author, number, lambda who: self.judge(who, version, "approve"))
        else:
            self.submit(pick(fit("definition.author"), number), f"1.0.{len(self.model.versions)}")

    def hand_on(self, name: str, number: int) -> None:
        """A container goes to another custodian, by two acts."""
        one = self.model.containers[name]
        if one.offered:
            self.receive(one.offered, name, name)
        else:
            self.offer(one.custodian, name, pick(fit("custody.transfer"), number), name)

    def _after(self, one: Batch, number: int) -> None:
        """Tests are reported, and the product is given; now and then where it must not be."""
        due = [test for test, outcome in one.pending.items() if not outcome]
        living = [
            name
            for name, it in self.model.containers.items()
            if (it.batch, it.phase, it.holders) == (one.name, "in custody", [])
        ]
        if due and number % 2:
            outcome = "negative" if number % 5 else "positive"
            self.report(pick(fit("record.review"), number), one.name, due[0], outcome)  # type: ignore[arg-type]
        elif living and (one.state in RELEASED or number % 3 == 0):
            name = pick(living, number)
            self.administer(self.model.containers[name].custodian, name, name)
