"""Labels: identifiers with check characters, what a scan says, and drawings with codes to print.

number -> `private.next_number` -> label text -> `draw` (DataMatrix, Code 128, words) -> `page`; back: scan -> `read`.
Private-use identifiers by default. ISBT 128 and GS1 are read as far as their structure is public; the meaning of
registered codes comes from tables that the site supplies (`load_tables`). Nothing here knows the ledger: who
printed what, and which container is whose, is `custody`'s.
"""

from homeostat.governance.labels.drawing import Label, Size, draw
from homeostat.governance.labels.page import page
from homeostat.governance.labels.reading import PARSERS, Parser, Scanned, label_text, read
from homeostat.governance.labels.tables import Table, load_tables, meaning
from homeostat.governance.labels.telling import describe

__all__ = [
    "PARSERS",
    "Label",
    "Parser",
    "Scanned",
    "Size",
    "Table",
    "describe",
    "draw",
    "label_text",
    "load_tables",
    "meaning",
    "page",
    "read",
]
