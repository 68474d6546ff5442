"""What a PDF says: its pages as they are read, and the texts that stand beside them unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from threading import Lock

from csmkit.scan.allowance import Allowance, TooMuch

_STRING = re.compile(
    rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\)){1,20000}+\)"
    rb"|<(?!<)[0-9A-Fa-f\s]{4,}+>",
    re.DOTALL,
)
_UNICODE = re.compile(rb"<(?i:FEFF)[0-9A-Fa-f\s]*+>|\(\xfe\xff(?:[^()\\]|\\.)*+\)", re.DOTALL)
_OBJECTS = re.compile(rb"/Type\s*/ObjStm\b")
_FONT = re.compile(rb"/Length1\b|/Subtype\s*/(?:CIDFontType0C|Type1C|OpenType)\b")
_FONTS = (b"\x00\x01\x00\x00", b"true", b"OTTO")
_PROFILE = b"acsp"
_PIXELS, _PHOTO = re.compile(rb"/Subtype\s*/Image\b"), b"/DCTDecode"
_NAME, _REMARK = re.compile(rb"/[^\s/<>\[\](){}%]+"), re.compile(rb"%[^\r\n]{4,}")
_LETTERS, _DRAWING = b"/CIDInit", re.compile(rb"\s(?:BT|BDC|cm|Do)\s")
_LOCKED = re.compile(rb"/Encrypt\s+(?:\d+\s+\d+\s+R|<<)")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r?\n)|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MARKS = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8"))
_HYPHENATED = re.compile(r"[-\u00ad\u2010\u2011\x02\ufffe]\s*\n\s*")
_ENDS = re.compile(r"(?<!\S)(\S+)\n(?=(\S+))")
_INSIDE = re.compile(r"(?<=[^\x00-\u02ff\s])\n(?=[^\x00-\u02ff\s])")
_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_LEFTWARD = re.compile(rf"{_LEFT}\S*(?:[^\S\n]+{_LEFT}\S*)+")
READING = Lock()
"""Held while PDFium reads: it is not made for two threads."""
_LONG_WORD = 19
"""Letters of a word from which a page may break it anywhere, without a hyphen."""


def told_beside(body: bytes) -> Iterator[str]:
    """The strings of a PDF's objects as what they mean: facts, outline, notes, links, tags.

    Parameters
    ----------
    body : bytes
        A PDF without its streams, or a stream of objects.

    Raises
    ------
    TooMuch
        If they are encrypted.
    """
    if _LOCKED.search(body):
        raise TooMuch("a PDF that is locked")
    for string in dict.fromkeys(_STRING.findall(body)):
        yield _meant(string)
    yield _named(_STRING.sub(b" ", body))


def told_within(content: bytes) -> Iterator[str]:
    """What a page's content tells beside what it draws: its remarks, and what readers say."""
    for string in dict.fromkeys(_UNICODE.findall(content)):
        yield _meant(string)
    yield _named(_STRING.sub(b" ", content))


def is_drawing(content: bytes) -> bool:
    """Whether a stream draws a page, or says which letters its numbers are."""
    return content.startswith(_LETTERS) or _DRAWING.search(content) is not None


def is_shape(dictionary: bytes, content: bytes) -> bool:
    """Whether a stream is a font, a profile of colours, or the pixels of an image without texts."""
    own = dictionary.rpartition(b"obj")[2]
    if _PIXELS.search(own):
        return _PHOTO not in own
    return content.startswith(_FONTS) or content[36:40] == _PROFILE or bool(_FONT.search(own))


def holds_objects(dictionary: bytes) -> bool:
    """Whether the dictionary before a stream says that it holds objects."""
    return _OBJECTS.search(dictionary.rpartition(b"obj")[2]) is not None


def told_by_readers(data: bytes, allowance: Allowance) -> Iterator[bytes | str]:
    """The text of all pages as a reader copies it, and the files attached.

    Nothing, if it is a PDF that no reader opens.

    Raises
    ------
    TooMuch
        If it is locked, or says more than may be opened.
    """
    # Few files that are looked through are PDFs, and the library takes a while.
    import pypdfium2

    attached: list[bytes | str] = []
    with READING:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise TooMuch("a PDF that is locked") from None
            return
        with closing(document):
            try:
                for at in range(document.count_attachments()):
                    file = document.get_attachment(at)
                    attached += [file.get_name(), bytes(file.get_data())]
                read = "\n".join(_page(document[number]) for number in range(len(document)))
            except pypdfium2.PdfiumError:
                raise TooMuch("a PDF that no reader opens to its end") from None
    yield from attached
    for text in as_read(read):
        allowance.take(len(text))
        yield text


def as_read(text: str) -> Iterator[str]:
    r"""The text of pages, and the same with those words whole that the end of a line cut in two.

    A word is put together at a hyphen, where its halves make a word so long that it may be broken
    anywhere, and between letters other than Latin, where readers see line ends that there are not.
    Words of scripts that run from right to left come in the order they have on the line, so they
    are also given in the order they are read.

    Examples
    --------
    >>> list(as_read("with Bolt Indus-\ntries today"))
    ['with Bolt Indus-\ntries today', 'with Bolt Industries today']
    """
    whole = _INSIDE.sub("", text)
    said = dict.fromkeys([text, _HYPHENATED.sub("", text), _ENDS.sub(_joined, text), whole])
    turned = [_LEFTWARD.sub(_turned, one) for one in said]
    yield from dict.fromkeys([*said, *turned])


def _turned(run: re.Match[str]) -> str:
    return " ".join(reversed(run.group().split()))


def _named(objects: bytes) -> str:
    """The names and remarks among objects, each once, for they repeat hundreds of times."""
    said = dict.fromkeys([*_NAME.findall(objects), *_REMARK.findall(objects)])
    # In a name, a sign is written as # and its code.
    return b"\n".join(said).decode("utf-8", "replace").replace("#", "%")


def _page(page: object) -> str:
    with closing(page), closing(page.get_textpage()) as text:  # type: ignore[attr-defined, type-var]
        said: str = text.get_text_range(errors="ignore")
    return said.replace("\r\n", "\n")


def _joined(match: re.Match[str]) -> str:
    return match[1] if len(match[1]) + len(match[2]) >= _LONG_WORD else match.group()


def _meant(string: bytes) -> str:
    """A string as it is written in an object, as what it means."""
    if string.startswith(b"<"):
        digits = b"".join(string[1:-1].split())
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        data = _ESCAPE.sub(_unescaped, string[1:-1])
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("cp1252", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, line, sign = match.groups()
    if octal:
        return bytes([int(octal, 8) & 255])
    return b"" if line else _ESCAPED.get(sign, sign)
