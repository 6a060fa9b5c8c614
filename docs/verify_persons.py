"""Verify who signed in a Homeostat bundle: python verify_persons.py BUNDLE.zip [--training]

Independent of Homeostat: the standard library and `cryptography` only. Run verify_bundle.py first: it shows that the
events are the site's, and that each signature was made with the key it names. Here is shown that this key was its
owner's: proved by the key before, or by codes for which other persons vouched with their own keys, back to the
founding, with which the ledger begins. Exit code 0, or 1 with words.
"""

import argparse
import hashlib
import json
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ADMIN, QUALITY = "administrator", "quality assurance"
VOUCHED = {  # the role that each act takes
    "account.enrolled": ADMIN,
    "account.invited": ADMIN,
    "account.agreed": QUALITY,
    "roles.changed": ADMIN,
    "reset.requested": ADMIN,
    "reset.confirmed": QUALITY,
}
OWNED = {"named": "", "codes": [], "half": "", "new": False}  # nothing is open to prove a next key with
NOBODY = {"key": b"", "roles": [], "asked": [], **OWNED}
AFTER = {  # what an act makes of the account that it is about
    "account.invited": lambda one, said: {"codes": [said["invitation"]]} if one["new"] else {},
    "roles.changed": lambda one, said: {
        "roles" if {*said["roles"]} <= {*one["roles"]} else "asked": said["roles"]
    },
    "account.agreed": lambda one, said: {"roles": said["roles"]} if said["roles"] == one["asked"] else {},
    "reset.requested": lambda one, said: {"half": said["code"]},
    "reset.confirmed": lambda one, said: {"codes": [one["half"], said["code"]]},
    "credential.set": lambda one, said: {**OWNED, "key": bytes.fromhex(said["public"])},
    "credential.revoked": lambda one, said: {"key": b""},
    "account.retired": lambda one, said: NOBODY,
}


def sha(content):
    return hashlib.sha256(content).hexdigest()


def signed(key, signature, what, words):
    """Whether `key` signed these words as `what` they are."""
    try:
        signer = Ed25519PublicKey.from_public_bytes(key)
        signer.verify(bytes.fromhex(signature), f"homeostat {what}\n{words}".encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def vouched(people, event):
    """Whether the actor had the one role that this takes, and signed it with the key that was theirs."""
    words = {**event["data"], "actor": event["actor"], "event": event["id"]}
    by, role, given = people.get(event["actor"], NOBODY), VOUCHED[event["type"]], words.pop("signature", "")
    text = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    fit = {ADMIN, QUALITY} & {*by["roles"]} == {role} and event["actor"] != words["account"]
    return fit and signed(by["key"], given, "voucher, version 1", text)


def owned(one, said):
    """Whether the account's owner proved this key: it was named at the enrolment, by codes, or by the key before."""
    own = f"{said['account']}\n{said['public']}"
    coded = one["codes"] == [sha(code.encode()) for code in said["proof"].split(" ")]
    before = signed(one["key"], said["proof"], "password key, version 1", own)
    proved = coded or before or one["named"] == said["fingerprint"]
    return proved and one["roles"] and sha(bytes.fromhex(said["public"])) == said["fingerprint"]


def wrong(people, event, first):
    """What is wrong with an event about persons; `first` says that nobody has to vouch for it."""
    kind, said = event["type"], event["data"]
    one = people.get(said.get("account"), NOBODY)
    if kind in VOUCHED and not (first or vouched(people, event)):
        return "was not vouched for by a person who may"
    if kind == "credential.set" and not owned(one, said):
        return "sets a key that its owner did not prove"
    if kind == "record.signed" and sha(one["key"]) != said["key"]:
        return "was made with a key that was not theirs"
    return ""


def persons(events, training):
    """Faults of who persons are, and of the keys they signed with. At a training site nobody has to be vouched for."""
    people = {}
    for place, (seq, event) in enumerate(sorted(events.items()), 1):
        kind, said = event["type"], event["data"]
        first = training or (said.get("vouching") and not people and place == seq)  # told from event 1 on
        try:
            if found := wrong(people, event, first) or heard(people, kind, said, first):
                yield f"event {seq}: the {kind} of {said.get('account')} {found}"
        except (KeyError, TypeError, ValueError, AttributeError):
            yield f"event {seq}: the {kind} of {said.get('account')} cannot be read, and counts for nothing"


def heard(people, kind, said, first):
    """Take an event about persons up; nothing is wrong with it."""
    account = said.get("account")
    if kind == "account.enrolled" and account not in people:
        known = any(QUALITY in one["roles"] + one["asked"] for one in people.values())
        free = first or (said["founding"] and said["roles"] == [QUALITY] and not known)
        given = {"named": said["fingerprint"], "codes": [said["invitation"]], "new": True}
        people[account] = {**NOBODY, **given, "roles" if free else "asked": said["roles"]}
    elif kind in AFTER and account in people:
        people[account] |= AFTER[kind](people[account], said)


def verify(path, training=False):
    """Everything that is wrong with the persons of a bundle, in words."""
    with zipfile.ZipFile(path) as archive:
        manifest, proofs = (json.loads(archive.read(name)) for name in ("manifest.json", "proofs.json"))
        lines = archive.read("events.jsonl").splitlines()
    numbers = [run["first"] + place for run in proofs["runs"] for place in range(run["count"])]
    if manifest["training"] and not training:
        yield "manifest.json: a training site's, where anybody can be anybody (--training lets it pass)"
    events = dict(zip(numbers, map(json.loads, lines), strict=True))
    yield from persons(events, training and manifest["training"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("--training", action="store_true", help="it may be a training site's")
    given, faults = parser.parse_args(), []
    try:
        faults.extend(verify(given.bundle, given.training))
    except Exception as fault:  # noqa: BLE001  damage may break any reader in any way: it is the finding
        faults.append(f"the bundle is damaged, or cannot be read: {type(fault).__name__} {fault}")
    known = "at a training site nobody vouches" if given.training else "persons vouched, back to the founding"
    print(*(faults or [f"Every key is its owner's: {known}."]), sep="\n")
    raise SystemExit(bool(faults))
