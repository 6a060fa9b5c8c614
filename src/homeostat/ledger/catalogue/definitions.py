"""Master records: process, recipe, model, alarm, report and rule-set definitions in their versions."""

from typing import ClassVar, Literal, TypeAlias

from homeostat.ledger.catalogue.base import Act

DefinitionKind: TypeAlias = Literal["process", "recipe", "model", "alarm", "report", "rules"]
"""What may be defined; "rules" are the rules by which a record is reviewed."""


class DefinitionSubmitted(Act):
    """A version of a definition was handed in, whole: it can be shown again as it was, and never changes.

    `hash` is what a batch names it by. Reviews and approvals of it are signatures (`RecordSigned`).
    """

    type: ClassVar[str] = "definition.submitted"
    kind: DefinitionKind
    name: str
    version: str
    hash: str
    content: str


class DefinitionRetired(Act):
    """No batch may start from this version any more."""

    type: ClassVar[str] = "definition.retired"
    kind: DefinitionKind
    name: str
    version: str
