"""The last slides of a coaching deck: goals, what the next level asks, and what was agreed."""

from __future__ import annotations

from csmkit.compute.follow_up import due_days
from csmkit.growth.next_level import next_level
from csmkit.matrix.matrix import NOT_OBSERVED, Expectation
from csmkit.render.deck.blocks import Block
from csmkit.render.deck.coaching_person import Person, of_scores, said, slide
from csmkit.render.deck.plain import Cell, Grid, Slide
from csmkit.text import clean, day, missing


def plan(person: Person) -> Slide:
    """A column a goal: what the level expects, blanks for the two to fill, days to look again."""
    words, made = said()["plan"], person.plan
    rows = [
        (words["aim"], *(goal.aim or words["no_aim"] for goal in made.goals)),
        (words["will"], *(words["blank"].format(day=day(made.start)) for _ in made.goals)),
    ]
    for check in made.checks:
        when = words["check"].format(days=check.days, day=day(check.day), title=check.title)
        # By place: two competencies may have one name.
        rows.append((when, *(look.ask for look in check.looks)))
    heads = (words["goal"], *(goal.competency.name for goal in made.goals))
    cells = tuple(tuple(map(clean, row)) for row in rows)
    grid = Grid(tuple(map(clean, heads)), cells, (1.4, *(4.0 for _ in made.goals)))
    return of_scores(slide("plan", grid, lead=words["lead"]), person)


def open_plan(person: Person) -> Slide:
    """The same where there is no gap: blanks for a goal of their own, and the same three days."""
    words, made = said()["plan"], person.plan
    rows = [(words["will"], words["blank"].format(day=day(made.start)))]
    rows += [
        (words["check"].format(days=check.days, day=day(check.day), title=check.title), look.ask)
        for check in made.checks
        for look in check.looks
    ]
    grid = Grid((words["goal"], words["own_goal"]), tuple(rows), (1.4, 4.0))
    return slide("open_plan", grid, lead=words["lead_open"])


def next_asks(person: Person) -> list[Slide]:
    """What the next level asks that this one does not; no slide where nobody can say it."""
    found, words = next_level(person.book, csm=person.plan.person_id), said()["next"]
    asks = [one for one in found.asks if one.now != one.then]
    if not asks:
        return []
    rows = ((clean(one.competency.name), _asked(one.now), _asked(one.then)) for one in asks)
    levels = said()["levels"]
    now, then = (levels.get(level, level) for level in (found.level, found.next))
    heads = (words["competency"], words["now"].format(level=now), words["then"].format(level=then))
    grid = Grid(heads, tuple(rows), (2.4, 4.0, 4.0))
    return [slide("next", grid, lead=words["lead"].format(level=then))]


def _asked(expected: Expectation | None) -> Cell:
    """What a level is expected to show, behind its colour."""
    if expected is None:
        return str(said()["next"]["nothing_said"])
    if expected.colour == NOT_OBSERVED:
        return clean(expected.text) or str(said()["matrix"]["nothing_yet"])
    return Block(clean(expected.text) or said()["matrix"][expected.colour], mark=expected.colour)


def agreed_lacks(person: Person) -> str:
    """Why no agreed action is shown; empty where there is one."""
    if len(person.book.table("actions")):
        return ""
    table = bool(person.book.missing("actions"))
    return str(said()["left_out"]["agreed_table" if table else "agreed"])


def agreed(person: Person) -> Slide:
    """What was agreed with the person, the latest first, and whether it was kept."""
    words, rows = said()["agreed"], person.book.table("actions")
    rows = rows.assign(due=due_days(rows["at"], rows["due"]))
    rows = rows.sort_values("at", ascending=False, kind="stable")
    body = tuple(
        (
            clean(row["text"]),
            day(row["at"]),
            day(row["due"]),
            str(words["kept_open" if missing(row["kept"]) else f"kept_{row['kept']}"]),
            clean(row["note"]) or str(said()["none"]),
        )
        for row in rows.to_dict("records")
    )
    heads = tuple(words[name] for name in ("what", "when", "due", "kept", "note"))
    return slide("agreed", Grid(heads, body, (4.0, 1.4, 1.4, 1.2, 2.4)))
