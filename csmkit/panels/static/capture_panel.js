// A moment jotted down: what was understood of it is shown and corrected before it is kept. The
// note goes only when the kernel said that the store has it.

const DEBOUNCE = 400;
const ALIKE = 0.3; // a note with less of the note before is another

function render({ model, el }) {
  const shown = model.get("shown");
  const isolated = (text) => make("bdi", {}, text);
  const prefix = `csmkit-capture-${Math.random().toString(36).slice(2)}`;
  const draft = draftOf(shown.session, shown.panel, paint, () => ({
    text: "", said: {}, read: null, reading: null, keeping: null, handing: null, wanted: false, problem: "", saved: "", twice: false, alike: "",
    unsaved() { return Boolean(this.text.trim() || this.keeping); },
  }));
  let timer = 0;

  // The browser's own spelling check may send what is typed to somebody.
  const field = make("textarea", { id: `${prefix}-text`, rows: "3", "data-key": "text", spellcheck: "false", autocomplete: "off", "data-gramm": "false", "aria-describedby": `${prefix}-help`, oninput: typed });
  const part = openRead({ shown, said: () => draft.said, changed: corrected, prefix, isolated });
  const hidden = make("input", { type: "checkbox", "data-key": "private", onchange: () => { draft.said.private = hidden.checked; Object.assign(draft, { twice: false, alike: "" }); paintAll(draft); } });
  const keep = make("button", { type: "button", class: "primary", "data-key": "keep", onclick: keepIt }, shown.button);
  const saved = make("strong", { class: "saved", role: "status", "aria-live": "polite" });
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const spoken = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const privately = make("div", { class: "privately" }, make("label", { class: "tick" }, hidden, make("span", {}, shown.private)), make("p", { class: "help" }, shown.private_help));
  const hint = make("span", { class: "hint", "aria-hidden": "true" }, make("b", { class: "key" }, "Ctrl+S"), " keeps");
  const list = openList({ shown, rows: () => model.get("rows"), handIn, isolated });
  const root = make("section", { class: "csmkit-words csmkit-capture", "aria-label": shown.title },
    make("header", {}, make("h2", {}, shown.title), make("p", { class: "muted" }, isolated(shown.about)), make("p", { class: "lead" }, shown.lead)),
    make("div", { class: "field note" }, make("label", { for: field.id }, shown.label), field, make("p", { class: "help", id: `${prefix}-help` }, shown.label_help)),
    part.node, privately, trouble, make("div", { class: "buttons" }, keep, saved, hint), spoken, list.node);
  el.replaceChildren(root);

  const asked = () => JSON.stringify([draft.text, draft.said.account, draft.said.kind, draft.said.date, draft.said.amount, draft.said.before, draft.said.after]);
  const current = () => Boolean(draft.read) && draft.read.of === asked();
  const seen = () => Boolean(draft.read) && draft.read.text === draft.text;

  function typed() {
    const { head, tail } = changedPart(draft.text, field.value);
    // Another note is no longer what was corrected.
    if (head + tail < ALIKE * Math.min(draft.text.length, field.value.length) || !field.value.trim()) uncorrected();
    draft.text = field.value;
    soon(DEBOUNCE);
  }

  function uncorrected() {
    draft.said = "private" in draft.said ? { private: draft.said.private } : {};
  }

  // Something was corrected; `all` takes every correction back.
  function corrected({ all = false, typed: slowly = false }) {
    if (all) {
      uncorrected();
      field.focus();
    }
    soon(slowly ? DEBOUNCE : 0);
  }

  function soon(delay) {
    Object.assign(draft, { problem: "", twice: false, alike: "", wanted: false });
    clearTimeout(timer);
    timer = setTimeout(ask, delay);
    paintAll(draft);
  }

  function ask() {
    clearTimeout(timer);
    if (draft.reading && !lateOf(draft.reading)) return; // what is asked next waits for this answer
    if (!draft.text.trim()) {
      draft.read = draft.reading = null;
      return paintAll(draft);
    }
    const { ticks: _, private: __, ...said } = draft.said;
    draft.reading = { key: newKey(), of: asked(), text: draft.text };
    sendOr(model, { do: "read", key: draft.reading.key, text: plain(draft.text), said }, draft.reading);
    later();
  }

  const plain = (text) => text.toWellFormed?.() ?? text;
  const problemOf = (answer) => answer.answer === "refused" ? [answer.what, answer.remedy].filter(Boolean).join(" ") : "";

  function later() {
    setTimeout(() => paintAll(draft), PATIENCE + 10);
    paintAll(draft);
  }

  function keepIt() {
    if (draft.keeping) return lateOf(draft.keeping) ? sendKept(true) : undefined;
    if (!draft.text.trim()) return field.focus();
    if (!current()) {
      // Corrections of what was seen are kept with it; a note that was not read yet is shown first.
      draft.wanted = seen();
      return ask();
    }
    if (Object.keys(draft.read.wrong).length) return part.node.querySelector("[aria-invalid=true]")?.focus();
    if (part.asks(draft.read)) {
      draft.problem = shown.account_asks;
      paintAll(draft);
      return part.account.focus();
    }
    draft.problem = "";
    // Asked for once more, it is another moment than the one that it looks like.
    draft.keeping = { key: newKey(), text: draft.text, said: part.values(draft.read), anyway: Boolean(draft.alike) };
    sendKept(false);
  }

  function sendKept(again) {
    const { key, text, said, anyway } = draft.keeping;
    sendOr(model, { do: "keep", key, text: plain(text), said, again, anyway }, draft.keeping);
    later();
  }

  function handIn(id) {
    draft.handing = { key: newKey(), id };
    sendOr(model, { do: "hand in", key: draft.handing.key, id }, draft.handing);
    later();
  }

  function take(answer) {
    const taken = { reading: takeRead, keeping: takeKept, handing: takeHanded };
    for (const [name, done] of Object.entries(taken)) {
      const sent = draft[name];
      if (!sent || answer.key !== sent.key) continue;
      draft[name] = null;
      done(answer, sent);
      paintAll(draft);
    }
  }

  function takeRead(answer, sent) {
    // The answer to an old note is not shown under a new one.
    if (sent.of !== asked()) return ask();
    draft.problem = problemOf(answer);
    if (answer.answer === "read") draft.read = answer.read && { ...answer.read, of: sent.of, text: sent.text };
    speak();
    if (!draft.wanted) return;
    draft.wanted = false;
    if (current()) keepIt();
  }

  function takeKept(answer, sent) {
    draft.problem = problemOf(answer);
    draft.twice = answer.answer === "twice";
    // What was typed on meanwhile is not what looks like another.
    draft.alike = answer.answer === "alike" && draft.text === sent.text ? answer.why : "";
    if (answer.answer !== "kept") return;
    draft.saved = new Date().toLocaleTimeString("en-GB");
    // What was typed on meanwhile is not kept yet, and stays.
    if (draft.text !== sent.text) return;
    Object.assign(draft, { text: "", said: {}, read: null });
    // With the note goes the button that had the focus.
    if (root.contains(document.activeElement)) field.focus();
  }

  function takeHanded(answer) {
    draft.problem = problemOf(answer);
    if (!draft.problem) draft.saved = new Date().toLocaleTimeString("en-GB");
  }

  function speak() {
    const read = draft.read;
    const account = read?.near.find(([one]) => one === read.account)?.[1] ?? "";
    const kind = shown.kinds.find(([one]) => one && one === read?.kind)?.[1];
    const counts = read ? [many(read.doubts.length, "doubt"), many(read.gaps.length, "question")] : [];
    spoken.textContent = read ? [shown.read, account, kind, ...counts].filter(Boolean).join(", ") : "";
  }

  function paint() {
    if (field.value !== draft.text) field.value = draft.text;
    const open = Boolean(draft.read && draft.text.trim());
    part.node.hidden = privately.hidden = !open;
    if (open) part.paint(draft.read);
    part.node.classList.toggle("outdated", open && !current());
    hidden.checked = draft.said.private ?? true;
    keep.setAttribute("aria-disabled", String(draft.keeping ? !lateOf(draft.keeping) : !seen()));
    keep.textContent = lateOf(draft.keeping) ? shown.again : draft.alike ? shown.anyway : shown.button;
    list.paint(Boolean(draft.handing) && !lateOf(draft.handing));
    paintSaved();
    paintTrouble();
  }

  function stands() {
    if (lateOf(draft.keeping) || lateOf(draft.handing)) return ["bad", shown.unsaved];
    if (draft.keeping || draft.handing) return ["", shown.saving];
    if (lateOf(draft.reading)) return ["bad", shown.unread];
    if (draft.problem) return ["bad", draft.read ? shown.unsaved : shown.unread];
    if (draft.twice || draft.alike) return ["", ""];
    if (draft.text.trim()) return ["", current() ? shown.not_yet : shown.reading];
    return draft.saved ? ["good", `${shown.kept} ${draft.saved}`] : ["", ""];
  }

  function paintSaved() {
    const [sort, text] = stands();
    saved.className = `saved ${sort}`;
    if (saved.textContent !== text) saved.textContent = text;
  }

  function paintTrouble() {
    const silent = [draft.reading, draft.keeping, draft.handing].some(lateOf);
    const said = silent ? [shown.silent, lateOf(draft.keeping) ? shown.silent_sent : ""].filter(Boolean).join(" ") : draft.problem || (draft.twice ? shown.twice : draft.alike ? shown.alike.replace("{why}", () => draft.alike) : "");
    trouble.hidden = !said;
    if (trouble.dataset.text === said) return;
    trouble.dataset.text = said;
    trouble.replaceChildren(isolated(said));
  }

  shield(root, (event) => {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (command && event.key === "Enter") {
      event.preventDefault();
      ask();
    } else if (command && event.key.toLowerCase() === "s") {
      event.preventDefault();
      keepIt();
    }
  });
  model.on("msg:custom", take);
  model.on("change:rows", paint);
  // Drawn again, perhaps on another kernel: what was not acknowledged goes out once more.
  draft.reading = null;
  paint();
  if (draft.keeping) sendKept(true);
  if (draft.handing) handIn(draft.handing.id);
  ask();
  return () => {
    clearTimeout(timer);
    draft.views.delete(paint);
    model.off("msg:custom", take);
    model.off("change:rows", paint);
  };
}

export default { render };
