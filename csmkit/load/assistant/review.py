"""The mapping assistant in the terminal: one question at a time, Enter takes the proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from csmkit.errors import CsmkitError
from csmkit.load.assistant.draft import Draft
from csmkit.load.assistant.review_questions import Ask, Session, next_question
from csmkit.text import clean

HELP = (
    "Enter takes the proposal in [brackets]; ? shows examples and the reason; s skips;"
    " b goes back; q saves what is decided and stops."
)
_FEW = 9


def review(
    draft: Draft, *, ask: Callable[[str], str], tell: Callable[[str], None]
) -> tuple[Draft, bool]:
    """Put every question about a draft to a person.

    Parameters
    ----------
    draft : Draft
        Where to begin.
    ask : callable
        Shows a prompt and gives the line typed; raises EOFError when there are no more, and
        KeyboardInterrupt when the person stops.
    tell : callable
        Shows a text.

    Returns
    -------
    tuple
        The draft with what was decided, and whether there may be more answers to come.
    """
    tell(HELP)
    empty = dict.fromkeys(p.sheet for p in draft.parts if not draft.facts.rows(p.sheet))
    if empty:
        tell(f"Not asked about, for there are no rows: {', '.join(map(clean, empty))}.")
    at = [Session(draft)]
    try:
        return _asked(at, ask, tell)
    except KeyboardInterrupt:
        tell("")
        return at[-1].draft, False


def _asked(
    before: list[Session], ask: Callable[[str], str], tell: Callable[[str], None]
) -> tuple[Draft, bool]:
    """See `review`; ``before`` holds every step, the last one is where it stands."""
    place = ""
    while (question := next_question(before[-1])) is not None:
        session = before[-1]
        if place != question.name[1]:
            place = question.name[1]
            if place:
                tell(_title(session.draft, place))
        tell(_put(question))
        try:
            answer = ask(f"[{question.proposal or 'skip'}] > ").strip()
        except EOFError:
            tell("")
            return session.draft, False
        if answer == "q":
            return session.draft, True
        if answer == "?":
            tell(_explained(question))
        elif answer == "b":
            if before[1:]:
                before.pop()
                place = ""
            else:
                tell("This is the first question.")
        else:
            try:
                before.append(_answered(session, question, answer))
            except CsmkitError as error:
                tell(str(error))
    tell("\nThat was the last question.")
    return before[-1].draft, True


def _answered(session: Session, question: Ask, answer: str) -> Session:
    asked = replace(session, asked=session.asked | {question.name})
    if answer == "s" or (not answer and not question.proposal):
        return asked
    return question.take(asked, _meant(question, answer or question.proposal))


def _meant(question: Ask, answer: str) -> str:
    """The option that an answer means: by its name, its number, its words, or their beginning."""
    if not question.options:
        return answer
    word = answer.casefold()
    exact = [v for v, words in question.options if word in (v.casefold(), words.casefold())]
    if exact:
        return exact[0]
    if word.isdecimal() and 0 < int(word) <= len(question.options):
        return question.options[int(word) - 1][0]
    near = [v for v, _ in question.options if v.casefold().startswith(word)]
    if len(near) == 1:
        return near[0]
    allowed = ", ".join(v for v, _ in question.options)
    raise _Unknown(f"{answer!r} is none of the answers.", f"Allowed: {allowed}.")


class _Unknown(CsmkitError):
    """An answer that is none of those allowed; the question is put again."""


def _put(question: Ask) -> str:
    if not question.listed or not 0 < len(question.options) <= _FEW:
        return question.text
    return "\n".join([question.text, *_listed(question)])


def _listed(question: Ask) -> Iterator[str]:
    for number, (value, words) in enumerate(question.options, 1):
        yield f"   {number:>2}  {value}" + (f": {words}" if words and words != value else "")


def _explained(question: Ask) -> str:
    many = _listed(question) if question.listed and len(question.options) > _FEW else ()
    return "\n".join([question.more or "There is nothing more to tell.", *many])


def _title(draft: Draft, key: str) -> str:
    return f"\n{clean(key)} ({draft.facts.rows(draft.part(key).sheet):,} rows)"
