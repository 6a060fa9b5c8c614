"""The requirements: id, clause, risk class and what the software must do, read from `requirements.json`.

The duties are paraphrases of the clauses they name, not quotations.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; `risk` weighs what its failure would mean for a patient or a record."""

    id: str
    clause: str
    risk: Literal["low", "medium", "high"]
    duty: str


@cache
def requirements() -> tuple[Requirement, ...]:
    """Every requirement, in the order of their sources."""
    text = files("homeostat.validation").joinpath("requirements.json").read_text("utf-8")
    return tuple(Requirement(**row) for row in json.loads(text))
