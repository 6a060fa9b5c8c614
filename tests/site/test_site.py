"""A site is made whole, refuses foreign places, lets one writer in, and survives an interrupted start."""

from pathlib import Path

import pytest

from homeostat.errors import HomeostatError, SiteError
from homeostat.ledger import SiteKey
from homeostat.site import Site


def test_a_site_holds_what_it_says(tmp_path: Path) -> None:
    site = Site.create(tmp_path / "deep" / "site")
    assert {path.name for path in site.root.iterdir()} == {"site.json", "heads", "keys", "records"}
    with site.writing(str):
        pass
    assert site.ledger_path.is_file()
    assert site.historian_path.is_file()
    assert Site.create(site.root) == Site.open(site.root) == site


def test_the_private_key_is_its_owners_alone(tmp_path: Path) -> None:
    site = Site.create(tmp_path / "site")
    assert (site.keys / "site.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("leaves", [[], ["heads"], ["heads", "keys"], ["heads", "keys", "records"]])
def test_a_start_that_was_interrupted_is_made_good(tmp_path: Path, leaves: list[str]) -> None:
    root = tmp_path / "site"
    for name in leaves:
        (root / name).mkdir(parents=True)
    if "keys" in leaves:
        (root / "keys" / "site.pem").write_bytes(b"half a k")
    site = Site.create(root)
    SiteKey.load(site.keys)


def test_a_place_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SiteError, match="holds other things"):
        Site.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError):
        Site.create(tmp_path / "file" / "site")
    with pytest.raises(SiteError, match="there is no site here"):
        Site.open(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', "\x00\xff"])
def test_a_damaged_configuration_is_named(tmp_path: Path, text: str) -> None:
    site = Site.create(tmp_path / "site")
    (site.root / "site.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SiteError, match="configuration"):
        Site.open(site.root)


def test_a_second_writer_waits_for_nothing_and_is_told(tmp_path: Path) -> None:
    site = Site.create(tmp_path / "site")
    with (
        site.writing(str),
        pytest.raises(HomeostatError, match="another process is executing"),
        site.writing(str),
    ):
        pass
    with site.writing(str):
        pass


def test_a_site_without_a_batch_has_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="no batch yet"), Site.create(tmp_path / "site").reading():
        pass
