"""The ladder: from a fresh plan down to a safe hold, one rung at a time, and back up when its cause is over.

    plan just made -> plan made before (not older than is allowed) -> the loops by themselves -> safe hold

A pure fold: standing and facts in, next standing and outputs out. Nothing here computes a plan or waits for one; that a
plan came too late, or not at all, is a fact like any other, so that a replay takes the same rung.
"""

from dataclasses import dataclass, replace
from typing import Literal

from homeostat.control.supervisor.course import Course
from homeostat.control.supervisor.envelope import Envelope

Authority = Literal["advisory", "supervised", "autonomous"]
Rung = Literal["idle", "advice", "plan", "last plan", "loops", "hold"]
LOWER: dict[Authority, Authority] = {
    "autonomous": "supervised",
    "supervised": "advisory",
    "advisory": "advisory",
}
NOT_YET, UNDECIDED = "no plan yet", "a move waits for approval"
"""Why the loops are at work where nothing is wrong."""
REFUSED, EXPIRED = "the move was refused", "nobody approved in time"
"""Why a move that was proposed is not made."""
FAILURES = 3
"""Plans that fail in a row before the controller's authority falls by a step (assumption)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What was declared: how often a plan is due, how old one may be followed, how long an approval is waited for (µs).

    `envelopes` and `safe` (None: stay) hold one entry for each moved loop.
    """

    every: int
    age: int
    approval: int
    envelopes: tuple[Envelope, ...]
    safe: tuple[float | None, ...]

    @property
    def wait(self) -> int:
        """How long after it was made (µs) a plan can be approved: never once it is too old to be followed."""
        return min(self.approval, self.age)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A course that waits for a person until `expires` (µs), under a name that the approval refers to."""

    name: str
    course: Course
    expires: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What one scan knows: `engaged` by the recipe; why data cannot be relied on (`gate`), why equipment is not
    believed to do as told (`disobeys`); whether the loops have no reading (`blind`).

    `fresh` is the course of a plan that came in this scan, `failed` why none did, `approved` and `refused` the names of
    proposals that a person has decided on. `outputs` are those in force.
    """

    time: int
    engaged: bool
    outputs: tuple[float, ...]
    gate: str = ""
    disobeys: str = ""
    blind: bool = False
    fresh: Course | None = None
    failed: str = ""
    approved: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the controller stands: its authority, its rung and why, the course it may follow, and what waits.

    `moved` is when outputs were last taken from the course (µs), `goals` where those go that are not there yet (None:
    there), `failures` how many plans failed in a row.
    """

    authority: Authority
    rung: Rung = "idle"
    why: str = ""
    course: Course | None = None
    stale: str = ""
    proposal: Proposal | None = None
    failures: int = 0
    moved: int = -1
    goals: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The next standing; the `outputs` of the moved loops, None where the loops are left to themselves.

    Of a move that is made in this scan, `clamped` names for each output the clamp that changed it, and `allowed` is
    what it was changed to: where the output goes, at its rate.
    """

    standing: Standing
    outputs: tuple[float, ...] | None
    clamped: tuple[str, ...] = ()
    allowed: tuple[float, ...] = ()


def climb(rules: Rules, standing: Standing, facts: Facts) -> Decision:
    """The decision of one scan."""
    if not facts.engaged:
        return Decision(Standing(standing.authority), None)
    standing = _heard(rules, standing, facts)
    rung, why = _rung(rules, standing, facts)
    if (rung, why) != (standing.rung, standing.why):
        standing = replace(standing, rung=rung, why=why)
    if rung not in ("plan", "last plan") and standing.moved != -1:
        standing = replace(standing, moved=-1)  # whoever comes back to a course makes its move anew
    if rung in ("plan", "last plan") and standing.course is not None:
        return _follow(rules, standing, facts, standing.course)
    if rung == "hold":
        return Decision(standing, _safe(rules, facts))
    return Decision(standing, None)


def _heard(rules: Rules, standing: Standing, facts: Facts) -> Standing:
    """The standing after what came in: a person's word or the end of a wait for it, then a plan or its failure."""
    standing = _decided(rules, standing, facts)
    if facts.failed:
        return _failed(standing, facts)
    return standing if facts.fresh is None else _planned(rules, standing, facts.fresh)


def _decided(rules: Rules, standing: Standing, facts: Facts) -> Standing:
    """An approval lets one move through, that which was proposed: the first, however long the approval took.

    What the plan foresees after it is not approved, be it the end of the phase, unless that is proposed with the move;
    a plan too old to be followed cannot be approved.
    """
    waiting = standing.proposal
    if waiting is None:
        return standing
    over = lapsed(rules, waiting, facts.time)
    if facts.approved == waiting.name and not over:
        return replace(standing, course=waiting.course.first(rules.every), stale="", proposal=None)
    if facts.refused == waiting.name or over:
        stale = REFUSED if facts.refused == waiting.name else EXPIRED
        return replace(standing, proposal=None, stale=stale)
    return standing


def lapsed(rules: Rules, proposal: Proposal, time: int) -> bool:
    """Whether a proposal can be approved no more: its time is over, or its plan too old to be followed."""
    return time >= proposal.expires or proposal.course.age(time) > rules.age


def lowered(standing: Standing, authority: Authority, time: int) -> Standing:
    """The standing with another authority: who may not move by itself any more stays with the move it has made.

    Nor does it end the phase: that would be a move to come.
    """
    course = standing.course
    if authority != "autonomous" and course is not None:
        course = course.only(time)
    return replace(standing, authority=authority, course=course)


def _failed(standing: Standing, facts: Facts) -> Standing:
    failures = standing.failures + 1
    standing = replace(standing, stale=facts.failed, failures=failures)
    if failures % FAILURES:
        return standing
    return lowered(standing, LOWER[standing.authority], facts.time)


def _planned(rules: Rules, standing: Standing, fresh: Course) -> Standing:
    standing = replace(standing, failures=0)
    if standing.authority == "supervised":
        proposal = Proposal(str(fresh.made), fresh, fresh.made + rules.wait)
        overtaken = standing.proposal is not None  # nobody has decided on it
        return replace(standing, proposal=proposal, stale=EXPIRED if overtaken else "")
    return replace(standing, course=fresh, stale="", proposal=None)


def _rung(rules: Rules, standing: Standing, facts: Facts) -> tuple[Rung, str]:
    course, reason = standing.course, facts.gate or standing.stale
    if standing.authority == "advisory":  # it moves nothing, be it for safety: that is left to the loops
        return "advice", facts.disobeys or reason
    if facts.disobeys:
        return "hold", facts.disobeys
    if course is not None and course.age(facts.time) <= rules.age:
        late = course.age(facts.time) > 2 * rules.every
        reason = reason or (_awaited(standing, "no new plan came") if late else "")
        return ("last plan", reason) if reason else ("plan", "")
    old = f"the last plan is older than {rules.age / 3.6e9:g} h"
    reason = reason or _awaited(standing, NOT_YET if course is None else old)
    return ("hold", f"{reason}; no usable reading") if facts.blind else ("loops", reason)


def _awaited(standing: Standing, otherwise: str) -> str:
    """Why no plan of today is followed: one waits for a person, or another reason."""
    return otherwise if standing.proposal is None else UNDECIDED


def _safe(rules: Rules, facts: Facts) -> tuple[float, ...]:
    """On the way to the safe outputs, or those in force; within the envelope in either case."""
    held = zip(rules.envelopes, facts.outputs, rules.safe, strict=True)
    return tuple([envelope.towards(out, out if safe is None else safe) for envelope, out, safe in held])


def _follow(rules: Rules, standing: Standing, facts: Facts, course: Course) -> Decision:
    """Outputs from the course: a step of it is one move, made at the rate that is allowed, and then in force."""
    start = max((t for t in course.times if t <= facts.time), default=course.times[0])
    mark = max(start, course.made)
    if standing.moved >= mark:
        return _on_the_way(rules, standing, facts)
    wanted = zip(rules.envelopes, facts.outputs, course.at(facts.time), strict=True)
    clamped = [envelope.clamp(before, value) for envelope, before, value in wanted]
    allowed, why = tuple([value for value, _ in clamped]), tuple([clamp for _, clamp in clamped])
    decision = _on_the_way(rules, replace(standing, moved=mark, goals=allowed), facts)
    return replace(decision, clamped=why, allowed=allowed)


def _on_the_way(rules: Rules, standing: Standing, facts: Facts) -> Decision:
    """Outputs one scan nearer to their goals; one that has reached its goal stays, wherever it is put then."""
    going = list(zip(rules.envelopes, facts.outputs, standing.goals, strict=True))
    outputs = tuple([e.towards(before, before if goal is None else goal) for e, before, goal in going])
    left = tuple([goal if goal != u else None for u, goal in zip(outputs, standing.goals, strict=True)])
    return Decision(standing if left == standing.goals else replace(standing, goals=left), outputs)
