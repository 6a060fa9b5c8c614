"""One-time codes by time (RFC 6238: SHA-1, six digits, steps of 30 s), as authenticator devices make them."""

import hmac
from datetime import datetime

import pyotp

STEP = 30  # seconds
_DRIFT = 1  # steps that a device's clock may be off


def new_secret() -> str:
    """The secret that device and site share, 160 bits in base 32."""
    return pyotp.random_base32()


def address(secret: str, account: str, site: str) -> str:
    """The `otpauth://` address that a device reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def matched(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """The time step that `code` belongs to, a step around `now`; None where it is none of them.

    Steps up to `after` are spent: a code that was seen once opens nothing again (RFC 6238 section 5.2).
    """
    current = int(now.timestamp()) // STEP
    device = pyotp.TOTP(secret)
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if (after is None or step > after) and _same(device.at(step * STEP), code):
            return step
    return None


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.strip().encode())
