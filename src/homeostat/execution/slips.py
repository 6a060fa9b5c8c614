"""Orders as persons hand them in: about an alarm, or about a predictive controller."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from homeostat.control.supervisor import Authority
from homeostat.execution.plan import HOUR
from homeostat.ledger.catalogue import AlarmOrdered, ControlOrdered


def _legible(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("a text of printable characters is wanted, not only blanks")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_legible)]


class AlarmSlip(BaseModel):
    """What is to be done with which alarm, by whom and why.

    `hours` says for how long (process time) an alarm is shelved, from the scan on that takes the order up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    order: Literal["acknowledge", "reset", "shelve", "unshelve", "take out of service", "return to service"]
    alarm: Text
    by: Text
    reason: Text
    hours: float | None = Field(default=None, gt=0.0, le=24.0 * 365)

    @property
    def about(self) -> str:
        """What the order is about."""
        return self.alarm

    def ordered(self, name: str, now: int) -> AlarmOrdered:
        """The order as an input of the scan at `now` (µs)."""
        until = None if self.hours is None else now + round(self.hours * HOUR)
        return AlarmOrdered(
            order=self.order, alarm=self.alarm, by=self.by, reason=self.reason, until=until, slip=name
        )


class ControlSlip(BaseModel):
    """A move that is approved or refused (`proposal` names it), or the authority a controller shall have."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    order: Literal["approve", "refuse", "authority"]
    controller: Text
    by: Text
    reason: Text
    proposal: str = Field(default="", max_length=40)
    authority: Authority | None = None

    @property
    def about(self) -> str:
        """What the order is about."""
        return f"{self.controller} {self.proposal or self.authority or ''}".strip()

    def ordered(self, name: str, now: int) -> ControlOrdered:
        """The order as an input of the scan at `now` (µs)."""
        return ControlOrdered(**self.model_dump(), slip=name)


Slip = AlarmSlip | ControlSlip
SLIPS: TypeAdapter[Slip] = TypeAdapter(Slip)
"""Reads an order of either kind."""
Ordered = AlarmOrdered | ControlOrdered
"""An order as an input of a scan."""
