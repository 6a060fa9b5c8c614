"""Who a patient code stands for: sealed, looked up on record, erased for good without touching a record."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError, SiteError
from homeostat.governance.keeping import Patients, make_backup, restore
from homeostat.ledger.catalogue import PatientErased, PatientNamed, PatientShown
from homeostat.quality.verify import verify_site

from .kept_scene import Kept, at_work, kept

IDENTITY = {"name": "Jo Doe-Smith", "born": "1980-02-29"}
PHRASE = "correct horse battery"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Kept]:
    """A site at work."""
    with kept(tmp_path / "site") as made:
        yield made


def added(scene: Kept, code: str = "P-0815") -> Patients:
    """The table with one entry."""
    table = Patients.open(scene.office)
    table.add(scene.supervisor, code, IDENTITY, why="ordered")
    return table


def test_what_is_kept_is_told_again_and_on_record(scene: Kept) -> None:
    table = added(scene)
    assert table.show(scene.supervisor, "P-0815", why="the hospital calls") == IDENTITY
    (named,) = scene.office.acts((PatientNamed.type,))
    (shown,) = scene.office.acts((PatientShown.type,))
    assert named.event.data["changes"] == [{"field": "patient", "old": None, "new": "kept"}]
    assert (shown.event.actor, shown.event.data["why"]) == ("demo-supervisor", "the hospital calls")


def test_no_event_and_no_file_says_who_it_is(scene: Kept) -> None:
    added(scene).show(scene.supervisor, "P-0815", why="x")
    for path in scene.site.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Doe-Smith" not in content, path
            assert b"1980-02-29" not in content, path


def test_erasing_is_for_good_and_breaks_no_chain(scene: Kept) -> None:
    table = added(scene)
    table.erase(scene.admin, "P-0815", why="asked for by the patient")
    with pytest.raises(SiteError, match="nobody is kept"):
        table.show(scene.supervisor, "P-0815", why="x")
    with pytest.raises(SiteError, match="never given again"):
        table.add(scene.supervisor, "P-0815", IDENTITY, why="x")
    with pytest.raises(SiteError, match="nobody is kept"):
        table.erase(scene.admin, "P-0815", why="again")
    (act,) = scene.office.acts((PatientErased.type,))
    assert act.event.data["changes"] == [{"field": "patient", "old": "kept", "new": "erased"}]
    assert list((scene.site.keys / "patients").iterdir()) == []
    assert verify_site(scene.site).findings == ()


def test_a_copy_of_the_table_is_unreadable_after_erasing(scene: Kept) -> None:
    table = added(scene)
    copy = (scene.site.root / "patients.db").read_bytes()
    table.erase(scene.admin, "P-0815", why="asked for")
    (scene.site.root / "patients.db").write_bytes(copy)
    with pytest.raises(SiteError, match="key of this entry is not here"):
        table.show(scene.supervisor, "P-0815", why="x")


def test_a_restored_backup_brings_nobody_back_that_its_ledger_erased(scene: Kept, tmp_path: Path) -> None:
    table = added(scene)
    table.erase(scene.admin, "P-0815", why="asked for")
    copy = tmp_path / "table"
    copy.write_bytes((scene.site.root / "patients.db").read_bytes())
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    back = restore(tmp_path / "a.zip", tmp_path / "back", passphrase=PHRASE)
    with sqlite3.connect(back.site.root / "patients.db") as database:
        database.execute("INSERT INTO patient VALUES ('P-0815', x'00', x'00')")
    database.close()
    with at_work(back.site, day=2) as again:
        assert Patients.open(again.office).codes() == ()


def test_a_backup_from_before_an_erasure_brings_the_patient_back_and_that_is_told(
    scene: Kept, tmp_path: Path
) -> None:
    table = added(scene)
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    table.erase(scene.admin, "P-0815", why="asked for")
    back = restore(tmp_path / "a.zip", tmp_path / "back", passphrase=PHRASE)
    assert back.patients == ("P-0815",)
    with at_work(back.site, day=2) as again:
        here = Patients.open(again.office)
        here.erase(again.admin, "P-0815", why="erased before, and restored")
        assert here.codes() == ()


def test_a_backup_without_patients_brings_none_back(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    assert restore(tmp_path / "a.zip", tmp_path / "back", passphrase=PHRASE).patients == ()


def test_an_erasure_that_was_cut_short_is_carried_out_at_the_next_opening(
    scene: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = added(scene)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Patients, "_purge", dies)
    with pytest.raises(KeyboardInterrupt):
        table.erase(scene.admin, "P-0815", why="asked for")
    monkeypatch.undo()
    assert Patients.open(scene.office).codes() == ()


def test_an_entry_can_be_corrected_and_that_is_on_record(scene: Kept) -> None:
    table = added(scene)
    table.add(scene.supervisor, "P-0815", {"name": "Jo Smith"}, why="married")
    assert table.show(scene.supervisor, "P-0815", why="x") == {"name": "Jo Smith"}
    _, second = scene.office.acts((PatientNamed.type,))
    assert second.event.data["changes"] == [{"field": "patient", "old": "kept", "new": "kept"}]


def test_entries_cannot_be_swapped(scene: Kept) -> None:
    table = added(scene)
    table.add(scene.supervisor, "P-0816", {"name": "Max Other"}, why="ordered")
    with sqlite3.connect(scene.site.root / "patients.db") as database:
        (nonce, sealed) = database.execute(
            "SELECT nonce, sealed FROM patient WHERE code = 'P-0816'"
        ).fetchone()
        database.execute("UPDATE patient SET nonce = ?, sealed = ? WHERE code = 'P-0815'", (nonce, sealed))
    database.close()
    with pytest.raises(SiteError, match="was changed, or its key is another's"):
        table.show(scene.supervisor, "P-0815", why="x")


@pytest.mark.parametrize("code", ["", "x" * 65, "a\nb", "P-doe-1", "smith80"])
def test_a_code_that_gives_the_person_away_is_refused(scene: Kept, code: str) -> None:
    identity = {"first": "Jo", "last": "Doe Smith"}
    with pytest.raises(SiteError, match=r"1 to 64|gives the person away"):
        Patients.open(scene.office).add(scene.supervisor, code, identity, why="x")


@pytest.mark.parametrize(
    "code",
    [
        "Müller",
        "muller",
        "MULLER-7",
        "lüdenscheidt",
        "Ludenscheidt1",
        "dens",
        "Zoe",
        "P-brien",
        "OBrien",
        "1980",
    ],
)
def test_a_code_that_is_a_part_of_a_name_is_refused(scene: Kept, code: str) -> None:
    identity = {"name": "Zoë Müller-Lüdenscheidt O’Brien", "born": "1980-02-29"}
    with pytest.raises(SiteError, match="gives the person away"):
        Patients.open(scene.office).add(scene.supervisor, code, identity, why="x")


@pytest.mark.parametrize("code", ["P-0815", "2019-014", "LI-7", "P-29"])
def test_short_parts_and_parts_of_dates_tell_of_nobody(scene: Kept, code: str) -> None:
    table = Patients.open(scene.office)
    table.add(scene.supervisor, code, {"name": "Li O'Malley", "born": "2019-02-29"}, why="x")
    assert table.codes() == (code,)


@pytest.mark.parametrize("identity", [{}, {"name": " "}])
def test_an_empty_identity_is_refused(scene: Kept, identity: dict[str, str]) -> None:
    with pytest.raises(SiteError, match="at least one field"):
        Patients.open(scene.office).add(scene.supervisor, "P-1", identity, why="x")


def test_who_may_not_is_refused(scene: Kept) -> None:
    table = added(scene)
    with pytest.raises(AuthorityError):
        table.add(scene.admin, "P-2", IDENTITY, why="x")
    with pytest.raises(AuthorityError):
        table.show(scene.operator, "P-0815", why="curious")
    with pytest.raises(AuthorityError):
        table.show(scene.admin, "P-0815", why="curious")
    with pytest.raises(AuthorityError):
        table.erase(scene.supervisor, "P-0815", why="x")
    assert table.codes() == ("P-0815",)


def test_keys_are_their_owners_alone(scene: Kept) -> None:
    added(scene)
    for path in (scene.site.keys / "patients").iterdir():
        assert path.stat().st_mode & 0o077 == 0
