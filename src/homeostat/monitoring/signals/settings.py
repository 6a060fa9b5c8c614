"""What is expected of a signal: plain numbers that follow from its declaration, with stated assumptions for the rest.

The noise declared with a tag is the sensor's own. That of the observer may contain more (what a model cannot know): for
the patience with a signal that stands still the sensor is then assumed to scatter at least half as much. All durations
are microseconds.
"""

from dataclasses import dataclass, replace

from homeostat.process import Process, Tag

MICROSECONDS = 1_000_000
HOUR = 3600 * MICROSECONDS

SPIKE_SIGMAS = 8.0  # a value that far from its neighbours is not believed without a second one (assumption)
SPIKE_SPAN = 0.1  # the same in shares of the span, where no noise is declared (assumption)
RATE_SPAN = 0.5  # nothing healthy crosses half of the span from one sample to the next (assumption)
STILL = 24 * HOUR  # of unknown noise; a well-tempered broth stood still for 8 h in sound logs (assumption)
STILL_CHANCE = 1e-9  # accepted chance, a sample, that a live signal repeats itself for the whole patience
LEAST_SAMPLES = (
    10  # a signal that never repeats itself by chance may still do so for so many samples (assumption)
)
STUCK_SAMPLES = 5  # samples at the very end of the range (assumption)
SILENT_SAMPLES = 5  # samples that may be missing before a drop-out is called out (assumption)
OWN_SHARE = 0.5  # least share of the declared noise that is the sensor's own (assumption)


@dataclass(frozen=True, slots=True)
class Signal:
    """One tag's expectations. Values are in its unit, durations in µs.

    `low`, `high`: the instrument's range. `step`: its resolution (0: unknown). `every`: the sampling interval.
    `noise`, `relative`: scatter of one reading (1 s.d.) and, added to it, a share of the value. `jump`: a change that
    needs a second sample to be believed, where the noise does not ask for more. `rate`: largest believable change per
    µs. `still`: how long it may repeat itself (None: for ever). `stuck`: how long it may stay at a guarded end of
    the range. `low_guarded`: whether the low end is guarded as the high end is. `silent`: how long it may be missing.
    """

    tag: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    every: int
    noise: float
    relative: float
    jump: float
    rate: float
    still: int | None
    stuck: int
    low_guarded: bool
    silent: int


def expect(name: str, tag: Tag, scan: int, noise: float = 0.0, relative: float = 0.0) -> Signal:
    """The expectations of one tag that is sampled at every scan (`scan` µs) or at its own interval.

    `noise` (in the tag's unit) and `relative` (a share), zero where nothing is declared, are what is known of its
    scatter from elsewhere; a noise declared with the tag goes before it.
    """
    low, high = (end.to(tag.unit) for end in tag.range)
    step = tag.resolution.difference(tag.unit) if tag.resolution else 0.0
    every = max(scan, round(tag.every.to("s") * MICROSECONDS) if tag.every else scan)
    span, share = high - low, OWN_SHARE
    if tag.noise is not None:
        noise, share = tag.noise.difference(tag.unit), 1.0
    scattered = max(SPIKE_SIGMAS * noise, 2.0 * step)
    jump, rate = scattered if noise > 0.0 else SPIKE_SPAN * span, RATE_SPAN * span
    if tag.rate is not None:  # what may have changed since the last sample, and what scatters on top of it
        jump = rate = tag.rate.ratio(tag.unit, "s") * every / MICROSECONDS + scattered
    return Signal(
        tag=name,
        title=tag.title,
        unit=tag.unit,
        low=low,
        high=high,
        step=step,
        every=every,
        noise=noise,
        relative=relative,
        jump=jump,
        rate=rate / every,
        still=patience(every, step, noise, share),
        stuck=STUCK_SAMPLES * every,
        low_guarded=low != 0.0,  # an empty vessel reads zero
        silent=SILENT_SAMPLES * every,
    )


def patience(every: int, step: float, noise: float, share: float = OWN_SHARE) -> int:
    """How long a live signal may repeat itself (µs): so long that chance repeats it with `STILL_CHANCE` only.

    The sensor's own scatter is at least `share` of the `noise`. A reading of resolution `step` under normal noise
    repeats with at most the chance of the middle cell, which is below step / (sqrt(2 pi) noise). Where that bound says
    nothing, or no noise is declared, `STILL` is assumed.
    """
    own = share * noise
    again = 0.3989422804014327 * step / own if own > 0.0 else 1.0
    if again >= 0.95:
        return max(STILL, LEAST_SAMPLES * every)
    samples, chance = 1, again
    while chance > STILL_CHANCE:
        samples, chance = samples + 1, chance * again
    return max(samples, LEAST_SAMPLES) * every


def signals(process: Process) -> tuple[Signal | None, ...]:
    """The expectations of every tag in declared order; None for an actuator, which is not measured.

    What the simulated plant's sensors do stays unknown here.
    """
    scan = round(process.scan.to("s") * MICROSECONDS)
    return tuple(
        _declared(process, name, tag, scan) if tag.kind == "sensor" else None
        for name, tag in process.tags.items()
    )


def _declared(process: Process, name: str, tag: Tag, scan: int) -> Signal:
    noise, relative = scatter(process, name)
    return expect(name, tag, scan, noise, relative)


def scatter(process: Process, name: str) -> tuple[float, float]:
    """How far a reading scatters: noise (1 s.d., in the tag's unit) and, added to it, a share of the value.

    The noise is that declared with the tag, else the one the observer is told of, else zero.
    """
    tag, observer = process.tags[name], process.twin.observer
    fused = observer.tags.get(name) if observer else None
    noise = tag.noise if tag.noise is not None or fused is None else fused.noise
    return noise.difference(tag.unit) if noise else 0.0, fused.relative.to("1") if fused else 0.0


def unrestrained(signal: Signal) -> Signal:
    """The same signal without limits on jumps and rate, for one that people or pumps move at will."""
    return replace(signal, jump=signal.high - signal.low, rate=float("inf"))
