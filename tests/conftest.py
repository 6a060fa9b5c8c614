"""Fixtures that every room's tests may use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import settings

from homeostat.ledger.identity import passwords

settings.register_profile("shared machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("shared machine")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the public data folder ../shared is absent")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """Passwords of persons are stretched as little as those of demonstration identities: 60 % of these tests' time.

    What is stored still says the strong cost; `ledger/test_identity.py` and `homeostat validate` pay it.
    """

    def light(*, n: int, **others: Any) -> Scrypt:
        return Scrypt(n=passwords.DEMONSTRATION.n if n == passwords.STRONG.n else n, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "Scrypt", light)
        yield
