"""Chain of identity and custody: scenes with two operators, a supervisor and quality assurance at a training site."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from numpy.random import Generator, default_rng

from homeostat.errors import AuthorityError
from homeostat.governance import Office, Session
from homeostat.governance.custody import (
    Book,
    MismatchError,
    accept,
    administer,
    bind,
    collect,
    fill,
    hand_overs,
    hold,
    issue,
    offer,
    pool,
    receive,
    resolve,
    split,
    trace,
)
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, give
from homeostat.ledger import JSON, canonical
from homeostat.ledger.catalogue import DeviationRequested
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.own_key import round_the_back

_OPERATOR, _SECOND, _HEAD, _QA = "demo-operator", "demo-operator-2", "demo-supervisor", "demo-qa"
_QP = "demo-qp"
_DIN = "G123498654321"


@dataclass(frozen=True)
class _Ward:
    """An open office with persons who are logged in."""

    office: Office
    sessions: dict[str, Session]

    @property
    def book(self) -> Book:
        return Book.of(self.office.ledger)

    def identity(self, patient: str) -> str:
        return issue(self.office, self.sessions[_HEAD], patient, why="order").identity

    def bag(self, identity: str, patient: str, donation: str = "") -> str:
        who = self.sessions[_OPERATOR]
        act = collect(
            self.office,
            who,
            identity,
            patient,
            donation=donation,
            place="ward",
            logger="TL-1",
            why="apheresis",
        )
        return act.container

    def offer(self, bag: str, giver: str, to: str, scan: str, second: str) -> None:
        given = {"to": to, "place": "clean room", "logger": "TL-2", "scan": scan, "second": second}
        offer(self.office, self.sessions[giver], SECRET, bag, **given, why="to the clean room")

    def release(self, batch: str, by: str, give: Callable[..., object] = give) -> None:
        shown: dict[str, JSON] = {"batch": batch, "review": "0" * 64}
        certificate = Subject("certificate", batch, canonical(shown), batch)
        told = {"why": "fit for use", "terms": {"certificate": shown}}
        give(self.office, self.sessions[by], SECRET, certificate, "released", **told)

    def receive(self, bag: str, by: str, scan: str, second: str) -> None:
        receive(self.office, self.sessions[by], SECRET, bag, scan=scan, second=second, why="received")


@contextmanager
def _ward(bench: Workbench) -> Iterator[_Ward]:
    with bench.office(bench.site()) as office:
        enrol_demonstration(office)
        persons = (_OPERATOR, _SECOND, _HEAD, _QA, _QP)
        yield _Ward(office, {one: login(office, one, SECRET) for one in persons})


@proves("COI-1")
def an_identity_comes_first_and_never_again(bench: Workbench) -> str:
    """Nothing is collected without one; none is issued or taken over twice; a donation belongs to one alone."""
    with _ward(bench) as ward:
        with refused(AuthorityError, "a collection before its identity was issued"):
            ward.bag("K7Q2I000001X", "P-017")
        made = [ward.identity("P-017"), ward.identity("P-017"), ward.identity("P-018")]
        expect(len(set(made)) == 3, f"an identity was given twice: {made}")
        head = ward.sessions[_HEAD]
        accept(ward.office, head, "HOSPITAL-7", "a hospital", "P-019", why="transferred")
        for known in ("HOSPITAL-7", made[0]):
            with refused(AuthorityError, f"{known}, a second time"):
                accept(ward.office, head, known, "a hospital", "P-020", why="again")
        ward.bag(made[0], "P-017", _DIN)
        with refused(AuthorityError, "a donation under a second identity"):
            ward.bag(made[2], "P-018", _DIN)
    return "4 identities, none twice; one donation, one identity"


@proves("COI-1")
def every_leaf_has_one_identity_and_all_its_donations(bench: Workbench) -> str:
    """Two donations of one patient, split and merged; another patient's never joins them."""
    with _ward(bench) as ward:
        who, mine, other = ward.sessions[_OPERATOR], ward.identity("P-017"), ward.identity("P-018")
        first, second = ward.bag(mine, "P-017", _DIN), ward.bag(mine, "P-017")
        parts = [one.container for one in split(ward.office, who, first, 3, why="aliquots").parts]
        into = pool(ward.office, who, (parts[0], second), why="merge").into
        foreign = ward.bag(other, "P-018")
        with refused(AuthorityError, "a pool of two patients"):
            pool(ward.office, who, (into, foreign), why="pool")
        leaves = {one.id: one for one in ward.book.leaves()}
        both = set(ward.book.identities[mine].donations)
    wanted = {parts[1]: {_DIN}, parts[2]: {_DIN}, into: both}
    for name, donations in wanted.items():
        expect(leaves[name].identity == mine, f"{name} is of {leaves[name].identity}")
        expect(set(leaves[name].donations) == donations, f"{name} is of {leaves[name].donations}")
    return "3 leaves of one identity with their 1, 1 and 2 donations; two patients were not pooled"


@proves("COI-1")
def any_genealogy_leads_each_leaf_to_one_identity_and_its_donations(bench: Workbench) -> str:
    """Forty random splits and pools of two patients' bags beside a reckoning of their donations by hand."""
    moves = default_rng(20261121)
    with _ward(bench) as ward:
        who, mine = ward.sessions[_OPERATOR], dict[str, tuple[str, set[str]]]()
        for patient in ("P-017", "P-018"):
            identity = ward.identity(patient)
            for _ in range(3):
                bag = ward.bag(identity, patient)
                mine[bag] = (identity, {*ward.book.containers[bag].donations})
        for _ in range(40):
            _moved(ward, who, mine, moves)
        leaves = {one.id: (one.identity, set(one.donations)) for one in ward.book.leaves()}
        expect(
            leaves == mine,
            f"of {len(mine)} leaves another identity or donation: {sorted(leaves.keys() ^ mine.keys())}",
        )
        every = set[str]().union(*(donations for _, donations in mine.values()))
    return f"{len(leaves)} leaves of 40 moves: each of one identity, {len(every)} donations all followed"


def _moved(ward: _Ward, who: Session, mine: dict[str, tuple[str, set[str]]], moves: Generator) -> None:
    """Split a leaf, or pool two, which must be refused where they are of two patients."""
    first, second = (str(one) for one in moves.choice(sorted(mine), 2, replace=False))
    if moves.random() < 0.5:
        parts = split(ward.office, who, first, 2, why="aliquots").parts
        mine |= dict.fromkeys((one.container for one in parts), mine.pop(first))
    elif mine[first][0] == mine[second][0]:
        into = pool(ward.office, who, (first, second), why="merge").into
        identity, donations = mine.pop(first)
        mine[into] = (identity, donations | mine.pop(second)[1])
    else:
        with refused(AuthorityError, "a pool of two patients"):
            pool(ward.office, who, (first, second), why="merge")


@proves("COI-4")
def a_wrong_bag_is_held_and_a_deviation_requested(bench: Workbench) -> str:
    """Another patient's bag is scanned, another patient's code is given: both stop, nothing moves until resolved."""
    with _ward(bench) as ward:
        mine, other = ward.identity("P-017"), ward.identity("P-018")
        bag, wrong, third = ward.bag(mine, "P-017"), ward.bag(other, "P-018"), ward.bag(mine, "P-017")
        with refused(MismatchError, "the scan of another bag"):
            ward.offer(bag, _OPERATOR, _SECOND, f"H1|{other}|{wrong}", "P-017")
        ward.offer(third, _OPERATOR, _SECOND, third, "P-017")
        with refused(MismatchError, "the code of another patient"):
            ward.receive(third, _SECOND, third, "P-018")
        for name in (bag, wrong, third):
            expect(ward.book.containers[name].held is not None, f"{name} was not held")
            with refused(AuthorityError, f"moving {name} while it is held"):
                ward.offer(name, _OPERATOR, _SECOND, name, "P-017")
        asked = list(ward.office.acts((DeviationRequested.type,)))
        expect(len(asked) == 2, f"{len(asked)} deviations were requested, not 2")
        with refused(AuthorityError, "an operator who resolves a hold"):
            resolve(ward.office, ward.sessions[_OPERATOR], SECRET, bag, "cleared", why="fine")
        resolve(ward.office, ward.sessions[_QA], SECRET, bag, "cleared", why="labels compared")
        ward.offer(bag, _OPERATOR, _SECOND, bag, "P-017")
    return "3 bags HELD, 2 deviations requested, moved only after quality assurance had signed"


@proves("COC-1")
def a_container_has_exactly_one_custodian_at_each_moment(bench: Workbench) -> str:
    """A bag goes through three hands; each hand-over is signed by both on the same words, the times leave no gap."""
    with _ward(bench) as ward:
        bag = ward.bag(ward.identity("P-017"), "P-017")
        persons = (_OPERATOR, _SECOND, _HEAD)
        for giver, to in pairwise(persons):
            ward.offer(bag, giver, to, bag, "P-017")
            expect(ward.book.containers[bag].custodian == giver, "an offer alone moved the bag")
            with refused(AuthorityError, "a giver who receives their own offer"):
                ward.receive(bag, giver, bag, "P-017")
            ward.receive(bag, to, bag, "P-017")
        found, signed = ward.book.containers[bag], hand_overs(ward.office.ledger, bag)
    expect(tuple(one.custodian for one in found.spells) == persons, f"the custodians were {found.spells}")
    for before, after in pairwise(found.spells):
        expect(before.until == after.since, f"a gap or an overlap: {before.until}, {after.since}")
    expect(found.spells[-1].until == "", "nobody has it now")
    expect(all(one.logger and one.place for one in found.spells), "a place or a logger is missing")
    expect(len(signed) == 2 and all(one.whole for one in signed), "a hand-over is not signed by both")
    return "3 custodians without gap or overlap; 2 hand-overs, each signed by two on the same words"


@proves("COC-1")
def what_is_held_or_gone_does_not_move(bench: Workbench) -> str:
    """A held bag, one that was split and one that is another's are refused."""
    with _ward(bench) as ward:
        mine = ward.identity("P-017")
        held, gone, others = (ward.bag(mine, "P-017") for _ in range(3))
        hold(ward.office, ward.sessions[_OPERATOR], held, why="it leaks")
        split(ward.office, ward.sessions[_OPERATOR], gone, 2, why="split")
        for name, giver in ((held, _OPERATOR), (gone, _OPERATOR), (others, _SECOND)):
            with refused(AuthorityError, f"an offer of {name} by {giver}"):
                ward.offer(name, giver, _HEAD, name, "P-017")
    return "a held, an emptied and another's container were refused"


@proves("PIV-1", "A11-14/15")
def what_nobody_released_reaches_no_patient(bench: Workbench) -> str:
    """Unsigned, and signed by somebody without the role, it is held at the bedside; released it is given."""
    with _ward(bench) as ward:
        who, office = ward.sessions[_OPERATOR], ward.office
        bag = ward.bag(ward.identity("P-017"), "P-017")
        bind(office, who, "B1", bag, scan=bag, second="P-017", why="start")
        last = fill(office, who, "B1", place="clean room", logger="TL-3", why="harvest").container
        given = {"scan": last, "second": "P-017", "place": "ward"}
        for signer in ("", _OPERATOR, _QA):
            if signer:
                with refused(AuthorityError, f"the signature of a release by {signer}"):
                    ward.release("B1", signer)
                ward.release("B1", signer, give=round_the_back)
            with refused(MismatchError, f"the product of a batch signed by {signer or 'nobody'}"):
                administer(office, who, last, **given, why="infusion")
            expect(ward.book.containers[last].held is not None, "it was not held")
            resolve(office, ward.sessions[_QA], SECRET, last, "cleared", why="nothing left the room")
        ward.release("B1", _QP)
        administer(office, who, last, **given, why="infusion")
    return (
        "held and reported when unsigned, signed by an operator and by quality assurance; given once released"
    )


@proves("PIV-1", "ALC-10")
def donor_and_patient_are_traced_both_ways(bench: Workbench) -> str:
    """From the donor to the patient, from the patient back to the donor, by every name on the way, no other's."""
    with _ward(bench) as ward:
        who, office = ward.sessions[_OPERATOR], ward.office
        bag = ward.bag(ward.identity("P-017"), "P-017", _DIN)
        tube, spare = (one.container for one in split(office, who, bag, 2, why="aliquots").parts)
        bind(office, who, "B1", tube, scan=tube, second="P-017", why="start")
        last = fill(office, who, "B1", place="clean room", logger="TL-3", why="harvest").container
        ward.release("B1", _QP)
        administer(office, who, last, scan=last, second="P-017", place="ward", why="infusion")
        foreign = ward.bag(ward.identity("P-018"), "P-018")
        for name in (_DIN, bag, tube, "B1", last):
            found = trace(office.ledger, name)
            ends = found.named("donor"), found.named("recipient")
            expect(ends == (("P-017",), ("P-017",)), f"{name} led to {ends}")
        beside = trace(office.ledger, spare)
        expect(
            (beside.named("donor"), beside.named("recipient")) == (("P-017",), ()), "the spare was given away"
        )
        other = trace(office.ledger, foreign).nodes
        expect(not set(other) & set(trace(office.ledger, "B1").nodes), "two patients' traces meet")
        with refused(AuthorityError, "the trace of a name that is nothing here"):
            trace(office.ledger, "P-999")
    return "donor to patient and back by 5 names on the way; another patient's cells are on none"
