"""One instant at the alarm board: a working copy that lets things happen, as far as the table of lives allows.

It lives for one call of `board`, which takes the next board and the records from it.
"""

from dataclasses import replace

from homeostat.monitoring.alarms.flood import FLOOD, abate, annunciate
from homeostat.monitoring.alarms.lifecycle import ACTIVE, SILENCED, Happening, Phase, follow
from homeostat.monitoring.alarms.model import SCAN, Board, Life, Notice, Outcome, Record, Rules

_FLOOD_TEXT = "More alarms than one operator can answer: those of lower priority are gathered here"


class Desk:
    """A board at one instant, and what happens to it."""

    def __init__(self, rules: Rules, board: Board, time: int) -> None:
        self._rules, self._board, self._time = rules, board, time
        self._lives = dict(board.lives)
        self._first = dict(board.first)
        self._flood = board.flood
        self._records: list[Record] = []

    def outcome(self) -> Outcome:
        """The board as it is now (the very same if nothing has changed), and what happened."""
        lives = {
            alarm: life for alarm, life in self._lives.items() if life.active or life.phase != Phase.NORMAL
        }
        due = min((life.until for life in lives.values() if life.until is not None), default=None)
        board = Board(lives, self._flood, self._first, self._board.suppressing, due)
        return Outcome(self._board if board == self._board else board, tuple(self._records))

    def notice(self, notice: Notice) -> None:
        """A condition began or ended. One that had begun already changes nothing."""
        life, definition = self._life(notice.alarm), self._rules.definition(notice.alarm)
        if life.active == notice.raised:
            return
        tripped = life.tripped or (notice.raised and definition.latching)
        priority = definition.priority or notice.priority
        self._lives[notice.alarm] = replace(
            life, active=notice.raised, priority=priority, text=notice.text, tripped=tripped
        )
        self.hide(notice.alarm)
        clear = Happening.CLEAR_LATCHING if definition.latching else Happening.CLEAR
        self.move(notice.alarm, Happening.RAISE if notice.raised else clear, SCAN, "", notice=notice)

    def move(
        self,
        alarm: str,
        happening: Happening,
        by: str,
        why: str,
        until: int | None = None,
        notice: Notice | None = None,
    ) -> None:
        """Let something happen to an alarm, as far as the table allows it, and record it."""
        before = self._life(alarm)
        phase = follow(before.phase, happening)
        if phase is None:
            return
        alerting = phase is Phase.UNACKNOWLEDGED
        shown = alerting and self._alert(alarm, before)
        life = self._next(before, phase, by, why, until)
        self._lives[alarm] = replace(life, gathered=alerting and not shown)
        record = self._told(alarm, happening, before.phase, by, why)
        self._records.append(
            replace(
                record,
                value=notice.value if notice else None,
                limit=notice.limit if notice else None,
                unit=notice.unit if notice else "1",
                until=until,
                shown=shown,
                first=self._first_out(alarm, alerting=alerting),
            )
        )
        if alerting:
            self._flooded()

    def release(self, alarm: str, by: str, why: str) -> None:
        """End a silence: what is still active alerts, what must be reset stays until it is."""
        life = self._life(alarm)
        hidden = self._hidden_by_design(alarm)
        if life.active and not hidden:
            happening = Happening.RELEASE_ACTIVE
        else:
            latched = life.tripped and not life.active
            happening = Happening.RELEASE_LATCHED if latched else Happening.RELEASE_NORMAL
        self.move(alarm, happening, by, why)
        self.hide(alarm)

    def expire(self) -> None:
        """Release what has been shelved, or out of service, for as long as was said."""
        for alarm, life in list(self._lives.items()):
            if life.until is not None and life.until <= self._time:
                where = "on the shelf" if life.phase is Phase.SHELVED else "out of service"
                self.release(alarm, SCAN, f"the time {where} is over")

    def suppress(self) -> None:
        """Silence what a declared condition suppresses, and release what none suppresses any more."""
        for alarm in self._rules.definitions:
            self.hide(alarm)
        for alarm, life in list(self._lives.items()):
            if life.phase is Phase.SUPPRESSED and not self._hidden_by_design(alarm):
                self.release(alarm, SCAN, f"no longer: {life.why}")

    def hide(self, alarm: str) -> None:
        """Silence an alarm that a declared condition suppresses, if its phase allows it."""
        if self._hidden_by_design(alarm) and self._life(alarm).phase not in SILENCED:
            self.move(alarm, Happening.SUPPRESS, SCAN, self._rules.definition(alarm).unless)

    def calm(self) -> None:
        """End a flood that has abated: what was gathered is shown by itself again."""
        flood = abate(self._rules.flood, self._flood, self._time)
        over = self._flood.since is not None and flood.since is None
        gathered, self._flood = self._flood.gathered, flood
        if over:
            self.notice(Notice(FLOOD, False, "high", f"The flood is over: {gathered} alarms were gathered"))
            for alarm in [alarm for alarm, life in self._lives.items() if life.gathered]:
                self._ungather(alarm)

    def _ungather(self, alarm: str) -> None:
        """Show an alarm by itself that came in a flood. It is no new one: it counts towards no flood again."""
        life = self._life(alarm)
        self._lives[alarm] = replace(life, gathered=False)
        if follow(life.phase, Happening.UNGATHER) is not None:
            record = self._told(alarm, Happening.UNGATHER, life.phase, SCAN, "the flood is over")
            self._records.append(replace(record, shown=True))

    def _told(self, alarm: str, happening: Happening, before: Phase, by: str, why: str) -> Record:
        """The record of a move to where the alarm is now."""
        life = self._life(alarm)
        return Record(
            alarm=alarm,
            happening=happening.value,
            before=before.value,
            after=life.phase.value,
            time=self._time,
            by=by,
            why=why,
            priority=life.priority,
            text=life.text,
        )

    def _life(self, alarm: str) -> Life:
        return self._lives.get(alarm) or Life(since=self._time, priority=self._rules.declared(alarm))

    def _next(self, life: Life, phase: Phase, by: str, why: str, until: int | None) -> Life:
        """The life in its next phase; only a silenced alarm remembers who silenced it and until when."""
        if phase is life.phase:
            return life
        silenced = phase in SILENCED
        return replace(
            life,
            phase=phase,
            since=self._time,
            tripped=life.active and life.tripped if not silenced else life.tripped,
            by=by if silenced else "",
            why=why if silenced else "",
            until=until if silenced else None,
        )

    def _hidden_by_design(self, alarm: str) -> bool:
        condition = self._rules.definition(alarm).unless
        return bool(condition) and condition in self._board.suppressing

    def _alert(self, alarm: str, life: Life) -> bool:
        """Count an alarm towards the flood; whether it is shown by itself. The flood alarm always is."""
        if alarm == FLOOD:
            return True
        self._flood, shown = annunciate(self._rules.flood, self._flood, self._time, life.priority)
        return shown

    def _flooded(self) -> None:
        """Raise the flood alarm with the alarm that made it a flood."""
        if self._flood.since is not None:
            self.notice(Notice(FLOOD, True, "high", _FLOOD_TEXT))

    def _first_out(self, alarm: str, *, alerting: bool) -> bool:
        """Keep the first-outs; whether this alarm has just become that of its group."""
        group = self._rules.definition(alarm).group
        if not group:
            return False
        if alerting and group not in self._first:
            self._first[group] = alarm
            return True
        if not any(self._stands(other, group) for other in self._lives):
            self._first.pop(group, None)
        return False

    def _stands(self, alarm: str, group: str) -> bool:
        return self._lives[alarm].phase in ACTIVE and self._rules.definition(alarm).group == group
