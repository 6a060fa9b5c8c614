"""The bands of an ensemble as panels: quantiles paired about the median."""

from typing import TYPE_CHECKING

from homeostat.cli.twin.columns import quantities

if TYPE_CHECKING:
    from homeostat.quality.page.study import Panel, Shade
    from homeostat.twin import Model
    from homeostat.twin.virtual import Survey


def panels(model: "type[Model]", result: "Survey") -> "tuple[Panel, ...]":
    """A panel for each column: the quantile nearest the median as a line, the others shaded from the outside in."""
    import math

    from homeostat.quality.page.study import Panel

    levels = sorted(result.quantiles)
    centre = min(levels, key=lambda level: abs(level - 0.5))
    units = {name: quantity.unit for name, quantity in quantities(model).items()}
    found = []
    for place, name in enumerate(result.columns):
        ends = [(one.low, one.high) for one in result.limits if one.column == name]
        low = max((a for a, _ in ends if math.isfinite(a)), default=None)
        high = min((b for _, b in ends if math.isfinite(b)), default=None)
        line = result.bands[result.quantiles.index(centre), :, place]
        label = "median" if centre == 0.5 else f"{100 * centre:g} %"
        found.append(
            Panel(
                name, units[name], result.time, line, label, _shades(result, place, levels), None, low, high
            )
        )
    return tuple(found)


def _shades(result: "Survey", place: int, levels: list[float]) -> "tuple[Shade, ...]":
    from homeostat.quality.page.study import Shade

    return tuple(
        Shade(
            result.bands[result.quantiles.index(low), :, place],
            result.bands[result.quantiles.index(high), :, place],
            f"{100 * low:g} to {100 * high:g} %",
        )
        for low, high in zip(levels[: len(levels) // 2], reversed(levels), strict=False)
    )
