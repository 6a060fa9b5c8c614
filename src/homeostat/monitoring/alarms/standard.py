"""The standing rationalisation: why each kind of alarm exists and what is done about it. Entries are assumptions.

A process may give a Rationale of its own to any alarm; these hold where it does not.
"""

from collections.abc import Mapping

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
    "alert": Rationale(
        "the culture, or what is fed to it, goes another way than planned",
        "a quality attribute may end outside its specification",
        "major",
        "look at what drives the forecast; draw a sample; consider a change while there is time",
        8 * HOUR,
    ),
    "action": Rationale(
        "the culture, or what is fed to it, has gone another way than planned",
        "a quality attribute is expected to end outside its specification",
        "major",
        "confirm by a sample; decide on a change of the process with QA; open a deviation",
        HOUR,
    ),
    "blind": Rationale(
        "the loop's sensor, its cable or its transmitter fails",
        "the parameter is held by a safe output, unseen",
        "major",
        "measure by hand; restore the sensor, or steer the actuator by hand",
        HOUR,
    ),
    "last-plan": Rationale(
        "the optimiser was late or found no plan",
        "the process follows a plan that does not know the last readings",
        "minor",
        "look at what the controller says of it",
        8 * HOUR,
    ),
    "loops": Rationale(
        "the optimiser has found no plan for some time, or its readings are missing",
        "the loops hold their set-points; what the plan would have gained is lost",
        "major",
        "restore what the controller misses; give set-points by hand if they do not fit any more",
        8 * HOUR,
    ),
    "hold": Rationale(
        "neither a plan nor the loops can be relied on",
        "the actuators stay where they are, whatever the culture needs",
        "major",
        "steer by hand; find out what fails",
        HOUR,
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


def standing(alarm: str) -> Rationale | None:
    """The standing rationale of an alarm, by the kind that its name tells; None for one of no known kind."""
    return RATIONALES.get(_kind(alarm.split(".")))


def _kind(parts: list[str]) -> str:
    """A limit is told by its last two parts, whatever its parameter is called; then the first part decides."""
    if len(parts) > 2 and parts[-1] in ("low", "high"):
        return parts[-2]
    if parts[0] == "twin":
        return "fault" if parts[1:] == ["belief"] else "signal"
    return "signal" if parts[0] == "signal" else parts[-1]
