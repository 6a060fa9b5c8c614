"""Bundles: a third party verifies them offline with scripts of its own, and finds every kind of change, in words."""

import ast
import hashlib
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import QualityError, RecordError
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, sign
from homeostat.ledger import SiteKey, read_heads
from homeostat.ledger.catalogue import BackupMade
from homeostat.ledger.heads import sign_head
from homeostat.ledger.merkle import leaf_hash, root
from homeostat.quality.bundle import Bundle, make_bundle
from homeostat.quality.bundle.archive import pack
from homeostat.quality.bundle.files import keep_file
from homeostat.quality.bundle.proofs import Nodes
from homeostat.site import Site

from .sealed_scene import opened, told_site

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT, PERSONS = DOCS / "verify_bundle.py", DOCS / "verify_persons.py"
PHOTO = b"the original of a photograph"


def _loaded(script: Path) -> Any:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPTED, PERSONS_SCRIPTED = _loaded(SCRIPT), _loaded(PERSONS)


@pytest.mark.parametrize("script", [SCRIPT, PERSONS], ids=lambda one: one.stem)
def test_a_script_is_short_enough_to_be_read_before_it_is_trusted(script: Path) -> None:
    """Lines that hold code: no blank ones, comments or docstrings."""
    source = script.read_text("utf-8")
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    told = [
        one.body[0]
        for one in ast.walk(ast.parse(source))
        if isinstance(one, documented) and ast.get_docstring(one)
    ]
    prose = {line for one in told for line in range(one.lineno, (one.end_lineno or 0) + 1)}
    code = [line for line in enumerate(source.splitlines(), 1) if line[0] not in prose and line[1].strip()]
    assert len([text for _, text in code if not text.lstrip().startswith("#")]) <= 100


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site: an act before the batch, the batch, a signature under it, a file that an event names."""
    made = Site.create(tmp_path_factory.mktemp("bundle") / "site")
    with opened_office(made) as office:
        act = BackupMade(why="before", place="x", manifest="0" * 64, events=0, root="0" * 64, keys="left out")
        office.put("demo-admin", act)
    told_site(made.root)
    with opened_office(made, 2) as office:
        enrol_demonstration(office)
        session = login(office, "demo-qa", SECRET)
        sign(
            office,
            session,
            SECRET,
            Subject("batch record", "B0001", b"shown", "B0001"),
            "reviewed",
            "complete",
        )
        named = keep_file(made, PHOTO)
        told = BackupMade(
            why="names a file", place="x", manifest=named, events=0, root="0" * 64, keys="sealed"
        )
        office.put("demo-admin", told, batch="B0001")
    return made


def opened_office(site: Site, day: int = 1) -> Any:
    """The office alone."""
    from .sealed_scene import office_of

    return office_of(site, day)


@pytest.fixture(scope="module")
def bundle(site: Site) -> Bundle:
    """The bundle of the batch."""
    with opened(site, 3) as (office, historian):
        return make_bundle(office, historian, "B0001")


@pytest.fixture(scope="module")
def members(bundle: Bundle) -> Mapping[str, bytes]:
    """Every file in it."""
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, bytes]) -> io.BytesIO:
    """The files as an archive, sound in itself."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def faults(files: Mapping[str, bytes], key: str = "", held: bytes = b"") -> list[str]:
    """What the script finds."""
    return list(SCRIPTED.verify(zipped(files), key, held))


def alone(script: Path, folder: Path, *options: str) -> tuple[int, str, str]:
    """What a script says of `b.zip` in that folder, by a process that can import nothing of the project."""
    command = [sys.executable, "-I", str(script), "b.zip", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("script", [SCRIPT, PERSONS], ids=lambda one: one.stem)
def test_each_script_is_independent_and_short(script: Path) -> None:
    tree = ast.parse(script.read_text("utf-8"))
    names = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign == {"cryptography"}
    told = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = [
        line for place, line in enumerate(script.read_text("utf-8").splitlines(), 1) if place not in told
    ]
    assert sum(bool(line.strip()) for line in lines) <= 100


def test_p11_10b_a_bundle_is_verified_offline_and_alone(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(bundle.content)
    whole = "The bundle is whole and the site's. Who the persons are: verify_persons.py\n"
    assert alone(SCRIPT, tmp_path, "--key", bundle.fingerprint) == (0, whole, "")
    known = "Every key is its owner's: at a training site nobody vouches.\n"
    assert alone(PERSONS, tmp_path, "--training") == (0, known, "")


def test_p11_10b_every_event_is_in_it_as_it_is_stored(site: Site, members: Mapping[str, bytes]) -> None:
    with opened(site) as (office, _):
        bodies = [one.body for one in office.ledger.events(batch="B0001")]
    assert set(bodies) <= set(members["events.jsonl"].splitlines())


def test_alc_8_all_of_it_is_in_open_formats(members: Mapping[str, bytes]) -> None:
    kinds = {name.rpartition(".")[2] for name in members if not name.startswith("files/")}
    assert kinds == {"json", "jsonl", "pdf", "pem", "sig", "csv", "parquet"}


def test_alc_4_a_file_that_an_event_names_is_in_it_by_its_hash(members: Mapping[str, bytes]) -> None:
    assert members[f"files/{hashlib.sha256(PHOTO).hexdigest()}"] == PHOTO


def test_a_kept_file_that_was_changed_is_not_sent(site: Site) -> None:
    path = site.root / "files" / hashlib.sha256(PHOTO).hexdigest()
    path.write_bytes(b"another photograph")
    try:
        with (
            opened(site, 4) as (office, historian),
            pytest.raises(QualityError, match="changed since it was kept"),
        ):
            make_bundle(office, historian, "B0001", parquet=False)
    finally:
        path.write_bytes(PHOTO)


def test_values_read_back_exactly(site: Site, members: Mapping[str, bytes]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with opened(site) as (_, historian):
        series = historian.read("B0001", "temperature")
    rows = [line.split(",") for line in members["values/0001.csv"].decode().splitlines()[1:]]
    table = parquet.read_table(io.BytesIO(members["values.parquet"])).to_pydict()
    assert [int(time) for time, _, _ in rows] == series.time.tolist() == table["time_us"]
    for value, text, other in zip(
        series.value.tolist(), (row[1] for row in rows), table["value"], strict=True
    ):
        assert repr(float(text)) == repr(value) == repr(other)
    assert rows[20][2] == "missing"
    assert json.loads(members["values/tags.json"])["temperature"] == {"file": "0001.csv", "unit": "degC"}


def test_the_same_batch_gives_the_same_bundle(site: Site, bundle: Bundle) -> None:
    with opened(site, 5) as (office, historian):
        assert make_bundle(office, historian, "B0001").content == bundle.content


def test_a11d_15_the_software_is_listed_with_licences(members: Mapping[str, bytes]) -> None:
    listed = {one["name"]: one for one in json.loads(members["software.json"])["software"]}
    assert listed["homeostat"]["licence"] == "Apache-2.0"
    assert all(one["version"] and one["licence"] for one in listed.values())
    assert {"numpy", "cryptography", "pydantic", "zstandard"} <= listed.keys()


def test_no_batch_no_bundle(site: Site) -> None:
    with opened(site) as (office, historian), pytest.raises(RecordError, match="no batch"):
        make_bundle(office, historian, "B0002")


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_a_changed_byte_of_any_member_is_found_and_named(members: Mapping[str, bytes], place: float) -> None:
    for name, content in members.items():
        changed = bytearray(content)
        changed[int(place * (len(content) - 1))] ^= 1
        try:
            found = faults({**members, name: bytes(changed)})
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            LookupError,
            StopIteration,
            RuntimeError,
        ) as fault:
            found = [f"{name} damaged: {fault}"]  # `main` says so
        assert any(name.partition(".")[0] in one or "damaged" in one for one in found), name


@pytest.mark.parametrize("place", [0, 5, 200, 4000, -30, -1])
def test_a_changed_byte_of_the_archive_itself_is_found(bundle: Bundle, tmp_path: Path, place: int) -> None:
    changed = bytearray(bundle.content)
    changed[place] ^= 0xFF
    (tmp_path / "b.zip").write_bytes(changed)
    code, said, errors = alone(SCRIPT, tmp_path)
    same = _same_content(changed, bundle.content)
    assert errors == ""
    assert (code == 0, "The bundle is whole" in said) == (same, same)


def _same_content(changed: bytes, content: bytes) -> bool:
    """Whether an archive still holds the same files: a few bytes of a zip mean nothing (times, comments)."""
    try:
        with zipfile.ZipFile(io.BytesIO(changed)) as one, zipfile.ZipFile(io.BytesIO(content)) as other:
            return [(name, one.read(name)) for name in one.namelist()] == [
                (name, other.read(name)) for name in other.namelist()
            ]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, zlib.error):
        return False


def test_a_missing_and_an_added_member_are_found(members: Mapping[str, bytes]) -> None:
    less = {name: content for name, content in members.items() if name != "record.pdf"}
    assert faults(less) == ["record.pdf: it is missing"]
    assert faults({**members, "more.txt": b"x"}) == ["more.txt: it was added"]


def test_a_forger_with_another_key_is_found_by_the_fingerprint(
    members: Mapping[str, bytes], bundle: Bundle, tmp_path: Path
) -> None:
    other = SiteKey.create(tmp_path)
    forged = {**members, "site.pub.pem": (tmp_path / "site.pub.pem").read_bytes()}
    found = faults(resigned(forged, other), bundle.fingerprint)
    assert f"the bundle was signed by another site: {other.fingerprint}" in found
    assert any(
        "its signature is not the site's" in one for one in found
    )  # the heads are still the real site's


def resigned(files: Mapping[str, bytes], key: SiteKey) -> dict[str, bytes]:
    """The files with a manifest made anew and signed."""
    kept = {name: content for name, content in files.items() if name not in {"manifest.json", "manifest.sig"}}
    about = json.loads(files["manifest.json"])
    about.pop("members")
    with zipfile.ZipFile(io.BytesIO(pack(kept, about, key))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("change", ["changed", "left out", "swapped", "added"])
def test_events_that_are_not_the_ledgers_are_found_though_the_site_signed_the_manifest(
    site: Site, members: Mapping[str, bytes], change: str
) -> None:
    lines = members["events.jsonl"].splitlines()
    lines = {
        "changed": [lines[0].replace(b"P-0815", b"P-0816").replace(b"before", b"behind"), *lines[1:]],
        "left out": [*lines[:-1], lines[-2]],
        "swapped": [lines[1], lines[0], *lines[2:]],
        "added": [*lines, lines[-1]],
    }[change]
    assert b"\n".join(lines) != members["events.jsonl"].rstrip(b"\n")
    forged = {**members, "events.jsonl": b"".join(line + b"\n" for line in lines)}
    found = faults(resigned(forged, SiteKey.load(site.keys)))
    assert found[0].startswith("events.jsonl: the events are not those in the signed ledger")


def test_a_record_of_other_events_is_found(site: Site, members: Mapping[str, bytes]) -> None:
    record = json.loads(members["record.json"])
    record["provenance"]["events"] += 1
    forged = {**members, "record.json": json.dumps(record).encode()}
    assert faults(resigned(forged, SiteKey.load(site.keys))) == [
        "record.json: it was not made from these events"
    ]


def test_p11_70_a_copied_signature_of_a_person_is_found(site: Site) -> None:
    """In a ledger that is sound in itself: the site's own key, but not the person's."""
    with opened(site) as (office, _):
        (given,) = office.ledger.events(types=("record.signed",))
        keys = {one.seq: json.loads(one.body) for one in office.ledger.events(types=("credential.set",))}
    real = json.loads(given.body)
    assert list(SCRIPTED.signatures({**keys, given.seq: real})) == []
    for change in (
        {"data": {**real["data"], "subject": "B0002"}},
        {"data": {**real["data"], "batch": "B0002"}},
        {"id": "another"},
        {"batch": "B0002"},
        {"actor": "demo-qp"},
    ):
        assert list(SCRIPTED.signatures({**keys, given.seq: {**real, **change}})) == [
            f"event {given.seq}: demo-qa did not sign these words here: copied or forged"
        ]
    (found,) = SCRIPTED.signatures({given.seq: real})
    assert "demo-qa signed with a key that the ledger did not give to them" in found
    # its fingerprint is not the key's
    renamed = {seq: {**one, "data": {**one["data"], "public": "00" * 32}} for seq, one in keys.items()}
    assert list(SCRIPTED.signatures({**renamed, given.seq: real})) == [found]


def test_older_heads_are_proven_beginnings_of_the_ledger(site: Site) -> None:
    known = read_heads(site.heads_file)
    with opened(site, 3) as (office, historian):
        made = make_bundle(office, historian, "B0001", anchors=known, parquet=False)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert faults(files, made.fingerprint, b"".join(head.line() for head in known)) == []
    first, second = (json.loads(head.line()) for head in known[:2])
    assert faults(files, "", json.dumps({**first, "root": second["root"]}).encode()) == [
        f"head of {known[0].size} events: its signature is not the site's: changed, or another site's"
    ]


def test_a_head_of_another_past_that_the_site_signed_is_found(
    site: Site, members: Mapping[str, bytes]
) -> None:
    """What a site does that rewrote its ledger: its key is real, its past is not the one that you know."""
    first, newest = members["heads.jsonl"].splitlines()[0], members["heads.jsonl"].splitlines()[-1]
    size = json.loads(first)["size"]
    assert size < json.loads(newest)["size"]
    other = sign_head(
        SiteKey.load(site.keys), after=None, size=size, root=bytes(32), chain=bytes(32), recorded="then"
    )
    assert faults(members, "", other.line()) == [
        f"head of {size} events: the ledger is not a continuation of it: the past was rewritten"
    ]


def test_a_file_that_is_in_it_twice_is_found(members: Mapping[str, bytes]) -> None:
    target = zipped(members)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("record.json", members["record.json"])
    assert list(SCRIPTED.verify(target)) == ["the archive holds a file twice"]


def test_an_event_that_is_told_twice_is_found(site: Site, members: Mapping[str, bytes]) -> None:
    """A forged line under the place of a real one, which follows it."""
    proofs, lines = json.loads(members["proofs.json"]), members["events.jsonl"].splitlines()
    proofs["runs"] = [{**proofs["runs"][0], "count": 1}, *proofs["runs"]]
    forged = {
        **members,
        "proofs.json": json.dumps(proofs).encode(),
        "events.jsonl": b"\n".join([lines[0].replace(b"before", b"behind"), *lines]) + b"\n",
    }
    (found,) = faults(resigned(forged, SiteKey.load(site.keys)))
    assert found.startswith("events.jsonl: the events are not those in the signed ledger")


def test_a_head_of_another_past_is_no_anchor(site: Site, tmp_path: Path) -> None:
    other = told_site(tmp_path / "other")
    with opened(site) as (office, historian), pytest.raises(QualityError, match="none of this ledger"):
        make_bundle(office, historian, "B0001", anchors=read_heads(other.heads_file))


@given(st.integers(1, 70), st.data())
def test_nodes_agree_with_the_ledgers_own_tree(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    nodes = Nodes(leaves)
    assert nodes.root == root(leaves)
    shown = data.draw(st.sets(st.integers(0, size - 1)))
    sizes = data.draw(st.sets(st.integers(1, size)))
    around = nodes.around(shown, sizes)
    known = {(first, end): bytes.fromhex(own) for first, end, own in around}
    known |= {(one, one + 1): leaves[one] for one in shown}
    assert [0, *(end for _, end in sorted(known))] == [*(first for first, _ in sorted(known)), size]
    for one in (size, *sizes):
        assert SCRIPTED.node(dict(known), 0, one) == root(leaves[:one])


def test_no_consistency_with_no_tree() -> None:
    nodes = Nodes([leaf_hash(b"x")])
    with pytest.raises(IndexError, match="no tree of 2"):
        nodes.around((), {2})
