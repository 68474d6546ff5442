"""A template and its facts typeset as a tagged PDF, with the kit's own fonts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst
from anyascii import anyascii

from csmkit.errors import UsageError
from csmkit.text import clean

FOLDER = Path(__file__).resolve().parent
FONTS = FOLDER.parent / "fonts"
STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA: pages have tags, a title and a language, and each letter a font, or they are refused."""
_LACKING = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
_BULLET = "\uf0b7"
"""What Word's bullet becomes when it is pasted."""
_JOINERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_SHOWN = 12


def typeset(template: str, facts: Mapping[str, Any], *, title: str) -> bytes:
    """Make a PDF of facts.

    Parameters
    ----------
    template : str
        The name of a ``.typ`` file of this folder. It reads what it shows with
        ``json(bytes(sys.inputs.facts))``, and its title from there as ``title``.
    facts : mapping
        What JSON can hold. Texts are shown as they are and never read as markup; control
        characters are dropped.
    title : str
        The document's title, which readers announce.

    Returns
    -------
    bytes
        The file: PDF/UA-1 (tagged, with a language and a title), fonts embedded. The same facts
        give the same bytes on any day; no path, user or time is in it. A symbol (an emoji) that
        no font here has is written out, as in ``:tada:``.

    Raises
    ------
    UsageError
        If a letter is in no font that is shipped or installed, naming the letters.
    """
    told, letters = _cleaned({**facts, "title": title}), set[str]()
    while True:
        try:
            made = _compiled(template, told)
            break
        except typst.TypstError as error:
            # Not all that is lacking is told at once.
            lacking = {one for text in _LACKING.findall(str(error)) for one in _unescaped(text)}
            if not lacking:
                raise
        letters |= {one for one in lacking if _is_letter(one)}
        shown = _written_out(told, lacking)
        if shown == told:
            raise UsageError(
                f"“{title}” was not made as PDF: it has signs that no font has and that cannot be"
                f" written out ({', '.join(f'U+{ord(one):04X}' for one in sorted(lacking))}).",
                "Take them out of the text, and make it again.",
            )
        told = shown
    if letters:
        raise UsageError(
            f"No font on this machine has {_listed(sorted(letters))}, so “{title}” was not made as"
            " PDF.",
            "Install a font for that script (for Chinese, Japanese and Korean: Noto Sans CJK), and"
            " make it again.",
        )
    return made


def ends_at(template: str, facts: Mapping[str, Any], *, title: str) -> tuple[int, float]:
    """On which page the PDF of the same facts ends, and how far down, as a share of its height.

    Only laid out, it takes two thirds of the time, and `typeset` has the layout to begin with.

    Parameters
    ----------
    template, facts, title
        As `typeset` takes them; the template marks its end ``<end>``.
    """
    told = _compiler(template, _cleaned({**facts, "title": title})).query(
        "<end>", field="value", one=True
    )
    page, share = json.loads(told)
    return int(page), float(share)


def _compiled(template: str, facts: Any) -> bytes:
    return cast(bytes, _compiler(template, facts).compile(pdf_standards=[STANDARD], format="pdf"))


def _compiler(template: str, facts: Any) -> typst.Compiler:
    # One compiler works for one thread at a time, and takes no time to make.
    return typst.Compiler(
        str(FOLDER / template),
        root=str(FOLDER),
        font_paths=_fonts(),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )


@cache
def _fonts() -> typst.Fonts:
    # What is installed comes after what is shipped: pages look alike wherever they are made.
    return typst.Fonts(font_paths=[str(FONTS)])


def _cleaned(facts: Any) -> Any:
    """Facts as JSON takes them, their texts without what cannot be seen."""
    if isinstance(facts, str):
        return clean(facts)
    if isinstance(facts, Mapping):
        return {str(name): _cleaned(value) for name, value in facts.items()}
    if isinstance(facts, (list, tuple)):
        return [_cleaned(one) for one in facts]
    return facts


def _written_out(facts: Any, symbols: set[str]) -> Any:
    if isinstance(facts, str):
        if symbols.isdisjoint(facts):
            return facts
        return "".join(_plain(one) if one in symbols else one for one in _JOINERS.sub("", facts))
    if isinstance(facts, dict):
        return {name: _written_out(value, symbols) for name, value in facts.items()}
    if isinstance(facts, list):
        return [_written_out(one, symbols) for one in facts]
    return facts


def _plain(symbol: str) -> str:
    return "•" if symbol == _BULLET else anyascii(symbol) or "?"


def _unescaped(text: str) -> str:
    """What typst names in a message: signs that are not to be seen stand there by their numbers."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


def _is_letter(one: str) -> bool:
    return unicodedata.category(one)[0] in "LMN"


def _listed(letters: list[str]) -> str:
    more = len(letters) - _SHOWN
    shown = " ".join(letters[:_SHOWN])
    return f"the letters {shown}" + (f" and {more} more" if more > 0 else "")
