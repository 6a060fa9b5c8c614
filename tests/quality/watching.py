"""Facts of monitoring for a batch told by hand."""

from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused, SignalChanged, VerdictChanged

ALARM = "warmth.proven.high"


def moved(
    state: str, before: str, after: str, alarm: str = ALARM, priority: str = "high", **changed: object
) -> AlarmChanged:
    """An alarm moves on in its life; its text is its name."""
    facts = {
        "alarm": alarm,
        "state": state,
        "priority": priority,
        "text": alarm,
        "before": before,
        "after": after,
    }
    return AlarmChanged.model_validate(facts | {"value": 39.0, "limit": 38.0, "unit": "degC"} | changed)


def raised(
    alarm: str = ALARM, priority: str = "high", before: str = "normal", after: str = "unacknowledged"
) -> AlarmChanged:
    return moved("raised", before, after, alarm, priority)


def cleared(alarm: str = ALARM, before: str = "unacknowledged", after: str = "returned") -> AlarmChanged:
    return moved("cleared", before, after, alarm)


def acknowledged(
    alarm: str = ALARM, before: str = "unacknowledged", after: str = "acknowledged", why: str = "seen"
) -> AlarmChanged:
    return moved("acknowledged", before, after, alarm, by="Dr. A", reason=why)


def order(
    kind: str = "acknowledge", alarm: str = ALARM, why: str = "seen", until: int | None = None
) -> AlarmOrdered:
    return AlarmOrdered.model_validate(
        {"order": kind, "alarm": alarm, "by": "Dr. A", "reason": why, "until": until}
    )


def refusal(kind: str = "acknowledge", alarm: str = ALARM, why: str = "it is normal") -> AlarmRefused:
    return AlarmRefused(order=kind, alarm=alarm, by="Dr. A", reason=why)


def finding(state: str, kind: str = "drift", tag: str = "oxygen", since: int = 0) -> SignalChanged:
    facts = {"tag": tag, "kind": kind, "state": state, "since": since, "value": 5.0, "text": f"{tag}: {kind}"}
    return SignalChanged.model_validate(facts)


def verdict(
    after: str,
    before: str = "ok",
    attribute: str = "viability",
    probability: float | None = 0.7,
    **changed: object,
) -> VerdictChanged:
    """Another verdict on an attribute that is expected at 72 %, to be judged after two days."""
    facts: dict[str, object] = {
        "attribute": attribute,
        "before": before,
        "verdict": after,
        "probability": probability,
        "value": 72.0,
        "low": 66.0,
        "high": 78.0,
        "unit": "%",
        "at": 48 * 3_600_000_000,
        "breach": None,
        "drivers": (),
        "reason": "",
    }
    return VerdictChanged.model_validate(facts | changed)
