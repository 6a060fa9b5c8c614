"""Findings: each kind once, with place and count; many kinds are cut short, and that is said too."""

from homeostat.equipment.findings import LIMIT, Findings


def test_each_kind_once_with_its_first_line_and_count() -> None:
    findings = Findings()
    for line in (4, 9, 12):
        findings.add("a.csv", "empty", line)
    findings.add("b.csv", "empty")
    findings.add("b.csv", "late", times=3)
    assert findings.texts() == ["a.csv, line 4: empty (3 times)", "b.csv: empty", "b.csv: late (3 times)"]
    assert (findings.count("empty"), findings.count()) == (4, 7)


def test_there_is_an_end_to_the_list() -> None:
    findings = Findings()
    for k in range(LIMIT + 5):
        findings.add("a.csv", f"oddity {k}")
    texts = findings.texts()
    assert len(texts) == LIMIT + 1
    assert texts[-1] == "and 5 further kinds of findings"
    assert findings.count() == LIMIT + 5
