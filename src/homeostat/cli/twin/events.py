"""What is done to a run at once, from `--event`: a bolus, a draw, an exchange of medium, a passage, a change.

In: "HOURS: ACTION", such as "48 h: bolus 5 mL with glucose = 2500 mmol/L". Out: jumps, in the order in which they were
typed. Values without a unit are in the model's own; what a bolus or a medium is not said to contain is not in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from homeostat.cli.twin.values import OptionError, assignment, declared, in_percent, in_unit, names, within
from homeostat.errors import TwinError

if TYPE_CHECKING:
    from homeostat.twin import Jump, Signature

MEND = (
    "write such as '48 h: bolus 5 mL with glucose = 2500'; there are bolus, draw, exchange, passage, "
    "and NAME = VALUE (or +=, -=, *=)"
)
_HOURS = re.compile(r"\s*([^\s,A-Za-z]+(?:\s*,\s*[^\s,A-Za-z]+)*)\s*([A-Za-z]*)\s*")
_CHANGE = re.compile(r"(\w+)\s*(=|\+=|-=|\*=)\s*([^=].*)")
_DONE = re.compile(r"([a-z]+)\s+(.+)")
_PARTS = re.compile(r"\s+(keep|with)\b\s*")
_RATIO = re.compile(r"1\s*:\s*(.+)")


class Event(NamedTuple):
    """One `--event` as it was typed, and its action."""

    typed: str
    action: str

    @property
    def where(self) -> str:
        """The place, for messages."""
        return f"--event '{self.typed}'"


@dataclass(frozen=True)
class Done:
    """An action: its amount as text, the states that are kept, and what comes in."""

    amount: str
    keep: tuple[str, ...]
    contents: Mapping[str, float]


class Within(NamedTuple):
    """The hours in which events may lie, and what to do about one that does not."""

    start: float
    end: float
    mend: str = "name an hour between, or make the run longer"


def jumps(s: "Signature", texts: Sequence[str], span: Within) -> "list[Jump]":
    """Every event of `texts` at each of its hours, which lie within `span`."""
    return [jump for text in texts for jump in _jumps(s, text, span)]


def _jumps(s: "Signature", text: str, span: Within) -> "list[Jump]":
    from homeostat.twin.engine.schedule import jump_row

    place, colon, action = (part.strip() for part in text.partition(":"))
    event = Event(text, action)
    if not (colon and place and action):
        raise OptionError("this is no HOURS: ACTION", where=event.where, mend=MEND)
    try:
        found = [_jump(s, event, hour) for hour in _hours(place, event.where, span)]
        for jump in found:
            jump_row(s, jump)
    except TwinError as error:
        raise OptionError(error.what, where=event.where, mend=error.mend or "leave it out") from error
    return found


def _hours(text: str, where: str, span: Within) -> list[float]:
    """Hours between commas, with one unit behind the last for all of them."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise OptionError(
            f"'{text}' is no time", where=where, mend="write such as '48 h: ...' or '1, 2, 3 d: ...'"
        )
    unit = found[2] or "h"
    hours = [in_unit(f"{part.strip()} {unit}", "h", where) for part in found[1].split(",")]
    for hour in hours:
        if not span.start <= hour <= span.end:
            what = f"{hour:g} h is not between {span.start:g} and {span.end:g} h"
            raise OptionError(what, where=where, mend=span.mend)
    return hours


def _jump(s: "Signature", event: Event, hour: float) -> "Jump":
    change, done = _CHANGE.fullmatch(event.action), _DONE.fullmatch(event.action)
    if change:
        return _changed(s, event, hour, change)
    if done is None or done[1] not in _KINDS:
        from homeostat.process.issues import suggestion

        close = suggestion(done[1], _KINDS) if done else ""
        mend = close if close.startswith("did") else MEND
        raise OptionError(f"'{event.action}' is no action", where=event.where, mend=mend)
    return _KINDS[done[1]](s, event, hour, _done(s, event, done[2]))


def _done(s: "Signature", event: Event, text: str) -> Done:
    """AMOUNT [keep A,B] [with A = VALUE, B = VALUE]."""
    amount, *rest = _PARTS.split(text)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    if len(parts) < len(rest) // 2 or not all(part.strip() for part in parts.values()):
        mend = "write once such as: keep viable, dead with glucose = 20 mmol/L, lactate = 0"
        raise OptionError("`keep` or `with` stands twice, or before nothing", where=event.where, mend=mend)
    keep = tuple(_kept(s, event, name) for name in names(parts.get("keep")))
    contents: dict[str, float] = {}
    for each in names(parts.get("with")):
        name, value = assignment(each, event.where)
        if name in contents:
            raise OptionError(f"{name} is given twice", where=event.where, mend="give it once")
        contents[name] = within(declared(s.states, name, event.where), value, event.where)
    return Done(amount.strip(), keep, contents)


def _kept(s: "Signature", event: Event, name: str) -> str:
    from homeostat.twin.mixing import is_concentration

    quantity = declared(s.states, name, event.where)
    if not is_concentration(quantity.unit):
        what = f"{name} [{quantity.unit}] is no amount per volume"
        raise OptionError(what, where=event.where, mend="it stays as it is anyway: leave it out")
    return name


def _changed(s: "Signature", event: Event, hour: float, found: re.Match[str]) -> "Jump":
    """A state set, raised, lowered or multiplied."""
    from homeostat.twin import Jump

    name, sign, text = found[1], found[2], found[3]
    quantity = declared(s.states, name, event.where)
    if name == "volume":
        mend = "write such as 'bolus 5 mL' or 'draw 5 mL', which balance what is in it"
        raise OptionError("the volume does not change alone", where=event.where, mend=mend)
    if sign == "=":
        return Jump(hour, assign={name: within(quantity, text, event.where)})
    if sign == "*=":
        return Jump(hour, scale={name: in_unit(text, "1", event.where)})
    by = in_unit(text, quantity.unit, event.where, difference=True)
    return Jump(hour, add={name: by if sign == "+=" else -by})


def _bolus(s: "Signature", event: Event, hour: float, done: Done) -> "Jump":
    from homeostat.twin import Jump

    _refuse(event, done, keep="a bolus takes nothing away")
    _check_carried(s, event, done)
    return Jump(hour, bolus=_volume(s, event, done.amount), contents=done.contents)


def _draw(s: "Signature", event: Event, hour: float, done: Done) -> "Jump":
    from homeostat.twin import Jump

    _refuse(event, done, contents="nothing comes in by a draw")
    return Jump(hour, draw=_volume(s, event, done.amount), retain=done.keep)


def _exchange(s: "Signature", event: Event, hour: float, done: Done) -> "Jump":
    from homeostat.twin.engine.exchange import exchange

    share = in_unit(done.amount, "1", event.where)
    if not 0.0 < share <= 1.0:
        mend = in_percent(done.amount, 0.0, 1.0) or "give more than 0, at most 100 %"
        raise OptionError(f"{done.amount} is no share", where=event.where, mend=mend)
    _check_medium(s, event, done)
    return exchange(s, hour, share, done.contents, done.keep)


def _passage(s: "Signature", event: Event, hour: float, done: Done) -> "Jump":
    from homeostat.twin.engine.exchange import exchange

    _refuse(event, done, keep="in a passage everything is diluted")
    ratio = _RATIO.fullmatch(done.amount)
    times = in_unit(ratio[1], "1", event.where) if ratio else 0.0
    if times < 1.0:
        raise OptionError(
            f"'{done.amount}' is no dilution", where=event.where, mend="write such as 'passage 1:4'"
        )
    _check_medium(s, event, done)
    return exchange(s, hour, 1.0 - 1.0 / times, done.contents)


def _check_medium(s: "Signature", event: Event, done: Done) -> None:
    """Raise OptionError where nothing is said of the fresh medium: that would be water."""
    from homeostat.twin.mixing import is_concentration

    if not done.contents:
        known = [q.name for q in s.states if is_concentration(q.unit) and q.name not in done.keep]
        mend = (
            f"add such as 'with {known[-1] if known else 'glucose'} = 20'; it may contain: {', '.join(known)}"
        )
        what = "it is not said what the fresh medium contains, and what is not named is not in it"
        raise OptionError(what, where=event.where, mend=mend)


def _check_carried(s: "Signature", event: Event, done: Done) -> None:
    """Raise OptionError for what viable cells carry where none of them come: it would be weighted by volume."""
    from homeostat.twin.mixing import CELLS

    if CELLS not in s.states.names or CELLS in done.contents:
        return
    for name in done.contents:
        if s.states[name].unit == "1" or "/cell" in s.states[name].unit:
            mend = (
                f"name them, too: 'with {CELLS} = 1, {name} = {done.contents[name]:g}'; or leave {name} out"
            )
            what = f"{name} [{s.states[name].unit}] comes with cells, and the bolus is not said to bring {CELLS} cells"
            raise OptionError(what, where=event.where, mend=mend)


def _refuse(event: Event, done: Done, *, keep: str = "", contents: str = "") -> None:
    """Raise OptionError with these words where something is kept, or comes in."""
    if keep and done.keep:
        raise OptionError(keep, where=event.where, mend="leave out `keep`")
    if contents and done.contents:
        raise OptionError(contents, where=event.where, mend="leave out `with`")


def _volume(s: "Signature", event: Event, text: str) -> float:
    if "volume" not in s.states.names:
        mend = "declare a state `volume`, or write such as 'exchange 50 % ...' or 'glucose += 10'"
        raise OptionError("the model has no state named volume", where=event.where, mend=mend)
    amount = in_unit(text, s.states["volume"].unit, event.where)
    if amount <= 0.0:
        raise OptionError(f"'{text}' is no volume", where=event.where, mend="give more than 0")
    return amount


_KINDS: "Mapping[str, Callable[[Signature, Event, float, Done], Jump]]" = {
    "bolus": _bolus,
    "draw": _draw,
    "exchange": _exchange,
    "passage": _passage,
}
