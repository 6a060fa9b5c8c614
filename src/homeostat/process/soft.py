"""Soft sensors: frozen models that run beside a batch, and where each of their inputs comes from.

viable_density @ 24 h   a tag, as it was 24 h after the batch began
glucose                 a tag, as it is now
twin.glucose            the twin's belief of a state, an output or a parameter that is learnt
twin.sd.glucose         its standard deviation, where the twin has an observer
foreseen.viability      what the outlook expects of an attribute (foreseen.sd.X, foreseen.p.X as well)
batch_elapsed           the time since the batch began
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from homeostat.errors import UnitError
from homeostat.process.base import Part, Text
from homeostat.process.conditions import BATCH_ELAPSED
from homeostat.process.issues import quoted
from homeostat.process.units import Quantity

TWIN, DOUBT, FORESEEN = "twin.", "twin.sd.", "foreseen."
AT = "@"
PATIENCE = Quantity(1.0, "h")
"""How old a value may be that is taken as that of a moment, where nothing else is declared (assumption)."""
_UNIT = re.compile(r"(.+?)\s*\[([^\[\]]+)\]")
_TERM = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.-]*)\s*(?:@\s*(.+?)\s*)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelInput:
    """The quantity called `name`: as it is now, or as it was `at` a time after the batch began."""

    name: str
    at: Quantity | None = None

    @classmethod
    def parse(cls, text: object) -> "ModelInput":
        """Read "NAME" or "NAME @ TIME". Raises ValueError ("what|mend") when it cannot be read."""
        if isinstance(text, ModelInput):
            return text
        match = _TERM.fullmatch(text) if isinstance(text, str) and len(text) < 200 else None
        if match is None:
            raise ValueError(f"{quoted(text)} is no input|write for example: glucose, or glucose @ 24 h")
        try:
            at = None if match.group(2) is None else Quantity.parse(match.group(2))
        except UnitError as error:
            raise ValueError(f"{error.what}|{error.mend}") from error
        if at is not None and match.group(1) == BATCH_ELAPSED:
            raise ValueError("the time at a time is no input|leave out what follows the @")
        return cls(match.group(1), at)

    def __str__(self) -> str:
        return self.name if self.at is None else f"{self.name} {AT} {self.at}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Inputs stand as text in YAML and JSON."""
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text such as "glucose @ 24 h"."""
        return {"type": "string", "title": "Input", "description": "such as: glucose @ 24 h, or twin.glucose"}


def heading(source: ModelInput, unit: str) -> str:
    """What a column of a table is called that holds `source` in `unit`, such as "glucose @ 24 h [mmol/L]"."""
    return f"{source} [{unit}]"


def unit_in(name: str) -> tuple[str, str]:
    """A heading without its unit, and the unit; "" where it has none."""
    match = _UNIT.fullmatch(name)
    return (match.group(1), match.group(2)) if match else (name, "")


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a content hash|write the package's content_hash, 64 digits")
    return text


Digest = Annotated[str, AfterValidator(_digest)]
"""A SHA-256 in hexadecimal digits."""


def _public_key(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError(f"{quoted(text)} is no public key|write the Ed25519 key in 64 hexadecimal digits")
    return text


PublicKey = Annotated[str, AfterValidator(_public_key)]
"""A raw Ed25519 public key (32 bytes) in hexadecimal digits."""


class SoftSensor(Part):
    """A frozen model that answers every `every`, beginning `from` some time after the start of the batch.

    `package` is its file, relative to the process file; `sha256` its content hash, without which it is not loaded.
    `inputs` tells what each input of the package is taken from; one that is named like its source at a time
    ("glucose @ 24 h" or "glucose @ 24 h [mmol/L]") need not be told. A value may be as old as `patience`. Where its
    answers are `critical`, only a package that is meant for critical use is accepted.

    A package may be a watcher: then `every` and `from` are those it was learnt with, and an input without a time is
    taken as it is now.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    title: Text
    package: Text
    sha256: Digest
    every: Quantity = Quantity(1.0, "h")
    start: Quantity = Field(default=Quantity(0.0, "h"), alias="from")
    patience: Quantity = PATIENCE
    inputs: dict[Text, ModelInput] = Field(default_factory=dict)
    critical: bool = False

    def source(self, name: str, *, now: bool = False) -> ModelInput | None:
        """What the package's input `name` is taken from; None where nothing says so.

        `now` says that a name without a time is meant for now, as those of a watcher are.
        """
        if name in self.inputs:
            return self.inputs[name]
        try:
            source = ModelInput.parse(unit_in(name)[0])
        except ValueError:
            return None
        return source if now or source.at is not None else None
