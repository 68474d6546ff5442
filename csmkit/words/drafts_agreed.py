"""What was said before and agreed, points of criticism with the day they were said, and goals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from csmkit.compute.practice import TOUCH_OWNED_DAYS
from csmkit.text import clean, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_returns import OWN, first_of
from csmkit.words.drafts_said import Writer, name_of, said
from csmkit.words.facts import Fact, Row, listed

MOST_POINTS, MOST_SAID, MOST_AGREED, GOALS = 3, 2, 3, 3
MOST_NAMED = 4
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_KEPT = {"yes": "kept", "partly": "partly_kept", "no": "not_kept", "not_yet": "not_yet_kept"}
_OF_ROLE = {
    "csm": None,
    "onboarding": {"milestone_missed", "onboarding_long", "ttv_above_target", "plan_open"},
    "cs_ops": {"escalation_late", "escalation_back"},
}


def points(writer: Writer) -> list[Fact]:
    """What a review may find fault with: the gravest of each scene, over several scenes."""
    scenes = _OF_ROLE[writer.role]
    found: list[Fact] = []
    # Of an account that left only its loss is a point.
    gone = {clean(r["account"]) for r in writer.person.rows("losses") if r["kind"] != "contraction"}
    accounts: set[str] = set()
    for scene in said()["points"]:
        if scenes is not None and scene not in scenes:
            continue
        for fact in _found(writer, scene):
            if fact.account in gone and not scene.startswith("loss_"):
                continue
            if (fact.account and fact.account in accounts) or _is_small(fact):
                continue
            found.append(fact)
            accounts.add(fact.account)
            break
    # A point that was said before stands first: it is no news.
    found.sort(key=lambda fact: _earlier(writer, fact) is None)
    return found[:MOST_POINTS]


def _found(writer: Writer, scene: str) -> list[Fact]:
    """The facts of a scene that are the person's own to answer for."""
    if scene == "untouched":
        return _untouched(writer)
    if scene == "qbr_none":
        return _no_review(writer)
    facts = writer.of_scene(scene)
    if scene == "escalation_back":
        # Where somebody else resolved the first one, its return is no fault of this person's.
        return [fact for fact in facts if first_of(writer, fact) == OWN]
    return facts


def _untouched(writer: Writer) -> list[Fact]:
    """Accounts owned long enough, without a contact or an item of evidence."""
    if not writer.of_scene("untouched"):
        return []
    person = writer.person
    there = {row["account_id"] for name in ("touches", "evidence") for row in person.rows(name)}
    rows = [
        row
        for row in person.rows("owned")
        if row["days"] >= TOUCH_OWNED_DAYS and row["account_id"] not in there
    ]
    names, began = sorted(name_of(row["account"]) for row in rows), {row["first"] for row in rows}
    # One day for all is a day on which each of them was owned.
    one = writer.part("since_day", day=day(min(began))) if len(began) == 1 else ""
    slots = {
        "since": one or writer.part("since_owned"),
        "accounts": writer.accounts(len(names)),
        "names": listed(names, MOST_NAMED),
    }
    source = "touchpoints of the accounts owned, and evidence on file"
    return [Fact("untouched", slots, float(len(names)), source=source)] if names else []


def _no_review(writer: Writer) -> list[Fact]:
    parts = writer.person.share("qbr_coverage")
    if parts is None or parts[0] or not parts[1]:
        return []
    slots = {"accounts": writer.accounts(parts[1])}
    return [Fact("qbr_none", slots, parts[1], source="QBRs of the period")]


def _is_small(fact: Fact) -> bool:
    most = said()["point_most"].get(fact.scene)
    if most is None:
        return False
    done, of = (float(fact.slots[name].replace(",", "")) for name in ("done", "of"))
    return bool(done >= most * of)


def _earlier(writer: Writer, fact: Fact) -> Row | None:
    """The last piece of feedback that is about the same, as far as its words tell.

    An account's name is not enough: a word of the point itself is needed, in a sentence that is
    no praise.
    """
    words = _pattern(said()["point_words"][fact.scene])
    own = {clean(row["account"]).lower() for row in writer.person.rows("owned")}
    for row in reversed(_feedback(writer)):
        text = clean(row["text"]).lower()
        # What names an account is about that account, and not about the whole book.
        if fact.account:
            of_it = fact.account.lower() in text
        else:
            of_it = not any(name and name in text for name in own)
        # An account may have a word of the point in its name.
        if of_it and _criticises(text.replace(fact.account.lower() or "\0", " "), words):
            return row
    return None


def _criticises(text: str, words: re.Pattern[str]) -> bool:
    praise, turn = (_pattern(said()["point_praise"][name]) for name in ("words", "turns"))
    return any(
        words.search(one) and (turn.search(one) or not praise.search(one))
        for one in _SENTENCES.split(text)
    )


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _feedback(writer: Writer) -> list[Row]:
    rows = writer.more.rows("feedback", writer.who)
    return [row for row in rows if not missing(row["date"]) and clean(row["text"])]


def before_part(writer: Writer) -> list[Paragraph]:
    """Each point with the day it was said, or the question when; then what else was said."""
    paragraphs, told = [], set()
    for fact in points(writer):
        writer.points.append(fact.scene)
        account = name_of(fact.account)
        text = writer.filled(said()["points"][fact.scene], **{**fact.slots, "account": account})
        point = Sentence(text, (fact.source,))
        row = _earlier(writer, fact)
        about = account or said()["habits"][fact.scene]
        answer = [writer.ask("said", about=about)]
        if row is not None:
            told.add(id(row))
            # Words that name the same account may still be about something else.
            answer = [_said(writer, row, "nearest"), writer.ask("said_near", about=about)]
        paragraphs.append(Paragraph((point, *answer)))
    rest = [row for row in reversed(_feedback(writer)) if id(row) not in told][:MOST_SAID]
    if rest:
        paragraphs.append(Paragraph(tuple(_said(writer, row) for row in rest)))
    if not _feedback(writer):
        paragraphs.append(Paragraph((writer.ask("feedback"),)))
    return paragraphs


def _said(writer: Writer, row: Row, key: str = "said") -> Sentence:
    known = not missing(row["given_by"])
    by = writer.part("said_by", name=writer.colleague(row["given_by"])) if known else ""
    when = day(row["date"])
    text = writer.quoted(row["text"], 34)
    return writer.say(key, f"feedback of {when}", day=when, by=by, text=text)


def agreed_part(writer: Writer) -> list[Paragraph]:
    """Behaviour that was agreed, whether it was kept, and the decisions still to be explained."""
    found: list[Sentence] = []
    for row in writer.more.rows("actions", writer.who)[-MOST_AGREED:]:
        found += _agreed(writer, row)
    if not found:
        found.append(writer.ask("agreed"))
    # What the room decided is told by whoever was in it: its level and comment stay out of a draft.
    for row in writer.more.rows("decisions", writer.who)[-1:]:
        found.append(writer.ask("decision", day=day(row["at"])))
    return [Paragraph(tuple(found))]


def _agreed(writer: Writer, row: Row) -> Iterator[Sentence]:
    when = day(row["at"])
    until = "" if missing(row["due"]) else writer.part("until", day=day(row["due"]))
    answer = _was_kept(row)
    kept = writer.part(_KEPT[answer]) if answer else ""
    note = writer.quoted(row.get("note"), 20)
    kept += writer.part("kept_note", text=note) if note and kept else ""
    text = writer.quoted(row["text"], 34)
    source = f"actions agreed on {when}"
    yield writer.say("agreed", source, day=when, text=text, until=until, kept=kept)
    if not answer:
        yield writer.ask("kept")


def _was_kept(row: Row) -> str:
    """Yes, partly, no or not_yet; blank for what is none of them."""
    kept = clean(row["kept"]).lower()
    return kept if kept in _KEPT else ""


def goals_part(writer: Writer) -> list[Paragraph]:
    """Gaps that ask for a habit each: from what was not kept, from the points, else free."""
    found: list[Sentence] = []
    for row in writer.more.rows("actions", writer.who):
        if _was_kept(row) in ("no", "partly") and len(found) < GOALS - 1:
            found.append(writer.ask("goal_kept", number=len(found) + 1, day=day(row["at"])))
    scenes = writer.points or [fact.scene for fact in points(writer)]
    for scene in dict.fromkeys(scenes):
        if len(found) < GOALS:
            habit = said()["habits"][scene]
            found.append(writer.ask("goal", number=len(found) + 1, habit=habit))
    while len(found) < GOALS:
        found.append(writer.ask("goal_free", number=len(found) + 1))
    return [Paragraph((one,)) for one in found]
