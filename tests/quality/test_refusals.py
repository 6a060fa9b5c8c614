"""P11-10f: what is tried where it cannot be done is refused and on record, by whom and why; nothing else is left."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from homeostat.errors import HomeostatError
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.historian import Historian
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.quality import deviations
from homeostat.quality import review as reviewing
from homeostat.quality.release import recall, reject, release, report, request, status
from homeostat.validation.grounds import told

from .faults import clean
from .tale import Tale
from .test_deviations import at
from .test_review import Bench

B = "B0001"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    """A batch with a repeated phase."""
    for desk in at(tmp_path / "site"):
        with Historian.open(desk.office.site.historian_path) as historian:
            tale = Tale(desk.office.ledger, historian)
            clean(tale, {"repeat"})
            yield Bench(desk, tale, historian)


def refused(here: Bench, act: Callable[[], object], who: str, permission: str, why: str) -> None:
    """The act is refused: that is on record, once, and nothing else is."""
    seen = here.office.ledger.size
    with pytest.raises(HomeostatError):
        act()
    (one,) = (each.event for each in here.office.ledger.events(after=seen))
    assert (one.type, one.actor, one.batch) == (AccessRefused.type, who, "")
    assert (one.data["permission"], one.data["cause"]) == (permission, "state")
    assert why in str(one.data["why"])


def test_a_decision_out_of_turn(here: Bench) -> None:
    office, qp = here.office, here.desk.qp
    permission, words = "batch.release", "the batch is released"
    unreviewed = told(site="training", reviewed="the review is not begun")
    bare = replace(unreviewed, certificate=unreviewed.certificate.model_copy(update={"review": ""}))
    why = "B0001: it cannot be released: the review is not begun"
    refused(here, lambda: release(office, qp, SECRET, bare, "w"), "demo-qp", permission, why)
    refused(
        here,
        lambda: recall(office, here.qa, SECRET, B, "a label", parts=(), why="w"),
        "demo-qa",
        "record.review",
        "there is nothing to recall",
    )
    release(office, qp, SECRET, told(site="training"), "fit")
    done = told(site="training", status=status(office.ledger, B))
    refused(here, lambda: release(office, qp, SECRET, done, "twice"), "demo-qp", permission, words)
    refused(here, lambda: reject(office, qp, SECRET, done, "after all"), "demo-qp", permission, words)
    refused(
        here,
        lambda: report(office, here.qa, SECRET, B, "x", "negative", evidence="LAB", parts=(), why="w"),
        "demo-qa",
        "record.review",
        "'x' is not pending",
    )


def test_a_request_for_what_conforms(here: Bench) -> None:
    physician = login(here.office, "demo-physician", SECRET)
    grounds = told(exceptional=True, site="training")
    refused(
        here,
        lambda: request(here.office, physician, SECRET, grounds, "asked"),
        "demo-physician",
        "release.request",
        "every result conforms",
    )


def test_a_review_out_of_turn_and_of_what_is_not_there(here: Bench) -> None:
    office, qa, historian = here.office, here.qa, here.historian
    acts: dict[str, Callable[[], object]] = {
        "nothing was said of": here.sign,
        "is not the one that was shown": lambda: here.sign(shown="0" * 64),
        "has no exception 'EX-none'": lambda: reviewing.accept(office, qa, historian, B, "EX-none", why="w"),
        "there is no batch 'B9'": lambda: reviewing.begin(office, qa, historian, "B9", why="w"),
    }
    for why, act in acts.items():
        refused(here, act, "demo-qa", "record.review", why)


def test_a_deviation_that_is_closed_incomplete_or_unknown(here: Bench) -> None:
    office, qa, qp = here.office, here.qa, here.desk.qp
    name = here.desk.opened()
    refused(
        here,
        lambda: deviations.close(office, qp, SECRET, name, why="w"),
        "demo-qp",
        "deviation.close",
        "it lacks a classification",
    )
    here.desk.settled(name)
    deviations.close(office, qp, SECRET, name, why="done")
    refused(
        here,
        lambda: deviations.close(office, qp, SECRET, name, why="again"),
        "demo-qp",
        "deviation.close",
        "DEV-0001: it is closed",
    )
    for one, why in ((name, "it is closed"), ("DEV-0009", "there is no deviation 'DEV-0009'")):
        act = partial(deviations.classify, office, qa, one, "minor", why="w")
        refused(here, act, "demo-qa", "deviation.assess", why)


def test_a_closed_deviation_covers_nothing_more_and_that_is_told_once(here: Bench) -> None:
    name = here.desk.opened(B)
    here.desk.settled(name)
    deviations.close(here.office, here.desk.qp, SECRET, name, why="done")
    exception = here.now().open[0].id
    refused(
        here,
        lambda: reviewing.raise_deviation(
            here.office, here.qa, here.historian, B, exception, existing=name, why="w"
        ),
        "demo-qa",
        "deviation.open",
        "it is closed",
    )


def test_what_lacks_its_words_was_never_tried(here: Bench) -> None:
    office, qa, historian = here.office, here.qa, here.historian
    name, size = here.desk.opened(), here.office.ledger.size
    planned = partial(deviations.plan_action, kind="preventive", text="new seals", owner="ada", due="soon")
    acts: tuple[Callable[[], object], ...] = (
        lambda: reviewing.begin(office, qa, historian, B, why=" "),
        lambda: deviations.assess(office, qa, name, "", why="w"),
        lambda: planned(office, qa, name, why="w"),
        lambda: reject(office, here.desk.qp, SECRET, told(site="training"), ""),
    )
    for act in acts:
        with pytest.raises(HomeostatError):
            act()
    assert office.ledger.size == size
