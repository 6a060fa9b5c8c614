"""What is asked of the target: its value, or to which of two classes a row belongs.

In: a column and perhaps a rule such as ">= 90" or "== activated". Out: a `Question`, which turns the column into
numbers: itself, or 1 for the class asked about and 0 for the other.
"""

import re
from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.decimals import number_of
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.prediction import Rule

_RULE = re.compile(r"^\s*(>=|<=|==|!=|>|<|≥|≤|=)\s*(.+?)\s*$")
_PLAIN = {"≥": ">=", "≤": "<=", "=": "=="}
MOST_CLASSES = 12
HALF = ">= 0.5"
"""The rule on the value of a class: it is the more likely one."""


@dataclass(frozen=True, slots=True)
class Question:
    """`positive` is the class asked about, "" where the value itself is; `others` are the remaining classes.

    `rule` decides on the value, such as ">= 90", or None; `asked` is how the user put it.
    """

    rule: str | None
    asked: str | None = None
    positive: str = ""
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> bool:
        """Whether a class is asked for."""
        return bool(self.positive)

    def knows(self, label: str) -> bool:
        """Whether a label is one of the classes of the table that the question was put to."""
        return any(_same(label, name) for name in (self.positive, *self.others))

    def truth(self, table: Table, target: str) -> Array:
        """What the column says (n,): values, or 1 and 0 for classes; NaN where it says nothing."""
        if not self.positive:
            return table.number(target)
        labels = table.categories(target)
        return np.array([np.nan if not label else float(_same(label, self.positive)) for label in labels])

    def labels(self, table: Table, target: str) -> dict[str, tuple[str, ...]]:
        """The classes of a target of text, by its name; nothing where it is one of numbers."""
        return (
            {target: (self.positive, *self.others)} if self.positive and target not in table.numbers else {}
        )

    def meets(self, values: Array) -> Array:
        """Whether each of the values (n,) meets the rule, as 1.0 or 0.0. Raises MonitoringError without a rule."""
        rule = Rule.parse(self.rule or "")
        return np.array([float(rule.meets(value)) for value in values.tolist()])


def parse(rule: str) -> tuple[str, str]:
    """Sign and limit of a rule. Raises MonitoringError when it is none."""
    found = _RULE.match(rule)
    if not found:
        raise MonitoringError(
            "this is no rule", where=f"--rule '{rule}'", mend="write such as '>= 90' or '== active'"
        )
    return _PLAIN.get(found[1], found[1]), found[2].strip("'\"")


def question(table: Table, target: str, rule: str | None) -> Question:
    """What is asked of column `target`. Raises MonitoringError where rule and column do not fit."""
    values = table.numbers.get(target)
    if values is None:
        return _of_classes(table, target, rule)
    known = np.unique(values[np.isfinite(values)])
    two = len(known) == 2 and known.tolist() == [0.0, 1.0]
    if rule is None:
        return Question(HALF, None, "1", ("0",)) if two else Question(None)
    if two or rule.strip()[:2] in {"==", "!="}:
        return _between(table, target, rule, tuple(f"{value:g}" for value in known))
    met = [Rule.parse(rule).meets(value) for value in known.tolist()]
    notes = () if len(set(met)) == 2 else ("all rows lie on the same side of the rule's limit",)
    return Question(rule, rule, notes=notes)


def _of_classes(table: Table, target: str, rule: str | None) -> Question:
    names = tuple(sorted(set(table.categories(target)) - {""}))
    where = f"{table.name}, column '{target}'"
    if len(names) > MOST_CLASSES or all(table.value(name) is not None for name in names):
        table.number(target)  # names the first cell that is no number
    if len(names) < 2:
        raise MonitoringError(
            f"the column holds {'one class alone' if names else 'no class'}",
            where=where,
            mend="choose a column with two classes, or with numbers",
        )
    if rule is not None:
        return _between(table, target, rule, names)
    if len(names) == 2:
        other = f"--rule '== {names[0]}' asks the other way"
        note = f"the value is the likelihood of '{names[1]}' against '{names[0]}'; {other}"
        return Question(HALF, None, names[1], names[:1], (note,))
    raise MonitoringError(
        f"there are {len(names)} classes: {', '.join(names)}",
        where=where,
        mend=f"ask for one of them against the others: --rule '== {names[0]}'",
    )


def _between(table: Table, target: str, rule: str, names: tuple[str, ...]) -> Question:
    """The class that a rule asks about, against all others."""
    sign, limit = parse(rule)
    numeric = target in table.numbers
    if sign in {"==", "!="}:
        positive = [name for name in names if _same(name, limit)]
    elif numeric and names == ("0", "1"):
        meets = Question(rule).meets if sign in {">=", ">", "<=", "<"} else None
        positive = [name for name in names if meets and meets(np.array([float(name)]))[0]]
    else:
        positive = []
    if len(positive) != 1 or len(names) < 2:
        raise MonitoringError(
            f"the rule does not fit the classes {', '.join(names)[:200]}",
            where=f"--rule '{rule}'",
            mend=f"ask for one of them: --rule '== {names[0]}'",
        )
    others = tuple(name for name in names if name != positive[0])
    if sign != "!=":
        return Question(HALF, rule, positive[0], others)
    if len(others) != 1:
        raise MonitoringError(
            "'!=' is only for two classes",
            where=f"--rule '{rule}'",
            mend=f"ask for one of them: --rule '== {others[0]}'",
        )
    return Question(HALF, rule, others[0], (positive[0],))


def _same(label: str, asked: str) -> bool:
    """Whether two labels are the same word or the same number."""
    if label == asked:
        return True
    try:
        return number_of(label) == number_of(asked)
    except ValueError:
        return label.lower() == asked.lower()
