"""On a server a login that sees a part does not purge, export or copy it as the whole."""

from datetime import date

import pandas as pd
import pytest

from csmkit.cli_render import _with_scores
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.schema import TABLES
from csmkit.store.check import check_store
from csmkit.store.errors import Kept, NotAllowed
from csmkit.store.exchange import export_scores
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.retention import hold, keep_until
from csmkit.store.roles import members, part_seen
from csmkit.store.subject import export_person
from csmkit.store.transfer import copy_store
from tests.store.cells import CYCLE
from tests.store.house import GIVEN, PRIVATE, kept
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still

AFTER = date(2027, 1, 1)


def test_the_owner_of_a_cycle_purges_it_and_members_do_not(house):
    keep_until(house.open("olga"), CYCLE, "2026-12-31", who="olga")
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed):
            purge(house.open(name), CYCLE, who=name, today=AFTER)
    assert kept(house) == len(GIVEN)
    done = purge(house.open("olga"), CYCLE, who="olga", person="rita", today=AFTER)
    assert done.set_index("table").loc["changes", "removed"] > 0
    assert "VACUUM (FULL, ANALYZE)" in done.attrs["told"][0]
    with pytest.raises(UsageError, match="nothing of 'rita'"):
        purge(house.open("olga"), CYCLE, who="olga", person="rita", today=AFTER)
    assert house.open("rita").scores(CYCLE).empty
    purge(house.open("olga"), CYCLE, who="olga", today=AFTER)
    assert kept(house) == 0


def test_a_hold_on_every_cycle_holds_for_the_owner_of_one(house):
    keep_until(house.open("olga"), CYCLE, "2026-12-31", who="olga")
    hold(house.store, reason="case 7", who="legal", person="cy")
    with pytest.raises(Kept, match="case 7"):
        purge(house.open("olga"), CYCLE, who="olga", person="cy", today=AFTER)


def test_members_set_no_days_and_no_holds(still):
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed):
            keep_until(still.open(name), CYCLE, "2026-12-31", who=name)
        with pytest.raises(NotAllowed):
            hold(still.open(name), reason="x", who=name, cycle=CYCLE)


def test_who_sees_a_part_does_not_export_it_as_the_whole(house, tmp_path):
    for name in ("rita", "fay", "cy"):
        with pytest.raises(NotAllowed, match="a part of the store only"):
            export_person(house.open(name), "cy", tmp_path / "x", who=name, cycle=CYCLE)
    with pytest.raises(NotAllowed):
        export_person(house.open("olga"), "cy", tmp_path / "x", who="olga")
    assert list(tmp_path.iterdir()) == []
    export_person(house.open("olga"), "cy", tmp_path / "x", who="olga", cycle=CYCLE)
    assert PRIVATE in (tmp_path / "x" / "evidence.csv").read_text(encoding="utf-8")


def test_who_sees_a_part_does_not_take_it_for_the_whole(house, tmp_path):
    url = house.url_of("rita").render_as_string(hide_password=False)
    team = Cycle({}, Period.parse(CYCLE))
    with open_store(tmp_path / "copy.db") as target:
        for name in ("rita", "fay", "cy", "nobody"):
            with pytest.raises(NotAllowed):
                export_scores(house.open(name), tmp_path / "x.csv", CYCLE)
            with pytest.raises(NotAllowed):
                copy_store(house.open(name), target)
            with pytest.raises(NotAllowed):
                check_store(house.url_of(name).render_as_string(hide_password=False))
        # The role owner is of one cycle, and these are of all.
        with pytest.raises(NotAllowed, match="a part of the store only"):
            copy_store(house.open("olga"), target)
        assert target.scores(CYCLE).empty
    with pytest.raises(NotAllowed, match="a part of the store only"):
        _with_scores(team, url, None, logged=False)
    # A facilitator sees all of a packet, but not what was said of themself.
    url = house.url_of("fay").render_as_string(hide_password=False)
    led = people_of(house, "fay")
    assert not team.subjects["person_id"].isin(led).any()
    assert len(_with_scores(team, url, None, logged=False).table("ratings"))
    with pytest.raises(NotAllowed, match="a part of the store only"):
        _with_scores(_team_of(led), url, None, logged=False)
    assert not (tmp_path / "x.csv").exists()


def people_of(house, name):
    return list(members(house.open(name), CYCLE)["person_id"])


def _team_of(people):
    table = TABLES["people"].conform(pd.DataFrame({"person_id": people, "role": "csm"}))
    return Cycle({"people": table}, Period.parse(CYCLE))


def test_who_sees_all_of_it_exports_renders_copies_and_checks(house, tmp_path):
    olga = house.open("olga")
    export_scores(olga, tmp_path / "x.csv", CYCLE)
    team = Cycle({}, Period.parse(CYCLE))
    url = house.url_of("olga").render_as_string(hide_password=False)
    assert len(_with_scores(team, url, None, logged=False).table("ratings"))
    with open_store(tmp_path / "copy.db") as target:
        copy_store(house.store, target)
        assert len(target.scores(CYCLE)) == len(house.store.scores(CYCLE)) > 0
    found = check_store(house.url.render_as_string(hide_password=False))
    assert not found["severity"].eq("error").any()


def test_a_notebook_says_that_its_reader_sees_a_part(house):
    team = Cycle({}, Period.parse(CYCLE))
    for name in ("olga", "fay"):
        assert part_seen(house.open(name), team) == part_seen(house.store, team) == ""
    for name, of in (("rita", team), ("fay", _team_of(people_of(house, "fay")))):
        assert "a part of the scores only" in part_seen(house.open(name), of)
