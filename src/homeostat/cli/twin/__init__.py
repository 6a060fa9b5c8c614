"""`homeostat twin`: simulate models, in hundreds of thousands of variants, fit them to runs and follow a run with them.

One command a file; `surveyed`, `fitted`, `population` and `shadowed` show what long ones found. What they share:
`loading` finds the model (shipped, or a user's file), `values` reads quantities with units, `course` what is done to
a run (`inputs` over time, `events` at once), `runs` measured tables; `times` and `columns` say what is reported;
`writing`, `plot` and `bar` write tables, pictures (PNG or HTML) and progress.

    MODEL, options -> twin, twin.virtual, twin.chain, twin.fit, twin.petab or twin.observer -> table, JSON, CSV, picture
"""

import typer

from homeostat.cli.twin.chain import chain
from homeostat.cli.twin.ensemble import ensemble
from homeostat.cli.twin.fit import fit
from homeostat.cli.twin.models import models
from homeostat.cli.twin.sensitivities import sensitivities
from homeostat.cli.twin.shadow import shadow
from homeostat.cli.twin.simulate import simulate

twin = typer.Typer(
    name="twin",
    help="Simulate models, singly or in hundreds of thousands of batches; fit them to runs; follow a run.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _command in (models, simulate, ensemble, sensitivities, chain, fit, shadow):
    twin.command(_command.__name__)(_command)

__all__ = ["twin"]
