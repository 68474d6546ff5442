"""The slides of a coaching deck on outcomes: figures, the bridge, and what to know before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from csmkit.bias.context import case_mix_note
from csmkit.compute.drivers import arr_bridge
from csmkit.compute.outcomes import outcomes, renewed_after_trouble
from csmkit.compute.standing import headline, standing
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle
from csmkit.render.deck.coaching_book import has_book
from csmkit.render.deck.coaching_person import Person, notes_of, said, slide
from csmkit.render.deck.coaching_work import figures, grid_of, plain_counts, with_out_of
from csmkit.render.deck.plain import Chart, Grid, Passage, Slide, Words
from csmkit.text import clean, money
from csmkit.view.needs import plain_needs

_ROLE_OF_BOOKS = "csm"
_WIDTHS = {"Figure": 3.0, "Value": 1.6, "Target": 2.0, "Out of": 3.0, "Note": 2.6}
_PARTS = {"in": "gain", "out": "loss"}
"""The ways a change can go, with their colours."""
_ENDS = ("opening", "closing")
_NAMED = 6
"""How many changes of ARR have a name of their own."""
_FEWEST = 4
"""Of fewer changes a table says more than a chart, whose labels would have no room."""


def outcome(person: Person) -> Slide:
    """The role's figures with what they are out of, under the sentence that tells the context."""
    words, role, frame = said()["outcome"], person.plan.role, outcomes(person.book)
    table = figures(frame, words["metrics"][role], person.book.currency)
    grid = with_out_of(grid_of(table, _WIDTHS), plain_counts(frame) | _out_of(person, frame))
    # Whose target it is decides how it is read.
    whose = {"Target": words["target"]}
    grid = replace(grid, columns=tuple(whose.get(head, head) for head in grid.columns))
    # A line that begins with a name in another script would be set in its direction.
    told = words["lead"].format(headline=headline(person.book))
    if role != _ROLE_OF_BOOKS and not has_book(person):
        told = words["lead_other"]
    lead = f"{told} {words['counts']}" if role == _ROLE_OF_BOOKS else told
    return slide("outcome", grid, lead=lead, notes=notes_of("outcome", headline=told))


def _out_of(person: Person, frame: pd.DataFrame) -> dict[str, str]:
    """What sums of ARR, and saves, are out of, by their label: the frame has it of shares alone."""
    words, currency = said()["outcome"]["out_of"], person.book.currency
    known = frame[frame["value"].notna()].set_index("metric")
    whole = frame.set_index("metric")["denominator"].fillna(0.0)
    values, labels = known["value"].to_dict(), known["label"].map(clean).to_dict()
    told = {}
    for name in values.keys() & words["of_opening"].keys():
        key = words["of_opening"][name] if whole["nrr"] else "opening_none"
        fill = {"part": values[name], "whole": whole["nrr"]}
        amounts = {slot: money(amount, currency=currency) for slot, amount in fill.items()}
        told[labels[name]] = str(words[key]).format(**amounts)
    if "saves" in values:
        troubled = len(renewed_after_trouble(person.book))
        none = "saves_none" if whole["renewal_rate"] else "saves_undue"
        text = str(words["saves" if troubled else none])
        told[labels["saves"]] = text.format(part=f"{values['saves']:,.0f}", whole=f"{troubled:,}")
    return told


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
        return "" if len(_changes(steps)) else _still(steps, person.book.currency)
    needs = plain_needs(steps.attrs.get("needs"))
    return str(words["bridge" if needs else "bridge_empty"]).format(needs=needs, name=person.name)


def _changes(steps: pd.DataFrame) -> pd.DataFrame:
    return steps[~steps["kind"].isin(_ENDS)]


def _still(steps: pd.DataFrame, currency: str) -> str:
    """That nothing came in and nothing went out."""
    arr = money(float(steps["amount"].iloc[0]), currency=currency)
    return str(said()["left_out"]["bridge_still"]).format(arr=arr)


def bridge(person: Person) -> Slide:
    """What came in and what went out between opening and closing: a bar, or a row, for each.

    What was there all along has no bar: beside it no change could be read.
    """
    steps, currency, words = _steps(person.book), person.book.currency, said()["bridge"]
    ends = steps.set_index("kind")["amount"]
    changes = _changes(steps)
    amounts = changes["amount"].astype("float64")
    ways = {"in": amounts.clip(lower=0.0), "out": -amounts.clip(upper=0.0)}
    told = {name: ends[name] for name in _ENDS} | {name: way.sum() for name, way in ways.items()}
    fill = {name: money(float(value), currency=currency) for name, value in told.items()}
    rows = [
        (clean(step), money(amount, currency=currency, signed=True))
        for step, amount in zip(changes["step"], amounts, strict=True)
    ]
    lead = words["lead"].format(**fill)
    if len(rows) < _FEWEST:
        first, last = ((words[name], fill[name]) for name in _ENDS)
        grid = Grid((words["what"], words["arr"]), (first, *rows, last), (4.0, 2.0))
        return slide("bridge", grid, lead=lead)
    chart = Chart(
        # A long name may be cut at its end, an amount may not.
        tuple(words["step"].format(name=name, amount=amount) for name, amount in rows),
        # Adding 0.0 turns the -0.0 of what did not go out into 0.
        tuple((words[name], tuple((way + 0.0).tolist())) for name, way in ways.items()),
        tuple(_PARTS.values()),
        "money",
        currency,
    )
    return slide("bridge", chart, lead=f"{lead} {words['bars']}")


def cautions(person: Person, left_out: Sequence[str]) -> Slide:
    """What to know before reading the figures, and what is not in the deck, with its reason.

    Parameters
    ----------
    person : Person
        Whom the deck is about.
    left_out : sequence of str
        Why something is not in the deck, in sentences.
    """
    words, rows, found = said()["cautions"], standing(person.book), person.found
    many = len(found.whole) > said()["findings"]["most"]
    of_export = (words["in_notes"].format(count=len(found.whole)),) if many else found.whole
    of_scores = rows["topic"].eq("scores")
    of_figures = tuple(map(clean, rows.loc[~of_scores, "message"]))
    beside = clean(case_mix_note(person.book)) if person.plan.role == _ROLE_OF_BOOKS else ""
    passages = [
        Passage(words["of_figures"], of_figures or (words["none"],)),
        Passage(words["of_expectation"], (beside,) if beside else ()),
        Passage(words["of_own"], tuple(map(clean, found.own))),
        Passage(words["of_export"], tuple(map(clean, of_export))),
        Passage(words["of_scores"], tuple(map(clean, rows.loc[of_scores, "message"]))),
        Passage(words["left_out"], tuple(map(clean, left_out))),
    ]
    notes = [notes_of("cautions"), *([words["notes"], *found.whole] if many else [])]
    shown = Words(tuple(one for one in passages if one.lines))
    return slide("cautions", shown, notes=clean("\n".join(notes)))
