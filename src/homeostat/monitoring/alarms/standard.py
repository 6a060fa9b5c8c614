"""The standing rationalisation: why each kind of alarm exists and what is done about it. Entries are assumptions.

A process may give a Rationale of its own to any alarm; these hold where it does not.
"""

from collections.abc import Iterable, Mapping

from homeostat.monitoring.alarms.limit import Limit
from homeostat.monitoring.alarms.model import Definition
from homeostat.monitoring.alarms.priority import HOUR, MINUTES, Rationale

RATIONALES: Mapping[str, Rationale] = {
    "normal": Rationale(
        "a control loop, a supply or the culture does not behave as usual",
        "the process moves towards the end of its proven range",
        "minor",
        "look at the trend, the loop and the supply; note what was found",
        8 * HOUR,
    ),
    "proven": Rationale(
        "a loop or a supply fails, or the culture needs more than it is given",
        "the process is where nobody has shown that the product stays good",
        "major",
        "bring the parameter back; open a deviation",
        HOUR,
    ),
    "hard": Rationale(
        "equipment fails",
        "the cells die or the equipment is damaged",
        "severe",
        "act on the equipment at once; hold the batch",
        MINUTES,
    ),
    "health": Rationale(
        "a sensor, its cable or its transmitter fails",
        "the parameter is neither seen nor steered",
        "minor",
        "check the sensor; measure by hand until it is back",
        MINUTES,
    ),
    "signal": Rationale(
        "a sensor ages, is fouled or stands still",
        "what is steered and predicted by the signal is led astray",
        "minor",
        "compare with a sample; calibrate or replace",
        8 * HOUR,
    ),
    "fault": Rationale(
        "a command had no known outcome, or the twin could not follow",
        "the batch goes on without what was meant to happen",
        "major",
        "find out what happened at the equipment; answer the prompt",
        HOUR,
    ),
}
"""Rationale by kind of alarm; the priority follows from the table in `priority`."""


def definitions(limits: Iterable[Limit]) -> dict[str, Definition]:
    """A definition for each limit alarm: those of one tag are one group, the kind is the middle of the alarm's name."""
    return {limit.alarm: _definition(limit) for limit in limits}


def _definition(limit: Limit) -> Definition:
    kind = "health" if limit.side == "health" else limit.alarm.split(".")[-2]
    return Definition(limit.alarm, group=limit.tag, rationale=RATIONALES.get(kind))
