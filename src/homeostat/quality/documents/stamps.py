"""Wall-clock stamps as they are printed: shorter than they are recorded, and always with their offset from UTC."""

from datetime import datetime


def second(recorded: str) -> str:
    """A stamp to the second: "2026-01-02 09:30:05+02:00"; what is no stamp stays as it is."""
    return _shown(recorded, "seconds")


def minute(recorded: str) -> str:
    """A stamp to the minute: "2026-01-02 09:30+02:00"."""
    return _shown(recorded, "minutes")


def _shown(recorded: str, unit: str) -> str:
    try:
        return datetime.fromisoformat(recorded).isoformat(" ", unit)
    except ValueError:
        return recorded
