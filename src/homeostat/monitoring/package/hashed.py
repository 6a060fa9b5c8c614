"""What every package is: plain parts, known by the hash of their content, and signed if need be."""

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from homeostat.errors import MonitoringError
from homeostat.monitoring.package.canonical import digest

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
VOUCHED = b"homeostat model\0"
"""What every signature over a package begins with, so that it is none over anything else."""
OUTSIDE = ("content_hash", "signature")
"""What the content hash does not cover: itself, and who signed it."""


class Part(BaseModel):
    """Base of the parts of a package."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(Part):
    """A signature over the content hash and the name of who signs; key and value are in hexadecimal."""

    by: Name
    algorithm: Name
    key: str = Field(pattern=r"^([0-9a-f]{2})+$")
    value: str = Field(pattern=r"^([0-9a-f]{2})+$")


class Hashed(Part):
    """A package by its `name`, the SHA-256 of its content, and who signed that."""

    name: Name
    content_hash: str = ""
    signature: Signature | None = None

    def to_json(self) -> dict[str, Any]:
        """The whole package as plain data."""
        return self.model_dump(mode="json")

    def hashed(self) -> str:
        """SHA-256 of the canonical content, as it is now."""
        return content_digest(self.to_json())

    def signed(
        self, sign: Callable[[bytes], bytes], *, by: Name, key: bytes, algorithm: str = "ed25519"
    ) -> Self:
        """The package with a signature of `by` over its content hash and that name, made by `sign`."""
        value = sign(vouched(self.content_hash, by)).hex()
        made = Signature(by=by, algorithm=algorithm, key=key.hex(), value=value)
        return self.model_copy(update={"signature": made})

    def verify(self, verifier: Callable[[Signature, bytes], bool]) -> None:
        """Have `verifier` check the signature over hash and name. Raises `MonitoringError` unless it holds."""
        if self.signature is None:
            raise MonitoringError(
                f"the model {self.name!r} is not signed", where="signature", mend="have it signed"
            )
        if not verifier(self.signature, vouched(self.content_hash, self.signature.by)):
            raise MonitoringError(
                f"the signature of {self.signature.by!r} does not hold for the model {self.name!r}",
                where="signature",
                mend="take the signed original",
            )


def vouched(content_hash: str, by: str) -> bytes:
    """What is signed: that `by` vouches for the content with this hash."""
    return VOUCHED + bytes.fromhex(content_hash) + by.encode()


def content_digest(document: dict[str, Any]) -> str:
    """SHA-256 of a package's plain data, less what the hash does not cover."""
    return digest({name: value for name, value in document.items() if name not in OUTSIDE})
