"""What the next level asks, and the evidence that is there: side by side, and nothing added up."""

from __future__ import annotations

from dataclasses import dataclass

from csmkit.cycle import Cycle, Period
from csmkit.growth.in_context import InContext, in_context
from csmkit.growth.plan_parts import Item
from csmkit.growth.plan_texts import level_name, listed, says, texts
from csmkit.growth.plan_values import items_naming
from csmkit.matrix.matrix import LEVELS, NOT_OBSERVED, Competency, Expectation, Matrix
from csmkit.matrix.model import matrix_of
from csmkit.text import clean


@dataclass(frozen=True, slots=True)
class Asked:
    """What the next level asks of one competency, and what is on file of it.

    Attributes
    ----------
    competency : Competency
        As it is meant for the person's role.
    now, then : Expectation or None
        Of the present level and of the next; None where the matrix does not say.
    change : str
        Whether it is asked differently, in a sentence.
    items : tuple of Item
        Dated items that name the competency, the earliest first.
    lacking : str
        That there are none; blank where there are.
    """

    competency: Competency
    now: Expectation | None
    then: Expectation | None
    change: str
    items: tuple[Item, ...]
    lacking: str


@dataclass(frozen=True, slots=True)
class NextLevel:
    """What the next level asks of somebody; it has no total, and none can be drawn from it.

    Attributes
    ----------
    person_id, name, role, level, manager : str
        Whose it is; level and manager are blank where the export does not know them.
    next : str
        The next level; blank where there is none or nobody can tell.
    period : Period
        Evidence is dated inside it.
    asks : tuple of Asked
        In the matrix's order; empty where there is no next level.
    context : InContext
        The person's outcomes with what they came about in.
    refuses : tuple of str
        What the kit does not say, and why.
    lacking : tuple of str
        Why something is not there.
    """

    person_id: str
    name: str
    role: str
    level: str
    manager: str
    next: str
    period: Period
    asks: tuple[Asked, ...]
    context: InContext
    refuses: tuple[str, ...]
    lacking: tuple[str, ...]


def next_level(cycle: Cycle, *, csm: str, matrix: Matrix | None = None) -> NextLevel:
    """What the next level asks of one person, and the evidence that is there.

    No value given, no count, share or sum is in it: whether somebody is promoted is for people.

    Parameters
    ----------
    cycle : Cycle
        The person's book, whose texts name no colleague; or the team, for who may see all of it.
    csm : str
        An id, a mail, or a name that one person has.
    matrix : Matrix, optional
        What it is scored by, else `csmkit.matrix_of` the cycle.

    Returns
    -------
    NextLevel
        Without `asks` for a senior person, and for one whose level is not known.

    Raises
    ------
    UsageError
        If there is no such person, or their role has no review.

    Examples
    --------
    >>> import csmkit as ck
    >>> found = next_level(ck.sample_team(), csm="Kwame Mensah")
    >>> found.level, found.next, found.asks[0].change
    ('mid', 'senior', 'The same colour is expected, and more of it: read the words.')
    """
    person = cycle.subject(csm)
    who, name = str(person["person_id"]), clean(person["name"])
    level = clean(person["level"])
    after = LEVELS[LEVELS.index(level) + 1 :] if level in LEVELS else ()
    then = after[0] if after else ""
    own = (matrix or matrix_of(cycle)).for_role(clean(person["role"]))
    items = items_naming(cycle, who)
    asks = tuple(
        _asked(one, level, then, items.get(one.id, ()))
        for one in own
        if then and not one.not_expected and then in one.expected
    )
    names = cycle.table("people").drop_duplicates("person_id").set_index("person_id")["name"]
    return NextLevel(
        person_id=who,
        name=name,
        role=clean(person["role"]),
        level=level,
        manager=clean(names.get(person["manager_id"], "")),
        next=then,
        period=cycle.period,
        asks=asks,
        context=in_context(cycle, who, named=frozenset(one.competency.id for one in asks)),
        refuses=tuple(texts()["refuses"]["why"]),
        lacking=tuple(_lacking(cycle, own, asks, name=name, level=level, then=then)),
    )


def _asked(competency: Competency, level: str, then: str, items: tuple[Item, ...]) -> Asked:
    now, later = competency.expected.get(level), competency.expected.get(then)
    return Asked(
        competency=competency,
        now=now,
        then=later,
        change=says("change", _change(now, later)),
        items=items,
        lacking="" if items else says("next", "no_items"),
    )


def _change(now: Expectation | None, then: Expectation | None) -> str:
    if now is None or then is None:
        return "unknown"
    if now == then:
        return "same"
    if now.colour == then.colour:
        return "words"
    if NOT_OBSERVED in (now.colour, then.colour):
        return "new" if now.colour == NOT_OBSERVED else "gone"
    return "colour"


def _lacking(
    cycle: Cycle, matrix: Matrix, asks: tuple[Asked, ...], *, name: str, level: str, then: str
) -> list[str]:
    told = []
    if level not in LEVELS:
        told.append(says("next", "no_level", name=name))
    elif not then:
        told.append(says("next", "top", name=name, level=level_name(level)))
    elif not asks:
        told.append(says("next", "no_expectations", level=level_name(then)))
    else:
        bare = [c.name for c in matrix if then not in c.expected and not c.not_expected]
        if bare:
            told.append(says("next", "some", level=level_name(then), names=listed(bare)))
    off = [c.name for c in matrix if c.not_expected]
    if then and off:
        told.append(says("next", "not_expected", names=listed(off)))
    if cycle.missing("evidence"):
        told.append(says("next", "no_evidence"))
    else:
        told.append(says("next", "private", name=name))
    told.append(says("next", "scores"))
    return told
