"""Whole packs from public exports nobody here wrote."""

import csv
import html
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import csmkit as ck
from csmkit.render.rescan import scan_pack
from tests.conftest import RAVENSTACK_PERIOD, ROOT

pytestmark = [pytest.mark.real, pytest.mark.slow]
MAPS = ROOT / "tests" / "maps"
OPENING = date(2024, 6, 30)


@pytest.fixture(scope="module")
def pack(ravenstack, tmp_path_factory):
    """The RavenStack pack, rendered once."""
    return ck.render_pack(ravenstack, out=tmp_path_factory.mktemp("pack"), progress=False)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def dmy(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%Y").date() if text else None


def live_arr(folder: Path, day: date) -> dict[str, float]:
    """ARR of each account at the close of a day, with the csv module alone."""
    arr: dict[str, float] = {}
    for row in rows(folder / "ravenstack_subscriptions.csv"):
        start, end = dmy(row["start_date"]), dmy(row["end_date"])
        if start <= day and (end is None or end >= day):
            account = row["account_id"]
            arr[account] = arr.get(account, 0.0) + float(row["arr_amount"])
    return arr


def owner_of(folder: Path, day: date) -> dict[str, str]:
    owners = {}
    for row in rows(folder / "books.csv"):
        end = date.fromisoformat(row["to"]) if row["to"] else date.max
        if date.fromisoformat(row["from"]) <= day <= end:
            owners[row["account_id"]] = row["owner"]
    return owners


def test_there_are_24_packets(pack):
    assert [p["status"] for p in pack.manifest["packets"]] == ["done"] * 24
    pages = list((pack.index.parent / "packets").glob("*.html"))
    assert len(pages) == 24
    assert max(page.stat().st_size for page in pages) < 2_000_000


def test_the_scan_finds_nothing_in_the_pack(pack, ravenstack):
    assert scan_pack(ravenstack, pack.index.parent) == {}


def test_calendar_openings_add_up_to_the_company(pack, real_exports):
    folder = real_exports / "ravenstack"
    arr, owners = live_arr(folder, OPENING), owner_of(folder, OPENING)
    mine: dict[str, float] = {}
    for account, amount in arr.items():
        who = owners.get(account, "")
        mine[who] = mine.get(who, 0.0) + amount
    totals = pack.manifest["totals"]
    assert totals["opening_arr"] == sum(arr.values()) == 46_000_860
    assert totals["unassigned_opening_arr"] == mine.get("", 0.0)
    for packet in pack.manifest["packets"]:
        assert packet["opening_arr"] == mine.get(packet["person_id"], 0.0), packet["person_id"]
    owned = sum(p["opening_arr"] for p in pack.manifest["packets"])
    assert owned + totals["unassigned_opening_arr"] == totals["opening_arr"]


def test_owned_openings_are_more_than_the_company_because_books_change_hands(ravenstack):
    book = ck.composition(ravenstack)
    owned = book[(book["at"] == "owned opening") & (book["measure"] == "arr")]["value"].sum()
    calendar = book[(book["at"] == "calendar opening") & (book["measure"] == "arr")]["value"].sum()
    assert calendar == 46_000_860
    assert owned > calendar


def test_closings_add_up_to_the_company(pack, real_exports):
    folder = real_exports / "ravenstack"
    day = OPENING + timedelta(days=184)
    assert day == date(2024, 12, 31)
    arr = live_arr(folder, day)
    assert pack.manifest["totals"]["closing_arr"] == sum(arr.values())


def text_of(page: Path) -> str:
    """A page's text as a person or a search would find it, scripts and all."""
    raw = page.read_text(encoding="utf-8")
    runtime = re.compile(r"<script[^>]*>.{200000,}?</script>", re.DOTALL)
    return html.unescape(runtime.sub(" ", raw))


def test_no_packet_names_anybody_or_anything_of_others(pack, real_exports):
    """An independent look with plain string search, not with the kit's own scan."""
    folder = real_exports / "ravenstack"
    team = {row["email"]: row["csm"] for row in rows(folder / "team.csv")}
    owned: dict[str, set[str]] = {who: set() for who in team}
    for row in rows(folder / "books.csv"):
        owned[row["owner"]].add(row["account_id"])
    names = {r["account_id"]: r["account_name"] for r in rows(folder / "ravenstack_accounts.csv")}
    for packet in pack.manifest["packets"]:
        who = packet["person_id"]
        for kind in ("html", "ipynb"):
            path = pack.index.parent / "packets" / f"{packet['slug']}.{kind}"
            text = text_of(path) if kind == "html" else path.read_text(encoding="utf-8")
            for mail, name in team.items():
                assert mail == who or (mail not in text and name not in text), (who, name)
            for account, name in names.items():
                if account not in owned[who]:
                    assert account not in text, (who, account)
                    assert not re.search(rf"\b{name}\b", text), (who, name)


def test_the_joiner_of_september_is_told_apart(pack, ravenstack):
    said = ck.standing(ravenstack)
    wen = said[said["person_id"] == "wen.zhang@ravenstack.example"].set_index("topic")["message"]
    assert "started on 16 Sep 2024" in wen["starts inside"]
    assert "calendar opening is $0" in wen["no calendar opening"]
    packet = next(p for p in pack.manifest["packets"] if p["person_id"].startswith("wen.zhang"))
    assert packet["opening_arr"] == 0
    page = (pack.index.parent / "packets" / f"{packet['slug']}.html").read_text(encoding="utf-8")
    assert "calendar opening is $0" in page


def test_periods_before_the_hire_are_said_in_the_packets(ravenstack):
    said = ck.standing(ravenstack)
    assert (said["topic"] == "before start").any()
    kinds = ravenstack.findings["kind"].value_counts()
    assert kinds["owned_before_start"] == 57


def test_manifest_names_inputs_without_a_path(pack, real_exports):
    inputs = {entry["path"]: entry["sha256"] for entry in pack.manifest["inputs"]}
    assert "books.csv" in inputs
    assert not any("/" in name or "(" in name for name in inputs)
    assert str(real_exports) not in json.dumps(pack.manifest)


@pytest.mark.parametrize(
    ("name", "period", "people"),
    [
        ("sfdc_gen_ai_demo", "2024-07-01:2024-12-31", 2),
        ("sfdc_datacloud_workshop", "2024-01-01:2024-06-30", 2),
    ],
)
def test_an_export_without_history_or_outcomes_degrades_with_grace(
    real_exports, tmp_path, name, period, people
):
    cycle = ck.read_export(real_exports / name, map=MAPS / f"{name}.toml", period=period)
    pack = ck.render_pack(cycle, out=tmp_path / name, progress=False)
    assert [p["status"] for p in pack.manifest["packets"]] == ["done"] * people
    page = next((tmp_path / name / "packets").glob("*.html")).read_text(encoding="utf-8")
    assert "the export has no ARR" in page
    assert "not computable" in page
    assert "nan" not in re.findall(r">\s*(nan|NaN|None|NaT)\s*<", page)


def test_the_period_is_that_of_the_source(ravenstack):
    assert str(ravenstack.period) == RAVENSTACK_PERIOD.replace(":", " to ")
