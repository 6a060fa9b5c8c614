"""Changes of a running recipe, by a signed deviation alone."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from homeostat.ledger.catalogue.base import Payload, Role


class RecipeChange(BaseModel):
    """What is to be different from the recipe: another set-point (in the loop's unit) or another mode of a loop."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    change: Literal["set-point", "mode"]
    loop: str
    value: float | None = None
    mode: Literal["auto", "manual"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> "RecipeChange":
        wanted, other = (self.value, self.mode) if self.change == "set-point" else (self.mode, self.value)
        if wanted is None or other is not None:
            raise ValueError("a change of a set-point has a value, one of a mode a mode, and nothing else")
        return self

    @property
    def words(self) -> str:
        """The change as it is told."""
        return f"{self.change} of {self.loop} to {self.mode if self.change == 'mode' else f'{self.value:g}'}"


class RecipeChangeOrdered(Payload):
    """A person hands in a change of the running recipe: under which deviation, approved by which signature event.

    `objection` says why the signature does not carry the change; "" where it does. It was looked up when the order was
    taken, for the scan sees no ledger. `slip` is the id of the order as it was handed in.
    """

    type: ClassVar[str] = "recipe.change.ordered"
    role: ClassVar[Role] = "input"
    what: RecipeChange
    deviation: str
    signature: str
    by: str
    reason: str
    objection: str = ""
    slip: str = ""


class RecipeChanged(Payload):
    """The running recipe was changed: each value with old and new stands in the loop's own event after it."""

    type: ClassVar[str] = "recipe.changed"
    role: ClassVar[Role] = "decision"
    what: RecipeChange
    deviation: str
    signature: str
    by: str


class RecipeChangeRefused(Payload):
    """A change of the running recipe was not made, and why."""

    type: ClassVar[str] = "recipe.change.refused"
    role: ClassVar[Role] = "decision"
    what: RecipeChange
    deviation: str
    by: str
    reason: str
