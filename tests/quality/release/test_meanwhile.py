"""What one person does while another's password is checked: of two acts that exclude each other one is refused."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from homeostat.errors import QualityError
from homeostat.execution import Options, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.custody import Belonging
from homeostat.governance.signing import giving, signatures
from homeostat.ledger.catalogue import AlertRaised
from homeostat.process import load
from homeostat.quality.deviations import open_deviation
from homeostat.quality.release import grounds, reject, release, status
from homeostat.quality.review import accept, begin, review, sign_review
from homeostat.site import Site
from homeostat.validation.staff import Member, staff

from .test_grounds import MINI, Quiet

BATCH = "B0001"


class Scene(NamedTuple):
    """A batch that was executed and reviewed, and who decides about it; `other` is the office of another process."""

    office: Office
    other: Office
    team: dict[str, Member]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    site, numbers = Site.create(tmp_path / "site"), count()
    run(site, load(MINI), Options(batch=BATCH), Quiet())
    opened = [Office.open(site, stamp, lambda: f"n{next(numbers)}") for _ in range(2)]
    with opened[0] as office, opened[1] as other:
        team = staff(office, piet="quality assurance", vera="qualified person", paul="qualified person")
        piet = team["piet"]
        with site.reading() as (ledger, historian):
            begin(office, piet.session, historian, BATCH, why="the batch has ended")
            for item in review(ledger, historian, BATCH).open:
                accept(office, piet.session, historian, BATCH, item.id, why="no influence")
            sign_review(office, piet.session, piet.secret, historian, BATCH, why="read in full")
        yield Scene(office, other, team)


def interrupted(monkeypatch: pytest.MonkeyPatch, office: Office, act: Callable[[], object]) -> None:
    """Let `act` be done once, after a password of this office was found right and before anything is signed."""
    real, due = giving.reauthenticate, [act]

    def checked(*args: object) -> object:
        known = real(*args)  # type: ignore[arg-type]
        if args[0] is office and due:
            due.pop()()
        return known

    monkeypatch.setattr(giving, "reauthenticate", checked)


def test_a_review_is_signed_over_the_record_as_it_is_by_then(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its signature would be told as done, and count for nothing."""
    piet, paul = scene.team["piet"], scene.team["paul"].session
    interrupted(
        monkeypatch,
        scene.office,
        lambda: open_deviation(scene.other, paul, title="A leak", finding="seen", batch=BATCH, why="seen"),
    )
    with (
        scene.office.site.reading() as (_, historian),
        pytest.raises(QualityError, match=r"is not the one that was shown: meanwhile came deviation\.opened"),
    ):
        sign_review(scene.office, piet.session, piet.secret, historian, BATCH, why="read again")
    assert len(signatures(scene.office.ledger, "review", BATCH)) == 1


@pytest.mark.parametrize(("first", "second"), [(release, reject), (reject, release)])
def test_a_batch_is_not_released_and_rejected(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, first: Callable[..., object], second: Callable[..., object]
) -> None:
    shown = grounds(scene.office.site, BATCH)
    vera, paul = scene.team["vera"], scene.team["paul"]
    interrupted(
        monkeypatch, scene.office, lambda: second(scene.other, paul.session, paul.secret, shown, "meanwhile")
    )
    with pytest.raises(
        QualityError, match=r"is not the one that was shown: meanwhile came record\.signed by paul"
    ):
        first(scene.office, vera.session, vera.secret, shown, "decided")
    decided = [one.person for one in signatures(scene.office.ledger, "certificate", BATCH)]
    assert decided == ["paul"]
    assert status(scene.office.ledger, BATCH).state in {"released", "rejected"}


def test_a_recall_of_what_a_batch_was_made_from_is_looked_at(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Custody says from which batch: here the grounds are asked as if it did."""
    shown, vera = grounds(scene.office.site, BATCH), scene.team["vera"]
    monkeypatch.setattr(Belonging, "before", lambda self, batch: frozenset({"B0000"}))
    alert = AlertRaised(about="B0000", words="it has to come back", why="recalled")
    interrupted(monkeypatch, scene.office, lambda: scene.other.put("piet", alert, batch="B0000"))
    with pytest.raises(QualityError, match=r"meanwhile came alert\.raised by piet"):
        release(scene.office, vera.session, vera.secret, shown, "fit")
    assert status(scene.office.ledger, BATCH).state == "open"


def test_what_is_found_while_a_release_is_signed_is_signed_by_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, vera = grounds(scene.office.site, BATCH), scene.team["vera"]
    piet = scene.team["piet"].session
    interrupted(
        monkeypatch,
        scene.office,
        lambda: open_deviation(scene.other, piet, title="A leak", finding="seen", batch=BATCH, why="seen"),
    )
    with pytest.raises(QualityError, match=r"meanwhile came deviation\.opened by piet"):
        release(scene.office, vera.session, vera.secret, shown, "fit")
    assert status(scene.office.ledger, BATCH).state == "open"
