"""`homeostat custody`: who has which container, and every act that moves, divides, holds or uses one."""

import typer

from homeostat.cli.custody.batches import administer_container, bind_container, fill_container
from homeostat.cli.custody.holds import hold_container, resolve_container
from homeostat.cli.custody.moves import collect_container, hand_over, receive_container
from homeostat.cli.custody.parts import pool_containers, split_container
from homeostat.cli.custody.show import show_custody

custody = typer.Typer(
    name="custody",
    help="Show who has which container; collect, hand over, split, pool, use, hold and resolve.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

custody.command("show")(show_custody)
custody.command("collect")(collect_container)
custody.command("hand-over")(hand_over)
custody.command("receive")(receive_container)
custody.command("split")(split_container)
custody.command("pool")(pool_containers)
custody.command("bind")(bind_container)
custody.command("fill")(fill_container)
custody.command("administer")(administer_container)
custody.command("hold")(hold_container)
custody.command("resolve")(resolve_container)

__all__ = ["custody"]
