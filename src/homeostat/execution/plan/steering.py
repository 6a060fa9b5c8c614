"""What the scan knows of a predictive controller."""

from dataclasses import dataclass
from functools import cached_property

from homeostat.control.predictive import Task
from homeostat.control.predictive.planner import planner
from homeostat.control.supervisor import Authority, Rules


@dataclass(frozen=True)
class ControllerPlan:
    """A controller: its task, the supervisor's rules, the phases (nodes) in which it is at work.

    `loops` are those it moves, by position, `inputs` the model's inputs behind them, and `scales` slope and offset from
    an output to its input. `heeded` are the signals of what it plans: while the twin disagrees with one, it is not
    asked. Of these, `online` (name and position) and `sampled` (position) are the signals that tell what is in the
    vessel: nothing is asked when none of the former was fused for `blind` (µs), and none of the latter in a sample as
    young as `stale`. An answer that takes longer than `deadline` seconds is not used, nor one of a solver that is
    silent for `heartbeat` seconds. `apart` is for each loop how far its actuator may show another output than it was
    told, in the output's unit. One of `former` records says less of itself: no alarm tells that it was lowered, and a
    failed plan has another reason.
    """

    name: str
    title: str
    authority: Authority
    task: Task
    rules: Rules
    during: tuple[int, ...]
    loops: tuple[int, ...]
    heeded: tuple[str, ...]
    online: tuple[tuple[str, int], ...]
    sampled: tuple[int, ...]
    blind: int
    stale: int
    inputs: tuple[str, ...]
    scales: tuple[tuple[float, float], ...]
    deadline: float
    heartbeat: float
    apart: tuple[float, ...]
    former: bool = False

    @cached_property
    def means(self) -> str:
        """SHA-256 of the task and its solver: model, objective, limits, settings, kernel."""
        return planner(self.task).means
