"""The last slides of a coaching deck: goals with days to look again, and what was agreed."""

from __future__ import annotations

from csmkit.compute.follow_up import due_days
from csmkit.render.deck.coaching_person import Person, said, slide
from csmkit.render.deck.plain import Grid, Slide
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
    return slide("plan", grid, lead=words["lead"])


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
