"""The hash chain: each event's hash covers its own row and the hash before it.

The link is written so that a chain hash *is* the RFC 6962 hash of the Merkle leaf "previous hash, row":
one SHA-256 per event serves the chain and the tree.
"""

import hashlib

from homeostat.ledger.merkle import leaf_hash

GENESIS = hashlib.sha256(b"homeostat ledger, version 1").digest()
"""Stands before the first event; the text keeps this chain apart from every other use of SHA-256."""


def row_bytes(id: str, batch: str, type: str, body: str) -> bytes:
    """What is hashed of a stored event: all its columns, not the body alone, so that none can be changed.

    None of them holds a line end (names are printable, JSON escapes it), so the bytes split in one way only.
    """
    return f"{id}\n{batch}\n{type}\n{body}".encode()


def link(previous: bytes, row: bytes) -> bytes:
    """Chain hash of an event's `row` bytes behind the hash `previous`: SHA-256(0x00, previous, row)."""
    return leaf_hash(previous + row)
