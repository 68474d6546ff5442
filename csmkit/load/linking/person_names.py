"""How people are written: names turned round, marks of who has left, and what is no person."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from anyascii import anyascii

_LEFT = r"(?:inactive|deactivated|disabled|former|left|left company|gone)(?:\s+(?:user|employee))?"
_MARK = re.compile(
    rf"\s*(?:\(\s*(?P<round>{_LEFT})\s*\)|\[\s*(?P<square>{_LEFT})\s*\]|\s[-–—]\s*(?P<dash>{_LEFT}))$",
    re.IGNORECASE,
)


def without_mark(text: str) -> tuple[str, str]:
    """A name without a mark that its person has left, and the mark; no mark is empty.

    Examples
    --------
    >>> without_mark("Ana Lee (Inactive User)"), without_mark("Ana Lee")
    (('Ana Lee', 'Inactive User'), ('Ana Lee', ''))
    """
    hit = _MARK.search(text)
    if hit is None or not text[: hit.start()].strip():
        return text, ""
    return text[: hit.start()].strip(), next(filter(None, hit.groups()))


def folded(name: str) -> str:
    """A name in lower case with single spaces; ``Lee, Ana`` is ``ana lee``.

    Examples
    --------
    >>> folded("Lee,  Ana"), folded("ANA LEE")
    ('ana lee', 'ana lee')
    """
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and first.strip() and "," not in first else name
    return " ".join(turned.casefold().split())


def bare(name: str) -> str:
    """A folded name without accents.

    Examples
    --------
    >>> bare("García, José")
    'jose garcia'
    """
    return " ".join(anyascii(folded(name)).lower().split())


def login_of(mail: str) -> str:
    """The part of a mail before @, in lower case; empty if it is no mail."""
    local, at, _ = mail.partition("@")
    return local.strip().casefold() if at else ""


def name_keys(name: str) -> set[str]:
    """The logins a name usually has: its words in any order, and its first letter with the last.

    Examples
    --------
    >>> sorted(name_keys("Ana Lee"))
    ['alee', 'ana lee']
    """
    words = re.findall(r"[a-z0-9]+", bare(name))
    if len(words) < 2:
        return set()
    return {" ".join(sorted(words)), words[0][0] + words[-1]}


def login_key(mail: str) -> str:
    """A login as `name_keys` writes it: its words sorted.

    Examples
    --------
    >>> login_key("lee.ana@x.io"), login_key("alee@x.io")
    ('ana lee', 'alee')
    """
    return " ".join(sorted(re.findall(r"[a-z0-9]+", anyascii(login_of(mail)).lower())))


def is_nobody(text: str) -> bool:
    """Whether a text stands for no person: a queue, a bot, or a word for nobody.

    Examples
    --------
    >>> is_nobody("Queue EMEA"), is_nobody("noreply@x.io"), is_nobody("Ana Talbot")
    (True, True, False)
    """
    words = " ".join(text.casefold().split())
    exact, patterns = _nobody()
    return words in exact or any(fnmatchcase(words, pattern) for pattern in patterns)


@cache
def _nobody() -> tuple[frozenset[str], tuple[str, ...]]:
    lines = Path(__file__).with_name("nobody.txt").read_text(encoding="utf-8").splitlines()
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return (
        frozenset(w for w in words if "*" not in w),
        tuple(w for w in words if "*" in w),
    )
