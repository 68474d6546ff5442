"""A person's evidence in context: outcomes with the book they came about on, never bare."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from csmkit.compute.outcomes import outcomes
from csmkit.compute.part import part_of
from csmkit.compute.standing import headline, standing
from csmkit.cycle import Cycle
from csmkit.growth.plan_parts import Item
from csmkit.growth.plan_values import in_order, items_by_id, items_naming
from csmkit.text import clean


@dataclass(frozen=True, slots=True)
class InContext:
    """What somebody's outcomes came about in.

    Attributes
    ----------
    headline : str
        The book and the outcome in one sentence.
    cautions : tuple of str
        What to know before reading figures.
    outcomes : DataFrame
        The person's rows of `csmkit.outcomes`.
    currency : str
        ISO code of the money in it.
    items : tuple of Item
        Dated items that name no competency of the matrix, the earliest first.
    """

    headline: str
    cautions: tuple[str, ...]
    outcomes: pd.DataFrame = field(compare=False, repr=False)
    currency: str
    items: tuple[Item, ...]


def in_context(cycle: Cycle, who: str, *, named: frozenset[str]) -> InContext:
    """A person's outcomes, what they came about in, and evidence that stands nowhere else.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's book.
    who : str
        The person's id.
    named : frozenset of str
        The competencies whose items stand elsewhere.
    """
    part = part_of(cycle, who)
    figures, told = outcomes(part), standing(part)
    items = items_by_id(part, who)
    elsewhere = {
        item for name, of in items_naming(part, who).items() if name in named for item in of
    }
    return InContext(
        headline=clean(headline(part, person_id=who)),
        cautions=tuple(map(clean, told.loc[told["person_id"].eq(who), "message"])),
        outcomes=figures[figures["person_id"].eq(who)].reset_index(drop=True),
        currency=cycle.currency,
        items=in_order(item for item in items.values() if item not in elsewhere),
    )
