"""What the twin said of a quantity at a moment, in the unit in which somebody asks."""

from homeostat.errors import UnitError
from homeostat.process.units import convert
from homeostat.quality.story import Story


def predicted(story: Story, quantity: str, time: int, unit: str) -> float | None:
    """The twin's last usable value of `quantity` at or before `time`: what was believed then.

    None where the twin has no such quantity, nothing was recorded, or `unit` has another dimension.
    """
    tag = f"twin.{quantity}"
    belief = story.tapes.at(tag, time)
    if belief is None:
        return None
    try:
        return convert(belief, story.tapes.units[tag], unit)
    except UnitError:
        return None
