"""Executes the commands that the documentation shows, and stores what they print in docs/output/.

docs_output.py [NAME...]: all of them, or those named and what they need before them; those of the walk through a GMP
site are made by gmp_walk.py. The commands run as a newcomer would type them, in a temporary folder with `../shared`
beside it; only times and machine differ.
"""

import argparse
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from homeostat.governance.custody import trace
from homeostat.ledger import PublicKey
from homeostat.site import Site

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "output"
IMAGES = ROOT / "docs" / "images"
SCRIPTS = Path(sys.executable).parent
LOG = "../shared/data/yeast_fedbatch_senck/online/online_5.CSV"
FIRST = "CART-001"
_FIRST = ("tennessee", "latent", "batches", "fermentation", "spectrum", "raman", "cardiomyocytes")
BRIEF = " ".join(f"--topic {topic}" for topic in (*_FIRST, "coverage", "survey", "panel"))
"""The topics of `bench watch` that take minutes; its drills take half an hour each."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One output: the command line after `homeostat` (or another `program`), and how it is shown.

    `codes` are the exit codes it may end with, `lines` the number of lines kept, `kill` a text that, once
    printed, has the process killed (as a loss of power would), `needs` the outputs made before it, `before`
    what is done to the folder first, `picture` the file drawn, which goes to docs/images/, `names` gives the
    words that stand in braces in the command: identifiers that a site makes, `program` what is called.
    """

    command: str
    codes: tuple[int, ...] = (0,)
    lines: int = 200
    kill: str | None = None
    needs: tuple[str, ...] = ()
    before: Callable[[Path], None] | None = None
    picture: str | None = None
    names: Callable[[Path], Mapping[str, str]] | None = None
    program: str = "homeostat"


def clinic(folder: Path) -> None:
    """Make an empty training site."""
    Site.create(folder / "clinic")


def identified(folder: Path) -> Mapping[str, str]:
    """The identity, and the container if there is one, of the patient at that site."""
    with Site.open(folder / "clinic").reading() as (ledger, _):
        nodes = trace(ledger, "P-021").nodes
    return {node.kind: node.id for node in reversed(nodes)}


def forge(folder: Path) -> None:
    """Copy the site and give the batch to another patient, changing one byte in the copy's database."""
    shutil.copytree(folder / "site", folder / "forged")
    ledger = folder / "forged" / "ledger.db"
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = ledger.read_bytes()
    forged = stored.replace(b'"patient":"P-017"', b'"patient":"P-018"')
    if forged == stored:
        raise SystemExit("the ledger holds no patient code to forge")
    ledger.write_bytes(forged)


def phrase(folder: Path) -> None:
    """Lay the passphrase of the backup into the folder."""
    (folder / "phrase.txt").write_text("a long passphrase of your own\n", "utf-8")


def scripts(folder: Path) -> None:
    """Lay the scripts that verify bundles into the folder."""
    for name in ("verify_bundle.py", "verify_persons.py"):
        shutil.copy(ROOT / "docs" / name, folder)


def fingerprint(folder: Path) -> Mapping[str, str]:
    """The fingerprint of the site's key."""
    return {"key": PublicKey.load(folder / "site" / "keys").fingerprint}


def faulty(folder: Path) -> None:
    """Lay the faulty process file of the documentation into the folder."""
    shutil.copy(ROOT / "docs" / "examples" / "faulty.yaml", folder)


def own_model(folder: Path) -> None:
    """Lay the model of the tutorial, its runs and their map into the folder."""
    for name in ("nk_expansion.py", "nk_runs.csv", "nk_new_run.csv", "nk_map.yaml"):
        shutil.copy(ROOT / "docs" / "examples" / name, folder)


def batches(folder: Path) -> None:
    """Lay the tutorial's tables of batches into the folder."""
    for name in ("nk_batches.csv", "nk_new_batches.csv"):
        shutil.copy(ROOT / "docs" / "examples" / name, folder)


def drill(folder: Path) -> None:
    """Lay the shipped process into the folder, with two faults seeded into its simulated plant."""
    shipped = (ROOT / "src" / "homeostat" / "process" / "library" / "car-t.yaml").read_text("utf-8")
    faults = "[{kind: frozen, of: glucose_online, at: 90 h}, {kind: parameter, of: growth_max, at: 60 h, size: 45 %}]"
    seeded = shipped.replace("\nsimulation:", f"\nsimulation:\n  faults: {faults}", 1)
    if seeded == shipped:
        raise SystemExit("the shipped process has no simulation to seed faults into")
    (folder / "drill.yaml").write_text(seeded, "utf-8")


_CLINIC = "--site clinic"
_BAG = "{container} --scan 'H1|{identity}|{container}'"
_NK = "nk_expansion.py"
_DRILL = "--site drill"
_WATCH = "watch score nk.json nk_new_batches.csv"
_RUNS = "--map nk_map.yaml"

_GAP = "EX-3e71195d9773"
"""The one exception of the first batch: its name follows from what it says."""

SHOWN: Mapping[str, Shown] = {
    "help": Shown("--help"),
    "process-list": Shown("process list"),
    "process-check": Shown("process check car-t"),
    "process-faulty": Shown("process check faulty.yaml", codes=(1,), before=faulty),
    "run": Shown(f"run --batch {FIRST} --patient P-017 --seed 7"),
    "batches": Shown("batches", needs=("run",)),
    "drill": Shown(
        f"run drill.yaml {_DRILL} --batch DRILL-1 --seed 5 --until begin-perfusion", before=drill, lines=45
    ),
    "watch-panel": Shown(f"watch panel {_DRILL}", needs=("drill",)),
    "alarm-list": Shown(f"alarm list {_DRILL} --batch DRILL-1", needs=("drill",)),
    "watch-train": Shown(
        'watch train nk_batches.csv --target "day8 cells" --group donor --rule ">= 12" '
        '--unit "1e6 cell/mL" --out nk.json',
        before=batches,
    ),
    "watch-score": Shown(_WATCH, needs=("watch-train",)),
    "watch-explain": Shown("watch explain nk.json nk_new_batches.csv --row 3", needs=("watch-train",)),
    "watch-report": Shown("watch report nk.json", needs=("watch-train",)),
    "control-tune": Shown("control tune car-t --loop temperature"),
    "control-explain": Shown(f"control explain {FIRST}", lines=16, needs=("run",)),
    "control-move": Shown(f"control explain {FIRST} --move 20", needs=("run",)),
    "control-compare": Shown(
        'control compare car-t --without all --of dose --scan "3 min" --seeds 101-105 --jobs 2'
    ),
    "verify": Shown("verify", needs=("run",)),
    "replay": Shown(f"replay {FIRST}", needs=("run",)),
    "record": Shown(f"record {FIRST} --format json --out -", lines=60, needs=("run",)),
    "user-list": Shown("user list", needs=("run",)),
    "review": Shown(f"review {FIRST}", needs=("run",)),
    "review-accept": Shown(
        f'review dispose {FIRST} {_GAP} --accept --why "a lost signal; samples cover it"', needs=("run",)
    ),
    "review-sign": Shown(f'review sign {FIRST} --why "read in full"', needs=("review-accept",)),
    "release-check": Shown(f"release check {FIRST}", needs=("review-sign",)),
    "release-sign": Shown(f'release sign {FIRST} --why "fit for use"', needs=("review-sign",)),
    "release-report": Shown(
        f'release report {FIRST} mycoplasma --negative --evidence "report LAB-7" --why "day 28"',
        needs=("release-sign",),
    ),
    "validate": Shown("validate --site validation --only P11-70 --only A11-14/15 --only COI-4 --only PIV-2"),
    "record-pdf": Shown(f"record {FIRST} --pdf record.pdf", needs=("run",)),
    "certificate-pdf": Shown(
        f"release certificate {FIRST} --pdf certificate.pdf", needs=("run",), picture="certificate.png"
    ),
    "bundle": Shown(f"bundle {FIRST} --out bundle.zip", needs=("run",)),
    "bundle-verified": Shown(
        "verify_bundle.py bundle.zip --key {key}",
        needs=("bundle",),
        names=fingerprint,
        program="python",
        before=scripts,
    ),
    "bundle-persons": Shown(
        "verify_persons.py bundle.zip --training", needs=("bundle-verified",), program="python"
    ),
    "backup": Shown("backup site-backup.zip --passphrase-file phrase.txt", needs=("bundle",), before=phrase),
    "restore": Shown(
        "restore site-backup.zip restored --passphrase-file phrase.txt --key {key}",
        needs=("backup",),
        names=fingerprint,
    ),
    "forged": Shown("verify --site forged", codes=(1,), needs=("run",), before=forge),
    "killed": Shown(
        "run --batch CART-002 --patient P-018 --seed 8", codes=(-signal.SIGKILL,), kill="Perfuse"
    ),
    "resume": Shown("resume CART-002", needs=("killed",)),
    "shadow": Shown(f"run yeast-fed-batch --batch SHADOW-5 --equipment recorded:{LOG}"),
    "shadow-missing": Shown("run yeast-fed-batch --equipment recorded:missing.csv", codes=(2,)),
    "twin-models": Shown("twin models"),
    "twin-simulate": Shown(
        "twin simulate t_cell_expansion --days 10 --every 24 --input activator@0=1 --input activator@48=0 "
        "--input perfusion@48=5 --columns viable,viability,glucose,lactate,memory"
    ),
    "twin-events": Shown(
        "twin simulate t_cell_expansion --days 10 --every 24 --input activator@0=1 --input activator@48=0 "
        "--event '72, 96 h: draw 2 mL' --event '168 h: bolus 5 mL with glucose = 400 mmol/L' "
        "--event '120 h: exchange 50 % keep viable, dead with glucose = 20, bicarbonate = 24, il2 = 100' "
        "--columns volume,viable,viability,glucose,lactate,ph"
    ),
    "twin-own": Shown(f"twin models {_NK}", before=own_model),
    "twin-ensemble": Shown(
        f"twin ensemble {_NK} -n 100000 --days 10 --input dilution@48=1 "
        "--limit 'viable>=12' --limit 'glucose>=0.3' --plot nk-bands.png",
        before=own_model,
        picture="nk-bands.png",
    ),
    "twin-sensitivities": Shown(f"twin sensitivities {_NK} --days 6 --of viable,lactate", before=own_model),
    "twin-fit": Shown(
        f"twin fit {_NK} nk_runs.csv {_RUNS} --predict nk_new_run.csv --plot nk-fit.png",
        before=own_model,
        picture="nk-fit.png",
    ),
    "twin-shadow": Shown(
        f"twin shadow {_NK} nk_new_run.csv {_RUNS} --plot nk-shadow.png",
        before=own_model,
        picture="nk-shadow.png",
    ),
    "twin-planned": Shown(
        f"twin shadow {_NK} nk_new_run.csv {_RUNS} --until 240 --input dilution@192=3 "
        "--event '216 h: exchange 50 % keep viable with glucose = 20'",
        before=own_model,
    ),
    "twin-chain": Shown("twin chain -n 10000 --seed 1 --sensitivity"),
    "twin-petab": Shown(
        "twin fit --petab ../shared/data/petab_ode_benchmarks/Boehm_JProteomeRes2014/Boehm_JProteomeRes2014.yaml"
    ),
    "identity-issue": Shown(f"label issue P-021 {_CLINIC}", before=clinic),
    "identity-collect": Shown(
        "custody collect {identity} --second P-021 --place 'ward 3' --logger TL-7 "
        f"--donation =G12349865432177 {_CLINIC}",
        needs=("identity-issue",),
        names=identified,
    ),
    "identity-label": Shown(
        f"label print {{container}} {_CLINIC}", needs=("identity-collect",), names=identified
    ),
    "identity-offer": Shown(
        f"custody hand-over {_BAG} --second P-021 --to demo-operator-2 --place 'clean room' --logger TL-8 {_CLINIC}",
        needs=("identity-collect",),
        names=identified,
    ),
    "identity-receive": Shown(
        f"custody receive {_BAG} --second P-021 --as demo-operator-2 {_CLINIC}",
        needs=("identity-offer",),
        names=identified,
    ),
    "identity-show": Shown(
        f"custody show {{container}} {_CLINIC}", needs=("identity-receive",), names=identified
    ),
    "identity-mismatch": Shown(
        f"custody bind CART-021 {_BAG} --second P-012 --as demo-operator-2 {_CLINIC}",
        codes=(1,),
        needs=("identity-show",),
        names=identified,
    ),
    "identity-resolve": Shown(
        f"custody resolve {{container}} cleared --why 'the code was read from another chart' {_CLINIC}",
        needs=("identity-mismatch",),
        names=identified,
    ),
    "identity-bind": Shown(
        f"custody bind CART-021 {_BAG} --second P-021 --as demo-operator-2 {_CLINIC}",
        needs=("identity-resolve",),
        names=identified,
    ),
    "identity-trace": Shown(f"trace CART-021 {_CLINIC}", needs=("identity-bind",)),
    "identity-scan": Shown(f"label scan =G12349865432177 {_CLINIC}", needs=("identity-collect",)),
    "bench-run": Shown("bench run"),
    "bench-shadow": Shown("bench shadow"),
    "bench-twin": Shown("bench twin"),
    "bench-observer": Shown("bench observer"),
    "bench-hybrid": Shown("bench hybrid"),
    "bench-control": Shown("bench control --topic bioreactor --topic polymerisation --topic estimation"),
    "bench-control-oracle": Shown("bench control --topic oracle"),
    "bench-records": Shown("bench records"),
    "bench-watch": Shown(f"bench watch {BRIEF}", lines=400),
    "bench-watch-groups": Shown("bench watch --topic groups"),
    "bench-watch-drill": Shown("bench watch --topic drill"),
}
"""Every output by name: `docs/output/NAME.txt`, in an order in which they can be made."""


def wanted(names: list[str]) -> list[str]:
    """The named outputs with what they need, in the order of the table."""
    chosen = set(names)
    for name in reversed(list(SHOWN)):
        if name in chosen:
            chosen.update(SHOWN[name].needs)
    return [name for name in SHOWN if name in chosen]


def execute(shown: Shown, folder: Path) -> str:
    """Run one command in `folder`; what is shown of it. SystemExit when it ends otherwise than it should."""
    if shown.before is not None:
        shown.before(folder)
    plain = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    line = shown.command.format(**shown.names(folder)) if shown.names else shown.command
    command = [str(SCRIPTS / shown.program), *shlex.split(line)]
    with subprocess.Popen(
        command, cwd=folder, env=plain, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        text = "".join(until_killed(process, shown.kill))
    if process.returncode not in shown.codes:
        raise SystemExit(f"{shown.program} {shown.command} ended with {process.returncode}:\n{text}")
    return session(shown, line, text.replace(f"{folder}/", ""), process.returncode)


def until_killed(process: "subprocess.Popen[str]", mark: str | None) -> Iterator[str]:
    """The lines that `process` prints; it is killed after the first that holds `mark`."""
    for line in process.stdout or ():
        yield line
        if mark is not None and mark in line:
            process.kill()


def session(shown: Shown, line: str, text: str, code: int) -> str:
    """The command with what it printed, as a terminal shows it."""
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    if len(lines) > shown.lines:
        lines = [*lines[: shown.lines], f"... ({len(lines) - shown.lines} more lines)"]
    ending = {0: [], -signal.SIGKILL: ["Killed"]}.get(code, ["", "$ echo $?", str(code)])
    return "\n".join([f"$ {shown.program} {line}", *lines, *ending]) + "\n"


def draw(folder: Path, picture: str) -> None:
    """Keep a picture that a command drew; of a document, its first page (with pdftoppm of poppler-utils)."""
    document = (folder / picture).with_suffix(".pdf")
    if document.is_file():
        page = (folder / picture).with_suffix("")
        subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", document, page], check=True)
    shutil.copy(folder / picture, IMAGES / picture)


def dependencies() -> str:
    """The measured table of dependencies."""
    script = ROOT / ".ci" / "measure_dependencies.py"
    return subprocess.run([sys.executable, script], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Make the outputs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*SHOWN, "dependencies"]))
    names = parser.parse_args().names or [*SHOWN, "dependencies"]
    if unknown := [name for name in names if name not in SHOWN and name != "dependencies"]:
        parser.error(f"there is no output called {unknown[0]}")
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top).resolve() / "work"
        folder.mkdir()
        (folder.parent / "shared").symlink_to(ROOT.parent / "shared")
        for name in wanted(names):
            print(name, flush=True)
            text = execute(SHOWN[name], folder)
            (OUTPUT / f"{name}.txt").write_text(text, encoding="utf-8")
            if picture := SHOWN[name].picture:
                draw(folder, picture)
    if "dependencies" in names:
        print("dependencies", flush=True)
        (OUTPUT / "dependencies.md").write_text(dependencies(), encoding="utf-8")


if __name__ == "__main__":
    main()
