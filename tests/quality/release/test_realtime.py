"""Real-time release: a batch that a model stood for is let go without its assay, and the late result is told of it."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from homeostat.errors import AuthorityError, QualityError
from homeostat.execution import Options, replay, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.ledger.catalogue import AlertRaised, ResultReported
from homeostat.process import Process, Quantity, load
from homeostat.quality import batch_record
from homeostat.quality.credibility import assess, conclude, in_use
from homeostat.quality.model import BatchRecord, ModelLine
from homeostat.quality.release import Result, grounds, obstacles, release, report_result, status
from homeostat.quality.release.results import results
from homeostat.quality.review import accept, begin, review, sign_review
from homeostat.quality.standing_in import foretold
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.staff import Member, staff
from tests.execution.conftest import Quiet
from tests.execution.soft import written
from tests.execution.test_realtime import made, realtime

MINI = Path(__file__).parents[2] / "execution" / "mini.yaml"
BATCH = "B0001"


class Bench(NamedTuple):
    """A site with a batch whose assay is out, and who acts there: quality assurance (two) and the qualified person."""

    site: Site
    office: Office
    piet: Member
    quinn: Member
    vera: Member
    package: Path

    def judge(self, *, adequate: bool) -> None:
        found = assess(made(), self.package)
        session, secret = self.piet.session, self.piet.secret
        conclude(self.office, session, secret, found, adequate=adequate, why="read")

    def review(self) -> None:
        session, secret = self.piet.session, self.piet.secret
        with self.site.reading() as (ledger, historian):
            begin(self.office, session, historian, BATCH, why="the batch has ended")
            for item in review(ledger, historian, BATCH).open:
                accept(self.office, session, historian, BATCH, item.id, why="no influence")
            sign_review(self.office, session, secret, historian, BATCH, why="read in full")

    def release(self) -> None:
        session, secret = self.vera.session, self.vera.secret
        release(self.office, session, secret, grounds(self.site, BATCH), "fit")

    def report(self, value: str, sample: str = "") -> str:
        parts = ({"container": "C-1"},)
        told = report_result(
            self.office, self.quinn.session, self.quinn.secret, BATCH, "viability", Quantity.parse(value),
            evidence="LR-7", parts=parts, why="reported", sample=sample,
        )  # fmt: skip
        return told.verdict

    def result(self) -> Result:
        (found,) = grounds(self.site, BATCH).certificate.results
        return found

    def record(self) -> BatchRecord:
        with self.site.reading() as (ledger, historian):
            return batch_record(ledger, historian, BATCH)

    def found(self) -> list[str]:
        return [
            one.rule for one in self.record().exceptions if one.rule in {"attributes", "samples", "results"}
        ]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site where one batch has ended whose sample is with the laboratory. Copied, not written to."""
    place = tmp_path_factory.mktemp("ended")
    folder = written(made(), place / "files")
    process = realtime(load(MINI), made())
    run(Site.create(place / "site"), process, Options(seed=7, folder=folder, batch=BATCH), Quiet())
    return place


@pytest.fixture
def bench(ended: Path, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(ended, tmp_path / "copy")
    site, numbers = Site.open(tmp_path / "copy" / "site"), count()
    with Office.open(site, stamp, lambda: f"n{next(numbers)}") as office:
        team = staff(office, piet="quality assurance", quinn="quality assurance", vera="qualified person")
        yield Bench(
            site, office, team["piet"], team["quinn"], team["vera"], tmp_path / "copy" / "files" / "left.json"
        )


def test_what_a_model_stood_for_is_not_due_and_no_exception(bench: Bench) -> None:
    record = bench.record()
    assert [line.verdict for line in record.attributes] == ["pending"]
    assert [line.missing for line in record.samples] == [("count",)]
    assert bench.found() == []
    assert {one.rule: one.waiting for one in record.checks if one.rule in {"attributes", "samples"}} == {
        "attributes": 1,
        "samples": 1,
    }


def test_only_a_model_judged_adequate_lets_the_batch_go_without_its_assay(bench: Bench) -> None:
    bench.review()
    assert "never judged" in bench.result().words
    with pytest.raises(QualityError, match="never judged"):
        bench.release()
    bench.judge(adequate=False)
    assert "not adequate" in bench.result().words
    bench.judge(adequate=True)
    assert (bench.result().source, bench.result().conformity) == ("real-time", "conforms")
    assert obstacles(grounds(bench.site, BATCH)) == ()
    bench.release()
    assert status(bench.office.ledger, BATCH).state == "released"


def test_where_the_model_is_not_believed_the_assay_lets_it_go(bench: Bench) -> None:
    bench.review()
    assert bench.report("92 %") == "within"
    assert (bench.result().source, bench.result().value, bench.result().sample) == ("assay", 92.0, "S001")
    assert bench.record().samples[0].missing == ()
    with pytest.raises(QualityError, match="overtaken"):  # the review was of a record without it
        bench.release()
    bench.review()
    bench.release()
    assert status(bench.office.ledger, BATCH).state == "released"


def test_a_late_result_that_agrees_is_on_record_and_recalls_nothing(bench: Bench) -> None:
    bench.judge(adequate=True)
    bench.review()
    bench.release()
    assert bench.report("0.92 1") == "within"
    assert status(bench.office.ledger, BATCH).state == "released"
    assert bench.record().attributes[0].value == pytest.approx(92.0)
    assert bench.found() == []
    assert replay(bench.site, BATCH, Quiet()).identical
    assert verify_site(bench.site).ok


def test_a_late_result_that_disagrees_alerts_and_recalls_in_the_same_act(bench: Bench) -> None:
    bench.judge(adequate=True)
    bench.review()
    bench.release()
    assert bench.report("3 %") == "outside"
    stands = status(bench.office.ledger, BATCH)
    assert (stands.state, stands.parts) == ("recalled", ({"container": "C-1"},))
    (alert,) = bench.office.acts((AlertRaised.type,), BATCH)
    assert "Viability of sample S001 was reported as 3 %, specified is at least 5 % (LR-7)" in str(
        alert.event.data["words"]
    )
    (found,) = [one for one in bench.record().exceptions if one.rule == "attributes"]
    (told,) = bench.office.acts((ResultReported.type,), BATCH)
    assert (found.severity, found.events) == ("critical", (told.event.id,))


def test_who_reported_a_result_does_not_judge_the_batch(bench: Bench) -> None:
    bench.report("92 %")
    with pytest.raises(AuthorityError, match="reported results of the batch"):
        bench._replace(piet=bench.quinn).review()


def test_before_the_release_one_that_is_outside_is_an_exception_and_recalls_nothing(bench: Bench) -> None:
    assert bench.report("3 %") == "outside"
    assert status(bench.office.ledger, BATCH).state == "open"
    assert bench.found() == ["attributes"]
    assert bench.result().conformity == "does not conform"


def test_a_result_that_is_told_anew_keeps_the_old_one(bench: Bench) -> None:
    bench.report("3 %")
    bench.report("93 %")
    assert bench.record().attributes[0].value == 93.0
    assert sorted(bench.found()) == ["attributes", "results"]  # was outside before; was changed
    changes = [one.event.data["changes"] for one in bench.office.acts((ResultReported.type,), BATCH)]
    assert changes[-1] == [{"field": "viability", "old": 3.0, "new": 93.0}]


def test_a_late_result_is_held_against_what_the_model_said(bench: Bench) -> None:
    bench.report("3 %")
    with bench.site.reading() as (ledger, historian):
        use = in_use(ledger, historian, made().content_hash, 0.9)
    assert [(one.sample, one.measured) for one in use.compared] == [("S001", 3.0)]
    assert use.covered == 0


@pytest.mark.parametrize(
    ("value", "sample", "what"), [("3 h", "", "no value of"), ("3 %", "S9", "no sample S9 was drawn")]
)
def test_what_cannot_be_a_result_of_it_is_refused(bench: Bench, value: str, sample: str, what: str) -> None:
    with pytest.raises(QualityError, match=what):
        bench.report(value, sample)


def test_only_who_may_review_reports_it(bench: Bench) -> None:
    olga = staff(bench.office, olga="operator")["olga"]
    with pytest.raises(AuthorityError):
        bench._replace(quinn=olga).report("92 %")


def test_a_batch_that_took_its_results_in_takes_no_other(tmp_path: Path) -> None:
    site, numbers = Site.create(tmp_path / "site"), count()
    run(site, load(MINI), Options(batch=BATCH), Quiet())
    with Office.open(site, stamp, lambda: f"n{next(numbers)}") as office:
        piet = staff(office, piet="quality assurance")["piet"]
        with pytest.raises(QualityError, match="took in the result of sample"):
            report_result(
                office,
                piet.session,
                piet.secret,
                BATCH,
                "viability",
                Quantity.parse("3 %"),
                evidence="L",
                parts=(),
                why="w",
            )


def line(*, value: float, low: float, high: float, unit: str, decision: str = "ok") -> ModelLine:
    return ModelLine.model_construct(
        model="left",
        title="Soft",
        hash="a" * 64,
        value=value,
        low=low,
        high=high,
        unit=unit,
        decision=decision,
    )


def test_a_prediction_is_compared_in_the_unit_of_the_attribute() -> None:
    half = foretold((1.0, None), "1e6 cell/mL", line(value=5e5, low=4.9e5, high=5.1e5, unit="cell/mL"))
    assert half is not None
    assert (half.value, half.low, half.high, half.well) == pytest.approx((0.5, 0.49, 0.51, False))
    most = foretold((70.0, None), "%", line(value=0.9, low=0.8, high=0.95, unit="1"))
    assert most is not None
    assert (most.value, most.low, most.high, most.well) == pytest.approx((90.0, 80.0, 95.0, True))
    warm = foretold((300.0, 320.0), "K", line(value=37.0, low=36.0, high=38.0, unit="degC"))
    assert warm is not None
    assert (warm.value, warm.well) == (pytest.approx(310.15), True)


@pytest.mark.parametrize("why", ["predicts 'broth temperature'", "its answers are not declared critical"])
def test_what_speaks_against_a_model_is_why_the_assay_is_asked_for(bench: Bench, why: str) -> None:
    process: Process = realtime(load(MINI), made())
    (found,) = results(bench.record(), process, {}, {"viability": why})
    assert (found.source, found.conformity) == ("none", "not measured")
    assert why in found.words
