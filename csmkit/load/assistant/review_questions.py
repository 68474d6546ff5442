"""The questions of the terminal's mapping assistant, in the order in which they are put."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from csmkit.load.assistant.draft import Draft
from csmkit.load.assistant.draft_parts import Line, Part
from csmkit.load.assistant.groups import FILL_DOWN
from csmkit.load.assistant.guess import OF_A_DAY, SURE
from csmkit.load.assistant.hints import account_hint, hint_texts, months_hint, renewal_hint
from csmkit.load.assistant.questions import Question, without_syntax
from csmkit.schema import TABLES
from csmkit.text import clean

_LIKELY = 0.7
_NONE = "none"
_KEEP = "keep"
_UNSURE = 0.6
_NAMES = {"account_id": ("name",), "name": ("account_id",)}
"""Columns of an account that may stand for another one."""
_ANOTHER = "another"


@dataclass(frozen=True)
class Session:
    """Where a review stands: the draft, what was asked, and headers to ask about again."""

    draft: Draft
    asked: frozenset[tuple[str, ...]] = frozenset()
    again: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Ask:
    """One question: its text, the answers it takes, what Enter takes, and what ``?`` tells."""

    name: tuple[str, ...]
    text: str
    take: Callable[[Session, str], Session]
    options: tuple[tuple[str, str], ...] = ()
    proposal: str = ""
    more: str = ""
    listed: bool = True


def next_question(session: Session) -> Ask | None:
    """The first question that was not put yet."""
    return next((q for q in _questions(session) if q.name not in session.asked), None)


def _questions(session: Session) -> Iterator[Ask]:
    draft = session.draft
    for part in draft.parts:
        if not draft.facts.rows(part.sheet):
            continue
        yield _table(draft, part)
        if part.used:
            yield from _of_part(session, part)
    if any(TABLES[p.table][c].kind == "money" for p in draft.parts if p.used for c in p.filled):
        yield Ask(
            ("currency", ""),
            "\nWhich currency are the amounts in? An ISO code such as EUR.",
            lambda s, code: replace(s, draft=s.draft.set_currency(code)),
            proposal=draft.currency,
            more="It is shown beside every amount; without it amounts have no sign.",
        )


def _of_part(session: Session, part: Part) -> Iterator[Ask]:
    draft = session.draft
    lines = [line for line in part.lines if not line.fixed]
    if (part.key, _ANOTHER) in session.again:
        yield _another(part)
    for line in lines:
        if (part.key, line.header) in session.again:
            yield _column(draft, part, line, again=True)
    clear = [line for line in lines if line.column and not draft.waits(part, line)]
    if clear:
        yield _clear(part, clear)
    for line in lines:
        if line.guess and not line.column and not line.decided:
            yield _column(draft, part, line)
        for question in draft.questions(part, line):
            if question.open or (question.key == FILL_DOWN and not question.answer):
                yield _said(part, line, question)
    elsewhere = {
        line.header for p in draft.parts if p.sheet == part.sheet for line in p.lines if line.column
    }
    spare = [line for line in lines if not line.column and line.header not in elsewhere]
    if spare:
        yield _spare(draft, part, spare)
    chosen = {line.column for line in lines}
    for column in draft.lacking(part):
        if not chosen & set(column.split(" or ")):
            yield _lacking(draft, part, column)


def _table(draft: Draft, part: Part) -> Ask:
    def take(session: Session, table: str) -> Session:
        chosen = "" if table == _NONE else table
        return replace(session, draft=session.draft.choose_table(part.key, chosen))

    only = not part.used and _only_list(draft, part)
    proposal = part.table if part.used or only else _NONE
    if part.also and part.decided:
        text = f"It also fills {part.table}."
    elif part.also:
        text = f"This file also has {clean(part.also)}: use it as {part.table}? ({part.reason})"
    elif part.table:
        sure = "sure" if part.confidence >= SURE else "not sure"
        row_is = TABLES[part.table].row_is
        text = f"It looks like {part.table}: a row is {row_is} ({sure}: {part.reason})."
    else:
        text = "Nothing in its name or headers says what it is."
    if only:
        text += " Nothing else lists your customers."
    months = "" if part.also else months_hint(line.header for line in part.lines)
    text = f"{months}\n{text}" if months else text
    headers = ", ".join(clean(line.header) for line in part.lines)
    return Ask(
        ("table", part.key),
        f"{text} Which table does it fill? (none: leave it out)",
        take,
        (*((t.name, t.row_is) for t in TABLES.values()), (_NONE, "leave it out")),
        proposal,
        f"Its headers: {headers}.",
    )


def _only_list(draft: Draft, part: Part) -> bool:
    """Whether a part probably lists the accounts, and no other does."""
    likely = part.table == "accounts" and part.confidence >= _UNSURE and not part.left_out
    return likely and not any(other.table == "accounts" and other.used for other in draft.parts)


def _clear(part: Part, lines: list[Line]) -> Ask:
    reasons = "\n".join(
        f"   {clean(ln.header)}: {', '.join(ln.examples)}"
        + (
            f" ({without_syntax(ln.guess.reason)})"
            if ln.guess and ln.guess.column == ln.column
            else ""
        )
        for ln in lines
    )
    return Ask(
        ("clear", part.key),
        "These columns are clear:\n"
        + "\n".join(f"       {clean(ln.header)} is {ln.column}" for ln in lines)
        + "\nEnter keeps them; or type the header of one to change it, or"
        f" {_ANOTHER} if this file fills another table as well.",
        lambda session, answer: _asked_again(session, part, "clear", answer),
        ((_KEEP, ""), (_ANOTHER, ""), *((ln.header, "") for ln in lines)),
        _KEEP,
        reasons,
        listed=False,
    )


def _spare(draft: Draft, part: Part, lines: list[Line]) -> Ask:
    _, hint = ("", "") if part.also else renewal_hint(draft.facts, draft.parts, part.sheet)
    headers = ", ".join(clean(ln.header) for ln in lines)
    return Ask(
        ("spare", part.key),
        f"Not used: {headers}.{f' {hint}' if hint else ''}"
        "\nEnter goes on; or type the header of one to use it,"
        f" or {_ANOTHER} if this file fills another table as well.",
        lambda session, answer: _asked_again(session, part, "spare", answer),
        ((_KEEP, ""), (_ANOTHER, ""), *((ln.header, "") for ln in lines)),
        _KEEP,
        "\n".join(f"   {clean(ln.header)}: {', '.join(ln.examples) or 'empty'}" for ln in lines),
        listed=False,
    )


def _another(part: Part) -> Ask:
    def take(session: Session, table: str) -> Session:
        session = replace(session, again=session.again - {(part.key, _ANOTHER)})
        if table == _NONE:
            return session
        return replace(session, draft=session.draft.add_table(part.key, table))

    return Ask(
        ("another", part.key),
        "Which other table does this file fill as well?",
        take,
        (*((t.name, t.row_is) for t in TABLES.values()), (_NONE, "no other")),
        _NONE,
    )


def _asked_again(session: Session, part: Part, kind: str, header: str) -> Session:
    """Ask about one header, and then the list it was taken from once more."""
    if header == _KEEP:
        return session
    forget = {(kind, part.key), ("column", part.key, header), ("another", part.key)}
    return replace(
        session, again=session.again | {(part.key, header)}, asked=session.asked - forget
    )


def _column(draft: Draft, part: Part, line: Line, *, again: bool = False) -> Ask:
    def take(session: Session, column: str) -> Session:
        chosen = "" if column == _NONE else column
        draft = session.draft.choose_column(part.key, line.header, chosen)
        return replace(session, draft=draft, again=session.again - {(part.key, line.header)})

    guess = line.guess
    text = f"{clean(line.header)} ({', '.join(line.examples) or 'empty'})"
    proposal = line.column or _NONE
    reason = ""
    if guess and not again:
        taken = guess.column in part.filled
        enough = _UNSURE if guess.column in draft.lacking(part) else _LIKELY
        if guess.confidence >= enough and not guess.trap and not taken:
            proposal = guess.column
        instead = f", in place of {part.filled[guess.column] or 'what is said'}" if taken else ""
        text += f" may be {guess.column}{instead}: {without_syntax(guess.reason)}."
        reason = f"{TABLES[part.table][guess.column].meaning} How sure: {guess.confidence:.2f}."
    else:
        text += "."
    columns = ((c.name, c.meaning) for c in TABLES[part.table].columns)
    return Ask(
        ("column", part.key, line.header),
        f"{text} What is it? (none: not used)",
        take,
        (*columns, (_NONE, "not used")),
        proposal,
        reason,
    )


def _said(part: Part, line: Line, question: Question) -> Ask:
    def take(session: Session, answer: str) -> Session:
        draft = session.draft.say(part.key, line.header, question.key, answer, about=question.about)
        return replace(session, draft=draft)

    shown = ", ".join(line.examples) or "empty"
    return Ask(
        ("say", part.key, line.header, line.column, question.key, question.about),
        f"{clean(line.header)}, which is {line.column}: {clean(question.text)}",
        take,
        question.options,
        question.answer or question.proposal,
        f"Examples: {shown}. {without_syntax(line.guess.reason) if line.guess else ''}",
    )


def _lacking(draft: Draft, part: Part, column: str) -> Ask:
    free = [ln for ln in part.lines if not ln.column]
    again = [ln for ln in part.lines if ln.column and not ln.fixed]
    names = [ln.header for ln in again if ln.column in _NAMES.get(column, ())]
    both = column.split(" or ")
    values = TABLES[part.table][both[0]].values if len(both) == 1 else ()

    def take(session: Session, answer: str) -> Session:
        if answer in values or (of_a_day and answer not in {ln.header for ln in free}):
            return replace(session, draft=session.draft.say_always(part.key, column, answer))
        return replace(session, draft=session.draft.use_again(part.key, both[0], answer))

    always = f" Or, if it is the same in every row, one of: {', '.join(values)}." if values else ""
    of_a_day = column == "date" and part.table in OF_A_DAY
    if of_a_day:
        always = " Or as of which day is this list? YYYY-MM-DD, for example 2026-01-31."
    if names:
        always += f" {hint_texts()['again']['text']}"
    elif column == "account_id":
        always += f" {account_hint(draft.facts, part)}"
    options = (
        *((ln.header, f"{', '.join(ln.examples[:2])} (also {ln.column})") for ln in again),
        *((ln.header, ", ".join(ln.examples[:2])) for ln in free),
        *((value, "the same in every row") for value in values),
    )
    return Ask(
        ("lacking", part.key, column),
        f"{part.table} needs {column}, and nothing fills it yet; until then the file is not used."
        f" Which column is it?{always}",
        take,
        () if of_a_day else options,
        names[0] if names else "",
        more=" ".join(f"{c}: {TABLES[part.table][c].meaning}" for c in both),
    )
