"""The slides of a coaching deck on the matrix: colours given, strengths, areas to work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.growth.plan import Gap, Item, Strength
from csmkit.matrix.gaps import PHASES
from csmkit.matrix.matrix import NOT_OBSERVED
from csmkit.matrix.standing import matrix_standing
from csmkit.matrix.versions import matrix_note
from csmkit.render.deck.blocks import MARKS, Block
from csmkit.render.deck.coaching_person import Person, notes_of, of_scores, said, slide
from csmkit.render.deck.plain import Beside, Cell, Grid, Passage, Slide, Words
from csmkit.text import clean, count_of, day, missing

Row = Mapping[Any, Any]


def scored(person: Person) -> bool:
    """Whether anybody gave the person a colour that can be shown."""
    return bool(matrix_standing(person.book)[[*PHASES]].notna().any(axis=None))


def unscored(person: Person) -> Slide:
    """In place of all slides on colours, where there is none: a sentence."""
    told = said()["unscored"]["says"].format(name=person.name)
    shown = Words((Passage("", (Block(told, "lead"),)),))
    return of_scores(slide("unscored", shown), person, whole=True)


def matrix_slide(person: Person) -> Slide:
    """Colours by pillar: whose each is, what is expected beside it, how many items are cited."""
    words = said()["matrix"]
    frame = matrix_standing(person.book)
    rows = frame.to_dict("records")
    # A column that nobody filled says nothing; the manager's says that nothing was given.
    phases = [p for p in PHASES if p == "manager" or any(not missing(r[p]) for r in rows)]
    heads = [words["pillar_head"], words["competency"], *(words[phase] for phase in phases)]
    heads += [words["expected"], words["cited"]]
    body = []
    for row in rows:
        # What is not of the role is named among what is not in the deck.
        if not row["not_expected"] or any(not missing(row[phase]) for phase in PHASES):
            cells: list[Cell] = [clean(row["pillar"]), clean(row["name"])]
            cells += [_given(row, phase) for phase in phases]
            body.append((*cells, _expected(row), _cited(row)))
    widths = (1.7, 2.9, *(1.3 for _ in phases), 1.4, 1.3)
    apart = frame["apart"].dropna()
    same = words["same"] if len(apart) and apart.eq(0).all() else ""
    lead = " ".join(filter(None, (person.plan.whose, words["lead"], same)))
    shown = slide("matrix", Grid(tuple(heads), tuple(body), widths), lead=lead)
    return of_scores(shown, person, whole=True)


def _given(row: Row, phase: str) -> Cell:
    words = said()["matrix"]
    value = "" if missing(row[phase]) else str(row[phase])
    if value:
        return _colour(value)
    return str(words["not_expected" if row["not_expected"] else "not_scored"])


def _colour(value: str) -> Cell:
    """A colour as shape, letter and word; a value that is none as it was given."""
    word = str(said()["matrix"].get(value, clean(value)))
    return Block(word, mark=value) if value in MARKS else word


def _expected(row: Row) -> Cell:
    words, value = said()["matrix"], str(row["expected"])
    if row["not_expected"]:
        return str(words["not_expected"])
    if value == NOT_OBSERVED:
        return str(words["nothing_yet"])
    return _colour(value) if value else str(words["nothing_expected"])


def _cited(row: Row) -> str:
    return str(said()["none"]) if missing(row["value"]) else f"{row['cited']:,}"


def strengths(person: Person) -> Slide:
    """What stands at or above what is expected, with the dated items that it stands on."""
    words, every = said()["strengths"], person.plan.strengths
    shown, rest = every[: words["most"]], every[words["most"] :]
    blocks = [_strength(one) for one in shown]
    if rest:
        names = "; ".join(clean(one.competency.name) for one in rest)
        blocks.append(Passage("", (words["more"].format(count=len(rest), names=names),)))
    return of_scores(slide("strengths", Words(tuple(blocks))), person)


def _strength(one: Strength) -> Passage:
    words = said()["strengths"]
    heading = words["colour"].format(
        name=clean(one.competency.name), colour=said()["matrix"][one.value]
    )
    shown, rest = one.items[: words["items"]], len(one.items) - words["items"]
    more = words["more_items"].format(count=count_of(rest, "dated item")) if rest > 0 else ""
    told = [*map(item_line, shown), *filter(None, (more, clean(one.apart)))]
    return Passage(heading, tuple(told))


def item_line(item: Item) -> str:
    """A dated item in one line, with its account where it does not name it itself."""
    words = said()["strengths"]
    about = item.account and item.account not in item.text
    told = words["item" if about else "item_none"]
    return clean(told.format(day=day(item.date), account=item.account, text=item.text))


def gaps(person: Person) -> Slide:
    """The plan's gaps side by side: what was seen, what the level expects, what to practise."""
    found = person.plan.gaps
    ask = " ".join(dict.fromkeys(clean(g.competency.ask) for g in found if g.competency.ask))
    notes = notes_of("gaps", ask=ask or said()["gap"]["ask_none"])
    blocks = [_gap(one) for one in found]
    title = said()["titles"]["gaps" if len(blocks) == 2 else "gap"]
    # Side by side, what another matrix means for them would stand below them both.
    beside = len(blocks) == 2 and not matrix_note(person.book)
    shown = Beside(*blocks) if beside else Words(tuple(blocks))
    return of_scores(Slide("gaps", title, shown, notes, _others(person)), person)


def _gap(gap: Gap) -> Passage:
    words, colours = said()["gap"], said()["matrix"]
    heading = words["heading"].format(
        name=clean(gap.competency.name),
        colour=colours[gap.value],
        expected=colours[gap.expected.colour],
    )
    practice = gap.competency.practice or words["practise_none"]
    told = {
        "seen": " ".join(gap.seen) or words["seen_none"],
        "item": "; ".join(f"{day(one.date)}: {one.text}" for one in gap.items[:1]),
        "stands": " ".join(text for text in (gap.standing, gap.apart, gap.caution) if text),
        "expects": gap.expected.text or words["expects_none"],
        "practise": practice,
    }
    lines = [Block(clean(text), "bullet", words[key]) for key, text in told.items() if text]
    return Passage(heading, tuple(lines))


def _others(person: Person) -> str:
    names = "; ".join(clean(gap.competency.name) for gap in person.plan.more_gaps)
    return str(said()["gap"]["more"]).format(names=names) if names else ""


def no_gaps(person: Person) -> Slide:
    """Why there is nothing to work on from the matrix, in the plan's own words."""
    lines = tuple(map(clean, person.plan.lacking))
    shown = slide("no_gaps", Words((Passage("", lines),)), notes=notes_of("gaps_none"))
    return of_scores(shown, person)
