"""The slides of a coaching deck on what the two sides say: own words, and colours that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from csmkit.compute.voice import csm_comments
from csmkit.growth.plan import Item
from csmkit.growth.plan_values import in_order, items_by_id
from csmkit.matrix.gaps import shown_ratings
from csmkit.matrix.standing import matrix_standing
from csmkit.render.deck.blocks import Block
from csmkit.render.deck.coaching_matrix import item_line
from csmkit.render.deck.coaching_person import Person, of_scores, said, slide
from csmkit.render.deck.coaching_work import grid_of
from csmkit.render.deck.plain import Passage, Slide, Words
from csmkit.text import clean, count_of, missing
from csmkit.view.tables import table_rows

_SIDES = ("self", "manager")
_WIDTHS = {"Date": 1.5, "What": 1.5, "About": 2.2, "In their own words": 6.0}
Row = Mapping[Any, Any]
Cites = Mapping[str, tuple[Item, ...]]


def own_words(person: Person) -> list[Slide]:
    """The person's corrections, comments and appeal; no slide where nothing was handed in."""
    found = csm_comments(person.book)
    if found.empty:
        return []
    grid = grid_of(table_rows(found, view="said"), _WIDTHS)
    return [slide("own_words", grid, lead=said()["own_words"]["lead"])]


def differences(person: Person) -> list[Slide]:
    """Where own and manager's colour lie furthest apart, with the items that each side cites.

    No slide where they are the same, or one side gave none.
    """
    rows = [row for row in matrix_standing(person.book).to_dict("records") if _steps(row) > 0]
    if not rows:
        return []
    words, cites = said()["differences"], _cites(person)
    most = max(map(_steps, rows))
    furthest = [row for row in rows if _steps(row) == most]
    on_items = {name for of in cites.values() for name in of}
    cited = [row for row in furthest if row["competency"] in on_items]
    named = {
        "others": cited[words["most"] :],
        "bare": [row for row in furthest if row["competency"] not in on_items],
        "nearer": [row for row in rows if _steps(row) < most],
    }
    rest = tuple(_named(of, key) for key, of in named.items() if of)
    passages = [_difference(row, cites) for row in cited[: words["most"]]]
    content = Words((*passages, *([Passage("", rest)] if rest else [])))
    lead = words["lead"].format(steps=count_of(most, "step"))
    return [of_scores(slide("differences", content, lead=lead), person)]


def _steps(row: Row) -> float:
    """How many colours apart the two sides are; 0 where one of them gave none."""
    return 0.0 if missing(row["apart"]) else abs(float(row["apart"]))


def _difference(row: Row, cites: Mapping[str, Cites]) -> Passage:
    words = said()["differences"]
    lines = (
        Block(_told(cites[side].get(str(row["competency"]), ())), "bullet", words[side])
        for side in _SIDES
    )
    return Passage(_both(row), tuple(lines))


def _both(row: Row) -> str:
    """A competency with the two colours."""
    given = {side: said()["matrix"][row[side]] for side in _SIDES}
    return str(said()["differences"]["both"]).format(name=clean(row["name"]), **given)


def _told(items: tuple[Item, ...]) -> str:
    words = said()["differences"]
    if not items:
        return str(words["nothing"])
    text, more = "; ".join(map(item_line, items[: words["items"]])), len(items) - words["items"]
    return str(words["more"]).format(text=text, count=more) if more > 0 else text


def _named(rows: Sequence[Row], key: str) -> str:
    listed = "; ".join(map(_both, rows))
    return str(said()["differences"][key]).format(names=listed)


def _cites(person: Person) -> dict[str, Cites]:
    """The dated items that each side cites and that can be shown, by competency."""
    who = person.plan.person_id
    items, found = items_by_id(person.book, who), dict[str, Cites]()
    for side in _SIDES:
        rows = shown_ratings(person.book, side)
        rows = rows[rows["person_id"].eq(who) & rows["evidence_ids"].notna()]
        ids = (dict.fromkeys(map(str.strip, text.split(";"))) for text in rows["evidence_ids"])
        cited = zip(rows["competency"], ids, strict=True)
        shown = {name: in_order(items[one] for one in of if one in items) for name, of in cited}
        found[side] = {str(name): of for name, of in shown.items() if of}
    return found
