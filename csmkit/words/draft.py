"""A draft as a structure: sections, paragraphs, sentences, and what each sentence stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from csmkit.cycle import Period


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a draft.

    Attributes
    ----------
    text : str
        What it says, as people read it.
    sources : tuple of str
        The rows and items of evidence it stands on, in words.
    gap : bool
        It says what is still missing, and is to be replaced by whoever knows it.
    """

    text: str
    sources: tuple[str, ...] = ()
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together; a title where they are about one account or moment."""

    sentences: tuple[Sentence, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; ``lead`` is said to the writer, and is no part of it."""

    heading: str
    paragraphs: tuple[Paragraph, ...]
    lead: str = ""


@dataclass(frozen=True)
class Draft:
    """A review or self-evaluation that is still to be written, with the facts already in it.

    Attributes
    ----------
    kind : str
        ``review`` (a manager's) or ``self`` (a self-evaluation).
    person_id, name : str
        Whom it is about.
    title : str
        Its first line.
    period : Period
        The days it is about.
    sections : tuple of Section
        What it says, in order.
    """

    kind: str
    person_id: str
    name: str
    title: str
    period: Period
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence, in order."""
        for section in self.sections:
            for paragraph in section.paragraphs:
                yield from paragraph.sentences

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is still missing, in the order in which it is asked for."""
        return tuple(one.text for one in self.sentences() if one.gap)

    @property
    def words(self) -> int:
        """Words that are said: what is missing does not count."""
        return sum(len(one.text.split()) for one in self.sentences() if not one.gap)

    def stands_on(self) -> dict[str, int]:
        """Every source once, with its number from 1, in the order of the first sentence on it."""
        every = dict.fromkeys(source for one in self.sentences() for source in one.sources)
        return {source: number for number, source in enumerate(every, start=1)}

    def with_sentences(self, change: Callable[[Sentence], Sentence]) -> Draft:
        """The same draft with each sentence as ``change`` gives it."""
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    paragraphs=tuple(
                        replace(part, sentences=tuple(change(one) for one in part.sentences))
                        for part in section.paragraphs
                    ),
                )
                for section in self.sections
            ),
        )
