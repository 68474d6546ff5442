"""What the next level asks, and evidence in context, laid out as a document."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.growth.in_context import InContext
from csmkit.growth.next_level import Asked, NextLevel
from csmkit.matrix.matrix import Expectation
from csmkit.render.plan_blocks import (
    Block,
    Document,
    Facts,
    Grid,
    Heading,
    Words,
    fact,
    line,
    points,
    says,
    texts,
)
from csmkit.render.plan_pages import about, colour_word, dated
from csmkit.text import day
from csmkit.view.tables import table_metrics


def next_document(found: NextLevel) -> Document:
    """What the next level asks as its files show it; where there is none, evidence in context.

    Parameters
    ----------
    found : NextLevel
        From `csmkit.growth.next_level.next_level`.
    """
    return Document(
        kind=texts()["kinds"]["next"],
        title=line(says("next", "title" if found.asks else "title_none", name=found.name)),
        about=(
            *about(found.role, found.level, found.manager),
            says("says", "period", start=day(found.period.start), end=day(found.period.end)),
        ),
        lead=says("next", "lead", level=_level(found.next)) if found.asks else "",
        blocks=tuple(_blocks(found)),
        name=found.name,
        person_id=found.person_id,
        ending="next-level",
    )


def _level(level: str) -> str:
    return str(texts()["levels"].get(level, level))


def _blocks(found: NextLevel) -> Iterator[Block]:
    yield from _refuses(found)
    if found.lacking:
        yield Heading(says("next", "lacking"))
        yield from points(found.lacking)
    if found.asks:
        yield Heading(says("next", "asks", level=_level(found.next)))
        for asked in found.asks:
            yield from _asked(asked, found)
    yield from _context(found.context, all_of_them=not found.asks)


def _refuses(found: NextLevel) -> Iterator[Block]:
    yield Heading(says("next", "refuses"))
    yield from points(found.refuses)


def _asked(asked: Asked, found: NextLevel) -> Iterator[Block]:
    yield Heading(line(asked.competency.name), 2)
    yield Facts(
        (
            *fact(
                says("next", "now", level=_level(found.level)),
                _expected(asked.now),
                colour=asked.now.colour if asked.now else "",
            ),
            *fact(
                says("next", "then", level=_level(found.next)),
                _expected(asked.then),
                colour=asked.then.colour if asked.then else "",
            ),
            *fact(says("next", "change"), asked.change),
            *fact(says("next", "items"), *(dated(asked.items) or (asked.lacking,))),
        )
    )


def _expected(expected: Expectation | None) -> str:
    if expected is None:
        return says("says", "nothing_said")
    return line(expected.text) or colour_word(expected.colour)


def _context(context: InContext, *, all_of_them: bool) -> Iterator[Block]:
    yield Heading(says("next", "context"))
    yield Words(line(context.headline))
    yield Heading(says("next", "cautions"), 2)
    yield from points(context.cautions) or (Words(says("next", "cautions_none")),)
    yield Heading(says("next", "figures"), 2)
    yield from _figures(context)
    name = "others_all" if all_of_them else "others"
    yield Heading(says("next", name), 2)
    if context.items:
        yield Words(says("next", f"{name}_lead"), note=True)
    yield from points(dated(context.items)) or (Words(says("next", "others_none")),)


def _figures(context: InContext) -> Iterator[Block]:
    table = table_metrics(context.outcomes, currency=context.currency)
    if not table.heads:
        yield Words(line(table.empty))
        return
    rows = tuple(
        tuple(line(cell.text) for cell in row) for group in table.groups for row in group.rows
    )
    yield Grid(
        heads=tuple(line(head.text) for head in table.heads),
        rows=rows,
        right=tuple(at for at, head in enumerate(table.heads) if head.numeric),
    )
