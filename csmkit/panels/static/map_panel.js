// The mapping assistant. The kernel holds the map; this shows its state and sends what a person
// does, one numbered message each. Text from files only ever becomes text, never markup.

function options(select, groups, chosen) {
  select.replaceChildren(
    ...groups.map(([label, entries]) => {
      const made = entries.map(([value, text, help]) => {
        const option = make("option", { value, title: help }, text);
        option.selected = value === chosen;
        return option;
      });
      return label ? make("optgroup", { label }, ...made) : made;
    }).flat(),
  );
}

// Long file names break behind their own signs, not inside a word.
const breakable = (name) => name.split(/(?<=[#_./\- ])/).flatMap((bit) => [bit, make("wbr")]);
const titleOf = (part) => (part.also ? `${part.name} → ${spoken(part.table || part.maybe || part.guess || "another table")}` : part.name);

function render({ model, el }) {
  const tables = new Map(model.get("schema").map((table) => [table.name, table]));
  const stay = new Map(); // which headers of a sheet stand above the fold, decided at first sight
  const rows = new Map();
  let shownPart = null;
  let last = 0;
  let silent = false;
  let typing = null; // the text field whose words were not sent yet

  const root = make("section", {
    class: "csmkit-map",
    "aria-label": "What your columns mean",
  });
  const where = make("p", { class: "where" });
  const saved = make("span", { class: "saved", role: "status", "aria-live": "polite" });
  const save = make("button", { type: "button", class: "primary", "data-key": "save", onclick: () => send({ do: "save" }) }, "Save map");
  const asked = make("div", { class: "asked", role: "alertdialog", "aria-label": "Replace the map?", hidden: true });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const standing = make("div", { class: "standing", role: "status", "aria-live": "polite" });
  const sheets = make("ul", { class: "sheets" });
  const currency = make("input", {
    class: "code", maxlength: "3", placeholder: "e.g. EUR", "data-key": "currency", autocomplete: "off",
    onchange: () => send({ do: "currency", code: currency.value }),
  });
  const main = make("div", { class: "main" });
  const head = make("div", { class: "sheet" });
  const lines = make("ol", { class: "lines" });
  const rest = make("ol", { class: "lines" });
  const foldName = make("summary", { "data-key": "fold" });
  const fold = make("details", { class: "fold" }, foldName, rest);
  const preview = make("div", { class: "preview" });
  main.append(head, lines, fold, preview);
  root.append(
    make("header", {},
      make("div", {}, make("h2", {}, "What your columns mean"), where),
      make("div", { class: "saving" }, saved, save)),
    asked, problem, standing,
    make("div", { class: "body" },
      make("nav", { "aria-label": "Sheets of the export" },
        make("h3", {}, "Sheets"), sheets,
        make("label", { class: "currency" }, "Currency of the amounts", currency)),
      main));
  el.replaceChildren(root);

  function send(message) {
    const id = Math.max(last, model.get("state").seen) + 1;
    last = id;
    try {
      model.send({ ...message, id });
    } catch {
      silent = true;
    }
    paintSaving();
    setTimeout(() => {
      if (model.get("state").seen < id) {
        silent = true;
        paintSaving();
      }
    }, PATIENCE);
  }

  // An answer that arrives while somebody types would take the field from under the hand.
  root.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement) typing = event.target;
  });
  root.addEventListener("change", () => { typing = null; });
  root.addEventListener("focusout", (event) => {
    if (typing !== event.target) return;
    typing = null;
    paint();
  });

  shield(root, (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      // What is being typed counts only once its field is left.
      if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
      send({ do: "save" });
      root.querySelector('[data-key="save"]').focus();
    }
  });

  function keepingFocus(paint) {
    const before = document.activeElement;
    const key = root.contains(before) ? before.dataset.key : undefined;
    paint();
    if (key === undefined || document.activeElement === before) return;
    // A button that took a proposal is gone once it did; its column is where to go on.
    const instead = key.startsWith("take ") ? key.replace("take ", "column ") : key;
    for (const node of root.querySelectorAll("[data-key]"))
      if (node.dataset.key === instead) return node.focus();
    root.querySelector(".sheet select")?.focus();
  }

  function paintSaving() {
    const state = model.get("state");
    const waiting = state.seen < last;
    saved.className = "saved";
    if (silent && waiting) {
      saved.classList.add("bad");
      saved.textContent = "NOT SAVED: the kernel does not answer";
      saved.title = "Restart the kernel and run this cell again. What was saved before is still in the map.";
    } else if (waiting) {
      saved.textContent = "Working …";
    } else if (state.problem || state.ask) {
      saved.classList.add("bad");
      saved.textContent = "Not saved";
    } else if (state.dirty) {
      saved.textContent = state.saved ? "Changes not saved yet" : "Not saved yet";
    } else if (state.saved) {
      saved.classList.add("good");
      saved.textContent = `Saved ${state.saved}`;
    } else {
      saved.textContent = state.plain ? "Nothing to save" : "";
    }
    save.disabled = Boolean(state.plain);
  }

  function paintAsked(state) {
    asked.hidden = !state.ask;
    if (!state.ask) return asked.replaceChildren();
    const yes = make("button", { type: "button", class: "primary", "data-key": "over", onclick: () => send({ do: "save", over: true }) }, "Replace it");
    const no = make("button", { type: "button", "data-key": "leave", onclick: () => { send({ do: "nothing" }); save.focus(); } }, "Do not save");
    asked.replaceChildren(make("p", {}, state.ask), make("div", { class: "buttons" }, yes, no));
    no.focus();
  }

  function paintStanding(state) {
    const stops = state.status.filter((one) => one.level === "stops");
    const open = state.status.filter((one) => one.level === "open");
    const notes = state.status.filter((one) => one.level === "note");
    let title = "Ready: a review can be made from this map.";
    if (state.plain) title = "Nothing to ask: files and headers have the kit's own names.";
    else if (stops.length) title = stops.length === 1 ? "One thing is missing before a review can be made." : `${stops.length} things are missing before a review can be made.`;
    else if (open.length) title = `A review can be made; ${many(open.length, "more thing")} would add to it.`;
    const label = { stops: "Missing", open: "Would add" };
    const item = (one) => make("li", { class: one.level },
      label[one.level] ? make("strong", { class: "level" }, label[one.level]) : null,
      make("span", { class: "what" }, one.text),
      one.part ? make("button", {
        type: "button", class: "link", "data-key": `go ${one.part} ${one.header}`,
        "aria-label": `Go to ${one.header || one.part}`,
        onclick: () => go(one),
      }, "Show") : null);
    const list = [...stops, ...open];
    const children = [make("p", { class: `title ${stops.length ? "stops" : open.length ? "open" : "ready"}` }, title)];
    if (list.length) children.push(make("ul", {}, ...list.slice(0, 6).map(item)));
    const more = [...list.slice(6), ...(state.plain ? [] : notes)];
    if (more.length) {
      const was = standing.querySelector("details")?.open;
      children.push(make("details", { open: was }, make("summary", { "data-key": "more" }, `Good to know (${more.length})`), make("ul", {}, ...more.map(item))));
    }
    if (state.unread.length) children.push(make("div", { class: "unread" }, make("p", {}, "Could not be read:"), make("ul", {}, ...state.unread.map((text) => make("li", {}, text)))));
    standing.replaceChildren(...children);
  }

  let goal = null;
  function go(one) {
    goal = one.header;
    if (one.part !== model.get("state").part?.key) send({ do: "show", part: one.part });
    else reach();
  }
  function reach() {
    if (goal === null) return;
    const row = rows.get(goal);
    if (row && fold.contains(row.node)) fold.open = true;
    const to = row ? row.node.querySelector(".questions :is(select, input)") ?? row.select : head.querySelector("select");
    goal = null;
    to?.scrollIntoView({ block: "center" });
    to?.focus();
  }

  function paintSheets(state) {
    sheets.replaceChildren(...state.parts.map((part) => {
      const current = part.key === state.part?.key;
      const what = part.empty ? "no rows" : part.left_out ? "left out" : part.table ? spoken(part.table) : "not used";
      return make("li", { class: part.also ? "also" : "" }, make("button", {
        type: "button", "aria-label": part.also ? titleOf(part) : undefined, "data-key": `sheet ${part.key}`, "aria-current": current ? "true" : undefined,
        onclick: () => send({ do: "show", part: part.key }),
      },
      part.also ? null : make("span", { class: "name" }, ...breakable(part.name)),
      make("span", { class: `fills ${part.live ? "live" : ""}` }, part.also ? `→ ${spoken(part.table || part.maybe)}${part.table && !part.left_out ? "" : `: ${what}`}` : what),
      part.open ? make("span", { class: "badge" }, many(part.open, "question")) : null));
    }));
  }

  function paintSheet(part) {
    const table = tables.get(part.table);
    const select = head.querySelector("select") ?? make("select", {
      "data-key": "table", "aria-describedby": "csmkit-map-table",
      onchange: (event) => send({ do: "table", part: model.get("state").part.key, table: event.target.value }),
    });
    const named = [...tables.values()].map((one) => [one.name, spoken(one.name), one.row_is]);
    options(select, [["", [["", part.left_out ? "Left out" : "Not used"]]], ["This file fills", named]], part.table);
    const about = make("p", { id: "csmkit-map-table", class: "reason" });
    if (table) about.append(`One row is ${table.row_is}. `);
    if (part.table) about.append(part.by ? { map: "As the map says.", you: "Decided by you." }[part.by] : `${capital(part.sure)}: ${part.reason}.`);
    else if (part.guess && !part.left_out) {
      about.append(`It may fill ${spoken(part.guess)} (${part.sure}: ${part.reason}).`, make("span", { class: "buttons" },
        make("button", { type: "button", class: "take", "data-key": "take table", onclick: () => send({ do: "table", part: part.key, table: part.guess }) }, `Use it for ${spoken(part.guess)}`),
        make("button", { type: "button", class: "link", "data-key": "leave out", onclick: () => send({ do: "table", part: part.key, table: "" }) }, "Leave it out")));
    } else if (!part.left_out) about.append("Nothing in its name or headers says what it is. Choose a table, or leave it.");
    // The select stays in the page: a moved one would lose the key that is being pressed.
    if (!head.contains(select)) {
      head.replaceChildren(make("h3", {}), make("div", { class: "fill" }, make("label", {}, make("span", {}, "Fills"), select), about));
    } else head.querySelector(".fill .reason").replaceWith(about);
    head.querySelector("h3").replaceChildren(...breakable(titleOf(part)));
    const fill = head.querySelector(".fill");
    while (fill.nextSibling) fill.nextSibling.remove();
    if (part.months) head.append(make("p", { class: "hint" }, part.months));
    if (table) head.append(needs(part, table), ...constants(part, table), ...again(part), another(part, named));
    if (part.kept.length) {
      head.append(make("div", { class: "kept" }, make("p", {}, "Kept from the map as it is:"), ...part.kept.map((text) => make("code", {}, text))));
    }
  }

  function needs(part, table) {
    const filled = new Set(part.filled);
    const waiting = new Set(part.lacking);
    const wanted = table.columns.filter((column) => column.required).map((column) => column.name);
    return make("p", { class: "needs" }, make("span", { class: "muted" }, "Needs "),
      ...wanted.flatMap((name) => {
        const good = filled.has(name) && !waiting.has(name);
        const asked = filled.has(name) && waiting.has(name);
        const either = !filled.has(name) && !waiting.has(name);
        if (either) return [];
        const text = `${good ? "✓" : asked ? "…" : "○"} ${spoken(name)}`;
        return [make("span", { class: good ? "need good" : "need" }, text)];
      }),
      ...part.lacking.filter((name) => name.includes(" or ")).map((name) => make("span", { class: "need" }, `○ ${spoken(name)}`)));
  }

  function another(part, named) {
    const select = make("select", {
      "data-key": "another",
      onchange: (event) => event.target.value && send({ do: "add", part: part.key, table: event.target.value }),
    });
    options(select, [["", [["", "—"], ...named.filter(([name]) => name !== part.table)]]], "");
    return make("label", { class: "always" }, make("span", {}, "This file fills another table as well:"), select);
  }

  // One column may fill two: an account's name may serve as its id.
  function again(part) {
    const wanted = ["account_id", "name"].filter((name) => part.lacking.includes(name) || part.again[name]);
    const used = part.lines.filter((line) => line.column && !line.fixed);
    return (used.length ? wanted : []).map((name) => {
      const select = make("select", {
        "data-key": `again ${name}`,
        onchange: (event) => send({ do: "again", part: part.key, column: name, header: event.target.value }),
      });
      options(select, [["", [["", "—"], ...used.map((line) => [line.header, `${line.shown}, also ${spoken(line.column)}`])]]], part.again[name] ?? "");
      return make("label", { class: "always" }, make("span", {}, `No column of its own for ${spoken(name)}? One that is used already may fill it too:`), select);
    });
  }

  function asOf(part) {
    const field = make("input", {
      type: "date", "data-key": "always date",
      onchange: () => send({ do: "always", part: part.key, column: "date", text: field.value }),
    });
    field.value = part.always.date ?? "";
    return make("label", { class: "always" }, make("span", {}, "As of which day is this list?"), field);
  }

  function constants(part, table) {
    const byHeader = new Set(part.lines.map((line) => line.column));
    const wanted = table.columns.filter((column) =>
      column.values.length && !byHeader.has(column.name) && (part.lacking.includes(column.name) || part.always[column.name]));
    const day = part.of_a_day && (part.lacking.includes("date") || part.always.date) ? [asOf(part)] : [];
    return day.concat(wanted.map((column) => {
      const select = make("select", {
        "data-key": `always ${column.name}`,
        onchange: (event) => send({ do: "always", part: part.key, column: column.name, text: event.target.value }),
      });
      options(select, [["", [["", "—"], ...column.values.map((value) => [value, spoken(value)])]]], part.always[column.name] ?? "");
      return make("label", { class: "always" }, make("span", {}, `No column for ${spoken(column.name)}? It is the same in every row:`), select);
    }));
  }

  function choices(table) {
    const entry = (column) => [column.name, spoken(column.name), `${column.meaning} (${column.unit})`];
    const required = table.columns.filter((column) => column.required);
    const optional = table.columns.filter((column) => !column.required);
    return [["", [["", "—  not used here"]]], ["Needed", required.map(entry)], ["Optional", optional.map(entry)]];
  }

  function paintLines(part) {
    const key = `${part.key}\n${part.table}`;
    if (key !== shownPart) {
      rows.clear();
      lines.replaceChildren();
      rest.replaceChildren();
      fold.open = false;
      shownPart = key;
    }
    if (!stay.has(key)) {
      const above = (line) => Boolean(line.column || line.fixed || (line.guess && line.examples.length));
      stay.set(key, new Set(part.lines.filter(above).map((line) => line.header)));
    }
    const above = stay.get(key);
    const all = above.size === 0 || !part.table;
    const later = part.lines.filter((line) => !all && !above.has(line.header));
    const empty = (line) => line.examples.length === 0;
    later.sort((a, b) => empty(a) - empty(b));
    for (const line of part.lines) {
      let row = rows.get(line.header);
      if (!row) {
        row = lineRow(part, line);
        rows.set(line.header, row);
      }
      row.update(part, line);
    }
    if (lines.childElementCount + rest.childElementCount === 0) {
      lines.append(...part.lines.filter((line) => all || above.has(line.header)).map((line) => rows.get(line.header).node));
      rest.append(...later.map((line) => rows.get(line.header).node));
    }
    const used = later.filter((line) => line.column).length;
    const other = later.filter((line) => !line.column && part.elsewhere[line.header]).length;
    fold.hidden = later.length === 0;
    foldName.textContent = `${many(later.length, "more column")} without a proposal here${used ? `, ${used} used` : ""}${other ? `, ${other} used in another table` : ""}`;
  }

  function lineRow(part, line) {
    const table = tables.get(part.table);
    const id = `csmkit-map-${Math.random().toString(36).slice(2)}`;
    const detail = make("div", { class: "detail" });
    const help = make("p", { class: "meaning", id });
    const select = table ? make("select", {
      "data-key": `column ${line.header}`, "aria-label": `What ${line.shown} is`, "aria-describedby": id,
      onchange: () => send({ do: "column", part: part.key, header: line.header, column: select.value }),
    }) : null;
    if (select) options(select, choices(table), line.column);
    const texts = line.examples.length
      ? line.examples.map((text) => make("span", { title: text }, text.length > 44 ? `${text.slice(0, 43)}…` : text))
      : [make("em", {}, "empty")];
    const node = make("li", {},
      make("div", { class: "from" }, make("span", { class: "header" }, line.shown || "(no name)"), make("div", { class: "examples" }, ...texts)),
      make("div", { class: "to" }, select, help, detail));
    let sign = "";
    const update = (now, it) => {
      if (select && select.value !== it.column) select.value = it.column;
      const next = JSON.stringify([it.column, it.by, it.guess, it.questions, it.fixed]);
      if (next === sign) return;
      sign = next;
      if (select) select.disabled = Boolean(it.fixed);
      node.className = !table ? "plain" : it.fixed ? "fixed" : it.waits ? "waits" : it.column ? "used" : "";
      const column = table?.columns.find((one) => one.name === it.column);
      help.textContent = column ? column.meaning : "";
      detail.replaceChildren(...details(now, it));
    };
    return { node, select, update };
  }

  function details(part, line) {
    if (!part.table) return [];
    if (line.fixed) return [make("p", { class: "reason" }, "Kept from the map as it is: ", make("code", {}, line.fixed))];
    const guess = line.guess;
    const found = [];
    const decided = line.by === "map" ? "as the map says" : "decided by you";
    if (line.column && line.by) found.push(make("p", { class: "reason" }, ...mark(line.waits ? "needs your answer" : decided)));
    else if (line.column) found.push(make("p", { class: "reason" }, ...mark(line.waits ? "needs your answer" : guess?.sure ?? "sure", !line.waits && guess?.column === line.column ? guess.reason : "")));
    else if (guess && !line.by) {
      found.push(make("p", { class: "reason" }, ...mark(guess.sure === "sure" ? "likely" : guess.sure, `Perhaps ${spoken(guess.column)}: ${guess.reason}`)));
      found.push(make("button", {
        type: "button", class: "take", "data-key": `take ${line.header}`,
        "aria-label": `Use ${line.shown} as ${spoken(guess.column)}`,
        onclick: () => send({ do: "column", part: part.key, header: line.header, column: guess.column }),
      }, `Use as ${spoken(guess.column)}`));
    } else if (line.by) found.push(make("p", { class: "reason" }, ...mark("left out by you")));
    const other = line.column ? undefined : part.elsewhere[line.header];
    if (other) found.unshift(make("p", { class: "reason" }, `Used in ${other.map(spoken).join(" and ")}.`));
    if (line.questions.length) found.push(make("div", { class: "questions" }, ...line.questions.map((one) => question(part, line, one))));
    return found;
  }

  const mark = (words, reason = "") => [
    make("span", { class: `mark ${words.split(" ").slice(0, 2).join("-")}` }, capital(words)),
    reason && `\u2002${reason}`];

  function question(part, line, one) {
    const key = `say ${line.header} ${one.key} ${one.about}`;
    const tell = (answer) => send({ do: "say", part: part.key, header: line.header, rule: one.key, about: one.about, answer });
    let field;
    if (one.options.length) {
      field = make("select", { "data-key": key, onchange: (event) => tell(event.target.value) });
      options(field, [["", [["", one.needed ? "Please choose" : "—"], ...one.options]]], one.answer);
    } else {
      field = make("input", { "data-key": key, autocomplete: "off", onchange: (event) => tell(event.target.value) });
      field.value = one.answer;
    }
    // The examples help whoever has to decide; beside an answer they are only in the way.
    const text = one.open ? one.text : one.text.split(" For example ")[0];
    const take = one.proposal ? make("button", {
      type: "button", class: "take", "data-key": `confirm ${line.header} ${one.key} ${one.about}`,
      onclick: (event) => { event.preventDefault(); tell(one.proposal); },
    }, one.key === "fill_down" ? capital(Object.fromEntries(one.options)[one.proposal]) : `Use ${spoken(one.proposal)}`) : null;
    return make("label", { class: one.open || one.proposal ? "open" : "answered" }, make("span", {}, text), field, take);
  }

  function paintPreview(part) {
    const seen = part.preview;
    if (!seen || (!seen.rows.length && !seen.problem)) return preview.replaceChildren();
    const children = [make("h4", {}, "How the rows are understood")];
    if (seen.problem) children.push(make("p", { class: "problem" }, seen.problem));
    const some = seen.looked_at < seen.of ? `the first ${many(seen.looked_at, "row")} of ${many(seen.of, "row")}` : many(seen.of, "row");
    const shown = seen.rows.length < seen.looked_at ? ` Shown are the ${seen.rows.length} with the most cells filled.` : "";
    const kept = seen.kept === null ? `${capital(some)}; none is used until the answers above are given.`
      : `${seen.kept.toLocaleString("en")} of ${some} can be used.`;
    if (!seen.problem) children.push(make("p", { class: "muted", role: "status" }, kept + shown));
    const table = make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Row"), ...seen.columns.map((name) => make("th", { scope: "col" }, spoken(name))))),
      make("tbody", {}, ...seen.rows.map(([row, cells]) => make("tr", {}, make("th", { scope: "row" }, String(row)),
        ...cells.map(([text, value, unread]) => make("td", { class: `${unread ? "unread" : ""} ${Math.max(text.length, value.length) < 17 ? "short" : ""}` },
          make("span", { class: "value" }, unread ? "cannot be read" : value || "blank"),
          text && text !== value ? make("span", { class: "text" }, text) : null))))));
    if (seen.rows.length) children.push(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "First rows", "data-key": "rows" }, table));
    if (seen.findings.length) {
      children.push(make("ul", { class: "findings" }, ...seen.findings.map((one) => make("li", { class: one.severity },
        make("span", { class: "severity" }, `${capital(one.severity)}${one.count > 1 ? ` × ${one.count.toLocaleString("en")}` : ""}`),
        make("span", {}, [one.message, one.effect].filter(Boolean).join(" "), " ", make("span", { class: "muted" }, one.remedy))))));
      if (seen.more) children.push(make("p", { class: "muted" }, `${many(seen.more, "more kind")} of finding; the notebook's next cell lists them all.`));
    } else if (!seen.problem) children.push(make("p", { class: "muted" }, "No problems found."));
    preview.replaceChildren(...children);
  }

  function paint() {
    const state = model.get("state");
    // A newer answer is on its way: painting the old one would turn a choice back under the hand.
    if (state.seen < last && !silent) return;
    if (state.seen >= last) silent = false;
    if (typing) return paintSaving();
    keepingFocus(() => {
      where.textContent = `${state.export}  →  ${state.map}`;
      problem.hidden = !state.problem;
      problem.textContent = state.problem;
      currency.value = state.currency;
      paintStanding(state);
      paintSheets(state);
      if (state.part) {
        paintSheet(state.part);
        paintLines(state.part);
        paintPreview(state.part);
      }
    });
    paintAsked(state);
    paintSaving();
    reach();
  }

  model.on("change:state", paint);
  paint();
  return () => {
    model.off("change:state", paint);
  };
}

export default { render };
