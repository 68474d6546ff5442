// A review being written: its remarks under the words, and in a list that leads to them.

const DEBOUNCE = 400;

function render({ model, el }) {
  const shown = model.get("shown");
  const isolated = (text) => make("bdi", {}, text);
  const prefix = `csmkit-lint-${Math.random().toString(36).slice(2)}`;
  const draft = draftOf(shown.session, shown.panel, paint, () => ({
    text: model.get("text"), given: model.get("text"), turn: 0, found: null, sent: null, problem: "",
    unsaved() { return this.text.trim() !== "" && this.text !== this.given; },
  }));
  // What the kernel begins with, perhaps from a file that was changed; never over what is unsaved.
  if (draft.text === draft.given && model.get("text") !== draft.given) Object.assign(draft, { text: model.get("text"), given: model.get("text"), found: null });
  let timer = 0;
  let told = "";

  const status = make("strong", { class: "saved", role: "status", "aria-live": "polite" });
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const beneath = make("div", { class: "beneath", "aria-hidden": "true" });
  // The browser's own spelling check may send what is typed to somebody.
  const field = make("textarea", { id: `${prefix}-text`, "data-key": "text", spellcheck: "false", autocomplete: "off", autocorrect: "off", autocapitalize: "off", "data-gramm": "false", "aria-describedby": `${prefix}-help`, oninput: typed });
  const sheet = make("div", { class: "sheet" }, make("div", { class: "layers" }, beneath, field));
  const list = make("div", { class: "remarks", role: "region", "aria-label": shown.remarks });
  const copied = make("span", { class: "muted", role: "status", "aria-live": "polite" });
  const root = make("section", { class: "csmkit-words csmkit-lint", "aria-label": shown.title },
    make("header", {}, make("h2", {}, shown.title), shown.about ? make("p", { class: "muted" }, isolated(shown.about)) : null, make("p", { class: "lead" }, shown.lead)),
    make("div", { class: "body" },
      make("div", { class: "writing" },
        make("div", { class: "above" }, make("label", { for: field.id }, shown.label), make("span", { class: "muted", id: `${prefix}-help` }, shown.label_help)), sheet),
      make("div", { class: "beside" }, make("div", { class: "above" }, make("h3", {}, shown.remarks), status), list)),
    trouble,
    make("footer", { class: "buttons" }, make("button", { type: "button", "data-key": "copy", onclick: copy }, shown.copy), copied, make("span", { class: "stored" }, shown.stored)));
  el.replaceChildren(root);

  const placed = () => (draft.found?.remarks ?? []).filter((one) => one.line);
  const whole = () => (draft.found?.remarks ?? []).filter((one) => !one.line);
  const numberOf = (one) => placed().indexOf(one) + 1;
  const current = () => draft.found?.of === draft.text;

  function typed() {
    change(field.value);
    clearTimeout(timer);
    timer = setTimeout(check, DEBOUNCE);
  }

  function change(text) {
    if (draft.found) draft.found.remarks = carried(draft.found.remarks, draft.text, text);
    draft.text = text;
    draft.problem = "";
    paintAll(draft);
  }

  function check() {
    clearTimeout(timer);
    if (draft.sent && !lateOf(draft.sent)) return; // what is asked next waits for this answer
    draft.sent = { key: newKey(), text: draft.text };
    sendOr(model, { do: "check", key: draft.sent.key, before: draft.given, text: draft.text.toWellFormed?.() ?? draft.text }, draft.sent);
    setTimeout(() => paintAll(draft), PATIENCE + 10);
    paintAll(draft);
  }

  function take(answer) {
    if (answer.key !== draft.sent?.key) return;
    const { text } = draft.sent;
    draft.sent = null;
    // The answer to an old text is not shown over a new one.
    if (text !== draft.text) return check();
    draft.problem = answer.answer === "refused" ? [answer.what, answer.remedy].filter(Boolean).join(" ") : "";
    draft.found = { of: text, words: answer.words, remarks: answer.remarks ?? [], kept: answer.kept ?? "" };
    if (answer.kept) draft.given = text;
    paintAll(draft);
  }

  function goTo(one) {
    for (const other of draft.found.remarks) other.here = other === one;
    paintAll(draft);
    field.focus({ preventScroll: true });
    field.setSelectionRange(one.start, one.end);
    beneath.querySelector(".here")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function next(back) {
    const ordered = placed();
    if (!ordered.length) return;
    const after = ordered.filter((one) => back ? one.start < field.selectionStart : one.start > field.selectionStart);
    goTo(back ? after.at(-1) ?? ordered.at(-1) : after[0] ?? ordered[0]);
  }

  // Where the caret is put among the words, their remark is brought into sight.
  function look() {
    const at = field.selectionStart;
    const over = placed().filter((one) => one.start <= at && at <= one.end);
    const here = over.find((one) => one.here) ?? over.sort((a, b) => (a.end - a.start) - (b.end - b.start))[0];
    if (placed().every((one) => Boolean(one.here) === (one === here))) return;
    for (const one of placed()) one.here = one === here;
    paintAll(draft);
    const row = list.querySelector(".here");
    if (row) list.scrollTop = Math.max(0, row.offsetTop - list.offsetTop - 40);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(draft.text);
      copied.textContent = shown.copied;
    } catch {
      field.select();
      copied.textContent = document.execCommand("copy") ? shown.copied : shown.not_copied;
    }
    setTimeout(() => { copied.textContent = ""; }, 4000);
  }

  function paint() {
    if (field.value !== draft.text) field.value = draft.text;
    beneath.replaceChildren(...markedText(draft.text, placed(), numberOf));
    root.classList.toggle("outdated", Boolean(draft.found) && !current());
    paintStatus();
    paintTrouble();
    paintList();
  }

  function paintStatus() {
    const late = lateOf(draft.sent);
    const words = draft.found && current() && draft.found.words !== undefined ? many(draft.found.words, "word") : "";
    const count = draft.found ? many(draft.found.remarks.length, "remark") : "";
    const text = late || draft.problem ? shown.unchecked : !draft.text.trim() ? "" : !current() ? shown.checking : [words, count, draft.found.kept].filter(Boolean).join(" · ");
    status.classList.toggle("bad", Boolean(late || draft.problem));
    if (status.textContent !== text) status.textContent = text;
  }

  function paintTrouble() {
    const late = lateOf(draft.sent);
    const said = late ? shown.silent : draft.problem;
    trouble.hidden = !said;
    if (trouble.dataset.text === said) return;
    trouble.dataset.text = said;
    trouble.replaceChildren(isolated(said), late ? make("button", { type: "button", "data-key": "again", onclick: check }, shown.again) : "");
  }

  function paintList() {
    const [about, inside] = [whole(), placed()];
    // Not where its words are: that changes with each key, and the list does not.
    const state = JSON.stringify([draft.text.trim() === "", Boolean(draft.found), about, inside.map(({ start, end, ...one }) => one)]);
    if (state === told) return;
    told = state;
    const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    const parts = [];
    if (!draft.text.trim()) parts.push(make("p", { class: "muted" }, shown.blank));
    else if (draft.found && !about.length && !inside.length) parts.push(make("p", { class: "muted" }, shown.none));
    else if (draft.found) {
      if (about.length) parts.push(make("h4", {}, shown.whole), make("ul", {}, ...about.map((one) => make("li", { class: "whole" }, ...texts(one)))));
      parts.push(make("h4", {}, shown.placed), inside.length ? make("ol", {}, ...inside.map(row)) : make("p", { class: "muted" }, shown.none_placed));
    }
    list.replaceChildren(...parts);
    if (held) [...list.querySelectorAll("button")].find((one) => one.dataset.key === held)?.focus({ preventScroll: true });
  }

  const texts = (one) => [make("span", { class: "says" }, isolated(one.says)), make("span", { class: "remedy" }, one.remedy)];

  function row(one, at, all) {
    // The whole list is one stop of the Tab key; arrows go from remark to remark.
    const stop = all.some((other) => other.here) ? one.here : at === 0;
    const sort = make("span", { class: `sort ${one.sort}` }, one.title);
    return make("li", { class: one.here ? "here" : "" },
      make("button", { type: "button", class: "remark", "data-key": `remark ${at + 1}`, tabindex: stop ? "0" : "-1", "aria-current": one.here ? "true" : undefined, onclick: () => goTo(placed()[at]), onkeydown: arrows },
        make("span", { class: "number" }, `${at + 1}`), make("span", { class: "told" },
          make("span", { class: "title" }, sort, make("span", { class: "muted" }, ` line ${one.line}, ${shown.sorts[one.sort] ?? ""}`)), ...texts(one))));
  }

  function arrows(event) {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(event.currentTarget);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const goal = all[Math.min(Math.max(to, 0), all.length - 1)];
    for (const one of all) one.tabIndex = one === goal ? 0 : -1;
    goal.focus();
  }

  function taken() {
    draft.turn = model.get("turn");
    draft.given = model.get("text");
    change(draft.given);
    check();
  }

  shield(root, (event) => {
    if (event.key === "F8") {
      event.preventDefault();
      next(event.shiftKey);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      check();
    }
  });
  for (const what of ["click", "keyup"]) field.addEventListener(what, look);
  model.on("msg:custom", take);
  model.on("change:turn", taken);
  // Drawn again, perhaps on another kernel: what is on this page is checked once more.
  draft.sent = null;
  paint();
  check();
  return () => {
    clearTimeout(timer);
    draft.views.delete(paint);
    model.off("msg:custom", take);
    model.off("change:turn", taken);
  };
}

export default { render };
