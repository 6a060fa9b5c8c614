"""`homeostat watch`: learn to predict an attribute from a table, judge rows with the model, explain and validate it;
`watch panel`, a row for every running batch; and `watch table`, finished batches as a table to learn from.

One command a file. What they share: `options` reads what several take, `figures` turns figures of merit into tables.

    TABLE.csv -> train -> MODEL.json -> score TABLE.csv -> verdicts
                              MODEL.json -> explain, report
"""

import typer

from homeostat.cli.watch.explain import explain
from homeostat.cli.watch.panel import panel
from homeostat.cli.watch.report import report
from homeostat.cli.watch.score import score
from homeostat.cli.watch.table import table
from homeostat.cli.watch.train import train

watch = typer.Typer(
    name="watch",
    help="Learn to predict an attribute from a table and judge rows with the model; see how running batches stand.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _command in (train, score, explain, report, panel, table):
    watch.command(_command.__name__)(_command)

__all__ = ["watch"]
