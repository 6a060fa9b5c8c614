"""Verify a Homeostat bundle offline: python verify_bundle.py BUNDLE.zip [--key FINGERPRINT] [--heads FILE]

Independent of Homeostat: the standard library and `cryptography` only. It checks that every file is the one the
site signed, that each event stands in the signed ledger (RFC 6962), that heads you hold from before are beginnings of
the same ledger (RFC 9162, 2.1.4.2), and that persons signed with keys that were theirs. Exit code 0, or 1 with words.
"""

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

DAMAGE = (OSError, ValueError, LookupError, TypeError, AttributeError, StopIteration, RuntimeError)
DAMAGE += (zipfile.BadZipFile, zlib.error)
HEAD, BUNDLE, PERSON = (
    f"homeostat {it}, version 1\n".encode() for it in ("ledger head", "bundle", "signature")
)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(key, context, fields, signature):
    """Whether `key` signed the context and the fields (bytes, or JSON without its own signature)."""
    if isinstance(fields, dict):
        fields = canonical({name: value for name, value in fields.items() if name != "signature"})
    try:
        key.verify(bytes.fromhex(signature), context + fields)
    except (InvalidSignature, ValueError):
        return False
    return True


def consistent(old, new, proof):
    """RFC 9162, 2.1.4.2, of two heads."""
    first, second, path = old["size"], new["size"], [bytes.fromhex(one) for one in proof]
    if first == second:
        return not path and old["root"] == new["root"]
    if first & (first - 1) == 0:
        path.insert(0, bytes.fromhex(old["root"]))
    fn, sn = first - 1, second - 1
    while fn % 2:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            fr, sr = sha(b"\1", c, fr), sha(b"\1", c, sr)
            while fn % 2 == 0 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr.hex() == old["root"] and sr.hex() == new["root"]


def read_events(lines, runs):
    """The chain hash (= Merkle leaf) of every event by its place, and the events themselves."""
    leaves, events, rest = {}, {}, iter(lines)
    for run in runs:
        before = bytes.fromhex(run["previous"])
        for seq in range(run["first"], run["first"] + run["count"]):
            body = next(rest)
            event = events[seq] = json.loads(body)
            row = "\n".join(event[name] for name in ("id", "batch", "type")).encode() + b"\n" + body
            leaves[seq - 1] = before = sha(b"\0", before, row)
    return leaves, events


def root_of(known, size, nodes):
    """The root above the known leaves, with the nodes that they lack (RFC 6962, 2.1.1, for many leaves at once)."""
    level = 0
    while size > 1:
        above = {}
        for index in sorted(known):
            pair = [place for place in (index & ~1, index | 1) if place < size]
            found = [known.get(place) or bytes.fromhex(nodes[f"{level}/{place}"]) for place in pair]
            above[index // 2] = sha(b"\1", *found) if len(found) == 2 else found[0]
        known, size, level = above, (size + 1) // 2, level + 1
    return known[0].hex()


def persons(events):
    """Faults of the persons' signatures: made with a key that the ledger gave to that account, over these words."""
    keys = {}
    for seq, event in sorted(events.items()):
        data, key = event["data"], keys.get(event["data"].get("account"), {})
        if event["type"] == "credential.set":
            keys[data["account"]] = data
        elif event["type"] == "credential.revoked" and key.get("fingerprint") == data["fingerprint"]:
            del keys[data["account"]]
        elif event["type"] == "record.signed":
            words, name = {**data, "event": event["id"]}, f"event {seq}: the signature of {data['account']}"
            if key.get("fingerprint") != data["key"]:
                yield f"{name} was made with a key that was not theirs"
            elif (event["actor"], event["batch"]) != (data["account"], data["batch"]):
                yield f"{name} was given elsewhere, and copied"
            elif not signed(_public(key["public"]), PERSON, words, data["signature"]):
                yield f"{name} does not sign these words: copied or forged"


def _public(text):
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def contents(files, key):
    """Faults of the files: each against the manifest, and that against the site's signature."""
    manifest, signature = json.loads(files["manifest.json"]), files["manifest.sig"].decode()
    plain = signature == bytes.fromhex(signature).hex() + "\n"
    if not (plain and signed(key, BUNDLE, files["manifest.json"], signature)):
        yield "manifest.json: its signature is not the site's: the manifest was changed or forged"
    listed, found = manifest["members"], files.keys() - {"manifest.json", "manifest.sig"}
    for name in sorted(listed.keys() | found):
        if name not in found or name not in listed:
            yield f"{name}: it was added" if name in found else f"{name}: it is missing"
        elif sha(files[name]).hex() != listed[name]["sha256"]:
            yield f"{name}: its bytes are not those that were signed"
        elif name.startswith("files/") and name != f"files/{sha(files[name]).hex()}":
            yield f"{name}: it is not the file of this content hash"


def verify(path, trusted="", held=()):
    """Everything that is wrong with the bundle, in words; `held` are heads that you know from before."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    key = load_pem_public_key(files["site.pub.pem"])
    own = sha(key.public_bytes_raw()).hex()
    if trusted and own != trusted:
        yield f"the bundle was signed by another site: {own}"
    if len(names) != len(files):
        yield "the archive holds a file twice"
    yield from contents(files, key)
    heads, proofs = list(map(json.loads, files["heads.jsonl"].splitlines())), json.loads(files["proofs.json"])
    newest, lines = heads[-1], files["events.jsonl"].splitlines()
    if not signed(key, HEAD, newest, newest["signature"]):
        yield f"head of {newest['size']} events: its signature is not the site's"
    leaves, events = read_events(lines, proofs["runs"])
    root = root_of(leaves, proofs["size"], proofs["nodes"])
    if len(leaves) != len(lines) or (newest["size"], newest["root"]) != (proofs["size"], root):
        yield "events.jsonl: the events are not those in the signed ledger: one was changed, added or left out"
    for head in (*heads[:-1], *held):
        proof = [] if head["size"] == newest["size"] else proofs["consistency"].get(str(head["size"]))
        if not signed(key, HEAD, head, head["signature"]):
            yield f"head of {head['size']} events: its signature is not the site's: changed, or another site's"
        elif proof is None:
            yield f"head of {head['size']} events: the bundle has no proof about it: ask the site for one"
        elif not consistent(head, newest, proof):
            yield f"head of {head['size']} events: the ledger is not a continuation of it: the past was rewritten"
    yield from persons(events)
    record, batch = (
        json.loads(files["record.json"])["provenance"],
        json.loads(files["manifest.json"])["batch"],
    )
    mine = sorted(seq for seq, event in events.items() if event["batch"] == batch)
    ends = (leaves[mine[0] - 1].hex(), leaves[mine[-1] - 1].hex(), len(mine))
    if ends != (record["first_hash"], record["last_hash"], record["events"]):
        yield "record.json: it was not made from these events"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("--key", default="", help="the fingerprint of the site's key, as the site told you")
    parser.add_argument("--heads", help="a file of heads that you hold from before (heads.jsonl)")
    given, faults = parser.parse_args(), []
    try:
        held = map(json.loads, Path(given.heads).read_bytes().splitlines()) if given.heads else ()
        faults.extend(verify(given.bundle, given.key, held))
    except DAMAGE as fault:
        faults.append(f"the bundle is damaged: {type(fault).__name__} {fault}")
    known = " and the site's." if given.key else ": compare the key with the site's (--key)."
    print(*(faults or [f"The bundle is whole{known}"]), sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
