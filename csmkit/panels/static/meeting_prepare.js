// Before the meeting: who takes part, whom it is about, how long, and who has no part in whom.

function openPrepare(sheet, { send, room }) {
  const root = make("form", { class: "prepare", "aria-label": "Prepare the meeting" });
  let got = null;
  const pairs = [];
  let key = newKey(); // sent twice, it is one meeting
  const chosen = new Set();

  function minutesTotal() {
    const people = got.rules[root.elements.rule.value];
    const each = Number(root.elements.minutes.value);
    const total = people * each;
    const told = root.querySelector(".total");
    const hours = `${Math.floor(total / 60)} h ${String(Math.round(total % 60)).padStart(2, "0")} min`;
    told.textContent = Number.isFinite(total) && each > 0 ? `${many(people, "person", "people")}, ${hours} in all` : "";
  }

  function recusals() {
    const box = root.querySelector(".recusals");
    const label = (key) => got.people.find((one) => one.key === key)?.label ?? key;
    box.replaceChildren(...pairs.map((pair, at) => make("li", {}, isolated(`${label(pair[0])} has no part in ${label(pair[1])} `),
      make("button", { type: "button", "aria-label": "Take back", onclick: () => { pairs.splice(at, 1); recusals(); } }, "×"))));
  }

  function draw() {
    const people = got.people.map((one) => [one.key, one.label]);
    const lead = got.by;
    for (const one of got.people) if (one.manager || one.key === lead) chosen.add(one.key);
    const who = got.people.filter((one) => one.manager || chosen.has(one.key)).map((one) => make("label", { class: "tick" },
      make("input", { type: "checkbox", ...(chosen.has(one.key) ? { checked: true } : {}), onchange: (event) => (event.target.checked ? chosen.add(one.key) : chosen.delete(one.key)) }), isolated(one.label)));
    const others = got.people.filter((one) => !one.manager && !chosen.has(one.key)).map((one) => [one.key, one.label]);
    const add = choose([["", "Somebody else …"], ...others], "", { "aria-label": "Add a participant", onchange: (event) => { chosen.add(event.target.value); draw(); } });
    const rule = (name, text, beside) => make("label", { class: "tick" }, make("input", { type: "radio", name: "rule", value: name, onchange: minutesTotal, ...(name === "all" ? { checked: true } : {}) }),
      make("span", {}, make("b", {}, text), make("small", {}, beside)));
    const why = Object.entries(got.why).filter(([, n]) => n).map(([key, n]) => `${n} ${sheet.why[key]}`).join(" · ");
    const rater = choose([["", "Participant …"], ...people]);
    const person = choose([["", "Person …"], ...people]);
    root.replaceChildren(
      make("h3", {}, "Prepare the meeting"),
      make("fieldset", {}, make("legend", {}, "Who takes part"), make("div", { class: "ticks" }, ...who, add),
        field("Facilitator", choose(people, lead, { name: "facilitator" }))),
      make("fieldset", {}, make("legend", {}, "Whom it is about"),
        rule("all", `Everybody (${got.rules.all})`, "the order is drawn by lot, with a seed that is kept"),
        rule("outliers", `Only where something stands out (${got.rules.outliers})`, why || "nothing stands out"),
        field("Minutes for each", make("input", { name: "minutes", type: "number", min: 1, max: 240, step: "any", value: 6, oninput: minutesTotal }), make("output", { class: "total", "aria-live": "polite" })),
        make("label", { class: "tick" }, make("input", { name: "last", type: "checkbox", checked: true }), "Whoever proposes a rating speaks last")),
      make("fieldset", {}, make("legend", {}, "Guideline, if there is one"), make("p", { class: "muted" }, "Shown beside the counts at the end, for information. It is no quota, and nothing follows from it."),
        make("div", { class: "row shares" }, ...sheet.values.overall.map((level) => field(LEVEL[level], make("input", { name: `share ${level}`, type: "number", min: 0, max: 100, step: "any" }))), make("span", { class: "muted" }, "per cent"))),
      make("fieldset", {}, make("legend", {}, "Who has no part in whom"), make("p", { class: "muted" }, "One's own record never counts. Name what else should not: a relative, a former assistant."),
        make("ul", { class: "recusals" }),
        make("div", { class: "row" }, rater, person, make("button", { type: "button", onclick: () => { if (rater.value && person.value) { pairs.push([rater.value, person.value]); rater.value = person.value = ""; recusals(); } } }, "Add"))),
      make("div", { class: "row" }, make("button", { type: "submit", class: "primary", ...(room().writes && !room().empty ? {} : { disabled: true }) }, "Draw the order")));
    root.elements.facilitator.value = lead;
    minutesTotal();
    recusals();
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ do: "plan", key, participants: [...chosen], facilitator: root.elements.facilitator.value, rule: root.elements.rule.value,
      minutes: root.elements.minutes.value, proposer_last: root.elements.last.checked, recused: pairs,
      guideline: Object.fromEntries(sheet.values.overall.map((level) => [level, root.elements[`share ${level}`].value])) });
  });
  return { root, take: (answer) => { got = answer; key = newKey(); draw(); }, isOpen: () => got !== null };
}
