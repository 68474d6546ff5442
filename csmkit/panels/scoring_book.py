"""The strip above the rows: what a rater must know of the book before scoring anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.compute.composition import OWNED, composition, composition_mix
from csmkit.compute.part import part_of
from csmkit.compute.standing import headline, standing
from csmkit.cycle import Cycle
from csmkit.panels.scoring_words import words
from csmkit.text import by_unit, clean, missing, short_money

_STATUSES = ("green", "yellow", "red", "unknown")


def book_state(cycle: Cycle, who: str) -> dict[str, Any]:
    """The book at hand-over in one sentence and a few figures, and what to know beside them.

    Returns
    -------
    dict
        headline (str), facts ([label, value]), health ([{status, accounts, share}]), notes
        ([str]).
    """
    cycle = part_of(cycle, who)
    made_of = composition(cycle)
    made_of = made_of[made_of["person_id"].eq(who) & made_of["at"].eq(OWNED)]
    value = dict(zip(made_of["measure"], made_of["value"], strict=True))
    about = standing(cycle)
    return {
        "headline": clean(headline(cycle, person_id=who)),
        "facts": _facts(value, cycle.currency),
        "health": _health(cycle, who),
        "notes": [clean(m) for m in about.loc[about["person_id"].eq(who), "message"]],
    }


def _facts(value: Mapping[str, float], currency: str) -> list[list[str]]:
    """What the headline does not say; a figure that cannot be told is left out."""
    said = words()["strip"]
    facts = []
    if not missing(value["top3_share"]):
        facts.append([said["top3"], by_unit(value["top3_share"], "share")])
    if not missing(value["effective_accounts"]):
        number = by_unit(value["effective_accounts"], "count")
        facts.append([said["effective"], f"{number} {said['effective_unit']}"])
    if not missing(value["renewals_due"]):
        due = by_unit(value["renewals_due"], "count")
        if value["renewals_due_arr"] > 0:
            due += f" ({short_money(value['renewals_due_arr'], currency=currency)})"
        facts.append([said["due"], due])
    return facts


def _health(cycle: Cycle, who: str) -> list[dict[str, Any]]:
    """How many accounts, and what share of the ARR, had which health at hand-over."""
    mix = composition_mix(cycle)
    mix = mix[mix["person_id"].eq(who) & mix["at"].eq(OWNED) & mix["dimension"].eq("health")]
    known = {str(row["level"]): row for row in mix.to_dict("records")}
    return [
        {
            "status": status,
            "accounts": int(known[status]["accounts"]),
            "share": by_unit(known[status]["share_arr"], "share"),
        }
        for status in _STATUSES
        if status in known
    ]
