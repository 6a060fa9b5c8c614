"""Whatever happens in whatever order: no transition outside the table, nothing lost, not even in a flood."""

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from homeostat.monitoring.alarms import (
    FLOOD,
    LIFE,
    Board,
    Definition,
    FloodRule,
    Happening,
    Notice,
    Order,
    OrderKind,
    Outcome,
    Phase,
    Priority,
    Record,
    Rules,
    notify,
    obey,
    tick,
    view,
)
from homeostat.monitoring.alarms.lifecycle import ACTIVE, SILENCED

SECOND = 1_000_000
ALARMS = [f"alarm{k}" for k in range(8)]
RULES = Rules(
    {
        name: Definition(
            name, group=f"group{k % 2}", latching=k % 3 == 0, unless="cleaning" if k % 4 == 1 else ""
        )
        for k, name in enumerate(ALARMS)
    },
    flood=FloodRule(most=4, end=2, window=60 * SECOND),
)
PRIORITIES: list[Priority] = ["low", "medium", "high", "critical"]
ORDERS: list[OrderKind] = [
    "acknowledge",
    "reset",
    "shelve",
    "unshelve",
    "take out of service",
    "return to service",
]


class Alarms(RuleBasedStateMachine):
    """Conditions come and go, persons order, time passes; what the records tell is compared with the board."""

    def __init__(self) -> None:
        super().__init__()
        self.board, self.time, self.holding = Board(), 0, frozenset[str]()
        self.told: dict[str, Phase] = defaultdict(lambda: Phase.NORMAL)
        self.conditions: dict[str, bool] = defaultdict(bool)

    def take(self, outcome: Outcome) -> tuple[Record, ...]:
        for record in outcome.records:
            before, after = Phase(record.before), Phase(record.after)
            assert LIFE[before, Happening(record.happening)] is after, "a transition outside the table"
            assert self.told[record.alarm] is before, "a transition that no record tells of"
            assert record.time == self.time
            assert record.by
            self.told[record.alarm] = after
        self.board = outcome.board
        return outcome.records

    @rule(alarm=st.sampled_from(ALARMS), raised=st.booleans(), priority=st.sampled_from(PRIORITIES))
    def condition(self, alarm: str, raised: bool, priority: Priority) -> None:
        notice = Notice(alarm, raised, priority, "wrong")
        records = self.take(notify(RULES, self.board, [notice], self.time))
        changed = self.conditions[alarm] != raised
        assert changed == any(record.alarm == alarm for record in records), "every change is on record"
        self.conditions[alarm] = raised

    @rule(seconds=st.integers(0, 90), cleaning=st.booleans())
    def pass_time(self, seconds: int, cleaning: bool) -> None:
        self.time += seconds * SECOND
        self.holding = frozenset({"cleaning"}) if cleaning else frozenset()
        self.take(tick(RULES, self.board, self.holding, self.time))

    @rule(
        kind=st.sampled_from(ORDERS),
        alarm=st.sampled_from([*ALARMS, FLOOD, "unheard of"]),
        seconds=st.integers(-10, 300),
        ending=st.booleans(),
    )
    def order(self, kind: OrderKind, alarm: str, seconds: int, *, ending: bool) -> None:
        ends = kind == "shelve" or (ending and kind == "take out of service")
        until = self.time + seconds * SECOND if ends else None
        outcome = obey(RULES, self.board, Order(kind, alarm, "operator", "a reason", until), self.time)
        if outcome.refusal:
            assert outcome.board is self.board
            assert outcome.records == ()
        else:
            assert outcome.records
            assert outcome.records[0].by == "operator"
        self.take(outcome)

    @invariant()
    def the_records_tell_the_whole_story(self) -> None:
        for alarm in {*self.told, *self.board.lives}:
            assert self.board.life(alarm).phase is self.told[alarm]

    @invariant()
    def the_board_knows_every_condition(self) -> None:
        for alarm in ALARMS:
            assert self.board.life(alarm).active == self.conditions[alarm]

    @invariant()
    def an_active_alarm_is_seen_or_silenced_for_a_reason(self) -> None:
        for life in self.board.lives.values():
            assert (life.phase in ACTIVE) == (life.active and life.phase not in SILENCED)
            assert (life.phase in SILENCED) == bool(life.by and life.why)
            assert life.phase is not Phase.SHELVED or life.until is not None
            assert life.until is None or life.phase in {Phase.SHELVED, Phase.OUT_OF_SERVICE}

    @invariant()
    def nothing_is_shelved_beyond_its_time_once_time_has_been_looked_at(self) -> None:
        outcome = tick(RULES, self.board, self.board.suppressing, self.time)
        assert all(life.until is None or life.until > self.time for life in outcome.board.lives.values())

    @invariant()
    def every_alarm_is_in_exactly_one_list(self) -> None:
        seen = view(self.board, self.time)
        names = [line.alarm for line in (*seen.shown, *seen.gathered, *seen.silenced)]
        assert sorted(names) == sorted(self.board.lives)
        assert not seen.gathered or self.board.life(FLOOD).active or self.board.life(FLOOD).phase in SILENCED

    @invariant()
    def only_low_priorities_are_gathered(self) -> None:
        assert all(line.life.priority in ("low", "medium") for line in view(self.board, self.time).gathered)

    @invariant()
    def a_first_out_belongs_to_a_group_that_stands(self) -> None:
        for group in self.board.first:
            standing = [n for n, life in self.board.lives.items() if life.phase in ACTIVE]
            assert any(RULES.definition(name).group == group for name in standing)


TestAlarms = Alarms.TestCase
TestAlarms.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
