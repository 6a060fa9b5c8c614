"""The outlook: the rest of the recipe, walked through with the twin's belief in place of the vessel.

    belief -> steer -> recipe (on what the twin would show) -> samples that will be drawn -> attributes foreseen

Prompts are answered and commands carried out at once, loops hold their set-points as far as their actuators reach,
and doubt grows by the filter's own account. Pure, in the twin's own arithmetic: it replays bit for bit.
"""

from homeostat.execution.outlook.foresee import Foreseen, foresee
from homeostat.execution.outlook.traveller import Steering, Traveller, Way
from homeostat.execution.outlook.walk import Moment, walk

__all__ = ["Foreseen", "Moment", "Steering", "Traveller", "Way", "foresee", "walk"]
