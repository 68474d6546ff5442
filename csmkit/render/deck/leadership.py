"""The deck for the leadership: the team's skills, and what is known of how they were rated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.growth.decided import levels_decided
from csmkit.growth.team import team_gaps
from csmkit.growth.team_basis import Counted, counted, scored_by, without_known
from csmkit.growth.team_coverage import team_coverage
from csmkit.growth.themes import training_themes
from csmkit.growth.trend import skill_trend
from csmkit.matrix.gap_parts import LEVEL, MANAGER
from csmkit.matrix.gaps import check_group
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.model import matrix_of
from csmkit.render.deck.drawn import drawn
from csmkit.render.deck.leadership_checks import checked, checks
from csmkit.render.deck.leadership_gaps import (
    GREEN,
    Gaps,
    competencies,
    levels,
    pillars,
    teams,
    themes,
)
from csmkit.render.deck.leadership_stands import any_scored, not_counted, stands_on
from csmkit.render.deck.leadership_team import decided
from csmkit.render.deck.leadership_trend import trend, untold, why_untold
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
    reader: str = "",
) -> bytes:
    """A deck on the skills of the team for its leadership: a PowerPoint file.

    It names nobody but its reader, and says of no rater how they rate. No figure is of fewer than
    ``min_group`` people, and none of fewer can be worked out from those that are shown.

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
    reader : str, optional
        A person who knows others' colours, by id, mail or name: everything is without them, all
        whom they rated and all whom they manage, as `csmkit.growth.team.team_gaps` has it.

    Returns
    -------
    bytes
        The file. The same cycle gives the same bytes.

    Raises
    ------
    UsageError
        If ``min_group`` is under 5, ``before`` is no earlier cycle, ``reader`` is nobody of the
        export, or the template cannot be used.

    Examples
    --------
    >>> import csmkit as ck
    >>> leadership_deck(ck.sample_team())[:2]
    b'PK'
    """
    slides = leadership_slides(
        cycle,
        matrix=matrix,
        before=before,
        matrix_before=matrix_before,
        min_group=min_group,
        reader=reader,
    )
    return leadership_file(slides, template=template)


def leadership_file(slides: Sequence[Slide], *, template: str | Path | None = None) -> bytes:
    """The slides of `leadership_slides` as a PowerPoint file.

    Raises
    ------
    UsageError
        If the template cannot be used.
    """
    title = said()["deck"]["title"]
    return drawn(slides, title=title, template=template, footer=says("confidential"))


def leadership_slides(
    cycle: Cycle,
    *,
    matrix: Matrix | None = None,
    before: Cycle | None = None,
    matrix_before: Matrix | None = None,
    min_group: int = 5,
    reader: str = "",
) -> tuple[Slide, ...]:
    """What the deck says, slide by slide, before it is drawn.

    Parameters
    ----------
    cycle, matrix, before, matrix_before, min_group, reader
        As `leadership_deck` takes them.

    Raises
    ------
    UsageError
        If ``min_group`` is under 5, ``before`` is no earlier cycle, or ``reader`` is nobody of the
        export.
    """
    check_group(min_group)
    others = without_known(cycle, reader) if reader else cycle
    matrix = matrix or matrix_of(cycle)
    asked = _Asked(cycle, others, matrix, before, matrix_before or matrix, min_group, reader)
    rest = tuple(_figures(asked) if _people(others) >= min_group else _of_few(asked))
    is_beside = before is not None and not why_untold(rest)
    return (_opening(asked, is_beside=is_beside), *rest)


def _people(cycle: Cycle) -> int:
    return int(cycle.subjects["person_id"].nunique())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a deck is asked for."""

    cycle: Cycle
    others: Cycle
    matrix: Matrix
    before: Cycle | None
    matrix_before: Matrix
    min_group: int
    reader: str

    @property
    def name(self) -> str:
        """The reader's name, if it is made for one."""
        return clean(self.cycle.person(self.reader)["name"]) if self.reader else ""

    def gaps(self, by: str, *, phase: str = "") -> pd.DataFrame:
        """The team's gaps. Frames that follow levels first may stand side by side: no others."""
        how: dict[str, Any] = {"min_group": self.min_group, "reader": self.reader}
        return team_gaps(self.cycle, self.matrix, by=by, phase=phase, **how)


def _of_few(asked: _Asked) -> Iterator[Slide]:
    """All slides after the first of a team of too few people: sentences alone."""
    words = said()["limits"]
    if asked.before is not None:
        yield untold([words["few_trend"].format(least=asked.min_group)])
    few = words["few_reader" if asked.reader else "few"]
    told = few.format(least=asked.min_group, name=asked.name)
    yield slide("limits", Words((Passage("", (told,)),)))


def _figures(asked: _Asked) -> Iterator[Slide]:
    """All slides after the first; what cannot be told is on the last."""
    words, lacking, least = said(), list[str](), asked.min_group
    gaps = Gaps(asked.gaps(LEVEL))
    team = asked.others, asked.matrix
    how: dict[str, Any] = {"phase": gaps.phase, "min_group": least}
    of = counted(*team, **how, measure=gaps.measure)
    looked = checked(*team, least) if gaps.are_told else ()
    found, scored = team_coverage(*team, **how), scored_by(*team, **how)
    is_scored = any_scored(asked.others)
    yield stands_on(found, scored, of, looked, **how, reader=asked.name, is_scored=is_scored)
    if gaps.are_told:
        yield from _gaps(asked, gaps, of, lacking)
    else:
        lacking.append(words["limits"]["few_scored"].format(least=least))
        if asked.before is not None:
            yield untold([words["limits"]["few_trend"].format(least=least)])
    meeting = levels_decided(asked.others, min_group=least)
    if meeting.parts:
        yield decided(meeting)
    else:
        why = words["decided"][meeting.why].format(least=least)
        lacking.append(words["decided"]["lacking"].format(why=why))
    if looked:
        yield checks(looked)
    else:
        lacking.append(words["checks"]["none"].format(least=least))
    yield _limits([*lacking, *gaps.frame.attrs["notes"]])


def _gaps(asked: _Asked, gaps: Gaps, of: Counted, lacking: list[str]) -> Iterator[Slide]:
    """Slides on skill gaps; why one is not there is added to what is lacking."""
    words = said()["limits"]
    yield from (pillars(gaps), competencies(gaps, not_counted(of, asked.min_group)))
    by_manager = Gaps(asked.gaps(MANAGER, phase=gaps.phase), gaps.measure)
    by_level = levels(gaps, of.levels)
    for made, why in ((by_level, "no_levels"), (teams(by_manager), "no_managers")):
        if made:
            yield made
        else:
            lacking.append(words[why])
    if gaps.are_held_back:
        lacking.append(words["held"].format(least=asked.min_group))
    if gaps.measure == GREEN:
        # A trend and themes are of what is expected.
        lacking.append(words["no_expected"])
        if asked.before is not None:
            yield untold([words["no_expected_trend"]])
        return
    if over_time := _trend(asked, gaps.phase, lacking):
        yield over_time
    how: dict[str, Any] = {"min_group": asked.min_group, "reader": asked.reader}
    # All of them: which stand in the table, and which in the notes, is the slide's to say.
    most = max(1, len(asked.matrix))
    found = training_themes(asked.cycle, asked.matrix, phase=gaps.phase, most=most, **how)
    if len(found):
        yield themes(found, gaps)
    else:
        lacking.append(words["no_themes"].format(why=found.attrs["why"]))


def _trend(asked: _Asked, phase: str, lacking: list[str]) -> Slide | None:
    """The last cycle beside this one; what is to be known of it is added to what is lacking."""
    if asked.before is None:
        lacking.append(said()["limits"]["no_before"])
        return None
    cycles, matrices = (asked.before, asked.cycle), (asked.matrix_before, asked.matrix)
    # Figures of another phase beside these would tell how single values were changed.
    how: dict[str, Any] = {"min_group": asked.min_group, "reader": asked.reader}
    found = skill_trend(cycles, matrices, phase=phase, **how)
    lacking += [note for note in found.attrs["notes"] if note not in lacking]
    return trend(found)


def _opening(asked: _Asked, *, is_beside: bool) -> Slide:
    words = said()["deck"]
    parts = [words["subtitle"].format(period=_days(asked.cycle), matrix=clean(asked.matrix.name))]
    if asked.before is not None and is_beside:
        parts.append(words["beside"].format(before=_days(asked.before)))
    if asked.reader:
        parts.append(words["reader"].format(name=asked.name))
    subtitle = clean("".join(parts))
    notes = notes_of("opening_reader", name=asked.name) if asked.reader else notes_of("opening")
    return Slide("opening", words["title"], Opening(subtitle), clean(notes))


def _days(cycle: Cycle) -> str:
    return f"{day(cycle.period.start)} – {day(cycle.period.end)}"


def _limits(lacking: list[str]) -> Slide:
    words = said()["limits"]
    always = tuple(words[name] for name in ("colours", "results", "people"))
    held = Passage(words["held_head"], tuple(dict.fromkeys(map(clean, lacking))))
    never = Passage(words["never_head"], always)
    return slide("limits", Words(tuple(one for one in (held, never) if one.lines)))
