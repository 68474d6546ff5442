// What was done and is not in the store yet. It lives as long as the page, over kernels: a panel
// that is drawn again sends it again with the same keys. Nothing goes to the browser's storage.

const SESSIONS = (globalThis[Symbol.for("csmkit.score_panel")] ??= openSessions());
const BLANK = { value: "", evidence: [], dated: [], note: "", revision: 0 };

function openSessions() {
  const sessions = new Map();
  globalThis.addEventListener("beforeunload", (event) => {
    for (const one of sessions.values()) if (one.waiting.length || one.drafts.size) event.preventDefault();
  });
  return sessions;
}

function sessionOf(id) {
  const name = JSON.stringify(id);
  if (!SESSIONS.has(name)) {
    SESSIONS.set(name, { waiting: [], refused: [], undo: [], drafts: new Map(), forms: new Map(), paints: new Set(), saved: "" });
  }
  return SESSIONS.get(name);
}

// Whose value it is before the first change of it: the export's, with its day.
function fromExport({ value, revision, day }) {
  if (!value || revision) return "";
  return `As the export has it, ${day ? `of ${dayOf(day)}` : "without a day"}`;
}

function laidOver(cell, set) {
  const gone = new Set(set.uncite ?? []);
  const cited = new Set([...cell.evidence.filter((id) => !gone.has(id)), ...(set.cite ?? [])]);
  // What is offered to be cited is dated inside the period.
  const dated = new Set([...cell.dated.filter((id) => !gone.has(id)), ...(set.cite ?? [])]);
  return { ...cell, value: set.value ?? cell.value, note: set.note ?? cell.note, evidence: [...cited], dated: [...dated] };
}

// What an undo did, by what it set.
function undone({ set }, name, word = (value) => WORD[value]) {
  const done = [];
  if ("value" in set) done.push(`${name}, now ${word(set.value).toLowerCase()}`);
  if ("note" in set) done.push(`note on ${name}`);
  if (set.uncite) done.push(`item cited for ${name}`);
  if (set.cite) done.push(`item taken back from ${name}`);
  return `Undone: ${done.join("; ")}`;
}

function changesNothing(cell, set) {
  const after = laidOver(cell, set);
  return after.value === cell.value && after.note === cell.note
    && after.evidence.length === cell.evidence.length && after.evidence.every((id) => cell.evidence.includes(id));
}

function openDesk(model, paint) {
  const session = sessionOf(model.get("shown").session);
  const cells = model.get("cells");
  let closed = model.get("shown").closed;
  session.paints.add(paint);

  const stored = (id) => cells[id] ?? BLANK;
  const queue = (id) => session.waiting.filter((change) => change.competency === id);
  const current = (id) => queue(id).reduce((cell, change) => laidOver(cell, change.set), stored(id));
  const told = () => { for (const one of session.paints) one(); };
  const drop = (change) => { session.waiting = session.waiting.filter((one) => one !== change); };

  function push(competency, set, { undo = true } = {}) {
    const before = current(competency);
    if (closed || changesNothing(before, set)) return null;
    if (undo) {
      const back = {};
      if ("value" in set) back.value = before.value;
      if ("note" in set) back.note = before.note;
      if (set.cite) back.uncite = set.cite.filter((id) => !before.evidence.includes(id));
      if (set.uncite) back.cite = set.uncite;
      session.undo.push({ competency, set: back });
      if (session.undo.length > 500) session.undo.shift();
    }
    const ahead = queue(competency);
    for (const one of ahead) if (one.state === "refused") one.state = "waiting";
    const change = { key: newKey(), competency, set, made: Date.now(), state: "waiting" };
    if (!ahead.length) change.seen = stored(competency).revision;
    session.refused = session.refused.filter((one) => one.competency !== competency || !Object.keys(set).some((name) => name in one.set));
    session.waiting.push(change);
    pump();
    setTimeout(told, PATIENCE + 10);
    told();
    return change;
  }

  // One change of a cell is under way at a time: the next stands on what the store made of it.
  function pump() {
    const busy = new Set();
    for (const change of session.waiting) {
      if (busy.has(change.competency)) continue;
      busy.add(change.competency);
      if (change.state !== "waiting") continue;
      change.state = "sent";
      try {
        model.send({ do: "save", key: change.key, competency: change.competency, seen: change.seen, ...change.set });
      } catch {
        change.made = Math.min(change.made, Date.now() - PATIENCE);
      }
    }
  }

  function follow(change, revision) {
    drop(change);
    const [next] = queue(change.competency);
    if (next && next.seen === undefined) next.seen = revision;
  }

  function take(answer) {
    if (answer.latest && answer.latest.revision >= stored(answer.competency).revision) cells[answer.competency] = answer.latest;
    const change = session.waiting.find((one) => one.key === answer.key);
    if (answer.answer === "saved") {
      if (answer.at > session.saved) session.saved = answer.at;
      if (change) follow(change, answer.revision);
      if (session.drafts.get(answer.competency) === stored(answer.competency).note) session.drafts.delete(answer.competency);
      // The store takes changes again: so it may those it refused before.
      for (const one of session.waiting) if (one.state === "refused" && !one.closed) one.state = "waiting";
    } else if (change && answer.answer === "conflict") {
      if (changesNothing(answer.theirs, change.set)) follow(change, answer.theirs.revision);
      else Object.assign(change, { state: "conflict", theirs: answer.theirs });
    } else if (change && answer.answer === "refused") {
      const problem = [answer.what, answer.remedy].filter(Boolean).join(" ");
      if (answer.closed) closed = answer.closed;
      if (answer.again || answer.closed) Object.assign(change, { state: "refused", problem, closed: Boolean(answer.closed) });
      else {
        // It can never be stored as it is, and must not hold up what comes after it.
        session.refused.push({ competency: change.competency, set: change.set, problem });
        if (change.set.add) session.forms.set(change.competency, change.set.add);
        follow(change, change.seen);
      }
    }
    pump();
    told();
  }

  function again() {
    for (const change of session.waiting) {
      if (change.state !== "conflict") change.state = "waiting";
    }
    pump();
    setTimeout(told, PATIENCE + 10);
    told();
  }

  function decide(competency, mine) {
    const mineNow = queue(competency);
    const [head] = mineNow;
    if (mine) {
      head.seen = stored(competency).revision;
      head.state = "waiting";
      head.made = Date.now();
    } else {
      for (const change of mineNow) drop(change);
      session.undo = session.undo.filter((one) => one.competency !== competency);
    }
    pump();
    setTimeout(told, PATIENCE + 10);
    told();
  }

  function undo() {
    while (session.undo.length) {
      const last = session.undo.pop();
      if (changesNothing(current(last.competency), last.set)) continue;
      session.drafts.delete(last.competency);
      push(last.competency, last.set, { undo: false });
      return last;
    }
    return null;
  }

  function discard() {
    session.waiting = session.waiting.filter((change) => change.state === "conflict");
    session.refused = [];
    if (closed) {
      session.drafts.clear();
      session.forms.clear();
    }
    told();
  }

  const late = () => session.waiting.filter((change) => change.state === "sent" && Date.now() - change.made >= PATIENCE);
  const isClosed = () => closed;
  const close = () => session.paints.delete(paint);

  // Drawn again, perhaps on another kernel: what is not acknowledged goes out once more.
  for (const change of session.waiting) if (change.state !== "conflict") change.state = "waiting";
  return { session, stored, current, queue, push, pump, take, again, decide, undo, discard, late, isClosed, close };
}
