"""PIV-2: a test that was pending at a release and does not come in its time is named, since when, until it comes."""

import json
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from homeostat.errors import AuthorityError
from homeostat.execution import Options, run
from homeostat.governance import Office
from homeostat.governance.signing import Subject
from homeostat.governance.signing.giving import give
from homeostat.ledger import JSON, Event, canonical
from homeostat.ledger.catalogue import AlertRaised
from homeostat.process import load
from homeostat.quality.release import Awaited, alert_overdue, awaited, recall, release, report
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.grounds import BATCH, told
from homeostat.validation.staff import Member, staff
from tests.execution.conftest import MINI, Quiet

from ...cli.conftest import Call, call

RELEASED = "2026-03-01T08:00:00+01:00"
DUE = "2026-03-15T08:00:00+01:00"
"""Fourteen days later: the scene's tests are due within 336 h."""
BEFORE, AFTER = "2026-03-15T06:59:59+00:00", "2026-03-15T07:00:01+00:00"


class Bench(NamedTuple):
    """A training site whose batch was released in stages, and the time there."""

    site: Site
    office: Office
    vera: Member
    now: list[str]

    def at(self, stamp: str) -> list[tuple[str, str, bool, bool]]:
        return [shown(one) for one in awaited(self.office.ledger, stamp)]

    def reported(self, test: str, outcome: str) -> None:
        report(
            self.office, self.vera.session, self.vera.secret, BATCH, test, outcome,  # type: ignore[arg-type]
            evidence="LAB", parts=(), why="it came",
        )  # fmt: skip


def shown(one: Awaited) -> tuple[str, str, bool, bool]:
    assert (one.batch, one.action) == (BATCH, "tell the physician")
    return one.test, one.due, one.overdue, one.alerted


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a batch on record. Copied, not written to."""
    root = tmp_path_factory.mktemp("started") / "site"
    run(Site.create(root), load(MINI), Options(batch=BATCH, until="inoculate", welcome=True), Quiet())
    return root


@pytest.fixture
def bench(started: Path, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(started, tmp_path / "site")
    site, numbers, now = Site.open(tmp_path / "site"), count(), [RELEASED]
    with Office.open(site, lambda: now[-1], lambda: f"n{next(numbers):030d}") as office:
        vera = staff(office, vera="qualified person")["vera"]
        grounds = told(pending=("sterility", "mycoplasma"), site="training")
        release(office, vera.session, vera.secret, grounds, "fit")
        yield Bench(site, office, vera, now)


def test_a_test_is_overdue_from_its_declared_time_on(bench: Bench) -> None:
    assert bench.at(BEFORE) == [("sterility", DUE, False, False), ("mycoplasma", DUE, False, False)]
    assert bench.at(AFTER) == [("sterility", DUE, True, False), ("mycoplasma", DUE, True, False)]


@pytest.mark.parametrize("outcome", ["negative", "positive"])
def test_what_was_reported_is_awaited_no_more(bench: Bench, outcome: str) -> None:
    bench.reported("sterility", outcome)
    assert bench.at(AFTER) == [("mycoplasma", DUE, True, False)]
    bench.reported("mycoplasma", "negative")
    assert bench.at(AFTER) == []


def test_a_recalled_batch_still_waits_for_its_tests(bench: Bench) -> None:
    recall(bench.office, bench.vera.session, bench.vera.secret, BATCH, "a label", parts=(), why="seen")
    assert [test for test, _, overdue, _ in bench.at(AFTER) if overdue] == ["sterility", "mycoplasma"]


def test_it_is_alerted_once(bench: Bench) -> None:
    def alerts() -> list[str]:
        return [str(one.event.data["words"]) for one in bench.office.acts((AlertRaised.type,), BATCH)]

    assert alert_overdue(bench.office, bench.vera.session, "looked") == ()
    assert alerts() == []
    bench.now.append(AFTER)
    with pytest.raises(AuthorityError):  # the session was left for a fortnight
        alert_overdue(bench.office, bench.vera.session, "looked")
    again = staff(bench.office, quinn="quality assurance")["quinn"]
    assert [one.test for one in alert_overdue(bench.office, again.session, "looked")] == [
        "sterility",
        "mycoplasma",
    ]
    assert alert_overdue(bench.office, again.session, "looked") == ()
    assert alerts() == [
        f"batch {BATCH} was released, and {test} is overdue since {DUE}; ask the laboratory"
        for test in ("sterility", "mycoplasma")
    ]
    assert bench.at(AFTER)[0] == ("sterility", DUE, True, True)
    assert verify_site(bench.site).altered == ()


@pytest.mark.parametrize("actor", ["vera", "engine"])
def test_an_alert_that_nobody_raised_for_it_silences_nothing(bench: Bench, actor: str) -> None:
    """Put there before it is due, or by nobody who may; under the id that the real one would have."""
    bench.now.append(BEFORE if actor == "vera" else AFTER)
    words = f"batch {BATCH} was released, and sterility is overdue since {DUE}; ask the laboratory"
    alert = AlertRaised(about=BATCH, words=words, why="w").model_dump(mode="json")
    name = f"release/{BATCH}/overdue/sterility"
    bench.office.ledger.append(Event(name, AlertRaised.type, BATCH, 0, actor, alert))
    bench.office.ledger.commit()
    assert bench.at(AFTER)[0] == ("sterility", DUE, True, False)
    bench.now.append(AFTER)
    again = staff(bench.office, quinn="quality assurance")["quinn"]
    assert len(alert_overdue(bench.office, again.session, "looked")) == 2
    assert bench.at(AFTER)[0] == ("sterility", DUE, True, True)


def test_of_a_certificate_that_names_no_time_a_test_is_due_at_once(bench: Bench) -> None:
    shown: dict[str, JSON] = {"batch": "B0002", "review": "0" * 64}
    paper = Subject("certificate", "B0002", canonical(shown), "B0002")
    terms: dict[str, JSON] = {"certificate": shown, "pending": ["endotoxin"]}
    vera = bench.vera
    give(bench.office, vera.session, vera.secret, paper, "released", "by hand", terms=terms)
    (one,) = awaited(bench.office.ledger, AFTER, "B0002")
    assert (one.test, one.title, one.due, one.overdue) == ("endotoxin", "endotoxin", RELEASED, True)


def test_who_may_not_review_raises_no_alert(bench: Bench) -> None:
    olga = staff(bench.office, olga="operator")["olga"]
    with pytest.raises(AuthorityError, match=r"record\.review"):
        alert_overdue(bench.office, olga.session, "looked")


@pytest.mark.parametrize(
    "command",
    [
        ("release", "list"),
        ("release", "status", BATCH),
        ("release", "check", BATCH),
        ("review", BATCH),
        ("batches",),
    ],
)
def test_every_list_names_what_is_overdue(bench: Bench, command: tuple[str, ...]) -> None:
    """The command line asks the machine's clock, which is long after the scene's."""
    homeostat: Call = call
    told = homeostat(*command, "--site", bench.site.root).stdout
    assert DUE in told
    assert "verdue" in told
    found = json.loads(homeostat(*command, "--json", "--site", bench.site.root).stdout)
    (line,) = found if isinstance(found, list) else (found,)
    if command == ("batches",):
        assert line["overdue"] == ["sterility", "mycoplasma"]
    else:
        assert [(one["test"], one["due"], one["overdue"]) for one in line["awaited"]] == [
            ("sterility", DUE, True),
            ("mycoplasma", DUE, True),
        ]


def test_the_list_fails_while_something_is_overdue_and_the_alert_is_typed(bench: Bench) -> None:
    at = ("--site", bench.site.root)
    assert call("release", "list", *at).returncode == 1
    raised = call("release", "alert", "--why", "looked", *at)
    assert (raised.returncode, raised.stdout.count("ALERT: batch B0001")) == (0, 2)
    assert "Nothing new" in call("release", "alert", "--why", "looked", *at).stdout
    for test in ("sterility", "mycoplasma"):
        said = ("--negative", "--evidence", "LAB", "--why", "it came")
        assert call("release", "report", BATCH, test, *said, *at).returncode == 0
    assert call("release", "list", *at).returncode == 0
