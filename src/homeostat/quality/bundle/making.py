"""What goes into a bundle: the batch's events as they are stored, with all that a third party needs to believe them.

events.jsonl     the stored canonical bytes, a line an event, in the order of the ledger
proofs.json      where they stand, the nodes to the signed root, and that older heads are beginnings of this ledger
heads.jsonl      the signed heads: the last one, those around the batch, one a day, and those asked for
site.pub.pem     the key that signed the heads and the manifest
record.json      the batch record as data
record.pdf       the same for people: PDF/A-3, sealed
values/, values.parquet   what was measured
files/<sha256>   files that events name by their content hash
software.json    what the system consists of: distributions, versions, licences
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.errors import QualityError
from homeostat.governance import Office
from homeostat.historian import Historian
from homeostat.ledger import Head, Ledger, Recorded, SiteKey, read_heads
from homeostat.ledger.catalogue import (
    BatchResumed,
    CertificateIssued,
)
from homeostat.ledger.chain import GENESIS
from homeostat.ledger.keys import PUBLIC_NAME
from homeostat.quality.bundle.archive import pack
from homeostat.quality.bundle.files import named_files
from homeostat.quality.bundle.persons import persons_behind
from homeostat.quality.bundle.proofs import Nodes
from homeostat.quality.bundle.software import software
from homeostat.quality.bundle.values import has_parquet, value_files
from homeostat.quality.documents.issuing import batch_document, sealed_file

FORMAT = "homeostat bundle 2"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A packed bundle: its bytes, and what a sender says about it (events of the batch, fingerprint, head).

    `training` says that it is a training site's, which the receiver has to ask for.
    """

    content: bytes
    events: int
    members: tuple[str, ...]
    fingerprint: str
    head: Head
    training: bool


def make_bundle(
    office: Office,
    historian: Historian,
    batch: str,
    *,
    anchors: Iterable[Head] = (),
    parquet: bool | None = None,
) -> Bundle:
    """The bundle of `batch`; `anchors` are heads that its receiver may hold from before, and wants to see continued.

    Parquet is written where it can be, unless said. Raises RecordError where there is no such batch, and QualityError
    where an anchor is no head of this ledger, or an event's bytes are not what the ledger's columns name: who has the
    bytes alone could not find it in the ledger.
    """
    ledger, site = office.ledger, office.site
    issued = batch_document(ledger, historian, batch, training=site.kind == "training")
    about = tuple(ledger.stored(batch=batch))
    pdf = sealed_file(office, issued.pdf, issued.when, f"batch record {batch}")
    events = sorted([*about, *_context(ledger, batch, about)], key=lambda one: one.seq)
    _refuse_misfits(events)
    heads = _heads(ledger, site.heads_file, about, anchors)
    members = {
        "events.jsonl": b"".join(one.body + b"\n" for one in events),
        "proofs.json": _proofs(ledger, events, heads),
        "heads.jsonl": b"".join(head.line() for head in heads),
        PUBLIC_NAME: (site.keys / PUBLIC_NAME).read_bytes(),
        "record.json": issued.source,
        "record.pdf": pdf,
        "software.json": software(),
        **named_files(site, events),
        **dict(value_files(historian, batch, parquet=has_parquet() if parquet is None else parquet)),
    }
    key, head = SiteKey.load(site.keys), heads[-1]
    told: dict[str, str | int | bool] = {
        "format": FORMAT,
        "batch": batch,
        "training": site.kind == "training",
        "size": head.size,
        "root": head.root.hex(),
        "key": key.fingerprint,
    }
    return Bundle(
        pack(members, told, key),
        len(about),
        tuple(sorted(members)),
        key.fingerprint,
        head,
        site.kind == "training",
    )


def _refuse_misfits(events: Sequence[Recorded]) -> None:
    for one in events:
        if one.fault:
            mend = "`homeostat release check` and `homeostat verify` tell what else was put on record"
            raise QualityError(
                f"it cannot be proved outside: {one.fault}", where=f"event {one.seq}", mend=mend
            )


def _context(ledger: Ledger, batch: str, about: Sequence[Recorded]) -> list[Recorded]:
    """Events of the site that belong to the story: taken up again, certificates, and who the signers are."""
    wanted = (BatchResumed.type, CertificateIssued.type)
    told = [one for one in ledger.events(batch="", types=wanted) if _belongs(one, batch)]
    return [*told, *persons_behind(ledger, about)]


def _belongs(one: Recorded, batch: str) -> bool:
    return one.event.type != BatchResumed.type or one.event.data.get("batch") == batch


def _heads(ledger: Ledger, exported: Path, about: Sequence[Recorded], anchors: Iterable[Head]) -> list[Head]:
    """The heads that are sent: before and behind the batch, the last of every day, the anchors, and the newest."""
    known = {head.size: head for head in read_heads(exported)}
    for anchor in anchors:
        if known.get(anchor.size) != anchor:
            raise QualityError(
                f"the head of {anchor.size} events is none of this ledger",
                mend="one of the two was changed: run `homeostat verify`",
            )
    newest = ledger.head
    if newest is None:
        raise QualityError("the ledger is not signed", mend="run `homeostat verify`")
    sizes = sorted(size for size in known if size <= newest.size)
    before = [size for size in sizes if size < about[0].seq][-1:]
    behind = [size for size in sizes if size >= about[-1].seq][:1]
    daily = {known[size].recorded[:10]: size for size in sizes}
    chosen = {*before, *behind, *daily.values(), *(anchor.size for anchor in anchors)} - {newest.size}
    return [*(known[size] for size in sorted(chosen)), newest]


def _proofs(ledger: Ledger, events: Sequence[Recorded], heads: Sequence[Head]) -> bytes:
    """Runs of neighbouring events with the hash before each, and the nodes of the tree around them, to every head."""
    hashes = ledger.hashes(heads[-1].size)
    nodes = Nodes(hashes)
    runs: list[dict[str, int | str]] = []
    for place, one in enumerate(events):
        if place and events[place - 1].seq == one.seq - 1:
            runs[-1]["count"] = int(runs[-1]["count"]) + 1
        else:
            runs.append({"first": one.seq, "count": 1, "previous": _before(hashes, one.seq).hex()})
    around = nodes.around({one.seq - 1 for one in events}, {head.size for head in heads})
    told = {"runs": runs, "nodes": around}
    return (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()


def _before(hashes: Sequence[bytes], seq: int) -> bytes:
    return hashes[seq - 2] if seq > 1 else GENESIS
