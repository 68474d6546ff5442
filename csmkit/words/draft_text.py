"""A draft as Markdown: numbers lead to what each sentence stands on, and gaps are marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from csmkit.text import clean
from csmkit.words.draft import Draft, Paragraph, Sentence
from csmkit.words.passages import FOR_WRITER, MISSING, STANDS_ON

_BREAKS = re.compile("[ \t\r\n\x0b\x0c\x85\u2028\u2029]+")
_MARKS = re.compile(r"[\\`*_\[\]<>|~$]|&(?=#?\w+;)")
# Addresses that readers of Markdown make links of without being asked.
_ADDRESS = re.compile(r":(?=//)|@(?=\w)")
_WWW = re.compile(r"(?i)\b(www)\.")
_AT_START = re.compile(r"^(?P<lead>\s*)(?P<mark>[-+#=>:]|\d{1,9}(?=[.)](?:\s|$)))")


def draft_markdown(draft: Draft) -> str:
    r"""A draft as Markdown.

    Parameters
    ----------
    draft : Draft
        From `csmkit.words.drafts`.

    Returns
    -------
    str
        Headings, paragraphs, numbers in brackets behind sentences, gaps as ``[missing: ...]``, and
        a last section that says what each number stands on. Text of the tables, of evidence and of
        people is escaped: it is no markup, heading, link or HTML. `csmkit.check_review` reads it as
        a review; what is in these brackets, and the last section, is no part of the text to it.

    Examples
    --------
    >>> from csmkit.cycle import Period
    >>> from csmkit.words.draft import Draft, Paragraph, Section, Sentence
    >>> wins = Section("Wins", (Paragraph((Sentence("A *grew*.", ("ARR of A",)),)),))
    >>> draft = Draft("self", "ana", "Ana", "Ana", Period.parse("2026-01-01:2026-06-30"), (wins,))
    >>> print(draft_markdown(draft).splitlines()[4])
    A \*grew\*. [1]
    """
    numbers = draft.stands_on()
    blocks = [f"# {escaped(draft.title)}"]
    for section in draft.sections:
        blocks.append(f"## {escaped(section.heading)}")
        if section.lead:
            blocks.append(f"[{FOR_WRITER}: {escaped(section.lead)}]")
        blocks += filter(None, (_paragraph(part, numbers) for part in section.paragraphs))
    if numbers:
        blocks.append(f"## {STANDS_ON}")
        blocks.append("\n".join(f"{n}. {escaped(source)}" for source, n in numbers.items()))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    r"""Text on one line as Markdown shows it, whatever is in it.

    Examples
    --------
    >>> print(escaped("[a](http://b.example) <b> & 50_000"))
    \[a\](http\://b.example) \<b\> & 50\_000
    """
    line = _BREAKS.sub(" ", clean(text)).strip()
    line = _MARKS.sub(lambda found: f"\\{found[0]}", line)
    line = _without_links(line)
    return _AT_START.sub(_stilled, line)


def _without_links(line: str) -> str:
    """The line with a backslash where a bare address begins to be one."""
    line = _ADDRESS.sub(lambda found: f"\\{found[0]}", line)
    return _WWW.sub(lambda found: f"{found[1]}\\.", line)


def _stilled(found: re.Match[str]) -> str:
    """The start of a line that would be a list, a heading or a rule."""
    mark = found["mark"]
    # A number before a stop begins a list: the stop is what must not be one.
    return f"{found['lead']}{mark}\\" if mark.isdigit() else f"{found['lead']}\\{mark}"


def _paragraph(part: Paragraph, numbers: Mapping[str, int]) -> str:
    text = " ".join(_sentence(one, numbers) for one in part.sentences)
    title = escaped(part.title)
    return f"**{title}.** {text}" if title and text else text


def _sentence(one: Sentence, numbers: Mapping[str, int]) -> str:
    if one.gap:
        return f"[{MISSING}: {escaped(one.text)}]"
    marks = "".join(_marks(one, numbers))
    return f"{escaped(one.text)}{marks}"


def _marks(one: Sentence, numbers: Mapping[str, int]) -> Iterator[str]:
    found = sorted({numbers[source] for source in one.sources})
    if found:
        yield f" [{', '.join(map(str, found))}]"
