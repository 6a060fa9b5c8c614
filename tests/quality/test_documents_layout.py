"""Layout: columns wide enough for their words, long words broken, short stamps, and very long records abridged."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import AuthorityError
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.ledger import Recorded
from homeostat.quality.documents import events as trail
from homeostat.quality.documents import paper as papers
from homeostat.quality.documents.issuing import hand_over
from homeostat.quality.documents.paper import listed, table
from homeostat.quality.documents.seams import SEAM, longest, seamed, width
from homeostat.quality.documents.stamps import minute, second
from homeostat.quality.documents.typeset import typeset

from .reading import texts
from .sealed_scene import opened, told_site
from .test_documents import SIGNED, paper

A4 = 174 / 25.4 * 72 / 8
"""The text's width in em of the tables' 8 pt."""
GUTTER = 9 / 8


@given(st.text(min_size=1))
def test_seams_change_nothing_that_is_read(text: str) -> None:
    assert seamed(text).replace(SEAM, "") == text.replace(SEAM, "")


@given(st.text(st.characters(categories=("L", "N")), min_size=40))
def test_no_word_is_too_long_to_be_broken(word: str) -> None:
    assert all(len(part) <= 20 for part in seamed(word).split(SEAM))


@given(st.lists(st.lists(st.text(max_size=40), min_size=3, max_size=3), max_size=9))
def test_a_column_has_room_for_its_longest_word(rows: list[list[str]]) -> None:
    made = table("x", "A|B=|C>", rows)
    for place, column in enumerate(made.columns):
        assert column.least <= column.share
        assert all(longest(row[place]) <= column.least + 0.01 for row in rows)
        if column.whole:
            assert all(width(row[place]) <= column.least + 0.01 for row in rows)


def test_the_columns_of_a_certificate_fit_side_by_side() -> None:
    row = (
        "Naive or memory phenotype (CD62L+, CCR7+) of the viable cells",
        "at least 600 × 10⁶ cell",
        "3504 × 10⁶ cell",
        "175.2 × 10⁶ cell",
        "0.9999",
        "conforms",
        "Flow cytometry of CD25, CAR, CD62L with CCR7, CD4 and CD8",
    )
    made = table("x", "Attribute|Specified=|Result>|Uncertainty>|Probability>|Decision|Method", [row])
    assert sum(one.least + GUTTER for one in made.columns) < A4
    assert [one.whole for one in made.columns] == [False, True, True, True, True, False, False]
    assert [one.right for one in made.columns] == [False, False, True, True, True, False, False]


@pytest.mark.parametrize(
    ("recorded", "to_the_minute", "to_the_second"),
    [
        ("2026-01-02T09:30:05.123456+02:00", "2026-01-02 09:30+02:00", "2026-01-02 09:30:05+02:00"),
        ("then", "then", "then"),
    ],
)
def test_a_stamp_is_short_and_keeps_its_offset(recorded: str, to_the_minute: str, to_the_second: str) -> None:
    assert (minute(recorded), second(recorded)) == (to_the_minute, to_the_second)


def test_a_signature_shows_the_minute_and_keeps_the_whole_stamp() -> None:
    line = SIGNED.model_copy(update={"when": "2026-01-02T09:30:05.123456+02:00"})
    printed = " ".join(texts(typeset(paper(signatures=(line,)), b"{}")))
    assert "2026-01-02 09:30+02:00" in printed
    assert "2026-01-02T09:30:05.123456+02:00" in printed


def test_the_contents_of_a_credibility_report_name_its_sections_once() -> None:
    printed = " ".join(texts(typeset(paper("credibility report"), b"{}")))
    assert "Contents" in printed
    assert printed.count("Attributes") == 2  # in the contents, and where it stands
    assert printed.count("Credibility report B0001") == 1


def test_of_very_many_lines_the_first_are_listed_and_it_is_said() -> None:
    made = listed("Moves", "A|B>", range(1200), lambda number: (str(number), "x"))
    assert len(made.rows) == papers.MOST
    assert made.caption == "Moves (the first 500 of 1200; all of them are in the attached JSON)"
    assert listed("Moves", "A|B>", range(3), lambda number: (str(number), "x")).caption == "Moves"


def test_a_very_long_trail_lists_persons_and_alarms_and_vouches_for_the_rest(tmp_path: Path) -> None:
    with opened(told_site(tmp_path / "site")) as (office, _):
        first = next(office.ledger.events(batch="B0001"))
    whole = [_numbered(first, place) for place in range(1, trail.MOST + 3)]
    made = trail.audit_trail(whole)
    spoken, counted = made.tables
    assert [row[0] for row in spoken.rows] == ["7", "9"]
    assert counted.rows == (("signal.changed", "5000"),)
    rest = b"".join(one.hash for one in whole if one.seq not in {7, 9})
    assert hashlib.sha256(rest).hexdigest() in made.texts[0]
    assert len(trail.audit_trail(whole[: trail.MOST]).tables[0].rows) == trail.MOST


def _numbered(one: Recorded, place: int) -> Recorded:
    """Event 7 is a person's, event 9 an alarm's, all others the machine's."""
    kind = {7: "prompt.answered", 9: "alarm.changed"}.get(place, "signal.changed")
    actor = "maria" if place == 7 else "scan"
    hash = hashlib.sha256(str(place).encode()).digest()
    return replace(one, seq=place, hash=hash, event=replace(one.event, type=kind, actor=actor))


def test_p11_10b_who_takes_a_document_is_on_record_with_its_hash(tmp_path: Path) -> None:
    with opened(told_site(tmp_path / "site")) as (office, _):
        enrol_demonstration(office)
        person = login(office, "demo-qa", SECRET)
        hand_over(office, person, "batch record", "B0001", b"the file", why="for the inspector")
        (act,) = office.acts(("document.issued",))
        assert (act.event.actor, act.event.batch) == ("demo-qa", "")
        assert act.event.data["sha256"] == hashlib.sha256(b"the file").hexdigest()
        assert (act.event.data["kind"], act.event.data["number"]) == ("batch record", "B0001")
        other = login(office, "demo-operator", SECRET)
        with pytest.raises(AuthorityError):
            hand_over(office, other, "batch record", "B0001", b"the file", why="curious")
        assert len(list(office.acts(("document.issued",)))) == 1
