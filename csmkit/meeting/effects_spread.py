"""How far people's ratings lie apart, before and after the meeting: shown, not tested."""

from __future__ import annotations

from csmkit.bias.shuffle import Floats
from csmkit.bias.verdicts import Found
from csmkit.meeting.effects_changes import spread_change, spread_of
from csmkit.meeting.effects_described import Row, lacking, row
from csmkit.meeting.effects_people import Measure, least_changed
from csmkit.meeting.effects_told import reach, rounded, size, why_not, words

STEPS = "steps"


def spread_rows(levels: Measure, *, whole: bool, min_group: int, seed: int) -> list[Row]:
    """The standard deviation before and after, and its change with an interval.

    Parameters
    ----------
    levels : Measure
        Levels or colours.
    whole : bool
        Whether the spread may be told: with the number of people and the mean change, the spread of
        three levels gives every count of them.
    min_group, seed : int
        As for `csmkit.meeting.effects.meeting_effects`.
    """
    texts, name = words()["spread"], levels.name
    keys = {"before": f"spread_{name}_before", "after": f"spread_{name}_after"}
    keys["change"] = f"spread_{name}"
    labels = {key: texts[key].format(measure=words()["measure"][name]) for key in keys}
    found = spread_change(levels, min_group=min_group, seed=seed)
    if found.needs:
        return [lacking(keys[key], labels[key], STEPS, name) for key in keys]
    changed, of = least_changed(min_group), words()["measure"][name]
    why = why_not(found, texts, min_group, changed, of) if found.unsure else ""
    nothing = why if found.unsure == "few_people" else "" if whole else texts["held"]
    few = nothing or (why if found.unsure == "few_changed" else "")
    return [
        _spread(keys["before"], labels["before"], levels, levels.before, few),
        _spread(keys["after"], labels["after"], levels, levels.after, nothing),
        _change(keys["change"], labels["change"], found, few),
    ]


def _spread(key: str, label: str, levels: Measure, steps: Floats, why: str) -> Row:
    if why:
        return row(key, label, why, STEPS, levels.people)
    value = float(spread_of(steps))
    measured = words()["measure"][levels.name]
    says = words()["spread"]["says"].format(measure=measured, size=size(value, STEPS))
    return row(key, label, says, STEPS, levels.people, value=rounded(value, STEPS))


def _change(key: str, label: str, found: Found, why: str) -> Row:
    texts, people = words()["spread"], found.n["people"]
    if why:
        return row(key, label, why, STEPS, people)
    if found.unsure:
        return row(key, label, texts["none_changed"], STEPS, people, value=0.0)
    value, low, high = (rounded(one, STEPS) for one in (found.effect, found.low, found.high))
    says = texts["changed" if value else "same"].format(
        way=texts["up"] if value > 0 else texts["down"],
        size=size(value, STEPS),
        range=reach(low, high, STEPS, texts["up"], texts["down"]),
    )
    return row(key, label, says, STEPS, people, value=value, low=low, high=high)
