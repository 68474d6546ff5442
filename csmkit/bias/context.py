"""What packets are told of the team: bands, expectations and checks, worked out once for all."""

from __future__ import annotations

import pandas as pd

from csmkit.bias.checks import bias_checks
from csmkit.bias.expected import expected_retention, without_figures
from csmkit.bias.guard import Stopped, attempted
from csmkit.bias.judge import SHARE, in_words, reach, texts
from csmkit.bias.verdicts import FAILED, NOT_COMPUTABLE, SIGNAL
from csmkit.compute.results import retained
from csmkit.compute.sentences import count_of, percent
from csmkit.compute.team import role_bands
from csmkit.cycle import Book, Context, Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.text import missing

CHECKS = ["family", "label", "asks", "verdict", "sentence", "n", "correction"]
CASE_MIX = ["label", "value", "expected", "low", "high", "unit"]


def team_context(cycle: Cycle, matrix: Matrix | None = None) -> Context:
    """What packets are told of the team.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    matrix : Matrix, optional
        As in `csmkit.bias_checks`.

    Returns
    -------
    Context
        Bands of five people or more, each person's expectation, and the team's checks; names
        nobody but by the id of the expectation's row. A check or expectation that cannot be worked
        out has the verdict ``not computable`` or, on an error of the kit, ``failed``; see
        `failures`.
    """
    expected = attempted(lambda: expected_retention(cycle))
    if isinstance(expected, Stopped):
        expected = _no_expectation(cycle, expected)
    return Context(
        bands=role_bands(cycle),
        expected=expected,
        checks=bias_checks(cycle, matrix)[CHECKS],
        matrix=matrix.text if matrix else "",
    )


def _no_expectation(cycle: Cycle, why: Stopped) -> pd.DataFrame:
    people = cycle.subjects["person_id"]
    if why.fault:
        said = str(texts()["case_mix"]["failed"])
        return without_figures(people, needs=said, verdict=FAILED)
    return without_figures(people, needs=why.reason)


def failures(cycle: Cycle, matrix: Matrix | None = None) -> list[str]:
    """What of a team's checks and expectations stopped on an error of the kit, and on which.

    Packets do not hold these errors, whose text may name somebody.

    Returns
    -------
    list of str
        A check's label and its error, one text each; empty where all is well.
    """
    checks = bias_checks(cycle, matrix)
    failed = checks[checks["verdict"] == FAILED]
    told = [f"{label}: {why}" for label, why in failed[["label", "note"]].itertuples(index=False)]
    expected = attempted(lambda: expected_retention(cycle))
    if isinstance(expected, Stopped) and expected.fault:
        told.append(f"{texts()['case_mix']['label']}: {expected.reason}")
    return told


def team_checks(book: Book) -> pd.DataFrame:
    """The team's bias checks, as a packet shows them.

    Returns
    -------
    DataFrame
        label, verdict, sentence, n, correction. They speak of the team's ratings, not of the
        person. Empty in the CSM's edition.
    """
    checks = book.context.checks
    return checks if len(checks) else pd.DataFrame(columns=CHECKS)


def case_mix(book: Book) -> pd.DataFrame:
    """What was kept of a person's book beside what an average CSM would keep of it.

    Returns
    -------
    DataFrame
        label (ARR kept, accounts kept), value (as it was), expected, low, high (an average CSM
        with this very book: expectation and 95 % interval), unit (share); of the accounts owned
        when the period began, whoever owned them later. Empty where nothing can be expected;
        ``attrs["needs"]`` says what is lacking, or ``attrs["why"]`` why.
    """
    row = _own(book)
    table = pd.DataFrame(columns=CASE_MIX)
    if row is None or row["verdict"] in (NOT_COMPUTABLE, FAILED):
        table.attrs["needs"] = "" if row is None else row["needs"]
        return table
    if row["low"] != row["low"]:
        table.attrs["why"] = texts()["unsure"][row["unsure"]]
        return table
    words = texts()["case_mix"]
    parts = {
        words["arr"]: ("observed", "expected", "low", "high"),
        words["logo"]: ("logo_observed", "logo_expected", "logo_low", "logo_high"),
    }
    rows = [[label, *(row[name] for name in names), "share"] for label, names in parts.items()]
    return pd.DataFrame(rows, columns=CASE_MIX)


def case_mix_note(book: Book) -> str:
    """What an average CSM would keep of this book, and what may be said of it, in words.

    Where GRR is another figure it says why; where what was kept lies outside the range and is no
    signal, too. Empty where nothing can be expected.
    """
    row = _own(book)
    if row is None or row["verdict"] in (NOT_COMPUTABLE, FAILED):
        return ""
    words, why = texts()["case_mix"], row["unsure"]
    if row["low"] != row["low"]:
        return str(texts()["unsure"][why])
    name = str(book.owner["name"])
    said = words["says"].format(
        low=percent(row["low"]),
        high=percent(row["high"]),
        kept=percent(row["observed"]),
        name=name,
        accounts=count_of(row["accounts"], "account"),
    )
    told = [said, *_outside(row)]
    told.append(case_mix_verdict(book))
    if row["verdict"] == SIGNAL:
        told.append(_shrunk(row))
    return " ".join([*told, *_grr(book, row, name)])


def case_mix_verdict(book: Book) -> str:
    """The one sentence of `case_mix_note` that says whether it differs, or why nobody can tell."""
    row = _own(book)
    if row is None or row["verdict"] in (NOT_COMPUTABLE, FAILED):
        return ""
    why = row["unsure"]
    return str(texts()["unsure"][why] if why else texts()["case_mix"][_verdict_key(row)])


def _grr(book: Book, row: pd.Series, name: str) -> list[str]:
    """Why the plain outcome is another figure, where it is one."""
    figure = retained(book)["grr"].get(book.person_id)
    if missing(figure) or percent(float(str(figure))) == percent(row["observed"]):
        return []
    return [texts()["case_mix"]["grr"].format(grr=percent(float(str(figure))), name=name)]


def _outside(row: pd.Series) -> list[str]:
    """What a figure outside the range says where it is no signal: little."""
    words = texts()["case_mix"]
    if row["place"] not in ("below", "above") or row["verdict"] == SIGNAL:
        return []
    told = [words["outside"].format(place=row["place"], people=row["compared"])]
    if row["place"] == "below" and row["losses"] <= row["expected_losses"]:
        told.append(words["no_more" if row["losses"] else "no_loss"])
    return told


def _shrunk(row: pd.Series) -> str:
    """The difference of a person who stands out, drawn in by as much as noise calls for."""
    effect = in_words(abs(row["shrunk"]), SHARE)
    way = "more" if row["shrunk"] > 0 else "less"
    interval = reach(row["shrunk_low"], row["shrunk_high"], SHARE)
    words = texts()["case_mix"]["shrunk"]
    return str(words.format(effect=effect, way=way, interval=interval))


def _verdict_key(row: pd.Series) -> str:
    if row["verdict"] == SIGNAL:
        return "more" if row["losses"] > row["expected_losses"] else "fewer"
    return str(row["verdict"]).replace(" ", "_")


def _own(book: Book) -> pd.Series | None:
    expected = book.context.expected
    mine = expected[expected["person_id"] == book.person_id] if len(expected) else expected
    return mine.iloc[0] if len(mine) else None
