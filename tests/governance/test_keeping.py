"""Backup and restoration: while the site works, whole or not at all, and an old one over a newer past is found."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import AuthorityError, LedgerError, SiteError
from homeostat.governance.keeping import (
    RETENTION,
    check_backup,
    make_backup,
    put_restored,
    restore,
)
from homeostat.governance.keeping import backup as backing
from homeostat.governance.keeping.cipher import FRAME, seal, unseal
from homeostat.ledger import Event, read_heads
from homeostat.ledger.catalogue import AlertRaised, BackupMade, SiteRestored
from homeostat.quality import batch_record
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.told import tell

from .kept_scene import Kept, at_work, kept, ticking

PHRASE = "correct horse battery"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Kept]:
    """A site with a batch, at work."""
    with kept(tmp_path / "site") as made:
        yield made


def test_a11_7_a_backup_restores_to_the_same_head(scene: Kept, tmp_path: Path) -> None:
    made = make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="daily")
    back = restore(tmp_path / "a.zip", tmp_path / "back", fingerprint=made.manifest.key)
    with back.site.reading() as (ledger, historian):
        head = ledger.head
        assert head is not None
        assert (head.size, head.root.hex()) == (made.manifest.events, made.manifest.root)
        assert batch_record(ledger, historian, "B0001").summary
    assert verify_site(back.site).findings == ()
    assert not back.writable
    assert back.lost == ""


def test_the_backup_is_an_act_behind_what_is_in_it(scene: Kept, tmp_path: Path) -> None:
    made = make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="before the upgrade")
    (act,) = scene.office.acts((BackupMade.type,))
    assert (act.event.actor, act.event.data["why"]) == ("demo-admin", "before the upgrade")
    assert (act.event.data["manifest"], act.event.data["root"]) == (made.digest, made.manifest.root)
    assert act.seq > made.manifest.events


def test_who_may_not_keep_the_site_makes_no_backup(scene: Kept, tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match=r"site\.keep"):
        make_backup(scene.office, scene.operator, tmp_path / "a.zip", why="curious")
    assert not (tmp_path / "a.zip").exists()


def test_an_older_backup_is_never_replaced(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="first")
    before = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(SiteError, match="a file of this name already"):
        make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="second")
    assert (tmp_path / "a.zip").read_bytes() == before


def test_p11_30_private_keys_leave_the_site_only_sealed(scene: Kept, tmp_path: Path) -> None:
    secret = (scene.site.keys / "site.pem").read_bytes()
    make_backup(scene.office, scene.admin, tmp_path / "open.zip", why="x")
    make_backup(scene.office, scene.admin, tmp_path / "sealed.zip", why="x", passphrase=PHRASE)
    for name in ("open.zip", "sealed.zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert all(secret not in archive.read(member) for member in archive.namelist())
    with zipfile.ZipFile(tmp_path / "sealed.zip") as archive:
        assert b"SQLite format 3" not in archive.read("ledger.db")
        assert archive.read("keys/site.pub.pem") == (scene.site.keys / "site.pub.pem").read_bytes()


def test_a_sealed_backup_brings_back_a_site_that_can_be_worked_at(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    back = restore(tmp_path / "a.zip", tmp_path / "back", passphrase=PHRASE)
    assert back.writable
    assert (back.site.keys / "site.pem").stat().st_mode & 0o077 == 0
    with at_work(back.site, day=2) as again:
        put_restored(again.office, again.admin, back, why="the disk died")
        tell(again.office, "B0002")
        (act,) = again.office.acts((SiteRestored.type,))
    assert act.event.data["manifest"] == back.digest
    assert verify_site(back.site).findings == ()


@pytest.mark.parametrize(
    ("given_", "said"), [("", "sealed"), ("correct horse batterY", "does not open"), ("x", "12")]
)
def test_a_sealed_backup_needs_its_passphrase(scene: Kept, tmp_path: Path, given_: str, said: str) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    with pytest.raises(SiteError, match=said):
        restore(tmp_path / "a.zip", tmp_path / "back", passphrase=given_)
    assert not (tmp_path / "back").exists()


def test_keys_come_back_for_their_owner_alone(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="daily", passphrase=PHRASE)
    back = restore(tmp_path / "a.zip", tmp_path / "back", passphrase=PHRASE)
    folders = [one for one in back.site.keys.rglob("*") if one.is_dir()]
    assert folders
    assert {one.stat().st_mode & 0o777 for one in folders} == {0o700}


def test_a_backup_does_not_lie_inside_its_site(
    scene: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = scene.office.site.root
    monkeypatch.chdir(root)
    (tmp_path / "link").symlink_to(root)
    for place in (root / "a.zip", Path("a.zip"), root / "records" / "a.zip", tmp_path / "link" / "a.zip"):
        with pytest.raises(SiteError, match="inside its site"):
            make_backup(scene.office, scene.admin, place, why="daily")
    assert not list(root.rglob("*.zip*"))


def test_an_old_backup_over_newer_heads_is_found(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "old.zip", why="x", passphrase=PHRASE)
    tell(scene.office, "B0002")
    heads = scene.site.heads_file
    with pytest.raises(
        SiteError, match=r"the backup is older than a head that is known: .* the last \d+ are missing"
    ):
        restore(tmp_path / "old.zip", tmp_path / "back", passphrase=PHRASE, heads=heads)
    back = restore(tmp_path / "old.zip", tmp_path / "back", passphrase=PHRASE, heads=heads, accept_loss=True)
    with at_work(back.site, day=2) as again:
        put_restored(again.office, again.admin, back, why="nothing newer was left")
        (act,) = again.office.acts((SiteRestored.type,))
    assert "are missing" in str(act.event.data["why"])


def test_an_old_ledger_put_back_by_hand_is_found(scene: Kept, tmp_path: Path) -> None:
    """Past `restore`: the exported heads bear witness to what is missing."""
    old = make_backup(scene.office, scene.admin, tmp_path / "old.zip", why="x")
    tell(scene.office, "B0002")
    root = tmp_path / "copy"
    shutil.copytree(scene.site.root, root)
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (root / name).unlink(missing_ok=True)
    with zipfile.ZipFile(old.path) as archive:
        (root / "ledger.db").write_bytes(archive.read("ledger.db"))
    found = [one.what for one in verify_site(Site.open(root)).findings]
    assert any("but the ledger holds only" in one for one in found)
    with (
        pytest.raises(LedgerError, match="the last exported head is not in the ledger"),
        at_work(Site.open(root)),
    ):
        pass


def test_a_step_of_the_clock_long_ago_keeps_nobody_from_restoring(tmp_path: Path) -> None:
    with kept(tmp_path / "site"):
        pass
    with at_work(Site.open(tmp_path / "site"), day=9):
        pass
    with at_work(Site.open(tmp_path / "site"), day=3) as scene:
        make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    assert any("clock went back" in one.what for one in verify_site(Site.open(tmp_path / "site")).findings)
    assert restore(tmp_path / "a.zip", tmp_path / "back").lost == ""


def test_another_past_under_the_same_key_is_found(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    one = restore(tmp_path / "a.zip", tmp_path / "one", passphrase=PHRASE)
    other = restore(tmp_path / "a.zip", tmp_path / "other", passphrase=PHRASE)
    with at_work(one.site, day=3) as first:
        tell(first.office, "B0002")
        make_backup(first.office, first.admin, tmp_path / "one.zip", why="x")
    with at_work(other.site, day=4):
        pass
    with pytest.raises(SiteError, match="the past was rewritten"):
        restore(tmp_path / "one.zip", tmp_path / "three", heads=other.site.heads_file)


@pytest.mark.parametrize("same", [True, False])
def test_a_head_within_one_commit_of_the_backup_is_compared_with_its_events(
    scene: Kept, tmp_path: Path, same: bool
) -> None:
    """The backup has no head of that size: another past is found all the same, and its own is let through."""
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x", passphrase=PHRASE)
    places = [tmp_path / name for name in ("lost", "backed", "again")]
    lost, backed = (restore(tmp_path / "a.zip", one, passphrase=PHRASE).site for one in places[:2])
    words = ("one", "two") if same else ("other", "two")
    raised(lost, "one")
    raised(backed, *words)
    with at_work(backed, day=3) as second:
        make_backup(second.office, second.admin, tmp_path / "b.zip", why="x", passphrase=PHRASE)
    heads, ours = read_heads(lost.heads_file), read_heads(backed.heads_file)
    assert heads[-1].size not in {head.size for head in ours}
    assert heads[-1].size < ours[-1].size
    if same:
        back = restore(tmp_path / "b.zip", places[2], passphrase=PHRASE, heads=lost.heads_file)
        assert back.lost == ""
        return
    with pytest.raises(SiteError, match=f"whose head of {heads[-1].size} events is known: the past was rewr"):
        restore(tmp_path / "b.zip", places[2], passphrase=PHRASE, heads=lost.heads_file, accept_loss=True)


def raised(site: Site, *words: str) -> None:
    """Put alerts on record, all in one commit."""
    with site.recording(ticking(2)) as ledger:
        for word in words:
            act = AlertRaised(about="B0001", words=word, why="w").model_dump(mode="json")
            ledger.append(Event(f"alert/{word}", AlertRaised.type, "", 0, "demo-qa", act))
        ledger.commit()


def test_another_sites_backup_is_found(scene: Kept, tmp_path: Path) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    with pytest.raises(SiteError, match="another site's"):
        restore(tmp_path / "a.zip", tmp_path / "back", fingerprint="0" * 64)


@pytest.mark.parametrize("kept_", ["a file", "a folder with something in it"])
def test_a_place_that_is_not_free_is_left_alone(scene: Kept, tmp_path: Path, kept_: str) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    place = tmp_path / "back"
    if kept_ == "a file":
        place.write_text("mine", "utf-8")
    else:
        place.mkdir()
        (place / "mine").write_text("mine", "utf-8")
    with pytest.raises(SiteError, match="not free"):
        restore(tmp_path / "a.zip", place)
    assert (place if place.is_file() else place / "mine").read_text("utf-8") == "mine"


def test_p11_10c_each_changed_member_is_found_and_named(scene: Kept, tmp_path: Path) -> None:
    made = make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    with zipfile.ZipFile(made.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, content in files.items():
        changed = bytearray(content)
        changed[len(changed) // 2] ^= 1
        bad = tmp_path / "bad.zip"
        with zipfile.ZipFile(bad, "w") as archive:
            for other, kept_ in files.items():
                archive.writestr(other, bytes(changed) if other == name else kept_)
        found = check_backup(bad).faults
        assert found, name
        with pytest.raises(SiteError):
            restore(bad, tmp_path / "back")
    for change in ("missing", "added"):
        with zipfile.ZipFile(bad, "w") as archive:
            for other, kept_ in files.items():
                if (change, other) != ("missing", "historian.db"):
                    archive.writestr(other, kept_)
            if change == "added":
                archive.writestr("more.txt", b"x")
        assert any(change in one for one in check_backup(bad).faults)


@pytest.mark.parametrize("size", [0, 1, 100, 3000])
def test_a_cut_backup_is_found(scene: Kept, tmp_path: Path, size: int) -> None:
    made = make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    (tmp_path / "cut.zip").write_bytes(made.path.read_bytes()[:size])
    assert check_backup(tmp_path / "cut.zip").faults
    with pytest.raises(SiteError, match="cannot be read"):
        check_backup(tmp_path / "nowhere.zip")


@pytest.mark.drill
def test_a_backup_while_others_write_is_of_one_moment(scene: Kept, tmp_path: Path) -> None:
    """Another process commits acts all the time; what is restored is sound and ends in the head of its manifest."""
    script = (
        "import sys, pathlib, itertools; from homeostat.governance import Office; from homeostat.site import Site;"
        "from homeostat.ledger.catalogue import PatientShown;"
        "numbers = itertools.count();"
        "site = Site.open(pathlib.Path(sys.argv[1]));"
        "opened = Office.open(site, lambda: '2026-01-01T08:00:40+00:00', lambda: f'busy{next(numbers)}');"
        "office = opened.__enter__(); print('on', flush=True);"
        "[office.put('demo-qa', PatientShown(why='busy', code='P-1')) for _ in itertools.count()]"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(scene.site.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "on\n"
        for number in range(3):
            made = make_backup(scene.office, scene.admin, tmp_path / f"{number}.zip", why="busy")
            back = restore(made.path, tmp_path / f"back{number}")
            assert verify_site(back.site).findings == ()
    finally:
        writer.kill()
        writer.wait()
        if writer.stdout is not None:
            writer.stdout.close()


def test_an_order_that_is_taken_meanwhile_stops_no_backup(
    scene: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = scene.site.orders / "B0002"
    orders.mkdir(parents=True)
    for name in ("1.json", "2.json"):
        (orders / name).write_text("{}", "utf-8")
    listed = backing._other_files

    def taken(site: Site) -> list[tuple[str, Path]]:
        found = list(listed(site))
        (orders / "1.json").unlink()
        return found

    monkeypatch.setattr(backing, "_other_files", taken)
    made = make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    assert "orders/B0002/2.json" in made.manifest.members
    assert "orders/B0002/1.json" not in made.manifest.members
    assert check_backup(made.path).faults == ()


def test_a_full_disk_leaves_the_old_backup_and_no_half_of_a_new_one(
    scene: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(scene.office, scene.admin, tmp_path / "old.zip", why="x")
    before = sorted(path.name for path in tmp_path.iterdir())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(SiteError, match=r"No space left on device.*older backups are untouched"):
        make_backup(scene.office, scene.admin, tmp_path / "new.zip", why="x")
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert check_backup(tmp_path / "old.zip").faults == ()


@pytest.mark.parametrize("links", [False, True])
def test_a_disk_without_links_takes_a_backup_too(
    scene: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM if not links else errno.EEXIST, "refused")

    monkeypatch.setattr(backing.os, "link", refused)
    if links:
        with pytest.raises(SiteError, match="refused"):
            make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    else:
        make_backup(scene.office, scene.admin, tmp_path / "a.zip", why="x")
    assert (tmp_path / "a.zip").exists() is not links


def test_kill_9_leaves_nothing_that_is_named_a_backup(tmp_path: Path) -> None:
    with kept(tmp_path / "site") as scene:
        make_backup(scene.office, scene.admin, tmp_path / "old.zip", why="x")
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        "from tests.governance.kept_scene import at_work; from homeostat.site import Site;"
        "from homeostat.governance.keeping import make_backup;"
        "root = pathlib.Path(sys.argv[2]);"
        "scene = at_work(Site.open(root / 'site'), int(sys.argv[3])).__enter__(); print('on', flush=True);"
        "[make_backup(scene.office, scene.admin, root / f'new{n}.zip', why='x') for n in range(10_000)]"
    )
    here = str(Path(__file__).parents[2])
    for day, delay in enumerate((0.0, 0.02, 0.05), 2):
        child = subprocess.Popen(
            [sys.executable, "-c", script, here, str(tmp_path), str(day)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "on\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        for made in tmp_path.glob("*.zip"):
            assert check_backup(made).faults == ()
        for made in tmp_path.glob("new*.zip"):
            made.unlink()
    assert verify_site(Site.open(tmp_path / "site")).findings == ()


@given(st.binary(max_size=200), st.integers(0, 10_000), st.integers(1, 255))
def test_what_is_sealed_opens_only_as_it_was(content: bytes, place: int, flip: int) -> None:
    key = bytes(range(32))
    sealed = seal(key, "a", content, bytes)
    assert unseal(key, "a", sealed) == content
    changed = bytearray(sealed)
    changed[place % len(changed)] ^= flip
    for other, name, text in ((key, "a", bytes(changed)), (key, "b", sealed), (bytes(32), "a", sealed)):
        with pytest.raises(SiteError, match="does not open"):
            unseal(other, name, text)


def test_frames_are_neither_swapped_nor_cut() -> None:
    key, content = bytes(32), bytes(FRAME) + b"rest"
    nonces = iter(range(100))
    sealed = seal(key, "a", content, lambda size: next(nonces).to_bytes(size))
    assert unseal(key, "a", sealed) == content
    with pytest.raises(SiteError):
        unseal(key, "a", sealed[: FRAME + 28])
    with pytest.raises(SiteError):
        unseal(key, "a", sealed[FRAME + 28 :] + sealed[: FRAME + 28])


def test_p11_10c_what_is_kept_is_kept_for_thirty_years() -> None:
    assert all(rule.years >= 30 and rule.source for rule in RETENTION)
    assert {"ledger.db", "historian.db"} <= {where for rule in RETENTION for where in rule.where.split(", ")}
