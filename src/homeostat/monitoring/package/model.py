"""A model package: a document that can judge rows, and knows its own hash."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Self

from homeostat.errors import MonitoringError
from homeostat.monitoring.package.canonical import digest
from homeostat.monitoring.package.columns import Columns, rows_of
from homeostat.monitoring.package.document import Document, Name, Signature
from homeostat.monitoring.package.scoring import Scorer
from homeostat.monitoring.prediction import Verdict

OUTSIDE = ("content_hash", "signature")
"""What the content hash does not cover: itself, and who signed it."""


class Package(Document):
    """A frozen model, ready to judge. Made by `freeze`, read by `read`."""

    @cached_property
    def scorer(self) -> Scorer:
        """The live path: `scorer.row(values)` and `scorer.rows(x)`, inputs in the package's order."""
        return Scorer(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields, whose live path is its own."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("scorer", None)
        return copied

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""
        return tuple(given.name for given in self.inputs)

    def score(self, columns: Columns) -> tuple[Verdict, ...]:
        """A verdict for every row of a table. Raises `MonitoringError` for columns the model cannot take."""
        return self.scorer.rows(rows_of(columns, self.names))

    def to_json(self) -> dict[str, Any]:
        """The whole package as plain data."""
        return self.model_dump(mode="json")

    def hashed(self) -> str:
        """SHA-256 of the canonical content, as it is now."""
        return content_digest(self.to_json())

    def signed(
        self, sign: Callable[[bytes], bytes], *, by: Name, key: bytes, algorithm: str = "ed25519"
    ) -> "Package":
        """The package with a signature of `by` over its content hash, made by `sign`."""
        value = sign(bytes.fromhex(self.content_hash)).hex()
        made = Signature(by=by, algorithm=algorithm, key=key.hex(), value=value)
        return self.model_copy(update={"signature": made})

    def verify(self, verifier: Callable[[Signature, bytes], bool]) -> None:
        """Have `verifier` check the signature over the content hash. Raises `MonitoringError` unless it holds."""
        if self.signature is None:
            raise MonitoringError(
                f"the model {self.name!r} is not signed", where="signature", mend="have it signed"
            )
        if not verifier(self.signature, bytes.fromhex(self.content_hash)):
            raise MonitoringError(
                f"the signature of {self.signature.by!r} does not hold for the model {self.name!r}",
                where="signature",
                mend="take the signed original",
            )


def content_digest(document: dict[str, Any]) -> str:
    """SHA-256 of a package's plain data, less what the hash does not cover."""
    return digest({name: value for name, value in document.items() if name not in OUTSIDE})
