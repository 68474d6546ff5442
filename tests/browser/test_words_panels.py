"""Capturing a moment and checking a review in JupyterLab: by keyboard, over dead kernels, in both themes."""

import base64
import json
import re
import sqlite3

import pytest

from tests.browser.conftest import lab_on
from tests.browser.scorer import notebook
from tests.browser.test_score_panel import CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMEKA = "emeka.obi@northwind.example"
CAPTURE = f"""
import csmkit as ck
from csmkit.panels.capture import capture_panel
from csmkit.store.open import open_store
panel = capture_panel(ck.sample_team(), store=open_store("../scores.db"), by="{EMEKA}")
panel
"""
LINT = f"""
import csmkit as ck
from csmkit.panels.lint import lint_panel
panel = lint_panel(cycle=ck.sample_team(), csm="{EMEKA}")
panel
"""
SLOW = """
import time
from csmkit.panels.lint import LintPanel
quick = LintPanel._remarks
def slow(self, text):
    time.sleep(1.2 if "trusted" in text else 0)
    return quick(self, text)
LintPanel._remarks = slow
print("slowed")
"""
SIGNED = "On 5 May 2026 ironbridge hotels finally signed, 19.7k, was yellow, back to green"
UNSURE = "On 5 May 2026 trained the second team at sandpiper"
REVIEW = """# Review of the half

She is a trusted adviser \N{GRINNING FACE} and a team player, and improved adoption across the book.

\tShe is too emotional; NRR was 104 %.  Two  spaces, and averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylongwordwithoutanend of a team player.

## Goals

- Be more strategic.
"""
PICTURED = (
    "Kingfisher Housing left on 10 March 2026 with €13,700 after two outages in its busiest week. "
)
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    notebook(folder / "notebooks" / "capture.ipynb", CAPTURE, "1 + 1")
    notebook(folder / "notebooks" / "lint.ipynb", LINT, "print('read:', panel.text)")
    notebook(folder / "notebooks" / "slow.ipynb", SLOW + LINT)
    bare = "from csmkit.panels.lint import lint_panel\nlint_panel()"
    notebook(folder / "notebooks" / "two.ipynb", bare, bare)
    with lab_on(folder) as address:
        yield folder, address


class Panel:
    """A panel in a page, by what a person reads on it."""

    def __init__(self, page, address, name, sort=None):
        self.page, self.address, self.name = page, address, name
        self.keys = page.keyboard
        self.css = f".csmkit-{sort or name}"
        self.root = page.locator(self.css)
        self.field = self.root.locator("textarea").first

    def open(self):
        self.page.goto(f"{self.address}/lab/tree/{self.name}.ipynb?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # A restart that is asked for while there is no kernel yet runs no cell.
        self.page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
        self.menu("Kernel", "Restart Kernel and Run All Cells")
        self.page.click(".jp-Dialog button.jp-mod-accept")
        return self.ready()

    def ready(self):
        self.page.wait_for_selector(f"{self.css} textarea", timeout=120_000)
        return self

    def menu(self, menu, item):
        self.page.click(f".lm-MenuBar-itemLabel >> text={menu}")
        exact = not item.startswith("Restart")
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=exact).first.click()

    def end_kernel(self):
        self.menu("Kernel", "Shut Down Kernel")
        self.page.wait_for_timeout(1500)

    def run_again(self):
        self.page.evaluate("css => document.querySelector(css)?.remove()", self.css)
        self.menu("Run", "Run All Cells")
        return self.ready()

    def key(self, name):
        return self.root.locator(f"[data-key={json.dumps(name)}]")

    def press(self, *keys):
        for key in keys:
            self.keys.press(key)

    def tab_to(self, name):
        """With Tab alone; a day has a stop for each of its parts."""
        for _ in range(12):
            self.press("Tab")
            if self.held == name:
                return
        raise AssertionError(f"Tab does not come to {name}")

    def says(self, selector, text, timeout=15_000):
        where = self.root.locator(selector).get_by_text(text)
        where.first.wait_for(timeout=timeout)

    def saved(self):
        self.says(".saved", SAVED)

    @property
    def held(self):
        return self.page.evaluate("document.activeElement.dataset.key ?? ''")


@pytest.fixture
def capture(work, lab_tab):
    for file in work[0].glob("scores.db*"):
        file.unlink()
    yield Panel(lab_tab.page, work[1], "capture").open()
    assert lab_tab.requests == []


@pytest.fixture
def lint(work, lab_tab):
    yield Panel(lab_tab.page, work[1], "lint").open()
    assert lab_tab.requests == []


def stored(work):
    with sqlite3.connect(f"file:{work[0] / 'scores.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT text, account_id, kind, private, competencies FROM evidence ORDER BY id"
        ).fetchall()
    connection.close()
    return rows


def understood(capture, text, shown="Ironbridge Hotels SA"):
    capture.field.fill(text)
    capture.root.locator(".statement").filter(has_text=shown).wait_for(timeout=15_000)


class TestCapture:
    def test_typed_corrected_kept_and_listed_by_keyboard_alone(self, capture, work):
        cells = capture.page.locator(".jp-Notebook .jp-Cell").count()
        capture.field.focus()
        capture.keys.type(UNSURE)
        capture.press("Control+Enter")
        capture.says(".doubts", "which?")
        # Nothing is chosen where it is not sure, and it asks.
        account = capture.key("account")
        assert account.input_value() == "?"
        capture.press("Control+s")
        assert capture.held == "account"
        capture.says(".trouble", "Say which account it is")
        assert account.get_attribute("aria-describedby")
        capture.keys.type("Sandpiper Steel")
        capture.root.locator(".statement").filter(has_text="Sandpiper Steel SA").wait_for()
        # On with Tab alone.
        capture.tab_to("kind")
        capture.keys.type("helped")
        capture.tab_to("before")
        capture.keys.type("old sheet")
        capture.tab_to("shows adoption")
        capture.press("Space")
        assert not capture.key("shows adoption").is_checked()
        capture.tab_to("keep")
        capture.press("Enter")
        capture.saved()
        assert capture.field.input_value() == ""
        assert capture.held == "text"
        capture.says(".captured .head", "5 May 2026 · Sandpiper Steel SA · helped a colleague")
        capture.says(".captured .tag", "private")
        ((text, _, kind, private, shows),) = stored(work)
        assert (text, kind, private, shows) == (UNSURE, "mentoring", 1, "expansion_discovery")
        # None of the keys reached the notebook.
        assert capture.page.locator(".jp-Notebook .jp-Cell").count() == cells

    def test_a_duplicate_is_said_and_not_stored_twice(self, capture, work):
        for _ in range(2):
            understood(capture, SIGNED)
            capture.press("Control+s")
            capture.says(".saved, .trouble", re.compile("^Saved|on file already"))
        capture.says(".trouble", "not stored a second time")
        assert len(stored(work)) == 1
        # What was typed stays, to be changed.
        assert capture.field.input_value() == SIGNED
        capture.key("date").fill("2026-05-04")
        capture.key("keep").click()
        capture.says(".trouble", "looks like one on file: the same words, 1 day apart")
        assert len(stored(work)) == 1
        assert capture.key("keep").text_content() == "Keep it all the same"
        capture.key("keep").click()
        capture.root.locator(".captured li").nth(1).wait_for()
        assert len(stored(work)) == 2

    def test_a_private_item_is_handed_in_only_when_asked_twice(self, capture, work):
        understood(capture, SIGNED)
        capture.press("Control+s")
        capture.saved()
        button = capture.root.get_by_role("button", name=re.compile("^Hand in: On 5 May"))
        button.focus()
        capture.press("Enter")
        assert capture.held.startswith("hand in not ")
        capture.press("Enter")
        assert capture.held.startswith("hand in e-")
        capture.press("Enter", "Shift+Tab", "Enter")
        capture.says(".captured .tag", "handed in")
        assert capture.root.get_by_role("button", name=re.compile("^Hand")).count() == 0
        with sqlite3.connect(work[0] / "scores.db") as connection:
            assert connection.execute("SELECT who FROM submitted").fetchall() == [(EMEKA,)]
        connection.close()

    def test_what_is_typed_outlives_a_dead_kernel(self, capture, work):
        capture.end_kernel()
        capture.field.fill(SIGNED)
        capture.says(".saved", "NOT READ", timeout=2_900)
        capture.says(".trouble", "what you wrote is kept on this page")
        capture.run_again()
        capture.root.locator(".statement").filter(has_text="Ironbridge Hotels SA").wait_for()
        assert capture.field.input_value() == SIGNED
        # Now it dies between reading and keeping.
        capture.end_kernel()
        capture.key("keep").click()
        capture.says(".saved", "NOT SAVED", timeout=2_500)
        assert capture.field.input_value() == SIGNED
        capture.run_again()
        capture.saved()
        assert capture.field.input_value() == ""
        assert [text for text, *_ in stored(work)] == [SIGNED]

    def test_another_note_is_not_kept_with_the_corrections_of_the_one_before(self, capture):
        understood(capture, SIGNED)
        capture.key("before").fill("red")
        capture.root.locator(".statement").filter(has_text="red before").wait_for()
        capture.field.fill("finch glass renewed 21,000 -> 22,000")
        capture.root.locator(".statement").filter(has_text="Finch Glass").wait_for()
        assert capture.key("before").input_value() == "21,000"
        assert capture.key("anew").is_hidden()

    def test_hostile_text_is_text(self, capture, work):
        hostile = (
            f"<img src=x onerror=alert(1)> \u202e{SIGNED} <script>document.body.remove()</script>"
        )
        understood(capture, hostile)
        capture.press("Control+s")
        capture.saved()
        capture.says(".captured .said", "<img src=x onerror=alert(1)>")
        assert capture.root.locator("img, script").count() == 0
        assert "\u202e" not in capture.root.inner_text()

    def test_reading_is_quick_enough_to_watch(self, capture):
        understood(capture, SIGNED)
        took = [
            capture.page.evaluate(
                """async ([css, text]) => {
                  const root = document.querySelector(css), field = root.querySelector('textarea');
                  const shown = root.querySelector('.statement');
                  field.value = text;
                  field.dispatchEvent(new Event('input', { bubbles: true }));
                  const began = performance.now();
                  const done = new Promise((go) => new MutationObserver(() => go(performance.now() - began)).observe(shown, { childList: true }));
                  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
                  return done;
                }""",
                [capture.css, f"{SIGNED} on {day} May"],
            )
            for day in range(10, 20)
        ]
        took.sort()
        print(f"\nread and shown: median {took[5]:.0f} ms, slowest {took[-1]:.0f} ms")
        assert took[5] < 300

    @pytest.mark.parametrize("light", ["true", "false"])
    def test_every_text_has_contrast_enough(self, capture, light):
        understood(capture, SIGNED)
        capture.press("Control+s")
        capture.saved()
        capture.field.fill(UNSURE)
        capture.says(".doubts", "which?")
        capture.key("amount").fill("soon")
        capture.says(".wrong", "no sum of money")
        capture.root.locator(".captured button").first.click()
        capture.page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
        seen, poor = capture.page.evaluate(f"({CONTRAST})(document.querySelector('{capture.css}'))")
        assert seen > 40
        assert poor == []

    def test_on_a_narrow_page_nothing_is_cut_off(self, capture):
        understood(capture, SIGNED)
        capture.page.set_viewport_size({"width": 700, "height": 900})
        capture.page.wait_for_timeout(400)
        assert cut_off(capture) == []

    def test_a_screen_reader_is_told_what_each_field_is(self, capture):
        understood(capture, SIGNED)
        for role, name in [
            *(("textbox", "What happened"), ("combobox", "Account"), ("textbox", "Amount")),
            *(("textbox", "Before"), ("textbox", "After"), ("combobox", "Add a competency")),
            *(("combobox", "What sort of moment"), ("checkbox", "Keep it to myself until")),
            *(
                ("button", "Keep it"),
                ("region", "What was understood"),
                ("group", "What it may show"),
            ),
        ]:
            assert capture.root.get_by_role(role, name=name).count() == 1, (role, name)
        assert capture.root.get_by_label("Day").count() == 1
        told = capture.root.locator(".unseen[role=status]")
        assert (
            told.inner_text()
            == "What was understood, Ironbridge Hotels SA, saved, 0 doubts, 1 question"
        )


def cut_off(panel):
    """What stands out of the panel at its right."""
    return panel.page.evaluate(
        """css => {
          const root = document.querySelector(css);
          const right = root.getBoundingClientRect().right;
          return [...root.querySelectorAll('*')].filter((node) => node.checkVisibility() && !node.closest('.unseen, option')
            && node.getBoundingClientRect().right > right + 1).map((node) => node.outerHTML.slice(0, 80));
        }""",
        panel.css,
    )


def marks(lint):
    """The marks, each with its words and the boxes it is drawn in."""
    return lint.page.evaluate(
        """css => [...document.querySelectorAll(`${css} .beneath .mark`)].map((mark) => ({
          words: mark.textContent, number: mark.dataset.at, boxes: [...mark.getClientRects()].map((b) => [b.left, b.top, b.right, b.bottom]) }))""",
        lint.css,
    )


def checked(lint, text, remarks=True):
    lint.field.fill(text)
    lint.root.locator(".above .saved").filter(has_text="word").wait_for(timeout=15_000)
    if remarks:
        lint.root.locator(".remark").first.wait_for()


PIXELS = """async (shots) => {
  const images = await Promise.all(shots.map(async (shot) => createImageBitmap(await (await fetch('data:image/png;base64,' + shot)).blob())));
  const pixels = images.map((image) => { const c = new OffscreenCanvas(image.width, image.height).getContext('2d'); c.drawImage(image, 0, 0); return c.getImageData(0, 0, image.width, image.height).data; });
  let ink = 0, other = 0;
  for (let at = 0; at < pixels[0].length; at += 4) {
    const [a, b] = pixels.map((one) => one[at] + one[at + 1] + one[at + 2]);
    if (a < 500) ink += 1;
    if (Math.abs(a - b) > 250) other += 1;
  }
  return [ink, other];
}"""


class TestLint:
    @pytest.mark.parametrize("width", [1400, 1000, 700])
    def test_marks_lie_over_their_words(self, lint, width):
        page = lint.page
        page.set_viewport_size({"width": width, "height": 1000})
        checked(lint, REVIEW)
        found = marks(lint)
        assert {one["words"] for one in found} >= {"trusted adviser", "emotional", "104 %"}
        sheet = lint.root.locator(".sheet")
        for one in found:
            if len(one["boxes"]) > 1:
                continue
            # Where the browser puts the caret is where the field has the letter.
            page.evaluate(
                "([css, top]) => { const s = document.querySelector(css + ' .sheet'); s.scrollTop += top - s.getBoundingClientRect().top - 120; }",
                [lint.css, one["boxes"][0][1]],
            )
            (now,) = [
                m
                for m in marks(lint)
                if m["number"] == one["number"] and m["words"] == one["words"]
            ]
            left, top, right, bottom = now["boxes"][0]
            middle = (top + bottom) / 2
            caret = []
            for x in (left + 1, right - 1):
                page.mouse.click(x, middle)
                caret.append(lint.field.evaluate("f => f.selectionStart"))
            value = lint.field.input_value()
            units = value.encode("utf-16-le")
            assert units[2 * caret[0] : 2 * caret[1]].decode("utf-16-le") == one["words"]
        # Drawn by the field or by what lies beneath it, the text is the same to the pixel.
        page.mouse.move(0, 0)
        page.evaluate(
            "css => { document.activeElement.blur(); document.querySelector(css + ' .sheet').scrollTop = 0; }",
            lint.css,
        )
        page.add_style_tag(
            content=".csmkit-lint .mark, .csmkit-lint .mark::before { text-decoration: none !important; content: none !important; background: none !important; }"
        )
        shots = []
        for field, beneath in (("black", "transparent"), ("transparent", "black")):
            page.evaluate(
                "([css, a, b]) => { document.querySelector(css + ' textarea').style.setProperty('color', a, 'important'); document.querySelector(css + ' .beneath').style.setProperty('color', b, 'important'); }",
                [lint.css, field, beneath],
            )
            shots.append(sheet.screenshot())
        ink, other = page.evaluate(PIXELS, [base64.b64encode(shot).decode() for shot in shots])
        assert ink > 1000
        assert other < ink / 100

    def test_remarks_lead_to_their_words_by_keyboard_alone(self, lint):
        cells = lint.page.locator(".jp-Notebook .jp-Cell").count()
        lint.field.focus()
        lint.keys.insert_text(REVIEW)
        lint.press("Control+Enter")
        lint.root.locator(".remark").first.wait_for()

        def selected():
            return lint.field.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")

        lint.press("Control+Home", "F8")
        assert selected() == "trusted adviser"
        lint.press("F8")
        assert selected() == "team player"
        lint.press("Shift+F8")
        assert selected() == "trusted adviser"
        lint.press("Tab")
        assert lint.held == "remark 1"
        lint.press("ArrowDown", "ArrowDown")
        assert lint.held == "remark 3"
        words = lint.root.locator(".remark").nth(2).locator(".says").inner_text()
        lint.press("Enter")
        assert lint.held == "text"
        assert f"“{selected()}”" in words or "names no account" in words
        assert lint.root.locator("[aria-current=true]").count() == 1
        assert lint.page.locator(".jp-Notebook .jp-Cell").count() == cells

    def test_whole_text_remarks_come_first_and_words_are_counted(self, lint):
        checked(lint, REVIEW)
        titles = lint.root.locator(".remarks h4").all_inner_texts()
        assert titles == ["About the whole text", "In the text"]
        lint.says(".remarks .whole", "words are too few to picture a period")
        lint.says(".above .saved", re.compile(r"^\d+ words · \d+ remarks$"))
        lint.says("footer", "Nothing is stored and nothing is rated")
        assert lint.root.locator("input, select").count() == 0

    def test_remarks_on_the_same_words_are_all_drawn_and_numbered(self, lint):
        both = "She did not log the risk, which lost us €10,000 to budget cuts and bad service."
        checked(lint, both)
        lines = lint.root.locator(".beneath .mark").evaluate_all(
            "all => all.map((m) => [m.dataset.at ?? '', m.textContent, getComputedStyle(m).textUnderlineOffset])"
        )
        assert [line[:2] for line in lines] == [["1 2", both], ["", both]]
        assert len({offset for *_, offset in lines}) == 2

    def test_marks_stay_with_their_words_while_somebody_types_before_them(self, lint):
        checked(lint, REVIEW)
        lint.page.evaluate(
            """css => { const f = document.querySelector(css + ' textarea'); f.setRangeText('Well. ', 0, 0);
              f.dispatchEvent(new Event('input', { bubbles: true })); }""",
            lint.css,
        )
        # Before any answer: they moved along.
        words = [one["words"] for one in marks(lint)]
        assert words[:2] == ["trusted adviser", "team player"]
        lint.field.fill("All is another text now.")
        assert marks(lint) == []

    def test_seven_hundred_words_stay_fluid(self, lint):
        long = f"{REVIEW}\n" + (PICTURED * 48)
        checked(lint, long)
        took = lint.page.evaluate(
            """css => { const f = document.querySelector(css + ' textarea'); const took = [];
              for (let n = 0; n < 40; n += 1) { const began = performance.now(); f.setRangeText('x', 30, 30);
                f.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight; took.push(performance.now() - began); }
              return took.sort((a, b) => a - b); }""",
            lint.css,
        )
        print(
            f"\na key in {len(long.split())} words: median {took[20]:.1f} ms, slowest {took[-1]:.1f} ms"
        )
        # Up to a tenth of a second people take for at once.
        assert took[20] < 100

    def test_the_notebook_reads_and_sets_the_text(self, lint):
        checked(lint, "She is a trusted adviser.")
        lint.page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(1).click()
        lint.press("Control+Enter")
        lint.page.get_by_text("read: She is a trusted adviser.").wait_for(timeout=15_000)
        cell = lint.page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(1)
        cell.click()
        lint.press("Control+a")
        lint.keys.insert_text("panel.text = 'He is a team player.'")
        lint.press("Control+Enter")
        lint.root.locator(".remark").filter(has_text="team player").wait_for(timeout=15_000)
        assert lint.field.input_value() == "He is a team player."

    def test_what_is_typed_outlives_a_dead_kernel(self, lint):
        lint.end_kernel()
        lint.field.fill("She is a trusted adviser.")
        lint.says(".above .saved", "NOT CHECKED", timeout=2_900)
        lint.says(".trouble", "what you wrote is kept on this page")
        lint.run_again()
        lint.root.locator(".remark").filter(has_text="trusted adviser").wait_for(timeout=30_000)
        assert lint.field.input_value() == "She is a trusted adviser."

    def test_the_text_can_be_copied(self, lint):
        lint.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        checked(lint, REVIEW)
        lint.key("copy").focus()
        lint.press("Enter")
        lint.says("footer", "Copied.")
        assert lint.page.evaluate("navigator.clipboard.readText()") == REVIEW

    def test_hostile_text_is_text(self, lint):
        checked(lint, "<img src=x onerror=alert(1)> She is too emotional.<script>x()</script>")
        assert lint.root.locator("img, script").count() == 0
        assert "emotional" in [one["words"] for one in marks(lint)]

    @pytest.mark.parametrize("light", ["true", "false"])
    def test_texts_and_marks_have_contrast_enough(self, lint, light):
        checked(lint, REVIEW)
        lint.root.locator(".remark").nth(1).click()
        lint.page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
        lines = lint.page.evaluate(
            """css => [...document.querySelectorAll(`${css} .beneath .mark`)].map((m) => [getComputedStyle(m).textDecorationStyle, getComputedStyle(m).textDecorationColor])""",
            lint.css,
        )
        assert {style for style, _ in lines} == {"wavy", "dashed", "double"}
        # The lines as text, and without what lies unseen beneath the field.
        lint.page.evaluate(
            """([css, colours]) => { document.querySelector(`${css} .beneath`).remove();
              document.querySelector(css).append(...colours.map((c) => { const p = document.createElement('p'); p.textContent = 'line'; p.style.color = c; return p; })); }""",
            [lint.css, [colour for _, colour in lines]],
        )
        seen, poor = lint.page.evaluate(f"({CONTRAST})(document.querySelector('{lint.css}'))")
        assert seen > 30
        assert poor == []

    def test_on_a_narrow_page_nothing_is_cut_off(self, lint):
        checked(lint, REVIEW)
        lint.page.set_viewport_size({"width": 700, "height": 900})
        lint.page.wait_for_timeout(400)
        assert cut_off(lint) == []
        field, remarks = (lint.root.locator(one).bounding_box() for one in (".sheet", ".remarks"))
        assert remarks["y"] > field["y"] + field["height"]

    def test_a_screen_reader_is_told_what_each_part_is(self, lint):
        checked(lint, REVIEW)
        assert lint.root.get_by_role("textbox", name="The text").count() == 1
        assert lint.root.get_by_role("region", name="Remarks").count() == 1
        first = lint.root.get_by_role(
            "button", name=re.compile("^1 Empty words line 3, to replace")
        )
        assert first.count() == 1
        assert lint.root.locator(".beneath").get_attribute("aria-hidden") == "true"
        assert lint.root.locator(".remarks [tabindex='0']").count() == 1


def test_the_answer_to_an_old_text_is_not_shown_over_a_new_one(work, lab_tab):
    lint = Panel(lab_tab.page, work[1], "slow", "lint").open()
    lint.page.evaluate(
        """css => { window.shown = new Set(); const list = document.querySelector(css + ' .remarks');
          new MutationObserver(() => window.shown.add(list.innerText)).observe(list, { childList: true, subtree: true }); }""",
        lint.css,
    )
    lint.field.fill("She is a trusted adviser.")
    lint.press("Control+Enter")
    lint.page.wait_for_timeout(300)
    lint.field.fill("He is a team player.")
    lint.root.locator(".remark").filter(has_text="team player").wait_for(timeout=15_000)
    shown = lint.page.evaluate("[...window.shown]")
    assert not any("trusted" in text for text in shown)
    assert any("team player" in text for text in shown)
    assert lab_tab.requests == []


def test_two_panels_of_one_sort_keep_a_text_each(work, lab_tab):
    page = lab_tab.page
    lint = Panel(page, work[1], "two", "lint").open()
    fields = lint.root.locator("textarea")
    fields.nth(1).wait_for(timeout=30_000)
    for at, text in enumerate(("Of one person.", "Of another person.")):
        fields.nth(at).fill(text)
    lint.root.locator(".above .saved").filter(has_text="3 words").nth(1).wait_for()
    lint.menu("Kernel", "Restart Kernel and Run All Cells")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_function(
        """() => { const found = [...document.querySelectorAll('.csmkit-lint')];
          return found.length === 2 && found.every((one) => one.querySelector('.saved').innerText.includes('3 words')); }""",
        timeout=60_000,
    )
    assert [one.input_value() for one in fields.all()] == ["Of one person.", "Of another person."]
