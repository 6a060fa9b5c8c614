"""Verify a Homeostat bundle offline: python verify_bundle.py BUNDLE.zip [--key FINGERPRINT] [--heads FILE]

Independent of Homeostat: the standard library and `cryptography` only. It checks that every file is the one the site
signed, that each event stands in the signed ledger (RFC 6962), that heads you hold from before are beginnings of that
ledger (RFC 6962, 2.1.2), and that persons signed with keys that were theirs. Exit code 0, or 1 with words.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

HEAD, BUNDLE = b"homeostat ledger head, version 1\n", b"homeostat bundle, version 1\n"
PERSON = b"homeostat signature, version 1\n"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def signed(key, context, words):
    """Whether `key` signed these words (an object with its signature) in this context."""
    rest = {name: value for name, value in words.items() if name != "signature"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return verified(key, words["signature"], context + text)


def verified(key, signature, content):
    try:
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def consistent(old, new, proof):
    """Whether the tree of head `new` begins with that of `old` (RFC 6962, 2.1.2: both roots from the same nodes)."""
    path = [bytes.fromhex(one) for one in proof]

    def roots(first, second, whole):
        if first == second:
            node = bytes.fromhex(old["root"]) if whole else path.pop(0)
            return node, node
        split = 1 << (second - 1).bit_length() - 1
        if first <= split:
            before, now = roots(first, split, whole)
            return before, sha(b"\1", now, path.pop(0))
        before, now = roots(first - split, second - split, False)
        left = path.pop(0)
        return sha(b"\1", left, before), sha(b"\1", left, now)

    found = roots(old["size"], new["size"], True) if 0 < old["size"] <= new["size"] else ()
    return [node.hex() for node in found] == [old["root"], new["root"]] and not path


def read_events(lines, runs):
    """The chain hash (= Merkle leaf) of every event by its index, and the events by their place."""
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
            name, words = f"event {seq}: the signature of {data['account']}", {**data, "event": event["id"]}
            if key.get("fingerprint") != data["key"]:
                yield f"{name} was made with a key that was not theirs"
            elif (event["actor"], event["batch"]) != (data["account"], data["batch"]):
                yield f"{name} was given elsewhere, and copied"
            elif not signed(Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public"])), PERSON, words):
                yield f"{name} does not sign these words: copied or forged"


def contents(files, key):
    """Faults of the files: each against the manifest, and that against the site's signature."""
    manifest, signature = files["manifest.json"], files["manifest.sig"].decode()
    if signature != bytes.fromhex(signature).hex() + "\n" or not verified(key, signature, BUNDLE + manifest):
        yield "manifest.json: its signature is not the site's: the manifest was changed or forged"
    listed, found = json.loads(manifest)["members"], files.keys() - {"manifest.json", "manifest.sig"}
    for name in sorted(listed.keys() | found):
        own = sha(files.get(name, b"")).hex()
        if name not in listed or name not in found:
            yield f"{name}: it was added" if name in found else f"{name}: it is missing"
        elif own != listed[name]["sha256"] or (name.startswith("files/") and name != f"files/{own}"):
            yield f"{name}: its bytes are not those that were signed"


def verify(path, trusted="", held=()):
    """Everything that is wrong with the bundle, in words; `held` are heads that you know from before."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    if len(names) != len(files):
        yield "the archive holds a file twice"
    key = load_pem_public_key(files["site.pub.pem"])
    own = sha(key.public_bytes_raw()).hex()
    if trusted and own != trusted:
        yield f"the bundle was signed by another site: {own}"
    yield from contents(files, key)
    proofs, lines = json.loads(files["proofs.json"]), files["events.jsonl"].splitlines()
    *older, newest = map(json.loads, files["heads.jsonl"].splitlines())
    leaves, events = read_events(lines, proofs["runs"])
    root = root_of(leaves, proofs["size"], proofs["nodes"])
    if len(leaves) != len(lines) or (newest["size"], newest["root"]) != (proofs["size"], root):
        yield "events.jsonl: the events are not those in the signed ledger: one was changed, added or left out"
    known = {**proofs["consistency"], str(newest["size"]): []}
    for head in (newest, *older, *held):
        name = f"head of {head['size']} events:"
        if not signed(key, HEAD, head):
            yield f"{name} its signature is not the site's: changed, or another site's"
        elif str(head["size"]) not in known:
            yield f"{name} the bundle has no proof about it: ask the site for one"
        elif not consistent(head, newest, known[str(head["size"])]):
            yield f"{name} the ledger is not a continuation of it: the past was rewritten"
    yield from persons(events)
    record, batch = (json.loads(files[f"{name}.json"]) for name in ("record", "manifest"))
    told = [record["provenance"][name] for name in ("first_hash", "last_hash", "events")]
    mine = [leaves[seq - 1].hex() for seq in sorted(events) if events[seq]["batch"] == batch["batch"]]
    if told != [mine[0], mine[-1], len(mine)]:
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
    except Exception as fault:  # noqa: BLE001  damage may break any reader in any way: it is the finding
        faults.append(f"the bundle is damaged: {type(fault).__name__} {fault}")
    known = " and the site's." if given.key else ": compare the key with the site's (--key)."
    print(*(faults or [f"The bundle is whole{known}"]), sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
