"""A package's file: what was frozen comes back, and whatever else is refused with place and mend."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Impute, Linear
from homeostat.monitoring.package import Package, freeze, read, write
from homeostat.monitoring.package.canonical import canonical, digest

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def file(package: Package, tmp_path: Path) -> Path:
    """The package, written."""
    path = tmp_path / "model.json"
    write(package, path)
    return path


def forge(path: Path, change: Change, *, rehash: bool = True) -> Path:
    """Change the file's content, and make its hash fit again, as a careful forger would."""
    document = json.loads(path.read_bytes())
    change(document)
    if rehash:
        content = {name: part for name, part in document.items() if name not in {"content_hash", "signature"}}
        document["content_hash"] = digest(content)
    path.write_bytes(canonical(document))
    return path


def nested(form: dict[str, Any], depth: int) -> dict[str, Any]:
    """A form within forms."""
    for _ in range(depth):
        form = {"kind": "logistic", "form": form}
    return form


def test_what_was_frozen_comes_back(package: Package, file: Path, rows: Array) -> None:
    again = read(file)
    assert again.content_hash == package.content_hash == again.hashed()
    assert again.to_json() == package.to_json()
    assert again == package
    assert again.scorer.rows(rows) == package.scorer.rows(rows)


def test_the_same_parts_freeze_to_the_same_bytes(
    package: Package, rows: Array, parts: dict[str, Any], tmp_path: Path
) -> None:
    again = freeze(rows, **parts)
    assert again.content_hash == package.content_hash
    write(again, tmp_path / "a.json")
    write(package, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_any_changed_number_is_noticed(file: Path) -> None:
    def nudge(document: dict[str, Any]) -> None:
        document["form"]["intercept"] = float(np.nextafter(document["form"]["intercept"], 1e9))

    with pytest.raises(MonitoringError, match="changed after it was frozen") as told:
        read(forge(file, nudge, rehash=False))
    assert str(file) in told.value.where
    assert told.value.mend


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["form"].update(intercept=d["form"]["intercept"] + 1e-9), "self-test fails"),
        (lambda d: d["space"]["mean"].__setitem__(0, 0.0), "self-test fails"),
        (lambda d: d["interval"].update(quantile=9.0), "self-test fails"),
        (lambda d: d["form"]["coefficients"].__setitem__(3, 1e-9), "self-test fails"),
        (lambda d: d.update(self_test=None), "no self-test"),
        (lambda d: d["self_test"].update(rows=[], answers=[], contributions=[]), "no self-test"),
        (lambda d: d["self_test"]["rows"][0].pop(), "do not fit"),
        (lambda d: d["self_test"]["rows"][0].__setitem__(0, "word"), "do not fit"),
        (lambda d: d["inputs"].pop(), "self-test fails|do not fit"),
        (lambda d: d["form"].pop("intercept"), "not a model: form.intercept: Field required"),
        (lambda d: d["steps"][0]["mean"].__setitem__(0, "x"), "steps.0.mean: an array of numbers is wanted"),
        (lambda d: d.update(form=nested(d["form"], 900)), "not a model|do not fit"),
        (lambda d: d.update(format="homeostat model 9"), "not a model of the format"),
        (lambda d: d.pop("format"), "not a model of the format"),
        (lambda d: d["form"].update(kind="oracle"), "no form of kind 'oracle'"),
        (lambda d: d["interval"].update(kind="linear"), "no interval of kind 'linear'"),
        (lambda d: d.update(extra=1), "extra: Extra inputs"),
        (
            lambda d: d["use"].update(adaptive=True),
            "adaptive model is refused where the declared use is critical",
        ),
        (lambda d: d["inputs"][0].update(name="lactate"), "same name"),
        (lambda d: d.update(target="lactate"), "among the inputs"),
        (lambda d: d["space"].update(after=2), "more steps than there are"),
        (lambda d: d["training"].update(sha256="no"), "training.sha256"),
        (lambda d: d.update(rule="about 90"), "rule: "),
        (lambda d: d["acceptance"][0].update(maximum=None), "a minimum, a maximum or both"),
    ],
)
def test_a_forged_package_is_refused_even_if_its_hash_fits(file: Path, change: Change, told: str) -> None:
    with pytest.raises(MonitoringError, match=told) as refusal:
        read(forge(file, change))
    assert str(file) in refusal.value.where


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe", "not a model"),
        (b"[1, 2]", "no JSON object"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"format": 1e999}', "not a model"),
        (b'{"a": 1, "a": 2}', "a name stands twice"),
        (b"[" * 100_000, "not a model"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not a model"),
        (b"{}", "not a model of the format"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, body: bytes, told: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(body)
    with pytest.raises(MonitoringError, match=told):
        read(path)


def test_a_file_that_is_too_large_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeostat.monitoring.package.storage.LARGEST", 100)
    with pytest.raises(MonitoringError, match="too many for a model"):
        read(file)


def test_a_file_that_is_not_there(tmp_path: Path, package: Package) -> None:
    with pytest.raises(MonitoringError, match="cannot be read: No such file"):
        read(tmp_path / "none.json")
    with pytest.raises(MonitoringError, match="cannot be written: No such file"):
        write(package, tmp_path / "none" / "model.json")


def test_a_copy_does_not_answer_for_the_original(package: Package, rows: Array) -> None:
    assert package.scorer.rows(rows)[0].model == package.content_hash
    copy = package.model_copy(update={"content_hash": "00" * 32})
    assert copy.scorer.rows(rows)[0].model == "00" * 32


def test_only_what_is_frozen_is_written(package: Package, tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="not frozen as it is"):
        write(package.model_copy(update={"version": "2"}), tmp_path / "model.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "name: "),
        ({"steps": (Impute(values=[1.0]),)}, "do not fit together"),
        ({"form": Linear(coefficients=[1.0] * 3, center=[0.0] * 3, intercept=0.0)}, "do not fit together"),
        ({"inputs": ()}, "inputs: "),
        ({"use": {"question": "?", "critical": True, "adaptive": True}}, "adaptive model is refused"),
    ],
)
def test_parts_that_make_no_package_are_refused(
    rows: Array, parts: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    with pytest.raises(MonitoringError, match=told):
        freeze(rows, **(parts | change))


@pytest.mark.parametrize("shape", [(0, 4), (5, 3), (4,)])
def test_freezing_needs_rows_for_the_self_test(parts: dict[str, Any], shape: tuple[int, ...]) -> None:
    with pytest.raises(MonitoringError, match="rows of 4 values"):
        freeze(np.ones(shape), **parts)


def test_an_adaptive_model_is_possible_where_nothing_critical_depends_on_it(
    rows: Array, parts: dict[str, Any]
) -> None:
    use = {"question": "?", "critical": False, "adaptive": True}
    assert freeze(rows, **(parts | {"use": use})).use.adaptive


def test_a_package_is_written_whole_or_not_at_all(
    package: Package, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks off while another is written to the same name leaves the first, and nothing beside it."""
    before = file.read_bytes()

    def broken(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("homeostat.monitoring.package.storage.os.fsync", broken)
    with pytest.raises(MonitoringError, match="No space left"):
        write(package.model_copy(update={"signature": None}), file)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_link_to_a_package_stays_one(package: Package, file: Path) -> None:
    link = file.with_name("link.json")
    link.symlink_to(file)
    file.write_bytes(b"old")
    write(package, link)
    assert link.is_symlink()
    assert read(file).content_hash == package.content_hash
