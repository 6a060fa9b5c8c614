"""What every part of the record shares: immutability, closed fields and finite numbers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["critical", "major", "minor"]
Verdict = Literal["within", "outside", "not measured", "pending"]
Priority = Literal["low", "medium", "high", "critical"]


class Part(BaseModel):
    """A frozen piece of the record; every number in it is finite or absent."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
