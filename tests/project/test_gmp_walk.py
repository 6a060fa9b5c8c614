"""The documented walk through a GMP site, played whole: what has to be refused is; the batch leaves by signature."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from tests.cli.conftest import COMMAND

from homeostat.execution.clock import nonce, stamp
from homeostat.execution.orders import give
from homeostat.execution.slips import AnswerSlip
from homeostat.ledger.catalogue import BatchResumed, CommandGiven, DocumentIssued, payload
from homeostat.site import Site

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

from gmp_walk import EXAMPLE, prepare, sections, walk


def play(words: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """The command line in this process; another program in one of its own."""
    os.environ.update(environment)
    if words[0] != "homeostat":
        done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told), pytest.raises(SystemExit) as ended:
        COMMAND(words[1:], prog_name="homeostat")
    return ended.value.code if isinstance(ended.value.code, int) else 0, told.getvalue()


def forged(original: Path, copy: Path) -> str:
    """What becomes of an answer in olga's name that she did not sign, at a copy of the site."""
    shutil.copytree(original, copy)
    now = stamp()
    slip = AnswerSlip(
        order="answer",
        prompt="culture/start/clear#1",
        answer="yes",
        by="olga",
        entered=now,
        happened=now,
        source="desk-1",
    )
    give(Site.open(copy), "B0001", slip, stamp=now, nonce=nonce()[:16])
    return play(["homeostat", "resume", "B0001", "--site", str(copy), "--as", "olga"], {})[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the persons bring, in which the commands are typed; the environment is put back after."""
    for name in ("PASSWORD", "NEW_PASSWORD", "CODE"):
        monkeypatch.setenv(f"HOMEOSTAT_{name}", "")
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.drill
def test_a_batch_at_a_gmp_site_from_an_empty_directory_to_its_release(here: Path) -> None:
    told = dict[str, str]()
    batches, unsigned = "", ""
    for section, text in walk(play, {}):
        told[section.name] = text
        if section.name == "sources":
            batches = play(["homeostat", "batches"], {})[1]
        if section.name == "run":
            unsigned = forged(here / "site", here / "copy")
    assert "B0001" not in batches  # what was refused before its approval left none
    assert "was never submitted as it is" in told["unapproved"]
    assert "is submitted: a batch starts only from what is approved" in told["definition"]
    assert "Refused: culture/start/clear#1 yes, by olga" in unsigned
    assert "desk-1 is a terminal, not a balance" in told["answers"]
    assert "'batch.command' is refused: olga" in told["hold"]
    assert "it cannot be released: the review is not begun" in told["too-early"]
    assert "'batch.release' is refused: quinn" in told["sign"]
    assert "was released by Pia Park (pia)" in told["sign"]
    assert "The bundle is whole and the site's." in told["documents"]
    assert "persons vouched, back to the founding" in told["documents"]
    assert told["kept"].count("Everything is as it was recorded.") == 2
    _who_acted(Site.open(here / "site"))


def _who_acted(site: Site) -> None:
    """Each resumption, the restart and every document have the person who answers for them on record."""
    with site.reading() as (ledger, _):
        resumed = [one.event.actor for one in ledger.events(batch="", types=(BatchResumed.type,))]
        issued = {one.event.actor for one in ledger.events(batch="", types=(DocumentIssued.type,))}
        acts = [payload(one.event.type, one.event.data) for one in ledger.events(types=(CommandGiven.type,))]
    given = [one for one in acts if isinstance(one, CommandGiven) and one.command in {"hold", "restart"}]
    assert set(resumed) == {"olga", "sven"}
    assert issued == {"pia", "quinn"}
    assert [(one.by, bool(one.signature)) for one in given] == [("sven", True), ("sven", True)]


def test_every_section_of_the_walk_is_shown_on_the_page_in_its_order() -> None:
    page = (EXAMPLE.parents[1] / "gmp-site.md").read_text("utf-8")
    shown = [one.name for one in sections((EXAMPLE / "walk.txt").read_text("utf-8")) if one.shown]
    places = [page.find(f"output/gmp-{name}.txt") for name in shown]
    assert -1 not in places
    assert places == sorted(places)
