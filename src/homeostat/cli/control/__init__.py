"""`homeostat control`: loops tuned, predictive controllers compared, explained and told what they may do."""

import typer

from homeostat.cli.control.compare import compare
from homeostat.cli.control.deciding import approve, authority, refuse
from homeostat.cli.control.explain import explain
from homeostat.cli.control.learn import learn
from homeostat.cli.control.tune import tune

control = typer.Typer(
    name="control",
    help="Tune loops, compare processes, and say what predictive controllers do, why, and what they may.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (tune, compare, explain, approve, refuse, authority, learn):
    control.command(command.__name__)(command)

__all__ = ["control"]
