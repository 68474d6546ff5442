// One person of the pre-vote: who they are, their book in a sentence, the levels to choose from,
// a note, and the criteria once they are asked for. `act` is told what somebody does here.

const NO_VOTE = "";
const VOTE_KEYS = { ...LEVEL_KEYS, n: NO_VOTE, Delete: NO_VOTE, Backspace: NO_VOTE };

function openRow(person, { levels, texts }, act) {
  const choices = [...levels, { value: NO_VOTE, label: texts.no_vote, short: texts.no_vote }].map(choice);
  const group = make("div", { class: "choices", role: "radiogroup", "aria-label": `Pre-vote of ${person.name}` }, ...choices.map((one) => one.button));
  const mark = make("span", { class: "mark" });
  const noteButton = make("button", { type: "button", class: "quiet", "data-key": `note ${person.key}`, "aria-expanded": "false", onclick: () => openNote(true) }, "Note ", keyOf("w"));
  const criteriaButton = make("button", { type: "button", class: "quiet", "data-key": `criteria ${person.key}`, "aria-expanded": "false", onclick: () => act.criteria(person.key) }, "Criteria ", keyOf("c"));
  const note = make("textarea", {
    rows: "1", class: "said-why", "data-key": `text ${person.key}`, "aria-label": `Note on ${person.name}`, placeholder: texts.note, hidden: true,
    oninput: () => { fit(); act.draft(person.key, note.value); }, onblur: () => act.keepNote(person.key),
  });
  const detail = make("div", { class: "levels", role: "region", "aria-label": `Criteria for ${person.name}`, hidden: true });
  const about = [person.role, person.level, person.manager && `manager ${person.manager}`].filter(Boolean).join(" · ");
  const node = make("li", { class: "row", "data-row": person.key, onfocusin: () => act.here(person.key) },
    make("div", { class: "person" }, make("h3", {}, isolated(person.name)), about ? make("p", { class: "muted" }, isolated(about)) : null),
    group,
    make("p", { class: "book" }, isolated(person.book)),
    make("div", { class: "more" }, mark, noteButton, criteriaButton),
    note, detail);

  function keyOf(key) {
    return make("b", { class: "key", "aria-hidden": "true" }, key);
  }

  function choice({ value, short, label }) {
    const button = make("button", {
      type: "button", role: "radio", class: value ? "choose" : "choose none", "data-key": `${value || "none"} ${person.key}`, "aria-label": label,
      title: `${label} (${Object.keys(VOTE_KEYS).find((key) => VOTE_KEYS[key] === value)})`,
      onclick: () => act.give(person.key, value), onkeydown: walk,
    }, make("span", { class: "dot", "aria-hidden": "true" }), short);
    return { value, button };
  }

  function walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = choices.findIndex((one) => one.button === document.activeElement);
    choices[(at + step + choices.length) % choices.length].button.focus();
  }

  function fit() {
    note.style.height = "auto";
    if (note.scrollHeight) note.style.height = `${Math.min(note.scrollHeight + 2, 160)}px`;
  }

  function openNote(into) {
    note.hidden = false;
    noteButton.setAttribute("aria-expanded", "true");
    fit();
    if (into) note.focus();
  }

  function focus(value) {
    (choices.find((one) => one.value === value) ?? choices[0]).button.focus();
    if (byKeyboard()) node.scrollIntoView({ block: "nearest" });
  }

  // `draft` is a note that is still being typed.
  function paint(cell, { draft, here, closed, waits }) {
    const within = choices.some((one) => one.button === document.activeElement);
    for (const one of choices) {
      one.button.setAttribute("aria-checked", String(one.value === cell.value));
      one.button.setAttribute("aria-disabled", String(Boolean(closed)));
      const stop = within ? one.button === document.activeElement : one.value === cell.value;
      one.button.tabIndex = here && stop ? 0 : -1;
    }
    for (const button of [noteButton, criteriaButton, note]) button.tabIndex = here ? 0 : -1;
    node.classList.toggle("voted", Boolean(cell.value));
    node.classList.toggle("here", here);
    node.classList.toggle("pending", waits);
    mark.textContent = waits ? "not saved yet" : fromExport(cell);
    const text = draft ?? cell.note;
    if (document.activeElement !== note && note.value !== text) note.value = text;
    if (text && note.hidden) openNote(false);
    noteButton.hidden = Boolean(closed) && !text;
    note.readOnly = Boolean(closed);
  }

  function showCriteria(levelsTold) {
    detail.replaceChildren(...levelsTold.map((level) => make("div", { class: "level" }, make("p", { class: "name" }, level.label), ...criteriaOf(level))));
    if (!levelsTold.some((level) => level.criteria.length)) detail.replaceChildren(make("p", {}, texts.no_role));
    // The page itself stays where it is.
    if (byKeyboard()) node.parentElement.scrollTop = node.offsetTop;
  }

  function fold(open, text = "") {
    detail.hidden = !open;
    criteriaButton.setAttribute("aria-expanded", String(open));
    if (open && text) detail.replaceChildren(make("p", { class: "muted", role: "status" }, text));
  }

  return { node, note, focus, paint, fold, showCriteria, openNote, fit, isOpen: () => !detail.hidden };
}
