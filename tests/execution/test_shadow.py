"""A real run as a digital shadow: nothing is steered, the log's end ends the batch, laboratory results are judged."""

from pathlib import Path

import pytest

from homeostat.execution import Options, replay, run
from homeostat.ledger.catalogue import (
    AttributeJudged,
    CommandIntended,
    LoopChanged,
    SampleResult,
    StateChanged,
)
from homeostat.process import load
from homeostat.quality import batch_record
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet

LOGS = "data/yeast_fedbatch_senck/online"


@pytest.fixture(scope="module", params=[4, 7])
def shadowed(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("shadow") / "site")
    log = shared / LOGS / f"online_{request.param}.CSV"
    finish = run(site, load("yeast-fed-batch"), Options(equipment=f"recorded:{log}"), Quiet())
    assert (finish.state, finish.reason) == ("complete", "the log ended")
    return site


def count(site: Site, kind: type) -> int:
    with site.reading() as (ledger, _):
        return sum(1 for _ in ledger.events(batch="B0001", types=[kind.type]))


def test_nothing_is_steered(shadowed: Site) -> None:
    assert count(shadowed, CommandIntended) == 0
    assert count(shadowed, LoopChanged) == 0


def test_results_arrive_and_attributes_are_judged(shadowed: Site) -> None:
    assert count(shadowed, SampleResult) >= 18
    assert count(shadowed, AttributeJudged) >= 3
    assert count(shadowed, StateChanged) == 2


def test_the_twin_is_compared_with_the_laboratory(shadowed: Site) -> None:
    with shadowed.reading() as (ledger, historian):
        record = batch_record(ledger, historian, "B0001")
    errors = {line.quantity: line.rmse for line in record.comparisons}
    assert errors.keys() == {"biomass", "glucose", "ethanol"}
    assert all(0.0 < rmse < 3.0 for rmse in errors.values())
    fitted = record.header.equipment["run"] != "7"
    assert record.comparison_note.startswith(
        f"The twin's parameters were {'' if fitted else 'not '}fitted on this run"
    )


def test_nothing_that_was_measured_corrects_the_twin(shadowed: Site) -> None:
    """As the recording declares, although the process has an observer; so it tells no doubts either."""
    with shadowed.reading() as (ledger, historian):
        assert not [spec.name for spec in historian.tags("B0001") if spec.name.startswith("twin.sd.")]
        record = batch_record(ledger, historian, "B0001")
    assert record.header.equipment["corrected"] is False
    assert record.controllers == ()


def test_the_shadow_verifies_and_replays(shadowed: Site) -> None:
    assert verify_site(shadowed).ok
    assert replay(shadowed, "B0001", Quiet()).identical
