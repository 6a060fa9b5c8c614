"""That a model in critical use is frozen, tested, judged by a person, and says the same again.

EU GMP Annex 22, draft of July 2025; FDA, draft guidance on artificial intelligence of January 2025 (paraphrases).
"""

import numpy as np

from homeostat.errors import AuthorityError, MonitoringError
from homeostat.historian import Historian
from homeostat.monitoring.frozen import Linear
from homeostat.monitoring.package import (
    Input,
    IntendedUse,
    LockedTest,
    Package,
    Training,
    freeze,
    read,
    write,
)
from homeostat.monitoring.prediction import SymmetricInterval
from homeostat.quality.credibility import adequacy, assess, conclude
from homeostat.validation.checking import UnmetError, Workbench, expect, proves, refused
from homeostat.validation.scene import scene
from homeostat.validation.staff import staff

_ROWS = np.linspace(0.0, 1.0, 24).reshape(12, 2)


def line(*, critical: bool = True, adaptive: bool = False) -> Package:
    """A line of two inputs, frozen."""
    return freeze(
        _ROWS,
        name="scene",
        version="1",
        use=IntendedUse(question="How much?", context="a scene", critical=critical, adaptive=adaptive),
        target="y",
        rule=">= 1",
        inputs=tuple(Input(name=name, low=0.0, high=1.0, mean=0.5, deviation=0.3) for name in ("a", "b")),
        steps=(),
        form=Linear(coefficients=np.array([2.0, 1.0]), center=np.zeros(2), intercept=0.25),
        interval=SymmetricInterval(coverage=0.9, method="a scene", rows=12, groups=6, quantile=0.5),
        training=Training(sha256="a" * 64, rows=12, groups=6),
        locked_test=LockedTest(sha256="b" * 64, rows=6, groups=3),
    )


@proves("A22")
def an_adaptive_model_is_refused_where_use_is_critical(bench: Workbench) -> str:
    """Neither can one be frozen for critical use, nor may one be called adequate at a GMP site."""
    try:
        line(adaptive=True)
    except ValueError:  # what pydantic raises
        pass
    else:
        raise UnmetError("an adaptive model was frozen for critical use")
    path = bench.folder / "adaptive.json"
    write(line(critical=False, adaptive=True), path)
    with scene(bench) as (office, _):
        piet = staff(office, piet="quality assurance")["piet"]
        with refused(AuthorityError, "the judgement 'adequate' on an adaptive model at a GMP site"):
            conclude(office, piet.session, piet.secret, assess(read(path), path), adequate=True, why="wanted")
    return "it could not be frozen for critical use, nor judged adequate at a GMP site for any"


@proves("A22")
def a_prediction_is_made_again_bit_for_bit(bench: Workbench) -> str:
    """What a package says of its rows is the same after a round through its file; a changed file is refused."""
    path, package = bench.folder / "model.json", line()
    write(package, path)
    columns = {"a": _ROWS[:, 0], "b": _ROWS[:, 1]}
    one, other = package.score(columns), read(path).score(columns)
    expect([repr(each) for each in one] == [repr(each) for each in other], "it says something else")
    expect(all(each.drivers for each in one), "a prediction does not say what drove it")
    text = path.read_bytes()
    for old, new in ((b"0.25", b"0.26"), (b'"critical":true', b'"critical":false')):
        expect(old in text, f"the file holds no {old.decode()}")
        path.write_bytes(text.replace(old, new, 1))
        with refused(MonitoringError, "a package that was changed"):
            read(path)
    return f"{len(one)} predictions with their drivers came out the same; two changed files were refused"


@proves("A22")
def a_model_stands_for_an_assay_only_after_a_signed_judgement(bench: Workbench) -> str:
    """Nobody's word, an operator's, a negative judgement: none suffices; a person of quality assurance decides."""
    path, package = bench.folder / "model.json", line()
    write(package, path)
    with scene(bench) as (office, _), Historian.open(office.site.historian_path) as historian:
        team = staff(office, piet="quality assurance", maria="operator")
        seen = [adequacy(office.ledger, historian, package).allowed]
        assessment = assess(package, path)
        with refused(AuthorityError, "the judgement of an operator"):
            conclude(
                office, team["maria"].session, team["maria"].secret, assessment, adequate=True, why="good"
            )
        for adequate in (False, True):
            piet = team["piet"]
            conclude(office, piet.session, piet.secret, assessment, adequate=adequate, why="judged")
            seen.append(adequacy(office.ledger, historian, package).allowed)
    expect(seen == [False, False, True], f"it was allowed: {seen}")
    expect([step.number for step in assessment.steps] == [1, 2, 3, 4, 5, 6, 7], "a step is missing")
    gaps = sum(bool(step.gaps) for step in assessment.steps)
    expect(gaps > 0, "a model that was never tested has no gap")
    return f"seven steps with gaps in {gaps} of them; allowed only after the judgement 'adequate' was signed"
