"""That whatever persons do, what stands is what the ledger tells: folded again from its first event, with old and new.

21 CFR 11.10(e) (paraphrase): who, when, why, and what was there before, for every change.
"""

from collections.abc import Callable

from numpy.random import default_rng

from homeostat.errors import AuthorityError
from homeostat.governance import Office
from homeostat.governance import people as folk
from homeostat.governance.known import directory
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import Act, payload
from homeostat.ledger.identity import Directory
from homeostat.validation.checking import Workbench, expect, proves
from homeostat.validation.scene import Later, scene
from homeostat.validation.staff import Member, staff

_STEPS, _SEED = 120, 20261121
_ROLES = ("operator", "supervisor", "process scientist", "sponsor")
_PERSONS = ("maria", "piet", "rosa", "tom")


@proves("P11-10e")
def random_acts_of_random_persons_leave_a_record_that_gives_their_state(bench: Workbench) -> str:
    """Locks, unlocks, trainings, withdrawals, retirements by anybody about anybody: some refused, all on record."""
    with scene(bench) as (office, later):
        team = staff(
            office,
            ada="administrator",
            vera="quality assurance",
            **{name: _ROLES[at] for at, name in enumerate(_PERSONS)},
        )
        before, refusals = office.ledger.size, _played(office, team, later)
        events = [*office.ledger.events()]
        again = Directory.of(events)
        expect(again.accounts == directory(office).accounts, "the state folded again is another")
        changes = _each_has_all(events[before:])
    expect(refusals > 0 and changes > 0, f"{refusals} refused, {changes} changes: the acts prove nothing")
    return f"{_STEPS} random acts: {changes} changes with who, when, why, old and new; {refusals} refused; same state"


def _played(office: Office, team: dict[str, Member], later: Later) -> int:
    """Let persons act at random; how often they were refused."""
    moves, refusals = default_rng(_SEED), 0
    for step in range(_STEPS):
        by = team[str(moves.choice(("ada", "vera", "maria")))]
        act = _acts(office, by, str(moves.choice(_PERSONS)), f"step {step}")[int(moves.integers(5))]
        later.put(seconds=5)
        try:
            act()
        except AuthorityError:
            refusals += 1
    return refusals


def _acts(office: Office, by: Member, about: str, why: str) -> list[Callable[[], None]]:
    until = "2027-01-01T00:00:00+00:00"
    return [
        lambda: folk.lock(office, by.session, about, why=why),
        lambda: folk.unlock(office, by.session, about, why=why),
        lambda: folk.train(office, by.session, about, "execution", evidence="course", expires=until, why=why),
        lambda: folk.withdraw(office, by.session, about, "execution", why=why),
        lambda: folk.retire(office, by.session, about, why=why) if about == "tom" else None,
    ]


def _each_has_all(events: list[Recorded]) -> int:
    """How many values were changed; each goes on from what the change before had left, with who, when and why."""
    stands, changes = dict[tuple[str, str], object](), 0
    for one in events:
        act = payload(one.event.type, one.event.data)
        expect(
            isinstance(act, Act) and bool(act.why and one.event.actor and one.recorded),
            f"{one.event.id} lacks why",
        )
        for change in act.changes if isinstance(act, Act) else ():
            thing = str(one.event.data.get("account")), change.field
            expect(stands.get(thing, change.old) == change.old, f"{one.event.id} hides what {thing} was")
            stands[thing], changes = change.new, changes + 1
    return changes
