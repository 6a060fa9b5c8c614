"""How a batch that has not ended goes on: what it asks, and the command that answers."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.cli.options import DEFAULT_SITE, Reconciliation

if TYPE_CHECKING:
    from homeostat.execution import Finish
    from homeostat.quality import BatchRecord


def on_site(site: Path) -> str:
    """The `--site` option to type for the same site, with a blank before it; "" for the default site."""
    return "" if site == DEFAULT_SITE else f" --site {shlex.quote(str(site))}"


def onward(record: "BatchRecord", finish: "Finish", site: Path) -> list[str]:
    """The open questions and the command to type next; nothing for a batch that has ended."""
    if record.header.finished:
        return []
    questions = [f"It asks: {question}" for question in finish.questions]
    gmp = record.header.site_kind == "gmp"
    command = f"homeostat resume {finish.batch}{on_site(site)}{' --as ACCOUNT' if gmp else ''}"
    listed = f"homeostat step list {finish.batch}{on_site(site)}"
    answering = (
        [f"Persons answer: {listed}"] if finish.questions and (gmp or finish.state == "paused") else []
    )
    return [*questions, *refusals(record), *answering, *_commands(record, finish.state, command, gmp=gmp)]


def refusals(record: "BatchRecord") -> list[str]:
    """Why the last thing that was said to an open question does not count."""
    said = ((line, line.answers[-1]) for line in record.prompts if line.answers and not line.accepted)
    return [
        f"Refused: {line.prompt} {last.answer}, by {last.by}: {last.reason}"
        for line, last in said
        if last.accepted is False
    ]


def _commands(record: "BatchRecord", state: str, command: str, *, gmp: bool) -> list[str]:
    if state != "held":
        return [f"The batch is {state}; continue with: {command}"]
    if _unreconciled(record):
        if gmp:
            return [f"The batch is held. Look at the equipment, answer by signature, then: {command}"]
        answers = [f"  {command} --reconcile {_quoted(answer)}" for answer in Reconciliation]
        return ["The batch is held. Look at the equipment, then answer with one of:", *answers]
    return [f'The batch is held; once its cause is mended, restart it with: {command} --reason "..."']


def _unreconciled(record: "BatchRecord") -> bool:
    """Whether a question about the outcome of a command is open."""
    from homeostat.ledger.catalogue import RECONCILE

    return any(line.prompt.startswith(RECONCILE) and not line.accepted for line in record.prompts)


def _quoted(answer: str) -> str:
    """Double quotes where a blank asks for them: every shell knows these."""
    return f'"{answer}"' if " " in answer else answer
