"""What a packet is handed is what it would work out from its slice, and names nobody more."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csmkit as ck
from csmkit.compute.results import movements
from csmkit.cycle import Cycle
from csmkit.render import figures as module
from csmkit.render.figures import FIGURES, Figures
from csmkit.render.packet import plan_packet, read_packet, template
from csmkit.render.slice_files import frame_as_it_was, read_frames
from csmkit.render.slice_folder import FIGURES_FILE
from csmkit.render.slices import EDITIONS
from csmkit.samples import sample_team
from csmkit.scan.scanner import Scanner
from csmkit.schema import TABLES
from tests.compute.helpers import rows
from tests.compute.test_invariants import ACCOUNTS, DAYS, PEOPLE, SOME, teams
from tests.render.figures_helpers import assert_the_same, handed
from tests.render.helpers import ANA, shared_runs, small_team


@pytest.mark.parametrize("edition", EDITIONS)
def test_everything_that_is_handed_over_is_what_the_slice_gives(team, edition, tmp_path):
    figures, seen = Figures(team, edition=edition), set()
    for who in team.subjects["person_id"][::3]:
        book = ck.book_of(team, who, edition=edition)
        seen |= assert_the_same(figures, book, tmp_path / who)
    # In the CSM's edition nobody has a manager's scores, and the frame says so.
    assert seen == set(FIGURES) - ({"pillars_beside_book"} if edition == "csm" else set())


def test_the_file_of_them_names_nobody_else(team, tmp_path):
    figures, scanner = Figures(team), Scanner(team)
    for who in team.subjects["person_id"][1::3]:
        handed(figures, ck.book_of(team, who), tmp_path / who)
        # Arrow keeps the texts of a column with nothing between them: read, they are apart.
        data = (tmp_path / who / FIGURES_FILE).read_bytes()
        told = "".join(frame_as_it_was(table).to_csv() for _, table in read_frames(data))
        assert scanner.packet(who).leaks("figures.csv", told.encode()) == []
        # Nor is what stands in no row anywhere in the file.
        others = set(team.subjects["person_id"]) - set(team.subjects["manager_id"]) - {who}
        assert not [other for other in others if other.encode() in data]


TOUCHES = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from([None, *PEOPLE]),
        st.sampled_from(DAYS),
        st.sampled_from([None, "mia", "mia; ana", "cem"]),
    ),
    max_size=6,
)
STATUS = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS), st.sampled_from(DAYS), st.sampled_from(["green", "yellow"])
    ),
    max_size=6,
)


LOSSES = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(DAYS),
        st.sampled_from(["churn", "contraction"]),
        st.sampled_from([None, "price", "Ben left them alone"]),
        st.sampled_from([None, True, False]),
    ),
    max_size=4,
)


@SOME
@given(teams(), TOUCHES, STATUS, LOSSES, st.sampled_from([None, "mia", "ben"]))
def test_of_any_team_too(cycle: Cycle, touches: list, health: list, losses: list, lead: str | None):
    people = [
        *((p, p.title(), "csm", lead if p != lead else None) for p in PEOPLE),
        ("mia", "Mia", None, None),
    ]
    changed = {
        "people": rows("person_id name role manager_id", *people),
        "touchpoints": rows(
            "touchpoint_id account_id person_id date type attendees",
            *((f"t{i}", a, p, d, "qbr", who) for i, (a, p, d, who) in enumerate(touches)),
        ),
        "health": rows("account_id date status", *health),
        "movements": rows(
            "account_id date kind amount reason controllable",
            *((a, d, kind, -10.0, why, could) for a, d, kind, why, could in losses),
        ),
    }
    tables = {n: TABLES[n].conform(frame) for n, frame in changed.items() if len(frame)}
    team = cycle.with_tables(**tables)
    figures = Figures(team)
    for who in PEOPLE:
        with TemporaryDirectory() as folder:
            assert assert_the_same(figures, ck.book_of(team, who), Path(folder))


def test_of_a_team_of_which_nothing_is_known_too(tmp_path):
    people = small_team().table("people")
    team = Cycle({"people": people}, small_team().period)
    assert assert_the_same(Figures(team), ck.book_of(team, ANA), tmp_path)


def test_what_a_frame_lacks_is_said_of_the_person_not_of_the_team():
    team = sample_team()
    bare = team.with_tables(health=team.table("health").head(0))
    assert "health_movement" not in Figures(bare).of(
        ck.book_of(bare, bare.subjects["person_id"][0])
    )


@pytest.mark.parametrize(("segment", "there"), [("Enterprise", True), ("Left by Ben Stone", False)])
def test_a_mix_whose_words_a_slice_blots_is_kept_back(segment, there, tmp_path):
    accounts = small_team().table("accounts").assign(segment=segment)
    team = small_team().with_tables(accounts=accounts)
    book = ck.book_of(team, ANA)
    figures = Figures(team)
    assert ("composition_mix" in figures.of(book)) == there
    mix = ck.composition_mix(handed(figures, book, tmp_path))
    pd.testing.assert_frame_equal(mix, ck.composition_mix(book))
    assert "Ben" not in mix.to_csv()


def test_movements_whose_reasons_a_slice_blots_are_kept_back(tmp_path):
    lost = {"account_id": "AC-100001", "date": "2026-05-01", "kind": "churn", "amount": -100.0}
    ended = {"account_id": "AC-100001", "start": "2025-01-01", "end": "2026-04-30", "arr": 100.0}
    for reason, there in (("Price", True), ("They wanted Ben Stone back", False)):
        team = small_team(contracts=[ended], movements=[{**lost, "reason": reason}])
        book, figures = ck.book_of(team, ANA), Figures(team)
        assert ("movements" in figures.of(book)) == there
        told = movements(handed(figures, book, tmp_path / reason))
        pd.testing.assert_frame_equal(told, movements(book))
        assert len(told) > 0
        assert "Ben" not in told.to_csv()


def of_everybody(**columns: str):
    def frame(cycle: Cycle) -> pd.DataFrame:
        return pd.DataFrame({"person_id": [ANA], **{k: [v] for k, v in columns.items()}})

    return frame


@pytest.mark.parametrize(
    ("columns", "there"),
    [
        ({"account_id": "AC-100001"}, True),
        ({"account_id": "AC-100002"}, False),
        ({"manager_id": "mk"}, True),
        ({"manager_id": "ben@example.com"}, False),
    ],
)
def test_a_frame_that_names_what_the_slice_does_not_is_kept_back(monkeypatch, columns, there):
    monkeypatch.setattr(module, "FIGURES", {"one": of_everybody(**columns)})
    team = small_team()
    assert bool(Figures(team).of(ck.book_of(team, ANA))) == there


def test_a_figure_that_fails_for_the_team_is_left_to_each_packet(monkeypatch):
    def broken(cycle: Cycle) -> pd.DataFrame:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "FIGURES", {"profile": ck.profile, "broken": broken})
    team = small_team()
    assert set(Figures(team).of(ck.book_of(team, ANA))) == {"profile"}


@pytest.mark.slow
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_packet_is_the_same_with_and_without_them(team, edition, tmp_path):
    people = team.subjects.drop_duplicates("role")["person_id"]
    context = ck.team_context(team)
    figures = Figures(team, edition=edition, context=context)
    plans = []
    for number, who in enumerate(people):
        book = ck.book_of(team, who, edition=edition, context=context)
        for way, given_ in (("with", figures.of(book)), ("without", None)):
            (folder := tmp_path / f"{number} {way}").mkdir()
            plans.append(plan_packet(book, template(), folder=folder, figures=given_))
    outcomes = {o.job.folder: o for o in shared_runs().run(plan.job for plan in plans)}
    pages = [read_packet(plan, outcomes[plan.job.folder]).html for plan in plans]
    assert len(pages) == 2 * len(people) > 4
    assert pages[::2] == pages[1::2]
