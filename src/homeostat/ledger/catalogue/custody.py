"""Chain of identity and of custody: identities issued, containers made, divided, handed over, held and used.

All are numbered entries of one book ("custody/000017"): an entry can only be written by who has read the one before,
so two persons cannot give the same bag away. A patient is a code; persons are accounts.
"""

from typing import ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from homeostat.ledger.catalogue.base import Act

Scope: TypeAlias = Literal["autologous", "allogeneic"]
Vessel: TypeAlias = Literal["bag", "tube", "vial", "syringe"]
Resolution: TypeAlias = Literal["cleared", "rejected"]


class IdentityIssued(Act):
    """A chain of identity begins, before anything is collected; `patient` is the second identifier at every check.

    `patient` is the code of the patient (autologous), or of the donor or product (allogeneic). `system` says who made
    the identifier: "private" the site, anything else another.
    """

    type: ClassVar[str] = "identity.issued"
    identity: str
    patient: str
    scope: Scope = "autologous"
    system: str = "private"


class ContainerCollected(Act):
    """A container was filled from the donor: `donation` is the donation's number, `logger` the temperature logger's."""

    type: ClassVar[str] = "container.collected"
    container: str
    vessel: Vessel
    identity: str
    donation: str
    place: str
    logger: str


class Part(BaseModel):
    """A container that a split makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    container: str
    vessel: Vessel


class ContainerSplit(Act):
    """A container was emptied into others."""

    type: ClassVar[str] = "container.split"
    container: str
    parts: tuple[Part, ...]


class ContainersPooled(Act):
    """Containers were emptied into one. `identity` is its chain of identity: another one only if `allogeneic`."""

    type: ClassVar[str] = "containers.pooled"
    containers: tuple[str, ...]
    into: str
    vessel: Vessel
    identity: str
    allogeneic: bool = False


class HandOverOffered(Act):
    """The custodian gives a container out of hand, and has signed that; until it is received it remains theirs.

    `number` names the hand-over, `at` is the time signed over, `scanned` what the label's code said, `signature` the
    event of the signature.
    """

    type: ClassVar[str] = "hand-over.offered"
    number: str
    container: str
    identity: str
    giver: str
    receiver: str
    place: str
    logger: str
    at: str
    scanned: str
    signature: str


class HandOverReceived(Act):
    """The receiver has checked a container and signed for it: from now on it is in their custody."""

    type: ClassVar[str] = "hand-over.received"
    number: str
    container: str
    scanned: str
    signature: str


class ContainersHeld(Act):
    """Containers may not move or be used until quality assurance has resolved why."""

    type: ClassVar[str] = "containers.held"
    containers: tuple[str, ...]
    cause: Literal["mismatch", "order", "release"]
    finding: str


class ContainerResolved(Act):
    """Quality assurance has settled a hold, signed: the container goes on, or is out of the chain for good."""

    type: ClassVar[str] = "container.resolved"
    container: str
    outcome: Resolution
    deviation: str
    signature: str


class CustodyBound(Act):
    """Containers went into a batch, which thereby is of their chain of identity."""

    type: ClassVar[str] = "custody.bound"
    batch: str
    containers: tuple[str, ...]
    identity: str
    patient: str


class ContainerFilled(Act):
    """A container was filled from a batch."""

    type: ClassVar[str] = "container.filled"
    container: str
    vessel: Vessel
    batch: str
    identity: str
    place: str
    logger: str


class ContainerAdministered(Act):
    """The content of a container was given to a patient."""

    type: ClassVar[str] = "container.administered"
    container: str
    recipient: str
    place: str
    scanned: str


class LabelPrinted(Act):
    """Labels were printed; `content` is the SHA-256 of the drawing. A reprint says why in `why`."""

    type: ClassVar[str] = "label.printed"
    of: str
    copies: int
    reprint: bool
    content: str


class DeviationRequested(Act):
    """Something was found that needs a deviation: about what, and what it was. `source` is the event that found it."""

    type: ClassVar[str] = "deviation.requested"
    about: tuple[str, ...]
    finding: str
    source: str
