"""What must still be said about a column before it can be read, put as questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from csmkit.errors import UsageError
from csmkit.load.assistant.guess import ASKED
from csmkit.load.assistant.synonyms import plain
from csmkit.load.assistant.word_meanings import meaning
from csmkit.load.maps.mapping import nearest
from csmkit.load.maps.reader import parse_map
from csmkit.load.maps.toml_text import inline
from csmkit.load.values.parse import parse_column
from csmkit.load.values.rules import ANY, Parsed, Rules
from csmkit.schema import TABLES, Column

_WORDS = 30
_MANY = 8
_TOP = ("date_order", "timezone")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
BLANK = "blank"
"""How an answer says that a word of the file stands for nothing."""
_NUMBERS = frozenset({"percent", "times"})
_ORDERS = {"dmy": "the day comes first", "mdy": "the month comes first", "ymd": "the year first"}
_MONEY = {
    "arr": "a year's recurring revenue (ARR)",
    "mrr": "a month's recurring revenue (MRR); it is multiplied by 12",
    "tcv": "the whole contract's value (TCV); it is spread over its start and end",
}
_WORDS_OF: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "date_order": ("In which order are day and month written?", _ORDERS),
    "decimal": (
        "What stands before the cents?",
        {",": "a comma: 1.234,56", ".": "a point: 1,234.56"},
    ),
    "percent": (
        "How are shares written?",
        {"100": "from 0 to 100", "1": "from 0 to 1"},
    ),
    "timezone": ("In which time zone does a day begin and end? For example Europe/Berlin", {}),
    "high_is": ("Is a high score good?", {"good": "high is good", "bad": "high is bad"}),
    "is": ("What are these amounts?", _MONEY),
}
_FOR_THE_MAP = re.compile(
    r"[:;,.] ?(?:if so, |if the column is right, |if it is the score to use, |ask which, )?"
    r"(?:if [^:;,]*, )?(?:and )?(?:write|say|look the score up) [^;]*",
    re.I,
)
_SCALE = "Lowest and highest score the system can give"
_MONTHLY = frozenset({"mrr", "month", "monthly", "tcv", "total", "contract", "acv", "value"})
FIXED = frozenset({"in", "match", "take", "where", "fallback", "count", "gather"})
"""Keys of a map's column that the assistant shows and leaves as they are."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to say about a column.

    Attributes
    ----------
    key : str
        The key of the map: ``date_order``, ``values``, ``scale`` ...
    text : str
        The question in plain words.
    options : tuple of (str, str)
        Allowed answers and what each means; without any the answer is free text.
    about : str
        For ``values``: the file's own word.
    answer, proposal : str
        What was said, and what Enter takes; empty if nothing.
    needed : bool
        Whether the column waits for the answer.
    """

    key: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    about: str = ""
    answer: str = ""
    proposal: str = ""
    needed: bool = True

    @property
    def open(self) -> bool:
        """Whether the column waits for this answer."""
        return self.needed and not self.answer


def without_syntax(reason: str) -> str:
    """A reason without what it tells whoever writes the map by hand: a person is asked instead.

    Examples
    --------
    >>> without_syntax('a monthly amount: if the column is right, write is = "mrr" beside it')
    'a monthly amount'
    """
    return _FOR_THE_MAP.sub("", reason)


def answered(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said beside a column, without the places that wait for an answer."""
    done = {key: value for key, value in said.items() if value != ASKED and key != "values"}
    words = {w: v for w, v in said.get("values", {}).items() if v != ASKED}
    return {**done, **({"values": words} if words else {})}


def rules_of(
    table: str, column: str, said: Mapping[str, Any], top: Mapping[str, Any] = _NOTHING
) -> Rules:
    """The parsing rules that a map has, with these words beside a column and these at its top.

    Raises
    ------
    MapError
        If an answer is not allowed.
    """
    given = inline({"column": "x", **{k: v for k, v in answered(said).items() if k not in FIXED}})
    head = "".join(f"{key} = {inline(top[key])}\n" for key in _TOP if key in top)
    head += f'[[source]]\ntable = "{table}"\nfile = "x"\n'
    text = f"{head}[source.columns]\n{column} = {given}\n"
    return parse_map(text).sources[0].columns[column].rules


def questions_of(
    texts: pd.Series,
    header: str,
    table: str,
    column: str,
    said: Mapping[str, Any],
    *,
    top: Mapping[str, Any] = _NOTHING,
    trap: bool = False,
) -> tuple[Question, ...]:
    """The questions about one column, answered and open.

    Parameters
    ----------
    texts : Series of str
        The different texts under the header.
    header, table, column : str
        The header, and the canonical column it fills.
    said : mapping
        What the map says beside the column; ``"?"`` waits for an answer.
    top : mapping
        What the map says at its top.
    trap : bool
        Whether the header is known to mislead.
    """
    what = TABLES[table][column]
    done = answered(said)
    parsed = parse_column(texts, what, rules_of(table, column, said, top))
    asks = {key: allowed for key, allowed in parsed.asks.items() if key != "values"}
    asks.update(_more_asks(header, what, said, done, trap=trap))
    # What is answered stays on show, and changeable.
    asks.update({k: tuple(_WORDS_OF[k][1]) for k in done if k in _WORDS_OF and k not in asks})
    found = [_question(key, allowed, done, texts, header) for key, allowed in asks.items()]
    if what.kind == "score" and "scale" in said:
        found.insert(0, _scale(said, done))
    return (*found, *_words(texts, what, parsed, said))


def typed(key: str, answer: str) -> Any:
    """An answer as the map writes it.

    Raises
    ------
    UsageError
        If it is not a number where one is needed.
    """
    try:
        if key in _NUMBERS:
            return float(answer)
        if key == "scale":
            low, high = answer.strip("[] ").replace(" to ", ",").split(",")
            return [float(low), float(high)]
    except ValueError:
        example = "0, 10" if key == "scale" else "100"
        raise UsageError(f"{answer!r} is no answer to {key}.", f"Write {example}.") from None
    return answer


def check_constant(column: Column, text: str) -> None:
    """Look at whether a column can have this text in every row.

    Raises
    ------
    UsageError
        If it cannot.
    """
    allowed = column.values
    if allowed and text not in allowed:
        raise UsageError(
            f"{column.name} cannot be {text!r}.{nearest(text, allowed)}",
            f"Allowed: {', '.join(allowed)}.",
        )
    if column.kind == "date" and not _DAY.fullmatch(text):
        raise UsageError(
            f"{column.name} cannot be {text!r}.", "Write a day such as 2026-01-31, year first."
        )


def _more_asks(
    header: str, column: Column, said: Mapping[str, Any], done: Mapping[str, Any], *, trap: bool
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if column.kind == "score" and "scale" in said:
        yield "high_is", ("good", "bad")
    elif column.kind == "money" and "times" not in done:
        words = set(plain(header).split())
        if "is" in said or trap or (words & _MONTHLY and "arr" not in words):
            yield "is", ("arr", "mrr", "tcv")


def _question(
    key: str, allowed: tuple[str, ...], done: Mapping[str, Any], texts: pd.Series, header: str
) -> Question:
    if key == "scale":
        return Question(key, _SCALE, tuple((ends, ends.replace(", ", " to ")) for ends in allowed))
    text, words = _WORDS_OF.get(key, (f"What is {key} for {header}?", {}))
    if key == "date_order":
        shown = _telling(texts)
        text = f"{text} For example {shown}" if shown else text
    options = tuple((a, words.get(a, a)) for a in allowed)
    given = done.get(key, "")
    return Question(key, text, options, answer=f"{given:g}" if key in _NUMBERS and given else given)


def _telling(texts: pd.Series) -> str:
    """The first texts under the header, which show the trouble."""
    return ", ".join(str(text) for text in texts.head(2))


def _scale(said: Mapping[str, Any], done: Mapping[str, Any]) -> Question:
    low, high = done.get("scale", said["scale"])
    answer = f"{low:g}, {high:g}"
    return Question("scale", _SCALE, answer=answer, proposal=answer)


def _words(
    texts: pd.Series, column: Column, parsed: Parsed, said: Mapping[str, Any]
) -> tuple[Question, ...]:
    """A question for each word of the file that is none of a choice's or a flag's own."""
    allowed: tuple[tuple[str, str], ...]
    if column.kind == "choice":
        allowed = tuple((v, v.replace("_", " ")) for v in column.values)
    elif column.kind == "flag":
        allowed = (("yes", "yes"), ("no", "no"))
    else:
        return ()
    given: Mapping[str, str] = said.get("values", {})
    words = dict.fromkeys([*given, *(str(t) for t in texts[parsed.unread])])
    words = dict.fromkeys([w for w in words if w != ANY][:_WORDS])
    if ANY in given or len(words) > _MANY:
        words[ANY] = None
    options = (*allowed, (BLANK, "leave it blank"))
    found = []
    for word in words:
        answer = given.get(word, ASKED)
        said_so = answer != ASKED
        found.append(
            Question(
                "values",
                _word_asked(word),
                options,
                about=word,
                answer=(answer or BLANK) if said_so else "",
                proposal=meaning(word, column.values),
                needed=column.kind == "choice" and word != ANY,
            )
        )
    return tuple(found)


def _word_asked(word: str) -> str:
    if word == ANY:
        return "What does every other word stand for?"
    return f"What does {word!r} stand for?" if word else "What does a blank cell stand for?"
