"""What a development plan is made of: plain values, drawn on paper, on slides and as text."""

from __future__ import annotations

from dataclasses import dataclass, field

from csmkit.cycle import Period
from csmkit.matrix.matrix import Competency, Expectation, Proof


@dataclass(frozen=True, slots=True)
class Item:
    """A dated item of evidence.

    Attributes
    ----------
    date : str
        The day, as YYYY-MM-DD.
    text : str
        What happened, as it was written down.
    account : str
        The account's name; blank where it is about none.
    """

    date: str
    text: str
    account: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A competency whose value lies below what the person's level expects.

    Attributes
    ----------
    competency : Competency
        As it is meant for the person's role.
    value : str
        The colour given: red or yellow.
    expected : Expectation
        Of the person's level: a colour above ``value``, and in words.
    standing : str
        Whose value it is and what it stands on, in a sentence or two.
    cited : int
        Dated items that the value cites and that can be shown.
    steps : int
        How many colours the value lies below: 1 or 2.
    seen, full : tuple of str
        The indicators of the colour given, and those of green, by which they are read: they say
        “those” of what green names.
    items : tuple of Item
        The items cited, the earliest first.
    note : str
        What was written beside the value; blank where nothing was, or this reader may not see it.
    caution : str
        What a strong or weak book does to this colour; blank where it does nothing.
    apart : str
        That self and manager, or two managers, gave different colours; blank where they did not.
    version : str
        That the colour was given by another version of the matrix; blank where it was not.
    """

    competency: Competency
    value: str
    expected: Expectation
    standing: str
    cited: int
    steps: int = 1
    seen: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    note: str = ""
    caution: str = ""
    apart: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Strength:
    """A competency at or above what the level expects, that stands on dated evidence.

    Attributes
    ----------
    competency : Competency
        As it is meant for the person's role.
    value : str
        The colour given.
    standing : str
        Whose value it is and what it stands on.
    items : tuple of Item
        The items cited, the earliest first; never empty.
    apart : str
        That the person gave another colour; blank where they did not.
    """

    competency: Competency
    value: str
    standing: str
    items: tuple[Item, ...]
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A change of behaviour, from the matrix's own words; what the person will do is left blank.

    Attributes
    ----------
    competency : Competency
        The gap's.
    aim : str
        What the level expects, in words.
    own_words : str
        A sentence with blanks: what the person will do differently, where, and from when.
    kept_when : tuple of str
        The indicators of the expected colour: what somebody else would see. None where less than
        green is expected: its lines say what is not there yet, which nobody should aim for.
    practise : str
        Something to try; blank where the matrix has no coaching notes.
    ask : str
        The question to ask; blank as above.
    progress : str
        The sign that it works; blank as above.
    evidence : tuple of Proof
        What would show it, and in which table.
    version : str
        That the colour it starts from was given by another version of the matrix; blank where not.
    """

    competency: Competency
    aim: str
    own_words: str
    kept_when: tuple[str, ...]
    practise: str
    ask: str
    progress: str
    evidence: tuple[Proof, ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at of one goal at a check.

    Attributes
    ----------
    competency : str
        The competency's name.
    ask : str
        What to talk about.
    data : tuple of str
        What to look at, and where it is: one line for each sort of evidence.
    """

    competency: str
    ask: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A day on which the goals are looked at again.

    Attributes
    ----------
    days : int
        30, 60 or 90 days after the start.
    day : str
        The day, as YYYY-MM-DD; of a Saturday or Sunday the Monday after.
    title : str
        What the check is about, in a few words.
    looks : tuple of Look
        One for each goal.
    """

    days: int
    day: str
    title: str
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class DevelopmentPlan:
    """A development plan: what somebody fills in together with the person.

    Attributes
    ----------
    person_id, name, role, level, manager : str
        Whose it is; level and manager (a name) are blank where the export does not know them.
    period : Period
        The period that the values are of.
    strengths : tuple of Strength
        What to build on.
    gaps : tuple of Gap
        The plan's, in the order in which they were chosen.
    more_gaps : tuple of Gap
        The others, in the same order.
    goals : tuple of Goal
        One for each of ``gaps``.
    checks : tuple of Check
        After 30, 60 and 90 days; without goals, of one that the two of them choose.
    lacking : tuple of str
        Why something is not there, in sentences.
    start : str
        The plan's first day, as YYYY-MM-DD.
    moved : str
        That the first day asked for is none to begin on, and which one is; blank where it stayed.
    whose : str
        Whose values it stands on, in a sentence.
    chosen : str
        By what gaps come first.
    notes : tuple of str
        What must be said wherever scores are shown, such as what of them is held back.
    """

    person_id: str
    name: str
    role: str
    level: str
    manager: str
    period: Period
    strengths: tuple[Strength, ...]
    gaps: tuple[Gap, ...]
    more_gaps: tuple[Gap, ...]
    goals: tuple[Goal, ...]
    checks: tuple[Check, ...]
    lacking: tuple[str, ...]
    start: str = ""
    moved: str = ""
    whose: str = ""
    chosen: str = ""
    notes: tuple[str, ...] = field(default=())
