"""A mail as a note: the newest reply, without what it answers to and without its signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from csmkit.text import clean
from csmkit.words.amounts import day_in
from csmkit.words.notes_said import Left, Note, left

_HEADER = re.compile(r"(?:From|Date|Sent|To|Cc|Subject|Von|An|Datum|Gesendet|Betreff): ", re.I)
_LEAST_HEADERS = 2
_REPLY = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|antw|tr)\s*:\s*)+", re.IGNORECASE)
_QUOTED = re.compile(r"^\s*>")
_WROTE = r"(?:wrote|schrieb.{0,80}|a écrit|escribió|ha scritto|schreef.{0,80})\s?:"
_BEGINS = r"(?:On|Am|Le|El|Il|Op)\b"
_SENT = r"(?:Sent|Date|To|Gesendet|Datum|An|Envoyé|Enviado|Inviato)"
_ANSWERS = re.compile(
    r"^[ \t]*(?:-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine) ?-{2,}"
    rf"|_{{20,}}|{_BEGINS}.{{6,200}}\b{_WROTE}"
    rf"|\*?(?:From|Von|De|Da):\*? .+\n[ \t]*\*?{_SENT}:\*? .+)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_WRAPPED = re.compile(rf"^({_BEGINS}[^\n]{{6,120}})\n([^\n]{{0,80}}\b{_WROTE})$", re.MULTILINE)
_FORWARDED = re.compile(
    r"^[ \t]*(?:-{3,} ?(?:Forwarded message|Weitergeleitete Nachricht) ?-{3,}"
    r"|Begin forwarded message:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED = re.compile(
    r"^\s*(?:--|—|Sent from my .*|Von meinem .* gesendet|Get Outlook for .*)\s*$", re.IGNORECASE
)
_CLOSING = re.compile(
    r"^\s*(?:(?:kind|best|warm|many)\s+(?:regards|wishes|thanks)|regards|best|cheers|thanks"
    r"|thank you|sincerely|yours|mit freundlichen grüßen|(?:viele|beste) grüße|lg|vg"
    r"|cordialement|saludos)(?:\s*[,.!]\s*(?-i:[A-Z]\w*)?)?\s*$",
    re.IGNORECASE,
)
_LAST_LINES = 10
_EARLIEST = 1990


def of_mail(data: bytes, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    """The note of a mail file: subject and newest reply, with the day of its Date header."""
    try:
        message = message_from_bytes(data, _class=EmailMessage, policy=default)
        found = list(_of_mail(message, name, today))
    except Exception:
        # The parts of a broken mail make the library's parser raise errors of any kind.
        found = [left(name, "no_mail")]
    yield from found


def _of_mail(message: EmailMessage, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    if not any(_header(message, one) for one in ("From", "To", "Date", "Subject", "Received")):
        yield left(name, "no_mail")
        return
    yield _of_message(message, _body(message), name, today)
    for part in message.iter_attachments():
        said = clean(part.get_filename() or part.get_content_type())
        yield left(f"{name}: {said}", "attachment")


def of_text(text: str, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    """The note of a text file, which may be a mail that was saved as text."""
    head, _, body = text.replace("\r\n", "\n").lstrip().partition("\n\n")
    headers = [line for line in head.splitlines() if _HEADER.match(line)]
    if len(headers) >= _LEAST_HEADERS and _HEADER.match(head):
        lines = "\n".join(headers).encode("utf-8")
        message = message_from_bytes(lines, _class=EmailMessage, policy=default)
        yield _of_message(message, body, name, today)
    else:
        yield _own(newest(text), name, None, text)


def _of_message(message: EmailMessage, body: str, name: str, today: pd.Timestamp) -> Note | Left:
    own = newest(body)
    subject = _REPLY.sub("", " ".join(str(_header(message, "Subject") or "").split()))
    both = f"{subject}\n{own}" if subject and own else own
    return _own(both, name, _day(message, today), body)


def _own(text: str, name: str, day: pd.Timestamp | None, whole: str) -> Note | Left:
    if text:
        return Note(text, day, name)
    return left(name, "quoted" if whole.strip() else "no_text", whole)


def newest(body: str) -> str:
    r"""What its writer says in a mail; of one that only passes another on, what that one says.

    Examples
    --------
    >>> newest("They signed.\n-- \nAna\n\nOn Mon, 2 Mar 2026 Li wrote:\n> And?")
    'They signed.'
    """
    plain = _WRAPPED.sub(r"\1 \2", body.replace("\r\n", "\n").replace("\r", "\n"))
    passed_on = _FORWARDED.search(plain)
    own = _said(plain[: passed_on.start()] if passed_on else plain)
    if own or not passed_on:
        return own
    head, _, rest = plain[passed_on.end() :].lstrip("\n").partition("\n\n")
    return _said(rest if _HEADER.match(head.lstrip(" *")) else f"{head}\n\n{rest}")


def _said(text: str) -> str:
    answers = _ANSWERS.search(text)
    lines = (text[: answers.start()] if answers else text).splitlines()
    lines = [line.rstrip() for line in lines if not _QUOTED.match(line)]
    for at, line in enumerate(lines):
        if _SIGNED.match(line):
            lines = lines[:at]
            break
    told = [at for at, line in enumerate(lines) if line.strip()]
    for at in told[1:][-_LAST_LINES:]:
        if _CLOSING.match(lines[at]):
            lines = lines[:at]
            break
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _day(message: EmailMessage, today: pd.Timestamp) -> pd.Timestamp | None:
    """The day its header says, where it was written; None where it is none, or may be two."""
    for name in ("Date", "Sent", "Datum", "Gesendet"):
        given = _header(message, name)
        moment = getattr(given, "datetime", None)
        if moment is not None:
            # A clock that was never set says 1970.
            return pd.Timestamp(moment.date()) if moment.year >= _EARLIEST else None
        if given and (found := day_in(str(given), today)) and found.sure:
            return found.day
    return None


def _header(message: EmailMessage, name: str) -> Any:
    """A header as the library reads it; None where there is none, or it is broken."""
    try:
        return message.get(name)
    except Exception:
        # A broken header makes the library's parser raise errors of any kind.
        return None


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        # A character set that nobody knows: what is ASCII of it can still be read.
        data = part.get_payload(decode=True)
        text = data.decode("ascii", "replace") if isinstance(data, bytes) else ""
    return _plain(text) if part.get_content_type() == "text/html" else text


class _Plain(HTMLParser):
    """The text of HTML, without what is quoted in it."""

    _LINES = frozenset(["p", "div", "br", "li", "tr", "h1", "h2", "h3"])
    _UNSEEN = frozenset(["script", "style", "head", "title", "blockquote"])

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag in self._UNSEEN:
            self._inside.append(tag)
        if tag in self._LINES:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]
        if tag in self._LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.parts.append(data.replace("\n", " "))


def _plain(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return re.sub(r"\n\s*\n\s*", "\n\n", "".join(parser.parts)).strip()
