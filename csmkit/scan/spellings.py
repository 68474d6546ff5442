"""How else a name or a mail may be written: surname first, the part before the @, other letters."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Iterator

from csmkit.names import slug_name
from csmkit.scan.written import unseen_left_out
from csmkit.terms import UNSPACED, Term, words_of

_MOST_WORDS = 5
_SHORTEST = 3
_SHORTEST_LOGIN = 5


def spellings(terms: Iterable[Term]) -> Iterator[Term]:
    """Terms, and what else names the same person or account.

    Parameters
    ----------
    terms : iterable of Term
        Names, mails and ids.

    Yields
    ------
    Term
        Each term as it is and without unseen characters. Of people also the name with the surname
        first, without spaces where the script has none, and in ASCII as in the names of packets.
    """
    for term in terms:
        texts = [term.text, unseen_left_out(unicodedata.normalize("NFKC", term.text))]
        if term.kind == "person" and "@" not in term.text:
            texts += _turned(texts[-1])
        for text in dict.fromkeys(text for text in texts if text.strip()):
            yield dataclasses.replace(term, text=text)


def _turned(name: str) -> Iterator[str]:
    words = name.replace(",", " ").split()
    if not 2 <= len(words) <= _MOST_WORDS:
        return
    for first in range(len(words)):
        turned = words[first:] + words[:first]
        yield " ".join(turned)
        if UNSPACED.search(name):
            yield "".join(turned)
        elif len(ascii_name := slug_name(" ".join(turned)).split("-")) > 1:
            yield " ".join(ascii_name)


def logins(terms: Iterable[Term]) -> Iterator[Term]:
    """The parts before the @ of people's mails that name the person by themselves.

    A part that has nothing of the name and no digit ("support") may be anybody's, and one that is
    a first name or surname is no more than that.
    """
    people: dict[str, list[Term]] = {}
    for term in terms:
        if term.kind == "person":
            people.setdefault(term.owner, []).append(term)
    for of_one in people.values():
        names = {w for t in of_one if "@" not in t.text for w, _, _ in words_of(t.text)}
        for term in of_one:
            local, at, _ = term.text.partition("@")
            if at and _tells(local, names):
                yield dataclasses.replace(term, text=local, any_case=True)


def _tells(local: str, names: set[str]) -> bool:
    words = [word for word, _, _ in words_of(local)]
    joined = "".join(words)
    if len(joined) < _SHORTEST_LOGIN or (len(words) == 1 and joined in names) or joined.isdigit():
        return False
    parts = [name for name in names if len(name) >= _SHORTEST]
    return any(part in joined for part in parts) or any(sign.isdigit() for sign in joined)
