// The strip above the rows: the book in a few lines. Where it does not fit, a button opens it.

function openBook({ headline, facts, health, notes }) {
  const all = make("button", { type: "button", class: "link all", "data-key": "book", "aria-expanded": "false", hidden: true, onclick: () => turn(!root.classList.contains("open")) });
  const root = make("div", { class: "strip", role: "group", "aria-label": "The book, before a word is written" },
    make("p", { class: "headline" }, isolated(headline)),
    make("ul", { class: "facts" },
      health.length ? make("li", {}, "Health at hand-over ", ...health.map((one) => make("span", { class: "health" }, shape(one.status), make("b", {}, ` ${one.accounts}`), one.share ? ` (${one.share})` : "", make("span", { class: "unseen" }, ` ${one.status}`)))) : null,
      ...facts.map(([label, value]) => make("li", {}, `${label} `, make("b", {}, value)))),
    notes.length ? make("ul", { class: "notes" }, ...notes.map((one) => make("li", {}, isolated(one)))) : null, all);

  function turn(open) {
    root.classList.toggle("open", open);
    root.scrollTop = 0;
    all.setAttribute("aria-expanded", String(open));
    all.textContent = open ? "Show less" : `Show all, ${many(notes.length, "caution")} in it`;
  }

  // The button is drawn over what it hides, so that no line is cut in half.
  function fit() {
    if (root.classList.contains("open")) return;
    all.hidden = true;
    all.hidden = root.scrollHeight <= root.clientHeight + 1;
  }

  turn(false);
  const watch = new ResizeObserver(fit);
  watch.observe(root);
  return { root, close: () => watch.disconnect() };
}
