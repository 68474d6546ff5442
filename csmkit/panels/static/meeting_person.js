// One person on the screen: the book and outcomes, the matrix, what is on record. Nothing is judged.

function personView(sheet, person, { pick }) {
  const words = sheet.words;
  if (person.skipped) return make("div", { class: "card" }, make("h3", {}, isolated(person.label)), make("p", {}, isolated(person.skipped)));

  const section = (title, key, ...children) => make("section", {}, make("h3", {}, title, key ? hint(key) : null), ...children.filter(Boolean));
  const list = (items, more = "") => make("ul", { class: more }, ...items.map((text) => make("li", {}, isolated(text))));

  // ---- the book, and what came of it ---------------------------------------------------------

  function book() {
    const { headline, facts, health, notes } = person.book;
    const known = health.filter((one) => one.accounts);
    return section("Book", "1",
      make("p", { class: "headline" }, isolated(headline)),
      facts.length ? make("dl", { class: "facts" }, ...facts.map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value)))) : null,
      known.length ? make("p", { class: "health" }, ...known.map((one) => make("span", {}, shape(one.status), ` ${one.accounts}`))) : null,
      notes.length ? list(notes, "notes") : null);
  }

  function outcome() {
    const figure = ({ label, value, beside }) => make("div", {}, make("dt", {}, label),
      make("dd", { class: value === "cannot tell" ? "cannot" : undefined }, value, beside ? make("small", {}, beside) : null));
    return section("Outcomes", "2", make("dl", { class: "figures" }, ...person.outcome.map(figure)));
  }

  function adjusted() {
    const { rows, note } = person.adjusted;
    return section("Beside an average CSM", "", ...rows.map(intervalBar), make("p", { class: "muted small" }, isolated(note)));
  }

  // ---- the matrix ----------------------------------------------------------------------------

  function tile(column) {
    const cell = person.scores.cells[column.id];
    if (!cell) return make("span", { class: "tile" });
    const changed = cell.final && cell.final !== cell.manager;
    const told = [`${column.name}: ${cell.stands ? WORD[cell.stands] : "not scored"}`, cell.self ? `self ${WORD[cell.self]}` : "", cell.last ? `last cycle ${WORD[cell.last]}` : "",
      cell.expected ? `expected ${WORD[cell.expected]}` : "", cell.colour && !cell.dated ? "no dated item" : "", changed ? `changed from ${WORD[cell.manager]}` : ""].filter(Boolean).join(", ");
    return make("button", { type: "button", class: `tile${Math.abs(cell.apart) > 1 ? " far" : ""}${cell.not_expected ? " off" : ""}`, "data-key": `tile ${column.id}`, "aria-label": told, onclick: () => pick(column.id) },
      make("span", { class: "name" }, column.name),
      make("span", { class: "marks" }, valueMark(cell.stands, { bare: cell.colour && !cell.dated }),
        make("span", { class: "beside" },
          cell.self ? make("span", {}, "self ", make("b", {}, LETTER[cell.self])) : null,
          cell.last ? make("span", {}, "last ", make("b", {}, LETTER[cell.last])) : null,
          changed ? make("span", { class: "changed" }, "● was ", make("b", {}, LETTER[cell.manager])) : null)));
  }

  function matrix() {
    return section("Matrix", "c", make("div", { class: "matrix" }, ...sheet.pillars.map((pillar) =>
      make("div", { class: "pillar" }, make("h4", {}, capital(pillar)), ...sheet.columns.filter((column) => column.pillar === pillar).map(tile)))),
    make("p", { class: "muted small" }, `${person.scores.scored} of ${sheet.columns.length} scored · ${person.scores.unsupported} without a dated item · ${person.scores.last}`));
  }

  const level = (value) => LEVEL[value] ?? "none";
  function levels() {
    const { self, manager, final, last } = person.scores.levels;
    const one = (label, value, more = "") => make("div", { class: more }, make("dt", {}, label), make("dd", {}, level(value)));
    return section("Overall level", "", make("dl", { class: "levels" }, one("Self", self), one("Manager", manager),
      last ? one("Last cycle", last) : null, final && final !== manager ? one("Now", final, "changed") : null));
  }

  function votes() {
    if (!person.votes) {
      const told = person.voters ? `${many(person.voters, "pre-vote")}, not shown yet` : "No pre-votes to be seen yet";
      return section("Pre-votes", "v", make("p", { class: "muted" }, told));
    }
    const overall = person.votes[sheet.overall];
    const dots = (n) => make("span", { class: "dots", "aria-hidden": "true" }, "●".repeat(Math.min(n, 12)));
    const rows = sheet.values.overall.map((value) => make("div", {}, make("dt", {}, level(value)), make("dd", {}, dots(overall?.votes[value] ?? 0), ` ${overall?.votes[value] ?? 0}`)));
    const spread = ["all the same", "one level apart", "two levels apart"];
    const apart = Object.entries(person.votes).filter(([id, one]) => id !== sheet.overall && one.spread > 1).map(([id]) => sheet.columns.find((column) => column.id === id)?.name).filter(Boolean);
    return section("Pre-votes", "", overall ? make("dl", { class: "votes" }, ...rows) : make("p", { class: "muted" }, "Nobody voted on the overall level."),
      make("p", { class: "small" }, overall ? `${many(overall.n, "vote")}: ${spread[overall.spread]}. ` : "", apart.length ? `Far apart on ${apart.join(", ")}. ` : "",
        person.speaking.length ? make("span", { class: "muted" }, "In turn: ", isolated(person.speaking.join(", "))) : null));
  }

  // ---- what is on record ---------------------------------------------------------------------

  function evidence() {
    const { items, months, latest, gaps } = person.evidence;
    return section("Evidence", "5",
      months.length ? make("ol", { class: "months", "aria-label": "Items by month" }, ...months.map((one) => make("li", { class: one.status.replaceAll(" ", "-"), "aria-label": `${one.month}: ${one.items || one.status}` }, make("b", {}, one.items || (one.status === "away" ? "away" : "–")), one.month))) : null,
      latest.length ? make("ul", { class: "items" }, ...latest.map((one) => make("li", {}, make("b", {}, one.date), " ", isolated(one.text)))) : null,
      items > latest.length ? make("p", { class: "muted small" }, `${latest.length} of ${many(items, "item")}`) : null,
      gaps.length ? list(gaps, "notes") : null);
  }

  function losses() {
    const { rows, told } = person.losses;
    return section("Losses", "4", rows.length ? make("ul", { class: "items" }, ...rows.map((one) => make("li", {}, make("b", {}, isolated(one.account)), ` ${[one.amount, one.date].filter(Boolean).join(", ")}: `, isolated(one.reason || "no reason on record"), ` (${one.kind})`))) : null,
      told ? make("p", { class: "muted small" }, isolated(told)) : null);
  }

  function settled() {
    const standing = person.items;
    if (!standing.length) return null;
    const name = (id) => (id === sheet.overall ? words.overall : sheet.columns.find((column) => column.id === id)?.name ?? id);
    const said = (value) => LEVEL[value] ?? WORD[value] ?? value;
    const reason = (key) => sheet.reasons.find(([one]) => one === key)?.[1] ?? key;
    const line = (one) => {
      if (one.kind === "decides") return [make("b", {}, name(one.competency)), `: ${one.before ? said(one.before) : "none"} → ${said(one.after)}. ${reason(one.reason)}: `, isolated(one.text), make("span", { class: "muted" }, " by ", isolated(one.by))];
      if (one.kind === "parks") return [make("b", {}, "Parked: "), isolated(one.text)];
      if (one.kind === "acts") return [make("b", {}, `By ${dayOf(one.after)}: `), isolated(one.text)];
      return [make("b", {}, "Stands as proposed"), one.text ? ": " : "", isolated(one.text)];
    };
    return section("Settled", "", make("ul", { class: "items settled" }, ...standing.map((one) => make("li", { class: one.undone ? "undone" : undefined }, ...line(one), one.undone ? make("span", { class: "muted" }, " (taken back)") : null))));
  }

  return make("div", { class: "person" },
    make("div", { class: "left" }, book(), outcome(), adjusted()),
    make("div", { class: "middle" }, matrix(), make("div", { class: "under" }, levels(), votes()), settled()),
    make("div", { class: "right" }, evidence(), losses(), section("Never seen by the manager", "7", make("p", {}, isolated(person.unseen)))));
}

const LEVEL = { exceeds: "Exceeds", meets: "Meets", needs: "Needs Development", "": "none" };
