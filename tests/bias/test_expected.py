"""Case mix: what an average CSM would keep of a book, from what was known when the period began."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

import csmkit as ck
from csmkit.bias.case_mix import Books, cross_fitted, dealt, expected_of, funnelled, mid_z
from csmkit.bias.design import design_columns, kept_shares, standardised, start_facts
from csmkit.bias.expected import COLUMNS, expected_retention, retention_funnel
from csmkit.bias.logistic import fit_logistic
from csmkit.bias.shuffle import stream
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.schema import TABLES
from tests.compute.helpers import contracts, cycle_of, owned, rows

FIGURES = ["observed", "expected", "low", "high", "shrunk", "p_adjusted"]


def changed_after_the_start(cycle: Cycle) -> Cycle:
    """The export with everything that is dated after the period began rewritten."""
    before, later = cycle.period.before, pd.Timedelta(days=13)
    undated = ("people", "accounts", "targets")
    tables = {}
    for name, frame in cycle.tables.items():
        days = [c.name for c in TABLES[name].columns if c.kind == "date" and c.name in frame]
        frame = frame.copy()
        if days and name not in undated:
            # A row begins on its first date; a contract with an end ahead is told only later.
            first = "closed" if name == "renewals" else days[0]
            begun = frame[first].fillna(frame[days[0]]) <= before
            keep = frame[begun] if name != "ownership" else frame[frame["start"] <= before]
            for day in days:
                keep[day] = keep[day].where(~(keep[day] > before), keep[day] + later)
            extra = keep.tail(5).assign(**dict.fromkeys(days, cycle.period.start + later))
            for c in TABLES[name].columns:
                if c.kind in ("money", "number", "score"):
                    extra[c.name] = 7.0
            frame = pd.concat([keep, extra], ignore_index=True)
            if name == "ownership":
                frame = keep
        tables[name] = TABLES[name].conform(frame)
    return cycle.with_tables(**tables)


def test_nothing_dated_after_the_start_is_read(team):
    facts = start_facts(team)
    other = start_facts(changed_after_the_start(team))
    assert len(facts) > 500
    pd.testing.assert_frame_equal(facts, other)


def test_the_check_above_notices_a_fact_of_later(team):
    """Health of the day after would be seen."""
    facts = start_facts(team)
    health = team.table("health")
    shifted = health.assign(date=health["date"] - pd.Timedelta(days=40))
    assert not facts.equals(start_facts(team.with_tables(health=shifted)))


def small() -> Cycle:
    return cycle_of(
        accounts=rows(
            "account_id name segment contract_start",
            ("a", "a", "SMB", "2024-03-15"),
            ("b", "b", "SMB", "2026-02-01"),
            ("c", "c", None, None),
        ),
        ownership=owned(
            ("a", "ana", "2024-03-15", None),
            ("b", "ana", "2025-01-10", "2026-04-30"),
            ("b", "ben", "2026-05-01", None),
            ("c", "ben", "2025-08-01", None),
        ),
        contracts=contracts(
            ("a", "2025-03-15", "2026-03-14", 100.0),
            ("b", "2025-01-10", None, 50.0),
            ("c", "2025-08-01", "2026-01-31", 40.0),
        ),
        health=rows(
            "account_id date status",
            ("a", "2025-12-31", "yellow"),
            ("a", "2026-01-01", "red"),
            ("b", "2026-04-01", "green"),
        ),
        renewals=rows(
            "account_id due closed outcome term_months",
            ("b", "2025-01-09", "2025-01-05", "renewed", 36),
            ("a", "2026-03-14", "2025-12-30", "renewed", 24),
            ("c", "2026-01-31", "2026-01-31", "churned", None),
        ),
    )


def test_facts_by_hand():
    facts = start_facts(small()).set_index("account_id")
    assert facts["person_id"].to_dict() == {"a": "ana", "b": "ana", "c": "ben"}
    assert facts["health"].to_dict() == {"a": "yellow", "b": "unknown", "c": "unknown"}
    assert facts["segment"].to_dict() == {"a": "SMB", "b": "SMB", "c": "unknown"}
    # A first day as a customer after the start is none; the first day with ARR takes its place.
    assert facts["age_days"].to_dict() == {"a": 656.0, "b": 355.0, "c": 152.0}
    # a: 24 months from 2025-03-15; b: 36 from 2025-01-10; c: a year from 2025-08-01.
    assert facts["due"].to_dict() == {"a": False, "b": False, "c": False}
    assert facts["renewals"].to_dict() == {"a": 1, "b": 1, "c": 0}
    assert facts["exposure"].tolist() == [1.0, 1.0, 1.0]


def test_an_anniversary_in_the_period_is_a_renewal_due():
    cycle = small()
    without = cycle.with_tables(renewals=cycle.table("renewals").head(0))
    facts = start_facts(without).set_index("account_id")
    # A year from 2025-03-15 and from 2025-01-10 falls into it; from 2025-08-01 it does not.
    assert facts["due"].to_dict() == {"a": True, "b": True, "c": False}


def test_the_owned_opening_takes_each_account_on_the_eve_of_its_hand_over():
    facts = start_facts(small(), opening="owned").set_index(["person_id", "account_id"])
    handed = facts.loc[("ben", "b")]
    assert f"{handed['day']:%Y-%m-%d}" == "2026-04-30"
    assert handed["health"] == "green"
    assert handed["exposure"] == pytest.approx(61 / 181)  # 1 May to 30 June
    # Ana had it live until 30 April: 120 of 181 days.
    assert facts.loc[("ana", "b"), "exposure"] == pytest.approx(120 / 181)
    assert facts.loc[("ben", "c"), "exposure"] == 1.0


def test_an_opening_that_is_none_is_refused():
    with pytest.raises(UsageError, match="calendar, owned"):
        start_facts(small(), opening="closing")


@pytest.mark.parametrize(("opening", "rule"), [("calendar", "start"), ("owned", "outcome")])
def test_what_was_kept_is_the_grr_of_the_same_rule(team, opening, rule):
    frame = expected_retention(team, opening=opening).set_index("person_id")
    plain = ck.outcomes(team, attribution=rule)
    grr = plain[plain["metric"] == "grr"].set_index("person_id")["value"].astype("float64")
    assert grr.notna().sum() > 15
    ours = frame["observed"].reindex(grr.index)
    pd.testing.assert_series_equal(ours, grr, check_names=False, rtol=1e-9)


def test_the_sample_team(team):
    began = time.perf_counter()
    frame = expected_retention(team).set_index("person_id")
    assert time.perf_counter() - began < 5
    assert list(frame.reset_index().columns) == list(COLUMNS)
    assert list(frame.index) == list(team.subjects["person_id"])
    hard = frame.loc["bohdan.kovalenko@northwind.example"]
    easy = frame.loc["siobhan.oconnor@northwind.example"]
    # Four red and four yellow accounts: 90 % kept is more than an average CSM would keep of them.
    assert hard["observed"] == pytest.approx(0.9)
    assert hard["expected"] < 0.85 < hard["observed"] < hard["high"]
    assert easy["expected"] > 0.95
    assert (frame["verdict"] != "signal").all()
    assert frame.attrs["losses"] == frame["losses"].sum() == 17
    joiner = frame.loc["yuki.tanaka@northwind.example"]
    assert joiner["verdict"] == "not computable"
    assert joiner["needs"] == "a calendar opening above 0"
    known = frame[frame["accounts"] > 0]
    assert known[FIGURES].notna().all(axis=None)
    assert ((known["low"] <= known["expected"]) & (known["expected"] <= known["high"])).all()


def test_the_same_seed_gives_the_same_figures(team):
    again = team.with_tables()
    pd.testing.assert_frame_equal(expected_retention(team), expected_retention(again))


@pytest.mark.real
def test_ravenstack_flags_nobody_and_says_what_it_lacks(ravenstack):
    expected_retention(ravenstack.with_tables())
    began = time.perf_counter()
    frame = expected_retention(ravenstack.with_tables())
    assert time.perf_counter() - began < 4
    # No account was lost outright; twelve lost more than 5 % of their ARR.
    assert frame.attrs["counts"] == "reduced"
    assert frame.attrs["losses"] == 12
    assert (frame["verdict"] != "signal").all()
    assert (frame["p_adjusted"].dropna() >= 0.05).all()
    assert set(frame.loc[frame["accounts"] > 0, "unsure"]) == {"case_mix_no_health"}


def test_few_losses_cannot_tell():
    frame = expected_retention(small()).set_index("person_id")
    assert set(frame["verdict"]) == {"cannot tell"}
    assert set(frame["unsure"]) == {"case_mix_few_losses"}
    # Ana: 50 of 100 + 50, account a ends in March; Ben: none of 40.
    assert frame["observed"].to_dict() == {"ana": pytest.approx(1 / 3), "ben": 0.0}
    assert frame["expected"].isna().all()


def test_an_opening_nobody_read_is_not_computable(team):
    """Snapshots that begin inside the period say nothing of what was there before it."""
    snapshots = team.table("arr_snapshots")
    snapshots = snapshots[snapshots["date"] > team.period.start + pd.Timedelta(days=20)]
    late = team.with_tables(
        arr_snapshots=snapshots,
        contracts=team.table("contracts").head(0),
        movements=team.table("movements").head(0),
    )
    frame = expected_retention(late)
    assert set(frame["verdict"]) == {"not computable"}
    assert "2025-12-31" in frame["needs"].iloc[0]


def test_scores_that_are_all_of_later_are_no_health_at_the_start(team):
    health = team.table("health")
    late = team.with_tables(health=health[health["date"] >= team.period.start])
    frame = expected_retention(late)
    known = frame["accounts"] > 0
    assert set(frame.loc[known, "unsure"]) == {"case_mix_no_health"}
    assert set(frame.loc[known, "verdict"]) == {"cannot tell"}
    assert frame.loc[known, "expected"].notna().all()


def test_one_csm_cannot_tell():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 10.0)),
    )
    assert expected_retention(cycle)["unsure"].tolist() == ["case_mix_one_csm"]


def test_without_arr_or_owners_it_says_what_it_needs():
    bare = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    frame = expected_retention(bare)
    assert frame["verdict"].tolist() == ["not computable"]
    assert frame["needs"].tolist() == ["contracts, arr_snapshots or movements"]
    nobody = cycle_of(contracts=contracts(("a", "2025-01-01", None, 10.0)))
    assert "ownership" in expected_retention(nobody)["needs"].iloc[0]


def made_up(
    people: int, each: int, *, seed: int = 1, red: float = 0.15, first: float = 0.0
) -> Books:
    """Books of one size; red accounts are lost more; the first CSM's odds shifted by ``first``."""
    rng = np.random.default_rng(seed)
    n = people * each
    person = np.repeat(np.arange(people), each)
    is_red = rng.random(n) < red * (1 + person / people)
    odds = -2.5 + 2.0 * is_red + first * (person == 0)
    lost = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    columns = standardised(np.column_stack([is_red, rng.normal(size=n)]).astype(float))
    return Books(
        person, np.arange(n), lost, 1 - lost, np.exp(rng.normal(size=n)), columns, np.ones(n)
    )


def test_a_persons_own_accounts_never_train_their_expectation():
    books = made_up(12, 20)
    rng = stream(1, "x")
    band = expected_of(books, 0.0, rng=rng)
    mine = books.person == 3
    turned = Books(
        books.person,
        books.account,
        np.where(mine, 1 - books.lost, books.lost),
        np.where(mine, 1 - books.kept, books.kept),
        books.opening,
        books.columns,
        books.exposure,
    )
    other = expected_of(turned, 0.0, rng=stream(1, "x"))
    assert other.arr[3] == band.arr[3]
    assert (other.arr_low[3], other.arr_high[3]) == (band.arr_low[3], band.arr_high[3])
    assert other.arr[4] != band.arr[4]


def test_a_shared_account_trains_neither_owners_expectation():
    books = made_up(4, 30)
    account = books.account.copy()
    account[books.person == 1] = account[books.person == 0]
    shared = Books(
        books.person, account, books.lost, books.kept, books.opening, books.columns, books.exposure
    )
    models, fold = cross_fitted(shared)
    others = books.person >= 2
    alone = fit_logistic(books.columns[others], books.lost[others], books.offset[others])
    assert models[fold[0]].weights == pytest.approx(alone.weights)
    assert models[fold[1]].weights == pytest.approx(alone.weights)


def test_the_ridge_is_that_of_scikit_learn():
    books = made_up(10, 100)
    ours = fit_logistic(books.columns, books.lost, books.offset, ridge=2.0)
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(books.columns, books.lost)
    assert ours.weights[1:] == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert ours.weights[0] == pytest.approx(theirs.intercept_[0], abs=1e-3)


def test_a_team_without_any_loss_in_a_fold_still_has_a_finite_risk():
    columns = np.linspace(-1, 1, 30)[:, None]
    model = fit_logistic(columns, np.zeros(30), np.zeros(30))
    risk = model.risk(columns, np.zeros(30))
    assert (risk > 0).all()
    assert (risk < 0.05).all()


def test_time_at_risk_is_taken_into_account():
    """The same yearly risk, half of the accounts at risk for half of the time."""
    rng = np.random.default_rng(2)
    exposure = np.repeat([1.0, 0.5], 20000)
    lost = (rng.random(40000) < 0.06 * exposure).astype(float)
    model = fit_logistic(np.zeros((40000, 0)), lost, np.log(exposure))
    risk = model.risk(np.zeros((2, 0)), np.log([1.0, 0.5]))
    assert risk == pytest.approx([0.06, 0.03], abs=0.004)


def test_equal_books_and_one_who_loses_far_more():
    books = made_up(8, 40, first=2.5)
    assert dealt(books, rng=stream(1, "x")).p[0] < 0.05
    # The rest is judged as before.
    assert (dealt(books, rng=stream(1, "x")).p[1:] > 0.05).all()


def test_whoever_got_the_hard_book_is_not_told_apart_for_it():
    """The last CSM owns all red accounts: three times the losses, none of it beyond the book."""
    rng = np.random.default_rng(8)
    person = np.repeat(np.arange(8), 40)
    red = ((person == 7) & (rng.random(320) < 0.9)) | (rng.random(320) < 0.15)
    lost = (rng.random(320) < np.where(red, 0.35, 0.05)).astype(float)
    columns = standardised(red[:, None].astype(float))
    books = Books(person, np.arange(320), lost, 1 - lost, np.ones(320), columns, np.ones(320))
    losses = books.total(lost)
    plain = stats.binomtest(int(losses[7]), 40, float(lost.mean())).pvalue
    assert plain * 8 < 0.05
    assert dealt(books, rng=stream(1, "x")).p[7] > 0.2


def test_false_flags_of_small_teams_stay_at_5_percent():
    """200 teams of 8 in which nobody differs: up to 19 flags at 5 % (binomial, 99.5 %)."""
    flagged = sum(
        bool((dealt(made_up(8, 25, seed=s), rng=stream(s, "x"), shuffles=399).p < 0.05).any())
        for s in range(200)
    )
    assert flagged <= stats.binom.ppf(0.995, 200, 0.05)


def test_large_teams_that_differ_as_usual_have_nobody_beyond_the_limits():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(60), 100)
    usual = 0.4 * rng.normal(size=60)
    lost = (rng.random(6000) < 1 / (1 + np.exp(2.2 - usual[person]))).astype(float)
    columns = standardised(rng.normal(size=(6000, 2)))
    books = Books(person, np.arange(6000), lost, 1 - lost, np.ones(6000), columns, np.ones(6000))
    assert books.large
    found = funnelled(books)
    assert found.tau == pytest.approx(0.4, abs=0.15)
    assert found.phi > 1.5
    assert (found.p > 0.05).all()
    z = [mid_z(int(books.lost[person == k].sum()), np.full(100, lost.mean())) for k in range(60)]
    assert 2 * stats.norm.sf(np.abs(z).max()) * 60 < 0.05  # plain limits, Holm's first step


def test_the_interval_holds_what_average_csms_keep():
    """Nobody differs: about 95 % of CSMs lie in their interval."""
    inside = []
    for seed in range(40):
        books = made_up(8, 25, seed=seed)
        band = expected_of(books, 0.0, rng=stream(seed, "x"))
        kept = books.total(books.kept * books.opening) / books.total(books.opening)
        inside.append(((kept >= band.arr_low - 1e-9) & (kept <= band.arr_high + 1e-9)).mean())
    assert 0.92 <= np.mean(inside) <= 0.99


def test_mid_z_is_exact():
    # Three accounts at 10 %: P(0) = 0.729, P(1) = 0.243; mid-p of 1: 0.729 + 0.1215.
    risk = np.full(3, 0.1)
    assert mid_z(1, risk) == pytest.approx(stats.norm.ppf(0.8505))
    assert mid_z(3, risk) == pytest.approx(stats.norm.isf(0.0005))
    assert mid_z(0, np.full(50, 0.5)) < -6


def test_columns_of_facts_have_mean_0_and_spread_1(team):
    columns = design_columns(start_facts(team))
    assert columns.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert columns.std(axis=0) == pytest.approx(1)


def test_material_needs_the_whole_interval(team):
    """With a smallest effect of 100 points everybody is within it; with none of it, nobody is."""
    wide = expected_retention(team.with_tables(), material=1.01)
    assert set(wide.loc[wide["accounts"] > 0, "verdict"]) == {"no material effect"}
    narrow = expected_retention(team.with_tables(), material=0.0)
    assert set(narrow.loc[narrow["accounts"] > 0, "verdict"]) == {"cannot tell"}


def test_twenty_thousand_accounts_of_two_hundred_people():
    rng = np.random.default_rng(1)
    n, ids = 20_000, np.array([f"a{i:05d}" for i in range(20_000)])
    who = np.array([f"p{i:03d}" for i in rng.integers(0, 200, n)])
    colour = rng.choice(["green", "yellow", "red"], n, p=[0.6, 0.25, 0.15])
    odds = -3.2 + 1.0 * (colour == "yellow") + 2.0 * (colour == "red")
    lost = rng.random(n) < 1 / (1 + np.exp(-odds))
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    end = pd.Series(pd.NaT, index=range(n), dtype="datetime64[us]").mask(
        lost, pd.Timestamp("2026-03-31")
    )
    people = np.unique(who)
    tables = {
        "people": pd.DataFrame({"person_id": people, "name": people, "role": "csm"}),
        "accounts": pd.DataFrame({"account_id": ids, "name": ids, "contract_start": start}),
        "ownership": pd.DataFrame({"account_id": ids, "person_id": who, "start": start}),
        "contracts": pd.DataFrame(
            {"account_id": ids, "start": start, "end": end, "arr": rng.uniform(1e3, 1e5, n)}
        ),
        "health": pd.DataFrame(
            {"account_id": ids, "date": pd.Timestamp("2025-12-15"), "status": colour}
        ),
    }
    cycle = Cycle(
        tables={name: TABLES[name].conform(frame) for name, frame in tables.items()},
        period=Period.parse("2026-01-01:2026-06-30"),
    )
    began = time.perf_counter()
    frame = expected_retention(cycle)
    assert time.perf_counter() - began < 30  # under 15 s where nothing else runs
    assert frame.attrs["method"] == "funnel"
    assert frame["losses"].sum() == lost.sum()
    assert frame["expected_losses"].sum() == pytest.approx(lost.sum(), rel=0.02)
    assert (frame["verdict"] != "signal").all()


def test_what_was_kept_is_read_apart_from_the_facts(team):
    kept = kept_shares(team)
    assert kept["kept"].between(0, 1).all()
    assert len(kept) == len(start_facts(team))


def test_the_teams_funnel_holds_everybody_with_an_expectation(team):
    frame = expected_retention(team)
    units = retention_funnel(frame).units
    known = frame[frame["expected"].notna()]
    assert units["unit"].tolist() == known["person_id"].tolist()
    assert units["ratio"].to_numpy() == pytest.approx(
        (known["losses"] / known["expected_losses"]).to_numpy()
    )


def test_a_team_without_expectations_has_no_funnel():
    with pytest.raises(UsageError, match="two units"):
        retention_funnel(expected_retention(small()))
