"""A course: the moves a plan foresees, which may be followed for a while when no new plan comes."""

from bisect import bisect_right
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Course:
    """Outputs of the moved loops (one row for each of `times`, µs) as planned from the belief at `made` (µs).

    `harvest` is when the phase is best ended (µs), None where that is not the controller's to say.
    """

    made: int
    times: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]
    harvest: int | None = None

    def at(self, time: int) -> tuple[float, ...]:
        """The outputs planned for `time`: before the first row that row, after the last one the last."""
        return self.rows[max(bisect_right(self.times, time) - 1, 0)]

    def only(self, time: int) -> "Course":
        """The one row that is in force at `time`, and nothing of what comes after: nor does the phase end by it."""
        return replace(self, times=self.times[:1], rows=(self.at(time),), harvest=None)

    def first(self, every: int) -> "Course":
        """What is proposed, whenever somebody lets it through: the first row, and an end that is `ending`."""
        return replace(self.only(self.times[0]), harvest=self.ending(every))

    def ending(self, every: int) -> int | None:
        """When the phase is to end (µs), if it is before another plan would be due, `every` (µs) after this one."""
        near = self.harvest is not None and self.harvest - self.made <= every
        return self.harvest if near else None

    def age(self, time: int) -> int:
        """How long ago (µs) what the plan rests on was believed."""
        return time - self.made
