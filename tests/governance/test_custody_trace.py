"""Trace both ways: whatever is found forward from a donor finds that donor backward, through split, pool and batch."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance.custody import administer, bind, fill, pool, split, trace, tree
from homeostat.governance.custody.genealogy import SOURCES, Edge, Node
from homeostat.ledger import Event, Ledger
from homeostat.ledger.catalogue import Entry, EntryAmended, EntryJudged, LotMoved, PromptOpened

from .custody_scene import DIN, FIRST, Scene, scene


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One patient's cells: a bag in three tubes, two pooled again, through a batch, one bag given back."""
    with scene(tmp_path_factory.mktemp("trace") / "site") as made:
        bag = made.collected(made.issued(), donation=DIN)
        parts = [one.container for one in split(made.office, made[FIRST], bag, 3, why="split").parts]
        into = pool(made.office, made[FIRST], (parts[0], parts[1]), why="pool").into
        bind(made.office, made[FIRST], "B1", into, scan=into, second="P-017", why="use")
        last = fill(made.office, made[FIRST], "B1", place="room", logger="TL", why="harvest").container
        made.released("B1")
        administer(made.office, made[FIRST], last, scan=last, second="P-017", place="ward", why="infusion")
        other = made.issued("P-018")
        made.collected(other, "P-018")
        yield made


def ends(work: Scene, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = trace(work.office.ledger, name)
    return found.named("donor"), found.named("recipient")


def test_from_the_donor_to_the_patient(work: Scene) -> None:
    found = trace(work.office.ledger, DIN)
    assert (found.named("donor"), found.named("batch"), found.named("recipient")) == (
        ("P-017",),
        ("B1",),
        ("P-017",),
    )
    assert len(found.named("container")) == 6


def test_every_thing_leads_to_its_donor_and_none_to_another(work: Scene) -> None:
    for name in trace(work.office.ledger, "P-017").nodes:
        assert ends(work, name.id)[0] == ("P-017",)
    for name in trace(work.office.ledger, "P-018").nodes:
        assert ends(work, name.id) == (("P-018",), ())


def test_what_is_found_forward_is_found_backward(work: Scene) -> None:
    ledger = work.office.ledger
    nodes = trace(ledger, "P-017").nodes
    after = {
        one: {edge.target for edge in trace(ledger, one.id).forward} for one in nodes if one.id != "P-017"
    }
    before = {one: {edge.source for edge in trace(ledger, one.id).backward} for one in after}
    for first, second in product(after, after):
        assert (second in after[first]) == (first in before[second])


def test_a_tube_beside_the_way_is_on_no_way_back_from_the_patient(work: Scene) -> None:
    spare = work.book.leaves()[0].id
    backward = {edge.source for edge in trace(work.office.ledger, "B1").backward}
    assert Node("container", spare) not in backward


def test_the_scan_of_a_label_is_traced_like_its_container(work: Scene) -> None:
    spare = work.book.leaves()[0].id
    assert trace(work.office.ledger, work.label(spare)).nodes == trace(work.office.ledger, spare).nodes


def test_a_name_that_is_nothing_here_is_said_to_be_so(work: Scene) -> None:
    with pytest.raises(AuthorityError, match="nothing came of it"):
        trace(work.office.ledger, "P-999")


def test_the_tree_tells_each_thing_once(work: Scene) -> None:
    lines = tree(trace(work.office.ledger, "B1"))
    told = [line.strip().partition("  (")[0] for line in lines if not line.endswith("as above")]
    assert len(told) == len(set(told))
    assert lines[0] == "batch B1 came from"
    assert any("donor P-017" in line for line in lines)
    assert any("recipient P-017" in line for line in lines)


def test_other_parts_of_the_record_add_their_arrows(work: Scene) -> None:
    def lots(ledger: Ledger) -> Iterator[Edge]:
        yield Edge(Node("lot", "LOT-6"), Node("batch", "B1"), "used in", "2026-11-20T09:00:00+00:00", "e")

    found = trace(work.office.ledger, "LOT-6", (*SOURCES, lots))
    assert (found.named("batch"), found.named("recipient")) == (("B1",), ("P-017",))


def test_a_lot_leads_to_the_patients_of_the_batches_it_was_used_in(work: Scene) -> None:
    for how, batch in (("used", "B1"), ("destroyed", ""), ("returned", "B2")):
        moved = LotMoved(
            why="recipe",
            material="IL-2",
            lot="LOT-5",
            how=how,
            quantity=1.0,
            batch=batch,  # type: ignore[arg-type]
        )
        work.office.put(FIRST, moved)
    for name in ("LOT-5", "LOT-5 of IL-2"):
        found = trace(work.office.ledger, name)
        assert (found.named("batch"), found.named("recipient")) == (("B1",), ("P-017",))
    assert "LOT-5 of IL-2" in trace(work.office.ledger, "P-017").named("lot")


def test_a_lot_that_was_scanned_leads_to_the_batch(work: Scene) -> None:
    asks = {"kind": "scan", "text": "Scan the lot.", "material": "medium"}
    opened = PromptOpened(
        prompt="feed#1", step="feed", text="Scan the lot.", kind="scan", unit="", choices=(), asks=asks
    )
    judged = EntryJudged(
        prompt="feed#1", act="answer", status="taken", by=FIRST, answer="medium/M-1", old="", value=None,
        unit="", reason="",
    )  # fmt: skip
    refused = judged.model_copy(update={"status": "refused", "answer": "medium/M-2"})
    corrected = judged.model_copy(update={"status": "corrected", "answer": "medium/M-3"})
    entry = Entry(by=FIRST, entered="", happened="", slip="")
    amended = EntryAmended(why="misread", prompt="feed#1", answer="medium/M-3", entry=entry, judged=corrected)
    for number, told in enumerate((opened, judged, refused, amended)):
        data = told.model_dump(mode="json")
        work.office.ledger.append(Event(f"scan/{number}", told.type, "B1", 0, "scan", data))
    work.office.ledger.commit()
    for name in ("M-1", "M-1 of medium", "M-3"):
        found = trace(work.office.ledger, name)
        assert (found.named("batch"), found.named("recipient")) == (("B1",), ("P-017",))
    with pytest.raises(AuthorityError, match="nothing went into it"):
        trace(work.office.ledger, "M-2")


def test_an_allogeneic_pool_leads_to_every_donor_and_every_recipient(tmp_path: Path) -> None:
    with scene(tmp_path / "site") as work:
        codes = ("D-1", "D-2")
        bags = tuple(work.collected(work.issued(one, scope="allogeneic"), one) for one in codes)
        lot = work.issued("LOT-9", scope="allogeneic")
        into = pool(work.office, work[FIRST], bags, allogeneic=lot, why="pool").into
        bind(work.office, work[FIRST], "B9", into, scan=into, second="LOT-9", why="start")
        product = fill(work.office, work[FIRST], "B9", place="room", logger="TL", why="harvest").container
        work.released("B9")
        doses = [one.container for one in split(work.office, work[FIRST], product, 2, why="doses").parts]
        for dose, who in zip(doses, ("P-1", "P-2"), strict=True):
            given = {"scan": dose, "second": who, "recipient": who, "place": "ward", "why": "infusion"}
            administer(work.office, work[FIRST], dose, **given)
        assert ends(work, "D-1") == (("D-1",), ("P-1", "P-2"))
        assert set(ends(work, "P-2")[0]) == {"D-1", "D-2", "LOT-9"}
        assert set(ends(work, lot)[0]) == {"D-1", "D-2", "LOT-9"}
