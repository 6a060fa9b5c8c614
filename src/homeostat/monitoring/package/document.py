"""What a model package says: every field, frozen and validated.

The requirement each part answers is named by its id in the monitoring checklist (MON-, FDA-).
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from homeostat.monitoring import frozen, prediction, spectra
from homeostat.monitoring.frozen import AnyForm, AnyStep
from homeostat.monitoring.package.filling import Filling
from homeostat.monitoring.package.hashed import Finite, Hash, Hashed, Name, Part
from homeostat.monitoring.prediction import (
    AnyInterval,
    Decision,
    GroupSpace,
    InputSpace,
    RuleField,
    Ruling,
)

FORMAT = "homeostat model 1"
FAMILIES = (frozen, prediction, spectra)
"""Where the pieces come from that a package may hold: a piece is known by its kind once its module is imported."""
Level = Literal["low", "medium", "high"]

RISK: Mapping[tuple[Level, Level], Level] = {
    ("low", "low"): "low",
    ("low", "medium"): "low",
    ("low", "high"): "medium",
    ("medium", "low"): "low",
    ("medium", "medium"): "medium",
    ("medium", "high"): "high",
    ("high", "low"): "medium",
    ("high", "medium"): "high",
    ("high", "high"): "high",
}
"""Risk by influence and consequence: the guidance asks for both and leaves the grid to the user; this one is ours."""


class IntendedUse(Part):
    """What the model is for (MON-01, MON-05, FDA-1 to FDA-3). An adaptive model is refused where use is critical.

    `context` tells the model's role beside other evidence, `consequence` that of a wrong decision, `influence` how much
    the model decides; `subgroups` (donors, sites, instruments) are those it is meant for, `limitations` what it is not.
    """

    question: Name
    context: str = ""
    consequence: Level = "medium"
    influence: Level = "medium"
    subgroups: tuple[str, ...] = ()
    limitations: str = ""
    critical: bool = True
    adaptive: bool = False

    @property
    def risk(self) -> Level:
        """The model's risk, from influence and consequence (FDA-3)."""
        return RISK[self.influence, self.consequence]

    @model_validator(mode="after")
    def _frozen_where_critical(self) -> Self:
        if self.critical and self.adaptive:
            raise ValueError("an adaptive model is refused where the declared use is critical")
        return self


class Input(Part):
    """One input, as it was in training: `low` to `high`, `mean`, `deviation`, and the share that was `missing`."""

    name: Name
    unit: str = ""
    low: Finite
    high: Finite
    mean: Finite
    deviation: Finite = Field(ge=0.0)
    missing: float = Field(default=0.0, ge=0.0, le=1.0)


def _kept(plain: dict[str, Any]) -> dict[str, Any]:
    """A part that is written without `keys`, `chance` and `whole` where it has none."""
    later = ("keys", "chance", "whole")
    return {name: value for name, value in plain.items() if name not in later or value not in (None, (), [])}


class Training(Part):
    """The table the model was trained on: its digest, size, and the column that tells the groups.

    `keys` are digests of its rows, by inputs and target, each once: rows that are scored again are known by them. A
    package without any was frozen before, or watches batches. `chance` is the share of new rows expected to be like
    one of them by chance, `whole` the digest of all rows in any order; None where it was frozen before that was kept.
    """

    sha256: Hash
    rows: int = Field(ge=1)
    groups: int = Field(ge=1)
    columns: tuple[str, ...] = ()
    group: str = ""
    note: str = ""
    keys: tuple[Hash, ...] = ()
    chance: float | None = Field(default=None, ge=0.0, le=1.0)
    whole: Hash | None = None

    @property
    def grouped(self) -> str:
        """How many groups the table told, in words: rows that are left out one by one are none."""
        return f"{self.groups} groups" if self.group else "without groups"

    @model_serializer(mode="wrap")
    def _as_frozen(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As it was written: without what older packages did not keep, lest their hash change."""
        return _kept(plain(self))


class Metrics(Part):
    """Figures by name (`rmsep`, `bias`, `coverage`, ...) over some rows; `subgroup` is "" for all of them (MON-07)."""

    subgroup: str = ""
    rows: int = Field(ge=0)
    groups: int = Field(ge=0)
    values: Mapping[str, Finite]


class Acceptance(Part):
    """A limit on a metric, fixed before the test (MON-07). `subgroup` "" means over all rows, "*" in every subgroup."""

    metric: Name
    subgroup: str = ""
    minimum: Finite | None = None
    maximum: Finite | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("an acceptance limit has a minimum, a maximum or both")
        return self


class LockedTest(Part):
    """The test table that development never read (MON-09): its digest and size, and the results, if it was used.

    `group` is the column by which no group is both in it and in what was learnt from; "" where that cannot be told. How
    often it has been used stands beside the package, in its record of uses. `keys` are digests of its rows, by inputs
    and target: a table that holds one of them is known, whatever the order of its columns or the spelling of its
    numbers. A package without any was frozen before. `rows` counts those without a truth as well, which have no digest.
    `chance` is the share of new rows expected to be like one of them by chance; None where it was frozen before.
    """

    sha256: Hash
    rows: int = Field(ge=1)
    groups: int = Field(ge=1)
    group: str = ""
    results: tuple[Metrics, ...] = ()
    keys: tuple[Hash, ...] = ()
    chance: float | None = Field(default=None, ge=0.0, le=1.0)

    @model_serializer(mode="wrap")
    def _as_frozen(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As it was written: without what older packages did not keep, lest their hash change."""
        return _kept(plain(self))


class SelfTest(Part):
    """Rows and the exact answers to them (MON-02): numbers as hexadecimal floats, None for missing ones.

    `answers` holds for each row value, low, high, T² and SPE; `contributions` the digest of each row's contributions;
    `decisions` what was decided, `probabilities` those of meeting the rule, where the model tells them.
    """

    rows: tuple[tuple[str | None, ...], ...]
    answers: tuple[tuple[str | None, ...], ...]
    contributions: tuple[Hash, ...]
    decisions: tuple[Decision, ...]
    probabilities: tuple[str | None, ...] = ()


class Document(Hashed):
    """All that is written in a package's file.

    `labels` are those that training knew of each column of text whose indicators (`COLUMN=LABEL`) are inputs, and of a
    target of classes in words; `filling` tells what a filled input could do; `group_space` how far a group of rows may
    lie from those learnt from; `reached` are the least and the greatest target learnt from. A package without any of
    these says nothing of them, as those did that were frozen before.
    """

    format: Literal["homeostat model 1"] = "homeostat model 1"
    version: Name
    use: IntendedUse
    target: Name
    unit: str = ""
    classes: tuple[str, str] | None = None
    rule: RuleField | None = None
    inputs: tuple[Input, ...] = Field(min_length=1)
    labels: Mapping[str, tuple[Name, ...]] = Field(default_factory=dict)
    missing_allowed: int = Field(default=0, ge=0)
    filling: Filling | None = None
    steps: tuple[AnyStep, ...]
    form: AnyForm
    space: InputSpace | None = None
    group_space: GroupSpace | None = None
    reached: tuple[Finite, Finite] | None = None
    interval: AnyInterval
    ruling: Ruling | None = None
    training: Training
    metrics: tuple[Metrics, ...] = ()
    acceptance: tuple[Acceptance, ...] = ()
    locked_test: LockedTest | None = None
    tried: tuple[Mapping[str, Any], ...] = ()
    created: str = ""
    software: Mapping[str, str] = Field(default_factory=dict)
    self_test: SelfTest | None = None

    def to_json(self) -> dict[str, Any]:
        """The whole package as plain data."""
        found = super().to_json()
        unsaid = {name for name in ("labels", "filling", "group_space", "reached") if not found[name]}
        return {name: value for name, value in found.items() if name not in unsaid}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [given.name for given in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError("two inputs have the same name")
        if self.target in names:
            raise ValueError(f"the target {self.target!r} is among the inputs")
        for column in self.labels.keys() - {self.target}:
            if not any(name.startswith(f"{column}=") for name in names):
                raise ValueError(f"no input is a label of {column!r}")
        if self.space is not None and self.space.after > len(self.steps):
            raise ValueError("the input space stands after more steps than there are")
        if self.group_space is not None and self.group_space.after > len(self.steps):
            raise ValueError("the group space stands after more steps than there are")
        if self.filling is not None and self.filling.width != len(names):
            raise ValueError("the rows kept for filled inputs do not fit the inputs")
        if self.ruling is not None and self.rule is None:
            raise ValueError("there is a ruling but no rule")
        return self
