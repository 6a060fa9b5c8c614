"""P11-10a: a forged event stops releases until two persons have settled it, and that of its own batch for good."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from homeostat.errors import AuthorityError, QualityError
from homeostat.execution import Options, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.signing import Subject
from homeostat.governance.signing.giving import give
from homeostat.ledger import Event, canonical
from homeostat.ledger.catalogue import RecordSigned
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.process import load
from homeostat.quality.bundle import make_bundle
from homeostat.quality.deviations import assess, classify, close, explain, open_deviation, plan_action
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.release import release, status
from homeostat.quality.release.grounds import grounds
from homeostat.quality.settlement import KIND, finding_subject, settlements
from homeostat.quality.settling import settle
from homeostat.quality.unproven import touching
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.own_key import round_the_back
from homeostat.validation.staff import Member, staff

from .reading import texts
from .release.test_clock_steps import reviewed, said
from .release.test_grounds import MINI, Quiet

FORGED = "did not sign these words"


class Bench(NamedTuple):
    """A training site with a finished batch and its people; `number` says what is put on record next."""

    office: Office
    team: dict[str, Member]

    def forged(self, batch: str) -> int:
        """A signature of a qualified person, copied under the site's key to where nobody gave it; its place."""
        vera = self.team["vera"]
        shown = Subject("certificate", "B0009", canonical({"batch": "B0009"}), "B0009")
        data = round_the_back(self.office, vera.session, vera.secret, shown, "rejected").model_dump(
            mode="json"
        )
        self.office.ledger.append(Event("signature/copy", RecordSigned.type, batch, 0, "vera", data))
        self.office.ledger.commit()
        return self.office.ledger.size

    def deviation(self, finding: str = "") -> str:
        """Opened, and assessed as far as it has to be to be closed: of the forged event, or of another finding."""
        sven, signatures = self.team["sven"].session, self.office.ledger.events(types=(RecordSigned.type,))
        place = next((one.seq for one in signatures if one.event.id == "signature/copy"), 0)
        name = open_deviation(
            self.office,
            sven,
            title="a forged signature",
            finding=finding or f"verify names event {place}",
            why="w",
        )
        classify(self.office, sven, name, "major", why="w")
        assess(self.office, sven, name, "none: it decides nothing", why="w")
        explain(self.office, sven, name, "the machine stood open", why="w")
        plan_action(
            self.office,
            sven,
            name,
            kind="corrective",
            text="a new machine",
            owner="ada",
            due="2099-01-01",
            why="w",
        )
        return name

    def closed(self, finding: str = "") -> str:
        name, piet = self.deviation(finding), self.team["piet"]
        close(self.office, piet.session, piet.secret, name, why="looked into")
        return name

    def settle(self, who: str, event: int, deviation: str) -> None:
        one = self.team[who]
        settle(self.office, one.session, one.secret, event, deviation, why="the disk was compared")

    def against(self) -> list[str]:
        return [words for kind, words in said(self.office.site) if kind == "record"]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ended") / "site"
    run(Site.create(root), load(MINI), Options(batch="B0001", welcome=True), Quiet())
    return root


@pytest.fixture
def bench(ended: Path, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(ended, tmp_path / "site")
    site, numbers = Site.open(tmp_path / "site"), count()
    with Office.open(site, stamp, lambda: f"n{next(numbers):030d}") as office:
        roles = {"ada": "administrator", "sven": "supervisor", "vera": "qualified person"}
        team = staff(office, piet="quality assurance", quinn="quality assurance", **roles)
        yield Bench(office, team)


@pytest.mark.parametrize("batch", ["", "B0002"])
def test_two_persons_settle_it_and_other_batches_are_released(bench: Bench, batch: str) -> None:
    event = bench.forged(batch)
    reviewed(bench.office, bench.team["piet"])
    assert len(bench.against()) == 1
    name = bench.closed()
    bench.settle("ada", event, name)
    assert len(bench.against()) == 1  # one person settles nothing
    bench.settle("quinn", event, name)
    assert bench.against() == []
    check = verify_site(bench.office.site)
    (found,) = [one for one in check.findings if one.event == event]
    assert (check.ok, check.altered) == (False, ())  # it is told for ever
    assert found.settled.startswith(f"settled in {name}: asked by Ada (ada), requested, ")
    assert "Quinn (quinn), approved" in found.settled
    vera = bench.team["vera"]
    release(bench.office, vera.session, vera.secret, grounds(bench.office.site, "B0001"), "fit")
    assert status(bench.office.ledger, "B0001").state == "released"


def test_the_batch_that_it_is_about_is_not_released(bench: Bench) -> None:
    event, name = bench.forged("B0001"), bench.closed()
    for who in ("ada", "quinn"):
        bench.settle(who, event, name)
    reviewed(bench.office, bench.team["piet"])
    (words,) = bench.against()
    assert words.endswith("that is settled for other batches, not for this one")
    vera = bench.team["vera"]
    with pytest.raises(QualityError, match="settled for other batches"):
        release(bench.office, vera.session, vera.secret, grounds(bench.office.site, "B0001"), "fit")


@pytest.mark.parametrize("batch", ["B0001", ""])
def test_what_came_after_a_deviation_was_closed_is_in_the_way_of_its_batch_until_it_is_settled(
    bench: Bench, batch: str
) -> None:
    """It may say that a patient was harmed, and nobody judged it; of no other batch."""
    sven, piet, ledger = bench.team["sven"].session, bench.team["piet"], bench.office.ledger
    name = open_deviation(bench.office, sven, title="t", finding="f", batch="B0001", why="w")
    classify(bench.office, sven, name, "minor", why="w")
    assess(bench.office, sven, name, "none", why="w")
    explain(bench.office, sven, name, "a seal", why="w")
    close(bench.office, piet.session, piet.secret, name, why="looked into")
    said_then = {"deviation": name, "classification": "critical", "why": "harm was found", "changes": []}
    ledger.append(Event("late", "deviation.classified", batch, 0, "sven", said_then))
    ledger.commit()
    event = ledger.size
    assert verify_site(bench.office.site).altered == ()
    (words,) = bench.against()
    assert words == (
        f"event {event} (deviation.classified), as by sven, counts for nothing: {name} had been closed by piet"
    )
    settled_in = bench.closed(f"verify names event {event}")
    for who in ("ada", "quinn"):
        bench.settle(who, event, settled_in)
    assert bench.against() == []


def test_paper_and_bundle_of_that_batch_tell_it(bench: Bench) -> None:
    event, name = bench.forged("B0001"), bench.closed()
    with bench.office.site.reading() as (ledger, historian):
        before = " ".join(texts(batch_document(ledger, historian, "B0001", training=True).pdf))
    assert "Findings of the verification" in before
    assert f"event {event}, as by vera: it was given" in before
    assert "not settled" in before
    for who in ("ada", "quinn"):
        bench.settle(who, event, name)
    with bench.office.site.reading() as (ledger, historian):
        after = " ".join(texts(batch_document(ledger, historian, "B0001", training=True).pdf))
        kept = make_bundle(bench.office, historian, "B0001", parquet=False).content
    assert f"settled in {name}" in after
    assert b"events.jsonl" in kept
    about = [one.event.data for one in bench.office.ledger.events(batch="B0001", types=(RecordSigned.type,))]
    assert [one["meaning"] for one in about if one["kind"] == KIND] == ["requested", "approved"]


def test_the_order_and_the_persons_are_held_to(bench: Bench) -> None:
    event, open_, closed = bench.forged(""), bench.deviation(), bench.closed()
    for who, number, name, words in (
        ("quinn", event, closed, "requested"),  # nobody asked
        ("quinn", event, open_, "the deviation is open"),
        ("ada", event, "DEV-0099", "DEV-0099"),
        ("ada", event - 1, closed, "nothing is found of event"),
        ("ada", 0, closed, "nothing is found of event"),
        ("sven", event, closed, "is refused"),
    ):
        before = bench.office.ledger.size
        with pytest.raises((AuthorityError, QualityError), match=words):
            bench.settle(who, number, name)
        (refusal,) = bench.office.ledger.events(after=before)
        assert (refusal.event.type, refusal.event.actor) == (AccessRefused.type, who)
    assert settlements(bench.office.ledger) == {}


def test_it_is_settled_once(bench: Bench) -> None:
    event, name = bench.forged(""), bench.closed()
    for who in ("ada", "quinn"):
        bench.settle(who, event, name)
    with pytest.raises(QualityError, match="it is settled"):
        bench.settle("ada", event, name)


def test_a_deviation_of_something_else_settles_nothing(bench: Bench) -> None:
    before = bench.closed(f"verify names event {bench.office.ledger.size + 20}")
    event = bench.forged("")
    for name, words in (
        (before, f"it was opened before event {event} was on record"),
        (bench.closed("a door stood open"), f"names 'event {event}'"),
        (bench.closed(f"verify names event {event}0"), f"names 'event {event}'"),
    ):
        with pytest.raises(QualityError, match=words):
            bench.settle("ada", event, name)
        ada = bench.team["ada"]
        (found,) = [one for one in verify_site(bench.office.site).altered if one.event == event]
        shown = finding_subject(next(bench.office.ledger.events(after=event - 1)), found.what, name)
        terms: dict[str, object] = {"finding": found.what, "deviation": name}
        for one, meaning in ((ada, "requested"), (bench.team["quinn"], "approved")):
            give(bench.office, one.session, one.secret, shown, meaning, "past the act", terms=terms)
    assert settlements(bench.office.ledger) == {}


def test_it_is_asked_for_once(bench: Bench) -> None:
    event, name = bench.forged(""), bench.closed()
    bench.settle("ada", event, name)
    with pytest.raises(QualityError, match="it was asked for already: Ada"):
        bench.settle("ada", event, name)
    bench.settle("quinn", event, name)
    assert set(settlements(bench.office.ledger)) == {event}


def test_a_signature_that_stands_elsewhere_holds_the_batch_that_it_is_about(bench: Bench) -> None:
    bench.forged("")
    ledger = bench.office.ledger
    copied = next(ledger.events(after=ledger.size - 1)).event
    certificate: dict[str, object] = {"subject": "", "terms": {"certificate": {"batch": "B0008"}}}
    for number, changed in enumerate(({}, {"subject": "B0007/warm/ask#1"}, certificate)):
        data = {**copied.data, "batch": "", **changed}
        ledger.append(Event(f"elsewhere/{number}", RecordSigned.type, "", 0, "vera", data))
    ledger.commit()
    size, found = ledger.size, verify_site(bench.office.site).findings
    about = {"B0009": [size - 3, size - 2], "B0007": [size - 1], "B0008": [size], "B0001": []}
    for batch, held in about.items():
        assert [one.event for one in touching(ledger, found, batch)] == held


def test_a_settlement_that_is_forged_settles_nothing(bench: Bench) -> None:
    """Of another event, in another deviation, or copied: each is over other words than it would have to be."""
    event, name = bench.forged(""), bench.closed()
    for who in ("ada", "quinn"):
        bench.settle(who, event, name)
    given = [
        one.event.data for one in bench.office.acts((RecordSigned.type,)) if one.event.data["kind"] == KIND
    ]
    second = bench.office.ledger.size + 1
    for number, data in enumerate(given):
        moved = {**data, "subject": f"event {second}"}
        bench.office.ledger.append(
            Event(f"copied/{number}", RecordSigned.type, "", 0, str(data["account"]), moved)
        )
    bench.office.ledger.commit()
    assert set(settlements(bench.office.ledger)) == {event}
    assert {one.event for one in verify_site(bench.office.site).altered} == {second, second + 1}
