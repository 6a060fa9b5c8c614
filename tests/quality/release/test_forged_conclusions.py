"""What only an execution concludes cannot be made up: verify, replay and release tell what no scan came to.

The events here are put under the site's own key, at a copy of a site whose batch was really run, reviewed or not.
"""

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from pydantic import JsonValue

from homeostat.execution import Options, replay, run, states
from homeostat.execution.clock import stamp
from homeostat.execution.models import recall_models
from homeostat.execution.replay import unlike
from homeostat.governance import Office
from homeostat.governance.placed import FINAL, misplaced
from homeostat.ledger import Event, Recorded
from homeostat.ledger.catalogue import (
    AttributeJudged,
    BatchEnded,
    BatchResumed,
    ChunksSealed,
    CommandIntended,
    EntryJudged,
    ModelLoaded,
    Payload,
    SampleResult,
    StateChanged,
    TailAnchored,
)
from homeostat.process import load
from homeostat.quality import batch_record
from homeostat.quality.batches import batches
from homeostat.quality.release import grounds, obstacles
from homeostat.quality.release.founded import unfounded
from homeostat.quality.story import Story
from homeostat.quality.verify import verify_site
from homeostat.quality.vouched import Vouched
from homeostat.site import Site

from .test_grounds import MINI, Quiet

BATCH = "B0001"
FORGED = "forged/1f"
INTENDED = CommandIntended(kind="set", target="heater", value=1.0, unit="%", retain=(), step="")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site with one batch of the short culture. Copied, not written to."""
    site = Site.create(tmp_path_factory.mktemp("done") / "site")
    run(site, load(MINI), Options(batch=BATCH), Quiet())
    return site


@pytest.fixture
def site(done: Site, tmp_path: Path) -> Site:
    shutil.copytree(done.root, tmp_path / "site")
    return Site.open(tmp_path / "site")


def put(site: Site, said: Payload, name: str = FORGED, actor: str = "scan", time: int = 0) -> int:
    """Put it on record by the site's key alone."""
    with Office.open(site, stamp, lambda: f"n{next(count())}") as office:
        data = said.model_dump(mode="json")
        office.ledger.append(Event(name, said.type, BATCH, time, actor, data))
        office.ledger.commit()
        return office.ledger.size


def forged(site: Site, said: Payload, batch: str) -> None:
    """Put it on record as of that batch."""
    with Office.open(site, stamp, lambda: f"n{next(count())}") as office:
        event = Event(FORGED, said.type, batch, 0, "engine", said.model_dump(mode="json"))
        office.ledger.append(event)
        office.ledger.commit()


def judged(site: Site) -> AttributeJudged:
    """The genuine judgement."""
    with site.reading() as (ledger, _):
        (one,) = ledger.events(batch=BATCH, types=(AttributeJudged.type,))
    return AttributeJudged.model_validate(one.event.data)


def taken() -> EntryJudged:
    return EntryJudged(
        prompt="x#1", act="correction", status="corrected", by="olga", answer="77", old="10", value=77.0,
        unit="mL", reason="misread",
    )  # fmt: skip


def made_up(site: Site, kind: str) -> Payload:
    match kind:
        case "verdict":
            return judged(site).model_copy(update={"value": 99.9})
        case "entry":
            return taken()
        case "state":
            return StateChanged(before="complete", after="aborted", cause="made up")
        case _:
            return SampleResult(sample="S001", assay="counter", taken=0, values={}, units={})


def in_the_way(site: Site) -> list[str]:
    return [one.words for one in obstacles(grounds(site, BATCH)) if one.kind == "record"]


@pytest.mark.parametrize("name", [FORGED, f"{BATCH}/000001/000x", f"{BATCH}/999999/000", f"{BATCH}/late"])
@pytest.mark.parametrize("kind", ["verdict", "entry", "state", "result"])
def test_what_stands_after_the_end_is_named_kept_from_the_record_and_stops_the_release(
    site: Site, kind: str, name: str
) -> None:
    with site.reading() as (ledger, historian):
        before = batch_record(ledger, historian, BATCH)
    event = put(site, made_up(site, kind), name)
    (found,) = verify_site(site).findings
    assert found.event == event
    assert "was put by no execution: the batch had ended" in found.what
    assert in_the_way(site) == [f"{found.where}: {found.what}"]
    again = replay(site, BATCH, Quiet())
    assert not again.identical
    assert again.difference
    with site.reading() as (ledger, historian):
        after = batch_record(ledger, historian, BATCH)
    assert after.attributes == before.attributes
    assert (after.header.state, after.header.finished) == ("complete", True)


def test_replay_counts_every_decision(site: Site) -> None:
    before = replay(site, BATCH, Quiet())
    put(site, made_up(site, "verdict"))
    after = replay(site, BATCH, Quiet())
    assert after.decisions == before.decisions + 1
    assert (before.identical, after.identical) == (True, False)
    assert after.difference.endswith("the batch had ended, with event " + str(_end(site)))


def _end(site: Site) -> int:
    with site.reading() as (ledger, _):
        return next(ledger.events(types=(BatchEnded.type,))).seq


def test_of_two_ends_the_first_stands(site: Site) -> None:
    event = put(site, BatchEnded(state="aborted", scans=1, reason="made up"), actor="engine")
    (found,) = verify_site(site).findings
    assert found.event == event
    with site.reading() as (ledger, historian):
        assert [line.state for line in batches(ledger)] == ["complete"]
        assert batch_record(ledger, historian, BATCH).header.state == "complete"
    assert grounds(site, BATCH).state == "complete"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (FORGED, f"no scan gives the id {FORGED}"),
        (f"{BATCH}/000000/001", f"its id {BATCH}/000000/001 is that of a place before others"),
    ],
)
def test_before_the_end_a_conclusion_has_its_place(done: Site, tmp_path: Path, name: str, words: str) -> None:
    """A record is told again, with one event more in its midst."""
    site = Site.create(tmp_path / "again")
    with done.reading() as (ledger, _), site.recording(stamp) as again:
        told = [one.event for one in ledger.events(batch=BATCH)]
        own = next(place for place, one in enumerate(told) if one.id == name) if name != FORGED else 0
        forged = Event(name, told[own].type, BATCH, 0, "scan", dict(told[own].data))
        for one in [*told[:own], *told[own + bool(own) : 20], *([forged] if own else []), *told[20:-1]]:
            again.append(one)
        if not own:
            data = StateChanged(before="a", after="b", cause="c").model_dump(mode="json")
            again.append(Event(name, StateChanged.type, BATCH, 0, "scan", data))
        again.commit()
        again.append(told[-1])
        again.commit()
    found = [one.what for one in verify_site(site).findings if "was put by no execution" in one.what]
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize("told", [StateChanged(before="a", after="b", cause="c"), INTENDED])
def test_a_conclusion_about_a_batch_that_never_began_is_named(site: Site, told: Payload) -> None:
    """Also one of the types that scans write by the hundred thousand."""
    with Office.open(site, stamp, lambda: "n") as office:
        data = told.model_dump(mode="json")
        office.ledger.append(Event("B0099/000000/000", told.type, "B0099", 0, "scan", data))
        office.ledger.commit()
    (found,) = verify_site(site).findings
    assert (found.where, found.what.endswith("no batch of this name had begun")) == ("batch B0099", True)


def test_a_decision_of_no_batch_is_named(site: Site) -> None:
    with Office.open(site, stamp, lambda: "n") as office:
        data = taken().model_dump(mode="json")
        office.ledger.append(Event(FORGED, EntryJudged.type, "", 0, "scan", data))
        office.ledger.commit()
    (found,) = verify_site(site).findings
    assert found.what.endswith("it is of no batch, and only the execution of one says so")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": 99.9}, "the result of sample "),
        ({"verdict": "outside"}, "by the specification it is within"),
        ({"low": 0.0}, "its specification is not that of the process"),
        ({"sample": "S009"}, "no result of sample S009 stands before it"),
        ({"attribute": "glamour"}, "the process declares no such attribute"),
        ({}, ""),
    ],
)
def test_a_judgement_is_reckoned_anew_from_its_result(
    done: Site, changed: dict[str, JsonValue], words: str
) -> None:
    with done.reading() as (ledger, historian):
        story = Story.read(ledger, historian, BATCH)
    told = tuple(
        _with(one, changed) if one.event.type == AttributeJudged.type else one for one in story.events
    )
    found = list(unfounded(Story(story.batch, told, story.site, story.tapes)))
    assert [words in one for one in found] == ([True] if words else [])


def _with(recorded: Recorded, changed: dict[str, JsonValue]) -> Recorded:
    data = {**recorded.event.data, **changed}
    return replace(recorded, event=replace(recorded.event, data=data))


def test_a_judgement_more_than_there_are_results_is_refused(done: Site) -> None:
    with done.reading() as (ledger, historian):
        story = Story.read(ledger, historian, BATCH)
    twice = [one for one in story.events if one.event.type == AttributeJudged.type] * 2
    told = Story(story.batch, (*story.events, *twice[1:]), story.site, story.tapes)
    (found,) = unfounded(told)
    assert "no result of sample" in found


def test_it_is_an_obstacle_that_no_exceptional_release_waives(done: Site) -> None:
    shown = replace(grounds(done, BATCH), unfounded=("event 7: made up",))
    assert ("result", "event 7: made up") in [(one.kind, one.words) for one in obstacles(shown)]


def test_a_result_of_a_sample_that_nobody_drew_founds_nothing(done: Site) -> None:
    """Result and judgement agree, and the batch drew another sample for the assay."""
    with done.reading() as (ledger, historian):
        story = Story.read(ledger, historian, BATCH)
    of = (AttributeJudged.type, SampleResult.type)
    told = tuple(_with(one, {"sample": "S777"}) if one.event.type in of else one for one in story.events)
    (found,) = unfounded(Story(story.batch, told, story.site, story.tapes))
    assert found.endswith("no sample S777 was drawn for it before")


def test_an_end_that_the_last_scan_did_not_conclude_is_named(done: Site) -> None:
    """A batch that broke off while it ran, ended by the site's key as complete."""
    with done.reading() as (ledger, _):
        told = tuple(ledger.events(batch=BATCH))
    states = [one for one in told if one.event.type == StateChanged.type]
    found = [words for _, words in misplaced(one for one in told if one.seq != states[-1].seq)]
    assert found == ["it says that the batch ended complete, and its last state was running"]


def test_an_end_of_no_batch_is_named_and_no_batch_is_listed_for_it(site: Site) -> None:
    forged(site, BatchEnded(state="complete", scans=3, reason="forged"), batch="")
    found = [one.what for one in verify_site(site).findings]
    assert len(found) == 1
    assert "it is of no batch" in found[0]
    with site.reading() as (ledger, _):
        assert [one.id for one in batches(ledger)] == [BATCH]


@pytest.mark.parametrize(
    ("batch", "words"), [(BATCH, "the batch had ended"), ("B0999", "no batch of this name had begun")]
)
def test_a_resumption_of_what_does_not_run_is_named_and_is_not_in_the_record(
    site: Site, batch: str, words: str
) -> None:
    forged(site, BatchResumed(batch=batch, scan=3, reason="forged"), batch="")
    (found,) = verify_site(site).findings
    assert words in found.what
    with site.reading() as (ledger, historian):
        assert Story.read(ledger, historian, BATCH).interruptions == ()


def test_a_model_that_is_loaded_after_the_first_scan_is_named_and_not_taken(done: Site) -> None:
    with done.reading() as (ledger, _):
        told = list(ledger.events(batch=BATCH))
    loads = [
        ModelLoaded(model="m", hash="h", package=text).model_dump(mode="json") for text in ("{1}", "{2}")
    ]
    early, late = (
        replace(told[0], event=Event(FORGED, ModelLoaded.type, BATCH, 0, "scan", data)) for data in loads
    )
    midst = [told[0], early, *told[1:10], late, *told[10:]]
    (found,) = misplaced(midst)
    assert (found[0], "before the first scan" in found[1]) == (late, True)
    assert recall_models(midst) == {"m": "{1}"}


def test_a_second_seal_that_contradicts_the_first_is_named(site: Site) -> None:
    with site.reading() as (ledger, _):
        sealed = next(ledger.events(batch=BATCH, types=(ChunksSealed.type,))).event
    honest = ChunksSealed.model_validate(sealed.data)
    tag = next(iter(honest.chunks))
    vouched = Vouched()
    vouched.hear(7, BATCH, honest)
    vouched.hear(9, BATCH, honest.model_copy(update={"chunks": {tag: "0" * 64}}))
    (found,) = vouched.contradicting
    assert found.what == f"event 9 counts for nothing: a chunk of {tag} was sealed with another hash before"
    assert vouched.sealed[BATCH, tag, honest.start] == honest.chunks[tag]


def test_rows_that_become_fewer_are_named() -> None:
    vouched = Vouched()
    for seq, rows in ((3, 10), (5, 12), (8, 10)):
        vouched.hear(seq, "", TailAnchored(batch=BATCH, rows=rows, last=rows, head="0"))
    (found,) = vouched.contradicting
    assert found.what == "event 8 counts for nothing: it tells of 10 rows, and one before it of 12"
    assert vouched.tails[BATCH].rows == 12


def test_the_states_in_which_a_batch_ends_are_those_of_its_states() -> None:
    assert {state.value for state in states.FINAL} == FINAL


def test_replay_tells_an_end_that_is_not_that_of_the_last_scan() -> None:
    assert unlike("running", 30, None) == ""
    assert unlike("complete", 30, BatchEnded(state="complete", scans=30, reason="")) == ""
    wrong = BatchEnded(state="complete", scans=31, reason="")
    assert unlike("paused", 30, wrong) == "after 30 scans it is paused, on record complete after 31"
