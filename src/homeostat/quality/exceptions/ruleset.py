"""A rule set: which probes look, with which limits, and what each case they may see is called and weighs.

In: `rules/N.json`. Out: a frozen `RuleSet` with the hash of the file. A set that was shipped is never changed: what
should be judged otherwise gets a new number.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from homeostat.errors import QualityError
from homeostat.process.units import Quantity
from homeostat.quality.model import Group

FOLDER = files("homeostat.quality.exceptions") / "rules"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(_Part):
    """What a probe may see: its class, what it weighs (a remark needs no disposition), and the words for it."""

    group: Group = Field(alias="class")
    severity: Literal["critical", "major", "minor", "remark"]
    words: str


class Rule(_Part):
    """One rule: `looks_at` names its probe, `kind` the section of the record, `title` says what is checked.

    `execution` marks what depends on how a batch was executed (when, how often broken off), not on what was made.
    """

    id: str
    title: str
    kind: str
    looks_at: str
    cases: dict[str, Case]
    limits: dict[str, Quantity] = Field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    execution: bool = False

    def span(self, limit: str) -> int:
        """A limit in µs; 0 where the rule names none."""
        found = self.limits.get(limit)
        return 0 if found is None else round(found.to("s") * 1e6)

    def amount(self, limit: str) -> float:
        """A limit without a unit; 0 where the rule names none."""
        found = self.limits.get(limit)
        return 0.0 if found is None else found.to("1")


class RuleSet(_Part):
    """All rules of one version, in the order in which their exceptions are told; `sha256` is that of its file."""

    version: int
    since: str
    changes: str
    rules: tuple[Rule, ...]
    sha256: str = ""


def versions() -> tuple[int, ...]:
    """The shipped rule sets, the oldest first."""
    names = (one.name.removesuffix(".json") for one in FOLDER.iterdir() if one.name.endswith(".json"))
    return tuple(sorted(int(name) for name in names if name.isdigit()))


@cache
def rule_set(version: int) -> RuleSet:
    """The shipped rule set of a version. Raises QualityError where there is none."""
    if version not in versions():
        known = ", ".join(map(str, versions()))
        raise QualityError(f"there is no rule set {version}", mend=f"there are: {known}")
    text = (FOLDER / f"{version}.json").read_bytes()
    found = RuleSet.model_validate_json(text)
    return found.model_copy(update={"sha256": hashlib.sha256(text).hexdigest()})


NEWEST = versions()[-1]
"""The rule set that new reports are made with."""
