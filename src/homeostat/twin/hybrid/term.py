"""A learnt term: a function of declared arguments whose weights are parameters of the model that carries it.

In: a class attribute of a `Model`. Out: the weights in the model's signature, and inside `rates` a call such as
`self.capacity(m, glucose=self.glucose)`. The same code runs over floats, arrays and symbols.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import Quantity, parameter
from homeostat.twin.hybrid.shape import Shape
from homeostat.twin.model import Model

WEIGHT_BOUND = 10.0
"""No weight leaves +-10: ten standard deviations of its prior."""


@dataclass(frozen=True)
class Argument:
    """What a term depends on: its range `low` to `high`, in its own unit, is what the term is made to resolve.

    `monotone` is +1 where the term may only rise with the argument, -1 where it may only fall, 0 where it is free.
    """

    low: float
    high: float
    monotone: int = 0

    def scaled(self, value: Value) -> Value:
        """`value` on the scale on which the range is -1 to 1."""
        return (value - 0.5 * (self.low + self.high)) * (2.0 / (self.high - self.low))


@dataclass(frozen=True)
class Term(ABC):
    """A function of `arguments`, kept within `shape` by construction; its weights have standard normal priors.

    With all weights at their default of 0 the term is the neutral value of its shape.
    """

    arguments: Mapping[str, Argument]
    shape: Shape

    def __post_init__(self) -> None:
        if not self.arguments:
            raise TwinError("a learnt term needs an argument", where=type(self).__name__)
        for name, each in self.arguments.items():
            if not (-float("inf") < each.low < each.high < float("inf") and each.monotone in {-1, 0, 1}):
                raise TwinError(
                    f"the argument {name} has no usable range or direction",
                    where=type(self).__name__,
                    mend="give finite low < high, and monotone = -1, 0 or 1",
                )

    @abstractmethod
    def weights(self) -> Sequence[str]:
        """The names of the weights within the term, in order."""

    @abstractmethod
    def raw(self, m: Algebra, w: Mapping[str, Value], at: Sequence[Value]) -> Value:
        """The unshaped value with weights `w` at scaled arguments `at`, in declared order."""

    @abstractmethod
    def structure(self) -> Mapping[str, Any]:
        """Everything but the weights that decides the term's value, as plain data."""

    def value(self, m: Algebra, w: Mapping[str, Value], arguments: Mapping[str, Value]) -> Value:
        """The term with weights `w` at `arguments`, by name. Raises `TwinError` for other names than declared."""
        if set(arguments) != set(self.arguments):
            raise TwinError(
                f"the term was called with [{', '.join(arguments)}]",
                where=type(self).__name__,
                mend="its arguments are " + ", ".join(self.arguments),
            )
        at = [each.scaled(arguments[name]) for name, each in self.arguments.items()]
        return self.shape.of(m, self.raw(m, w, at))

    def contribute(self, name: str) -> Mapping[str, Quantity]:
        """The weights as parameters of a model that holds this term as attribute `name`."""
        return {
            f"{name}_{weight}": parameter(
                0.0, "1", f"weight {weight} of the learnt term {name}",
                low=-WEIGHT_BOUND, high=WEIGHT_BOUND, source="learnt term: 0 until it is trained",
            )
            for weight in self.weights()
        }  # fmt: skip

    @overload
    def __get__(self, model: None, owner: type) -> Self: ...
    @overload
    def __get__(self, model: Model, owner: type) -> "Bound": ...
    def __get__(self, model: Model | None, owner: type) -> "Self | Bound":
        if model is None:
            return self
        return Bound(self, term_name(owner, self), model)

    def described(self) -> Mapping[str, Any]:
        """The whole structure as plain data: kind, arguments, shape and what is particular to the kind."""
        arguments = {n: [a.low, a.high, a.monotone] for n, a in self.arguments.items()}
        return {
            "kind": type(self).__name__,
            "arguments": arguments,
            "shape": self.shape.described(),
            **self.structure(),
        }


@dataclass(frozen=True)
class Bound:
    """The term `name` of a `model` whose weights have values: call it with the algebra and the arguments."""

    term: Term
    name: str
    model: Model

    def __call__(self, m: Algebra, **arguments: Value) -> Value:
        """The term's value. Raises `TwinError` for other arguments than declared."""
        weights = {weight: getattr(self.model, f"{self.name}_{weight}") for weight in self.term.weights()}
        return self.term.value(m, weights, arguments)


def terms(model: type[Model]) -> dict[str, Term]:
    """The learnt terms of `model` by attribute, in the order declared."""
    found = {name: getattr(model, name) for cls in reversed(model.__mro__) for name in vars(cls)}
    return {name: each for name, each in found.items() if isinstance(each, Term)}


def term_name(model: type[Model], term: Term) -> str:
    """The attribute that holds `term`. Raises `TwinError` when two do: their weights could not be told apart."""
    names = [name for name, each in terms(model).items() if each is term]
    if len(names) != 1:
        raise TwinError(
            f"one term serves as {' and '.join(names)}",
            where=model.__name__,
            mend="declare a term of its own for each",
        )
    return names[0]


def term_weights(model: type[Model]) -> tuple[str, ...]:
    """The names of all weights of `model`, as parameters, in order."""
    return tuple(f"{name}_{weight}" for name, each in terms(model).items() for weight in each.weights())
