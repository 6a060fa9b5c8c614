"""Credibility: what the files prove, whose judgement counts, and that use can take it away again."""

from pathlib import Path

import pytest
from scipy.stats import binom

from homeostat.historian import Historian
from homeostat.ledger import Event, canonical
from homeostat.ledger.catalogue import ModelLoaded
from homeostat.monitoring.package import Package, content, read, record_use, write
from homeostat.monitoring.package.uses import LOCKED_TEST
from homeostat.quality.credibility import Compared, InUse, adequacy, assess, conclude, in_use, standing
from homeostat.validation.checking import Workbench
from homeostat.validation.checks.models import line
from homeostat.validation.running import ticking
from homeostat.validation.scene import scene
from homeostat.validation.staff import staff
from homeostat.validation.told import tell


@pytest.fixture
def package() -> Package:
    return line()


@pytest.fixture
def path(package: Package, tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    write(package, path)
    return path


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path, *ticking())


def use(covered: int, compared: int, coverage: float = 0.9) -> InUse:
    pair = Compared(batch="B", attribute="a", sample="S", predicted=1.0, low=0.0, high=2.0, measured=1.0)
    return InUse(
        batches=("B",),
        first="2026",
        decisions={},
        outside=0,
        compared=(pair,) * compared,
        covered=covered,
        coverage=coverage,
        probability=float(binom.cdf(covered, compared, coverage)) if compared else None,
    )


def test_every_step_and_clause_has_a_status_and_words(package: Package, path: Path) -> None:
    found = assess(package, path)
    assert [step.number for step in found.steps] == list(range(1, 8))
    assert all(step.evidence or step.gaps for step in found.steps)
    assert all(one.evidence for one in found.clauses)
    assert {one.id for one in found.clauses} == {f"MON-{number:02d}" for number in range(1, 17)}
    told = [step.status for step in found.steps] + [one.status for one in found.clauses]
    assert found.gaps == sum(status != "met" for status in told)


def test_a_gap_is_shown_as_a_gap_and_never_as_evidence(package: Package, path: Path) -> None:
    for step in assess(package, path).steps:
        assert not any("gap" in words for words in step.evidence)
        assert step.gaps or step.status == "met"


def test_each_use_of_the_locked_test_is_counted(package: Package, path: Path) -> None:
    locked = package.locked_test
    assert locked is not None
    before = assess(package, path)
    for number in range(3):
        record_use(
            path,
            what=LOCKED_TEST,
            by="maria",
            when=f"2026-01-0{number + 1}",
            content_hash=package.content_hash,
            table=locked.sha256,
        )
    after = assess(package, path)
    assert (before.tested, after.tested) == (0, 3)
    assert after.content() != before.content()


def test_the_last_genuine_judgement_counts(bench: Workbench, package: Package, path: Path) -> None:
    with scene(bench, "training") as (office, _):
        piet = staff(office, piet="quality assurance")["piet"]
        assert standing(office.ledger, package.content_hash) is None
        for adequate in (True, False):
            conclude(
                office, piet.session, piet.secret, assess(package, path), adequate=adequate, why="judged"
            )
        found = standing(office.ledger, package.content_hash)
        assert found is not None
        assert (found.person, found.signed.terms) == ("piet", {"adequate": False})
        assert standing(office.ledger, "0" * 64) is None


def test_what_a_model_did_is_read_from_the_ledger(bench: Workbench, package: Package, path: Path) -> None:
    with scene(bench, "training") as (office, _), Historian.open(office.site.historian_path) as historian:
        text = content(path).decode()
        loaded = ModelLoaded(model="soft", hash=package.content_hash, package=text)
        tell(office, "B0001")
        name = "B0001/000000/99"
        office.ledger.append(Event(name, loaded.type, "B0001", 0, "engine", loaded.model_dump(mode="json")))
        office.ledger.commit()
        found = in_use(office.ledger, historian, package.content_hash, 0.9)
        assert (found.batches, found.compared, found.probability) == (("B0001",), (), None)
        assert not found.drifted
        assert (
            adequacy(office.ledger, historian, package).words
            == "its credibility was never judged by signature"
        )


@pytest.mark.parametrize(
    ("covered", "compared", "drifted"), [(9, 10, False), (7, 10, False), (5, 10, True), (0, 0, False)]
)
def test_a_model_has_drifted_when_chance_does_not_explain_what_it_missed(
    covered: int, compared: int, drifted: bool
) -> None:
    assert use(covered, compared).drifted is drifted


def test_what_is_signed_is_canonical(package: Package, path: Path) -> None:
    found = assess(package, path)
    assert found.content() == canonical(found.model_dump(mode="json"))
    assert assess(read(path), path) == found
