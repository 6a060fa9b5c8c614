"""Documents: PDF/A-3 with the data attached, the same bytes for the same record, every event and signature in it."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from homeostat.errors import QualityError
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, sign
from homeostat.quality.documents import Chart, Paper, SignatureLine, typeset
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.documents.paper import TRAINING, Kind, section, table
from homeostat.quality.documents.typeset import TEMPLATES
from homeostat.site import Site

from .reading import texts
from .sealed_scene import opened, told_site

WHEN = "2026-01-02T08:00:00+02:00"
SIGNED = SignatureLine(
    name="Maria Rossi",
    account="maria",
    meaning="reviewed",
    when="2026-01-02T09:30:00+02:00",
    of="batch record B0001",
    why="complete",
)


def paper(kind: Kind = "batch record", *, training: bool = False, **changed: object) -> Paper:
    """A paper of each part there is."""
    whole = Paper(
        kind=kind,
        number="B0001",
        title="A vessel",
        when=WHEN,
        training=training,
        statement="Complete.",
        tone="good",
        note="Nothing to review.",
        facts=(("Patient (code)", "P-0815"),),
        sections=(
            section(
                "Attributes",
                table("Against the specification", "Attribute|Value>", [("Viability", "93 %")]),
                texts=["All of them."],
                charts=[
                    Chart(title="Warmth", unit="°C", points=((0.0, 1.0, 2.0, 3.0), (1.0, 1.0, 2.0, 3.0)))
                ],
            ),
        ),
        signatures=(SIGNED,),
        origin=(("Events", "7"),),
    )
    return whole.model_copy(update=changed)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site with a batch that was signed by quality assurance."""
    made = told_site(tmp_path_factory.mktemp("documents") / "site")
    with opened(made) as (office, _):
        enrol_demonstration(office)
        session = login(office, "demo-qa", SECRET)
        subject = Subject("batch record", "B0001", b"what was shown", "B0001")
        sign(office, session, SECRET, subject, "reviewed", "complete and clear")
    return made


@pytest.mark.parametrize("kind", TEMPLATES)
def test_each_kind_is_pdf_a_3_with_its_data_attached(kind: Kind) -> None:
    source = json.dumps({"kind": kind}).encode()
    with pikepdf.open(BytesIO(typeset(paper(kind), source))) as pdf:
        assert pdf.open_metadata().pdfa_status == "3A"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        (name,) = pdf.attachments
        attached = pdf.attachments[name]
        assert attached.get_file().read_bytes() == source
        assert attached.relationship == pikepdf.Name.Source
        assert attached.get_file().mime_type == "application/json"
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Source


@pytest.mark.parametrize("kind", TEMPLATES)
def test_fonts_are_embedded(kind: Kind) -> None:
    with pikepdf.open(BytesIO(typeset(paper(kind), b"{}"))) as pdf:
        fonts = [
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys()) for one in fonts)


def test_the_document_says_all_that_the_paper_says() -> None:
    printed = " ".join(texts(typeset(paper(), b"{}")))
    for said in ("Batch record B0001", "A vessel", "P-0815", "Viability", "93 %", "All of them.", "Events"):
        assert said in printed


def test_p11_50_a_signature_shows_name_time_with_offset_and_meaning() -> None:
    printed = " ".join(texts(typeset(paper(), b"{}")))
    assert all(
        said in printed
        for said in ("Maria Rossi (maria)", "2026-01-02T09:30:00+02:00", "reviewed", "complete")
    )


def test_nobody_signed_is_said() -> None:
    assert "Nobody has signed this yet." in " ".join(texts(typeset(paper(signatures=()), b"{}")))


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_page_of_a_training_site_warns(kind: Kind) -> None:
    rows = [(f"row {number}", "text") for number in range(150)]
    long = section("Long", table("Many", "A|B", rows))
    pages = texts(typeset(paper(kind, training=True, sections=(long,)), b"{}"))
    assert len(pages) > 2
    assert all(TRAINING in page for page in pages)
    assert not any(TRAINING in page for page in texts(typeset(paper(kind, sections=(long,)), b"{}")))


def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    whole = paper()
    (tmp_path / "paper.json").write_text(whole.model_dump_json(), "utf-8")
    script = (
        "import sys, pathlib; from homeostat.quality.documents import Paper, typeset;"
        "paper = Paper.model_validate_json(pathlib.Path(sys.argv[1]).read_text('utf-8'));"
        "pathlib.Path(sys.argv[2]).write_bytes(typeset(paper, b'{}'))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "paper.json"), str(tmp_path / "a.pdf")]
    subprocess.run(command, check=True, cwd=tmp_path, env={"TZ": "Asia/Tokyo", "HOME": str(tmp_path)})
    assert typeset(whole, b"{}") == typeset(whole, b"{}") == (tmp_path / "a.pdf").read_bytes()


def test_the_time_is_the_papers() -> None:
    with pikepdf.open(BytesIO(typeset(paper(), b"{}"))) as pdf:
        made = datetime.fromisoformat(str(pdf.open_metadata()["xmp:CreateDate"]))
    assert made == datetime.fromisoformat(WHEN)


@pytest.mark.parametrize("when", ["yesterday", "2026-01-02T08:00:00"])
def test_a_time_without_offset_is_refused(when: str) -> None:
    with pytest.raises(QualityError, match=r"no time|names no offset"):
        typeset(paper(when=when), b"{}")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("心", "[U+5FC3]"),
        ("😀", "[U+1F600]"),
        ("\x07", "[U+0007]"),
        ("\ue000", "[U+E000]"),
        ("a\ufffeb", "a[U+FFFE]b"),
        ("#panic()", "#panic()"),
        ("$x$ *b* <a> @b", "$x$ *b* <a> @b"),
        ('"\\', '"\\'),
    ],
)
def test_any_text_can_be_printed_and_is_never_run(said: str, shown: str) -> None:
    source = json.dumps({"said": said}).encode()
    made = typeset(paper(statement=said, title=said), source)
    assert shown in " ".join(texts(made))
    with pikepdf.open(BytesIO(made)) as pdf:
        (name,) = pdf.attachments
        assert json.loads(pdf.attachments[name].get_file().read_bytes())["said"] == said


def test_plain_signs_are_all_printable() -> None:
    from homeostat.quality.documents import typeset as room  # the function shadows its module

    assert callable(room)
    module = sys.modules["homeostat.quality.documents.typeset"]
    assert all(module._printable(sign) for sign in sorted(module._PLAIN | module._PLAIN_SIGNS))


def test_the_batch_record_holds_every_event(site: Site) -> None:
    with opened(site) as (office, historian):
        issued = batch_document(office.ledger, historian, "B0001", training=True)
        events = list(office.ledger.events(batch="B0001"))
    printed = " ".join(texts(issued.pdf))
    assert len(events) >= 5
    for event in events:
        assert event.hash.hex()[:16] in printed
        assert event.event.type in printed
    assert json.loads(issued.source)["provenance"]["events"] == len(events)


def test_the_batch_record_shows_who_signed_it(site: Site) -> None:
    with opened(site) as (office, historian):
        printed = " ".join(texts(batch_document(office.ledger, historian, "B0001", training=True).pdf))
    assert "(demo-qa)" in printed
    assert "reviewed" in printed
    assert "complete and clear" in printed


def test_the_same_record_gives_the_same_document(site: Site) -> None:
    with opened(site) as (office, historian):
        first = batch_document(office.ledger, historian, "B0001", training=True)
        assert batch_document(office.ledger, historian, "B0001", training=True) == first
        assert replace(first, when="") != first
