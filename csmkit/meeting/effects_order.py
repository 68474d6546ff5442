"""Whether what a meeting did follows the order of discussion.

The order was drawn by lot before the meeting. So, if the order did nothing, every other order was
as likely to go with the same changes and minutes, and a test that deals out the order again is
exact, however few and uneven the values are. It is not if somebody chose who comes when.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csmkit.bias.order import order_of_discussion
from csmkit.bias.shuffle import Family, Floats, freedman_lane, stream
from csmkit.bias.verdicts import ALPHA, Found
from csmkit.meeting.effects_people import Measure, least_changed

LAST = 5
MINUTE = 60.0


def drift(levels: Measure, *, min_group: int, seed: int) -> Found:
    """The slope of the change over the place in the meeting, in steps from first to last."""
    early = _too_few("drift", levels, min_group)
    if early:
        return early
    place = np.linspace(0.0, 1.0, levels.people)
    return _slope("drift", levels.change, place, seed)


def clock(seconds: Floats, *, min_group: int, seed: int) -> Found:
    """Mean minutes of the last five less mean minutes of the others, in minutes.

    Parameters
    ----------
    seconds : array, shape (people,)
        Seconds on the screen, in the order of discussion. People who never were on the screen, or
        whose time is not known, are left out, and the five are the last of the others.
    min_group, seed : int
        As for `csmkit.meeting.effects.meeting_effects`.
    """
    minutes = seconds[np.nan_to_num(seconds) > 0] / MINUTE
    n = {"people": len(minutes)}
    if not len(minutes):
        return Found("clock", n=n, needs="seconds")
    if min_group > LAST:
        return Found("clock", n=n, unsure="last_few")
    if len(minutes) < 2 * LAST:
        return Found("clock", n=n, unsure="few_timed")
    last = np.arange(len(minutes)) >= len(minutes) - LAST
    return replace(
        _slope("clock", minutes, last.astype(np.float64), seed),
        extra={"last": float(minutes[last].mean()), "others": float(minutes[~last].mean())},
        scale=float(minutes.mean()),
    )


def order(levels: Measure, *, min_group: int, seed: int) -> Found:
    """The change for a person before one standard deviation higher; `order_of_discussion`."""
    early = _too_few("order", levels, min_group)
    if early:
        return early
    one_meeting = np.zeros(levels.people, dtype=np.int64)
    rng = stream(seed, "order")
    found = order_of_discussion(one_meeting, levels.before, levels.change, rng=rng)
    return _with_none(replace(found, n={"people": levels.people}))


def _too_few(check: str, levels: Measure, min_group: int) -> Found | None:
    """Why nothing is told: places and changes of few people would tell who was changed."""
    n = {"people": levels.people}
    if not levels.people:
        return Found(check, n=n, needs="level")
    if levels.people < min_group:
        return Found(check, n=n, unsure="few_people")
    if not levels.changed:
        return Found(check, n=n, unsure="none_changed")
    if levels.changed < least_changed(min_group):
        return Found(check, n=n, unsure="few_changed")
    return None


def _slope(check: str, values: Floats, place: Floats, seed: int) -> Found:
    rng, n = stream(seed, check), {"people": len(values)}
    family: Family | None = freedman_lane(values, place, np.ones((len(values), 1)), rng=rng)
    if family is None:
        return Found(check, effect=0.0, n=n, unsure="all_equal")
    low, high = family.interval()
    return _with_none(Found(check, p=family.p(), effect=family.effect, low=low, high=high, n=n))


def _with_none(found: Found) -> Found:
    """An interval that holds 0 where the test does not speak against 0.

    With many equal values a shuffle ties with the data at 0 and at no other effect, so that the
    interval would end there.
    """
    if not found.p > ALPHA:
        return found
    return replace(found, low=min(found.low, 0.0), high=max(found.high, 0.0))
