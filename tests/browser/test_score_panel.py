"""The scoring panel in JupyterLab: by keyboard, over kernels that die, against other windows."""

import re
import sqlite3

import pytest

from csmkit.store.open import open_store
from tests.browser.conftest import lab_on
from tests.browser.scorer import (
    CODE,
    CYCLE,
    IDS,
    Scorer,
    clicks_until_killed,
    kernel_of,
    kill,
    notebook,
    stored,
    values,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scoring")
    for name in ("one", "two"):
        notebook(folder / "notebooks" / f"{name}.ipynb", CODE, "1 + 1")
    notebook(folder / "notebooks" / "scored.ipynb", CODE.replace(".iloc[:0]", ""))
    with lab_on(folder) as address:
        yield folder, address


@pytest.fixture
def where(work):
    """The store's file, which no kernel has open yet."""
    for file in work[0].glob("scores.db*"):
        file.unlink()
    return work[0] / "scores.db"


@pytest.fixture
def scorer(work, where, lab_tab):
    yield Scorer(lab_tab.page, work[1]).open()
    assert lab_tab.requests == []


@pytest.fixture
def other(work, chromium, scorer):
    """A second browser on the same CSM."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield Scorer(context.new_page(), work[1], "two").open()
    context.close()


def middle(found):
    box = found.bounding_box()
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)


def test_all_twenty_by_keyboard_alone(scorer, where):
    for _ in range(60):
        if scorer.held == f"{IDS[0]} red":
            break
        scorer.keys.press("Tab")
    # Tab gets there from the panel's first button.
    scorer.key("keys").focus()
    for _ in range(10):
        scorer.keys.press("Tab")
        if scorer.held.startswith(IDS[0]):
            break
    assert scorer.held.startswith(IDS[0])
    for n, _ in enumerate(IDS):
        if n == 0:
            scorer.items()
            scorer.keys.press("e")
            scorer.keys.press("ArrowDown")
            scorer.keys.press("Space")
            scorer.keys.press("Escape")
        scorer.keys.press("rygn"[n % 4])
        scorer.keys.press("ArrowDown")
    scorer.says("20 of 20 scored · 5 not observed · 14 unsupported", ".standing")
    scorer.saved()
    colours = ("red", "yellow", "green", "not_observed")
    assert values(where) == {c: colours[n % 4] for n, c in enumerate(IDS)}
    scorer.keys.press("u")
    scorer.says("19 of 20 scored", ".standing")
    scorer.saved()
    assert values(where)[IDS[-1]] == ""


def test_what_the_export_has_is_where_it_starts_and_undo_goes_back_to_it(work, where, lab_tab):
    scored = Scorer(lab_tab.page, work[1], "scored").open()
    given = next(name for name in IDS if scored.chosen(name))
    value = scored.chosen(given)
    scored.focus(given, value)
    scored.says(re.compile(r"^As the export has it, of \d+ Jun 2026$"), ".origin")
    scored.keys.press("y" if value == "red" else "r")
    scored.saved()
    assert not scored.page.locator(".csmkit-score .origin").is_visible()
    scored.keys.press("u")
    scored.settled()
    assert scored.chosen(given) == value
    assert [v for _, v, _, _ in stored(where)] == ["yellow" if value == "red" else "red", value]


def test_twenty_clicks_in_a_row_are_all_stored(scorer, where):
    for n in range(20):
        scorer.key(f"advocacy {('red', 'yellow', 'green')[n % 3]}").click()
    scorer.saved()
    rows = stored(where)
    assert [(v, r) for _, v, r, _ in rows] == [
        (("red", "yellow", "green")[n % 3], n + 1) for n in range(20)
    ]


def test_a_kernel_that_dies_is_told_within_two_seconds_and_no_click_is_lost(scorer, work, where):
    for competency in IDS[:5]:
        scorer.focus(competency)
        scorer.keys.press("g")
    scorer.saved()
    kill(work[1], "one")
    for competency in IDS[5:9]:
        scorer.focus(competency)
        scorer.keys.press("y")
    scorer.page.wait_for_function(
        "() => document.querySelector('.csmkit-score .saved').textContent === 'NOT SAVED'",
        timeout=2600,
    )
    assert "Health monitoring: Yellow" in scorer.text(".trouble")
    assert len(stored(where)) == 5
    scorer.restart(died=True)
    scorer.saved()
    # Each once. In which order they arrive is open: the page may send them again beside JupyterLab.
    assert sorted(c for c, *_ in stored(where)) == sorted(IDS[:9])
    assert scorer.chosen(IDS[8]) == "yellow"
    assert scorer.page.locator(".csmkit-score .trouble").is_hidden()


@pytest.mark.parametrize("rounds", [2])
def test_every_acknowledged_value_outlives_the_kernel(scorer, work, where, rounds):
    # benchmarks/panels/kill.py does ten rounds and prints what it saw.
    for turn in range(rounds):
        acknowledged = clicks_until_killed(scorer, work[1], turn)
        kept = values(where)
        assert sum(map(bool, acknowledged.values())) > 4
        assert {c: kept.get(c, "") for c in acknowledged} == acknowledged
        scorer.restart(died=True)
        scorer.saved()
        assert values(where) == {c: scorer.chosen(c) for c in values(where)}


def test_a_second_window_sees_both_values_and_chooses(scorer, other, where):
    other.focus("mentoring")
    other.keys.press("g")
    other.saved()
    scorer.focus("mentoring")
    scorer.keys.press("y")
    scorer.says("Nothing is overwritten until you choose.", ".trouble")
    assert re.search(r"You:\s+Y?\s*Yellow", scorer.text(".sides"))
    assert re.search(r"Other window, \d\d:\d\d:\d\d:\s+G?\s*Green", scorer.text(".sides"))
    assert values(where) == {"mentoring": "green"}
    scorer.key("mine mentoring").click()
    scorer.saved()
    assert [v for _, v, _, _ in stored(where)] == ["green", "yellow"]
    other.focus("mentoring")
    other.keys.press("r")
    other.key("theirs mentoring").click()
    other.saved()
    assert other.chosen("mentoring") == "yellow"
    assert len(stored(where)) == 2


def test_keys_typed_in_the_panel_do_not_touch_the_cell(scorer):
    page = scorer.page
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    scorer.items()
    for name in ("keys", "advocacy red", "note", "undo"):
        scorer.key(name).focus()
        for key in ("d", "d", "b", "m", "x", "z", "y", "Shift+Enter", "Control+Enter", "r"):
            page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells
    assert page.locator(".jp-Notebook .jp-RawCell, .jp-Notebook .jp-MarkdownCell").count() == 0
    scorer.focus("advocacy")
    scorer.keys.press("a")
    scorer.key("add date").wait_for()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells


def test_a_hostile_note_is_text_everywhere(scorer, where):
    hostile = "<script>window.hit = 1</script><img src=x onerror='window.hit=1'> \u202egnp =cmd()"
    scorer.focus("advocacy")
    scorer.keys.press("w")
    scorer.keys.insert_text(hostile)
    scorer.keys.press("Escape")
    scorer.saved()
    scorer.key("history").click()
    scorer.says("window.hit", ".past")
    assert scorer.page.evaluate("window.hit") is None
    assert scorer.page.locator(".csmkit-score .past img").count() == 0
    assert stored(where)[0][3] == hostile


def test_a_megabyte_of_note_is_refused_in_words_and_stays_in_the_field(scorer, where):
    scorer.focus("advocacy")
    scorer.keys.press("w")
    scorer.key("note").fill("x" * 1_000_000)
    scorer.says("1,000,000 characters, 10,000 can be kept", ".note")
    scorer.keys.press("Escape")
    scorer.keys.press("g")
    scorer.settled()
    assert [(v, note) for _, v, _, note in stored(where)] == [("green", "")]
    assert len(scorer.key("note").input_value()) == 1_000_000
    scorer.key("note").fill("short")
    scorer.saved()
    assert stored(where)[-1][3] == "short"


def test_a_closed_phase_can_be_read_only(scorer, where):
    with_store = open_store(where)
    with_store.close_phase(CYCLE, "manager", who="ingrid.solberg@northwind.example")
    with_store.close()
    scorer.focus("advocacy")
    scorer.keys.press("g")
    scorer.says("This phase was closed by Ingrid Solberg", ".closed")
    scorer.says("NOT SAVED", ".standing")
    scorer.key("discard").click()
    assert scorer.chosen("advocacy") == ""
    scorer.keys.press("r")
    assert stored(where) == []


def test_a_locked_store_is_told_and_tried_again(scorer, where):
    lock = sqlite3.connect(where, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    scorer.focus("advocacy")
    scorer.keys.press("g")
    scorer.says("NOT SAVED", ".standing")
    scorer.page.locator(".csmkit-score .trouble >> text=is held by another program").wait_for(
        timeout=60_000
    )
    lock.execute("ROLLBACK")
    lock.close()
    scorer.key("again").click()
    scorer.saved()
    assert values(where) == {"advocacy": "green"}


def test_evidence_is_cited_added_and_taken_back(scorer, where):
    scorer.focus("qbr_craft")
    scorer.keys.press("g")
    scorer.says("unsupported", '[data-row="qbr_craft"]')
    first = scorer.items().first
    first.check()
    scorer.says("1 cited", '[data-row="qbr_craft"]')
    scorer.focus("qbr_craft")
    scorer.keys.press("a")
    scorer.key("add date").fill("2026-03-02")
    scorer.key("add account").select_option(label="Asante Cocoa")
    scorer.key("add text").fill("Ran the review with their new lead.")
    scorer.key("add save").click()
    scorer.says("2 cited", '[data-row="qbr_craft"]')
    scorer.says("Ran the review with their new lead.", ".evidence")
    assert scorer.held.startswith("qbr_craft")
    scorer.page.wait_for_selector(".csmkit-score li.new")
    item, pane, note = (
        scorer.page.locator(f".csmkit-score {part}").bounding_box()
        for part in ("li.new", ".detail", ".note")
    )
    assert pane["y"] <= item["y"]
    assert item["y"] + item["height"] <= note["y"] + 1
    assert not scorer.key("add private").count()
    scorer.keys.press("u")
    scorer.says("1 cited", '[data-row="qbr_craft"]')
    assert scorer.text(".told") == "Undone: item cited for QBR craft"
    scorer.saved()


def test_an_item_can_be_added_before_the_kernel_said_what_is_on_file(scorer):
    page = scorer.page
    scorer.focus("qbr_craft")
    # Both keys before any answer can come.
    page.evaluate(
        """() => {
          for (const key of ["ArrowDown", "a"])
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        }"""
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector(".csmkit-score .evidence .months")
    assert scorer.key("add text").is_visible()
    assert page.evaluate("document.activeElement.closest('form') !== null")


def test_undo_says_what_it_undid_and_a_colour_that_is_set_already_is_told(scorer, where):
    scorer.focus("health_monitoring")
    scorer.keys.press("y")
    scorer.keys.press("w")
    scorer.keys.type("Late.")
    scorer.keys.press("Escape")
    scorer.saved()
    scorer.focus("advocacy")
    scorer.keys.press("g")
    scorer.saved()
    scorer.keys.press("g")
    assert scorer.text(".told") == "Advocacy: already green"
    scorer.keys.press("u")
    assert scorer.text(".told") == "Undone: Advocacy, now no value"
    scorer.keys.press("u")
    assert scorer.text(".told") == "Undone: note on Health monitoring"
    assert scorer.held.startswith("health_monitoring")
    scorer.saved()
    assert len(stored(where)) == 5


CUT = """() => {
  const strip = document.querySelector('.csmkit-score .strip');
  const button = strip.querySelector('.all');
  return [strip.scrollHeight > strip.clientHeight + 1, button.checkVisibility()];
}"""


def test_every_caution_of_the_book_can_be_read(scorer):
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.evaluate(
        """() => {
            const notes = document.querySelector('.csmkit-score .notes');
            for (let n = 0; n < 9; n += 1) notes.append(notes.firstElementChild.cloneNode(true));
        }"""
    )
    # A narrower window is measured anew.
    page.set_viewport_size({"width": 1270, "height": 990})
    page.wait_for_function(f"() => ({CUT})()[1]")
    page.locator(".csmkit-score .strip .all").click()
    cut, offered = page.evaluate(CUT)
    assert (cut, offered) == (False, True)
    page.locator(".csmkit-score .strip .all").click()
    assert page.evaluate(CUT) == [True, True]


def test_beside_the_indicators_several_rows_of_evidence_are_in_sight(scorer):
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 1000})
    scorer.focus("qbr_craft")
    scorer.items()
    seen = """() => {
        const [low, ...rows] = ['.note', '.evidence li'].flatMap(
            (part) => [...document.querySelectorAll(`.csmkit-score .detail ${part}`)]);
        return rows.filter((row) => row.getBoundingClientRect().bottom
            <= low.getBoundingClientRect().top).length;
    }"""
    before = page.evaluate(seen)
    assert before >= 2
    scorer.key("indicators").click()
    assert page.evaluate(seen) > before
    scorer.focus("advocacy")
    assert not page.locator(".csmkit-score .indicators").is_visible()


CONTRAST = """(root) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const light = (rgb) => { const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (node) => { for (let at = node; at; at = at.parentElement) { const [r, g, b, a] = rgba(getComputedStyle(at).backgroundColor); if (a > .99) return [r, g, b]; } return [255, 255, 255]; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + .05) / (y + .05); };
  const poor = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.textContent.trim() || !node.checkVisibility() || node.closest("option, .unseen")) continue;
    seen += 1;
    const style = getComputedStyle(node);
    let [front, back] = [style.color, ground(node)];
    if (node.tagName === "text") { front = style.fill; const path = getComputedStyle(node.previousElementSibling).fill; if (path !== "none") back = rgba(path).slice(0, 3); else back = ground(node.closest("button, span, th, li, p")); }
    const found = ratio(rgba(front).slice(0, 3), back);
    if (found < 4.5) poor.push(`${text.textContent.trim().slice(0, 30)}: ${found.toFixed(2)} (${node.className?.baseVal ?? node.className})`);
  }
  return [seen, [...new Set(poor)]];
}"""


@pytest.mark.parametrize("light", ["true", "false"])
def test_every_text_has_contrast_enough_in_both_themes(scorer, other, light):
    other.focus("mentoring")
    other.keys.press("g")
    other.saved()
    scorer.items()
    for n, competency in enumerate((*IDS[:5], "mentoring")):
        scorer.focus(competency)
        scorer.keys.press("rygn"[n % 4])
    scorer.keys.press("?")
    scorer.says("two values", '[data-row="mentoring"]')
    scorer.page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
    seen, poor = scorer.page.evaluate(f"({CONTRAST})(document.querySelector('.csmkit-score'))")
    assert seen > 150
    assert poor == []


def test_a_screen_reader_is_told_what_stands_where(scorer):
    scorer.focus("qbr_craft")
    groups = scorer.page.locator(".csmkit-score [role=radiogroup]")
    assert groups.count() == 20
    scorer.keys.press("g")
    scorer.saved()
    label = scorer.page.locator('.csmkit-score [data-row="qbr_craft"] [role=radiogroup]')
    assert label.get_attribute("aria-label") == "QBR craft, unsupported: no dated item cited"
    expected = scorer.page.locator('.csmkit-score [data-row="qbr_craft"] [role=radio].expected')
    assert expected.get_attribute("aria-label").endswith(", expected of mid-level")
    stops = scorer.page.locator(".csmkit-score .rows [tabindex='0']")
    assert stops.count() == 1
    scorer.says(re.compile(r"QBR craft: saved \d\d:\d\d:\d\d"), "[aria-live=polite]")


def test_the_book_stays_in_view_on_a_small_screen(scorer):
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 720})
    scorer.focus(IDS[-1])
    box = page.locator(".csmkit-score .strip").bounding_box()
    row = page.locator(f'.csmkit-score [data-row="{IDS[-1]}"]').bounding_box()
    body = page.locator(".csmkit-score .body").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 720
    assert box["height"] < 120
    assert row["y"] + row["height"] <= 720
    assert body["height"] > 330


def test_a_page_that_is_loaded_again_shows_what_the_store_has(scorer, where):
    scorer.focus("advocacy")
    scorer.keys.press("y")
    scorer.saved()
    scorer.page.click(".lm-MenuBar-itemLabel >> text=File")
    scorer.page.click(".lm-Menu-itemLabel >> text=Save Notebook >> nth=0")
    scorer.page.wait_for_timeout(1500)
    scorer.page.reload()
    scorer.page.wait_for_selector(".csmkit-score .row", timeout=60_000)
    assert scorer.chosen("advocacy") == "yellow"
    scorer.focus("mentoring")
    scorer.keys.press("g")
    scorer.saved()
    assert values(where) == {"advocacy": "yellow", "mentoring": "green"}


def test_under_a_mouse_no_row_moves_and_by_keyboard_it_comes_into_sight(scorer):
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 720})
    rows = page.locator(".csmkit-score .rows")
    page.locator(".csmkit-score").evaluate("panel => panel.scrollIntoView({ block: 'start' })")
    # A row is cut by the lower edge: its upper half is enough for a mouse to hit it.
    cut = page.evaluate(
        """() => {
            const rows = document.querySelector('.csmkit-score .rows');
            const edge = rows.getBoundingClientRect().bottom;
            const cut = [...rows.querySelectorAll('.row')].find(
                row => row.getBoundingClientRect().bottom > edge + 40);
            rows.scrollTop += cut.getBoundingClientRect().top - edge + 12;
            return cut.dataset.row;
        }"""
    )
    name = page.locator(f'.csmkit-score [data-row="{cut}"] .name').bounding_box()
    page.mouse.click(name["x"] + 20, name["y"] + 4)
    assert scorer.held.startswith(cut)
    radio = scorer.key(f"{cut} red").bounding_box()
    page.mouse.click(radio["x"] + 10, radio["y"] + 4)
    assert scorer.chosen(cut) == "red"
    # Whatever comes with it, under the mouse it stands still.
    now = page.locator(f'.csmkit-score [data-row="{cut}"] .name').bounding_box()
    assert now["y"] == pytest.approx(name["y"], abs=1)
    before = rows.evaluate("node => node.scrollTop")
    scorer.keys.press("ArrowDown")
    scorer.keys.press("ArrowUp")
    assert rows.evaluate("node => node.scrollTop") > before


def test_what_is_told_of_a_slow_kernel_moves_nothing_under_a_mouse(scorer, work):
    page = scorer.page
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.locator(".csmkit-score").evaluate("panel => panel.scrollIntoView({ block: 'start' })")
    row, item = "expansion_discovery", page.locator(".csmkit-score .evidence li input").first
    page.mouse.click(*middle(scorer.key(f"{row} yellow")))
    scorer.saved()
    item.wait_for()
    page.mouse.click(*middle(page.locator(".csmkit-score [data-key=bare]")))
    scorer.says("No dated item is cited for", ".bare")
    places = middle(scorer.key(f"{row} red")), middle(item)
    kernel = kernel_of(work[1], "one")
    kernel.suspend()
    try:
        page.mouse.click(*places[0])
        page.mouse.click(*places[1])
        scorer.says("NOT SAVED", ".standing")
        assert scorer.page.locator(".csmkit-score .trouble").is_visible()
        page.locator(".csmkit-score .months button").nth(2).click()
        scorer.says("As it was: the kernel does not answer.", ".evidence")
        assert (middle(scorer.key(f"{row} red")), middle(item)) == places
    finally:
        kernel.resume()
    scorer.saved()
    assert middle(scorer.key(f"{row} red")) == places[0]
    assert scorer.chosen(row) == "red"
    scorer.says("1 cited", f'[data-row="{row}"]')


def test_an_item_that_is_cited_at_once_leaves_the_others_in_sight(scorer):
    scorer.focus("qbr_craft")
    others = scorer.items().count()
    scorer.items().first.check()
    scorer.says("1 cited", '[data-row="qbr_craft"]')
    # Longer than a kernel may take to answer: it has answered.
    scorer.page.wait_for_timeout(2500)
    assert scorer.items().count() == others
    assert not scorer.page.get_by_text("kernel does not answer").count()


def test_what_is_told_of_a_slow_kernel_leaves_the_row_in_hand_in_sight(scorer, work):
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 720})
    scorer.focus(IDS[0])
    scorer.keys.press("End")
    kernel = kernel_of(work[1], "one")
    kernel.suspend()
    try:
        scorer.keys.press("r")
        scorer.says("NOT SAVED", ".standing")
        row = page.locator(f'.csmkit-score [data-row="{IDS[-1]}"]').bounding_box()
        trouble = page.locator(".csmkit-score .trouble").bounding_box()
        assert row["y"] + row["height"] <= trouble["y"]
    finally:
        kernel.resume()
    scorer.saved()


def test_a_second_click_on_a_row_is_no_answer_to_what_came_under_it(scorer, other, where):
    # A conflict comes where the lowest rows were: both windows score one cell, one by mouse.
    page = scorer.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.locator(".csmkit-score").evaluate("panel => panel.scrollIntoView({ block: 'start' })")
    other.focus(IDS[0])
    other.keys.press("g")
    other.saved()
    page.mouse.click(*middle(scorer.key(f"{IDS[0]} red")))
    page.locator(".csmkit-score .conflict").wait_for()
    page.mouse.click(*middle(scorer.key(f"theirs {IDS[0]}")))
    assert page.locator(".csmkit-score .conflict").is_visible()
    assert scorer.chosen(IDS[0]) == "red"
    scorer.key(f"theirs {IDS[0]}").click()
    scorer.saved()
    assert scorer.chosen(IDS[0]) == "green"
