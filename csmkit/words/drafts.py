"""Drafts of a manager's review and of a self-evaluation, with the facts already in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.schema import PACKET_ROLES
from csmkit.text import day
from csmkit.words.draft import Draft, Paragraph, Section
from csmkit.words.drafts_agreed import agreed_part, before_part, goals_part
from csmkit.words.drafts_headline import headline_part
from csmkit.words.drafts_losses import learned_part, losses_part, miss_part
from csmkit.words.drafts_said import Writer, said
from csmkit.words.drafts_time import inherited_wins, time_part
from csmkit.words.drafts_wins import wins_part
from csmkit.words.drafts_work import practice_part, unmetered_part
from csmkit.words.facts import Tables

AIM = 640
"""Words: what is longer is shortened; 300 to 500 is the aim, and 700 is explained too much."""
PARTS: Mapping[str, Callable[[Writer], list[Paragraph]]] = {
    "headline": headline_part,
    "wins": wins_part,
    "losses": losses_part,
    "miss": miss_part,
    "learned": learned_part,
    "unmetered": unmetered_part,
    "practice": practice_part,
    "time": time_part,
    "before": before_part,
    "agreed": agreed_part,
    "goals": goals_part,
}
# Wins and losses take their notes before the rest does, wherever they stand.
_FIRST = ("wins", "losses", "miss", "learned")


def review_draft(cycle: Cycle, *, csm: str, tables: Tables | None = None) -> Draft:
    """A manager's review that is still to be written: facts with sources, and what is missing.

    Nothing in it rates anybody. What is told first follows the person's role and level.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book, with what a store holds laid over it.
    csm : str
        An id, a mail, or a name that one person has.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.

    Returns
    -------
    Draft
        Headline with composition and balance; wins; a loss from end to end; practice; work that
        no metric shows; time and ownership; feedback given, with its day; what was agreed; gaps
        that ask for goals. Items private to their author are not in it, and no colleague is named.

    Raises
    ------
    UsageError
        If there is no such person, or their role has no review.

    Examples
    --------
    >>> import csmkit as ck
    >>> from csmkit.words.drafts import review_draft
    >>> draft = review_draft(ck.sample_team(), csm="kwame.mensah@northwind.example")
    >>> draft.kind, draft.sections[0].heading, draft.words < 700
    ('review', 'The period in short', True)
    """
    return _draft(cycle, csm, "review", tables)


def self_evaluation_draft(
    cycle: Cycle, *, csm: str, bullets: str = "", tables: Tables | None = None
) -> Draft:
    """A self-evaluation of one page that is still to be written, in the first person.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book. In the person's own folder (a book of the CSM's edition,
        with their own score file laid over it) items private to them may be the miss or what was
        learned; from a team's tables they are never taken.
    csm : str
        An id, a mail, or a name that one person has.
    bullets : str, optional
        Rough lines that it is made of instead; see `csmkit.bullets_draft`.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.

    Returns
    -------
    Draft
        One headline with composition, three wins, one miss, one thing learned, and gaps that ask
        for three goals; practice and work for others where the level puts them; whose work the
        figures show of somebody ramping.

    Raises
    ------
    UsageError
        If there is no such person, or their role has no self-evaluation.
    """
    if bullets.strip():
        # It is built of the parts of this module.
        from csmkit.words.drafts_bullets import bullets_draft

        return bullets_draft(bullets, cycle=cycle, csm=csm, kind="self", tables=tables)
    return _draft(cycle, csm, "self", tables)


def writer_of(cycle: Cycle, csm: str, kind: str, tables: Tables | None) -> Writer:
    """The writer of one person's draft."""
    person = cycle.person(csm)
    if person["role"] not in PACKET_ROLES:
        raise UsageError(
            f"{person['name']} has no role that is reviewed here ({person['role']}).",
            f"Drafts are made for: {', '.join(PACKET_ROLES)}.",
        )
    return Writer(cycle, person, kind, tables)


def _draft(cycle: Cycle, csm: str, kind: str, tables: Tables | None) -> Draft:
    writer = writer_of(cycle, csm, kind, tables)
    by_role = said()["order"][kind][writer.role]
    order: list[str] = by_role.get(writer.level, by_role["mid"])
    made = {name: PARTS[name](writer) for name in sorted(order, key=lambda n: n not in _FIRST)}
    if "wins" in made:
        made["wins"] = inherited_wins(writer, made["wins"])
    there = [name for name in order if made[name]]
    return fitted(draft_of(writer, {name: made[name] for name in there}), there)


def draft_of(writer: Writer, parts: Mapping[str, list[Paragraph]]) -> Draft:
    """A draft of paragraphs by section, with heading and lead."""
    texts, kind, period = said(), writer.kind, writer.cycle.period
    sections = []
    for name, paragraphs in parts.items():
        heading = texts["headings"][kind][name]
        lead = texts["leads"][kind].get(name, "")
        if name == "headline":
            of = "level" if writer.role == "csm" else "level_other"
            lead = texts["leads"][of].get(writer.person.level, "")
        sections.append(Section(heading, tuple(paragraphs), lead))
    first, last = day(period.start), day(period.end)
    title = texts["title"][kind].format(name=writer.name, first=first, last=last)
    return Draft(kind, writer.who, writer.name, title, period, tuple(sections))


def fitted(draft: Draft, names: list[str], *, aim: int = AIM) -> Draft:
    """The draft with no more words than one page has: what tells least goes first.

    Parameters
    ----------
    draft : Draft
        Any draft.
    names : list of str
        Its sections, as the text file calls them, in order.
    aim : int
        How many words may stay.
    """
    stay: Mapping[str, int] = said()["shorten"]
    halves = {name: (count + 1) // 2 for name, count in stay.items()}
    for least in (stay, halves, dict.fromkeys(stay, 0)):
        for name, count in least.items():
            while draft.words > aim and name in names:
                whole = name in said()["whole"]["sections"]
                shorter = _shorter(draft, names.index(name), count, whole=whole)
                if shorter is draft:
                    break
                draft = shorter
    return draft


def _shorter(draft: Draft, at: int, least: int, *, whole: bool) -> Draft:
    """The draft without one sentence of a section, if more than so many stay; gaps do not count.

    It is the last of the paragraph with most of them, so that no account is left half told; or a
    whole paragraph, the last that tells anything.
    """
    section = draft.sections[at]
    told = [
        [j for j, sentence in enumerate(paragraph.sentences) if not sentence.gap]
        for paragraph in section.paragraphs
    ]
    if sum(map(len, told)) <= least:
        return draft
    if whole:
        last = max(i for i, places in enumerate(told) if places)
        kept = tuple(p for i, p in enumerate(section.paragraphs) if i != last)
    else:
        longest = max(range(len(told)), key=lambda i: (len(told[i]), i))
        kept = tuple(_cut(section, (longest, told[longest][-1])))
    sections = list(draft.sections)
    sections[at] = replace(section, paragraphs=kept)
    return replace(draft, sections=tuple(sections))


def _cut(section: Section, place: tuple[int, int]) -> Iterator[Paragraph]:
    for i, paragraph in enumerate(section.paragraphs):
        if i != place[0]:
            yield paragraph
            continue
        left = tuple(one for j, one in enumerate(paragraph.sentences) if j != place[1])
        if left:
            yield replace(paragraph, sentences=left)
