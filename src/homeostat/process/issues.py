"""What is wrong with a process file: each fault with its file, line, field and mend."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from homeostat.errors import ProcessError

Path = tuple[str | int, ...]
"""Where a value stands in a declaration: names of fields and positions in lists, from the top."""


class Fault(NamedTuple):
    """A fault as a check finds it, before it is given its file and line."""

    path: Path
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A fault as a user reads it. `line` counts from 1, `field` is such as "strategy.oxygen.actuator".

    A `warning` is none: the process is sound, and still may not do what is expected of it.
    """

    file: str
    line: int
    field: str
    what: str
    mend: str
    warning: bool = False

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        field = f"warning: {field}" if self.warning else field
        return f"{self.file}:{self.line}: {field}{self.what} ({self.mend})"

    def as_dict(self) -> dict[str, str | int]:
        """The issue as plain data, for `--json`; that it is a warning is told of those alone."""
        return {name: value for name, value in asdict(self).items() if value or name != "warning"}


class InvalidProcess(ProcessError):  # noqa: N818 - named for what is wrong, like UnknownTag
    """A process file with faults; `issues` holds all of them, in the order of the file."""

    def __init__(self, file: str, issues: Sequence[Issue]) -> None:
        count = "one fault" if len(issues) == 1 else f"{len(issues)} faults"
        super().__init__(f"the process has {count}", where=file, mend="mend the lines named below")
        self.issues = tuple(issues)

    def __reduce__(self) -> tuple[type["InvalidProcess"], tuple[str, tuple[Issue, ...]]]:
        """It is made again from file and faults: it may come from a worker process."""
        return type(self), (self.where, self.issues)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {issue}" for issue in self.issues)])


def quoted(text: object, limit: int = 60) -> str:
    """`text` in quotation marks for a message: printable, on one line and not long."""
    plain = "".join(sign if sign.isprintable() else " " for sign in str(text)[: 4 * limit])
    return f"'{plain if len(plain) <= limit else plain[: limit - 1] + '…'}'"


def suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The mend for an unknown `name`: the most similar of the `known` names, or a list of them."""
    names = list(dict.fromkeys(known))
    close = difflib.get_close_matches(name[:60], names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return otherwise or "declare it first"
    more = ", ..." if len(names) > 12 else ""
    return f"known here: {', '.join(names[:12])}{more}"
