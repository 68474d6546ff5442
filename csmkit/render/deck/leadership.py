"""The deck for the leadership: the team's skills, and what is known of how they were rated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.growth.decided import levels_decided
from csmkit.growth.team import team_gaps
from csmkit.growth.team_coverage import team_coverage
from csmkit.growth.themes import training_themes
from csmkit.growth.trend import skill_trend
from csmkit.matrix.gap_parts import LEVEL, MANAGER
from csmkit.matrix.gaps import check_group
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of
from csmkit.render.deck.drawn import drawn
from csmkit.render.deck.leadership_gaps import (
    GREEN,
    Gaps,
    competencies,
    levels,
    pillars,
    teams,
    themes,
)
from csmkit.render.deck.leadership_team import checks, coverage, decided
from csmkit.render.deck.leadership_trend import trend
from csmkit.render.deck.leadership_words import notes_of, said, slide
from csmkit.render.deck.plain import Opening, Passage, Slide, Words
from csmkit.render.deck.texts import says
from csmkit.text import clean, day


def leadership_deck(
    cycle: Cycle,
    *,
    matrix: Matrix | None = None,
    before: Cycle | None = None,
    matrix_before: Matrix | None = None,
    template: str | Path | None = None,
    min_group: int = 5,
) -> bytes:
    """A deck on the skills of the team for its leadership: a PowerPoint file.

    It names no CSM and no rater. No figure is of fewer than ``min_group`` people, and none of fewer
    can be worked out from those that are shown.

    Parameters
    ----------
    cycle : Cycle
        The team, with what the store holds laid over it.
    matrix : Matrix, optional
        What it is scored by; the kit's own, if not given.
    before : Cycle, optional
        An earlier cycle of the same team.
    matrix_before : Matrix, optional
        What that one was scored by; ``matrix``, if not given.
    template : str or Path, optional
        A company's PowerPoint file whose look is taken.
    min_group : int, default 5
        The fewest people anything is told of.

    Returns
    -------
    bytes
        The file. The same cycle gives the same bytes.

    Raises
    ------
    UsageError
        If ``min_group`` is under 3, ``before`` is no earlier cycle, or the template cannot be used.

    Examples
    --------
    >>> import csmkit as ck
    >>> leadership_deck(ck.sample_team())[:2]
    b'PK'
    """
    slides = leadership_slides(
        cycle, matrix=matrix, before=before, matrix_before=matrix_before, min_group=min_group
    )
    title = said()["deck"]["title"]
    return drawn(slides, title=title, template=template, footer=says("confidential"))


def leadership_slides(
    cycle: Cycle,
    *,
    matrix: Matrix | None = None,
    before: Cycle | None = None,
    matrix_before: Matrix | None = None,
    min_group: int = 5,
) -> tuple[Slide, ...]:
    """What the deck says, slide by slide, before it is drawn.

    Parameters
    ----------
    cycle, matrix, before, matrix_before, min_group
        As `leadership_deck` takes them.

    Raises
    ------
    UsageError
        If ``min_group`` is under 3, or ``before`` is no earlier cycle.
    """
    check_group(min_group)
    first = _opening(cycle, matrix or matrix_of(cycle), before)
    if cycle.subjects["person_id"].nunique() < min_group:
        few = said()["limits"]["few"].format(least=min_group)
        return first, slide("limits", Words((Passage("", (few,)),)))
    return (first, *_figures(_Asked(cycle, matrix, before, matrix_before, min_group)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a deck is asked for."""

    cycle: Cycle
    matrix: Matrix | None
    before: Cycle | None
    matrix_before: Matrix | None
    min_group: int

    def gaps(self, by: str, *, phase: str = "") -> pd.DataFrame:
        """The team's gaps. Frames that follow levels first may stand side by side: no others."""
        return team_gaps(self.cycle, self.matrix, by=by, min_group=self.min_group, phase=phase)


def _figures(asked: _Asked) -> Iterator[Slide]:
    """All slides after the first; what cannot be told is on the last."""
    words, lacking, least = said(), list[str](), asked.min_group
    gaps = Gaps(asked.gaps(LEVEL))
    found = team_coverage(asked.cycle, asked.matrix, min_group=least, phase=gaps.phase)
    yield coverage(found, gaps.phase, least)
    if gaps.are_told:
        yield from _gaps(asked, gaps, lacking)
    else:
        lacking.append(words["limits"]["few_scored"].format(least=least))
    meeting = levels_decided(asked.cycle, min_group=least)
    if meeting.parts:
        yield decided(meeting)
    else:
        why = words["decided"][meeting.why].format(least=least)
        lacking.append(words["decided"]["lacking"].format(why=why))
    if gaps.are_told:
        yield checks(asked.cycle, asked.matrix)
    else:
        lacking.append(words["checks"]["none"].format(least=least))
    yield _limits([*lacking, *gaps.frame.attrs["notes"]])


def _gaps(asked: _Asked, gaps: Gaps, lacking: list[str]) -> Iterator[Slide]:
    """Slides on skill gaps; why one is not there is added to what is lacking."""
    words = said()["limits"]
    yield from (pillars(gaps), competencies(gaps))
    by_manager = Gaps(asked.gaps(MANAGER, phase=gaps.phase), gaps.measure)
    for made, why in ((levels(gaps), "no_levels"), (teams(by_manager), "no_managers")):
        if made:
            yield made
        else:
            lacking.append(words[why])
    if gaps.are_held_back:
        lacking.append(words["held"].format(least=asked.min_group))
    if gaps.measure == GREEN:
        # A trend and themes are of what is expected.
        lacking.append(words["no_expected"])
        return
    if over_time := _trend(asked, gaps.phase, lacking):
        yield over_time
    found = training_themes(asked.cycle, asked.matrix, min_group=asked.min_group, phase=gaps.phase)
    if len(found):
        yield themes(found)
    else:
        lacking.append(words["no_themes"].format(why=found.attrs["why"]))


def _trend(asked: _Asked, phase: str, lacking: list[str]) -> Slide | None:
    """The last cycle beside this one; where it cannot be, why is added to what is lacking."""
    words = said()["limits"]
    if asked.before is None:
        lacking.append(words["no_before"])
        return None
    matrix = asked.matrix or matrix_of(asked.cycle)
    matrices = (asked.matrix_before or matrix, matrix)
    # Figures of another phase beside these would tell how single values were changed.
    found = skill_trend(
        (asked.before, asked.cycle), matrices, min_group=asked.min_group, phase=phase
    )
    made = trend(found)
    if made is None:
        lacking.append(words["no_trend"])
    lacking += [note for note in found.attrs["notes"] if note not in lacking]
    return made


def _opening(cycle: Cycle, matrix: Matrix, before: Cycle | None) -> Slide:
    words = said()["deck"]
    told = {
        "period": _days(cycle),
        "matrix": clean(matrix.name),
        "before": _days(before) if before else "",
    }
    subtitle = words["subtitle_before" if before else "subtitle"].format(**told)
    return Slide("opening", words["title"], Opening(clean(subtitle)), notes_of("opening"))


def _days(cycle: Cycle) -> str:
    return f"{day(cycle.period.start)} – {day(cycle.period.end)}"


def _limits(lacking: list[str]) -> Slide:
    words = said()["limits"]
    always = tuple(words[name] for name in ("colours", "results", "people"))
    held = Passage(words["held_head"], tuple(dict.fromkeys(map(clean, lacking))))
    never = Passage(words["never_head"], always)
    return slide("limits", Words(tuple(one for one in (held, never) if one.lines)))
