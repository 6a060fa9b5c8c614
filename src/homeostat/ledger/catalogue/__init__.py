"""The catalogue of event payloads: every kind of fact that the ledger of a batch can hold.

A payload is an *input* (a fact from outside that the scan consumes), a *decision* (what the scan concluded from its
inputs: replay must reproduce it), an *effect* (what the engine did about it) or an *act* (what a person did at the
site, outside any scan). Times are microseconds since the batch started; acts have none but their stamp (0).
"""

from collections.abc import Mapping

from pydantic import ValidationError

from homeostat.errors import LedgerError
from homeostat.ledger.catalogue.alarms import (
    AlarmChanged,
    AlarmOrdered,
    AlarmRefused,
    AlarmSettings,
    SampleDoubted,
    SignalChanged,
)
from homeostat.ledger.catalogue.base import Act, Change, Payload, Role
from homeostat.ledger.catalogue.batch import (
    LOG_ENDED,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    LogEnded,
    StateChanged,
)
from homeostat.ledger.catalogue.commands import (
    RECONCILE,
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    CommandRefused,
    LoopChanged,
)
from homeostat.ledger.catalogue.forecasts import ModelLoaded, PredictionChanged, VerdictChanged, WatchChanged
from homeostat.ledger.catalogue.kept import ChunksSealed, TailAnchored
from homeostat.ledger.catalogue.recipe import (
    AttributeJudged,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StepChanged,
)
from homeostat.ledger.catalogue.steering import (
    Binding,
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    Foretold,
    MoveClamped,
    MovePlanned,
    PlanFailed,
    PlanMissed,
)

__all__ = [
    "LOG_ENDED",
    "PAYLOADS",
    "RECONCILE",
    "Act",
    "AlarmChanged",
    "AlarmOrdered",
    "AlarmRefused",
    "AlarmSettings",
    "AttributeJudged",
    "BatchEnded",
    "BatchResumed",
    "BatchStarted",
    "Binding",
    "Change",
    "ChunksSealed",
    "CommandGiven",
    "CommandIntended",
    "CommandOutcome",
    "CommandRefused",
    "ControlChanged",
    "ControlOrdered",
    "ControlRefused",
    "Foretold",
    "LogEnded",
    "LoopChanged",
    "ModelLoaded",
    "MoveClamped",
    "MovePlanned",
    "Payload",
    "PlanFailed",
    "PlanMissed",
    "PredictionChanged",
    "PromptAnswered",
    "PromptClosed",
    "PromptOpened",
    "Role",
    "SampleDoubted",
    "SampleDrawn",
    "SampleResult",
    "SignalChanged",
    "StateChanged",
    "StepChanged",
    "TailAnchored",
    "VerdictChanged",
    "WatchChanged",
    "payload",
]

PAYLOADS: Mapping[str, type[Payload]] = {
    payload.type: payload
    for payload in (*Payload.__subclasses__(), *Act.__subclasses__())
    if payload is not Act
}


def payload(kind: str, data: Mapping[str, object]) -> Payload:
    """The typed payload of a stored event. Raises LedgerError for an unknown kind or a payload that does not fit."""
    known = PAYLOADS.get(kind)
    if known is None:
        raise LedgerError(f"the event type '{kind}' is unknown", mend="was it written by a later version?")
    try:
        return known.model_validate(data)
    except ValidationError as error:
        raise LedgerError(
            f"an event of type '{kind}' has an unusable payload", where=str(error.title)
        ) from error
