"""Fixtures that every room's tests may use."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import settings

from homeostat.historian import database as historian
from homeostat.ledger import database as ledger
from homeostat.ledger.identity import passwords
from homeostat.quality.documents import certificate

settings.register_profile("shared machine", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("shared machine")

DURABLE = ledger.SYNCHRONOUS, dict(historian.SYNCHRONOUS)
"""As shipped, of the ledger and of the historian."""
SHIPPED_BITS = certificate.BITS
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


@pytest.fixture(scope="session", autouse=True)
def light_disk() -> Iterator[None]:
    """Nothing waits for the disk: no test cuts the power, and a process that is killed loses nothing by it.

    `lasting_disk` brings the waiting back where it is what is tested.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "SYNCHRONOUS", "OFF")
        patch.setattr(historian, "SYNCHRONOUS", {True: "OFF", False: "OFF"})
        patch.setattr(os, "fsync", os.fstat)  # a handle that is closed is still found out
        yield


@pytest.fixture
def lasting_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits wait for the disk as they do at a site."""
    monkeypatch.setattr(ledger, "SYNCHRONOUS", DURABLE[0])
    monkeypatch.setattr(historian, "SYNCHRONOUS", DURABLE[1])


@pytest.fixture(scope="session", autouse=True)
def light_seals() -> Iterator[None]:
    """The key of documents is the shortest that readers take: a longer one is checked for long at each seal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certificate, "BITS", 2048)
        yield
