// What was captured before, the newest first; a private item can be handed in.

function openList({ shown, rows, handIn, isolated }) {
  const node = make("div", { class: "captured" });
  let asked = ""; // the item that is about to be handed in
  let told = "";

  function line(row, busy) {
    const tag = row.state ? make("span", { class: `tag ${row.state}` }, row.state === "private" ? shown.tag_private : shown.tag_submitted) : null;
    return make("li", {}, make("div", { class: "line" }, make("p", { class: "head" }, tag, isolated(row.head)), row.open ? buttons(row, busy) : null),
      make("p", { class: "said" }, isolated(row.text)), row.shows ? make("p", { class: "muted" }, isolated(row.shows)) : null);
  }

  function buttons(row, busy) {
    const button = (key, text, onclick, sort = "quiet") => make("button", { type: "button", class: sort, "data-key": `${key} ${row.id}`, disabled: busy, "aria-label": `${text}: ${row.text.slice(0, 80)}`, onclick }, text);
    if (asked !== row.id) return button("hand in", shown.hand_in, () => ask(row.id, `hand in not ${row.id}`));
    return make("span", { class: "sure" }, button("hand in sure", shown.hand_in_sure, () => { handIn(row.id); ask("", ""); list.focus(); }, "quiet warn"),
      button("hand in not", shown.hand_in_not, () => ask("", `hand in ${row.id}`)));
  }

  function ask(one, focus) {
    asked = one;
    paint(false);
    if (focus) [...node.querySelectorAll("button")].find((button) => button.dataset.key === focus)?.focus();
  }

  const list = make("ol", { class: "log", "aria-label": shown.list, tabindex: "0" });
  const more = make("p", { class: "muted" });
  node.append(make("h3", {}, shown.list), list, more);

  function paint(busy) {
    const { items, left_out } = rows();
    const state = JSON.stringify([items, left_out, asked, busy]);
    if (state === told) return;
    told = state;
    const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    list.replaceChildren(...items.map((row) => line(row, busy)));
    if (!items.length) list.replaceChildren(make("li", { class: "muted" }, shown.empty));
    more.textContent = left_out ? shown.earlier.replace("{count}", left_out.toLocaleString("en")) : "";
    if (held) ([...list.querySelectorAll("button")].find((button) => button.dataset.key === held && !button.disabled) ?? list).focus();
  }

  return { node, paint };
}
