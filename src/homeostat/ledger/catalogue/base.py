"""What every payload shares."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Role = Literal["input", "decision", "effect", "act"]


class Payload(BaseModel):
    """Base of all payloads: frozen, complete, and free of unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    role: ClassVar[Role]


class Change(BaseModel):
    """One value that an act changed: what it was and what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    field: str
    old: JsonValue
    new: JsonValue


class Act(Payload):
    """What a person did outside the scan: `why`, and every value it changed with old and new.

    The event's actor is the account that did it, its `recorded` stamp when. No scan reads it.
    """

    role: ClassVar[Role] = "act"
    why: str
    changes: tuple[Change, ...] = ()


class Vouched(Act):
    """An act about authority that its actor vouches for with their own key, which no file of the site holds open.

    `signature` (hex) was made with the key of fingerprint `key` over all else, the actor and the event's id
    (`ledger/identity/vouching.py`). Both are "" in ledgers of before November 2026.
    """

    key: str = ""
    signature: str = ""
