"""Learning from batch to batch: what batches say by themselves, the population they come from, and what is proposed."""

import json
import math
import random

import pytest

from homeostat.control.learning import Estimate, Prior, informed, pooled, propose

PRIOR = Prior(10.0, 2.0)


def posterior(value: float, error: float, prior: Prior = PRIOR) -> tuple[float, float]:
    """What is believed after a normal reading of `value` with this error."""
    weight = 1.0 / error**2 + 1.0 / prior.deviation**2
    mean = (value / error**2 + prior.mean / prior.deviation**2) / weight
    return mean, 1.0 / math.sqrt(weight)


def estimates(values: list[float], error: float = 0.5) -> list[Estimate]:
    """Batches that read these values."""
    return [Estimate(f"B{k}", *posterior(value, error), PRIOR) for k, value in enumerate(values)]


def test_taking_the_prior_out_leaves_what_the_batch_itself_said() -> None:
    found = informed(Estimate("B", *posterior(13.0, 0.7), PRIOR))
    assert found is not None
    assert found == pytest.approx((13.0, 0.49))


@pytest.mark.parametrize("deviation", [2.0, 1.9, 2.5, 0.0, math.nan])
def test_a_batch_that_learnt_next_to_nothing_says_nothing(deviation: float) -> None:
    assert informed(Estimate("B", 10.0, deviation, PRIOR)) is None


def test_batches_of_an_older_version_are_taken_without_their_own_prior() -> None:
    old = Prior(20.0, 6.0)
    older = [Estimate(f"B{k}", *posterior(12.0 + k, 0.5, old), old) for k in range(3)]
    assert [informed(each) for each in older] == [pytest.approx((12.0 + k, 0.25)) for k in range(3)]


def test_fewer_than_three_batches_make_no_population() -> None:
    assert pooled(estimates([12.0, 12.5]), PRIOR) is None


def test_many_batches_give_back_mean_and_spread_of_the_population() -> None:
    random_ = random.Random(3)
    values = [random_.gauss(13.0, 1.0) for _ in range(400)]
    found = pooled(estimates([random_.gauss(v, 0.5) for v in values]), PRIOR)
    assert found is not None
    assert found.mean == pytest.approx(13.0, abs=0.15)
    assert found.spread == pytest.approx(1.0, abs=0.12)
    assert found.error == pytest.approx(math.hypot(1.0, 0.5) / 20.0, rel=0.15)
    assert found.gain > 0.5


def test_without_heterogeneity_the_spread_goes_towards_nothing_as_batches_add_up() -> None:
    found = pooled(estimates([10.0] * 200), PRIOR)
    assert found is not None
    assert found.spread == pytest.approx(2.0 * math.sqrt(4.0 / 204.0))


def test_batches_as_the_version_in_force_expects_them_change_nothing() -> None:
    random_ = random.Random(5)
    read = [random_.gauss(random_.gauss(10.0, 2.0), 0.5) for _ in range(6)]
    proposal = propose({"p": PRIOR}, {"p": estimates(read)})
    assert not proposal.changes


def test_what_would_be_foreseen_better_is_proposed_and_nothing_else() -> None:
    shifted = estimates([14.0, 14.4, 13.8, 14.1, 14.2])
    proposal = propose({"p": PRIOR, "q": PRIOR}, {"p": shifted, "q": shifted[:2]})
    assert list(proposal.changes) == ["p"]
    assert 12.0 < proposal.changes["p"].mean < 14.1
    assert [each.reason for each in proposal.evidence][1] == "fewer than 3 batches say anything of it"


def test_a_parameter_never_changes_its_sign() -> None:
    prior = Prior(1.0, 2.0)
    read = [Estimate(f"B{k}", *posterior(-9.0, 0.5, prior), prior) for k in range(6)]
    (evidence,) = propose({"p": prior}, {"p": read}).evidence
    assert (evidence.taken, evidence.reason) == (False, "its sign would change")


def test_the_evidence_is_hashed_with_what_it_was_made_from() -> None:
    proposal = propose({"p": PRIOR}, {"p": estimates([14.0, 14.4, 13.8])})
    one, other = proposal.document({"version": "1.0.0"}), proposal.document({"version": "1.0.1"})
    assert one["sha256"] != other["sha256"]
    assert json.loads(json.dumps(one)) == json.loads(json.dumps(proposal.document({"version": "1.0.0"})))
