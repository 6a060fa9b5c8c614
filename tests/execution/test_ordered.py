"""What an order on record says is what its giver signed: the bytes are found again from the record alone."""

from hypothesis import given
from hypothesis import strategies as st

from homeostat.execution.carrying import kind, meaning, permission
from homeostat.execution.slips import (
    AlarmSlip,
    AnswerSlip,
    CommandSlip,
    ControlSlip,
    Objection,
    Signable,
    Vouched,
    shown,
    subject,
)
from homeostat.governance.ordered import order_of
from homeostat.ledger.catalogue import (
    AlarmOrdered,
    CommandGiven,
    EntryAmended,
    EntryJudged,
    Moved,
    PromptAnswered,
    payload,
)

TEXT = st.text("abcé /#|.-", min_size=1, max_size=12).filter(str.strip)
NOTE = st.just("") | TEXT
STAMP = st.datetimes().map(lambda one: f"{one.isoformat()}+02:00")
STAMPS = STAMP | STAMP.map(lambda one: one.replace("T", " "))
NUMBER = st.floats(-1e9, 1e9)

ANSWERS = st.builds(
    AnswerSlip,
    order=st.sampled_from(("answer", "verify", "correct")),
    prompt=TEXT,
    answer=NOTE,
    by=TEXT,
    entered=STAMPS,
    happened=STAMPS,
    reason=NOTE,
    source=NOTE,
    attachment=st.sampled_from(("", "ab" * 32)),
)
COMMANDS = st.builds(
    CommandSlip, order=st.sampled_from(("hold", "resume")), by=TEXT, entered=STAMPS, reason=TEXT
)
ALARMS = st.builds(
    AlarmSlip,
    order=st.sampled_from(("shelve", "take out of service", "reset")),
    alarm=TEXT,
    by=TEXT,
    reason=TEXT,
    hours=st.none() | st.floats(0.001, 8760),
    entered=STAMPS | st.just(""),
)
CONTROLS = st.builds(
    ControlSlip,
    order=st.sampled_from(("approve", "refuse", "authority")),
    controller=TEXT,
    by=TEXT,
    reason=TEXT,
    proposal=NOTE,
    moves=st.lists(st.builds(Moved, loop=TEXT, value=NUMBER, unit=TEXT), max_size=2).map(tuple),
    authority=st.sampled_from((None, "advisory", "supervised")),
    entered=STAMPS,
)
SLIPS = ANSWERS | COMMANDS | ALARMS | CONTROLS


@given(SLIPS, st.integers(0, 10**13), st.sampled_from(("B0001", "B 2/x")))
def test_the_signed_bytes_are_found_again(slip: Signable, now: int, batch: str) -> None:
    event = slip.ordered("s", now, Vouched((), "signature/7"))
    stored = payload(event.type, event.model_dump(mode="json"))
    order = order_of(stored, now)
    assert order is not None
    assert order.signed(batch, subject(batch, slip)) == shown(batch, slip)
    assert order.signed("B0009", subject(batch, slip)) is None
    assert (order.by, order.kind, order.meaning, order.permission, order.signature, order.objected) == (
        slip.by,
        kind(slip),
        meaning(slip),
        permission(slip),
        "signature/7",
        False,
    )


@given(SLIPS, SLIPS)
def test_no_other_words_are_the_same_bytes(one: Signable, other: Signable) -> None:
    """The record of an order does not hold when it was given: that is the signature's to say, and no other word is."""
    found = order_of(one.ordered("s", 0), 0)
    assert found is not None
    timeless = {} if isinstance(one, AnswerSlip) else {"entered": other.entered}
    same = one.model_copy(update=timeless) == other
    assert (found.signed("B", subject("B", other)) == shown("B", other)) == same


@given(ANSWERS.filter(lambda slip: slip.order != "answer"))
def test_an_amendment_is_signed_as_the_entry_that_it_is(slip: AnswerSlip) -> None:
    given = slip.ordered("", 0, Vouched((), "signature/7"))
    act = "correction" if slip.order == "correct" else "verification"
    judged = EntryJudged(
        prompt=slip.prompt,
        act=act,
        status="corrected",
        by=slip.by,
        answer=slip.answer,
        old="",
        value=None,
        unit="",
        reason="",
    )
    amended = EntryAmended(
        why="x",
        prompt=slip.prompt,
        answer=slip.answer,
        entry=given.entry,  # type: ignore[union-attr]
        judged=judged,
    )
    order = order_of(amended, 0)
    assert order is not None
    assert order.signed("B", subject("B", slip)) == shown("B", slip)


def test_an_objection_shows() -> None:
    against = Vouched((Objection("signature", "not signed"),))
    stamp = "2026-05-04T12:00:00+00:00"
    slips: tuple[Signable, ...] = (
        AnswerSlip(order="answer", prompt="p", answer="1", by="ada", entered=stamp, happened=stamp),
        CommandSlip(order="hold", by="ada", entered=stamp, reason="x"),
        AlarmSlip(order="reset", alarm="a", by="ada", reason="x"),
        ControlSlip(order="refuse", controller="c", by="ada", reason="x"),
    )
    found = [order_of(one.ordered("s", 0, against), 0) for one in slips]
    assert [one.objected for one in found if one] == [True] * 4


def test_an_end_that_was_not_signed_is_other_words() -> None:
    slip = AlarmSlip(order="shelve", alarm="a", by="ada", reason="x", hours=2.0)
    event = slip.ordered("s", 0)
    late = order_of(event.model_copy(update={"until": 10**12}), 0)
    assert late is not None
    assert late.signed("B", subject("B", slip)) != shown("B", slip)


def test_records_from_before_tell_the_hours_by_their_end() -> None:
    slip = AlarmSlip(order="shelve", alarm="a", by="ada", reason="x", hours=1.5)
    old = slip.ordered("s", 7).model_copy(update={"hours": None})
    order = order_of(old, 7)
    assert order is not None
    assert order.signed("B", subject("B", slip)) == shown("B", slip)
    assert "hours" not in AlarmOrdered(order="reset", alarm="a", by="ada", reason="x").model_dump()


def test_an_answer_that_nobody_gave_is_one_that_nobody_signed() -> None:
    order = order_of(PromptAnswered(prompt="p", answer="yes"), 0)
    assert order is not None
    assert (order.by, order.signature) == ("", "")


def test_what_nobody_gave_is_no_order() -> None:
    assert order_of(CommandGiven(command="hold", reason="the run"), 0) is None
    assert order_of(EntryJudged.model_construct(), 0) is None
