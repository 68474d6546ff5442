"""The coaching deck: one person's book, outcomes, matrix and plan, from their slice alone."""

from __future__ import annotations

from pathlib import Path

from csmkit.cycle import Cycle
from csmkit.errors import DataError
from csmkit.matrix.matrix import Matrix
from csmkit.render.deck.coaching_book import book, has_book, opening
from csmkit.render.deck.coaching_matrix import (
    gaps,
    matrix_slide,
    no_gaps,
    scored,
    strengths,
    unscored,
)
from csmkit.render.deck.coaching_outcome import bridge, bridge_lacks, cautions, outcome
from csmkit.render.deck.coaching_person import Person, said
from csmkit.render.deck.coaching_plan import agreed, agreed_lacks, next_asks, open_plan, plan
from csmkit.render.deck.coaching_sides import differences, own_words
from csmkit.render.deck.coaching_team import team_of
from csmkit.render.deck.coaching_work import credit, losses, practice
from csmkit.render.deck.drawn import drawn
from csmkit.render.deck.plain import Slide
from csmkit.render.deck.texts import says


def coaching_deck(
    cycle: Cycle,
    *,
    csm: str,
    matrix: Matrix | None = None,
    template: str | Path | None = None,
) -> bytes:
    """A deck for the review and coaching talk with one person: a PowerPoint file.

    It is drawn from the person's slice, as their packet is: colleagues are not named, and what is
    told of the team is the middle half of at least five people in the same role.

    Parameters
    ----------
    cycle : Cycle
        The team, with what the store holds laid over it.
    csm : str
        Whose deck: an id, a mail, or a name that one person has.
    matrix : Matrix, optional
        What the team is scored by; the kit's own, if not given.
    template : str or Path, optional
        A company's PowerPoint file whose look is taken.

    Returns
    -------
    bytes
        The file. The same cycle gives the same bytes.

    Raises
    ------
    UsageError
        If there is no such person, their role has no review, or the template cannot be used.
    DataError
        If the deck would show what belongs to somebody else; nothing is made then.

    Examples
    --------
    >>> import csmkit as ck
    >>> deck = coaching_deck(ck.sample_team(), csm="Kwame Mensah")
    >>> deck[:2]
    b'PK'
    """
    name = str(cycle.person(csm)["name"])
    slides = coaching_slides(cycle, csm=csm, matrix=matrix)
    title = said()["deck"]["title"].format(name=name)
    return drawn(slides, title=title, template=template, footer=says("confidential"))


def coaching_slides(cycle: Cycle, *, csm: str, matrix: Matrix | None = None) -> tuple[Slide, ...]:
    """What the deck says, slide by slide, before it is drawn.

    Parameters
    ----------
    cycle, csm, matrix
        As `coaching_deck` takes them.

    Raises
    ------
    UsageError
        If there is no such person, or their role has no review.
    DataError
        If it would show what belongs to somebody else.
    """
    person = cycle.subject(csm)
    team, who = team_of(cycle, matrix), str(person["person_id"])
    slides = _slides(team.person(who))
    if leaks := team.scan.leaks(slides, who):
        raise DataError(
            f"The deck of {person['name']} was not made: it would show what belongs to somebody"
            f" else ({', '.join(leaks[:3])}).",
            "Look for that name in the export's free text or in the matrix, and rename it there.",
        )
    return slides


def _slides(person: Person) -> tuple[Slide, ...]:
    """All slides for which there is something to show; one of them tells why others are not."""
    about_book = [book(person)] if has_book(person) else []
    changes = [] if bridge_lacks(person) else [bridge(person)]
    before = [] if agreed_lacks(person) else [agreed(person)]
    return (
        opening(person),
        *about_book,
        outcome(person),
        *changes,
        *(losses(person) + credit(person) if about_book else []),
        *practice(person),
        cautions(person, _left_out(person)),
        *own_words(person),
        *_of_matrix(person),
        *before,
    )


def _of_matrix(person: Person) -> list[Slide]:
    """The slides on colours, and the plan: without a gap there are blanks to fill."""
    if not scored(person):
        return [unscored(person), open_plan(person)]
    seen = [matrix_slide(person), *differences(person)]
    seen += [strengths(person)] if person.plan.strengths else []
    if person.plan.gaps:
        return [*seen, gaps(person), plan(person)]
    return [*seen, no_gaps(person), *next_asks(person), open_plan(person)]


def _left_out(person: Person) -> list[str]:
    """Why something is not in the deck, in sentences."""
    words = said()["left_out"]
    reasons = [
        "" if has_book(person) else words["book"].format(name=person.name),
        bridge_lacks(person),
        "" if person.plan.strengths or not scored(person) else words["strengths"],
        agreed_lacks(person),
    ]
    # Of somebody scored without a gap, the slide in its place tells what the plan lacks.
    lacking = () if scored(person) and not person.plan.gaps else person.plan.lacking
    return [why for why in (*reasons, *lacking) if why]
