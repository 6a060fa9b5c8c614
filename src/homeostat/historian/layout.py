"""How the columns of one chunk are laid out: a short name that stands in the chunk's `codec` column.

A name reads `1.step.q0.quotient1`: format version 1; time stamps at a fixed step (or `list`); all samples of
quality code 0 (or `each`, a byte a sample); values as multiples of the resolution whose differences take 1
byte (or `bits`, the float's own eight bytes), `-holes` where some are missing. Name and sample count together
fix the exact size of the uncompressed bytes, so nothing in a damaged chunk can make a reader allocate more.
"""

import re
from dataclasses import dataclass
from functools import cache

from homeostat.errors import HistorianError

VERSION = 1
_NAME = re.compile(rf"{VERSION}\.(step|list)\.(q[0-5]|each)\.(bits|(product|quotient)([01248])(-holes)?)")


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a chunk. `form` is bits, product or quotient; `width` the bytes of one difference."""

    step: bool
    quality: int | None
    form: str
    width: int = 8
    holes: bool = False

    @property
    def name(self) -> str:
        """The text of the `codec` column."""
        time = "step" if self.step else "list"
        quality = "each" if self.quality is None else f"q{self.quality}"
        values = "bits" if self.form == "bits" else f"{self.form}{self.width}{'-holes' * self.holes}"
        return f"{VERSION}.{time}.{quality}.{values}"

    def sizes(self, count: int) -> tuple[int, int, int]:
        """Bytes of the time, quality and value sections of `count` samples, uncompressed."""
        time = 0 if self.step else 8 * (count - 1)
        quality = count if self.quality is None else 0
        if self.form == "bits":
            return time, quality, 8 * count
        return time, quality, 8 + self.width * (count - 1) + (-(-count // 8) if self.holes else 0)


@cache
def layout_name(layout: Layout) -> str:
    """The name of `layout`, remembered: a batch uses a handful of layouts for thousands of chunks."""
    return layout.name


@cache
def parse_layout(name: str) -> Layout:
    """The layout called `name`; HistorianError if this version of the historian does not know it."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise HistorianError(f"the codec {name[:40]!r} is unknown", mend="read it with a newer version")
    time, quality, values, form, width, holes = match.groups()
    code = None if quality == "each" else int(quality[1])
    if values == "bits":
        return Layout(time == "step", code, "bits")
    return Layout(time == "step", code, form, int(width), holes is not None)
