"""Clocks: when a scan is due, and what the wall says; and ids that are new. Nothing inside the scan sees either."""

import math
import secrets
import time
from datetime import UTC, datetime


def stamp() -> str:
    """The wall-clock time, ISO 8601 in UTC with its offset, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def nonce() -> str:
    """A text that was never given before: 128 bits from the system's source of randomness, hex."""
    return secrets.token_hex(16)


class Pace:
    """Waits for each scan: in real time (1), `speed` times faster, or not at all (infinity)."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start: tuple[float, int] | None = None

    @property
    def free(self) -> bool:
        """Whether scans follow each other without waiting."""
        return math.isinf(self._speed)

    def wait(self, process_time: int) -> None:
        """Return when `process_time` (µs) is due, counted from the first call."""
        if self.free:
            return
        if self._start is None:
            self._start = (time.monotonic(), process_time)
        began, first = self._start
        due = began + (process_time - first) / 1e6 / self._speed
        time.sleep(max(0.0, due - time.monotonic()))
