"""A hybrid of a mechanistic model, made without writing a class: parameters that vary as learnt functions of the state.

In: a model, and for each parameter to vary a term whose arguments are states, inputs or parameters of the model. Out: a
`Model` with the same equations. What holds in them for all values of the parameters, such as closed balances, holds for
the hybrid with any weights.
"""

from collections.abc import Callable, Mapping
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.hybrid.shape import Factor
from homeostat.twin.hybrid.term import Bound, Term
from homeostat.twin.model import Model

SUFFIX = "_term"
"""Behind the parameter's name: the attribute that holds its term."""


def hybrid(base: type[Model], varying: Mapping[str, Term], name: str = "") -> type[Model]:
    """`base` with every parameter in `varying` learnt; the new model is called `name`.

    A term of shape `Factor` multiplies the declared parameter; one of another shape takes its place. Raises
    `TwinError` for a parameter or an argument that the model does not have, and for none.
    """
    if not varying:
        raise TwinError("no parameter is to vary", where=base.__name__, mend="name at least one")
    for parameter, term in varying.items():
        _check(base, parameter, term)
    body: dict[str, Any] = {f"{parameter}{SUFFIX}": term for parameter, term in varying.items()}
    body["rates"] = _through(base.rates, base, tuple(varying))
    body["outputs"] = _through(base.outputs, base, tuple(varying))
    body["__doc__"] = f"{base.__name__} with learnt terms for {', '.join(varying)}."
    body["__module__"] = base.__module__
    return type(name or f"Hybrid{base.__name__}", (base,), body)


Equations = Callable[[Any, Algebra], dict[str, Value]]


def _through(equations: Equations, base: type[Model], varying: tuple[str, ...]) -> Equations:
    """`equations` of the base, with the learnt values in the place of the parameters."""

    def evaluate(self: Model, m: Algebra) -> dict[str, Value]:
        learnt = {parameter: _learnt(self, m, parameter) for parameter in varying}
        return equations(base({**vars(self), **learnt}), m)

    evaluate.__doc__ = equations.__doc__
    return evaluate


def _learnt(model: Model, m: Algebra, parameter: str) -> Value:
    bound: Bound = getattr(model, f"{parameter}{SUFFIX}")
    value = bound(m, **{name: getattr(model, name) for name in bound.term.arguments})
    return getattr(model, parameter) * value if isinstance(bound.term.shape, Factor) else value


def _check(base: type[Model], parameter: str, term: Term) -> None:
    s = base.signature
    s.parameters.index(parameter)
    if hasattr(base, parameter + SUFFIX):
        raise TwinError(f"{parameter} is learnt already", where=base.__name__, mend="vary another parameter")
    known = (*s.states.names, *s.inputs.names, *s.parameters.names)
    for argument in term.arguments:
        if argument not in known:
            raise TwinError(
                f"{argument!r} of the term for {parameter} is no state, input or parameter",
                where=base.__name__,
                mend="it has: " + ", ".join(known),
            )
