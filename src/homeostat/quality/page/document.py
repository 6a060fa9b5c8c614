"""The page: verdict, identity and key figures first, then every section, then signatures."""

from importlib.resources import files

from homeostat.historian import Historian
from homeostat.quality.approved import approval_words
from homeostat.quality.model import BatchRecord, SignedLine
from homeostat.quality.page.figures import Drawn, Figure, Tape, compared, held, others, rendered
from homeostat.quality.page.foreseen import foreseen
from homeostat.quality.page.judged import attributes
from homeostat.quality.page.markup import Markup, escape, tag
from homeostat.quality.page.sections import sections
from homeostat.quality.page.steered import steered
from homeostat.quality.page.tables import facts, plain
from homeostat.quality.wording import count, duration, number, times

KEY_FIGURES = 2


def render_html(record: BatchRecord, charts_source: Historian) -> str:
    """The record as one self-contained page; charts are drawn from the overviews of `charts_source`."""
    drawn = _drawn(record, charts_source)
    head = record.header
    body = [
        tag("a", "Skip to the record", href="#record", class_="skip"),
        tag("header", tag("span", "Homeostat"), tag("span", "Batch record"), class_="masthead"),
        *([tag("p", head.notice, class_="notice", role="note")] if head.notice else []),
        tag(
            "main", *_first_screen(record, drawn), *_sections(record, drawn), _signatures(record), id="record"
        ),
        tag(
            "footer",
            f"Batch {head.batch}. Made from {count(record.provenance.events, 'ledger event')}; verify with"
            " “homeostat verify”, execute again with “homeostat replay”.",
        ),
    ]
    title = f"Batch record {head.batch}" + (f": {head.title}" if head.title else "")
    return (
        "<!doctype html>\n"
        + tag("html", _head(title, head.batch, head.notice), tag("body", *body), lang="en")
        + "\n"
    )


def _drawn(record: BatchRecord, historian: Historian) -> Drawn:
    tape = Tape(historian, record)
    beside = compared(record, tape)
    key: list[Figure] = beside[:KEY_FIGURES]
    return Drawn(
        key=tuple(key),
        compared=tuple(beside[len(key) :]),
        held=tuple(held(record, tape)),
        others=tuple(others(record, tape)),
        foreseen=tuple(foreseen(record, tape)),
        steered=tuple(steered(record, tape)),
    )


def _head(title: str, batch: str, notice: str) -> Markup:
    style = (files("homeostat.quality.page") / "style.css").read_text("utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content="Homeostat"),
        tag("title", title),
        tag("style", Markup(style + _running_head(batch, notice))),
    )


def _running_head(batch: str, notice: str) -> str:
    """Batch and notice in the margin of each printed page; all but plain characters is left out of the style."""
    name, words = (
        "".join(one for one in text if one.isascii() and (one.isalnum() or one in "-_. "))
        for text in (batch.replace(" ", ""), notice)
    )
    right = f' @top-right {{ content: "{words}"; }}' if words else ""
    return f'@page {{ @top-left {{ content: "Batch record {name}"; }}{right} }}\n'


def _first_screen(record: BatchRecord, drawn: Drawn) -> list[Markup]:
    head = record.header
    return [
        tag("h1", "Batch ", tag("span", head.batch)),
        tag("p", head.title, class_="lead"),
        _verdict(record),
        _identity(record),
        _tiles(record),
        tag("div", attributes(record), id="attributes"),
        rendered(drawn.key, "key"),
        _contents(record),
    ]


def _verdict(record: BatchRecord) -> Markup:
    """The verdict in words; a sign and a colour repeat them."""
    worst = record.exceptions[0].severity if record.exceptions else ""
    style = (
        "bad" if worst == "critical" else "care" if worst == "major" or not record.header.finished else "good"
    )
    sign = {"good": "✓", "care": "!", "bad": "✕"}[style]
    words = tag("p", tag("strong", record.summary))
    return tag(
        "div",
        tag("span", sign, class_="sign", aria_hidden="true"),
        tag("div", words, tag("p", _review(record))),
        class_=f"verdict {style}",
    )


def _review(record: BatchRecord) -> Markup:
    tally = [
        (sum(one.severity == severity for one in record.exceptions), severity)
        for severity in ("critical", "major", "minor")
    ]
    kinds = ", ".join(f"{amount} {severity}" for amount, severity in tally if amount)
    text = (
        f"{count(len(record.exceptions), 'finding')} to review: {kinds}."
        if kinds
        else "Nothing to review by exception."
    )
    broken = len(record.interruptions)
    if broken:
        text += f" Execution was interrupted {times(broken)} and taken up again."
    return tag("a", text, href="#exceptions") if kinds or broken else escape(text)


def _identity(record: BatchRecord) -> Markup:
    head = record.header
    kind = head.equipment.get("kind", "")
    return facts(
        {
            "Patient": head.patient,
            "Process": f"{head.process} {head.version}".strip(),
            "Approval": approval_words(head),
            "Started by": head.started_by,
            "Equipment": plain(kind) if kind else "",
            "Started": _stamp(head.started),
            "Ended": _stamp(head.ended) or "not yet",
            "Process time": duration(head.duration),
            "Scans": number(head.scans, 9),
        },
        "identity",
    )


def _stamp(stamp: str) -> str:
    """A wall-clock stamp to the second."""
    day, _, rest = stamp.partition("T")
    zone = "UTC" if rest.endswith(("+00:00", "Z")) else rest[-6:]
    return f"{day} {rest[:8]} {zone}" if rest else stamp


def _tiles(record: BatchRecord) -> Markup:
    passed = record.passed
    tiles = (
        ("attributes", "attributes within", passed.attributes),
        ("parameters", "parameters in PAR", passed.parameters),
        ("steps", "steps complete", passed.steps),
        ("prompts", "prompts settled", passed.prompts),
        ("samples", "samples complete", passed.samples),
        ("commands", "commands done", passed.commands),
    )
    return tag("ul", *(_tile(*tile) for tile in tiles if tile[2][1]), class_="tiles")


def _tile(section: str, name: str, tally: tuple[int, int]) -> Markup:
    amount, whole = tally
    figure = tag("b", str(amount), tag("span", f" of {whole}"))
    return tag("li", tag("a", figure, name, href=f"#{section}"), class_="full" if amount == whole else "part")


def _contents(record: BatchRecord) -> Markup:
    links = [tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in sections(record)]
    return tag("nav", tag("h2", "Contents"), tag("ol", *links), class_="contents", aria_label="Contents")


def _sections(record: BatchRecord, drawn: Drawn) -> list[Markup]:
    return [
        tag(
            "section",
            tag("details", tag("summary", tag("h2", title)), section(record, drawn), open="open"),
            id=name,
        )
        for name, title, section in sections(record)
    ]


def _signatures(record: BatchRecord) -> Markup:
    """Who signed, meaning what and when, and what is wrong with it; nobody signs on paper what is kept here."""
    if not record.signatures:
        return tag("section", tag("p", "Signatures: none yet."), class_="signatures")
    heads = [tag("th", name, scope="col") for name in _SIGNED]
    lines = [_signed(line) for line in record.signatures]
    whole = tag("table", tag("caption", "Signatures"), tag("thead", tag("tr", *heads)), tag("tbody", *lines))
    return tag("section", whole, class_="signatures")


_SIGNED = ("Of", "Meaning", "Name", "Role", "Date", "Reason", "Stands")


def _signed(line: SignedLine) -> Markup:
    stands = line.state if line.state == "valid" else f"{line.state.upper()}: {line.words}"
    name = f"{line.name} ({line.account})"
    cells = (line.meaning, name, ", ".join(line.roles), _stamp(line.at), line.why, stands)
    return tag("tr", tag("th", line.kind, scope="row"), *[tag("td", cell) for cell in cells])
