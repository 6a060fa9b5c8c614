"""Whether a batch is executed, and which: the lock of the site, and who took it last."""

from pathlib import Path

from homeostat.execution.clock import stamp
from homeostat.ledger import Event
from homeostat.ledger.catalogue import BatchResumed
from homeostat.quality.executed import executed
from homeostat.site import Site

from .tale import Tale


def test_a_site_is_in_use_while_a_process_holds_it(tmp_path: Path) -> None:
    site = Site.create(tmp_path)
    assert not site.executing, "nobody ever held it"
    with site.writing(stamp):
        assert site.executing
    assert not site.executing
    with site.recording(stamp):
        assert not site.executing, "a person who puts something on record executes no batch"


def test_who_only_looks_does_not_keep_a_batch_from_starting(tmp_path: Path) -> None:
    site = Site.create(tmp_path)
    for _ in range(20):
        assert not site.executing
        with site.writing(stamp):
            pass


def test_the_batch_that_was_taken_up_last_is_the_one(tale: Tale) -> None:
    assert executed(tale.ledger) == ""
    tale.start()
    other = Tale(tale.ledger, tale.historian, batch="B0002")
    other.start()
    assert executed(tale.ledger) == "B0002"
    again = BatchResumed(batch="B0001", scan=3, reason="it broke off")
    event = Event("site/resume/000001", again.type, "", 0, "engine", again.model_dump(mode="json"))
    tale.ledger.append(event)
    tale.ledger.commit()
    assert executed(tale.ledger) == "B0001"
