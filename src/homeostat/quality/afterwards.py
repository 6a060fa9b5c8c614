"""What the laboratory reported of a batch: what its scans took in, then what came once it had ended."""

from homeostat.ledger.catalogue import AttributeJudged, ResultReported, SampleResult
from homeostat.quality.story import Fact, Story


def results(story: Story) -> list[Fact[SampleResult]]:
    """Every result in the order of the record, at the process time at which it came."""
    late = [
        Fact(one.id, one.data.elapsed, one.actor, one.recorded, one.data.result, one.seq)
        for one in story.of(ResultReported)
    ]
    return [*story.of(SampleResult), *late]


def judgements(story: Story) -> list[Fact[AttributeJudged]]:
    """Every comparison of a quality attribute with its specification, likewise."""
    late = [
        Fact(one.id, one.data.elapsed, one.actor, one.recorded, one.data.judged, one.seq)
        for one in story.of(ResultReported)
    ]
    return [*story.of(AttributeJudged), *late]
