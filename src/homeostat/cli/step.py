"""`homeostat step`: what a batch asks persons, and their answers, verifications and corrections."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.text import clock

if TYPE_CHECKING:
    from homeostat.execution.entering import Order
    from homeostat.ledger.catalogue import EntryJudged
    from homeostat.quality.model import Answer as Entered
    from homeostat.quality.model import PromptLine

step = typer.Typer(
    name="step", no_args_is_help=True, help="Answer what a batch asks, verify and correct entries."
)

Prompt = Annotated[str, typer.Argument(metavar="PROMPT", help="The prompt, as `step list` names it.")]
Answer = Annotated[
    str, typer.Argument(metavar="ANSWER", help="A number (with or without its unit), a choice, a code.")
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="The reason: of a late entry, or of a change.")
]
Happened = Annotated[
    str, typer.Option(metavar="TIME", help="When it happened, if not now: 2026-05-04T10:30:00+02:00.")
]
Source = Annotated[
    str, typer.Option(metavar="ID", help="The instrument or terminal it comes from, as registered.")
]


@step.command("list")
def list_steps(
    *,
    batch: Batch,
    site: SiteDir = DEFAULT_SITE,
    everything: Annotated[bool, typer.Option("--all", help="Also what is settled.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what a batch asks, what waits for a second person, and orders that no scan has taken up."""
    from homeostat.execution.orders import waiting
    from homeostat.quality.steps import prompts
    from homeostat.quality.story import Story
    from homeostat.site import Site

    place = Site.open(site)
    with place.reading() as (ledger, historian):
        lines = prompts(Story.read(ledger, historian, batch))
    lines = lines if everything else tuple(line for line in lines if not line.accepted)
    orders = [(name, slip) for name, slip in waiting(place, batch) if slip is not None]
    if as_json:
        handed = [{"order": name, **slip.model_dump(mode="json")} for name, slip in orders]
        show_json({"batch": batch, "prompts": [_object(line) for line in lines], "orders": handed})
        return
    rows = [(line.prompt, _state(line), clock(line.asked), line.kind, line.text) for line in lines]
    show(Table("", ("prompt", "state", "asked", "kind", "text"), rows) if rows else "Nothing is asked.")
    refused = [
        (line.prompt, one.act, one.answer, one.by, one.reason) for line in lines for one in _refused(line)
    ]
    show(Table("Refused, and not repeated since", ("prompt", "act", "said", "by", "why"), refused))
    taken = [(name, slip.order, slip.about, slip.by) for name, slip in orders]
    show(Table("Orders that no scan has taken up yet", ("order", "what", "about", "by"), taken))


def _state(line: "PromptLine") -> str:
    return "settled" if line.accepted else "unverified" if line.unverified else "open"


def _refused(line: "PromptLine") -> "tuple[Entered, ...]":
    """What was said last to an open prompt, if it does not count."""
    last = line.answers[-1:]
    return last if last and last[0].accepted is False and not line.accepted else ()


def _object(line: "PromptLine") -> dict[str, Any]:
    return {**line.model_dump(mode="json"), "state": _state(line)}


@step.command("answer")
def answer(
    *,
    batch: Batch,
    prompt: Prompt,
    answer: Answer,
    person: As = None,
    why: Why = "",
    happened: Happened = "",
    source: Source = "",
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A photograph or raw file, kept by its content.")
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Answer a prompt. The next scan judges the answer; see `step list`."""
    said = {"happened": happened, "reason": why, "source": source, "file": file}
    _enter(Who(site, person, password_file, code), batch, "answer", prompt, answer, as_json=as_json, **said)


@step.command("verify")
def verify(
    *,
    batch: Batch,
    prompt: Prompt,
    answer: Annotated[
        str, typer.Option("--again", metavar="ANSWER", help="Enter it a second time, to be compared.")
    ] = "",
    person: As = None,
    why: Why = "",
    source: Source = "",
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Verify another person's entry: you are not who made it. Also once the batch has ended."""
    said = {"reason": why, "source": source}
    _enter(Who(site, person, password_file, code), batch, "verify", prompt, answer, as_json=as_json, **said)


@step.command("correct")
def correct(
    *,
    batch: Batch,
    prompt: Prompt,
    answer: Answer,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason for the change.")],
    person: As = None,
    happened: Happened = "",
    source: Source = "",
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Correct an entry, also once the batch has ended. What was there before stays on record beside it."""
    said = {"happened": happened, "reason": why, "source": source}
    _enter(Who(site, person, password_file, code), batch, "correct", prompt, answer, as_json=as_json, **said)


class Who(NamedTuple):
    """Where a person acts, and how they identify themselves."""

    site: Path
    person: str | None
    password_file: Path | None
    code: str


def _enter(
    who: Who, batch: str, order: "Order", prompt: str, answer: str, *, as_json: bool, **said: Any
) -> None:
    from homeostat.execution.amending import amend, ended
    from homeostat.execution.entering import enter
    from homeostat.governance.ordered import PERMISSIONS

    person, permission = who.person or _second(who.site, order), PERMISSIONS[order]
    with acting(who.site, person, permission, password_file=who.password_file, code=who.code) as opened:
        office, session, secret = opened
        if order != "answer" and ended(office, batch):
            _amended(
                batch, amend(office, session, secret, batch, order, prompt, answer=answer, **said), as_json
            )
            return
        name = enter(office, session, secret, batch, order, prompt, answer=answer, **said)
    if as_json:
        show_json({"order": name, "batch": batch, "what": order, "prompt": prompt, "by": session.person})
        return
    show(
        f"Order {name} given to batch {batch}: {order} {prompt}.",
        "The next scan takes it up; if the batch is not being executed, the first one after it is resumed.",
    )


def _amended(batch: str, judged: "EntryJudged", as_json: bool) -> None:
    if as_json:
        show_json({"batch": batch, **judged.model_dump(mode="json")})
        return
    show(
        f"{judged.prompt} is {judged.status}, once batch {batch} had ended.",
        *judged.flags,
        "The record tells it beside what was entered before; a review that was signed is superseded.",
    )


def _second(site: Path, order: "Order") -> str | None:
    """At a training site another demonstration identity verifies than the one that answers."""
    from homeostat.site import Site

    return "demo-operator-2" if order == "verify" and Site.open(site).kind == "training" else None
