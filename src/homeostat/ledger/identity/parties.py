"""For whom security keys answer: the relying party of a site (WebAuthn Level 3, section 4, "Relying Party Identifier").

A key made for one party answers no other, and a browser asks for none but the party of the page it shows. That is why
a page that imitates the site's gets no answer that the site would take.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST = 253  # characters of a domain name (RFC 1035)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A domain, and the one address at which the site is reached."""

    id: str
    origin: str


LOCAL = RelyingParty("homeostat.local", "https://homeostat.local")
"""Of a site that has declared none. An assumption: one machine or one local network, without a public name."""


def fault(party: RelyingParty) -> str:
    """Why a relying party cannot be one; "" where it can."""
    if len(party.id) > _LONGEST or not _DOMAIN.fullmatch(party.id):
        return (
            f"'{party.id}' is no domain: small letters, digits, hyphens and points, as cells.hospital.example"
        )
    try:
        parts = urlsplit(party.origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"'{party.origin}' is no address"
    plain = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    if party.origin != plain or not host:
        return f"'{party.origin}' is more than scheme, name and port, as https://cells.hospital.example"
    if parts.scheme != "https" and not (parts.scheme == "http" and host == "localhost"):
        return f"'{party.origin}' is not encrypted: browsers let security keys answer https alone"
    if host != party.id and not host.endswith(f".{party.id}"):
        return f"{host} is not {party.id} and no part of it: no browser would ask a key for it"
    return ""
