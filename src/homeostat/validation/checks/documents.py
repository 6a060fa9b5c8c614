"""What leaves the site: complete copies, documents under seal, bundles that a third party verifies. Scenes."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from homeostat.errors import QualityError
from homeostat.governance import Office
from homeostat.historian import Historian
from homeostat.ledger.catalogue import BackupMade, Change, PatientNamed
from homeostat.ledger.chain import link, row_bytes
from homeostat.ledger.heads import parse_line
from homeostat.ledger.keys import PublicKey
from homeostat.quality.bundle import make_bundle
from homeostat.quality.bundle.archive import CONTEXT
from homeostat.quality.bundle.files import keep_file
from homeostat.quality.bundle.proofs import Nodes
from homeostat.quality.documents.certificate import signing_files
from homeostat.quality.documents.events import corrections
from homeostat.quality.documents.issuing import batch_document, sealed_file
from homeostat.quality.documents.sealing import check_seal
from homeostat.site import Kind
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.told import BATCH, tell

_FLIPS = 24


@contextmanager
def _told(bench: Workbench, kind: Kind = "training") -> Iterator[tuple[Office, Historian]]:
    """A new site with a finished batch."""
    site = bench.site(kind)
    with bench.office(site) as office:
        tell(office)
        with Historian.open(site.historian_path, readonly=True) as historian:
            yield office, historian


def members(content: bytes) -> dict[str, bytes]:
    """The files of a bundle, by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@proves("P11-10b")
def a_copy_is_complete_and_proves_itself_offline(bench: Workbench) -> str:
    """Every event is in the printed and in the electronic form, and the latter proves itself from its own files."""
    with _told(bench) as (office, historian):
        made = members(make_bundle(office, historian, BATCH, parquet=False).content)
        bodies = [one.body for one in office.ledger.events(batch=BATCH)]
        record = json.loads(made["record.json"])
    lines = made["events.jsonl"].splitlines()
    expect(set(bodies) <= set(lines), "an event of the batch is missing in the electronic copy")
    expect(record["provenance"]["events"] == len(bodies), "the readable copy was not made from every event")
    expect(made["record.pdf"].startswith(b"%PDF-1."), "there is no readable copy")
    _prove(made)
    flipped = {**made, "events.jsonl": made["events.jsonl"].replace(b"P-0815", b"P-0816", 1)}
    with refused(QualityError, "a changed event in the copy"):
        _prove(flipped)
    return (
        f"{len(bodies)} events in both forms, proven by the signed head in the copy; a changed one is refused"
    )


def _prove(made: dict[str, bytes]) -> None:
    """The chain hashes of the events in the copy lead to the root that the site signed; QualityError otherwise."""
    proofs, head = (
        json.loads(made["proofs.json"]),
        parse_line(made["heads.jsonl"].splitlines(True)[-1], "heads"),
    )
    public = load_pem_public_key(made["site.pub.pem"])
    if not isinstance(public, Ed25519PublicKey) or not head.signed_by(PublicKey.of(public)):
        raise QualityError("the head is not signed by the site")
    rest, hashes = iter(made["events.jsonl"].splitlines()), []
    for run in proofs["runs"]:
        before = bytes.fromhex(run["previous"])
        for _ in range(run["count"]):
            body = next(rest)
            told = json.loads(body)
            before = link(before, row_bytes(told["id"], told["batch"], told["type"], body.decode()))
            hashes.append(before)
    if len(hashes) != head.size or Nodes(hashes).root != head.root:
        raise QualityError("the events are not those that were signed")


@proves("P11-30")
def what_leaves_is_signed_and_tampering_is_found(bench: Workbench) -> str:
    """A sealed document and a bundle: bytes changed all over, each found."""
    with _told(bench) as (office, historian):
        issued = batch_document(office.ledger, historian, BATCH, training=True)
        document = sealed_file(office, issued.pdf, issued.when, "a scene")
        made = members(make_bundle(office, historian, BATCH, parquet=False).content)
        own = signing_files(office.site).fingerprint
        key = PublicKey.load(office.site.keys)
    expect(check_seal(document, own).sound, "a document as it was sealed is not accepted")
    for place in range(0, len(issued.pdf), len(issued.pdf) // _FLIPS):
        changed = bytearray(document)
        changed[place] ^= 1
        expect(not check_seal(bytes(changed)).sound, f"a change at byte {place} of a document was not found")
    expect(not check_seal(document + b"more").sound, "what was added to a document was not found")
    expect(not check_seal(document, "0" * 64).sound, "another site's document was accepted")
    signature = bytes.fromhex(made["manifest.sig"].decode())
    expect(key.verifies(CONTEXT + made["manifest.json"], signature), "the bundle is not signed by the site")
    listed = json.loads(made["manifest.json"])["members"]
    rest = {name: content for name, content in made.items() if not name.startswith("manifest.")}
    expect(
        {name: hashlib.sha256(content).hexdigest() for name, content in rest.items()}
        == {name: one["sha256"] for name, one in listed.items()},
        "the signed manifest does not cover every file of the bundle",
    )
    forged = made["manifest.json"].replace(b"B0001", b"B0002", 1)
    expect(not key.verifies(CONTEXT + forged, signature), "a changed manifest was accepted")
    return f"a document sealed (PAdES), {_FLIPS} changed bytes found; {len(listed)} files under one signature"


@proves("A11-8")
def a_document_marks_what_was_changed_since_it_was_entered(bench: Workbench) -> str:
    """A value that was changed is printed with what it was, who changed it, when and why; a first entry is not."""
    with _told(bench) as (office, historian):
        first = Change(field="weight", old=None, new=12.5)
        again = Change(field="weight", old=12.5, new=13.5)
        office.put("operator-1", PatientNamed(why="entered", code="P-1", changes=(first,)), batch=BATCH)
        office.put("operator-2", PatientNamed(why="misread", code="P-1", changes=(again,)), batch=BATCH)
        table = corrections(list(office.ledger.events(batch=BATCH)))
        issued = batch_document(office.ledger, historian, BATCH, training=True)
    expect(len(table.rows) == 1, f"{len(table.rows)} values are marked as changed, one was")
    row = table.rows[0]
    expect(row[:4] == ("weight", "12.5", "13.5", "operator-2"), f"the change is printed as {row}")
    expect(row[5] == "misread", "the reason of the change is not printed")
    expect(len(issued.pdf) > 0, "there is no document")
    return "one changed value, printed with old, new, who, when and why"


@proves("ALC-4")
def originals_are_kept_by_the_hash_of_their_content(bench: Workbench) -> str:
    """A file comes back byte by byte under its SHA-256, goes along in the bundle, and is refused once changed."""
    content = bytes(range(256)) * 4
    with _told(bench) as (office, historian):
        name = keep_file(office.site, content)
        expect(keep_file(office.site, content) == name, "the same file got two names")
        told = BackupMade(why="a scene", place="-", manifest=name, events=0, root="-", keys="left out")
        office.put("system", told, batch=BATCH)
        made = members(make_bundle(office, historian, BATCH, parquet=False).content)
        expect(made.get(f"files/{name}") == content, "the bundle does not hold the original")
        expect(name == hashlib.sha256(content).hexdigest(), "the name is not the hash of the content")
        (office.site.root / "files" / name).write_bytes(content[:-1] + b"x")
        with refused(QualityError, "to send an original that was changed"):
            make_bundle(office, historian, BATCH, parquet=False)
    return "an original kept once under its SHA-256, sent whole, refused after one changed byte"


@proves("ALC-8")
def records_are_in_open_formats(bench: Workbench) -> str:
    """PDF/A-3 with its data attached, JSON, CSV, PEM: each opened by a reader that knows nothing of this software."""
    with _told(bench) as (office, historian):
        made = members(make_bundle(office, historian, BATCH, parquet=False).content)
    for name, content in made.items():
        kind = name.rpartition(".")[2]
        if kind == "json":
            json.loads(content)
        elif kind == "jsonl":
            expect(all(json.loads(line) for line in content.splitlines()), f"{name} is not JSON lines")
        elif kind == "csv":
            expect(content.startswith(b"time_us,value,quality\n"), f"{name} has no head line")
        elif kind == "pdf":
            expect(b"<pdfaid:part>3</pdfaid:part>" in content, f"{name} does not say that it is PDF/A-3")
            expect(b"/AFRelationship" in content, f"{name} has nothing attached")
        else:
            expect(kind in {"pem", "sig"}, f"{name} is in no open format")
    return f"{len(made)} files: PDF/A-3, JSON, CSV and PEM"
