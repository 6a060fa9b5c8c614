"""From a batch that was really run to its release: what stands in the way goes away one by one, and only so."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import QualityError
from homeostat.execution import Options, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.process import Process, load
from homeostat.process.release import Release
from homeostat.quality import batch_record
from homeostat.quality.credibility import Adequate
from homeostat.quality.model import BatchRecord, ModelLine
from homeostat.quality.release import grounds, obstacles, reject, release, status
from homeostat.quality.release.results import results
from homeostat.quality.review import accept, begin, review, sign_review
from homeostat.site import Site
from homeostat.validation.staff import Member, staff

MINI = Path(__file__).parents[2] / "execution" / "mini.yaml"
SENSOR = "purity-sensor"


class Quiet:
    """Looks on and says nothing."""

    def started(self, batch: str, total: int | None) -> None:
        """Nothing to say."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Nothing to say."""

    def ended(self) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site with one batch of the short culture. Copied, not written to."""
    site = Site.create(tmp_path_factory.mktemp("done") / "site")
    run(site, load(MINI), Options(batch="B0001"), Quiet())
    return site


@pytest.fixture(scope="module")
def record(done: Site) -> BatchRecord:
    with done.reading() as (ledger, historian):
        return batch_record(ledger, historian, "B0001")


def kinds(site: Site) -> list[str]:
    return [one.kind for one in obstacles(grounds(site, "B0001"))]


def test_a_batch_is_released_after_its_review_and_not_before(done: Site) -> None:
    numbers = count()
    with Office.open(done, stamp, lambda: f"n{next(numbers)}") as office:
        team = staff(office, piet="quality assurance", vera="qualified person")
        piet, vera = team["piet"], team["vera"]
        assert "review" in kinds(done)
        with pytest.raises(QualityError, match="the review is not begun"):
            release(office, vera.session, vera.secret, grounds(done, "B0001"), "fit")
        _review(office, done, piet)
        assert kinds(done) == []
        shown = grounds(done, "B0001")
        signed = release(office, vera.session, vera.secret, shown, "fit")
        assert status(office.ledger, "B0001").signature == signed.event
        assert kinds(done) == ["state"]
        for act in (release, reject):
            with pytest.raises(QualityError, match="is not the one that was shown"):
                act(office, vera.session, vera.secret, shown, "once more, on what was shown before")


def _review(office: Office, site: Site, piet: Member) -> None:
    session, secret = piet.session, piet.secret
    with site.reading() as (ledger, historian):
        begin(office, session, historian, "B0001", why="the batch has ended")
        for item in review(ledger, historian, "B0001").open:
            accept(office, session, historian, "B0001", item.id, why="no influence on the product")
        sign_review(office, session, secret, historian, "B0001", why="read in full")


def test_a_result_has_its_source_its_uncertainty_and_its_decision(record: BatchRecord, done: Site) -> None:
    (found,) = results(record, load(MINI), {})
    line = record.attributes[0]
    assert (found.source, found.value, found.sample) == ("assay", line.value, line.sample)
    assert found.uncertainty == pytest.approx(0.05 * (line.value or 0.0))
    assert found.conformity == "conforms"


def unmeasured(record: BatchRecord) -> BatchRecord:
    line = record.attributes[0].model_copy(update={"value": None, "verdict": "not measured"})
    return record.model_copy(update={"attributes": (line,), "models": (sensor(),)})


def sensor(low: float = 80.0, high: float = 95.0, decision: str = "ok") -> ModelLine:
    return ModelLine.model_construct(
        model=SENSOR,
        title="Soft sensor",
        hash="a" * 64,
        unit="%",
        value=90.0,
        low=low,
        high=high,
        decision=decision,
    )


def real_time() -> Process:
    return load(MINI).model_copy(update={"release": Release(realtime={"viability": SENSOR})})


def test_without_an_assay_a_model_stands_in_only_where_it_is_named_and_adequate(record: BatchRecord) -> None:
    adequate = {SENSOR: Adequate(True, "judged adequate")}
    (unnamed,) = results(unmeasured(record), load(MINI), adequate)
    (unjudged,) = results(unmeasured(record), real_time(), {})
    (refused,) = results(unmeasured(record), real_time(), {SENSOR: Adequate(False, "it has drifted")})
    (allowed,) = results(unmeasured(record), real_time(), adequate)
    assert [one.source for one in (unnamed, unjudged, refused, allowed)] == [
        "none",
        "none",
        "none",
        "real-time",
    ]
    assert "it has drifted" in refused.words
    assert (allowed.conformity, allowed.model, allowed.interval) == ("conforms", "a" * 64, (80.0, 95.0))


@pytest.mark.parametrize("line", [sensor(low=60.0), sensor(decision="undecided"), sensor(decision="alert")])
def test_a_prediction_that_is_not_wholly_within_decides_nothing(record: BatchRecord, line: ModelLine) -> None:
    given = unmeasured(record).model_copy(update={"models": (line,)})
    (found,) = results(given, real_time(), {SENSOR: Adequate(True, "judged adequate")})
    assert found.conformity == "undecided"


def test_the_assay_goes_before_the_model(record: BatchRecord) -> None:
    given = record.model_copy(update={"models": (sensor(),)})
    (found,) = results(given, real_time(), {SENSOR: Adequate(True, "judged adequate")})
    assert found.source == "assay"


def test_what_was_altered_keeps_the_batch(done: Site) -> None:
    found = replace(grounds(done, "B0001"), altered=("event 3: its stored bytes were changed",))
    assert "record" in [one.kind for one in obstacles(found)]


def test_what_is_open_is_resolved_by_the_command_for_its_kind(done: Site) -> None:
    against = ("EX-1: cold", "DEV-0001: cold (deviation open)", "act/7: cold (a deviation is requested)")
    found = replace(grounds(done, "B0001"), unresolved=against)
    assert [one.mend for one in obstacles(found) if one.kind == "exception"] == [
        "homeostat review dispose B0001 EX-1",
        "homeostat deviation close DEV-0001",
        "homeostat deviation open --request act/7",
    ]
