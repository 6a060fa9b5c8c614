"""What an operator sees of a board: one line an alarm, the most urgent first, with those of a flood gathered."""

from dataclasses import dataclass

from homeostat.monitoring.alarms.lifecycle import ACTIVE, SILENCED, UNANSWERED
from homeostat.monitoring.alarms.model import Board, Life
from homeostat.monitoring.alarms.performance import STALE
from homeostat.monitoring.alarms.priority import RANK


@dataclass(frozen=True, slots=True)
class Line:
    """One alarm as it is shown: whether it waits for an acknowledgement, is the first-out of its group, or is stale."""

    alarm: str
    life: Life
    unanswered: bool
    first: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class View:
    """The alarms that are shown, those gathered in a flood, and those silenced; each most urgent first."""

    shown: tuple[Line, ...]
    gathered: tuple[Line, ...]
    silenced: tuple[Line, ...]


def view(board: Board, time: int) -> View:
    """The board as it is to be shown at `time`; every alarm that is not normal stands in exactly one of the lists."""
    firsts = set(board.first.values())
    lines = sorted((_line(name, life, firsts, time) for name, life in board.lives.items()), key=_urgency)
    return View(
        tuple(line for line in lines if not line.life.gathered and line.life.phase not in SILENCED),
        tuple(line for line in lines if line.life.gathered),
        tuple(line for line in lines if line.life.phase in SILENCED),
    )


def _line(alarm: str, life: Life, firsts: set[str], time: int) -> Line:
    stale = life.phase in ACTIVE and time - life.since > STALE
    return Line(alarm, life, life.phase in UNANSWERED, alarm in firsts, stale)


def _urgency(line: Line) -> tuple[bool, int, int, str]:
    return not line.unanswered, -RANK[line.life.priority], line.life.since, line.alarm
