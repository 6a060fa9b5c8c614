"""An event that cannot be read, of any type, counts for nothing: it is named by its number, and stops no reader."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import QualityError
from homeostat.execution import Options, replay, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.known import accounts
from homeostat.historian import Historian
from homeostat.ledger import JSON, Event, store
from homeostat.ledger.catalogue import PAYLOADS
from homeostat.ledger.event import encode
from homeostat.process import load
from homeostat.quality import batch_record
from homeostat.quality.audit import Wanted, trail
from homeostat.quality.batches import batches
from homeostat.quality.bundle.making import make_bundle
from homeostat.quality.deviations import deviations
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.release import awaited, grounds, obstacles
from homeostat.quality.review import review
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .release.test_grounds import MINI, Quiet

BATCH = "B0001"
DOCS = Path(__file__).parents[2] / "docs"
LOCK: JSON = {"account": "demo-qa", "cause": "attempts", "why": "x", "changes": []}


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


def torn(site: Site, kinds: list[str], batches: tuple[str, ...]) -> list[int]:
    """Put an event of each of these types on record whose payload is none of its type; their places."""
    names, places = count(), list[int]()
    with Office.open(site, stamp, lambda: f"n{next(names)}") as office:
        for kind in kinds:
            for batch in batches:
                office.ledger.append(Event(f"torn/{next(names)}", kind, batch, 0, "olga", {"x": 1}))
                office.ledger.commit()
                places.append(office.ledger.size)
    return places


def test_one_of_every_type_is_named_and_nothing_fails(site: Site) -> None:
    with site.reading() as (ledger, historian):
        before = batch_record(ledger, historian, BATCH)
    places = torn(site, [*PAYLOADS, "no.such.type"], ("", BATCH))
    named = Counter(one.event for one in verify_site(site).findings)
    assert named == Counter(places)
    assert "record" in {one.kind for one in obstacles(grounds(site, BATCH))}
    with site.reading() as (ledger, historian):
        after = batch_record(ledger, historian, BATCH)
        assert after.attributes == before.attributes
        assert after.prompts == before.prompts
        assert (len(batches(ledger)), deviations(ledger), accounts(ledger).accounts) == (1, (), {})
        assert [line.seq for line in trail(ledger, Wanted()) if line.seq in places] == places
        assert review(ledger, historian, BATCH).state == "not begun"
        assert awaited(ledger, stamp()) == ()
        assert batch_document(ledger, historian, BATCH, training=True).pdf.startswith(b"%PDF")


def test_a_bundle_with_events_that_count_for_nothing_is_proved_outside_and_names_them(
    site: Site, tmp_path: Path
) -> None:
    persons = ["record.signed", "credential.set"]
    places = torn(site, ["alert.raised", "signal.changed", "no.such.type", *persons], (BATCH,))
    with Office.open(site, stamp, lambda: "x") as office, Historian.open(site.historian_path) as historian:
        (tmp_path / "B0001.zip").write_bytes(make_bundle(office, historian, BATCH).content)
    with zipfile.ZipFile(tmp_path / "B0001.zip") as bundle:
        told = json.loads(bundle.read("record.json"))["provenance"]
        assert bundle.read("record.pdf").startswith(b"%PDF")
    assert told["void"] == places
    assert told["last"] == places[-1]
    said = [
        subprocess.run(
            [sys.executable, DOCS / script, tmp_path / "B0001.zip", *more],
            check=False,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        for script, *more in (("verify_bundle.py",), ("verify_persons.py", "--training"))
    ]
    assert said[0] == [
        f"event {place}: a {kind} that cannot be read, and counts for nothing"
        for place, kind in zip(places[3:], persons, strict=True)
    ]
    assert said[1] == [
        f"event {place}: the {kind} of None cannot be read, and counts for nothing"
        for place, kind in zip(places[3:], persons, strict=True)
    ]


MISFITS: dict[str, tuple[str, str, dict[str, JSON]]] = {
    "a type that is none": ("account.enrolled", "", {"type": [1]}),
    "an actor that is nobody": ("account.enrolled", "", {"actor": {"a": 1}}),
    "a lock at no time": ("account.locked", "", {"recorded": [1], "data": LOCK}),
    "a lock on no day": ("account.locked", "", {"recorded": "x", "data": LOCK}),
    "an alert that is a lock": ("alert.raised", "", {"type": "account.locked", "data": LOCK}),
    "an answer of no batch": ("prompt.answered", BATCH, {"batch": ["B0001"]}),
    "an answer of another batch": ("prompt.answered", BATCH, {"batch": ""}),
    "an alert that has half a sign for a name": ("alert.raised", BATCH, {"id": "\ud800"}),
    "a finding of a scan that is a lock": ("signal.changed", BATCH, {"type": "account.locked", "data": LOCK}),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_signed_body_that_is_not_the_event_of_its_columns_is_named_and_stops_nobody(
    site: Site, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.reading() as (ledger, historian):
        before = batch_record(ledger, historian, BATCH).prompts
    kind, batch, forged = MISFITS[name]
    monkeypatch.setattr(
        store, "encode", lambda event, at: json.dumps({**json.loads(encode(event, at)), **forged}).encode()
    )
    (event,) = torn(site, [kind], (batch,))
    monkeypatch.undo()
    assert [found.event for found in verify_site(site).findings] == [event]
    with site.reading() as (ledger, historian):
        assert accounts(ledger).accounts == {}
        assert [line.seq for line in trail(ledger, Wanted(since="2026-01-01T00:00:00+00:00"))][-1] == event
        assert batch_record(ledger, historian, BATCH).prompts == before
        assert batch_document(ledger, historian, BATCH, training=True).pdf.startswith(b"%PDF")
        if batch == BATCH:
            refused = pytest.raises(QualityError, match="it cannot be proved outside")
            with Office.open(site, stamp, lambda: "x") as office, refused:
                make_bundle(office, historian, BATCH)
    assert "record" in {one.kind for one in obstacles(grounds(site, BATCH))}


def test_a_signed_row_without_a_body_is_damage_that_is_found(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "encode", lambda event, at: b"")
    torn(site, ["account.locked"], ("",))
    monkeypatch.undo()
    assert ["its stored bytes are not an event" in found.what for found in verify_site(site).findings] == [
        True
    ]


def test_one_of_the_batch_is_a_difference_of_its_replay(site: Site) -> None:
    (event,) = torn(site, ["attribute.judged"], (BATCH,))
    found = replay(site, BATCH, Quiet())
    assert (found.identical, found.difference) == (False, f"event {event} cannot be read")


@pytest.mark.parametrize("kind", ["deviation.opened", "lot.moved", "party.set", "result.reported"])
def test_it_stops_every_release_until_it_is_settled_and_is_told_for_ever(site: Site, kind: str) -> None:
    (event,) = torn(site, [kind], ("",))
    (found,) = verify_site(site).findings
    assert found.event == event
    assert found.what.startswith(f"event {event} cannot be read: ")
    assert [one.kind for one in obstacles(grounds(site, BATCH))].count("record") == 1
