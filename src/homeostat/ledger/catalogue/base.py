"""What every payload shares."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["input", "decision", "effect"]


class Payload(BaseModel):
    """Base of all payloads: frozen, complete, and free of unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    role: ClassVar[Role]
