"""P11-50, P11-70: who enters a result once a GMP batch has ended signs it, and what nobody signed is found."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pytest
from pydantic import JsonValue

from homeostat.errors import AuthorityError
from homeostat.execution.clock import stamp
from homeostat.governance import Office, turns
from homeostat.governance.carrying import Carrying
from homeostat.governance.ordered import order_of
from homeostat.governance.people import Secret
from homeostat.governance.signing import Judge, signatures
from homeostat.governance.together import put_together
from homeostat.historian import Historian, Series, TagSpec
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    BatchEnded,
    BatchRecalled,
    BatchStarted,
    ChunksSealed,
    PendingReported,
    ResultReported,
    SampleDrawn,
    StepChanged,
)
from homeostat.ledger.catalogue.release import Outcome
from homeostat.process import Process, Quantity
from homeostat.process.reading import Quality
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.release import recall, release, report, report_result, status
from homeostat.quality.verify import verify_site
from homeostat.site import Kind, Site
from homeostat.validation.grounds import told
from homeostat.validation.small_batch import HOUR, Teller
from homeostat.validation.staff import Member, staff

from ..lifecycle.scene import process
from ..reading import texts

BATCH = "B0001"


Late = TypeVar("Late", ResultReported, PendingReported, BatchRecalled)


class Bench(NamedTuple):
    """A site whose batch has ended while its sample is with the laboratory."""

    site: Site
    office: Office
    quinn: Member
    vera: Member

    def result(self, value: str = "2.5 1e6 cell/mL", secret: Secret | None = None) -> None:
        report_result(
            self.office, self.quinn.session, secret or self.quinn.secret, BATCH, "density",
            Quantity.parse(value), evidence="LR-7", parts=(), why="it has come",
        )  # fmt: skip

    def outcome(self, outcome: Outcome = "negative") -> None:
        report(
            self.office, self.quinn.session, self.quinn.secret, BATCH, "sterility", outcome,
            evidence="LR-8", parts=(), why="day 14",
        )  # fmt: skip

    def found(self) -> list[str]:
        return [f"{one.where}: {one.what}" for one in verify_site(self.site).altered]

    def kept(self, kind: type[Late]) -> Late:
        (one,) = self.office.acts((kind.type,), BATCH)
        return kind.model_validate(one.event.data)

    def forge(self, act: ResultReported | PendingReported | BatchRecalled, name: str = "forged") -> int:
        """Put it on record by the site's key alone."""
        data = act.model_dump(mode="json")
        self.office.ledger.append(Event(name, act.type, BATCH, 0, "quinn", data))
        self.office.ledger.commit()
        return self.office.ledger.size


def _ended(office: Office, declared: Process, kind: Kind) -> None:
    tell = Teller(office)
    begun = BatchStarted(
        process=declared.process, version=declared.version, process_hash=declared.content_hash,
        declaration=declared.model_dump_json(), patient="P-1", scan=HOUR, tags=("temperature",), outputs=(),
        equipment={}, twin={}, environment={}, site_kind=kind,
    )  # fmt: skip
    tell(begun)
    with Historian.open(office.site.historian_path) as historian:
        hours = np.arange(3, dtype=np.int64) * HOUR
        readings = Series(hours, np.full(3, 37.0), np.full(3, Quality.GOOD, np.uint8))
        for one in historian.append_series(BATCH, TagSpec("temperature", "degC"), readings):
            sealed = {"start": one.start, "end": one.end, "count": one.count}
            tell(ChunksSealed(**sealed, chunks={"temperature": one.sha256}), 2 * HOUR, actor="historian")
    step = {"level": "phase", "step": "main/expand/harvest", "title": "harvest", "cause": ""}
    tell(StepChanged.model_validate(step | {"state": "running"}), HOUR)
    tell(SampleDrawn(sample="S1", step="main/expand/harvest", assays=("count",), volume=1.0), HOUR)
    tell(BatchEnded(state="complete", scans=3, reason="recipe complete"), 3 * HOUR)
    office.ledger.commit()


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    kind: Kind = getattr(request, "param", "gmp")
    site, numbers = Site.create(tmp_path / "site", kind=kind), count()
    with Office.open(site, stamp, lambda: f"{next(numbers):032x}") as office:
        team = staff(office, quinn="quality assurance", vera="qualified person")
        _ended(office, process("1.0.0"), kind)
        vera = team["vera"]
        release(office, vera.session, vera.secret, told(pending=("sterility",)), "fit")
        yield Bench(site, office, team["quinn"], vera)


def test_whoever_enters_a_result_signs_just_that(bench: Bench) -> None:
    bench.result()
    bench.outcome()
    late, test = bench.kept(ResultReported), bench.kept(PendingReported)
    for act, about in ((late, "density of sample S1"), (test, "sterility")):
        (one,) = [
            each
            for subject in [f"{BATCH}/{about} "]
            for recorded in bench.office.acts(("record.signed",), BATCH)
            if str(recorded.event.data["subject"]).startswith(subject)
            for each in signatures(bench.office.ledger, "result", str(recorded.event.data["subject"]))
        ]
        assert (act.by, act.signature) == ("quinn", one.event)
        assert (one.state, one.person, one.name, one.meaning) == ("valid", "quinn", "Quinn", "performed")
    assert bench.found() == []


def test_the_paper_names_who_entered_it(bench: Bench) -> None:
    bench.result()
    with bench.site.reading() as (ledger, historian):
        pages = " ".join(texts(batch_document(ledger, historian, BATCH, training=False).pdf))
    assert "Quinn (quinn) performed" in pages
    assert "result B0001/ density of sample S1" in pages


def test_without_the_password_nothing_is_entered(bench: Bench) -> None:
    before = bench.office.ledger.size
    with pytest.raises(AuthorityError):
        bench.result(secret=Secret("another one of seven words"))
    assert [one.event.type for one in bench.office.ledger.events(after=before)] == ["login.refused"]


@pytest.mark.parametrize("kind", [ResultReported, PendingReported])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"signature": ""}, "nobody signed it"),
        ({"evidence": "LR-9"}, "its signature is over other words"),
        ({"by": "vera"}, "and this one nobody"),
        ({}, "its signature has carried another"),
    ],
)
def test_what_nobody_signed_is_found(
    bench: Bench, kind: type[ResultReported | PendingReported], changed: dict[str, str], words: str
) -> None:
    bench.result()
    bench.outcome()
    event = bench.forge(bench.kept(kind).model_copy(update=changed))
    (found,) = bench.found()
    assert found.startswith(f"batch {BATCH}: event {event}, ")
    assert words in found


def _report(**changed: str) -> PendingReported:
    said = {"batch": BATCH, "test": "sterility", "outcome": "negative", "evidence": "LR-8", "by": "quinn"}
    return PendingReported.model_validate({**said, "why": "day 14", "changes": (), **changed})


@pytest.mark.parametrize("outcome", ["negative", "positive"])
@pytest.mark.parametrize("name", ["forged", f"release/{BATCH}/reported/sterility"])
def test_a_report_that_nobody_signed_counts_for_nothing_and_the_real_one_is_taken(
    bench: Bench, outcome: str, name: str
) -> None:
    event = bench.forge(_report(outcome=outcome), name)
    stands = status(bench.office.ledger, BATCH)
    assert (stands.state, stands.due) == ("released, tests pending", ("sterility",))
    bench.outcome()
    stands = status(bench.office.ledger, BATCH)
    assert (stands.state, dict(stands.pending)) == ("released", {"sterility": "negative"})
    assert bench.found() == [f"batch {BATCH}: event {event}, 'sterility' as by quinn: nobody signed it"]


@pytest.mark.parametrize("bench", ["training"], indirect=True)
def test_at_a_training_site_a_report_counts_unsigned(bench: Bench) -> None:
    bench.forge(_report())
    assert status(bench.office.ledger, BATCH).state == "released"


def test_a_report_that_cannot_be_read_decides_nothing(bench: Bench) -> None:
    bench.office.ledger.append(Event("torn", PendingReported.type, BATCH, 0, "quinn", {"x": 1}))
    bench.office.ledger.commit()
    assert status(bench.office.ledger, BATCH).state == "released, tests pending"


def _recall(bench: Bench, cause: str = "a label", parts: tuple[dict[str, JsonValue], ...] = ()) -> None:
    recall(bench.office, bench.quinn.session, bench.quinn.secret, BATCH, cause, parts=parts, why="seen")


def test_whoever_recalls_signs_just_that(bench: Bench) -> None:
    part: dict[str, JsonValue] = {"container": "C-1"}
    _recall(bench, parts=(part,))
    stands = status(bench.office.ledger, BATCH)
    assert (stands.state, stands.cause, stands.parts) == ("recalled", "a label", (part,))
    assert bench.kept(BatchRecalled).signature.startswith("signature/")
    assert bench.found() == []


@pytest.mark.parametrize("late", ["test", "result"])
def test_a_recall_stands_by_the_signature_of_the_result_that_calls_for_it(bench: Bench, late: str) -> None:
    if late == "test":
        bench.outcome("positive")
        given = bench.kept(PendingReported).signature
    else:
        bench.result("0.001 1e6 cell/mL")
        given = bench.kept(ResultReported).signature
    kept = bench.kept(BatchRecalled)
    assert kept.signature == given
    assert bench.found() == []
    assert "nobody signed it" not in status(bench.office.ledger, BATCH).cause
    event = bench.forge(kept)
    (found,) = bench.found()
    assert found.startswith(f"batch {BATCH}: event {event}, 'recall' as by quinn: ")


@pytest.mark.parametrize("cause", ["made up", "density of sample S1 was reported as 9, and made up"])
def test_a_recall_tells_the_cause_of_its_result_in_the_same_act(bench: Bench, cause: str) -> None:
    bench.result("0.001 1e6 cell/mL")
    given = bench.kept(ResultReported)
    real = bench.kept(BatchRecalled)
    ledger = bench.office.ledger
    told = [
        one
        for one in ledger.events(batch=BATCH)
        if one.event.type in (ResultReported.type, BatchRecalled.type)
    ]
    order = order_of(given, 0)
    assert order is not None
    carrying = Carrying(Judge(ledger).named)
    assert carrying.lacks(told[0], given, order) == ""
    other = real.model_copy(update={"cause": cause})
    recall = order_of(other, 0)
    assert recall is not None
    assert carrying.lacks(told[1], other, recall) != ""
    assert carrying.lacks(replace(told[1], seq=told[1].seq + 1), real, recall) != ""
    assert carrying.lacks(told[1], real, recall) == ""


def test_a_recall_that_nobody_signed_is_named_and_holds_the_batch(bench: Bench) -> None:
    forged = BatchRecalled(batch=BATCH, cause="a whim", parts=({"container": "none"},), why="w", changes=())
    event = bench.forge(forged)
    stands = status(bench.office.ledger, BATCH)
    assert (stands.state, stands.cause) == ("recalled", "a whim; nobody signed it")
    assert bench.found() == [f"batch {BATCH}: event {event}, 'recall' as by quinn: nobody signed it"]
    _recall(bench)
    assert status(bench.office.ledger, BATCH).cause == "a label"
    bench.forge(forged, "again")
    stands = status(bench.office.ledger, BATCH)
    assert (stands.cause, stands.parts) == ("a label", ())


def test_a_result_from_before_they_were_signed_is_read_and_named(bench: Bench) -> None:
    bench.result()
    old = bench.kept(ResultReported).model_dump(mode="json", exclude={"signature"})
    assert ResultReported.model_validate(old).signature == ""


def test_a_result_outside_that_meets_a_release_calls_the_batch_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is released between the judgement of the result and its writing."""
    site, numbers = Site.create(tmp_path / "site", kind="gmp"), count()
    opened = [Office.open(site, stamp, lambda: f"{next(numbers):032x}") for _ in range(2)]
    with opened[0] as office, opened[1] as other:
        team = staff(office, quinn="quality assurance", vera="qualified person")
        _ended(office, process("1.0.0"), "gmp")
        vera, due = team["vera"], [told()]

        def later(*words: Any, **named: Any) -> None:
            if due:
                release(other, vera.session, vera.secret, due.pop(), "fit")
            put_together(*words, **named)

        monkeypatch.setattr(turns, "put_together", later)
        bench = Bench(site, office, team["quinn"], vera)
        bench.result("0.001 1e6 cell/mL")
        assert status(office.ledger, BATCH).state == "recalled"
        assert bench.found() == []


@pytest.mark.parametrize("bench", ["training"], indirect=True)
def test_at_a_training_site_nobody_signs_it(bench: Bench) -> None:
    bench.result()
    bench.outcome()
    assert [bench.kept(kind).signature for kind in (ResultReported, PendingReported)] == ["", ""]
    assert bench.found() == []
