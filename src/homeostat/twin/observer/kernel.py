"""The compiled functions of a filter: traced and compiled once for a model and a layout, then read from the cache."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from homeostat.twin import engine
from homeostat.twin.engine.native import Target, library
from homeostat.twin.engine.straight import Native, emitted
from homeostat.twin.model import Model
from homeostat.twin.observer import trace
from homeostat.twin.observer.layout import Layout


class Kernel(NamedTuple):
    """The functions of `trace`, and what identifies them: model, layout and the software that made them."""

    ahead: Native
    seen: Native
    spread: Native
    reach: Native
    weigh: Native
    narrow: Native
    identity: str


def kernel(model: type[Model], layout: Layout, target: Target) -> Kernel:
    """Return the compiled functions for `model` and `layout`."""
    identity = "\n".join((model.fingerprint(), repr(layout), _software(), version("casadi")))
    code = library(f"observer\n{identity}", lambda: _text(model, layout), target)
    s, n, pairs = model.signature, layout.size, len(layout.pairs)
    given, outputs, biases = len(s.inputs) + len(s.parameters), len(s.outputs), len(layout.biased)
    return Kernel(
        ahead=Native(code, "ahead", layout.states + 3 * n + given + pairs + biases + 1, pairs + 1),
        seen=Native(code, "seen", n + given, outputs * (1 + n)),
        spread=Native(code, "spread", n + given + pairs, n + outputs),
        reach=Native(code, "reach", pairs + n, n + 1),
        weigh=Native(code, "weigh", 2 * n + 4, 4 * n + 2),
        narrow=Native(code, "narrow", pairs + 4 * n + 1, pairs),
        identity=identity,
    )


def _text(model: type[Model], layout: Layout) -> str:
    parameters = model.signature.parameters.quantities
    bounds = [*model.signature.states, *(parameters[k] for k in layout.learnt)]
    ahead = (trace.ahead(model, layout), trace.seen(model, layout), trace.spread(model, layout))
    return emitted((*ahead, trace.reach(layout), trace.weigh(bounds, layout), trace.narrow(layout)))


@cache
def _software() -> str:
    """SHA-256 of the sources that trace and emit: another version never uses this one's cached code."""
    here, there = Path(__file__).parent, Path(str(engine.__file__)).parent
    files = sorted([*here.glob("*.py"), *there.glob("*.py"), *here.parent.glob("*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
