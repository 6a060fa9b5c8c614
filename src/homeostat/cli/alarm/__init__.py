"""`homeostat alarm`: the alarms of a batch, and what persons order about them, also while the batch is executed.

order -> the site's orders/ -> taken up by the next scan -> followed, or refused, on record

`listing` shows, `ordering` has the commands of persons, and `giving` hands in what they order.
"""

from collections.abc import Callable, Mapping

import typer

from homeostat.cli.alarm.listing import list_alarms
from homeostat.cli.alarm.ordering import acknowledge, remove, reset, return_, shelve, unshelve

alarm = typer.Typer(
    name="alarm",
    help="List the alarms of a batch; acknowledge, reset, shelve and release them, also while it is executed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": list_alarms,
    "acknowledge": acknowledge,
    "reset": reset,
    "shelve": shelve,
    "unshelve": unshelve,
    "remove": remove,
    "return": return_,
}
for _name, _command in _COMMANDS.items():
    alarm.command(_name)(_command)

__all__ = ["alarm"]
