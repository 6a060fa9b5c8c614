"""The approval that a record and a certificate tell: the signature on the definition, or the process's own word."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.definitions import approve, definitions, retire, review, submit
from homeostat.governance.released import Status
from homeostat.historian import Historian
from homeostat.ledger.catalogue import DefinitionKind
from homeostat.process import Process
from homeostat.quality.approved import approval_words
from homeostat.quality.documents.batch import batch_paper
from homeostat.quality.model import BatchRecord
from homeostat.quality.page import render_html
from homeostat.quality.release.certificate import Certificate, certify
from homeostat.quality.release.paper import certificate_paper
from homeostat.site import Site
from homeostat.validation.staff import staff

from .tale import DECLARATION, Tale

DRAFT = {**DECLARATION, "approval": {"state": "draft"}}
PROCESS = Process.model_validate(DRAFT)
KIND: DefinitionKind = "process"
NAME = (KIND, PROCESS.process, PROCESS.version)
ID = "/".join(NAME)


@pytest.fixture
def tale(tmp_path: Path) -> Iterator[tuple[Office, Tale]]:
    """A GMP site at which a draft, by its own word, was approved by signature; and a batch that is to be told."""
    numbers = count()
    with Office.open(Site.create(tmp_path / "gmp", kind="gmp"), stamp, lambda: f"n{next(numbers)}") as office:
        team = staff(office, sam="process scientist", quinn="quality assurance")
        sam, quinn = team["sam"], team["quinn"]
        submit(office, sam.session, *NAME, PROCESS.model_dump_json(), why="first")
        review(office, quinn.session, quinn.secret, *NAME, why="read")
        approve(office, quinn.session, quinn.secret, *NAME, why="good")
        with Historian.open(office.site.historian_path) as historian:
            yield office, Tale(office.ledger, historian)


def certified(record: BatchRecord) -> Certificate:
    return certify(
        record, PROCESS, (), site="gmp", exceptional=False, review="", deviations=(), evidence="0" * 64
    )


def test_everything_tells_who_approved_the_definition_and_when(tale: tuple[Office, Tale]) -> None:
    office, told = tale
    told.start(DRAFT, site_kind="gmp", definition=ID)
    record = told.record()
    (known,) = definitions(office.ledger, stamp()).versions
    assert known.approval is not None
    words = f"{ID}, approved by Quinn (quinn), {known.approval.when}"
    paper = batch_paper(record, [*office.ledger.events(batch="B0001")], told.historian, training=False)
    certificate = certified(record)
    shown = certificate_paper(certificate, Status(), (), stamp())
    assert dict(paper.facts)["Approval"] == certificate.approval == dict(shown.facts)["Approval"] == words
    assert words in render_html(record, told.historian)
    assert "draft" not in str(paper.facts) + str(shown.facts)


def test_the_words_stay_when_the_definition_is_retired(tale: tuple[Office, Tale]) -> None:
    office, told = tale
    told.start(DRAFT, site_kind="gmp", definition=ID)
    before = told.record().header
    quinn = staff(office, quentin="quality assurance")["quentin"]
    retire(office, quinn.session, *NAME, why="replaced")
    assert told.record().header == before


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        (DRAFT, "draft (the process's own word)"),
        (DECLARATION, "approved by Dr. Weiß 2025-02-01 (the process's own word)"),
    ],
)
def test_without_a_definition_a_process_has_only_its_own_word(
    tale: tuple[Office, Tale], declaration: dict[str, object], words: str
) -> None:
    _, told = tale
    told.start(declaration)
    assert approval_words(told.record().header) == certified(told.record()).approval == words


def test_a_definition_that_nobody_approved_is_not_called_approved(tale: tuple[Office, Tale]) -> None:
    _, told = tale
    told.start(DECLARATION, definition="process/unknown/1.0.0")
    words = "process/unknown/1.0.0, the approval of which is not on record"
    assert approval_words(told.record().header) == words
