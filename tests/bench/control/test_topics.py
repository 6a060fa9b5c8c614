"""The benchmark as a whole: it is registered, and every topic has what is measured."""

import importlib

import pytest

from homeostat.bench import control
from homeostat.bench.registry import BENCHES


def test_it_is_registered() -> None:
    assert BENCHES["control"].module == "homeostat.bench.control"


@pytest.mark.parametrize("topic", control.TOPICS)
def test_every_topic_measures_and_says_what(topic: str) -> None:
    module = importlib.import_module(f"homeostat.bench.control.{topic}")
    assert callable(module.measure)
    assert module.__doc__


def test_without_do_mpc_its_topics_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for topic in ("bioreactor", "polymerisation"):
        module = importlib.import_module(f"homeostat.bench.control.{topic}")
        monkeypatch.setattr(module.do_mpc_control, "INSTALLED", False)
        (missing,) = module.measure(quick=True)
        assert "homeostat[bench]" in missing.what
        assert missing.bar is None
