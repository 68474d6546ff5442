"""Dates: read in every usual shape; an order is said or proven; a moment has a day somewhere."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.load.values.dates import needs_order, read_dates
from csmkit.load.values.parse import Rules, parse_column
from csmkit.schema import Column

SHAPES = {
    "%Y-%m-%d": {}, "%Y%m%d": {}, "%Y/%m/%d %H:%M": {}, "%Y-%m-%dT%H:%M:%S.000": {},
    "%d-%b-%Y": {}, "%B %d, %Y": {}, "%b-%d %Y": {}, "%a, %d %b %Y": {}, "%d %B %Y %I:%M %p": {},
    "%d-%b-%y": {}, "%d/%m/%Y": {"date_order": "dmy"}, "%m/%d/%Y %I:%M %p": {"date_order": "mdy"},
    "%d.%m.%Y": {"date_order": "dmy"}, "%m/%d/%y": {"date_order": "mdy"},
    "%y-%m-%d": {"date_order": "ymd"}, "%d.%m.%y": {"date_order": "dmy"},
}  # fmt: skip


def text(*cells):
    return pd.Series(cells, dtype="str")


def days(series):
    return [None if pd.isna(d) else f"{d:%Y-%m-%d}" for d in series]


def parse(*cells, required=False, **rules):
    return parse_column(text(*cells), Column("c", "date", "", required), Rules(**rules))


def kinds(parsed):
    return [note.kind for note in parsed.notes]


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("2024-01-22", None, "2024-01-22"),
        ("2024-01-22T14:49:34.000+0000", None, "2024-01-22"),
        ("2024-01-22T23:59:59Z", None, "2024-01-22"),
        ("2024-01-22 09:30:00", None, "2024-01-22"),
        ("2024/1/2", None, "2024-01-02"),
        ("20240131", None, "2024-01-31"),
        ("20240131T0930", None, "2024-01-31"),
        ("20240132", None, None),
        ("31-Jan-2024", None, "2024-01-31"),
        ("31 January 2024", None, "2024-01-31"),
        ("Jan 31, 2024", None, "2024-01-31"),
        ("January 31st, 2024 9:30 PM", None, "2024-01-31"),
        ("1-Feb-24", None, "2024-02-01"),
        ("1-Feb-99", None, "1999-02-01"),
        ("Dec-27 2020", None, "2020-12-27"),
        ("Mon, 31 Jan 2024", None, "2024-01-31"),
        ("Sept 5, 2024", None, "2024-09-05"),
        ("31 May 2024 at 9:30 AM", None, "2024-05-31"),
        ("2024-Jan-31", None, "2024-01-31"),
        ("Mon Jan 31 2024 09:00:00 GMT+0100 (CET)", None, "2024-01-31"),
        ("31-Foo-2024", None, None),
        ("30 Feb 2024", None, None),
        ("Jan 2024", None, None),
        ("28-07-2023 03:00", "dmy", "2023-07-28"),
        ("07/28/2023 3:00 PM", "mdy", "2023-07-28"),
        ("7/28/2023, 3:00\u202fPM", "mdy", "2023-07-28"),
        ("03.04.2023", "dmy", "2023-04-03"),
        ("3. 4. 2023", "dmy", "2023-04-03"),
        ("29-02-2024", "dmy", "2024-02-29"),
        ("29-02-2023", "dmy", None),
        ("28-07-2023", "mdy", None),
        ("28-07-2023", "ymd", None),
        ("3/4/23", "dmy", "2023-04-03"),
        ("23-04-03", "ymd", "2023-04-03"),
        ("3/4/69", "dmy", "1969-04-03"),
        ("3/4/68", "dmy", "2068-04-03"),
        ("2024-02-30", None, None),
        ("2024-01-22 25:00", None, None),
        ("2024-01-22 soon", None, None),
        ("soon", "dmy", None),
        ("12345", None, None),
    ],
)
def test_dates(written, order, day):
    assert days(read_dates(text(written), Rules(date_order=order)).values) == [day]


def test_a_day_over_12_proves_the_order_of_its_column():
    parsed = parse("03-04-2023", "28-07-2023", None)
    assert days(parsed.values) == ["2023-04-03", "2023-07-28", None]
    assert (parsed.order, kinds(parsed)) == ("dmy", ["date_order_assumed"])
    assert "for example 28-07-2023, are possible only so" in parsed.notes[0].message
    assert kinds(parse("03-04-2023", "28-07-2023", date_order="dmy")) == []


def test_ambiguous_dates_are_not_read_and_iso_ones_beside_them_are():
    parsed = parse("03-04-2023", "2023-07-28")
    assert days(parsed.values) == [None, "2023-07-28"]
    assert parsed.unread.tolist() == [True, False]
    assert (parsed.order, parsed.asks) == (None, {"date_order": ("dmy", "mdy")})


def test_contradicting_dates_prove_nothing():
    parsed = parse("28-07-2023", "07-28-2023")
    assert parsed.unread.all()
    assert parsed.asks == {"date_order": ("dmy", "mdy")}


def test_a_date_in_no_order_contradicts_nothing():
    found = read_dates(text("45-45-2023", "28-07-2023"))
    assert (days(found.values), found.order) == ([None, "2023-07-28"], "dmy")
    alone = read_dates(text("45-45-2023"))
    assert (alone.order, alone.orders) == (None, ())


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (["01/02/03"], ("dmy", "mdy", "ymd")),
        (["13/02/24"], ("dmy", "ymd")),
        (["02/13/24"], ("mdy",)),
        (["31/12/99"], ("dmy",)),
        (["99-12-31"], ("ymd",)),
        (["1/2/24"], ("dmy", "mdy")),
        (["13/02/24", "01/02/2024"], ("dmy",)),
    ],
)
def test_years_of_two_digits_need_an_order_that_fits_the_whole_column(cells, orders):
    found = read_dates(text(*cells))
    if len(orders) == 1:
        assert (found.order, found.orders) == (orders[0], ())
        assert found.values.notna().all()
    else:
        assert (found.order, found.orders) == (None, orders)
        assert found.values.isna().all()


def test_only_a_day_in_one_order_or_the_other_needs_the_order():
    cells = text("03-04-2023", "28-07-2023", "45-45-2023", "2023-02-30", "soon", None)
    assert needs_order(cells).tolist() == [True, True, False, False, False, False]


@given(st.dates(dt.date(1970, 1, 2), dt.date(2068, 12, 31)), st.sampled_from(sorted(SHAPES)))
def test_a_written_date_reads_back(day, shape):
    parsed = parse(day.strftime(shape), **SHAPES[shape])
    assert parsed.values[0].date() == day


@given(
    st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2068, 12, 31)), min_size=1, max_size=6),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%y%m%d", "%y-%m-%d"]),
)
def test_a_column_of_dates_is_right_or_not_read(truth, shape):
    parsed = parse(*[day.strftime(shape) for day in truth])
    for day, value, unread in zip(truth, parsed.values, parsed.unread, strict=True):
        assert unread or value.date() == day


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31)))
def test_counts_of_days_seconds_and_milliseconds_are_told_apart_by_their_size(at):
    seconds = int((at - dt.datetime(1970, 1, 1)).total_seconds())
    serial = (at - dt.datetime(1899, 12, 30)).days
    parsed = parse(str(seconds), str(seconds * 1000), str(serial), f"{serial}.75")
    open_end = at.date() == dt.date(2099, 12, 31)
    assert days(parsed.values) == [None if open_end else f"{at:%Y-%m-%d}"] * 4
    assert kinds(parsed)[:2] == ["day_numbers", "epoch_times"]


def test_day_numbers_stand_among_dates_and_may_count_from_1904():
    parsed = parse("2024-01-30", "45322", "43860")
    assert days(parsed.values) == ["2024-01-30", "2024-01-31", "2020-01-30"]
    assert parsed.notes[0].cells.tolist() == [False, True, True]
    assert days(parse("43860", date1904=True).values) == ["2024-01-31"]


def test_a_moment_is_the_day_in_the_time_zone_that_is_said():
    cells = ("2024-01-31T23:30:00Z", "2024-02-01 01:00:00+05:30", "2024-01-31 23:30")
    assert days(parse(*cells).values) == ["2024-01-31", "2024-02-01", "2024-01-31"]
    said = parse(*cells, timezone="Europe/Berlin")
    assert days(said.values) == ["2024-02-01", "2024-01-31", "2024-01-31"]
    assert said.notes[0].cells.tolist() == [True, True, False]
    late = parse("1706740200000", "1706740200", timezone="Asia/Tokyo")
    assert days(late.values) == ["2024-02-01"] * 2
    assert days(parse("1706740200").values) == ["2024-01-31"]
    assert "days are those in UTC" in parse("1706740200").notes[0].message


def test_afternoon_counts_when_a_moment_becomes_a_day():
    cells = ("Jan 31, 2024 11:30 PM GMT+0000", "Jan 31, 2024 12:30 AM GMT+0000")
    assert days(parse(*cells, timezone="Europe/Berlin").values) == ["2024-02-01", "2024-01-31"]


@given(
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2098, 12, 31)).filter(
        lambda at: at.hour or at.minute
    ),
    st.integers(-12 * 60, 14 * 60),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%d %b %Y %I:%M %p"]),
)
def test_a_moment_with_an_offset_is_its_day_in_the_zone(at, minutes, shape):
    at = at.replace(second=0, microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    parsed = parse(f"{at.strftime(shape)} {at:%z}", timezone="Asia/Kolkata")
    there = pd.Timestamp(at).tz_convert("Asia/Kolkata")
    assert days(parsed.values) == [f"{there:%Y-%m-%d}"]


def test_moments_that_are_all_midnight_are_dates_in_every_time_zone():
    cells = ("2024-01-31T00:00:00Z", "2024-02-29T00:00:00.000+0000")
    said = parse(*cells, timezone="America/New_York")
    assert days(said.values) == ["2024-01-31", "2024-02-29"]
    assert "every one is at midnight" in said.notes[0].message
    assert days(parse("1706659200000", timezone="America/New_York").values) == ["2024-01-31"]
    mixed = parse(*cells, "2024-02-29T12:00:00Z", timezone="America/New_York")
    assert days(mixed.values) == ["2024-01-30", "2024-02-28", "2024-02-29"]


@pytest.mark.parametrize(
    "far", ["9999-12-31", "2999-12-31", "31/12/9999", "12/31/9999 12:00 AM", "2099-12-31"]
)
def test_a_day_far_in_the_future_means_not_yet(far):
    parsed = parse(far, "2024-01-31")
    assert days(parsed.values) == [None, "2024-01-31"]
    assert not parsed.unread.any()
    assert "open_ended" in kinds(parsed)
    assert parse(far, required=True).unread.all()


@pytest.mark.parametrize("past", ["1900-01-01", "0001-01-01", "1899-12-30", "1970-01-01"])
def test_a_day_far_in_the_past_means_no_date(past):
    parsed = parse(past, "2024-01-31")
    assert (days(parsed.values), kinds(parsed)) == ([None, "2024-01-31"], ["no_date"])
    assert not parsed.unread.any()
    assert parse(past, required=True).unread.all()


def test_zero_dates_are_blank():
    parsed = parse("0000-00-00", "00/00/0000", "0")
    assert (days(parsed.values), kinds(parsed)) == ([None] * 3, ["blank_word"])


def test_an_exclusive_end_is_the_day_before_and_an_open_one_stays_open():
    parsed = parse("2024-01-01", "9999-12-31", inclusive=False)
    assert days(parsed.values) == ["2023-12-31", None]
