"""That validation itself can be relied on: requirements have tests, and a broken installation fails."""

import base64
import hashlib
import json
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from homeostat.ledger import PublicKey, SiteKey, canonical
from homeostat.validation.checking import CHECKS, UnmetError, Workbench, expect, proves
from homeostat.validation.installation import as_installed
from homeostat.validation.report import CONTEXT, Report
from homeostat.validation.requirements import Requirement, requirements
from homeostat.validation.running import results


@proves("A11-1")
def every_requirement_has_a_risk_class_and_a_test(bench: Workbench) -> str:
    """No requirement without a test, and none whose risk was not judged."""
    known = requirements()
    bare = [one.id for one in known if one.id not in CHECKS]
    expect(not bare, f"without a test: {', '.join(bare)}")
    unjudged = [one.id for one in known if one.risk not in ("low", "medium", "high")]
    expect(not unjudged, f"without a risk class: {', '.join(unjudged)}")
    high = sum(one.risk == "high" for one in known)
    return f"{len(known)} requirements, {high} of them of high risk, each with a test"


@proves("A11-4")
def a_requirement_that_does_not_hold_fails(bench: Workbench) -> str:
    """One without a test, one whose test is not met and one whose test breaks all fail."""

    def unmet(bench: Workbench) -> str:
        raise UnmetError("it does not hold")

    def broken(bench: Workbench) -> str:
        return str(1 // 0)

    wanted = [Requirement(name, "", "high", "") for name in ("bare", "unmet", "broken")]
    found = [*results(wanted, {"unmet": [unmet], "broken": [broken]}, bench.folder)]
    expect([one.result for one in found] == ["failed"] * 3, f"one of three did not fail: {found}")
    return "a missing, an unmet and a broken test each failed"


@proves("A11-4")
def a_broken_installation_fails(bench: Workbench) -> str:
    """A file that was changed, one that is missing, and one that the installer never saw are found."""
    own, module = _installed(bench.folder)
    expect(as_installed(own, module)[0], "a whole installation was called broken")
    module.write_bytes(b"changed")
    expect(not as_installed(own, module)[0], "a changed file was not found")
    module.unlink()
    expect(not as_installed(own, module)[0], "a missing file was not found")
    stranger = bench.folder / "stranger.py"
    expect(not as_installed(own, stranger)[0], "a file that was not installed was not found")
    return "a changed, a missing and a strange file were found"


@proves("A11-4")
def the_report_is_signed_by_the_site_and_says_what_failed(bench: Workbench) -> str:
    """The site's key signs exactly the content; a byte that was changed is found; a failure is in the verdict."""
    site = bench.site()
    key, public = SiteKey.load(site.keys), PublicKey.load(site.keys)
    known = [one for one in requirements() if one.id == "A11-1"]
    good = tuple(results(known, CHECKS, bench.folder))
    bare = tuple(results([Requirement("bare", "", "high", "")], {}, bench.folder))
    whole = Report(bench.clock(), (), good, (("homeostat", "0"),))
    broken = Report(bench.clock(), (), (*good, *bare), ())
    expect(
        (whole.passed, broken.passed, broken.failures) == (True, False, 1),
        "the verdict is not that of the tests",
    )
    told = json.loads(whole.signed(key))
    expect(
        told["report"]["passed"] is True and told["seal"]["key"] == public.fingerprint,
        "the seal is another's",
    )
    signature = bytes.fromhex(told["seal"]["signature"])
    content = canonical(told["report"])
    expect(public.verifies(CONTEXT + content, signature), "the signature is not one of this report")
    changed = content.replace(b'"passed":true', b'"passed":null', 1)
    expect(not public.verifies(CONTEXT + changed, signature), "a changed report passed for the signed one")
    return f"{len(content):,} bytes under the site's signature; a changed verdict was found, a failed test is in it"


def _installed(folder: Path) -> tuple[Distribution, Path]:
    """A distribution of one module, installed in `folder` as an installer would."""
    module, info = folder / "module.py", folder / "module-1.dist-info"
    module.write_bytes(b"original")
    info.mkdir()
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"original").digest()).rstrip(b"=").decode()
    (info / "RECORD").write_text(f"module.py,sha256={digest},8\n", "utf-8")
    return PathDistribution(info), module.resolve()
