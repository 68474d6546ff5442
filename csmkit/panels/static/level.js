// The overall level: what each asks for, and the figures for it; a person gives one. The store
// behind the kernel holds it, and only what it said it has is called saved.

const LEVEL = "overall";
const LEVEL_KEYS = { e: "exceeds", m: "meets", d: "needs" };

function criteriaOf({ how, criteria }) {
  const figure = ({ text, beside }) => {
    const [name, ...rest] = text.split(": ");
    const value = rest.join(": ");
    return make("li", {}, `${name}: `, make("b", {}, isolated(value)), beside ? make("p", { class: "beside" }, isolated(beside)) : null);
  };
  return [make("p", { class: "how" }, `${how}:`),
    make("ul", { class: "criteria" }, ...criteria.map((one) => make("li", {}, make("p", { class: "criterion" }, one.text), make("ul", {}, ...one.figures.map(figure)))))];
}

function openLevel(model, { onleft = () => {} } = {}) {
  const shown = model.get("shown");
  const label = Object.fromEntries([["", "No level"], ...shown.levels.map((one) => [one.value, one.label])]);
  let { left } = shown;
  let noteTimer = 0;

  const saved = make("strong", { class: "saved" });
  const live = make("span", { class: "unseen", role: "status", "aria-live": "polite" });
  const undoButton = make("button", { type: "button", "data-key": "undo", title: "Undo the last change (u)", onclick: undo }, "Undo");
  const standing = make("div", { class: "left", role: "status", "aria-live": "polite" });
  const closed = make("p", { class: "closed", role: "status", hidden: true });
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const note = make("textarea", {
    rows: "2", "data-key": "note", "aria-label": "Note on the level", placeholder: "Why this level, in a sentence or two",
    oninput: () => { draft(note.value); clearTimeout(noteTimer); noteTimer = setTimeout(keepNote, 1200); }, onblur: keepNote,
  });
  const choices = shown.levels.map(choice);
  const group = make("div", { class: "levels", role: "radiogroup", "aria-label": "Overall level" }, ...choices.map((one) => one.node));
  const desk = openDesk(model, paint);
  const saving = openSaving({
    desk: () => desk, saved, trouble, undo: undoButton, me: shown.me, blank: () => fromExport(desk.stored(LEVEL)) || "No level given yet",
    name: () => "The level", word: (value) => label[value], back: () => focus(desk.current(LEVEL).value),
    last: () => desk.stored(LEVEL).at,
    draft: () => (desk.session.drafts.get(LEVEL) ?? desk.current(LEVEL).note) !== desk.current(LEVEL).note,
  });
  const root = make("section", { class: "csmkit-level", "aria-label": `Overall level of ${shown.person}` },
    make("header", {},
      make("div", { class: "who" }, make("h2", {}, `${shown.texts.title}: `, isolated(shown.person)),
        make("p", { class: "muted" }, `${shown.period} · `, make("b", {}, shown.phase), shown.scorer === shown.person ? "" : ` by ${shown.scorer}`)),
      make("div", { class: "standing" }, saved, undoButton)),
    make("p", { class: "lead" }, shown.levels.some((one) => one.criteria.length) ? shown.texts.lead : shown.texts.no_role),
    standing, closed, trouble, group,
    make("label", { class: "note" }, make("span", {}, "Note ", make("b", { class: "key" }, "w")), note),
    make("footer", { "aria-hidden": "true" }, ...shown.keys.map(([key, does]) => make("span", {}, make("b", { class: "key" }, key), ` ${does}`))),
    live);

  function choice(level) {
    const button = make("button", {
      type: "button", role: "radio", class: "choice", "data-key": level.value, "data-value": level.value, tabindex: "-1",
      onclick: () => give(level.value), onkeydown: (event) => walk(event, level.value),
    }, make("span", { class: "dot", "aria-hidden": "true" }), make("span", { class: "name" }, level.label),
    make("b", { class: "key", "aria-hidden": "true" }, Object.keys(LEVEL_KEYS).find((key) => LEVEL_KEYS[key] === level.value)));
    const node = make("div", { class: "level" }, button, ...criteriaOf(level));
    return { value: level.value, button, node };
  }

  const say = (text) => { live.textContent = text; };
  const draft = (text) => {
    desk.session.drafts.set(LEVEL, text);
    saving.saved();
  };

  function shut() {
    const why = desk.isClosed() || (left.length && !desk.current(LEVEL).value ? lockedText() : "");
    if (why) say(why);
    return Boolean(why);
  }

  const lockedText = () => shown.texts.locked.replace("{count}", left.length).replace("{all}", shown.all);

  function give(value) {
    focus(value || desk.current(LEVEL).value);
    if (desk.isClosed()) return say(desk.isClosed());
    if (value && left.length) return say(lockedText());
    if (desk.push(LEVEL, { value })) say(label[value]);
    return undefined;
  }

  function keepNote() {
    clearTimeout(noteTimer);
    const text = desk.session.drafts.get(LEVEL);
    if (text === undefined || shut()) return;
    if (text === desk.current(LEVEL).note) desk.session.drafts.delete(LEVEL);
    else desk.push(LEVEL, { note: text });
    saving.saved();
  }

  function undo() {
    if (desk.isClosed()) return;
    const last = desk.undo();
    say(last ? undone(last, "the level", (value) => label[value]) : "Nothing to undo.");
    paint();
  }

  function focus(value) {
    (choices.find((one) => one.value === value) ?? choices[0]).button.focus();
  }

  function walk(event, value) {
    const at = choices.findIndex((one) => one.value === value);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = choices[(at + step + choices.length) % choices.length];
    for (const one of choices) one.button.tabIndex = one === to ? 0 : -1;
    to.button.focus();
  }

  function keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.ctrlKey || event.metaKey;
    if (command && key === "s" && !event.altKey) {
      event.preventDefault();
      return keepNote();
    }
    if (event.target === note) {
      if (key === "Escape") {
        keepNote();
        focus(desk.current(LEVEL).value);
      }
      return undefined;
    }
    if (command && key === "z" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return undo();
    }
    if (command || event.altKey) return undefined;
    const acts = { u: undo, w: () => note.focus(), Delete: () => give(""), Backspace: () => give("") };
    for (const [one, value] of Object.entries(LEVEL_KEYS)) acts[one] = () => give(value);
    if (!acts[key]) return undefined;
    event.preventDefault();
    return acts[key]();
  }

  function paintLeft() {
    const open = !left.length;
    root.classList.toggle("locked", !open);
    const text = open ? shown.texts.open.replace("{all}", shown.all) : lockedText();
    const names = left.map((one) => one.name).join(", ");
    if (standing.dataset.text === text + names) return;
    standing.dataset.text = text + names;
    // It may get shorter as the mouse arrives: the levels stay where they are until it has left.
    if (root.matches(":hover")) standing.style.minHeight = `${standing.offsetHeight}px`;
    standing.replaceChildren(make("p", {}, text), ...(open ? [] : [make("ul", {}, ...left.map((one) => make("li", {}, one.name)))]));
    onleft(left);
  }

  function paint() {
    const { value, note: said } = desk.current(LEVEL);
    const within = choices.some((one) => one.button === document.activeElement);
    choices.forEach((one, at) => {
      const on = one.value === value;
      one.button.setAttribute("aria-checked", String(on));
      one.button.setAttribute("aria-disabled", String(Boolean(left.length || desk.isClosed())));
      one.node.classList.toggle("given", on);
      if (!within) one.button.tabIndex = on || (!value && at === 0) ? 0 : -1;
    });
    if (document.activeElement !== note) note.value = desk.session.drafts.get(LEVEL) ?? said;
    note.readOnly = Boolean(desk.isClosed()) || Boolean(left.length && !value);
    closed.hidden = !desk.isClosed();
    closed.textContent = desk.isClosed();
    paintLeft();
    saving.paint();
  }

  function take(answer) {
    if (answer.left) left = answer.left;
    if (answer.answer === "looked") return paint();
    desk.take(answer);
    if (answer.answer === "saved" && !desk.session.waiting.length) say(`Saved ${clockOf(answer.at)}`);
    return undefined;
  }

  // Scores are given in another panel, so how many are left is asked for when somebody comes here.
  function look() {
    try {
      model.send({ do: "look" });
    } catch {
      // Without a kernel nothing comes back, which a change will tell.
    }
  }

  shield(root, keydown);
  root.addEventListener("pointerenter", look);
  root.addEventListener("pointerleave", () => { standing.style.minHeight = ""; });
  root.addEventListener("focusin", (event) => { if (!root.contains(event.relatedTarget)) look(); });
  desk.pump();
  paint();
  return { root, take, look, close: () => { keepNote(); desk.close(); } };
}
