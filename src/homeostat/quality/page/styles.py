"""How the page marks a verdict: the word tells it, the style of its chip repeats it."""

from collections.abc import Mapping

from homeostat.quality.model import Standing

STYLES: Mapping[Standing, str] = {
    "ok": "good",
    "undecided": "minor",
    "alert": "major",
    "action": "critical",
}
