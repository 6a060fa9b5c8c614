"""Originals that entries name: verified with the site, sent in a bundle, missed by whoever receives one without."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from homeostat.errors import QualityError
from homeostat.ledger import SiteKey
from homeostat.ledger.catalogue import Entry, PromptAnswered
from homeostat.quality.bundle import make_bundle
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .sealed_scene import opened, told_site
from .test_bundle import faults, resigned

HOUR = 3_600_000_000
PHOTO = b"the original of a photograph"
NAME = hashlib.sha256(PHOTO).hexdigest()
WHO = "batch B0001, event {seq} (answer to main/warm/keep/ask/picture#1)"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with a finished batch; an answer in it names a photograph that was kept."""
    entry = Entry(by="ada", entered="t", happened="t", slip="s", attachment=NAME)
    said = PromptAnswered(prompt="main/warm/keep/ask/picture#1", answer="p.jpg", entry=entry)
    made = told_site(tmp_path / "site", midst=[("ada", HOUR, said)])
    keep(made, NAME, PHOTO)
    return made


def keep(site: Site, name: str, content: bytes) -> Path:
    path = site.root / "files" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def named(site: Site) -> str:
    with opened(site, 3) as (office, _):
        (one,) = office.ledger.events(types=(PromptAnswered.type,))
        return WHO.format(seq=one.seq)


def bundled(site: Site) -> dict[str, bytes]:
    with opened(site, 3) as (office, historian):
        made = make_bundle(office, historian, "B0001", parquet=False)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_kept_original_is_verified_and_sent(site: Site) -> None:
    check = verify_site(site)
    assert (check.findings, check.remarks) == ((), ())
    files = bundled(site)
    assert files[f"files/{NAME}"] == PHOTO
    assert faults(files) == []


@pytest.mark.parametrize("content", [b"another photograph", b"", PHOTO[:-1]])
def test_alc_4_an_original_that_was_altered_is_found_and_not_sent(site: Site, content: bytes) -> None:
    keep(site, NAME, content)
    (found,) = verify_site(site).altered
    words = f"the original that {named(site)} names: its bytes are not those that were kept"
    assert (found.where, found.what) == (f"files/{NAME}", words)
    with pytest.raises(QualityError, match="changed since it was kept") as refused:
        bundled(site)
    assert (refused.value.where, refused.value.mend) == (
        str(site.root / "files" / NAME),
        "restore it from a backup",
    )


@pytest.mark.parametrize("folder", [True, False])
def test_alc_4_an_original_that_is_gone_is_found_and_nothing_is_sent_without_it(
    site: Site, folder: bool
) -> None:
    path = site.root / "files" / NAME
    path.unlink()
    if not folder:
        path.parent.rmdir()
    (found,) = verify_site(site).altered
    assert (found.where, found.what) == (
        f"files/{NAME}",
        f"the original that {named(site)} names: it is missing",
    )
    with pytest.raises(QualityError, match="cannot be read") as refused:
        bundled(site)
    assert (refused.value.where, refused.value.mend) == (str(path), "restore it from a backup")


def test_a_folder_in_its_place_is_no_original(site: Site) -> None:
    path = site.root / "files" / NAME
    path.unlink()
    path.mkdir()
    (found,) = verify_site(site).altered
    assert "cannot be read" in found.what
    with pytest.raises(QualityError, match="cannot be read"):
        bundled(site)


def test_what_no_entry_names_is_remarked_and_only_its_alteration_is_a_fault(site: Site) -> None:
    """A file is kept before its entry is signed: where the signing fails it stays, and does no harm."""
    other = hashlib.sha256(b"kept, never handed in").hexdigest()
    keep(site, other, b"kept, never handed in")
    keep(site, "notes.txt", b"put there by hand")
    check = verify_site(site)
    assert (check.ok, check.remarks) == (
        True,
        (f"files/ holds what no entry names: {', '.join(sorted([other, 'notes.txt']))}.",),
    )
    keep(site, other, b"altered")
    (found,) = verify_site(site).findings
    assert found.what == "a kept file that no entry names: its bytes are not those that were kept"


def test_p11_10b_a_bundle_without_an_original_that_an_event_names_is_not_whole(site: Site) -> None:
    """Though the site itself signed the manifest of what is in it."""
    files = bundled(site)
    del files[f"files/{NAME}"]
    assert faults(files) == [f"files/{NAME}: it is missing"]
    assert faults(resigned(files, SiteKey.load(site.keys))) == [f"files/{NAME}: it is missing"]
