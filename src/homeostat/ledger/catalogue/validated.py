"""The system was asked whether it is what its requirements say."""

from typing import ClassVar

from homeostat.ledger.catalogue.base import Act


class SystemValidated(Act):
    """A validation was run on the installed system; `report` is the SHA-256 of what it wrote."""

    type: ClassVar[str] = "system.validated"
    version: str
    tests: int
    failures: int
    report: str
