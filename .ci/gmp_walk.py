"""Plays docs/examples/gmp/walk.txt: a GMP site run by seven persons, from an empty directory to a released batch.

gmp_walk.py: play all of it as the persons would type it, and store what they see in docs/output/gmp-NAME.txt.
In: the lines of the walk. Out: each section with what its commands printed. It ends at once where a command fails that
should not, or does not that should.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "output"
EXAMPLE = ROOT / "docs" / "examples" / "gmp"
SCRIPTS = Path(sys.executable).parent

WIDTH = 110

GIVEN: Mapping[str, str] = {
    "code": r"One-time code, for the person alone: (\S+)",
    "identity": r"(?m)^(\w+): chain of identity",
    "container": r"(?m)^(\w+): bag of ",
    "refused": r"(EX-\w+)  major +out-of-calibration source",
    "changed": r"(EX-\w+)  minor +changed entry",
    "held": r"(EX-\w+)  minor +override .*“hold”",
    "waits": r"(EX-\w+)  minor +(?:interrupted run|override .*(?:“pause”|“resume”|“restart”))",
    "deviation": r"(DEV-[\w-]+)",
    "key": r"(?m)^key +([0-9a-f]{64})",
}
"""What a site gives out that is typed later, by the name that stands in braces: all that was found when it last was."""

Play = Callable[[list[str], Mapping[str, str]], tuple[int, str]]
"""Runs one command (its words, its environment); its exit code, and all it printed."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a person types, and whether it has to be refused."""

    person: str
    command: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that are shown together; `shown` says whether they are shown at all."""

    name: str
    shown: bool
    lines: tuple[Line, ...]


def sections(text: str) -> list[Section]:
    """The walk. SystemExit for a line that is none."""
    found: list[Section] = []
    for line in filter(None, (one.strip() for one in text.splitlines() if not one.startswith("#"))):
        if title := re.fullmatch(r"\[(-?)([a-z-]+)\]", line):
            found.append(Section(title[2], not title[1], ()))
        elif typed := re.fullmatch(r"([a-z]+)([$!]) (.+)", line):
            last = found.pop()
            new = Line(typed[1], typed[3], typed[2] == "!")
            found.append(Section(last.name, last.shown, (*last.lines, new)))
        else:
            raise SystemExit(f"this is no line of a walk: {line}")
    return found


def prepare(folder: Path) -> None:
    """Lay what the persons bring with them into the folder."""
    shutil.copy(EXAMPLE / "rested-cells.yaml", folder)
    for name in ("verify_bundle.py", "verify_persons.py"):
        shutil.copy(ROOT / "docs" / name, folder)
    (folder / "phrase.txt").write_text("a long passphrase of your own\n", "utf-8")


def walk(play: Play, given: dict[str, str]) -> Iterator[tuple[Section, str]]:
    """Play every section; it, and the sessions as the terminals show them. What the site gives out goes to `given`."""
    for section in sections((EXAMPLE / "walk.txt").read_text("utf-8")):
        shown = []
        for line in section.lines:
            command = line.command.format_map(given)
            code, printed = play(shlex.split(command), _environment(line.person, given))
            if (code != 0) is not line.refused:
                raise SystemExit(f"{line.person}$ {command}\nended with {code}:\n{printed}")
            given |= {
                name: " ".join(all_)
                for name, sought in GIVEN.items()
                if (all_ := re.findall(sought, printed))
            }
            text = "\n".join(one.rstrip() for one in printed.strip("\n").splitlines())
            shown.append(f"{line.person}$ {_wrapped(command)}\n{text}\n")
        yield section, "\n".join(shown)


def _wrapped(command: str) -> str:
    """A command of several lines where it is long, as a shell takes it; quoted words are not parted."""
    words = re.findall(r'(?:"[^"]*"|[^ "])+', command)
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if len(longer) <= WIDTH else [*lines, word]
    return " \\\n    ".join(lines)


def _environment(person: str, given: Mapping[str, str]) -> dict[str, str]:
    """What a person would type on a terminal: the password that only they know, the code they were given."""
    secret = f"nine hills by {person[::-1]} lake and more"
    return {
        "HOMEOSTAT_PASSWORD": secret,
        "HOMEOSTAT_NEW_PASSWORD": secret,
        "HOMEOSTAT_CODE": given.get("code", ""),
    }


def main() -> None:
    """Play the walk in a temporary folder, and store what it shows."""
    plain = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top).resolve()
        prepare(folder)

        def play(words: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
            command = [str(SCRIPTS / words[0]), *words[1:]]
            done = subprocess.run(
                command,
                cwd=folder,
                env=plain | environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            return done.returncode, done.stdout.replace(f"{folder}/", "")

        for section, text in walk(play, {}):
            print(section.name, flush=True)
            if section.shown:
                (OUTPUT / f"gmp-{section.name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
