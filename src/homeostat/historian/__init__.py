"""The historian: what every instrument said, when, and how far it could be trusted, kept exactly.

A `Recorder` takes one row a scan; rows are *hot* (committed, chained by a running SHA-256) until 600 of them
are sealed into compressed chunks, one a tag, with statistics and a digest that goes into the ledger. Whole
series (offline samples, simulations) enter as sealed chunks with `append_series`. Reads join chunks and hot
rows and return every float bit for bit; gaps stay gaps (NaN, quality MISSING). `overview` draws years from
the chunks' statistics without decoding them. `verify_historian` compares the file with the digests in the
ledger and says in words what was changed.

    scan -> recorder -> hot rows -> chunks -> read, matrix (replay), overview (plots); digests -> ledger
"""

from homeostat.historian.recorder import Recorder
from homeostat.historian.rows import BLOCK
from homeostat.historian.series import ChunkDigest, Overview, Series, TagSpec
from homeostat.historian.store import Historian
from homeostat.historian.verify import Finding, HistorianCheck, verify_historian

__all__ = [
    "BLOCK",
    "ChunkDigest",
    "Finding",
    "Historian",
    "HistorianCheck",
    "Overview",
    "Recorder",
    "Series",
    "TagSpec",
    "verify_historian",
]
