"""The first slides of a coaching deck: whose it is, and what their book was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.compute.composition import OWNED, POINTS, composition
from csmkit.compute.standing import profile
from csmkit.compute.team import MIN_GROUP, team_bands
from csmkit.render.deck.coaching_person import Person, notes_of, said
from csmkit.render.deck.plain import Grid, Opening, Slide
from csmkit.text import by_unit, clean, day, missing
from csmkit.view.needs import plain_needs

Row = Mapping[Any, Any]


def opening(person: Person) -> Slide:
    """The title: who, in which role and level, whose team, which period; if need be, which mail."""
    words, plan = said()["deck"], person.plan
    items = profile(person.book)
    told = dict(zip(items["item"], items["value"], strict=True))
    level = said()["levels"].get(plan.level, plan.level)
    subtitle = words["subtitle"].format(
        whose=words["whose"].format(mail=person.mail) if person.mail else "",
        role=told["Role"],
        level=words["level"].format(level=level) if level else "",
        manager=words["manager"].format(manager=plan.manager) if plan.manager else "",
        period=f"{day(plan.period.start)} – {day(plan.period.end)}",
    )
    title = words["title"].format(name=person.name)
    return Slide("opening", title, Opening(clean(subtitle)), notes_of("opening"))


def has_book(person: Person) -> bool:
    """Whether the person had any account at the points that a book is looked at."""
    rows = composition(person.book)
    return bool((rows[rows["measure"].eq("accounts")]["value"] > 0).any())


def book(person: Person) -> Slide:
    """What the book was made of at both openings and at the end, beside the team's band."""
    words, made_of = said()["book"], composition(person.book)
    cells = {(str(r["measure"]), r["at"]): r for r in made_of.to_dict("records")}
    bands = {str(r["measure"]): r for r in team_bands(person.book).to_dict("records")}
    bands = {name: row for name, row in bands.items() if row["people"] >= MIN_GROUP}
    rows = []
    for name in words["measures"]:
        owned = cells[name, OWNED]
        row = [clean(owned["label"])]
        row += [_value(cells.get((name, at)), person.book.currency) for at in POINTS]
        rows.append((*row, *([_band(bands.get(name), person.book.currency)] if bands else [])))
    heads = [words[name] for name in ("measure", "calendar", "owned", "closing")]
    widths = [2.6, 1.9, 1.9, 1.9]
    if bands:
        heads.append(words["band"])
        widths.append(3.0)
    return Slide(
        "book",
        said()["titles"]["book"],
        Grid(tuple(heads), tuple(rows), tuple(widths)),
        notes_of("book"),
        words["lead"],
    )


def _value(row: Row | None, currency: str) -> str:
    if row is None:
        return str(said()["none"])
    if missing(row["value"]):
        return str(said()["book"]["lacking"]).format(needs=plain_needs(row["needs"]))
    return by_unit(row["value"], row["unit"], currency=currency)


def _band(row: Row | None, currency: str) -> str:
    if row is None:
        return str(said()["book"]["not_told"])
    low, high = (by_unit(row[name], row["unit"], currency=currency) for name in ("low", "high"))
    people = by_unit(row["people"], "count")
    return str(said()["book"]["band_edges"]).format(low=low, high=high, people=people)
