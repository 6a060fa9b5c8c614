"""Seams: where a long word may be broken, and how much room a text takes. A hash or a path must not leave its column.

In: a text. Out: the same text with invisible seams (U+200B) in long words; or a width in em, estimated by kinds of
letters, which is enough to share out a page.
"""

import re

SEAM = "\u200b"
_LONG = re.compile(r"\S{18,}")
_AT = re.compile(r"([_./:=,+\-])(?=[^\W\d_])|(?<=[0-9a-f]{16})(?=[0-9a-f])")
_SOLID = re.compile(r"([^\s\u200b]{20})(?=[^\s\u200b])")
_PARTS = re.compile(rf"[\s{SEAM}]+")
_NARROW, _WIDE = frozenset("iIjlft.,:;'|()[]!-/ "), frozenset("mwMW%@—…")


def seamed(text: str) -> str:
    """`text` with seams in its long words: behind signs, in hashes, and else every 20 letters."""
    return _LONG.sub(lambda word: _SOLID.sub(rf"\1{SEAM}", _AT.sub(rf"\g<0>{SEAM}", word[0])), text)


def width(text: str) -> float:
    """How wide `text` is, in em."""
    return sum(
        0.3 if one in _NARROW else 0.85 if one in _WIDE else 0.66 if one.isupper() else 0.5 for one in text
    )


def longest(text: str) -> float:
    """How wide the longest part of `text` is that cannot be broken, in em."""
    return max(map(width, _PARTS.split(seamed(text))), default=0.0)
