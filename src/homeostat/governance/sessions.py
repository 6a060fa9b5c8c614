"""Open sessions: one small file each beside the ledger, so that any process of the site can tell who is there.

    opened at login -> touched by every act -> ended by logout, idleness, age, a clock set back, another credential

No file holds a secret: to go on with a session from another process, a bearer key is needed whose SHA-256 is in it.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from homeostat.errors import SiteError
from homeostat.governance.known import moment
from homeostat.ledger.identity import Policy
from homeostat.site import Site

_BACK = timedelta(minutes=1)  # processes may stamp in another order than they store

_LENGTH = 4096

End: TypeAlias = Literal["idle", "age", "clock"]


@dataclass(frozen=True, slots=True)
class Presence:
    """What a session's file says. `counter`: time step of the code given at login, which serves one signing as well.

    `signed` says that all components were given at a signing, so that further ones need the password alone; `locks` is
    how often the account had been locked when it was opened, `losses` how often a role or a qualification had been
    taken from it: where that has happened since, its person logs in again.
    """

    account: str
    fingerprint: str
    opened: str
    used: str
    counter: int | None = None
    signed: bool = False
    bearer: str = ""
    locks: int = 0
    losses: int = 0

    def ended(self, now: str, policy: Policy) -> End | None:
        """Why the session is over at the stamp `now`; None while it lasts."""
        idle, age = moment(now) - moment(self.used), moment(now) - moment(self.opened)
        if idle < -_BACK:
            return "clock"
        if age > timedelta(hours=policy.session_hours):
            return "age"
        return "idle" if idle > timedelta(minutes=policy.idle_minutes) else None


class Sessions:
    """The sessions of one site."""

    def __init__(self, site: Site) -> None:
        """Those in the folder `sessions` of the site, which is made when it is needed."""
        self._folder = site.root / "sessions"

    def find(self, token: str) -> Presence | None:
        """The session of this name; None where it has ended, never was, or its file is unreadable."""
        if not token.isalnum():
            return None
        try:
            return Presence(**json.loads(self._path(token).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, token: str, presence: Presence) -> None:
        """Store a new session, readable by the site's owner alone."""
        try:
            self._folder.mkdir(exist_ok=True, mode=0o700)
            self._write(token, presence, os.O_CREAT | os.O_EXCL)
        except OSError as error:
            raise SiteError(f"a session cannot be kept: {error.strerror}", where=str(self._folder)) from error

    def change(self, token: str, change: Callable[[Presence], Presence]) -> None:
        """Change a session in its place, if it is still open: what another process has ended does not come back."""
        presence = self.find(token)
        if presence is not None:
            with suppress(FileNotFoundError):
                self._write(token, change(presence), 0)

    def _write(self, token: str, presence: Presence, flags: int) -> None:
        """Write all of the file in one piece of one length, so that no reader meets half of it."""
        content = json.dumps(asdict(presence)).encode().ljust(_LENGTH)
        descriptor = os.open(self._path(token), os.O_WRONLY | flags, 0o600)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)

    def touch(self, token: str, now: str) -> None:
        """Say that the session was used."""
        self.change(token, lambda presence: replace(presence, used=now))

    def end(self, token: str) -> None:
        """Forget a session."""
        with suppress(OSError):
            self._path(token).unlink(missing_ok=True)

    def of(self, account: str) -> list[str]:
        """The names of an account's open sessions."""
        names = sorted(path.stem for path in self._folder.glob("*.json"))
        return [name for name in names if (found := self.find(name)) and found.account == account]

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.json"
