"""The status of a release: what may follow what, whatever the order in which events come."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from homeostat.governance.released import TRANSITIONS, Status, folded
from homeostat.ledger import Event, Recorded

DECISIONS = ("released", "rejected", "requested", "agreed", "reviewed")
TESTS = ("sterility", "mycoplasma")


def recorded(seq: int, kind: str, data: dict[str, Any]) -> Recorded:
    event = Event(f"e{seq}", kind, "B0001", 0, "vera", {"why": "w", "changes": [], **data})
    return Recorded(seq, event, "2026-01-05T08:00:00+00:00", b"", b"")


def signed(
    meaning: str, pending: tuple[str, ...] = (), *, exceptional: bool = False
) -> tuple[str, dict[str, Any]]:
    return "record.signed", {
        "account": "vera",
        "name": "Vera",
        "roles": ["qualified person"],
        "meaning": meaning,
        "at": "2026-01-05T08:00:00+00:00",
        "kind": "certificate",
        "subject": "B0001",
        "batch": "B0001",
        "sha256": "0" * 64,
        "place": 0,
        "chain": "0" * 64,
        "key": "k",
        "signature": "",
        "terms": {"pending": list(pending), "exceptional": exceptional},
    }


def reported(test: str, outcome: str) -> tuple[str, dict[str, Any]]:
    return "release.reported", {"batch": "B0001", "test": test, "outcome": outcome, "evidence": "LAB"}


def recalled() -> tuple[str, dict[str, Any]]:
    return "release.recalled", {"batch": "B0001", "cause": "growth", "parts": [{"container": "C-1"}]}


def after(*acts: tuple[str, dict[str, Any]]) -> Status:
    events = (recorded(seq, kind, data) for seq, (kind, data) in enumerate(acts, start=1))
    return folded(events, lambda _: True)


def test_a_plain_release() -> None:
    stands = after(signed("released"))
    assert (stands.state, stands.by, stands.signature, stands.exceptional) == (
        "released",
        "Vera",
        "e1",
        False,
    )


def test_a_staged_release_is_complete_when_all_is_negative() -> None:
    begun = (signed("released", TESTS), reported("sterility", "negative"))
    assert after(*begun).due == ("mycoplasma",)
    assert after(*begun).state == "released, tests pending"
    assert after(*begun, reported("mycoplasma", "negative")).state == "released"


def test_a_positive_result_never_completes_a_release() -> None:
    stands = after(
        signed("released", TESTS), reported("sterility", "positive"), reported("mycoplasma", "negative")
    )
    assert stands.state == "released, tests pending"
    assert after(signed("released", TESTS), reported("sterility", "positive"), recalled()).state == "recalled"


def test_a_report_counts_once_and_only_of_what_is_pending_but_for_a_positive_after_a_negative() -> None:
    begun = (signed("released", TESTS), reported("sterility", "negative"), reported("endotoxin", "positive"))
    assert dict(after(*begun).pending) == {"sterility": "negative", "mycoplasma": ""}
    turned = after(*begun, reported("sterility", "positive"), reported("sterility", "negative"))
    assert dict(turned.pending) == {"sterility": "positive", "mycoplasma": ""}


def test_who_asks_or_agrees_decides_nothing() -> None:
    assert after(signed("requested"), signed("agreed"), signed("reviewed")).state == "open"


def test_a_signature_on_something_else_decides_nothing() -> None:
    kind, data = signed("released")
    assert after((kind, data | {"kind": "review"})).state == "open"


ACTS = st.one_of(
    st.builds(signed, st.sampled_from(DECISIONS), st.sampled_from([(), TESTS[:1], TESTS])),
    st.builds(reported, st.sampled_from(TESTS), st.sampled_from(["negative", "positive"])),
    st.builds(recalled),
)


@given(st.lists(ACTS, max_size=12))
def test_every_step_is_one_of_the_table(acts: list[tuple[str, dict[str, Any]]]) -> None:
    states = [after(*acts[:count]).state for count in range(len(acts) + 1)]
    moves = {(before, then) for before, then in itertools.pairwise(states) if before != then}
    assert moves <= {(before, then) for (before, _), then in TRANSITIONS.items()}


@given(st.lists(ACTS, max_size=12))
def test_what_was_rejected_or_recalled_stays_so(acts: list[tuple[str, dict[str, Any]]]) -> None:
    stands = [after(*acts[:count]) for count in range(len(acts) + 1)]
    for before, then in itertools.pairwise(stands):
        if before.state in {"rejected", "recalled"}:
            assert then.state == before.state
            assert (then.signature, then.by) == (before.signature, before.by)
