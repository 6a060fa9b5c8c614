"""The report of a validation: installation and operation, the matrix of requirements, and the site's signature.

installation, results -> Report -> canonical bytes -> signature of the site; the report's hash goes on record
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from homeostat import __version__
from homeostat.ledger import SiteKey, canonical
from homeostat.validation.installation import Finding
from homeostat.validation.running import Result

CONTEXT = b"homeostat validation report, version 1\n"
"""Put before the signed bytes, so that a report's signature can never pass for one of anything else."""


@dataclass(frozen=True)
class Report:
    """What was asked of an installed system and what it answered, at one moment (`made`, ISO 8601 with offset)."""

    made: str
    installation: tuple[Finding, ...]
    results: tuple[Result, ...]
    components: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether the installation is whole and every requirement is met by every one of its tests."""
        return not self.failures

    @property
    def failures(self) -> int:
        """How many questions and tests failed."""
        asked = sum(not finding.holds for finding in self.installation)
        return asked + sum(result.result == "failed" for result in self.results)

    def content(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical(
            {
                "version": __version__,
                "made": self.made,
                "passed": self.passed,
                "installation": [asdict(one) for one in self.installation],
                "results": [asdict(one) for one in self.results],
                "components": [list(one) for one in self.components],
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hex."""
        return hashlib.sha256(self.content()).hexdigest()

    def signed(self, key: SiteKey) -> bytes:
        """The report as a file: its content, the key's fingerprint, and the signature over context and content."""
        content = self.content()
        seal = {"key": key.fingerprint, "signature": key.sign(CONTEXT + content).hex()}
        return b'{"report":' + content + b',"seal":' + canonical(seal) + b"}\n"


def matrix(installation: Sequence[Finding], results: Sequence[Result]) -> list[dict[str, str]]:
    """The trace matrix: one row a requirement and test (id, clause, test, result, evidence), installation first."""
    asked = [
        {
            "id": f"IQ-{number}",
            "clause": "installation qualification",
            "test": one.question,
            "result": "passed" if one.holds else "failed",
            "evidence": one.found,
        }
        for number, one in enumerate(installation, start=1)
    ]
    proved = [
        {"id": one.id, "clause": one.clause, "test": one.test, "result": one.result, "evidence": one.evidence}
        for one in results
    ]
    return asked + proved
