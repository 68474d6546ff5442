"""The calendar of a cycle: its days, and a file that calendars read."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.render.calendar_days import PERIOD_STEPS, calendar_days
from csmkit.render.calendar_file import render_calendar

HALF = Period.of("2026-01-01", "2026-06-30")
STEPS = {
    "inventory", "check_week_6", "check_second_half",
    "spot_check", "talk", "calibration", "review", "actions",
}  # fmt: skip


def days(review_on, period=HALF, **how):
    return {s.name: f"{s.day}" for s in calendar_days(period, review_on=review_on, **how).steps}


def written(path, review_on="2026-07-20", **how):
    return render_calendar(HALF, review_on=review_on, out=path, **how)


def read(path):
    """The entries of a file, by their titles."""
    whole = Calendar.from_ical(path.read_bytes())
    return {str(event["summary"]): event for event in whole.walk("VEVENT")}


def test_the_days_of_a_half_year():
    # 1 January 2026 is a Thursday; 20 July a Monday.
    assert days("2026-07-20") == {
        "inventory": "2026-01-07",  # the week from Thursday 1 to Wednesday 7
        "check_week_6": "2026-02-11",  # its day 42
        "check_second_half": "2026-05-15",  # day 135 of 180 is Saturday 16
        "spot_check": "2026-06-29",  # 21 days before
        "talk": "2026-07-06",  # 14 days before
        "calibration": "2026-07-13",  # 7 days before
        "review": "2026-07-20",
        "actions": "2026-08-19",  # 30 days after
    }


def test_weekends_move_to_the_working_day_before_and_say_so():
    # Saturday 18 July; 30 days later is Monday 17 August.
    found = {s.name: s for s in calendar_days(HALF, review_on="2026-07-18").steps}
    assert f"{found['review'].day}" == "2026-07-17"
    assert found["review"].moved == "moved from Sat 18 Jul 2026"
    assert (f"{found['actions'].day}", found["actions"].moved) == ("2026-08-17", "")
    assert days("2026-07-19")["review"] == "2026-07-17"
    # Weeks of a period that begins on Saturday 1 August end on Fridays.
    assert days("2027-03-01", Period.of("2026-08-01", "2027-01-31"))["inventory"] == "2026-08-07"


def test_the_meeting_and_the_first_day_can_be_given():
    assert days("2026-07-20", calibration_on="2026-07-08")["calibration"] == "2026-07-08"
    # Week 6 from Monday 2 February ends on Sunday 15 March; 148 days to the end, 111 of them over.
    moved = days("2026-07-20", start="2026-02-02")
    assert (moved["inventory"], moved["check_week_6"]) == ("2026-02-06", "2026-03-13")
    assert moved["check_second_half"] == "2026-05-22"  # Sunday 24 May
    assert days(dt.date(2026, 7, 20)) == days(dt.datetime(2026, 7, 20, 9)) == days("2026-07-20")


def test_what_has_no_room_is_left_out_and_said():
    found = calendar_days(HALF, review_on="2026-01-12")
    assert [s.name for s in found.steps] == ["calibration", "inventory", "review", "actions"]
    assert [line.split(":")[0] for line in found.left_out] == [
        "Mid-period self-check, by today",
        "Mid-period self-check, once more",
        "Spot-check of business reviews, by today (3 decks a CSM, 20 minutes each)",
        "Pre-review talk (30 minutes a CSM)",
    ]
    assert found.left_out[3].endswith(
        "left out, since 29 Dec 2025 is before 1 Jan 2026, the first day of the calendar."
        " Hold it as soon as you can, or move the review."
    )
    month = calendar_days(Period.of("2026-01-01", "2026-01-31"), review_on="2026-03-20")
    assert "check_week_6" not in {s.name for s in month.steps}
    assert month.left_out == (
        "Mid-period self-check, by today: left out, since 11 Feb 2026 is after 31 Jan 2026, the"
        " last day of the period.",
    )


@pytest.mark.parametrize(("how", "why"), [
    ({"review_on": "2025-12-31"}, "The review is on 31 Dec 2025, before the calendar begins"),
    ({"review_on": "2026-07-20", "start": "2026-08-01"}, "before the calendar begins on 1 Aug"),
    ({"review_on": "20.7.2026"}, "review_on is '20.7.2026', which is not a day.*YYYY-MM-DD"),
    ({"review_on": "2026-07-20", "start": "soon"}, "start is 'soon'"),
    ({"review_on": "2062-07-20"}, "more than 366 days after the period ends on 30 Jun 2026"),
    ({"review_on": "2026-07-20", "calibration_on": "2026-07-20"}, "not between 1 Jan 2026 and"),
    ({"review_on": "2026-07-20", "calibration_on": "2025-12-20"}, "not between 1 Jan 2026 and"),
])  # fmt: skip
def test_days_that_make_no_sense_are_one_message(how, why):
    with pytest.raises(UsageError, match=why):
        calendar_days(HALF, **how)


@given(
    start=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    long=st.integers(0, 500),
    later=st.integers(0, 800),
)
@settings(max_examples=200, deadline=None)
def test_every_step_is_on_a_working_day_or_said_to_be_left_out(start, long, later):
    period = Period.of(start, start + dt.timedelta(days=long))
    review = start + dt.timedelta(days=min(later, long + 366))
    found = calendar_days(period, review_on=review)
    names = [step.name for step in found.steps]
    assert len(names) + len(found.left_out) == len(STEPS)
    assert set(names) <= STEPS
    assert {"review", "actions"} <= set(names)
    assert all(step.day.isoweekday() <= 5 for step in found.steps)
    assert [s.day for s in found.steps] == sorted(s.day for s in found.steps)
    on = {step.name: step.day for step in found.steps}
    assert all(on[name] <= on["review"] for name in set(PERIOD_STEPS) & set(on))
    for before, after in (
        ("spot_check", "talk"),
        ("talk", "calibration"),
        ("calibration", "review"),
    ):
        if before in on:
            assert on[before] < on[after]


def test_a_calendar_reads_the_file(tmp_path):
    made = written(tmp_path / "cycle.ics")
    events = read(made.path)
    assert [f"{e['dtstart'].dt}" for e in events.values()] == [f"{s.day}" for s in made.steps]
    assert len(events) == len(STEPS)
    for event in events.values():
        # Whole days: a date and no time, so that no zone moves it.
        assert type(event["dtstart"].dt) is dt.date
        assert event["dtend"].dt == event["dtstart"].dt + dt.timedelta(days=1)
        assert event["dtstamp"].dt.tzinfo is not None
        assert str(event["transp"]) == "TRANSPARENT"
    review = events["Review delivered"]
    assert str(review["description"]).startswith("Nothing in it is news.")
    assert "45 minutes" in next(iter(events))


def test_the_file_is_as_rfc_5545_wants_it(tmp_path):
    data = written(tmp_path / "cycle.ics").path.read_bytes()
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert (
        r"SUMMARY:Spot-check of business reviews\, by today (3 decks a CSM\, 20 minutes each)"
        in unfolded
    )
    assert r"still asked for.\ncsmkit inventory" in unfolded
    assert "VERSION:2.0" in unfolded
    for needed in ("UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:"):
        assert unfolded.count(needed) == len(STEPS)


def test_a_team_of_hostile_letters_is_text_and_nothing_else(tmp_path):
    team = 'EM;EA, "Süd"\\n\r\nATTACH:x\u202e ' + "東京" * 60
    path = written(tmp_path / "cycle.ics", team=team).path
    data = path.read_bytes()
    assert b"\r\nATTACH" not in data
    assert max(map(len, data.split(b"\r\n"))) <= 75
    title = next(iter(read(path)))
    assert title.startswith('EM;EA, "Süd"\\n ATTACH:x 東京東京')
    assert title.endswith("東京: Evidence inventory, by today (45 minutes a CSM)")


def test_the_same_days_give_the_same_bytes(tmp_path):
    one, two = (written(tmp_path / name).path.read_bytes() for name in ("a.ics", "b.ics"))
    assert one == two
    assert written(tmp_path / "a.ics").path.read_bytes() == one


def test_a_review_that_moves_keeps_the_ids_and_is_a_later_version(tmp_path):
    path = tmp_path / "cycle.ics"
    before, after = read(written(path).path), read(written(path, "2026-07-22").path)
    for title, event in after.items():
        old = before[title]
        assert event["uid"] == old["uid"]
        moved = title not in list(before)[:3]
        assert int(event["sequence"]) - int(old["sequence"]) == moved
        assert (event["dtstamp"].dt > old["dtstamp"].dt) is moved
    assert int(read(written(path).path)["Review delivered"]["sequence"]) == 2


def test_ids_are_of_the_period_the_team_and_the_step(tmp_path):
    files = [written(tmp_path / "a.ics"), written(tmp_path / "b.ics", team="EMEA")]
    other = Period.of("2026-07-01", "2026-12-31")
    files.append(render_calendar(other, review_on="2027-01-18", out=tmp_path / "c.ics"))
    ids = [str(event["uid"]) for made in files for event in read(made.path).values()]
    assert len(ids) == len(set(ids)) == 3 * len(STEPS)
    assert read(files[1].path)["EMEA: Calibration meeting"]


def test_what_is_no_longer_in_the_file_is_said(tmp_path):
    path = tmp_path / "cycle.ics"
    written(path)
    made = written(path, "2026-01-12")
    assert len(read(path)) == 4
    gone = [line for line in made.left_out if "delete it in your calendar" in line]
    assert len(gone) == 4
    assert gone[0].startswith("Mid-period self-check, by today: no longer in the file.")


def test_it_names_nobody(tmp_path, team):
    made = render_calendar(team, review_on="2026-07-20", out=tmp_path / "cycle.ics")
    text = made.path.read_bytes().replace(b"\r\n ", b"").decode()
    names = [*team.table("people")["name"], *team.table("accounts")["name"]]
    assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]
    assert "@northwind" not in text


@pytest.mark.parametrize(
    "data", [b"", b"my notes", b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n"]
)
def test_a_file_that_is_no_calendar_of_csmkit_stays(tmp_path, data):
    path = tmp_path / "cycle.ics"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="it is no calendar of csmkit"):
        written(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize(("name", "why"), [
    ("cycle.txt", "does not end with .ics"),
    ("none/cycle.ics", "There is no folder"),
    ("here.ics", "it is no calendar of csmkit"),
])  # fmt: skip
def test_a_place_that_cannot_be_is_one_message(tmp_path, name, why):
    (tmp_path / "here.ics").mkdir()
    with pytest.raises(UsageError, match=why):
        written(tmp_path / name)


@given(junk=st.binary(max_size=300), cut=st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_a_damaged_calendar_is_replaced_or_refused_and_never_a_traceback(
    tmp_path_factory, junk, cut
):
    path = tmp_path_factory.mktemp("ics") / "cycle.ics"
    whole = written(path).path.read_bytes()
    path.write_bytes(whole[:cut] + junk + whole[cut + len(junk) :])
    try:
        written(path)
    except UsageError as error:
        assert "no calendar of csmkit" in str(error)  # noqa: PT017
