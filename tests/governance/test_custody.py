"""Chain of identity and custody: issued first, one custodian at each moment, two identifiers, or nothing moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance.custody import (
    Belonging,
    Book,
    MismatchError,
    accept,
    administer,
    bind,
    collect,
    fill,
    hand_overs,
    hold,
    identity_of,
    issue,
    pool,
    resolve,
    split,
)
from homeostat.governance.demonstration import SECRET
from homeostat.governance.labels import private
from homeostat.governance.people import lock
from homeostat.ledger.catalogue import (
    BatchRecalled,
    DeviationRequested,
    HandOverOffered,
    HandOverReceived,
    payload,
)
from homeostat.validation.told import tell

from .custody_scene import DIN, FIRST, HEAD, QA, SECOND, Scene, scene


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "site") as made:
        yield made


def requests(work: Scene) -> list[DeviationRequested]:
    found = work.office.acts((DeviationRequested.type,))
    return [DeviationRequested.model_validate(one.event.data) for one in found]


def test_an_identity_is_a_private_number_with_a_check_character(work: Scene) -> None:
    number = private.parse(work.issued())
    assert number is not None
    assert number.kind == "identity"
    assert number.sequence in (1, 2), (
        "the first of a new site, or the next where its check character would be *"
    )
    assert private.parse(work.issued()) != number


def test_who_may_not_issue_is_refused(work: Scene) -> None:
    with pytest.raises(AuthorityError, match=r"'identity\.issue' is refused"):
        issue(work.office, work[FIRST], "P-017", why="order")


def test_nothing_is_collected_under_an_identity_that_was_not_issued(work: Scene) -> None:
    with pytest.raises(AuthorityError, match="never issued"):
        work.collected("K7Q2I000001X")
    assert not work.book.containers


def test_an_identity_of_another_system_is_taken_over_once(work: Scene) -> None:
    accept(work.office, work[HEAD], "HOSP/2026/77", "Hospital", "P-017", why="transferred")
    assert work.book.identities["HOSP/2026/77"].system == "Hospital"
    with pytest.raises(AuthorityError, match="never reused"):
        accept(work.office, work[HEAD], "HOSP/2026/77", "Hospital", "P-018", why="again")


@pytest.mark.parametrize("name", ["a|b", "", " ", "identité", "x" * 70, "a\nb"])
def test_an_identity_that_no_label_can_hold_is_refused(name: str, work: Scene) -> None:
    with pytest.raises(AuthorityError):
        accept(work.office, work[HEAD], name, "Hospital", "P-017", why="transferred")


def test_a_donation_belongs_to_one_chain_of_identity(work: Scene) -> None:
    mine, other = work.issued(), work.issued("P-018")
    first, second = work.collected(mine, donation=f"={DIN}77"), work.collected(mine, donation=DIN)
    assert work.book.donations == {DIN: mine}
    assert {work.book.containers[one].donations for one in (first, second)} == {(DIN,)}
    with pytest.raises(AuthorityError, match=mine):
        work.collected(other, "P-018", donation=DIN)


def test_one_chain_of_identity_has_many_donations(work: Scene) -> None:
    mine = work.issued()
    work.collected(mine)
    work.collected(mine, donation=DIN)
    assert len(work.book.identities[mine].donations) == 2


def test_another_patient_at_the_bedside_stops_the_collection(work: Scene) -> None:
    mine = work.issued()
    with pytest.raises(MismatchError, match="nothing was collected"):
        work.collected(mine, "P-018")
    assert not work.book.containers
    assert [one.about for one in requests(work)] == [(mine,)]


def test_a_container_is_its_givers_until_the_receiver_has_signed(work: Scene) -> None:
    bag = work.collected(work.issued())
    work.offered(bag, FIRST, SECOND)
    assert work.book.containers[bag].custodian == FIRST
    work.received(bag, SECOND)
    now = work.book.containers[bag]
    assert (now.custodian, now.place, now.spells[-1].logger) == (SECOND, "clean room", "TL-2")
    assert now.spells[0].until == now.spells[1].since


def test_both_signatures_of_a_hand_over_stand_on_the_same_words(work: Scene) -> None:
    bag = work.collected(work.issued())
    work.offered(bag, FIRST, SECOND)
    (half,) = hand_overs(work.office.ledger, bag)
    assert not half.whole
    work.received(bag, SECOND)
    (whole,) = hand_overs(work.office.ledger, bag)
    assert whole.whole
    assert [(one.person, one.meaning) for one in whole.signed] == [(FIRST, "performed"), (SECOND, "verified")]
    assert len({one.signed.sha256 for one in whole.signed}) == 1


def test_nobody_hands_over_to_themselves_or_to_a_stranger(work: Scene) -> None:
    bag = work.collected(work.issued())
    for to in (FIRST, "nobody"):
        with pytest.raises(AuthorityError):
            work.offered(bag, FIRST, to)
    assert work.book.containers[bag].offer is None


def test_nothing_is_offered_to_who_could_not_receive_it(work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match="no role permits it"):
        work.offered(bag, FIRST, "demo-admin")
    lock(work.office, work[SECOND], SECOND, why="my telephone was stolen")
    with pytest.raises(AuthorityError, match="the account is locked"):
        work.offered(bag, FIRST, SECOND)
    assert work.book.containers[bag].offer is None


def test_only_whom_it_was_offered_to_receives_it(work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match="not offered"):
        work.received(bag, SECOND)
    work.offered(bag, FIRST, SECOND)
    with pytest.raises(AuthorityError, match="not offered"):
        work.received(bag, HEAD)


def test_only_the_custodian_gives_divides_or_uses(work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match=f"custody of {FIRST}"):
        work.offered(bag, SECOND, FIRST)
    with pytest.raises(AuthorityError, match=f"custody of {FIRST}"):
        split(work.office, work[SECOND], bag, 2, why="split")
    with pytest.raises(AuthorityError, match=f"custody of {FIRST}"):
        bind(work.office, work[SECOND], "B1", bag, scan=work.label(bag), second="P-017", why="start")


def test_the_wrong_bag_is_held_with_the_one_that_was_asked_for(work: Scene) -> None:
    mine, other = work.collected(work.issued()), work.collected(work.issued("P-018"), "P-018")
    with pytest.raises(MismatchError, match=other):
        work.offered(mine, FIRST, SECOND, scan=work.label(other))
    assert all(work.book.containers[one].held for one in (mine, other))
    (asked,) = requests(work)
    assert asked.about == (mine, other)


@pytest.mark.parametrize("second", ["P-018", "", "p-017", "P-01"])
def test_the_wrong_second_identifier_holds_the_bag(second: str, work: Scene) -> None:
    bag = work.collected(work.issued())
    work.offered(bag, FIRST, SECOND)
    with pytest.raises(MismatchError):
        work.received(bag, SECOND, second=second)
    found = work.book.containers[bag]
    assert found.held is not None
    assert (found.custodian, found.offer) == (FIRST, None)


def test_a_label_with_another_identity_holds_the_bag(work: Scene) -> None:
    bag, other = work.collected(work.issued()), work.issued("P-018")
    with pytest.raises(MismatchError, match=other):
        work.offered(bag, FIRST, SECOND, scan=f"H1|{other}|{bag}")


def test_a_code_that_was_misread_holds_nothing(work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match="read it again") as refusal:
        work.offered(bag, FIRST, SECOND, scan=f"={DIN}78")
    assert not isinstance(refusal.value, MismatchError)
    assert work.book.containers[bag].held is None


def test_nothing_moves_while_held(work: Scene) -> None:
    mine = work.issued()
    bag, beside = work.collected(mine), work.collected(mine)
    scan = work.label(bag)
    hold(work.office, work[QA], bag, why="the bag leaks")
    given = {"scan": scan, "second": "P-017", "why": "x"}
    with pytest.raises(AuthorityError, match="HELD"):
        work.offered(bag, FIRST, SECOND, scan=scan)
    with pytest.raises(AuthorityError, match="HELD"):
        split(work.office, work[FIRST], bag, 2, why="split")
    with pytest.raises(AuthorityError, match="HELD"):
        pool(work.office, work[FIRST], (beside, bag), why="pool")
    with pytest.raises(AuthorityError, match="HELD"):
        bind(work.office, work[FIRST], "B1", bag, **given)
    with pytest.raises(AuthorityError, match="HELD"):
        administer(work.office, work[FIRST], bag, place="ward", **given)
    with pytest.raises(AuthorityError, match="HELD"):
        work.label(bag)
    assert requests(work)[0].finding == "the bag leaks"


def test_only_quality_assurance_lets_it_go_on(work: Scene) -> None:
    bag = work.collected(work.issued())
    hold(work.office, work[FIRST], bag, why="doubt")
    with pytest.raises(AuthorityError, match=r"deviation\.close"):
        resolve(work.office, work[FIRST], SECRET, bag, "cleared", why="fine")
    resolve(work.office, work[QA], SECRET, bag, "cleared", why="found to be right")
    work.offered(bag, FIRST, SECOND)
    work.received(bag, SECOND)


def test_who_held_it_does_not_resolve_it(work: Scene) -> None:
    bag = work.collected(work.issued())
    hold(work.office, work[QA], bag, why="doubt")
    with pytest.raises(AuthorityError, match="another person has to do this"):
        resolve(work.office, work[QA], SECRET, bag, "cleared", why="fine")


def test_a_second_hold_adds_to_the_first(work: Scene) -> None:
    bag, other = work.collected(work.issued()), work.collected(work.issued())
    hold(work.office, work[QA], bag, why="the bag leaks")
    with pytest.raises(MismatchError):
        work.offered(other, FIRST, SECOND, scan=f"H1|{work.book.containers[bag].identity}|{bag}")
    held = work.book.containers[bag].held
    assert held is not None
    assert held.finding.startswith("the bag leaks; the label that was scanned")
    assert held.by == (QA, FIRST)
    with pytest.raises(AuthorityError, match="another person has to do this"):
        resolve(work.office, work[QA], SECRET, bag, "cleared", why="fine")


def test_an_offer_made_before_a_hold_is_void(work: Scene) -> None:
    bag = work.collected(work.issued())
    work.offered(bag, FIRST, SECOND)
    hold(work.office, work[FIRST], bag, why="doubt")
    resolve(work.office, work[QA], SECRET, bag, "cleared", why="fine")
    with pytest.raises(AuthorityError, match="not offered"):
        work.received(bag, SECOND)


def test_a_rejected_container_is_out_for_good(work: Scene) -> None:
    bag = work.collected(work.issued())
    hold(work.office, work[FIRST], bag, why="doubt")
    resolve(work.office, work[QA], SECRET, bag, "rejected", why="wrong label")
    assert (work.book.containers[bag].phase, work.book.containers[bag].custodian) == ("rejected", "")
    with pytest.raises(AuthorityError, match="rejected"):
        work.offered(bag, FIRST, SECOND, scan=bag)


def test_split_and_merge_keep_identity_and_donations(work: Scene) -> None:
    mine = work.issued()
    first, second = work.collected(mine, donation=DIN), work.collected(mine)
    parts = [part.container for part in split(work.office, work[FIRST], first, 3, why="split").parts]
    into = pool(work.office, work[FIRST], (parts[0], second), why="merge").into
    found = work.book.containers[into]
    assert found.identity == mine
    assert found.donations == work.book.identities[mine].donations
    assert work.book.containers[first].phase == "split"
    assert {one.id for one in work.book.leaves()} == {parts[1], parts[2], into}


def test_different_patients_are_never_pooled_unless_declared(work: Scene) -> None:
    mine, other = work.issued(), work.issued("P-018")
    bags = (work.collected(mine), work.collected(other, "P-018"))
    with pytest.raises(AuthorityError, match="different chains of identity"):
        pool(work.office, work[FIRST], bags, why="pool")
    product = work.issued("LOT-9", scope="allogeneic")
    with pytest.raises(AuthorityError, match="one patient alone"):
        pool(work.office, work[FIRST], bags, allogeneic=product, why="pool")
    assert len(work.book.leaves()) == 2


def test_a_declared_allogeneic_pool_has_its_own_identity_and_all_donations(work: Scene) -> None:
    donors = [work.issued(code, scope="allogeneic") for code in ("D-1", "D-2")]
    product = work.issued("LOT-9", scope="allogeneic")
    bags = tuple(work.collected(one, code) for one, code in zip(donors, ("D-1", "D-2"), strict=True))
    into = pool(work.office, work[FIRST], bags, allogeneic=product, why="pool").into
    found = work.book.containers[into]
    assert found.identity == product
    assert set(found.donations) == {work.book.containers[bag].donations[0] for bag in bags}


def test_a_pool_needs_two_containers_at_one_place(work: Scene) -> None:
    mine = work.issued()
    here, away = work.collected(mine), work.collected(mine)
    for names in ((here,), (here, here)):
        with pytest.raises(AuthorityError, match="two different"):
            pool(work.office, work[FIRST], names, why="pool")
    work.offered(away, FIRST, SECOND)
    work.received(away, SECOND)
    work.offered(here, FIRST, HEAD)
    work.received(here, HEAD)
    work.offered(away, SECOND, HEAD)
    work.received(away, HEAD)
    assert pool(work.office, work[HEAD], (here, away), why="pool").identity == mine


@pytest.mark.parametrize("parts", [-1, 0, 1, 97])
def test_a_split_makes_two_to_ninety_six(parts: int, work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match="2 to 96"):
        split(work.office, work[FIRST], bag, parts, why="split")


def test_a_batch_is_of_the_identity_of_what_went_into_it(work: Scene) -> None:
    mine = work.issued()
    bag, beside = work.collected(mine), work.collected(mine)
    assert identity_of(work.office.ledger, "B1") is None
    for one in (bag, beside):
        bind(work.office, work[FIRST], "B1", one, scan=one, second="P-017", why="start")
    bound = identity_of(work.office.ledger, "B1")
    assert bound is not None
    assert (bound.identity, bound.patient, bound.containers) == (mine, "P-017", (bag, beside))
    assert "B1" not in work.office.ledger.batches()


def test_a_batch_never_gets_a_second_identity(work: Scene) -> None:
    bag, other = work.collected(work.issued()), work.collected(work.issued("P-018"), "P-018")
    bind(work.office, work[FIRST], "B1", bag, scan=bag, second="P-017", why="start")
    with pytest.raises(AuthorityError, match="chain of identity"):
        bind(work.office, work[FIRST], "B1", other, scan=other, second="P-018", why="start")


def test_what_is_filled_from_a_batch_is_the_patients_alone(work: Scene) -> None:
    bag = work.collected(work.issued(), donation=DIN)
    with pytest.raises(AuthorityError, match="no chain of identity"):
        fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest")
    bind(work.office, work[FIRST], "B1", bag, scan=bag, second="P-017", why="start")
    product = fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container
    assert work.book.containers[product].donations == (DIN,)
    with pytest.raises(MismatchError):
        administer(work.office, work[FIRST], product, scan=product, second="P-018", place="ward", why="x")
    resolve(work.office, work[QA], SECRET, product, "cleared", why="a slip of the pen")
    work.released("B1")
    administer(work.office, work[FIRST], product, scan=product, second="P-017", place="ward", why="x")
    assert work.book.containers[product].phase == "administered"
    with pytest.raises(AuthorityError, match="administered"):
        administer(work.office, work[FIRST], product, scan=product, second="P-017", place="ward", why="x")


def _product(work: Scene) -> str:
    bag = work.collected(work.issued())
    bind(work.office, work[FIRST], "B1", bag, scan=bag, second="P-017", why="start")
    return fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container


def _given(work: Scene, product: str) -> None:
    administer(work.office, work[FIRST], product, scan=product, second="P-017", place="ward", why="x")


def test_what_nobody_released_is_held_and_reaches_no_patient(work: Scene) -> None:
    product = _product(work)
    with pytest.raises(MismatchError, match="batch B1 is not released; HELD"):
        _given(work, product)
    assert requests(work)[0].finding == "batch B1 is not released"
    resolve(work.office, work[QA], SECRET, product, "cleared", why="too early")
    with pytest.raises(AuthorityError, match="held no role that permits"):
        work.released("B1", by=FIRST)
    work.released("B1", by=FIRST, round_the_back=True)
    with pytest.raises(MismatchError, match="not released"):  # an operator's own key releases nothing
        _given(work, product)
    resolve(work.office, work[QA], SECRET, product, "cleared", why="it is not hers to release")
    work.released("B1")
    _given(work, product)


def test_parts_of_a_recalled_batch_reach_no_patient(work: Scene) -> None:
    product = _product(work)
    work.released("B1")
    part, other = (one.container for one in split(work.office, work[FIRST], product, 2, why="doses").parts)
    _given(work, part)
    recall = BatchRecalled(batch="B1", cause="growth", parts=(), why="sterility")
    work.office.put(QA, recall, batch="B1")
    with pytest.raises(MismatchError, match="batch B1 is recalled"):
        _given(work, other)


def test_what_went_through_no_batch_reaches_no_patient(work: Scene) -> None:
    """The bag of the collection bears the right identity and the right patient, and nothing that was made."""
    bag = work.collected(work.issued())
    with pytest.raises(MismatchError, match="it came out of no batch that was released; HELD"):
        _given(work, bag)


def made_from(work: Scene, product: str) -> str:
    """What is filled from a second batch, which the product of the first went into; that one is released too."""
    bind(work.office, work[FIRST], "B2", product, scan=product, second="P-017", why="second step")
    last = fill(work.office, work[FIRST], "B2", place="room", logger="TL", why="harvest").container
    work.released("B2")
    return last


def recalled(work: Scene, batch: str) -> None:
    work.office.put(QA, BatchRecalled(batch=batch, cause="growth", parts=(), why="sterility"), batch=batch)


def test_what_was_made_from_a_recalled_batch_reaches_no_patient(work: Scene) -> None:
    product = _product(work)
    work.released("B1")
    last = made_from(work, product)
    recalled(work, "B1")
    assert Belonging.of(work.office.ledger).before("B2") == {"B1"}
    with pytest.raises(MismatchError, match="it was made from batch B1, which is recalled"):
        _given(work, last)


def test_nothing_is_made_from_a_recalled_batch(work: Scene) -> None:
    product = _product(work)
    work.released("B1")
    recalled(work, "B1")
    with pytest.raises(AuthorityError, match="it was made from batch B1, which is recalled"):
        made_from(work, product)


def test_a_release_is_of_what_there_was(work: Scene) -> None:
    _product(work)
    work.released("B1")
    with pytest.raises(AuthorityError, match="the batch is released"):
        fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="one more")


def test_nothing_goes_into_a_batch_that_has_ended(work: Scene) -> None:
    bag = work.collected(work.issued())
    tell(work.office, "B1")
    with pytest.raises(AuthorityError, match="the batch has ended"):
        bind(work.office, work[FIRST], "B1", bag, scan=bag, second="P-017", why="late")


def test_a_hold_is_settled_in_a_deviation_that_there_is(work: Scene) -> None:
    bag = work.collected(work.issued())
    hold(work.office, work[FIRST], bag, why="the bag leaks")
    with pytest.raises(AuthorityError, match="no deviation DEV-9999"):
        resolve(work.office, work[QA], SECRET, bag, "cleared", deviation="DEV-9999", why="sealed")
    assert work.book.containers[bag].held is not None


def test_what_concerns_a_batch_is_all_that_led_to_it_and_came_of_it(work: Scene) -> None:
    bag = work.collected(work.issued())
    tube, spare = (one.container for one in split(work.office, work[FIRST], bag, 2, why="aliquots").parts)
    bind(work.office, work[FIRST], "B1", tube, scan=tube, second="P-017", why="start")
    product = fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container
    doses = [one.container for one in split(work.office, work[FIRST], product, 2, why="doses").parts]
    found = Belonging.of(work.office.ledger)
    assert found.containers("B1") == {bag, tube, product, *doses}
    assert found.products("B1") == {product, *doses}
    assert found.batches(doses[1]) == {"B1"}
    assert found.batches(spare) == found.containers("B2") == set()


def test_an_allogeneic_product_goes_to_whom_it_was_ordered_for(work: Scene) -> None:
    cells = work.collected(work.issued("D-1", scope="allogeneic"), "D-1")
    bind(work.office, work[FIRST], "B1", cells, scan=cells, second="D-1", why="start")
    bag = fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container
    work.released("B1")
    given = {"scan": bag, "place": "ward", "why": "order 5"}
    administer(work.office, work[FIRST], bag, second="P-500", recipient="P-500", **given)
    assert work.book.containers[bag].went_into == "P-500"


def test_an_autologous_product_cannot_be_redirected(work: Scene) -> None:
    bag = work.collected(work.issued())
    given = {"scan": bag, "place": "ward", "why": "order 5"}
    with pytest.raises(MismatchError):
        administer(work.office, work[FIRST], bag, second="P-500", recipient="P-500", **given)


def test_two_offices_cannot_give_the_same_bag_away(work: Scene, tmp_path: Path) -> None:
    mine = work.issued()
    bag = work.collected(mine)
    with scene(tmp_path / "site") as beside:
        split(beside.office, beside[FIRST], bag, 2, why="split")
        with pytest.raises(AuthorityError, match="split"):
            split(work.office, work[FIRST], bag, 2, why="split")
        made = [issue(one.office, one[HEAD], "P-1", why="order").identity for one in (work, beside, work)]
    assert len(set(made)) == 3
    assert Book.of(work.office.ledger) == work.book


@pytest.mark.parametrize(("place", "logger"), [("", "TL"), ("ward", ""), ("a\nb", "TL"), ("x" * 101, "TL")])
def test_a_place_and_a_logger_are_always_said(place: str, logger: str, work: Scene) -> None:
    mine = work.issued()
    with pytest.raises(AuthorityError, match="printable characters"):
        collect(work.office, work[FIRST], mine, "P-017", place=place, logger=logger, why="apheresis")


def test_for_a_custodian_who_is_locked_a_supervisor_hands_over_and_the_record_says_so(work: Scene) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError, match=f"custody of {FIRST}"):
        work.offered(bag, HEAD, SECOND)
    lock(work.office, work[FIRST], FIRST, why="lost the card")
    with pytest.raises(AuthorityError, match="whose account is locked") as refused:
        work.offered(bag, SECOND, HEAD)
    assert "a supervisor hands it over" in refused.value.mend
    work.offered(bag, HEAD, SECOND)
    assert work.book.containers[bag].custodian == FIRST
    work.received(bag, SECOND)
    offered, received = (
        payload(one.event.type, one.event.data)
        for one in work.office.acts((HandOverOffered.type, HandOverReceived.type))
    )
    assert [(one.old, one.new) for one in offered.changes] == [(FIRST, HEAD)]
    assert [(one.old, one.new) for one in received.changes] == [(FIRST, SECOND)]
    (whole,) = hand_overs(work.office.ledger, bag)
    assert whole.whole
    assert work.book.containers[bag].custodian == SECOND
