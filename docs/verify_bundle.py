"""Verify a Homeostat bundle offline: python verify_bundle.py BUNDLE.zip [--key KEY] [--heads FILE]

Independent of Homeostat: the standard library and `cryptography` only. It checks that every file is the one the site
signed, that each event stands in the signed ledger (RFC 6962), that heads you hold from before are beginnings of that
ledger, that the record was made from these events, and that persons' signatures are over just these words, with keys
that the ledger gave to their accounts. That those keys are the persons' own: verify_persons.py. Exit code 0, or 1 with
words; 2 where it was called otherwise, or a file of heads cannot be opened.
"""

import argparse
import hashlib
import json
import zipfile
from contextlib import suppress

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def signed(key, given, what, words):
    """Whether `key` signed these words, as what they are: bytes, or an object without the signature in it."""
    if isinstance(words, dict):
        words = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with suppress(InvalidSignature, ValueError):
        content = f"homeostat {what}\n".encode() + words
        return PublicKey.from_public_bytes(key).verify(bytes.fromhex(given), content) is None
    return False


def contents(files, key):
    """Faults of the files: each against the manifest, that against the site's signature; no original may lack."""
    manifest, given = files["manifest.json"], files["manifest.sig"].decode()
    if given != bytes.fromhex(given).hex() + "\n" or not signed(key, given, "bundle, version 2", manifest):
        yield "manifest.json: its signature is not the site's: the manifest was changed or forged"
    listed, found = json.loads(manifest)["members"], files.keys() - {"manifest.json", "manifest.sig"}
    entries = files["events.jsonl"].decode().split('"attachment":"')[1:]
    for name in sorted(listed.keys() | found | {f"files/{one[:64]}" for one in entries if one[:1] != '"'}):
        own = sha(files.get(name, b"")).hex()
        if name not in listed or name not in found:
            yield f"{name}: it was added" if name in found else f"{name}: it is missing"
        elif own != listed[name]["sha256"] or (name.startswith("files/") and name != f"files/{own}"):
            yield f"{name}: its bytes are not those that were signed"


def read_ledger(files):
    """What is known of the ledger's tree (hashes by the first and last event below them), and events by number."""
    proofs, lines, events = json.loads(files["proofs.json"]), iter(files["events.jsonl"].splitlines()), {}
    known = {(first, last): bytes.fromhex(own) for first, last, own in proofs["nodes"]}
    for run in proofs["runs"]:
        before = bytes.fromhex(run["previous"])
        for seq, body in zip(range(run["first"], run["first"] + run["count"]), lines, strict=False):
            event = events[seq] = json.loads(body)
            row = f"{event['id']}\n{event['batch']}\n{event['type']}\n".encode()
            known[seq - 1, seq] = before = sha(b"\0", before, row, body)
    return known, events


def node(known, first, last):
    """The hash above these events in the ledger's tree (RFC 6962, 2.1), from known hashes above parts of them."""
    middle = first + (1 << (last - first - 1).bit_length() >> 1)
    return known.get((first, last)) or sha(b"\1", node(known, first, middle), node(known, middle, last))


def ledger(files, key, known, count, held):
    """Faults of the heads: the newest stands above just these events, and all others above beginnings of the same."""
    *older, newest = map(json.loads, files["heads.jsonl"].splitlines())
    starts, ends = zip(*sorted(known), strict=True)
    whole = (0, *ends) == (*starts, newest["size"]) and count == len(files["events.jsonl"].splitlines())
    if not whole or node(known, 0, newest["size"]).hex() != newest["root"]:
        yield "events.jsonl: the events are not those in the signed ledger: one was changed, added or left out"
    for head in (newest, *older, *map(json.loads, held.splitlines())) if whole else ():
        name, given = f"head of {head['size']} events:", head.pop("signature")
        if not signed(key, given, f"ledger head, version {2 if 'before' in head else 1}", head):
            yield f"{name} its signature is not the site's: changed, or another site's"
        elif head["size"] not in ends:
            yield f"{name} the bundle has no proof about it: ask the site for one"
        elif head is not newest and node(known, 0, head["size"]).hex() != head["root"]:
            yield f"{name} the ledger is not a continuation of it: the past was rewritten"


def signatures(events):
    """Faults of what persons signed: here, just these words, with a key that the ledger had given to their account."""
    keys = {}
    for seq, event, said in ((seq, events[seq], events[seq]["data"]) for seq in sorted(events)):
        try:
            if event["type"] == "credential.set":
                keys[said["account"], said["fingerprint"]] = bytes.fromhex(said["public"])
            if event["type"] == "record.signed":
                key, words = keys.get((said["account"], said["key"]), b""), {**said, "event": event["id"]}
                here = (event["actor"], event["batch"]) == (said["account"], said["batch"])
                if sha(key).hex() != said["key"]:
                    yield f"event {seq}: {said['account']} signed with a key that the ledger did not give to them"
                elif not here or not signed(key, words.pop("signature"), "signature, version 1", words):
                    yield f"event {seq}: {said['account']} did not sign these words here: copied or forged"
        except (KeyError, TypeError, ValueError):
            yield f"event {seq}: a {event['type']} that cannot be read, and counts for nothing"


def verify(path, trusted="", held=b""):
    """Everything that is wrong with the bundle, in words; `held` are heads that you know from before, as lines."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if len(files) < len(archive.infolist()):
        yield "the archive holds a file twice"
    key = load_pem_public_key(files["site.pub.pem"]).public_bytes_raw()
    if trusted and sha(key).hex() != trusted:
        yield f"the bundle was signed by another site: {sha(key).hex()}"
    yield from contents(files, key)
    known, events = read_ledger(files)
    yield from ledger(files, key, known, len(events), held)
    yield from signatures(events)
    batch, told = json.loads(files["manifest.json"])["batch"], json.loads(files["record.json"])["provenance"]
    mine = [known[seq - 1, seq].hex() for seq in sorted(events) if events[seq]["batch"] == batch]
    if [told[name] for name in ("first_hash", "last_hash", "events")] != [mine[0], mine[-1], len(mine)]:
        yield "record.json: it was not made from these events"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("--key", default="", help="the fingerprint of the site's key, as the site told you")
    parser.add_argument("--heads", type=argparse.FileType("rb"), help="heads that you hold (heads.jsonl)")
    given, faults = parser.parse_args(), []
    try:
        faults.extend(verify(given.bundle, given.key, given.heads.read() if given.heads else b""))
    except Exception as fault:  # noqa: BLE001  damage may break any reader in any way: it is the finding
        faults.append(f"the bundle is damaged, or cannot be read: {type(fault).__name__} {fault}")
    known = " and the site's." if given.key else ": compare the key with the site's (--key)."
    print(*(faults or [f"The bundle is whole{known} Who the persons are: verify_persons.py"]), sep="\n")
    raise SystemExit(bool(faults))
