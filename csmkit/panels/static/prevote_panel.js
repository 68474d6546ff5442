// The blind pre-vote: a row for each person, in the export's order. The store behind the kernel
// holds the votes, and only what it said it has is called saved.

function render({ model, el }) {
  const shown = model.get("shown");
  const { texts } = shown;
  const label = Object.fromEntries([[NO_VOTE, texts.no_vote], ...shown.levels.map((one) => [one.value, one.label])]);
  const names = Object.fromEntries(shown.rows.map((one) => [one.key, one.name]));
  const order = shown.rows.map((one) => one.key);
  const timers = new Map();
  let here = order[0];
  let asked = "";

  const saved = make("strong", { class: "saved" });
  const live = make("span", { class: "unseen", role: "status", "aria-live": "polite" });
  const count = make("strong", { class: "count" });
  const undoButton = make("button", { type: "button", "data-key": "undo", title: "Undo the last change (u)", onclick: undo }, "Undo");
  const nextButton = make("button", { type: "button", "data-key": "next", title: "Next person without a vote (j)", onclick: nextOpen }, "Next without a vote");
  const keysButton = make("button", { type: "button", "data-key": "keys", "aria-expanded": "false", title: "Keys (?)", onclick: foldKeys }, "Keys");
  const keys = make("footer", { role: "region", "aria-label": "Keys", hidden: true }, ...shown.keys.map(([key, does]) => make("span", {}, make("b", { class: "key" }, key), ` ${does}`)));
  const closed = make("p", { class: "closed", role: "status", hidden: true });
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const fileButton = make("button", { type: "button", "data-key": "file", onclick: makeFile }, shown.file.button);
  const fileTold = make("p", { class: "told", role: "status", "aria-live": "polite", hidden: true });
  const rows = new Map(shown.rows.map((one) => [one.key, openRow(one, shown, { give, draft, keepNote, criteria, here: (key) => { if (here !== key) { here = key; paint(); } } })]));
  const list = make("ul", { class: "rows", "aria-label": "People" }, ...[...rows.values()].map((row) => row.node));
  const desk = openDesk(model, paint);
  const { drafts } = desk.session;
  const saving = openSaving({
    desk: () => desk, saved, trouble, undo: undoButton, me: shown.me, blank: () => texts.blank,
    name: (key) => names[key] ?? "Somebody who is not on this panel", word: (value) => label[value], back: (key) => focus(key ?? here),
    draft: () => order.some((key) => (drafts.get(key) ?? desk.current(key).note) !== desk.current(key).note),
  });
  const root = make("section", { class: "csmkit-level csmkit-prevote", "aria-label": texts.title },
    make("header", {},
      make("div", { class: "who" }, make("h2", {}, texts.title, shown.scorer ? " of " : "", isolated(shown.scorer)), make("p", { class: "muted" }, shown.period)),
      make("div", { class: "standing" }, count, saved, nextButton, undoButton, keysButton)),
    make("p", { class: "lead" }, texts.lead), keys, closed, list, trouble,
    make("div", { class: "file" }, fileButton, make("p", { class: "muted" }, shown.file.lead), fileTold),
    live);

  const say = (text) => { live.textContent = text; };
  const focus = (key) => rows.get(key)?.focus(desk.current(key).value);

  function give(key, value) {
    rows.get(key).focus(value);
    if (desk.isClosed()) return say(desk.isClosed());
    desk.push(key, { value });
    return say(`${names[key]}: ${label[value]}`);
  }

  function draft(key, text) {
    drafts.set(key, text);
    clearTimeout(timers.get(key));
    timers.set(key, setTimeout(() => keepNote(key), 1200));
    saving.saved();
  }

  function keepNote(key) {
    clearTimeout(timers.get(key));
    const text = drafts.get(key);
    if (text === undefined || desk.isClosed()) return;
    if (text === desk.current(key).note) drafts.delete(key);
    else desk.push(key, { note: text });
    saving.saved();
  }

  const keepNotes = () => { for (const key of [...drafts.keys()]) keepNote(key); };

  function undo() {
    if (desk.isClosed()) return say(desk.isClosed());
    const last = desk.undo();
    if (last) focus(last.competency);
    say(last ? undone(last, names[last.competency] ?? "", (value) => label[value]) : "Nothing to undo.");
    return paint();
  }

  function nextOpen() {
    const at = order.indexOf(here);
    const open = [...order.slice(at + 1), ...order.slice(0, at + 1)].find((key) => !desk.current(key).value);
    if (open) focus(open);
    else say("Everybody has a vote.");
  }

  function step(by) {
    const to = order[order.indexOf(here) + by];
    if (to) focus(to);
  }

  function foldKeys() {
    keys.hidden = !keys.hidden;
    keysButton.setAttribute("aria-expanded", String(!keys.hidden));
  }

  // What is asked for and not kept: without an answer in time a person is told.
  function ask(message, silent) {
    const mine = newKey();
    asked = mine;
    try {
      model.send(message);
    } catch {
      // Without a kernel nothing comes back, which is what is told.
    }
    setTimeout(() => { if (asked === mine) silent(texts.no_answer); }, message.do === "criteria" ? 5 * PATIENCE : PATIENCE);
  }

  function criteria(key) {
    const row = rows.get(key);
    if (row.isOpen()) return row.fold(false);
    row.fold(true, texts.criteria_wait);
    return ask({ do: "criteria", competency: key }, (text) => row.fold(true, text));
  }

  function tellFile(text, bad = false) {
    fileTold.hidden = !text;
    fileTold.classList.toggle("bad", bad);
    fileTold.replaceChildren(isolated(text));
  }

  function makeFile() {
    keepNotes();
    if (desk.session.waiting.length || desk.session.refused.length) return tellFile(shown.file.wait, true);
    tellFile("");
    return ask({ do: "file" }, (text) => tellFile(text, true));
  }

  function keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.ctrlKey || event.metaKey;
    if (command && key === "s" && !event.altKey) {
      event.preventDefault();
      return keepNotes();
    }
    if (event.target.tagName === "TEXTAREA") {
      if (key !== "Escape") return undefined;
      keepNote(here);
      return focus(here);
    }
    if (command && key === "z" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return undo();
    }
    if (command || event.altKey) return undefined;
    const acts = {
      u: undo, j: nextOpen, ArrowDown: () => step(1), ArrowUp: () => step(-1),
      w: () => { if (!desk.isClosed()) rows.get(here).openNote(true); }, c: () => criteria(here),
      "?": foldKeys, Escape: () => { rows.get(here).fold(false); focus(here); },
    };
    // Elsewhere on the panel nobody sees on whom a letter would be a vote.
    if (list.contains(event.target)) for (const [one, value] of Object.entries(VOTE_KEYS)) acts[one] = () => give(here, value);
    if (!acts[key]) return undefined;
    event.preventDefault();
    return acts[key]();
  }

  function paint() {
    const cells = order.map((key) => desk.current(key));
    order.forEach((key, at) => rows.get(key).paint(cells[at], { draft: drafts.get(key), here: key === here, closed: desk.isClosed(), waits: desk.queue(key).length > 0 }));
    const voted = cells.filter((cell) => cell.value).length;
    count.textContent = `${voted} of ${order.length} voted`;
    nextButton.disabled = Boolean(desk.isClosed()) || voted === order.length;
    closed.hidden = !desk.isClosed();
    closed.textContent = desk.isClosed();
    saving.paint();
  }

  function answered(answer) {
    const why = answer.answer === "refused" ? [answer.what, answer.remedy].filter(Boolean).join(" ") : "";
    const row = rows.get(answer.competency);
    asked = "";
    if (!row) return tellFile(why || answer.told, Boolean(why));
    return why ? row.fold(true, why) : row.showCriteria(answer.levels);
  }

  function take(answer) {
    // What was asked for without a key is no change.
    if (!answer.key) return answered(answer);
    desk.take(answer);
    if (answer.answer === "saved" && !desk.session.waiting.length) say(`Saved ${clockOf(answer.at)}`);
    return undefined;
  }

  shield(root, keydown);
  model.on("msg:custom", take);
  el.replaceChildren(root);
  desk.pump();
  paint();
  for (const row of rows.values()) row.fit();
  return () => {
    keepNotes();
    desk.close();
    model.off("msg:custom", take);
  };
}

export default { render };
