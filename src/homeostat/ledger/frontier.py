"""The frontier of the ledger's tree, kept beside it: a ledger of millions of events opens to write at once.

In: a tree, or the file that keeps one. Out: the file, or the tree. The roots of a tree's complete subtrees are all
that it takes to go on (RFC 9162 calls for no more to make a root), and they cannot be made up: whoever opens goes on
only if the root that they and all later events lead to is the signed one. So the file needs no signature, may be
lost, damaged or old at any time, and is made again.
"""

import contextlib
import json
from pathlib import Path

from homeostat.ledger.merkle import Tree

WORTH = 4096
"""Events that the tree has grown by from which its frontier is kept anew: to hash as many takes milliseconds."""
_LONGEST = 8192
"""Bytes of the longest file: a tree of 2^63 events has 63 peaks."""


def frontier_path(ledger: Path) -> Path:
    """Where the frontier of the ledger at this path is kept."""
    return ledger.with_suffix(".tree")


def kept_tree(ledger: Path) -> Tree:
    """The tree whose frontier is kept beside a ledger; an empty one where there is none that can be read."""
    try:
        kept = json.loads(_content(frontier_path(ledger)))
        return Tree.of([bytes.fromhex(peak) for peak in kept["peaks"]], kept["size"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Tree()


def keep_tree(ledger: Path, tree: Tree) -> None:
    """Keep the frontier of a tree beside its ledger, whole or not at all; a place that takes no file goes without.

    Two processes that keep one at once may spoil the draft: what is damaged is made again.
    """
    path = frontier_path(ledger)
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        with draft.open("x") as stream:
            stream.write(json.dumps({"size": tree.size, "peaks": [peak.hex() for peak in tree.peaks]}))
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _content(path: Path) -> bytes:
    """What the file holds; nothing where it is none, or longer than any that was kept."""
    return path.read_bytes() if path.is_file() and path.stat().st_size <= _LONGEST else b""
