"""Where deviations stand: folded from their acts, and from the signatures that close them.

ledger -> acts of one deviation in their order -> `Deviation`, with its history: who, when, what, old, new, why
"""

from collections.abc import Callable, Iterator, Mapping

from homeostat.errors import QualityError
from homeostat.governance.signing import Judge
from homeostat.ledger import Ledger, Recorded, canonical
from homeostat.ledger.catalogue import (
    Act,
    ActionDone,
    ActionKind,
    ActionPlanned,
    Change,
    Classification,
    DeviationAssessed,
    DeviationClassified,
    DeviationExplained,
    DeviationLinked,
    DeviationOpened,
    RecordSigned,
    payload,
)
from homeostat.quality.model.base import Part

KIND = "deviation"
"""What a signature calls its subject."""


class Capa(Part):
    """An action: what, who owns it, by when; `evidence` says what shows that it was done ("": it was not yet)."""

    action: str
    kind: ActionKind
    text: str
    owner: str
    due: str
    evidence: str = ""


class Turn(Part):
    """One act on a deviation: who, when, what was done, every value it changed, and why."""

    seq: int
    by: str
    when: str
    act: str
    changes: tuple[Change, ...]
    why: str


class Deviation(Part):
    """A deviation as it stands; `closed` is the event of the signature that closed it ("": it is open)."""

    id: str
    batch: str
    title: str
    finding: str
    exceptions: tuple[str, ...]
    opened_by: str
    opened: str
    classification: Classification | None = None
    impact: str = ""
    cause: str = ""
    actions: tuple[Capa, ...] = ()
    closed: str = ""
    closed_by: str = ""
    conclusion: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody has closed it yet."""
        return not self.closed

    @property
    def lacking(self) -> tuple[str, ...]:
        """What has to be settled before it can be closed."""
        settled = {
            "a classification": self.classification is not None,
            "an assessment of its impact": bool(self.impact),
            "a root cause": bool(self.cause),
            "an action (CAPA)": bool(self.actions) or self.classification == "minor",
        }
        return tuple(what for what, there in settled.items() if not there)


def dossier(one: Deviation) -> bytes:
    """What is shown to, and signed by, the person who closes a deviation; what is done after that is not in it."""
    shown = one.model_dump(mode="json", exclude={"closed", "closed_by", "conclusion"})
    return canonical({"format": "homeostat deviation 1", **shown})


_PARTS: Mapping[str, str] = {
    DeviationOpened.type: "opened it",
    DeviationClassified.type: "classified it",
    DeviationAssessed.type: "assessed it",
    DeviationExplained.type: "explained it",
}
"""The parts of a person in a deviation that they may not close then."""


def involved(one: Deviation, person: str) -> dict[str, str]:
    """The parts that a person has in a deviation, as `distinct` asks: what they did -> the account."""
    return {_PARTS[turn.act]: person for turn in one.history if turn.by == person and turn.act in _PARTS}


def deviations(ledger: Ledger, batch: str | None = None) -> tuple[Deviation, ...]:
    """Every deviation of the site, or of one batch, in the order of being opened."""
    return tuple(_folded(ledger, batch)[0].values())


def disregarded(ledger: Ledger) -> tuple[tuple[Recorded, str], ...]:
    """The acts on deviations that count for nothing, each with why, in words: no person can have done them there."""
    return tuple(_folded(ledger, None)[1])


def _folded(ledger: Ledger, batch: str | None) -> tuple[dict[str, Deviation], list[tuple[Recorded, str]]]:
    """The deviations by name, and what counts for nothing: a second opening, and what would change a closed one."""
    judge, known, none = Judge(ledger), dict[str, Deviation](), list[tuple[Recorded, str]]()
    for recorded in ledger.events(batch=batch, types=_TYPES):
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, RecordSigned):
            _signed(judge, known, recorded, act)
        elif isinstance(act, Act):
            name = getattr(act, "deviation", "")
            one = known.get(name)
            if words := _against(one, name, act):
                none.append((recorded, words))
            elif isinstance(act, DeviationOpened):
                known[name] = _with_turn(_opened(recorded, act), recorded, act)
            elif one is not None:
                changed = one.model_copy(update=_FOLDS[type(act)](one, act))
                known[name] = _with_turn(changed, recorded, act)
    return known, none


def _against(one: Deviation | None, name: str, act: Act) -> str:
    """Why an act on a deviation counts for nothing, in words; "" where it counts."""
    if one is None:
        return "" if isinstance(act, DeviationOpened) else f"there was no {name} then"
    if isinstance(act, DeviationOpened):
        return f"{name} was opened before"
    closed = f"{name} had been closed by {one.closed_by}"
    return "" if one.open or isinstance(act, ActionDone) else closed


def deviation(ledger: Ledger, name: str) -> Deviation:
    """One deviation. Raises QualityError where there is none of this name."""
    found = next((one for one in deviations(ledger) if one.id == name), None)
    if found is None:
        raise QualityError(f"there is no deviation '{name}'", mend="list them with: homeostat deviation list")
    return found


def _opened(recorded: Recorded, act: DeviationOpened) -> Deviation:
    return Deviation(
        id=act.deviation,
        batch=act.batch,
        title=act.title,
        finding=act.finding,
        exceptions=act.exceptions,
        opened_by=recorded.event.actor,
        opened=recorded.recorded,
    )


def _signed(judge: Judge, known: dict[str, Deviation], recorded: Recorded, act: RecordSigned) -> None:
    """A genuine approval of exactly what stood there closes a deviation; any other signature does nothing to it."""
    one = known.get(act.subject) if act.kind == KIND and act.meaning == "approved" else None
    if one is None or not one.open or involved(one, act.account):
        return
    if judge.standing(recorded, dossier(one)).state == "valid":
        closing = {"closed": recorded.event.id, "closed_by": act.account, "conclusion": act.why}
        known[one.id] = _with_turn(one.model_copy(update=closing), recorded, act)


def _with_turn(one: Deviation, recorded: Recorded, act: Act) -> Deviation:
    turn = Turn(
        seq=recorded.seq,
        by=recorded.event.actor,
        when=recorded.recorded,
        act=act.type,
        changes=act.changes,
        why=act.why,
    )
    return one.model_copy(update={"history": (*one.history, turn)})


def _linked(one: Deviation, act: DeviationLinked) -> Iterator[tuple[str, object]]:
    yield "exceptions", (*one.exceptions, *(name for name in act.exceptions if name not in one.exceptions))


def _planned(one: Deviation, act: ActionPlanned) -> Iterator[tuple[str, object]]:
    planned = Capa(action=act.action, kind=act.kind, text=act.text, owner=act.owner, due=act.due)
    yield "actions", (*one.actions, planned)


def _done(one: Deviation, act: ActionDone) -> Iterator[tuple[str, object]]:
    yield (
        "actions",
        tuple(
            capa.model_copy(update={"evidence": act.evidence}) if capa.action == act.action else capa
            for capa in one.actions
        ),
    )


_FOLDS: Mapping[type[Act], Callable[..., dict[str, object]]] = {
    DeviationLinked: lambda one, act: dict(_linked(one, act)),
    DeviationClassified: lambda one, act: {"classification": act.classification},
    DeviationAssessed: lambda one, act: {"impact": act.impact},
    DeviationExplained: lambda one, act: {"cause": act.cause},
    ActionPlanned: lambda one, act: dict(_planned(one, act)),
    ActionDone: lambda one, act: dict(_done(one, act)),
}
_TYPES = (DeviationOpened.type, *(kind.type for kind in _FOLDS), RecordSigned.type)
