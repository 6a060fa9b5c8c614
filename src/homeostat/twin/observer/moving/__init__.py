"""Moving-horizon estimation: the last readings explained together, within all bounds.

    Filter -> MovingHorizon -> step (or advance, read, jump, solve) -> Moving, Answer

`problem` poses the window for `homeostat.twin.optimal`; `arcs` is the window as data; `horizon` moves it on. The filter
goes behind the window and tells what was before; it also goes along, and stands in where a window cannot be solved.
"""

from homeostat.twin.observer.moving.arcs import Moving
from homeostat.twin.observer.moving.horizon import Answer, MovingHorizon

__all__ = ["Answer", "Moving", "MovingHorizon"]
