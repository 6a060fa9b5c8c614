"""Packing: members, their manifest and the site's signature under it, in one zip that is the same for the same content.

The manifest lists every member with size and SHA-256; the signature covers the manifest, so nothing in the archive
can be changed, added or left out without the site's key.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from homeostat.ledger import SiteKey

CONTEXT = b"homeostat bundle, version 2\n"
"""Put before the signed bytes, so that a bundle's signature can never pass for one of anything else."""
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
_EFFORT = 3  # of 9: less than half the time of the usual 6, for an eighth more bytes
_EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest time a zip can name: when it was packed is no part of the content


def pack(members: Mapping[str, bytes], about: Mapping[str, str | int | bool], key: SiteKey) -> bytes:
    """The archive of `members` with a manifest that says what it is `about`."""
    listed = {
        name: {"bytes": len(members[name]), "sha256": hashlib.sha256(members[name]).hexdigest()}
        for name in sorted(members)
    }
    manifest = (
        json.dumps({**about, "members": listed}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    ).encode()
    signed = {MANIFEST: manifest, SIGNATURE: key.sign(CONTEXT + manifest).hex().encode() + b"\n"}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**signed, **{name: members[name] for name in sorted(members)}}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=_EFFORT)
    return target.getvalue()
