"""What every frozen piece is: an immutable pydantic model, told apart by its `kind`.

A piece can be read from JSON once its class is imported: `AnyStep` and `AnyForm` are the fields that hold one.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array


class Piece(BaseModel):
    """Base of all frozen pieces. A subclass declares `kind: Literal["..."] = "..."`, by which JSON names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    kinds: ClassVar[dict[str, type["Piece"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        """Remember which class a `kind` names."""
        super().__pydantic_init_subclass__(**options)
        field = cls.model_fields.get("kind")
        if field is not None and isinstance(field.default, str):
            known = cls.kinds.setdefault(field.default, cls)
            if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
                raise TypeError(f"two kinds of piece are called {field.default!r}")

    def __eq__(self, other: object) -> bool:
        """Whether both are the same kind with the same bits: arrays have no truth of their own."""
        return isinstance(other, type(self)) and self.model_dump_json() == other.model_dump_json()

    def __hash__(self) -> int:
        """The hash of the written form."""
        return hash(self.model_dump_json())


class Step(Piece):
    """A transformation that was fixed when the model was frozen."""

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """Rows `x` (n, p) transformed to (n, q). NaN stays NaN; a row never depends on the other rows."""

    def row(self, values: list[float]) -> list[float]:
        """One row of plain floats transformed, with the bits of `apply`."""
        found: list[float] = self.apply(np.array([values]))[0].tolist()
        return found

    def back(self, x: Array, parts: Array) -> Array:
        """Contributions `parts` (n, q) of the columns that come out as those (n, p) of the columns of `x`.

        Here, column to column: a step that drops or mixes columns says how it shares them out.
        """
        if parts.shape != x.shape:
            raise MonitoringError(
                "the step does not tell which of its inputs a contribution belongs to",
                where=type(self).__name__,
                mend="give the step a method `back`",
            )
        return parts


class Form(Piece):
    """A frozen function of a row."""

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The value (n,) of each row of `x` (n, q)."""

    @abstractmethod
    def contributions(self, x: Array) -> Array:
        """What each column adds to each row's value, (n, q): rows sum to the value less `reference`."""

    @property
    @abstractmethod
    def reference(self) -> float:
        """The value that contributions are counted from."""

    def scale(self, x: Array) -> Array:
        """How uncertain each row's value is, relative to the others, (n,); 1 where the form cannot tell."""
        return np.ones(len(x))

    def value(self, row: list[float]) -> float:
        """The value of one row of plain floats, with the bits of `predict`."""
        return float(self.predict(np.array([row]))[0])

    def parts(self, row: list[float]) -> list[float]:
        """The contributions of one row of plain floats, with the bits of `contributions`."""
        found: list[float] = self.contributions(np.array([row]))[0].tolist()
        return found

    def spread(self, row: list[float]) -> float:
        """The scale of one row of plain floats, with the bits of `scale`."""
        return float(self.scale(np.array([row]))[0])


def named(base: type[Piece]) -> BeforeValidator:
    """What reads a field that holds any known piece of class `base`."""

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = Piece.kinds.get(str(value.get("kind")))
        if found is None or not issubclass(found, base):
            raise ValueError(f"no {base.__name__.lower()} of kind {value.get('kind')!r} is known")
        return found.model_validate(value)

    return BeforeValidator(read)


AnyStep = Annotated[SerializeAsAny[Step], named(Step)]
"""A field that holds any known step."""
AnyForm = Annotated[SerializeAsAny[Form], named(Form)]
"""A field that holds any known form."""
