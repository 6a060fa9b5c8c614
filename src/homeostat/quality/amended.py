"""What became of the entries of a batch: as its scans judged them, then as persons amended them once it had ended."""

from dataclasses import replace

from homeostat.ledger.catalogue import EntryAmended, EntryJudged
from homeostat.quality.story import Fact, Story


def judgements(story: Story) -> list[Fact[EntryJudged]]:
    """Every judgement in order; of an amendment, which has no process time, at the time the batch ended."""
    after = amendments(story)
    judged = [Fact(one.id, one.time, one.actor, one.recorded, one.data.judged, one.seq) for one in after]
    return [*story.of(EntryJudged), *judged]


def amendments(story: Story) -> list[Fact[EntryAmended]]:
    """What was corrected or verified once the batch had ended, told at the time of its end."""
    end = story.ended.time if story.ended else 0
    return [replace(fact, time=end) for fact in story.of(EntryAmended)]
