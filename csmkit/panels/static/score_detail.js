// What stands beside the row in focus: indicators, evidence, a note, what was changed when.
// Only this one row is drawn, however many items a book has.

function openDetail(shown, desk, { ask, cite, note, add, back }) {
  const root = make("aside", { class: "detail", "aria-label": "The competency in focus", tabindex: "-1" });
  const looked = new Map(); // what the kernel said was on file, by competency and month
  let row = null;
  let month = "";
  let timer = 0; // until the kernel is asked
  let patience = 0; // until it should have answered
  let wide = true; // whether the indicators are open; it stays so from row to row
  let bringing = ""; // the item that comes into sight once it is drawn

  const about = make("div", { class: "about" });
  const evidence = make("section", { class: "evidence", "aria-label": "Evidence" });
  const text = make("textarea", { rows: "1", dir: "auto", "data-key": "note", placeholder: "Why this colour, in your own words", oninput: typed, onblur: () => keep() });
  const noteState = make("span", { class: "state", role: "status" });
  const noted = make("label", { class: "note" }, make("span", { class: "title" }, "Note"), text, noteState);
  const past = make("div", { class: "past" });
  const history = make("details", { class: "history", ontoggle: () => history.open && ask({ do: "history", competency: row.id }) },
    make("summary", { "data-key": "history" }, "What was changed"), past);
  const origin = make("p", { class: "muted origin", hidden: true });
  root.append(about, evidence, history, origin, noted);

  function show(next) {
    if (row === next) return;
    keep();
    row = next;
    month = "";
    history.open = false;
    past.replaceChildren();
    root.scrollTop = 0;
    paintAbout();
    paintOrigin();
    paintNote();
    look();
  }

  function paintAbout() {
    const { value } = desk.current(row.id);
    const expected = row.expected;
    root.dataset.drawn = `${row.id} ${value}`;
    const lines = Math.max(...COLOURS.map((colour) => row[colour].length));
    // A column is as wide as its share of what the three say: the evidence below needs the room.
    const said = (colour) => row[colour].join("").length;
    const share = (colour) => Math.max(19, Math.round((100 * said(colour)) / COLOURS.reduce((sum, one) => sum + said(one), 1)));
    const head = (colour) => make("th", { scope: "col", style: `width: ${share(colour)}%`, class: `${colour} ${colour === value ? "chosen" : ""}` }, shape(colour), ` ${WORD[colour]}`, colour === value ? make("span", { class: "tag" }, "chosen") : null);
    const cell = (colour, n) => make("td", { class: `${colour} ${colour === value ? "chosen" : ""}` }, row[colour][n] ?? "");
    const list = (texts) => make("ul", {}, ...texts.map((one) => make("li", {}, one)));
    about.replaceChildren(...[
      make("div", { class: "top" }, make("h3", {}, row.name), make("button", { type: "button", class: "link", "data-key": "indicators", "aria-expanded": String(wide), onclick: turnIndicators }, foldName())),
      make("p", { class: "lead" }, row.about),
      row.not_expected ? make("p", { class: "apart" }, `Not expected of this role: ${row.not_expected}`) : null,
      expected ? make("p", { class: "expects" }, make("strong", {}, `Expected of ${shown.person.level}: `), expected.colour in WORD ? shape(expected.colour) : null, ` ${WORD[expected.colour] ?? ""}. `, expected.text) : make("p", { class: "expects" }, shown.person.level === "level not in the export" ? "What is expected is not marked: the level is not in the export." : "Nothing is laid down for this level."),
      make("p", { class: row.linked ? "linked" : "muted" }, row.book),
      make("table", { class: "indicators", hidden: !wide }, make("caption", { class: "unseen" }, `Indicators of ${row.name}`), columns(),
        make("thead", {}, make("tr", {}, ...COLOURS.map(head))),
        make("tbody", {}, ...Array.from({ length: lines }, (_, n) => make("tr", {}, ...COLOURS.map((colour) => cell(colour, n)))))),
      make("div", { class: "guides" },
        make("details", {}, make("summary", { "data-key": "guide" }, "What strong looks like, and what to ask"),
          list(row.strong), row.guide.some(Boolean) ? list(row.guide.map((one, n) => one && `${["Ask", "Try", "Sign of progress"][n]}: ${one}`).filter(Boolean)) : null),
        shown.rules.length ? make("details", {}, make("summary", { "data-key": "rules" }, "How a colour is chosen"), list(shown.rules)) : null),
    ].filter(Boolean));
  }

  // A long text gets a wider column, and a short one is not squeezed to a word a line.
  function columns() {
    const weights = COLOURS.map((colour) => Math.max(1, ...row[colour].map((text) => text.length)) ** 0.65);
    const all = weights.reduce((sum, one) => sum + one, 0);
    return make("colgroup", {}, ...weights.map((one) => make("col", { width: `${Math.round((100 * one) / all)}%` })));
  }

  const foldName = () => (wide ? "Hide indicators" : "Show indicators");
  function turnIndicators() {
    wide = !wide;
    const button = about.querySelector('[data-key="indicators"]');
    button.textContent = foldName();
    button.setAttribute("aria-expanded", String(wide));
    about.querySelector(".indicators").hidden = !wide;
  }

  const name = () => `${row.id} ${month}`;

  const formHere = () => [...evidence.querySelectorAll("form")].find((one) => one.dataset.row === row.id);

  // Nothing on file is drawn (yet): whoever adds an item goes on typing.
  function bareEvidence(style, text) {
    const form = formHere();
    const held = form?.contains(document.activeElement) ? document.activeElement : null;
    evidence.replaceChildren(...[make("h4", {}, "Evidence"), form, make("p", { class: style }, text)].filter(Boolean));
    held?.focus();
  }

  // What is drawn stays where it stands: it was true a moment ago, and somebody is about to click in it.
  function silent() {
    if (!evidence.querySelector(".bar")) return bareEvidence("problem", "The kernel does not answer, so nothing on file can be shown.");
    evidence.querySelector(".bar .problem")?.remove();
    return evidence.querySelector(".bar h4").after(make("span", { class: "problem", role: "status" }, "As it was: the kernel does not answer."));
  }

  function look({ bring = "" } = {}) {
    clearTimeout(timer);
    clearTimeout(patience);
    bringing = bring;
    if (looked.has(name())) return paintEvidence();
    // What is there of this row stays until the answer: the pane would jump to its top.
    if (evidence.dataset.of !== row.id) bareEvidence("muted", "Looking …");
    evidence.dataset.of = row.id;
    // Whoever runs down the rows asks for the one they stop at.
    timer = setTimeout(() => {
      ask({ do: "look", competency: row.id, month });
      patience = setTimeout(silent, PATIENCE);
    }, 60);
  }

  function take(answer) {
    if (answer.answer === "history") {
      if (answer.competency === row.id) paintHistory(answer.rows);
      return;
    }
    const of = `${answer.competency} ${answer.month ?? ""}`;
    looked.set(of, answer);
    if (of !== name()) return;
    clearTimeout(patience);
    paintEvidence();
  }

  function refused(answer) {
    if (answer.competency !== row.id) return;
    clearTimeout(timer);
    clearTimeout(patience);
    bareEvidence("problem", `${answer.what} ${answer.remedy}`);
  }

  function forget(id) {
    for (const key of [...looked.keys()]) if (key.startsWith(`${id} `)) looked.delete(key);
  }

  function item(one, cell) {
    const box = make("input", { type: "checkbox", "data-item": one.id, "data-key": `item ${one.id}`, disabled: Boolean(desk.isClosed()), tabindex: "-1", onchange: () => cite(row.id, one.id, box.checked) });
    box.checked = cell.evidence.includes(one.id);
    const marks = [one.source, one.kind, one.outside ? "outside the period" : ""].filter(Boolean).join(" · ");
    return make("li", { class: one.unknown ? "unknown" : "" }, make("label", {}, box,
      make("span", { class: "day" }, one.unknown ? "" : dayOf(one.date)),
      make("span", { class: "what" }, one.account && !one.text.startsWith(`${one.account}:`) ? make("b", {}, isolated(one.account), ": ") : null, isolated(one.text), marks ? make("span", { class: "source" }, ` ${marks}`) : null,
        one.private ? make("span", { class: "kept" }, "private: not handed in") : null)));
  }

  function group(title, found, cell, { open = true } = {}) {
    if (!found.items.length) return null;
    const more = found.total > found.items.length ? `; the newest ${found.items.length}, others by month` : "";
    const list = make("ul", {}, ...found.items.map((one) => item(one, cell)));
    const heading = `${title} (${found.total.toLocaleString("en")}${more})`;
    return open ? make("div", { class: "group" }, make("h5", {}, heading), list) : make("details", { class: "group" }, make("summary", { "data-key": `fold ${title}` }, heading), list);
  }

  function months(seen) {
    const button = (value, label, detail, bare) => make("button", {
      type: "button", class: bare ? "bare" : "", "aria-pressed": String(value === month), "data-key": `month ${value}`, "aria-label": detail, title: detail,
      onclick: () => { month = value; look(); },
    }, label[0], label[1] ? make("span", { class: "n" }, label[1]) : null);
    const label = (one) => `${monthOf(one.month)}: ${one.cited} cited, ${many(one.file, "item")} on file, ${many(one.rows, "row")} of the export`;
    return make("div", { class: "months", role: "group", "aria-label": "Months of the period" },
      button("", ["All", ""], "All months", false),
      ...seen.months.map((one) => button(one.month, [monthOf(one.month), one.cited ? `${one.cited} of ${one.cited + one.file + one.rows}` : String(one.file + one.rows)], label(one), !one.cited && !one.file && !one.rows)));
  }

  function paintEvidence() {
    const seen = looked.get(name());
    if (!seen) return;
    const cell = desk.current(row.id);
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const form = formHere();
    const none = !seen.cited.length && !seen.on_file.items.length && !seen.rows.items.length;
    const proofs = make("details", { class: "proofs" }, make("summary", { "data-key": "proofs" }, "What would prove it"),
      make("ul", {}, ...seen.proofs.map((one) => make("li", {}, one.what, one.table ? make("span", { class: "source" }, ` ${one.table}${one.note ? `: ${one.note}` : ""}`) : null))));
    const plus = desk.isClosed() ? null : make("button", { type: "button", class: "plus", "data-key": "add", onclick: () => openForm() }, "Add an item");
    evidence.replaceChildren(...[
      make("div", { class: "bar" }, make("h4", {}, "Evidence"), plus, months(seen)), form,
      none ? make("p", { class: "muted" }, month ? "Nothing dated in this month." : "Nothing on file for this competency in the period. Without evidence the honest value is Not observed.") : null,
      group("Cited", { total: seen.cited.length, items: seen.cited }, cell),
      group("On file for this competency", seen.on_file, cell),
      group("From the export, to cite", seen.rows, cell),
      group("Other items on file", seen.other, cell, { open: none }), proofs].filter(Boolean));
    rove();
    bringNew();
    if (held) for (const node of root.querySelectorAll("[data-key]")) if (node.dataset.key === held) return node.focus();
    if (desk.session.forms.has(row.id) && !form) openForm({ focus: false });
  }

  function bringNew() {
    const item = bringing && evidence.querySelector(`[data-item="${CSS.escape(bringing)}"]`)?.closest("li");
    bringing = "";
    if (!item) return;
    item.classList.add("new");
    item.scrollIntoView({ block: "nearest" });
  }

  const boxes = () => [...evidence.querySelectorAll("input[data-item]")].filter((box) => box.checkVisibility());
  function rove(to) {
    const all = boxes();
    const at = to ?? all.find((box) => box.tabIndex === 0) ?? all[0];
    for (const box of all) box.tabIndex = box === at ? 0 : -1;
  }

  function enter() {
    const [first] = boxes();
    (first ?? evidence.querySelector('[data-key="add"]') ?? evidence.querySelector("button"))?.focus({ preventScroll: true });
    // The whole pane for the evidence, where it scrolls by itself.
    root.scrollTop += evidence.getBoundingClientRect().top - root.getBoundingClientRect().top;
    root.querySelector(":focus")?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = boxes();
    const at = all.indexOf(document.activeElement);
    const to = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (!to) return;
    rove(to);
    to.focus();
  }

  function leaveForm() {
    const form = evidence.querySelector("form");
    if (form && !desk.session.forms.has(row.id)) form.remove();
  }

  function openForm({ focus = true } = {}) {
    const before = evidence.querySelector("form");
    if (before) return before.elements[0].focus();
    const kept = desk.session.forms.get(row.id) ?? {};
    const at = row.id;
    const problem = make("p", { class: "problem", role: "alert", hidden: true });
    const date = make("input", { type: "date", min: shown.days[0], max: shown.days[1], "data-key": "add date" });
    const account = make("select", { "data-key": "add account" }, make("option", { value: "" }, "no account"), ...shown.accounts.map(([id, label]) => make("option", { value: id }, label)));
    const what = make("textarea", { rows: "2", dir: "auto", "data-key": "add text", placeholder: "What happened, with the account, the move and the outcome" });
    const hidden = make("input", { type: "checkbox", "data-key": "add private" });
    date.value = kept.date ?? "";
    account.value = kept.account ?? "";
    what.value = kept.text ?? "";
    hidden.checked = Boolean(kept.private);
    const said = () => ({ date: date.value, account: account.value, text: what.value, ...(hidden.checked ? { private: true } : {}) });
    const fault = () => {
      if (!date.value || date.value < shown.days[0] || date.value > shown.days[1]) return [date, `Give the day it happened, inside the period (${shown.period}).`];
      if (!what.value.trim()) return [what, "Say in a sentence what happened."];
      if (what.value.length > shown.most) return [what, `The item has ${what.value.length.toLocaleString("en")} characters; ${shown.most.toLocaleString("en")} can be kept. Nothing of it was saved.`];
      return null;
    };
    const form = make("form", {
      novalidate: true, "aria-label": "Add an item of evidence", "data-row": at,
      // What was typed outlives a look at another row.
      oninput: () => {
        if (date.value || what.value) desk.session.forms.set(at, said());
        else desk.session.forms.delete(at);
      },
      onsubmit: (event) => {
        event.preventDefault();
        const wrong = fault();
        problem.hidden = !wrong;
        if (wrong) {
          problem.textContent = wrong[1];
          return wrong[0].focus();
        }
        desk.session.forms.delete(at);
        add(at, { ...said(), text: what.value.trim() });
        form.remove();
        back();
      },
    }, make("label", {}, "Day", date), make("label", {}, "Account", account), make("label", { class: "wide" }, "What happened", what),
    shown.may_hide ? make("label", { class: "wide tick" }, hidden, "Keep it to myself (not handed in)") : null, problem,
    make("div", { class: "buttons" }, make("button", { type: "submit", class: "primary", "data-key": "add save" }, "Add and cite"),
      make("button", { type: "button", "data-key": "add cancel", onclick: () => { desk.session.forms.delete(at); form.remove(); back(); } }, "Cancel")));
    evidence.querySelector(".bar, h4").after(form);
    if (!focus) return undefined;
    form.scrollIntoView({ block: "nearest" });
    return date.focus();
  }

  // A note saves itself after a pause, when its field is left, and when the row is.
  let pause = 0;
  function typed() {
    desk.session.drafts.set(row.id, text.value);
    clearTimeout(pause);
    pause = setTimeout(keep, 800);
    paintNoteState();
    note();
  }
  function keep() {
    clearTimeout(pause);
    if (!row || !desk.session.drafts.has(row.id)) return;
    const said = desk.session.drafts.get(row.id);
    if (said === desk.current(row.id).note) {
      if (!desk.queue(row.id).length) desk.session.drafts.delete(row.id);
    } else if (said.length <= shown.most) desk.push(row.id, { note: said });
    paintNoteState();
  }
  const tooLong = (said) => said.length > shown.most && `Not saved: ${said.length.toLocaleString("en")} characters, ${shown.most.toLocaleString("en")} can be kept. Shorten it; it stays here until you do.`;
  function paintNoteState() {
    const draft = desk.session.drafts.get(row.id);
    const wrong = draft !== undefined && draft !== desk.stored(row.id).note && tooLong(draft);
    noteState.className = `state ${wrong ? "bad" : ""}`;
    noteState.textContent = wrong || (draft !== undefined && draft !== desk.stored(row.id).note ? "not saved yet" : "");
  }
  function paintNote() {
    const said = desk.session.drafts.get(row.id) ?? desk.current(row.id).note;
    if (text.value !== said) text.value = said;
    text.readOnly = Boolean(desk.isClosed());
    paintNoteState();
  }

  function paintOrigin() {
    origin.textContent = desk.queue(row.id).length ? "" : fromExport(desk.stored(row.id));
    origin.hidden = !origin.textContent;
  }

  function paintHistory(rows) {
    if (!rows.length) return past.replaceChildren(make("p", { class: "muted" }, "Nothing was changed yet."));
    past.replaceChildren(make("ol", {}, ...rows.map((one) => make("li", {},
      make("span", { class: "day" }, one.export ? dayOf(one.day) : momentOf(one.at)), make("span", {}, isolated(one.who), one.export ? ", in the export: " : ": ",
        one.old === one.new ? WORD[one.new] || "no value" : `${WORD[one.old]} → ${WORD[one.new]}`, `, ${many(one.evidence.length, "item")} cited`,
        one.note ? make("span", { class: "said" }, isolated(one.note.length > 400 ? `${one.note.slice(0, 400)} … (${one.note.length.toLocaleString("en")} characters)` : one.note)) : null)))));
  }

  function paint() {
    if (!row) return;
    const { value, evidence: cited } = desk.current(row.id);
    if (root.dataset.drawn !== `${row.id} ${value}`) paintChosen(value);
    for (const box of evidence.querySelectorAll("input[data-item]")) box.checked = cited.includes(box.dataset.item);
    paintOrigin();
    paintNote();
  }

  function paintChosen(value) {
    root.dataset.drawn = `${row.id} ${value}`;
    for (const colour of COLOURS) {
      for (const node of about.querySelectorAll(`.indicators .${colour}:is(th, td)`)) node.classList.toggle("chosen", colour === value);
    }
    for (const head of about.querySelectorAll(".indicators th")) {
      head.querySelector(".tag")?.remove();
      if (head.classList.contains("chosen")) head.append(make("span", { class: "tag" }, "chosen"));
    }
  }

  return { root, show, take, refused, forget, look, enter, step, openForm, leaveForm, keep, paint, toNote: () => { text.focus(); text.scrollIntoView({ block: "nearest" }); } };
}
