"""The slides of a coaching deck on outcomes: figures, the bridge, and what to know before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from csmkit.bias.context import case_mix_note
from csmkit.compute.drivers import arr_bridge
from csmkit.compute.outcomes import outcomes
from csmkit.compute.standing import headline, standing
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.render.deck.coaching_book import has_book
from csmkit.render.deck.coaching_person import Person, notes_of, said, slide
from csmkit.render.deck.coaching_work import figures, grid_of
from csmkit.render.deck.plain import Chart, Passage, Slide, Words
from csmkit.text import clean, money
from csmkit.view.needs import plain_needs

_ROLE_OF_BOOKS = "csm"
_WIDTHS = {"Figure": 3.0, "Value": 1.6, "Target": 2.0, "Out of": 3.0, "Note": 2.6}
_PARTS = {"stays": "accent", "in": "gain", "out": "loss"}
"""The parts of a bar, with their colours."""
_NAMED = 8
"""How many changes of ARR the chart names."""


def outcome(person: Person) -> Slide:
    """The role's figures with what they are out of, under the sentence that tells the context."""
    wanted = said()["outcome"]["metrics"][person.plan.role]
    table = figures(outcomes(person.book), wanted, person.book.currency)
    grid = grid_of(table, _WIDTHS)
    # Whose target it is decides how it is read.
    whose = {"Target": said()["outcome"]["target"]}
    grid = replace(grid, columns=tuple(whose.get(head, head) for head in grid.columns))
    # A line that begins with a name in another script would be set in its direction.
    told = said()["outcome"]["lead"].format(headline=headline(person.book))
    if person.plan.role != _ROLE_OF_BOOKS and not has_book(person):
        told = said()["outcome"]["lead_other"]
    return slide("outcome", grid, lead=told, notes=notes_of("outcome", headline=told))


@per_cycle
def _steps(book: Cycle) -> pd.DataFrame:
    return arr_bridge(book, accounts=_NAMED)


def bridge_lacks(person: Person) -> str:
    """Why there is no chart of ARR; empty where there is one."""
    words = said()["left_out"]
    if person.plan.role != _ROLE_OF_BOOKS:
        return str(words["bridge_role"])
    steps = _steps(person.book)
    if len(steps):
        return ""
    needs = plain_needs(steps.attrs.get("needs"))
    return str(words["bridge" if needs else "bridge_empty"]).format(needs=needs, name=person.name)


def bridge(person: Person) -> Slide:
    """ARR from the opening over each change to the closing, as bars."""
    steps = _steps(person.book).to_dict("records")
    currency, words = person.book.currency, said()["bridge"]
    ends = {row["kind"]: money(row["amount"], currency=currency) for row in steps}
    lead = words["lead"].format(opening=ends["opening"], closing=ends["closing"])
    # Of a bar, what was there before and after the change stays; the rest came in or went out.
    bars = [
        (float(row["top"]), 0.0, 0.0)
        if row["kind"] in ("opening", "closing")
        else (float(row["base"]), max(row["amount"], 0.0), max(-row["amount"], 0.0))
        for row in steps
    ]
    chart = Chart(
        tuple(_step(row, currency) for row in steps),
        tuple(zip((words[name] for name in _PARTS), zip(*bars, strict=True), strict=True)),
        tuple(_PARTS.values()),
        "money",
        currency,
    )
    return slide("bridge", chart, lead=lead)


def _step(row: Mapping[Any, Any], currency: str) -> str:
    """What a bar is of: one that is a change says by how much, since it may be too small to see."""
    name = clean(row["step"])
    if row["kind"] in ("opening", "closing"):
        return name
    told = money(row["amount"], currency=currency, signed=True)
    return str(said()["bridge"]["step"]).format(name=name, amount=told)


def cautions(person: Person, left_out: Sequence[str]) -> Slide:
    """What to know before reading the figures, and what is not in the deck, with its reason.

    Parameters
    ----------
    person : Person
        Whom the deck is about.
    left_out : sequence of str
        Why something is not in the deck, in sentences.
    """
    words, rows = said()["cautions"], standing(person.book)
    of_scores = rows["topic"].eq("scores")
    of_figures = tuple(map(clean, rows.loc[~of_scores, "message"]))
    beside = clean(case_mix_note(person.book)) if person.plan.role == _ROLE_OF_BOOKS else ""
    passages = [
        Passage(words["of_figures"], of_figures or (words["none"],)),
        Passage(words["of_expectation"], (beside,) if beside else ()),
        Passage(words["of_scores"], tuple(map(clean, rows.loc[of_scores, "message"]))),
        Passage(words["left_out"], tuple(map(clean, left_out))),
    ]
    return slide("cautions", Words(tuple(one for one in passages if one.lines)))
