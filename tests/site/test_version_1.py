"""P11-10c: a site that version 1 wrote opens in this version, verifies, and says what it said then."""

import json
import shutil
from pathlib import Path

import pytest

from homeostat.ledger import PublicKey, verify_ledger
from homeostat.quality import batch_record, render_html
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.verify import verify_site
from homeostat.site import Site

KEPT = Path(__file__).parent / "version_1"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A copy of the kept site."""
    shutil.copytree(KEPT, tmp_path / "site")
    return Site.open(tmp_path / "site")


def test_p11_10c_a_site_of_version_1_opens_and_verifies(site: Site) -> None:
    """Each byte stands. Its batch was told by hand and given no last state, which a later rule sees: nothing else."""
    found = verify_ledger(site.ledger_path, public_key=PublicKey.load(site.keys), heads=site.heads_file)
    assert (found.ok, found.findings) == (True, ())
    (told,) = verify_site(site).findings
    words = "it says that the batch ended complete, and its last state was running"
    assert told.what == f"event 4 (batch.ended) was put by no execution: {words}"


def test_p11_10c_its_record_says_what_it_said(site: Site) -> None:
    expected = json.loads((KEPT / "expected.json").read_text("utf-8"))
    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, "B0001", rules=expected["content"]["rules"])
        assert render_html(record, historian)
        assert batch_document(ledger, historian, "B0001", training=True).pdf.startswith(b"%PDF-1.7")
    assert record.summary == expected["summary"]
    assert record.provenance.model_dump() == expected["provenance"]
    assert _within(expected["content"], json.loads(json.dumps(record.content())))


def _within(old: object, new: object) -> bool:
    """Whether all that was said is still said: later versions may say more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and _within(value, new[name]) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_within, old, new))
    return old == new


def test_it_can_be_opened_from_media_that_cannot_be_written(site: Site) -> None:
    for path in (*site.root.rglob("*"), site.root):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with site.reading() as (ledger, historian):
            assert ledger.batches() == ["B0001"]
            assert historian.batches() == ("B0001",)
    finally:
        for path in (site.root, *site.root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
