"""Quality: what happened in a batch, folded from ledger and historian into a record that a person can judge.

    ledger, historian -> Story -> sections -> findings -> BatchRecord -> JSON, or one printable HTML page

`batch_record` is a pure fold: the same events and series give the same record, finished or not. Each section has a
file of its own (`steps`, `laboratory`, `alarms`, `serving`, `signals`, `outlook`, `beside`, `moves`, `parameters`,
`readings`, `comparison`), `findings` holds the rules of review by exception, `model/` the record as data and `page/`
its look. `batches` lists all batches of a site, `panel` says how the running ones stand, `verify` checks that nothing
on record was changed.
"""

from homeostat.quality.batches import BatchLine, batches
from homeostat.quality.model import BatchRecord, PanelRow
from homeostat.quality.page import render_html
from homeostat.quality.panel import panel
from homeostat.quality.record import batch_record, render_json

__all__ = [
    "BatchLine",
    "BatchRecord",
    "PanelRow",
    "batch_record",
    "batches",
    "panel",
    "render_html",
    "render_json",
]
