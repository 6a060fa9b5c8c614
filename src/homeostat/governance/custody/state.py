"""What the custody book says of each identity, container and batch, at a moment."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from homeostat.ledger.catalogue import Scope, Vessel

Phase: TypeAlias = Literal["in custody", "split", "pooled", "used", "administered", "rejected"]
"""A container is in somebody's custody until its content has gone elsewhere; it never comes back."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A chain of identity: one therapy of one patient (autologous), or one donor or product (allogeneic)."""

    id: str
    patient: str
    scope: Scope
    system: str
    since: str
    donations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which a container had one custodian; `until` is "" while it lasts.

    `hand_over` names the act that began it: a hand-over, or "" where the container was made then.
    """

    custodian: str
    place: str
    logger: str
    since: str
    until: str = ""
    hand_over: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-over that waits for its receiver; `content` are the bytes that both sign."""

    number: str
    giver: str
    receiver: str
    place: str
    logger: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a container is held, and by whose acts: a second hold adds to the first."""

    finding: str
    by: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True)
class Container:
    """One container. `sources` are those it was filled from, `batch` the batch it came from or went into."""

    id: str
    vessel: Vessel
    identity: str
    donations: tuple[str, ...]
    spells: tuple[Spell, ...]
    sources: tuple[str, ...] = ()
    came_from: str = ""
    went_into: str = ""
    phase: Phase = "in custody"
    held: Hold | None = None
    offer: Offer | None = None

    @property
    def custodian(self) -> str:
        """Who has it now; "" once it is no more."""
        return self.spells[-1].custodian if self.phase == "in custody" else ""

    @property
    def place(self) -> str:
        """Where it was last."""
        return self.spells[-1].place

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        if self.held is not None:
            return "HELD"
        return f"{self.phase}, offered to {self.offer.receiver}" if self.offer else self.phase


@dataclass(frozen=True, slots=True)
class Bound:
    """A batch that has a chain of identity, and the containers that went into it."""

    batch: str
    identity: str
    patient: str
    containers: tuple[str, ...]
