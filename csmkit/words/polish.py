"""A draft's sentences rewritten by a language model of one's own, where the facts stay the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from csmkit.words.draft import Draft, Sentence
from csmkit.words.passages import sentences
from csmkit.words.polish_server import NoAnswer, Server, refused, seconds, server_at
from csmkit.words.same_facts import left_out, not_in_source
from csmkit.words.text_files import text_file

WAIT = 60.0
"""Seconds for one sentence: a model that was not used for a while takes long to begin."""
LONGEST = 2_000
"""Characters of a sentence that is sent; a longer one is a pasted note."""
_MOST_FAILURES = 2
_LEAST_ROOM = 40
_THOUGHT = re.compile(r"\A\s*<(think|thinking)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_AROUND = re.compile(r"\A(?:\"([^\"]*)\"|“([^“”]*)”)\Z")
_MARKUP = re.compile(r"[<>*_#`\[\]{}|\\~]|https?:|^\s*(?:[-•+]|\d+[.)])\s|\n")


class Rejected(NamedTuple):
    """A sentence that stayed as it was, what was proposed instead, and why that is not taken."""

    plain: str
    polished: str
    reason: str


@dataclass(frozen=True)
class Polished:
    """A draft after it was polished.

    Attributes
    ----------
    draft : Draft
        The same sentences, sources and gaps; some sentences in other words.
    rejected : tuple of Rejected
        The sentences that stayed because of what was proposed, or because nothing was.
    changed : int
        How many sentences are in other words.
    notes : tuple of str
        Where sentences went, and whether the server stopped answering.
    """

    draft: Draft
    rejected: tuple[Rejected, ...]
    changed: int
    notes: tuple[str, ...]


def polish(
    draft: Draft,
    *,
    url: str,
    model: str = "",
    key: str = "",
    timeout: float = WAIT,
    names: Iterable[str] = (),
    anywhere: bool = False,
    each: Callable[[int, int], None] | None = None,
) -> Polished:
    """Let a model of one's own rewrite a draft's sentences, and keep what says the same.

    Only the text of a sentence is sent, one at a time: no sources, no ids, no headings, no gaps.
    An answer is taken if it has the same figures, dates, names and sides (see
    `csmkit.words.same_facts`), is one sentence for one, at most twice as long, and without markup.

    Parameters
    ----------
    draft : Draft
        Any draft; it is not changed.
    url : str
        A server that speaks as OpenAI's does, such as ``http://127.0.0.1:8080/v1``. There is none
        by default. Proxies are not used and redirects not followed.
    model : str, optional
        The model's name, where the server has several.
    key : str, optional
        Sent as a bearer token.
    timeout : float
        Seconds for each sentence.
    names : iterable of str, optional
        Names of accounts and people beside those the draft is about, to find them in answers.
    anywhere : bool
        Whether the server may be outside this machine and a private network. Sentences that name
        people and customers leave the machine then; ``notes`` says so.
    each : function, optional
        Told after each sentence how many are done, and of how many.

    Returns
    -------
    Polished
        The draft, and what was not taken. If the server stops answering on the way, the other
        sentences stay as they are.

    Raises
    ------
    UsageError
        If the address is none, or outside; or if the server gives no answer to the first sentence.
    """
    server = server_at(url, anywhere=anywhere)
    if re.search(r"[^\x21-\x7e]", key):
        raise refused("key")
    titles = [part.title for section in draft.sections for part in section.paragraphs]
    work = _Work(server, model, key, seconds(timeout), frozenset([draft.name, *titles, *names]))
    plain = list(dict.fromkeys(one.text for one in draft.sentences() if not one.gap and one.text))
    for done, text in enumerate(plain, start=1):
        work.take(text)
        if each:
            each(done, len(plain))

    def rewritten(one: Sentence) -> Sentence:
        return one if one.gap else replace(one, text=work.taken.get(one.text, one.text))

    told = [text_file("polish")["says"][server.where].format(host=server.host)] if plain else []
    if work.unasked:
        told.append(text_file("polish")["says"]["stopped"].format(count=work.unasked))
    changed = sum(one.text in work.taken for one in draft.sentences() if not one.gap)
    return Polished(draft.with_sentences(rewritten), tuple(work.rejected), changed, tuple(told))


def verdict(polished: str, plain: str, *, names: Iterable[str] = ()) -> str:
    """Why a rewritten sentence is not taken; blank if it is.

    Parameters
    ----------
    polished, plain : str
        The rewritten sentence, and the plain one.
    names : iterable of str, optional
        Names of accounts and people.

    Examples
    --------
    >>> verdict("Acme grew by €41,000.", "Acme grew by €40,000.")
    'Not in the plain sentence: €41,000.'
    """
    reasons: Mapping[str, str] = text_file("polish")["reasons"]
    if not polished.strip():
        return reasons["empty"]
    if len(polished) > 2 * max(len(plain), _LEAST_ROOM):
        return reasons["long"]
    if any(found[0] not in plain for found in _MARKUP.finditer(polished)):
        return reasons["markup"]
    if len(list(sentences(polished))) > max(1, len(list(sentences(plain)))):
        return reasons["several"]
    names = frozenset(names)
    if added := not_in_source(polished, plain, names=names):
        return reasons["added"].format(words=_listed(added))
    if missing := left_out(polished, plain, names=names):
        return reasons["left_out"].format(words=_listed(missing))
    return ""


class _Work:
    """What a server was asked of one draft, and what came of it."""

    def __init__(
        self, server: Server, model: str, key: str, timeout: float, names: frozenset[str]
    ) -> None:
        self.taken: dict[str, str] = {}
        self.rejected: list[Rejected] = []
        self.unasked = 0
        self._server, self._model, self._key = server, model, key
        self._timeout, self._names = timeout, names
        self._answered, self._failures = False, 0

    def take(self, text: str) -> None:
        """Ask for one sentence in other words, and take the answer or say why not."""
        reasons: Mapping[str, str] = text_file("polish")["reasons"]
        if len(text) > LONGEST:
            self.rejected.append(Rejected(text, "", reasons["too_long"]))
            return
        if self._failures >= _MOST_FAILURES:
            self.unasked += 1
            return
        try:
            answer = self._server.ask(self._question(text), key=self._key, timeout=self._timeout)
        except NoAnswer as error:
            if not self._answered:
                raise refused("failed", host=self._server.host, why=error) from None
            # A server that is gone stays gone; one that was slow once may answer the next.
            self._failures += 1 if error.slow else _MOST_FAILURES
            self.rejected.append(Rejected(text, "", reasons["failed"].format(why=error)))
            return
        self._answered, self._failures = True, 0
        polished = _bare(answer, text)
        if polished == text:
            return
        if reason := verdict(polished, text, names=self._names):
            self.rejected.append(Rejected(text, polished, reason))
        else:
            self.taken[text] = polished

    def _question(self, text: str) -> dict[str, Any]:
        asked = {
            "messages": [
                {"role": "system", "content": text_file("polish")["ask"]},
                {"role": "user", "content": text},
            ],
            "temperature": 0,
            "stream": False,
        }
        return {"model": self._model, **asked} if self._model else asked


def _bare(answer: str, plain: str) -> str:
    """An answer without the thoughts before it and the quotation marks around it."""
    text = _THOUGHT.sub("", answer).strip()
    quoted = _AROUND.match(text)
    if quoted and not _AROUND.match(plain):
        text = (quoted[1] if quoted[1] is not None else quoted[2]).strip()
    return text


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words)
