"""Deviations: numbered, changed with old, new and why, closed by another's signature over all that is on record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.errors import AuthorityError, HomeostatError, QualityError
from homeostat.execution.batch import name_batch
from homeostat.governance import Office, Session
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import Secret, identifying, login
from homeostat.governance.signing import Subject, sign, signatures
from homeostat.historian import Historian
from homeostat.ledger import JSON, Event
from homeostat.ledger.catalogue import CustodyBound, DeviationOpened, DeviationRequested
from homeostat.quality import deviations as rooms
from homeostat.quality.deviations import acts, deviation, deviations, dossier
from homeostat.quality.unproven import unproven
from homeostat.site import Site
from homeostat.validation.begun import started, tell


@dataclass
class Desk:
    """An open office with three persons."""

    office: Office
    operator: Session
    qa: Session
    qp: Session

    def opened(self, batch: str = "") -> str:
        """A deviation that the operator opens."""
        return rooms.open_deviation(
            self.office, self.operator, title="t", finding="f", batch=batch, why="seen"
        )

    def settled(self, name: str) -> None:
        """Everything that a deviation needs before it is closed."""
        rooms.classify(self.office, self.qa, name, "major", why="w")
        rooms.assess(self.office, self.qa, name, "none on the product", why="w")
        rooms.explain(self.office, self.qa, name, "worn seal", why="w")
        rooms.plan_action(
            self.office,
            self.qa,
            name,
            kind="preventive",
            text="new seals",
            owner="ada",
            due="2027-01-31",
            why="w",
        )


def at(folder: Path) -> Iterator[Desk]:
    """A desk at a new training site."""
    ticks, names = count(), count()
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def stamp() -> str:
        return (start + timedelta(seconds=next(ticks))).isoformat()

    with Office.open(Site.create(folder), stamp, lambda: f"n{next(names)}") as office:
        enrol_demonstration(office)
        yield Desk(office, *(login(office, f"demo-{one}", SECRET) for one in ("operator", "qa", "qp")))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at a new training site."""
    yield from at(tmp_path / "site")


def test_numbers_follow_each_other_over_all_batches(desk: Desk) -> None:
    for batch in ("B1", "B2"):
        tell(desk.office, f"{batch}/start", started(), batch)
    assert [desk.opened(batch="B1"), desk.opened(), desk.opened(batch="B2")] == [
        "DEV-0001",
        "DEV-0002",
        "DEV-0003",
    ]
    assert [one.id for one in deviations(desk.office.ledger, "B2")] == ["DEV-0003"]


def forged(name: str) -> dict[str, JSON]:
    """What an event says that opens a deviation of this name."""
    act = DeviationOpened(
        why="w", deviation=name, batch="", title="t", finding="f", exceptions=(), request="", changes=()
    )
    return dict(act.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (DeviationOpened.type, {"x": 1}),
        ("nobody.knows", {}),
        (DeviationOpened.type, forged("DEV-0009")),
    ],
)
def test_a_number_that_a_forged_event_took_is_passed_over(
    desk: Desk, kind: str, said: dict[str, JSON]
) -> None:
    """Else nobody could open a deviation, and none be settled, ever again."""
    assert desk.opened() == "DEV-0001"
    for name in ("deviation/DEV-0002/0001", "deviation/DEV-0003/0001", "deviation/DEV-0001/0002"):
        desk.office.ledger.append(Event(name, kind, "", 0, "demo-qa", said))
    desk.office.ledger.commit()
    opened = [desk.opened() for _ in range(2)]
    assert opened == ["DEV-0004", "DEV-0005"]
    rooms.classify(desk.office, desk.qa, "DEV-0001", "minor", why="w")
    assert deviation(desk.office.ledger, "DEV-0001").classification == "minor"
    assert not [one for one in opened if deviation(desk.office.ledger, one).opened_by != "demo-operator"]


def test_a_number_of_a_forged_deviation_is_not_given_again(desk: Desk) -> None:
    """One that was opened ahead of its turn, and under another name of the event."""
    event = Event("forged", DeviationOpened.type, "", 0, "demo-qa", forged("DEV-0002"))
    desk.office.ledger.append(event)
    desk.office.ledger.commit()
    assert [desk.opened(), desk.opened()] == ["DEV-0003", "DEV-0004"]


def test_of_two_who_change_it_at_once_the_second_is_told_so_though_a_number_was_forged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = desk.opened()
    desk.office.ledger.append(Event(f"deviation/{name}/0002", "nobody.knows", "", 0, "x", {}))
    desk.office.ledger.commit()
    numbered, others = acts.next_id, [True]

    def meanwhile(*asked: Any) -> str:
        """Somebody else acts just before the number is chosen, once."""
        if others.pop() if others else False:
            rooms.assess(desk.office, desk.qa, name, "none", why="w")
        return str(numbered(*asked))

    monkeypatch.setattr(acts, "next_id", meanwhile)
    with pytest.raises(QualityError, match="another person has just changed it"):
        rooms.classify(desk.office, desk.qa, name, "minor", why="w")
    rooms.classify(desk.office, desk.qa, name, "major", why="w")
    assert deviation(desk.office.ledger, name).classification == "major"


def test_who_closes_it_has_seen_all_that_is_on_record_by_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password takes a while to be checked, and somebody else finds meanwhile that it is critical."""
    name, checked = desk.opened(), identifying.opened
    desk.settled(name)
    due = [lambda: rooms.classify(desk.office, desk.qa, name, "critical", why="harm was found")]

    def hashing(*asked: Any) -> Any:
        if due:
            due.pop()()
        return checked(*asked)

    monkeypatch.setattr(identifying, "opened", hashing)
    with pytest.raises(QualityError, match="another person has just changed it"):
        rooms.close(desk.office, desk.qp, SECRET, name, why="no effect")
    one = deviation(desk.office.ledger, name)
    assert (one.open, one.classification) == (True, "critical")
    assert signatures(desk.office.ledger, "deviation", name) == ()


def test_nothing_is_added_to_one_that_is_closed_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, numbered = desk.opened(), acts.next_id
    desk.settled(name)
    due = [lambda: rooms.close(desk.office, desk.qp, SECRET, name, why="no effect")]

    def then(*asked: Any) -> str:
        """It is closed when all was looked at, the number, too."""
        found = numbered(*asked)
        if due:
            due.pop()()
        return found

    monkeypatch.setattr(acts, "next_id", then)
    with pytest.raises(QualityError, match="another person has just changed it"):
        rooms.classify(desk.office, desk.qa, name, "critical", why="harm was found")
    one = deviation(desk.office.ledger, name)
    assert (one.open, one.classification) == (False, "major")
    assert unproven(desk.office.ledger, "training") == ()


def test_each_change_keeps_old_new_who_and_why(desk: Desk) -> None:
    name = desk.opened()
    rooms.classify(desk.office, desk.qa, name, "minor", why="small")
    rooms.classify(desk.office, desk.qa, name, "critical", why="looked again")
    turn = deviation(desk.office.ledger, name).history[-1]
    assert (turn.changes[0].old, turn.changes[0].new) == ("minor", "critical")
    assert (turn.by, turn.why) == ("demo-qa", "looked again")


def test_it_is_closed_by_another_person_over_all_that_is_on_record(desk: Desk) -> None:
    name = rooms.open_deviation(desk.office, desk.qa, title="t", finding="f", why="seen")
    with pytest.raises(QualityError, match="it lacks a classification"):
        rooms.close(desk.office, desk.qp, SECRET, name, why="done")
    desk.settled(name)
    with pytest.raises(AuthorityError, match="opened it"):
        rooms.close(desk.office, desk.qa, SECRET, name, why="done")
    with pytest.raises(AuthorityError):
        rooms.close(desk.office, desk.operator, SECRET, name, why="done")
    with pytest.raises(AuthorityError):
        rooms.close(desk.office, desk.qp, Secret("wrong"), name, why="done")
    assert deviation(desk.office.ledger, name).open
    rooms.close(desk.office, desk.qp, SECRET, name, why="no effect on the product")
    closed = deviation(desk.office.ledger, name)
    assert (closed.open, closed.closed_by, closed.conclusion) == (
        False,
        "demo-qp",
        "no effect on the product",
    )


@pytest.mark.parametrize("part", ["classified", "assessed", "explained"])
def test_who_had_a_part_in_judging_it_does_not_close_it(desk: Desk, part: str) -> None:
    """Not by the act, and not by a signature over the same dossier round the back; another person does."""
    name, chief = desk.opened(), login(desk.office, "demo-supervisor", SECRET)
    judge = {one: desk.qa if one == part else chief for one in ("classified", "assessed", "explained")}
    rooms.classify(desk.office, judge["classified"], name, "minor", why="w")
    rooms.assess(desk.office, judge["assessed"], name, "none", why="w")
    rooms.explain(desk.office, judge["explained"], name, "worn seal", why="w")
    with pytest.raises(AuthorityError, match=f"demo-qa {part} it"):
        rooms.close(desk.office, desk.qa, SECRET, name, why="done")
    subject = Subject("deviation", name, dossier(deviation(desk.office.ledger, name)))
    sign(desk.office, desk.qa, SECRET, subject, "approved", "round the back")
    assert deviation(desk.office.ledger, name).open
    rooms.close(desk.office, desk.qp, SECRET, name, why="done")
    assert deviation(desk.office.ledger, name).closed_by == "demo-qp"


def test_a_closed_one_takes_nothing_but_its_actions_done(desk: Desk) -> None:
    name = desk.opened()
    desk.settled(name)
    rooms.close(desk.office, desk.qp, SECRET, name, why="done")
    with pytest.raises(QualityError, match="closed"):
        rooms.assess(desk.office, desk.qa, name, "grave", why="late")
    rooms.finish_action(desk.office, desk.qa, name, "CAPA-1", evidence="order 7", why="done")
    one = deviation(desk.office.ledger, name)
    assert (one.actions[0].evidence, one.open) == ("order 7", False)
    with pytest.raises(QualityError, match="was done before"):
        rooms.finish_action(desk.office, desk.qa, name, "CAPA-1", evidence="again", why="w")


@pytest.mark.parametrize("what", ["why", "title", "finding"])
def test_nothing_is_opened_without_words(desk: Desk, what: str) -> None:
    said = {"title": "t", "finding": "f", "why": "w"} | {what: "  "}
    with pytest.raises(QualityError, match="stated"):
        rooms.open_deviation(
            desk.office, desk.operator, title=said["title"], finding=said["finding"], why=said["why"]
        )


def test_a_batch_that_was_never_started_is_refused_and_its_name_stays_free(desk: Desk) -> None:
    with pytest.raises(QualityError, match="there is no batch 'B0002'"):
        desk.opened(batch="B0002")
    assert deviations(desk.office.ledger) == ()
    assert name_batch(desk.office.ledger, "B0002") == "B0002"


def test_a_batch_that_custody_knows_before_its_start_can_have_the_deviation_that_was_asked_for(
    desk: Desk,
) -> None:
    bound = CustodyBound(why="w", batch="B0001", containers=("BAG-1",), identity="I", patient="P")
    asked = DeviationRequested(why="w", about=("BAG-1",), finding="two labels", source="")
    tell(desk.office, "custody/1", bound, "")
    tell(desk.office, "asked/1", asked, "")
    name = rooms.open_deviation(desk.office, desk.qa, title="t", request="asked/1", why="w")
    assert deviation(desk.office.ledger, name).batch == "B0001"
    assert desk.office.ledger.batches() == []
    assert name_batch(desk.office.ledger, None) == "B0001"


@pytest.mark.parametrize("batch", ["", "B0001"])
def test_an_exception_that_no_record_has_is_refused(desk: Desk, batch: str) -> None:
    tell(desk.office, "B0001/start", started(), "B0001")
    Historian.open(desk.office.site.historian_path).close()
    with pytest.raises(QualityError, match=r"an exception is of a batch|has no exception 'EX-anything'"):
        rooms.open_deviation(
            desk.office, desk.qa, title="t", finding="f", batch=batch, exceptions=("EX-anything",), why="w"
        )
    name = desk.opened(batch=batch)
    with pytest.raises(QualityError, match=r"an exception is of a batch|has no exception 'EX-anything'"):
        rooms.link(desk.office, desk.qa, name, ("EX-anything",), why="w")
    assert deviation(desk.office.ledger, name).exceptions == ()


def test_an_operator_may_open_and_not_assess(desk: Desk) -> None:
    with pytest.raises(AuthorityError):
        rooms.assess(desk.office, desk.operator, desk.opened(), "none", why="w")


def test_a_day_has_to_be_one(desk: Desk) -> None:
    with pytest.raises(QualityError, match="is no day"):
        rooms.plan_action(
            desk.office, desk.qa, desk.opened(), kind="correction", text="x", owner="ada", due="soon", why="w"
        )


ACTS = ("open", "classify", "assess", "explain", "plan", "link", "close")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(("operator", "qa", "qp"))), max_size=15)
)
def test_any_acts_of_anybody_leave_a_state_that_the_ledger_gives_again(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str]]
) -> None:
    for desk in at(tmp_path_factory.mktemp("any") / "site"):
        for act, who in acts:
            before = deviations(desk.office.ledger)
            try:
                tried(desk, act, getattr(desk, who))
            except HomeostatError:
                assert deviations(desk.office.ledger) == before  # what was refused changed nothing
        now = deviations(desk.office.ledger)
        with desk.office.site.reading() as (ledger, _):
            assert deviations(ledger) == now
        for one in now:
            turns = [turn for turn in one.history if turn.changes]
            assert len(turns) == len(one.history)
            assert all(turn.by and turn.why and turn.when for turn in turns)
            assert one.open or one.closed_by not in {"", one.opened_by}
            assert dossier(one)


def tried(desk: Desk, act: str, who: Session) -> None:
    """One act of somebody, who may or may not do it."""
    office, name = desk.office, "DEV-0001"
    match act:
        case "open":
            rooms.open_deviation(office, who, title="t", finding="f", why="w")
        case "classify":
            rooms.classify(office, who, name, "minor", why="w")
        case "assess":
            rooms.assess(office, who, name, "none", why="w")
        case "explain":
            rooms.explain(office, who, name, "a cause", why="w")
        case "plan":
            rooms.plan_action(
                office, who, name, kind="corrective", text="x", owner="ada", due="2027-01-01", why="w"
            )
        case "link":
            rooms.link(office, who, name, ("EX-1",), why="w")
        case _:
            rooms.close(office, who, SECRET, name, why="w")


FORGED = {
    "deviation.assessed": {"impact": "none at all"},
    "deviation.classified": {"classification": "minor"},
    "deviation.explained": {"cause": "nobody's fault"},
    "deviation.linked": {"exceptions": ["EX-1"]},
    "deviation.action.planned": {
        "action": "CAPA-9",
        "kind": "corrective",
        "text": "t",
        "owner": "o",
        "due": "2030",
    },
    "deviation.opened": {"title": "another", "finding": "f", "batch": "", "exceptions": []},
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_would_change_a_closed_deviation_counts_for_nothing_and_is_named(desk: Desk, kind: str) -> None:
    """The act stands under the site's own key alone; only an action is carried out after the close."""
    name = desk.opened()
    desk.settled(name)
    rooms.close(desk.office, desk.qp, SECRET, name, why="read")
    before = deviation(desk.office.ledger, name)
    data = {"deviation": name, "why": "made up", "changes": [], **FORGED[kind]}
    desk.office.ledger.append(Event("forged/1", kind, "", 0, "demo-qa", data))
    desk.office.ledger.commit()
    assert deviation(desk.office.ledger, name) == before
    (found,) = unproven(desk.office.ledger, "training")
    assert found.event == desk.office.ledger.size
    assert "counts for nothing: " in found.what
    rooms.finish_action(desk.office, desk.qa, name, "CAPA-1", evidence="report 7", why="done")
    assert deviation(desk.office.ledger, name).actions[0].evidence == "report 7"
    assert [one.event for one in unproven(desk.office.ledger, "training")] == [found.event]
