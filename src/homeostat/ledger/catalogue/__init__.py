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
from homeostat.ledger.catalogue.base import Act, Change, Payload, Role, Vouched
from homeostat.ledger.catalogue.batch import (
    LOG_ENDED,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    LogEnded,
    StateChanged,
    UnitsAsked,
    UnitsGivenUp,
)
from homeostat.ledger.catalogue.changes import (
    RecipeChange,
    RecipeChanged,
    RecipeChangeOrdered,
    RecipeChangeRefused,
)
from homeostat.ledger.catalogue.commands import (
    RECONCILE,
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    CommandRefused,
    LoopChanged,
)
from homeostat.ledger.catalogue.custody import (
    ContainerAdministered,
    ContainerCollected,
    ContainerFilled,
    ContainerResolved,
    ContainersHeld,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    DeviationRequested,
    HandOverOffered,
    HandOverReceived,
    IdentityIssued,
    LabelPrinted,
    Part,
    Resolution,
    Scope,
    Vessel,
)
from homeostat.ledger.catalogue.definitions import DefinitionKind, DefinitionRetired, DefinitionSubmitted
from homeostat.ledger.catalogue.deviations import (
    ActionDone,
    ActionKind,
    ActionPlanned,
    Classification,
    DeviationAssessed,
    DeviationClassified,
    DeviationExplained,
    DeviationLinked,
    DeviationOpened,
)
from homeostat.ledger.catalogue.entries import (
    DEMONSTRATION,
    SECOND_DEMONSTRATION,
    Cause,
    CorrectionGiven,
    Entry,
    EntryAmended,
    EntryJudged,
    PromptAnswered,
    VerificationGiven,
    judgement,
)
from homeostat.ledger.catalogue.forecasts import ModelLoaded, PredictionChanged, VerdictChanged, WatchChanged
from homeostat.ledger.catalogue.instruments import (
    InstrumentCalibrated,
    InstrumentRegistered,
    InstrumentServed,
    SourceJudged,
)
from homeostat.ledger.catalogue.keeping import (
    BackupMade,
    CertificateIssued,
    DocumentIssued,
    PatientErased,
    PatientNamed,
    PatientShown,
    SiteRestored,
)
from homeostat.ledger.catalogue.kept import ChunksSealed, TailAnchored
from homeostat.ledger.catalogue.materials import LotJudged, LotMoved, LotReceived, LotReconciled
from homeostat.ledger.catalogue.people import (
    AccessPolicySet,
    AccessRefused,
    AccessReported,
    AccountabilityAccepted,
    AccountAgreed,
    AccountEnrolled,
    AccountInvited,
    AccountLocked,
    AccountRetired,
    AccountUnlocked,
    AlertRaised,
    CredentialRevoked,
    CredentialSet,
    FactorEnrolled,
    FactorRemoved,
    FactorUsed,
    FailuresCleared,
    LoginRefused,
    ResetConfirmed,
    ResetRequested,
    RolesChanged,
    SessionClosed,
    SessionOpened,
    TrainingRecorded,
    TrainingWithdrawn,
)
from homeostat.ledger.catalogue.recipe import (
    AttributeJudged,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StepChanged,
)
from homeostat.ledger.catalogue.release import BatchRecalled, PendingReported, ResultReported
from homeostat.ledger.catalogue.reviews import Disposed, ExceptionDisposed, ReviewBegun
from homeostat.ledger.catalogue.security_keys import (
    RelyingPartySet,
    SecurityKeyRegistered,
    SecurityKeyRemoved,
    SecurityKeyUsed,
)
from homeostat.ledger.catalogue.signing import Meaning, RecordSigned
from homeostat.ledger.catalogue.steering import (
    Binding,
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    Foretold,
    MoveClamped,
    Moved,
    MoveExpired,
    MovePlanned,
    PlanFailed,
    PlanMissed,
)
from homeostat.ledger.catalogue.validated import SystemValidated

__all__ = [
    "DEMONSTRATION",
    "LOG_ENDED",
    "PAYLOADS",
    "RECONCILE",
    "SECOND_DEMONSTRATION",
    "AccessPolicySet",
    "AccessRefused",
    "AccessReported",
    "AccountAgreed",
    "AccountEnrolled",
    "AccountInvited",
    "AccountLocked",
    "AccountRetired",
    "AccountUnlocked",
    "AccountabilityAccepted",
    "Act",
    "ActionDone",
    "ActionKind",
    "ActionPlanned",
    "AlarmChanged",
    "AlarmOrdered",
    "AlarmRefused",
    "AlarmSettings",
    "AlertRaised",
    "AttributeJudged",
    "BackupMade",
    "BatchEnded",
    "BatchRecalled",
    "BatchResumed",
    "BatchStarted",
    "Binding",
    "Cause",
    "CertificateIssued",
    "Change",
    "ChunksSealed",
    "Classification",
    "CommandGiven",
    "CommandIntended",
    "CommandOutcome",
    "CommandRefused",
    "ContainerAdministered",
    "ContainerCollected",
    "ContainerFilled",
    "ContainerResolved",
    "ContainerSplit",
    "ContainersHeld",
    "ContainersPooled",
    "ControlChanged",
    "ControlOrdered",
    "ControlRefused",
    "CorrectionGiven",
    "CredentialRevoked",
    "CredentialSet",
    "CustodyBound",
    "DefinitionKind",
    "DefinitionRetired",
    "DefinitionSubmitted",
    "DeviationAssessed",
    "DeviationClassified",
    "DeviationExplained",
    "DeviationLinked",
    "DeviationOpened",
    "DeviationRequested",
    "Disposed",
    "DocumentIssued",
    "Entry",
    "EntryAmended",
    "EntryJudged",
    "ExceptionDisposed",
    "FactorEnrolled",
    "FactorRemoved",
    "FactorUsed",
    "FailuresCleared",
    "Foretold",
    "HandOverOffered",
    "HandOverReceived",
    "IdentityIssued",
    "InstrumentCalibrated",
    "InstrumentRegistered",
    "InstrumentServed",
    "LabelPrinted",
    "LogEnded",
    "LoginRefused",
    "LoopChanged",
    "LotJudged",
    "LotMoved",
    "LotReceived",
    "LotReconciled",
    "Meaning",
    "ModelLoaded",
    "MoveClamped",
    "MoveExpired",
    "MovePlanned",
    "Moved",
    "Part",
    "PatientErased",
    "PatientNamed",
    "PatientShown",
    "Payload",
    "PendingReported",
    "PlanFailed",
    "PlanMissed",
    "PredictionChanged",
    "PromptAnswered",
    "PromptClosed",
    "PromptOpened",
    "RecipeChange",
    "RecipeChangeOrdered",
    "RecipeChangeRefused",
    "RecipeChanged",
    "RecordSigned",
    "RelyingPartySet",
    "ResetConfirmed",
    "ResetRequested",
    "Resolution",
    "ResultReported",
    "ReviewBegun",
    "Role",
    "RolesChanged",
    "SampleDoubted",
    "SampleDrawn",
    "SampleResult",
    "Scope",
    "SecurityKeyRegistered",
    "SecurityKeyRemoved",
    "SecurityKeyUsed",
    "SessionClosed",
    "SessionOpened",
    "SignalChanged",
    "SiteRestored",
    "SourceJudged",
    "StateChanged",
    "StepChanged",
    "SystemValidated",
    "TailAnchored",
    "TrainingRecorded",
    "TrainingWithdrawn",
    "UnitsAsked",
    "UnitsGivenUp",
    "VerdictChanged",
    "VerificationGiven",
    "Vessel",
    "WatchChanged",
    "judgement",
    "payload",
]

PAYLOADS: Mapping[str, type[Payload]] = {
    payload.type: payload
    for payload in (*Payload.__subclasses__(), *Act.__subclasses__(), *Vouched.__subclasses__())
    if payload not in {Act, Vouched}
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
