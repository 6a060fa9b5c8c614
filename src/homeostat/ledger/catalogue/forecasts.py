"""What is foreseen of quality attributes, and the frozen models that answer."""

from typing import ClassVar, Literal

from homeostat.ledger.catalogue.base import Payload, Role


class VerdictChanged(Payload):
    """What is foreseen of a quality attribute got another verdict.

    `value` with the ends of its 90 % interval is what its sample `at` that time is expected to show, `probability` that
    of lying within the specification; `breach` is when it is expected to leave it. `drivers` tell in words what moves
    the forecast away from what was declared.
    """

    type: ClassVar[str] = "verdict.changed"
    role: ClassVar[Role] = "decision"
    attribute: str
    before: Literal["undecided", "ok", "alert", "action"]
    verdict: Literal["undecided", "ok", "alert", "action"]
    probability: float | None
    value: float | None
    low: float | None
    high: float | None
    unit: str
    at: int | None
    breach: int | None
    drivers: tuple[str, ...]
    reason: str


class ModelLoaded(Payload):
    """A frozen model runs beside the batch: the soft sensor's name, the package as JSON text and its content hash."""

    type: ClassVar[str] = "model.loaded"
    role: ClassVar[Role] = "effect"
    model: str
    hash: str
    package: str


class PredictionChanged(Payload):
    """A soft sensor answered first, decided something else, or its inputs left or entered again what its model knows.

    Or other inputs are `missing` than before: filled where the model allows it, else `value` is None. With the ends of
    its interval it is in `unit`.
    `t2` and `spe` tell how far the inputs are from those of training, with the limits beyond which it does not decide.
    `drivers` are the inputs that contribute most to the value, `strangers` those that take it out of the known space.
    """

    type: ClassVar[str] = "prediction.changed"
    role: ClassVar[Role] = "decision"
    model: str
    hash: str
    before: Literal["undecided", "ok", "alert", "action"]
    decision: Literal["undecided", "ok", "alert", "action"]
    value: float | None
    low: float | None
    high: float | None
    unit: str
    t2: float | None
    spe: float | None
    t2_limit: float | None
    spe_limit: float | None
    outside: bool
    drivers: tuple[tuple[str, float], ...]
    strangers: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]
    reason: str


class WatchChanged(Payload):
    """A watcher looked first, or decided something else about how the batch runs beside good ones.

    `sample` is the number of the sample in its batch or phase; `ratios` are the watcher's statistics over their limits,
    none where nothing could be said; `drivers` are the tags that contribute most to the one that is farthest out.
    """

    type: ClassVar[str] = "watch.changed"
    role: ClassVar[Role] = "decision"
    model: str
    hash: str
    before: Literal["undecided", "ok", "alert", "action"]
    decision: Literal["undecided", "ok", "alert", "action"]
    sample: int
    ratios: dict[str, float]
    drivers: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]
    reason: str
