"""Deviations: opened, linked, classified, assessed, explained, acted upon. The signature that closes one is an event.

The acts of one deviation are numbered: an act can only be written by who has read the one before it.
"""

from typing import ClassVar, Literal, TypeAlias

from homeostat.ledger.catalogue.base import Act

Classification: TypeAlias = Literal["minor", "major", "critical"]
ActionKind: TypeAlias = Literal["correction", "corrective", "preventive"]


class DeviationOpened(Act):
    """Something departed from what was approved: of a batch (or of the site, ""), and which exceptions it covers.

    `request` is the event that asked for it ("": none did).
    """

    type: ClassVar[str] = "deviation.opened"
    deviation: str
    batch: str
    title: str
    finding: str
    exceptions: tuple[str, ...]
    request: str = ""


class DeviationLinked(Act):
    """A deviation covers further exceptions."""

    type: ClassVar[str] = "deviation.linked"
    deviation: str
    exceptions: tuple[str, ...]


class DeviationClassified(Act):
    """How grave a deviation is."""

    type: ClassVar[str] = "deviation.classified"
    deviation: str
    classification: Classification


class DeviationAssessed(Act):
    """What a deviation means for product and patient."""

    type: ClassVar[str] = "deviation.assessed"
    deviation: str
    impact: str


class DeviationExplained(Act):
    """The root cause of a deviation."""

    type: ClassVar[str] = "deviation.explained"
    deviation: str
    cause: str


class ActionPlanned(Act):
    """A corrective or preventive action (CAPA), with who owns it and the day by which it is due (ISO 8601)."""

    type: ClassVar[str] = "deviation.action.planned"
    deviation: str
    action: str
    kind: ActionKind
    text: str
    owner: str
    due: str


class ActionDone(Act):
    """An action was carried out; `evidence` says what shows it."""

    type: ClassVar[str] = "deviation.action.done"
    deviation: str
    action: str
    evidence: str
