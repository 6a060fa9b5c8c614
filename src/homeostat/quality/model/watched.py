"""The sentinel panel as data: one row a batch, calm enough to be looked at all day."""

from typing import Literal

from homeostat.quality.model.base import Part, Priority
from homeostat.quality.model.base import Verdict as Measured
from homeostat.quality.model.monitored import ModelLine, Standing
from homeostat.quality.model.steered import ControllerLine


class PanelAttribute(Part):
    """What is foreseen of one attribute, or what was measured of it.

    `value` is expected, with its 90 % interval; `at` is when a sample will show it, `breach` when it is expected to
    leave its specification. `measured` is the last judgement's value with its `outcome`.
    """

    attribute: str
    title: str
    unit: str
    specified: tuple[float | None, float | None]
    verdict: Standing
    since: int
    probability: float | None
    value: float | None
    low: float | None
    high: float | None
    at: int | None
    breach: int | None
    drivers: tuple[str, ...]
    reason: str
    measured: float | None
    outcome: Measured


class Drifted(Part):
    """Something that is not as it was: a signal that disagrees with the twin, or is not to be trusted; since when."""

    kind: Literal["twin", "signal"]
    subject: str
    text: str
    since: int


class BoardLine(Part):
    """An alarm on the board: its phase (ISA-18.2), whether its condition holds, and since when that is so.

    `owed`: somebody has yet to acknowledge it. `silent`: it is kept from being shown, by whom, why and until when.
    """

    alarm: str
    text: str
    priority: Priority
    phase: str
    active: bool
    owed: bool
    silent: bool
    since: int
    by: str
    why: str
    until: int | None
    value: float | None
    limit: float | None
    unit: str


class Silence(Part):
    """A critical alarm that was kept from being shown: how, by whom and why, since when, and to last until when.

    `over` is when that ended; None where it has not, or had not when the batch ended.
    """

    alarm: str
    how: str
    by: str
    why: str
    since: int
    until: int | None
    over: int | None


class PanelRow(Part):
    """One batch: where it stands, the verdict on it, and what that rests on. Times in µs of process time.

    `verdict` is the worst of the attributes' and of the alarms that stand: a critical one counts as `action`, a high
    one as `alert`. `standing` and `owed` count alarms by priority: those whose condition holds and is not silenced,
    and those that nobody has acknowledged. `silenced` ones are kept from being shown though their condition holds.
    A critical alarm counts in the verdict though it is silenced; `silences` are those of critical alarms, also if over.
    `models` are the frozen ones that run beside the batch, `controllers` those that steer it: both count by their
    alarms. `recorded` is when (UTC) the newest event of the run was put on record.
    """

    batch: str
    patient: str
    process: str
    version: str
    state: str
    finished: bool
    phases: tuple[str, ...]
    time: int
    verdict: Standing
    attributes: tuple[PanelAttribute, ...]
    drifted: tuple[Drifted, ...]
    standing: dict[Priority, int]
    owed: dict[Priority, int]
    silenced: int
    alarms: tuple[BoardLine, ...]
    silences: tuple[Silence, ...] = ()
    recorded: str = ""
    models: tuple[ModelLine, ...] = ()
    controllers: tuple[ControllerLine, ...] = ()
