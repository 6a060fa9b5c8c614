"""`homeostat control learn`: what finished batches teach about the population, as the next version of a process."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.errors import ControlError

if TYPE_CHECKING:
    from homeostat.control.learning import Evidence, Pooled, Proposal
    from homeostat.process import Process


def learn(
    *,
    process: Annotated[
        str, typer.Argument(metavar="PROCESS", help="The process in force, a YAML file or a shipped one.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the proposed version is written; never over a file.")
    ],
    batch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="Only this batch (may be repeated).", show_default="all complete ones"
        ),
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Propose the next version of a process from what its finished batches learnt; a person approves it, or not.

    The proposal is a process file of its own, a draft; beside it FILE.evidence.json tells what it rests on.
    """
    from homeostat.cli.models import signatures
    from homeostat.control.learning import propose
    from homeostat.process import load
    from homeostat.process.load import locate
    from homeostat.quality.learnt import learnt, priors
    from homeostat.site import Site

    declared = load(process, signatures())
    if out.exists():
        raise ControlError("a proposal never replaces a file", where=str(out), mend="name a new file")
    with Site.open(site).reading() as (ledger, historian):
        found = learnt(ledger, historian, declared, tuple(batch or ()))
        head = ledger.head
    proposal = propose(priors(declared), found.estimates)
    facts = {
        "process": declared.process,
        "version": declared.version,
        "process_hash": declared.content_hash,
        "batches": found.batches,
        "ledger": {"size": head.size, "root": head.root.hex()} if head is not None else None,
    }
    document = proposal.document(facts)
    if proposal.changes:
        _write(declared, locate(process).read_text(encoding="utf-8"), proposal, out)
        evidence = out.with_name(out.name + ".evidence.json")
        evidence.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if as_json:
        show_json({**document, "written": str(out) if proposal.changes else None})
        return
    _tell(proposal, out, len(found.batches))


def _write(process: "Process", text: str, proposal: "Proposal", out: Path) -> None:
    from homeostat.control.learning.population import ENOUGH
    from homeostat.process.editing import edited
    from homeostat.twin import model

    parameters = model(process.twin.model).signature.parameters
    major, minor, _ = process.version.split(".")
    changes = {("version",): f"{major}.{int(minor) + 1}.0", ("approval", "state"): "draft"}
    for name, found in proposal.changes.items():
        changes["twin", "parameters", name] = f"{found.mean:.6g} {parameters[name].unit}"
        if found.batches < ENOUGH:
            continue
        share = f"{100.0 * found.spread / abs(found.mean):.4g} %"
        changes["twin", "observer", "learn", name] = share
        if name in process.twin.donor:
            changes["twin", "donor", name] = share
    out.write_text(edited(text, _ordered(changes)), encoding="utf-8")


def _ordered(changes: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    return dict(sorted(changes.items()))


def _tell(proposal: "Proposal", out: Path, batches: int) -> None:
    rows = [_row(each) for each in proposal.evidence]
    columns = ("parameter", "batches", "in force", "found", "spread", "proposed", "why")
    show(Table("", columns, rows, frozenset(columns[1:5])))
    if proposal.changes:
        show(
            f"From {batches} batches a draft was written: {out}, and what it rests on beside it (.evidence.json).",
            "Nothing runs on it before a person has looked at it and approved it.",
        )
    else:
        show(f"The {batches} batches give no reason to change anything: nothing was written.")


def _row(each: "Evidence") -> tuple[str, ...]:
    found: Pooled | None = each.pooled
    if found is None:
        return each.parameter, "0", number(each.prior.mean), "", "", "no", each.reason
    share = f"{100.0 * found.spread / abs(found.mean):.3g} %"
    verdict = "yes" if each.taken else "no"
    return (
        each.parameter,
        str(found.batches),
        number(each.prior.mean),
        number(found.mean),
        share,
        verdict,
        each.reason,
    )
