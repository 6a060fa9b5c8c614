"""Review by exception: a word on each exception, a signature over what was shown, superseded by what comes later."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError, QualityError
from homeostat.governance import Office, Session
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import Secret
from homeostat.governance.signing import Subject, give
from homeostat.historian import Historian
from homeostat.ledger import JSON
from homeostat.ledger.catalogue import AttributeJudged, Meaning, ResultReported
from homeostat.quality import audit, deviations
from homeostat.quality import review as rooms
from homeostat.quality.documents.issuing import signature_lines
from homeostat.quality.record import batch_record
from homeostat.quality.review import review, unresolved
from homeostat.validation.own_key import round_the_back

from .faults import clean, counted
from .tale import HOUR, Tale
from .test_deviations import Desk, at

B = "B0001"


@dataclass
class Bench:
    """A desk with a batch told to its ledger, and the batch's series."""

    desk: Desk
    tale: Tale
    historian: Historian

    @property
    def office(self) -> Office:
        """The open office."""
        return self.desk.office

    @property
    def qa(self) -> Session:
        """The reviewer."""
        return self.desk.qa

    def now(self) -> rooms.Review:
        """The review as it stands."""
        return review(self.office.ledger, self.historian, B)

    def accept_all(self) -> None:
        """Every exception that may be accepted is."""
        for item in self.now().open:
            rooms.accept(self.office, self.qa, self.historian, B, item.id, why="without effect")

    def sign(self, secret: Secret = SECRET, shown: str = "") -> None:
        """The reviewer signs."""
        rooms.sign_review(self.office, self.qa, secret, self.historian, B, shown=shown, why="reviewed")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A batch with a gap and a repeated phase."""
    for desk in at(tmp_path / "site"):
        with Historian.open(desk.office.site.historian_path) as historian:
            tale = Tale(desk.office.ledger, historian)
            clean(tale, {"gap", "repeat"})
            yield Bench(desk, tale, historian)


def reported(value: float) -> ResultReported:
    """A result of the laboratory that came once the batch had ended."""
    judged = AttributeJudged(
        attribute="density",
        sample="S1",
        value=value,
        unit="1e6 cell/mL",
        low=2.0,
        high=None,
        verdict="within",
    )
    told = {"batch": B, "by": "demo-qa", "elapsed": 6 * HOUR, "evidence": "LR-7", "why": "it has come"}
    return ResultReported.model_validate({**told, "result": counted(value), "judged": judged})


def test_states_from_not_begun_to_superseded(bench: Bench) -> None:
    assert bench.now().state == "not begun"
    rooms.begin(bench.office, bench.qa, bench.historian, B, why="my turn")
    assert bench.now().state == "under way"
    bench.accept_all()
    bench.sign()
    assert (bench.now().state, bench.now().signed_by) == ("reviewed", "demo-qa")
    bench.tale.tell(reported(2.7), 6 * HOUR)
    assert bench.now().state == "superseded"


def test_a_review_that_was_overtaken_is_told_so_wherever_its_signature_is_printed(bench: Bench) -> None:
    bench.accept_all()
    bench.sign()
    bench.tale.tell(reported(2.7), 6 * HOUR)
    record = batch_record(bench.office.ledger, bench.historian, B)
    (line,) = [
        one for one in signature_lines(bench.office.ledger, B, record.signatures) if one.meaning == "reviewed"
    ]
    assert line.standing == "changed since: what was signed has changed since"


def test_what_is_said_of_the_record_does_not_supersede_its_review(bench: Bench) -> None:
    bench.accept_all()
    bench.sign()
    deviations.open_deviation(bench.office, bench.qa, title="t", finding="f", batch=B, why="w")
    assert bench.now().state == "reviewed"


def test_nothing_is_signed_while_an_exception_is_open(bench: Bench) -> None:
    with pytest.raises(QualityError, match="nothing was said of EX-"):
        bench.sign()


def test_only_what_was_shown_is_signed(bench: Bench) -> None:
    bench.accept_all()
    with pytest.raises(QualityError, match="not the one that was shown"):
        bench.sign(shown="0" * 64)
    with pytest.raises(AuthorityError):
        bench.sign(Secret("wrong"))
    assert bench.now().state == "under way"


def test_a_changed_word_supersedes_the_signature(bench: Bench) -> None:
    bench.accept_all()
    bench.sign()
    item = bench.now().report.items[0]
    rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, item.id, why="on second thoughts")
    assert bench.now().state == "superseded"


def test_what_stands_against_release_is_settled_by_deviation_or_signed_acceptance(bench: Bench) -> None:
    grave = [item.id for item in bench.now().report.items if item.severity == "major"]
    assert [one.id for one in unresolved(bench.office.ledger, bench.historian, B)] == grave
    name = rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, grave[0], why="w")
    bench.accept_all()
    bench.sign()
    left = unresolved(bench.office.ledger, bench.historian, B)
    assert [one.id for one in left] == [grave[0], name]
    bench.desk.settled(name)
    deviations.close(bench.office, bench.desk.qp, SECRET, name, why="no effect")
    assert unresolved(bench.office.ledger, bench.historian, B) == ()


def test_an_acceptance_counts_only_once_it_is_signed(bench: Bench) -> None:
    before = unresolved(bench.office.ledger, bench.historian, B)
    bench.accept_all()
    assert unresolved(bench.office.ledger, bench.historian, B) == before
    bench.sign()
    assert unresolved(bench.office.ledger, bench.historian, B) == ()


def test_one_deviation_may_cover_several_exceptions(bench: Bench) -> None:
    first, second = (item.id for item in bench.now().report.items)
    name = rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, first, why="w")
    again = rooms.raise_deviation(
        bench.office, bench.qa, bench.historian, B, second, existing=name, why="the same cause"
    )
    assert again == name
    assert deviations.deviation(bench.office.ledger, name).exceptions == (first, second)


def test_of_several_exceptions_all_are_settled_or_none(bench: Bench) -> None:
    first, second = (item.id for item in bench.now().report.items)
    with pytest.raises(QualityError, match="no exception 'EX-none'"):
        rooms.accept(bench.office, bench.qa, bench.historian, B, first, "EX-none", why="w")
    assert bench.now().said(first) is None
    with pytest.raises(QualityError, match="no exception 'EX-none'"):
        rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, first, "EX-none", why="w")
    assert deviations.deviations(bench.office.ledger, B) == ()
    name = rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, first, second, first, why="w")
    assert deviations.deviation(bench.office.ledger, name).exceptions == (first, second)
    assert bench.now().open == ()


def test_an_operator_reviews_nothing_and_a_reason_is_needed(bench: Bench) -> None:
    item = bench.now().report.items[0].id
    with pytest.raises(AuthorityError):
        rooms.accept(bench.office, bench.desk.operator, bench.historian, B, item, why="w")
    with pytest.raises(QualityError, match="reason"):
        rooms.accept(bench.office, bench.qa, bench.historian, B, item, why=" ")
    with pytest.raises(QualityError, match="no exception"):
        rooms.accept(bench.office, bench.qa, bench.historian, B, "EX-none", why="w")


def test_a_critical_exception_takes_a_deviation(tmp_path: Path) -> None:
    for desk in at(tmp_path / "site"):
        with Historian.open(desk.office.site.historian_path) as historian:
            tale = Tale(desk.office.ledger, historian)
            tale.command(HOUR, "unknown")
            clean(tale)
            (item,) = review(desk.office.ledger, historian, B).report.items
            with pytest.raises(QualityError, match="critical"):
                rooms.accept(desk.office, desk.qa, historian, B, item.id, why="w")


def test_the_trail_has_a_line_for_every_event_of_a_batch(bench: Bench) -> None:
    bench.accept_all()
    lines = audit.trail(bench.office.ledger, audit.Wanted(batch=B))
    assert [line.event for line in lines] == [one.event.id for one in bench.office.ledger.events(batch=B)]


def test_the_trail_is_filtered_by_who_type_time_and_change(bench: Bench) -> None:
    bench.accept_all()
    said = audit.trail(bench.office.ledger, audit.Wanted(batch=B, who="demo-qa", changes=True))
    assert {line.type for line in said} == {"review.disposed"}
    assert all(line.why == "without effect" and line.changes[0].new == "accepted" for line in said)
    middle = said[0].recorded
    early = audit.trail(bench.office.ledger, audit.Wanted(batch=B, until=middle))
    late = audit.trail(bench.office.ledger, audit.Wanted(batch=B, since=middle))
    assert len(early) + len(late) >= len(audit.trail(bench.office.ledger, audit.Wanted(batch=B)))
    with pytest.raises(QualityError, match="is no time"):
        audit.trail(bench.office.ledger, audit.Wanted(since="yesterday"))


@pytest.mark.parametrize("meaning", ["performed", "reviewed"])
@pytest.mark.parametrize("terms", [{}, {"wanted": 7}, {"wanted": {"since": "yesterday"}}])
def test_what_anybody_signs_of_the_trail_keeps_nobody_from_reading_it(
    bench: Bench, terms: dict[str, JSON], meaning: Meaning
) -> None:
    about = Subject("audit trail", "x", b"x", B)
    if meaning == "reviewed":
        with pytest.raises(AuthorityError, match="held no role that permits"):
            give(bench.office, bench.desk.operator, SECRET, about, meaning, "w", terms=terms)
    round_the_back(bench.office, bench.desk.operator, SECRET, about, meaning, terms=terms)
    assert audit.reviews(bench.office.ledger) == ()


def test_a_review_of_the_trail_is_signed_over_its_lines_and_stands(bench: Bench) -> None:
    with pytest.raises(AuthorityError):
        audit.review_trail(bench.office, bench.desk.operator, SECRET, audit.Wanted(batch=B), why="w")
    audit.review_trail(bench.office, bench.qa, SECRET, audit.Wanted(batch=B), why="nothing amiss")
    bench.accept_all()
    (given,) = audit.reviews(bench.office.ledger)
    assert (given.by, given.state, given.why) == ("demo-qa", "valid", "nothing amiss")
