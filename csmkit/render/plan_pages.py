"""A development plan laid out as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from csmkit.growth.plan_parts import Check, DevelopmentPlan, Gap, Goal, Item, Look
from csmkit.matrix.matrix import Proof
from csmkit.render.plan_blocks import (
    Block,
    Document,
    Fact,
    Facts,
    Heading,
    Points,
    Space,
    Words,
    fact,
    line,
    points,
    says,
    texts,
)
from csmkit.text import day
from csmkit.view.labels import table_names

_SPACE = 3


def plan_document(plan: DevelopmentPlan, *, own: bool = False) -> Document:
    """A plan as its files show it.

    Parameters
    ----------
    plan : DevelopmentPlan
        From `csmkit.growth.plan.development_plan`.
    own : bool
        Whether it stands on the person's own scores alone, for the person.
    """
    return Document(
        kind=texts()["kinds"]["plan"],
        title=line(says("plan", "title", name=plan.name)),
        about=(
            *about(plan.role, plan.level, plan.manager),
            says("says", "period", start=day(plan.period.start), end=day(plan.period.end)),
            says("says", "starts", start=day(plan.start)),
        ),
        lead=says("plan", "lead_own" if own else "lead"),
        blocks=tuple(_blocks(plan)),
        name=plan.name,
        person_id=plan.person_id,
        ending="plan",
    )


def about(role: str, level: str, manager: str) -> Iterator[str]:
    """Who somebody is, as far as the export says it."""
    told = [texts()["roles"].get(role, role), texts()["levels"].get(level, level)]
    if any(told):
        yield ", ".join(filter(None, told))
    if manager:
        yield line(says("says", "manager", manager=manager))


def colour_word(value: str) -> str:
    """A colour, or that nothing is expected yet, in a word."""
    return str(texts()["colours"].get(value, value))


def dated(items: Iterable[Item]) -> tuple[str, ...]:
    """Items, one a line, each with its day, and its account where the text does not name it."""
    return tuple(map(_dated, items))


def _dated(item: Item) -> str:
    named = item.account.casefold() in item.text.casefold()
    name = "on_file_bare" if named else "on_file"
    told = {"account": line(item.account), "text": line(item.text)}
    return says("says", name, date=day(item.date), **told)


def proofs(evidence: Iterable[Proof]) -> tuple[str, ...]:
    """What would show something, one a line, each with the table that has it."""
    names = table_names()
    return tuple(
        says("plan", "proof", what=line(one.what), table=names.get(one.table, one.table))
        for one in evidence
    )


def _blocks(plan: DevelopmentPlan) -> Iterator[Block]:
    for note in (plan.moved, plan.whose, *plan.notes):
        if note:
            yield Words(line(note), note=True)
    yield Heading(says("plan", "strengths"))
    yield from _strengths(plan)
    if plan.gaps:
        yield Heading(says("plan", "gaps"))
        yield Words(line(plan.chosen), note=True)
        for gap, goal in zip(plan.gaps, plan.goals, strict=True):
            yield from _gap(gap, goal, plan)
    if not plan.goals:
        yield Heading(says("plan", "own_goal"))
        yield Words(says("plan", "own_goal_lead"), note=True)
        yield Space(_SPACE)
    yield Heading(says("plan", "checks"))
    yield Words(says("plan", "check_weekends"), note=True)
    for check in plan.checks:
        yield from _check(check)
    if plan.more_gaps:
        yield Heading(says("plan", "more_gaps"))
        yield Points(tuple(_in_short(gap) for gap in plan.more_gaps))
    yield Heading(says("plan", "agreed"))
    yield Words(says("plan", "agreed_lead"), note=True)
    yield Space(_SPACE)
    if plan.lacking:
        yield Heading(says("plan", "lacking"))
        yield from points(plan.lacking)


def _strengths(plan: DevelopmentPlan) -> Iterator[Block]:
    if not plan.strengths:
        why = "strengths_none" if plan.whose else "strengths_unscored"
        yield Words(says("plan", why), note=True)
        return
    yield Words(says("plan", "strengths_lead"), note=True)
    rows: list[Fact] = []
    for one in plan.strengths:
        told = (*dated(one.items), *filter(None, (one.apart,)))
        rows += fact(line(one.competency.name), *told, colour=one.value)
    yield Facts(tuple(rows))


def _gap(gap: Gap, goal: Goal, plan: DevelopmentPlan) -> Iterator[Block]:
    level = texts()["levels"].get(plan.level, plan.level)
    # The lines of green stand above, where those of the colour given go by them.
    kept = says("plan", "kept_full") if goal.kept_when else ""
    yield Heading(line(gap.competency.name), 2)
    yield Facts(
        (
            *fact(says("plan", "full"), *gap.full),
            *fact(
                says("plan", "given"), *(gap.seen or (colour_word(gap.value),)), colour=gap.value
            ),
            *fact(
                says("says", "expected_of", level=level),
                gap.expected.text or colour_word(gap.expected.colour),
                colour=gap.expected.colour,
            ),
            *fact(says("plan", "standing"), gap.standing),
            *fact(says("plan", "evidence_cited"), *dated(gap.items)),
            *fact(says("says", "note"), gap.note),
            *fact(says("plan", "apart"), gap.apart),
            *fact(says("plan", "caution"), gap.caution),
            *fact(says("plan", "version"), goal.version),
            *fact(says("plan", "goal"), goal.own_words),
            *fact(says("plan", "kept_when"), kept, colour=gap.expected.colour),
            *fact(says("plan", "practise"), goal.practise),
            *fact(says("plan", "ask"), goal.ask),
            *fact(says("plan", "progress"), goal.progress),
            *fact(says("plan", "evidence"), *proofs(goal.evidence)),
        )
    )


def _check(check: Check) -> Iterator[Block]:
    told = says("plan", "check", days=check.days, day=day(check.day), title=check.title)
    yield Heading(told, 2)
    rows = [row for look in check.looks for row in _look(look)]
    yield Facts(tuple(rows))
    yield Words(says("plan", "said_then"), note=True)
    yield Space(1)


def _look(look: Look) -> Iterator[Fact]:
    yield from fact(line(look.competency), look.ask, *look.data)


def _in_short(gap: Gap) -> str:
    return says(
        "plan",
        "more_gap",
        name=line(gap.competency.name),
        value=colour_word(gap.value),
        expected=colour_word(gap.expected.colour),
    )
