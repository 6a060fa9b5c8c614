"""What an alarm board knows and says: definitions, lives, notices in, orders in, records out. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from homeostat.monitoring.alarms.flood import Flood, FloodRule
from homeostat.monitoring.alarms.lifecycle import Phase
from homeostat.monitoring.alarms.priority import MICROSECONDS, Priority, Rationale

SCAN = "scan"
"""Who moved an alarm that no person moved."""

LONGEST_SHELF = 12 * 3600 * MICROSECONDS  # a shift, so that the next one hears of it anew (assumption)

OrderKind = Literal["acknowledge", "reset", "shelve", "unshelve", "take out of service", "return to service"]


@dataclass(frozen=True, slots=True)
class Definition:
    """How an alarm is treated, beyond when it is raised.

    `group`: alarms of one group share a first-out. `latching`: it stays until reset. `unless`: the name of the declared
    condition while which it is suppressed by design. `longest`: longest shelving in µs (0: no person may silence it).
    `priority`: that which the process settles (None: the one a notice comes with).
    """

    alarm: str
    group: str = ""
    latching: bool = False
    unless: str = ""
    longest: int = LONGEST_SHELF
    rationale: Rationale | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The definitions of the known alarms, the flood rule, and the priorities that no person may shelve.

    An alarm without a definition (the outcome of a command, say) is treated by the defaults.
    """

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    flood: FloodRule = field(default_factory=FloodRule)
    unshelvable: tuple[Priority, ...] = ("critical",)

    def definition(self, alarm: str) -> Definition:
        """How `alarm` is treated."""
        return self.definitions.get(alarm) or Definition(alarm)

    def declared(self, alarm: str) -> Priority:
        """The priority of an alarm before any notice of it: as settled, else as it stands for its kind."""
        definition = self.definition(alarm)
        if definition.priority is not None:
            return definition.priority
        return "low" if definition.rationale is None else definition.rationale.priority


@dataclass(frozen=True, slots=True)
class Notice:
    """An alarm condition that began (`raised`) or ended, with the value and limit that decided it."""

    alarm: str
    raised: bool
    priority: Priority
    text: str
    value: float | None = None
    limit: float | None = None
    unit: str = "1"


@dataclass(frozen=True, slots=True)
class Order:
    """What a person does with an alarm: who, why, and until when it is silenced (µs of process time)."""

    kind: OrderKind
    alarm: str
    by: str
    why: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """Where an alarm is in its life, since when, and whether its condition holds.

    `gathered`: it came in a flood and is shown under the flood alarm. `tripped`: its condition has held while it was
    silenced. `by`, `why` and `until` tell of a silenced alarm who silenced it, for what reason and how long.
    """

    phase: Phase = Phase.NORMAL
    active: bool = False
    since: int = 0
    priority: Priority = "low"
    text: str = ""
    gathered: bool = False
    tripped: bool = False
    by: str = ""
    why: str = ""
    until: int | None = None


NORMAL = Life()
"""The life of an alarm of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Board:
    """All alarms that are not plainly normal, the flood, the first-out of each group, and what suppresses by design."""

    lives: Mapping[str, Life] = field(default_factory=dict)
    flood: Flood = field(default_factory=Flood)
    first: Mapping[str, str] = field(default_factory=dict)
    suppressing: frozenset[str] = frozenset()
    due: int | None = None

    def life(self, alarm: str) -> Life:
        """The life of `alarm`, which is normal where nothing is known of it."""
        return self.lives.get(alarm) or NORMAL


@dataclass(frozen=True, slots=True)
class Record:
    """One transition, for the ledger: what moved from which phase to which, who moved it and why, and when.

    `shown` says whether the operator was alerted by this very alarm, `first` that it was the first of its group.
    """

    alarm: str
    happening: str
    before: str
    after: str
    time: int
    by: str
    why: str
    priority: Priority
    text: str
    value: float | None = None
    limit: float | None = None
    unit: str = "1"
    until: int | None = None
    shown: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The next board, the records of what happened, and why an order was refused (empty: it was not)."""

    board: Board
    records: tuple[Record, ...] = ()
    refusal: str = ""
