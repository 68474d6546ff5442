// The calibration meeting. The store behind the kernel holds all of it; this page shows one person
// at a time, keeps the one before and the one after, and names nobody while names are masked.

const POLL = 2000;
const QUIET = 700;
const AROUND = 1; // how many people before and after the one shown are kept

function render({ model, el }) {
  const sheet = model.get("sheet");
  let room = model.get("room");
  let shown = room.here ?? -1; // the place on the agenda
  let person = null;
  let heard = performance.now(); // when the kernel last answered
  let asked = new Map(); // places asked for
  let pending = 0; // acts whose answer is awaited: what is on the screen may be of before
  let later = null; // what was asked for meanwhile
  let touched = performance.now(); // when somebody last pressed a key
  let sent = 0;
  let veiled = false; // names were sent away, and answers of before may still come
  let again = false; // another meeting is prepared after a signed one
  let ticking = { since: performance.now(), counted: 0, on: true };
  const kept = new Map();

  const root = make("section", { class: "csmkit-meeting", "aria-label": sheet.words.title, tabindex: "-1" });
  const button = (key, text, onclick, more = {}) => make("button", { type: "button", "data-key": key, onclick, ...more }, ...[text].flat());
  const place = make("p", { class: "place" });
  const name = make("h2", {});
  const about = make("p", { class: "about" });
  const clock = make("div", { class: "clock", role: "timer" });
  const status = make("p", { class: "status" });
  const news = make("p", { class: "news", role: "status", hidden: true });
  const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
  const lead = make("p", { class: "lead", role: "note", hidden: true });
  const stage = make("div", { class: "stage" });
  const bar = make("footer", { class: "bar", role: "toolbar", "aria-label": "What can be done" });
  const over = make("div", { class: "over", role: "dialog", "aria-modal": "true", hidden: true });
  const cover = make("div", { class: "cover", hidden: true }, make("p", {}, "Screen blanked. Press . to show it again."));
  const live = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
  root.append(make("header", {}, make("div", { class: "who" }, place, name, about), make("div", { class: "when" }, clock, status)),
    lead, news, stage, trouble, bar, over, cover, live);
  el.replaceChildren(root);

  const send = (message) => model.send(message);
  const mine = () => Boolean(room.lead?.mine);
  const prepare = openPrepare(sheet, { send, room: () => room });
  const sheets = meetingSheets(sheet, over, {
    send, mine, button, act: (message) => act(message), go: (at) => go(at), others: () => prepare.others?.(), closed: () => root.focus(),
    now: () => ({ room, shown, person }),
    defer: (run) => { if (pending) later = run; return pending > 0; },
  });

  // ---- the clock ---------------------------------------------------------------------------

  const elapsed = () => ticking.counted + (ticking.on ? (performance.now() - ticking.since) / 1000 : 0);
  function restart() { ticking = { since: performance.now(), counted: 0, on: true }; }
  function pause() {
    ticking = { since: performance.now(), counted: elapsed(), on: !ticking.on };
    paintClock();
  }

  function paintClock() {
    if (room.stage !== "meet" || shown < 0 || !room.order?.[shown]) return clock.replaceChildren();
    const used = elapsed() + room.order[shown].seconds;
    const left = room.minutes * 60 - used;
    clock.classList.toggle("late", left < 0);
    return clock.replaceChildren(make("b", {}, clockText(left)), make("span", {}, ticking.on ? " left" : " stopped"),
      make("span", { class: "pool" }, room.pool >= 0 ? `${clockText(room.pool)} saved` : `${clockText(-room.pool)} over`));
  }

  // ---- who is shown ------------------------------------------------------------------------

  function ask(at) {
    if (at < 0 || at >= (room.order?.length ?? 0) || kept.has(at) || asked.has(at)) return;
    asked.set(at, performance.now());
    send({ do: "person", at });
  }

  function around() {
    for (const at of [...kept.keys()]) if (Math.abs(at - shown) > AROUND && at !== next(1) && at !== next(-1)) kept.delete(at);
    for (const at of [shown, next(1), next(-1)]) ask(at);
  }

  // The next place that may be shown while the one shares who shares now.
  function next(step) {
    let at = shown + step;
    while (room.order?.[at]?.skipped) at += step;
    return at;
  }

  function go(at) {
    if (!mine() || room.stage !== "meet" || again) return;
    if (at >= room.order.length) { sheets.openEnd(); return; }
    if (at < 0 || at === shown) return;
    const seconds = elapsed();
    sheets.close();
    shown = at;
    person = null;
    restart();
    say("");
    if (kept.has(at)) paintPerson(kept.get(at));
    else paintPerson(null);
    // The name changes with what stands under it, not with the kernel's answer.
    paint();
    send({ do: "open", at, key: newKey(), seconds });
    around();
  }

  function paintPerson(state) {
    person = state;
    const one = room.order?.[shown];
    if (room.stage === "prepare" || again) return stage.replaceChildren(room.empty ? card("", room.empty) : prepare.root);
    if (shown < 0 || !one) return stage.replaceChildren(opening());
    if (!state) return stage.replaceChildren(make("p", { class: "wait" }, "One moment …"));
    stage.replaceChildren(personView(sheet, state, { pick: sheets.openCompetency }));
    return undefined;
  }

  const card = (title, text) => make("div", { class: "card" }, title ? make("h3", {}, title) : null, make("p", {}, isolated(text)));

  function opening() {
    const total = room.order.length * room.minutes;
    const skipped = room.order.filter((one) => one.skipped).length;
    return make("div", { class: "card" }, make("h3", {}, `${many(room.order.length, "person", "people")}, ${room.minutes} minutes each: ${Math.floor(total / 60)} h ${String(Math.round(total % 60)).padStart(2, "0")} min`),
      make("p", {}, `The order was drawn by lot (seed ${room.seed}) and knows no rating.`, skipped ? ` ${many(skipped, "record")} will not be shown while the one shares who shares now.` : ""),
      make("ol", { class: "agenda" }, ...room.order.map((one) => make("li", {}, isolated(one.label), one.why.length ? make("span", { class: "muted" }, ` ${one.why.map((key) => sheet.why[key]).join(", ")}`) : null))),
      make("p", {}, "Press ", hint("Page Down"), " to begin, ", hint("f"), " for the full screen."));
  }

  // ---- around it ---------------------------------------------------------------------------

  function paintHead() {
    const one = room.order?.[shown];
    const meet = room.stage !== "prepare" && !again && one;
    place.textContent = meet ? `${shown + 1} of ${room.order.length}` : sheet.period;
    name.replaceChildren(isolated(meet ? one.label : sheet.words.title));
    const known = meet && person && !person.skipped ? person.about.map(([label, value]) => `${label}: ${value}`) : [];
    about.replaceChildren(isolated(known.join(" · ")), ...(meet ? one.why.map((key) => make("span", { class: "chip" }, sheet.why[key])) : []));
    const state = meet ? sheet.statuses[one.status] ?? "" : "";
    status.textContent = room.stage === "signed" ? "Record signed" : meet ? `${state}${room.left ? ` · ${room.left} still open` : " · all settled"}` : "";
    status.className = `status ${meet ? one.status : ""}`;
    paintClock();
  }

  function paintLead() {
    const follows = room.stage !== "prepare" && !mine();
    lead.hidden = !follows && !room.closed;
    lead.replaceChildren(...(follows
      ? [room.writes ? "Another window leads this meeting, or led it before; this one follows. " : "This panel follows the meeting and changes nothing. ",
        room.writes ? button("lead", ["Take the lead ", hint("l")], () => send({ do: "lead" })) : ""]
      : [room.closed]));
    news.hidden = !room.news;
    news.replaceChildren(isolated(room.news ?? ""));
  }

  const ACTS = [
    ["next", "PageDown", "Next", () => go(next(1))],
    ["reveal", "v", "Votes", () => act({ do: "reveal" })],
    ["agree", "a", "As proposed", () => act({ do: "agree", key: newKey(), before: person?.scores?.levels.stands })],
    ["decide", "d", "Change", () => sheets.openDecide(sheet.overall)],
    ["park", "k", "Park", () => sheets.openText("park")],
    ["act", "n", "Behaviour", () => sheets.openText("act")],
    ["undo", "u", "Undo", () => act({ do: "undo", key: newKey() })],
    ["mask", "m", "", () => mask()],
    ["who", "w", "Room", () => sheets.openWho()],
    ["again", "+", "New meeting", () => { sheets.close(); again = true; paint(); send({ do: "prepare" }); }],
    ["agenda", "g", "Agenda", () => sheets.openAgenda()],
    ["end", "e", "End", () => sheets.openEnd()],
    ["keys", "?", "Keys", () => sheets.openKeys()],
    ["screen", "f", "", () => fullscreen()],
  ];
  const SETTLING = new Set(["reveal", "agree", "decide", "park", "act", "undo"]);
  const FOR_LEAD = new Set(["next", "reveal", "agree", "decide", "park", "act", "undo"]);

  function paintBar() {
    const before = document.activeElement?.dataset?.key;
    const meet = room.stage === "meet";
    const text = { mask: room.masked ? "Names" : "Mask", screen: document.fullscreenElement ? "Leave" : "Full screen" };
    bar.replaceChildren(...ACTS.filter(([key]) => !FOR_LEAD.has(key) || (meet && mine())).filter(([key]) => key !== "again" || (room.stage === "signed" && room.writes)).filter(([key]) => room.stage !== "prepare" || ["mask", "keys", "screen"].includes(key)).map(([key, stroke, label, does]) =>
      button(key, [hint(stroke === "PageDown" ? "PgDn" : stroke), ` ${label || text[key]}`], does, { "aria-keyshortcuts": stroke, ...(key !== "next" && FOR_LEAD.has(key) && shown < 0 ? { disabled: true } : {}) })));
    const same = bar.querySelector(`[data-key="${before}"]`);
    if (same && root.contains(document.activeElement)) same.focus();
  }

  function say(text) {
    trouble.hidden = !text;
    trouble.replaceChildren(isolated(text));
  }

  function paint() {
    paintHead();
    paintLead();
    paintBar();
  }

  // ---- acts --------------------------------------------------------------------------------

  function act(message) {
    if (!mine() || shown < 0) return;
    say("");
    pending += 1;
    send({ at: shown, ...message });
  }

  // Names leave the page before the kernel is asked for labels.
  function mask() {
    sheets.close();
    kept.clear();
    asked.clear();
    paintPerson(null);
    for (const node of [name, about, news, trouble]) node.replaceChildren();
    veiled = !room.masked;
    send({ do: "mask", on: !room.masked });
  }

  function blank(on = cover.hidden) {
    cover.hidden = !on;
    root.classList.toggle("blank", on);
    if (!on) root.focus();
  }

  async function fullscreen(on = !document.fullscreenElement) {
    if (!on) { await document.exitFullscreen(); return; }
    await root.requestFullscreen();
    // So that Esc first closes what lies over the person; held down, it always leaves.
    try { await navigator.keyboard?.lock?.(["Escape"]); } catch { /* the browser leaves at once then */ }
    root.focus();
  }

  // ---- what the kernel says ----------------------------------------------------------------

  function take(answer) {
    heard = performance.now();
    // Before anything else is said: an answer may be a refusal, which has to stay.
    if (root.classList.contains("silent")) say("");
    root.classList.remove("silent");
    if (answer.answer === "masked") { veiled = veiled && !answer.masked; forget(); return; }
    if (veiled && answer.answer !== "refused" && !answer.masked) {
      asked.delete(answer.at);
      if (answer.answer === "done") settle();
      return;
    }
    if (answer.answer === "person") {
      asked.delete(answer.at);
      if (answer.masked !== room.masked) { ask(answer.at); return; }
      kept.set(answer.at, { ...answer.person, masked: answer.masked });
      if (answer.at === shown) {
        paintPerson(kept.get(answer.at));
        paintHead();
        sheets.redraw();
      }
    } else if (answer.answer === "prepare") {
      prepare.take(answer);
      prepare.others = () => answer.people.map((one) => [one.key, one.label]);
      if (room.stage === "prepare" || again) paintPerson(null);
      else if (sheets.kind() === "who") sheets.openWho();
    } else if (answer.answer === "detail") sheets.showDetail(answer);
    else if (answer.answer === "competency") sheets.showCompetency(answer);
    else if (answer.answer === "ahead") left = answer.left;
    else if (answer.answer === "effects") end.take(answer);
    else if (answer.answer === "signed") end.signed(answer);
    else if (answer.answer === "done") {
      if (["decide", "park", "act"].includes(answer.do)) sheets.close();
      if (answer.do !== "open") forget();
      if (answer.person && answer.at === shown && answer.masked === room.masked) {
        asked.delete(shown);
        kept.set(shown, { ...answer.person, masked: answer.masked });
        paintPerson(kept.get(shown));
        paintHead();
      }
      settle();
      if (sheets.kind() === "who") sheets.openWho();
    } else if (answer.answer === "polled") {
      if (answer.moved) forget();
    } else if (answer.answer === "refused") {
      const text = [answer.what, answer.remedy].filter(Boolean).join(" ");
      const inside = over.querySelector(".trouble.inside");
      if (inside && sheets.kind()) {
        inside.hidden = false;
        inside.replaceChildren(isolated(text));
      } else say(text);
      settle();
      forget();
    }
  }

  function settle() {
    pending = Math.max(0, pending - 1);
    const run = later;
    if (pending || !run) return;
    later = null;
    run();
  }

  // What is kept may be of before: the person shown is asked for again, then those around.
  function forget() {
    kept.clear();
    asked.clear();
    around();
  }

  function changed() {
    const before = room;
    room = model.get("room");
    if (before.id !== room.id) again = false;
    veiled = veiled && !room.masked;
    if (veiled) return;
    if (before.id !== room.id || (!mine() && room.here !== undefined && room.here !== shown)) {
      shown = room.here ?? -1;
      restart();
      sheets.close();
      kept.clear();
      asked.clear();
      paintPerson(null);
    }
    if (before.masked !== room.masked) { kept.clear(); asked.clear(); sheets.close(); paintPerson(null); }
    if (room.stage !== before.stage && shown < 0) paintPerson(null);
    around();
    paint();
  }

  function keydown(event) {
    const { key } = event;
    touched = performance.now();
    if (key === "." && (event.ctrlKey || event.metaKey)) { event.preventDefault(); return blank(); }
    if (!cover.hidden) { event.preventDefault(); return key === "." || key === "b" || key === "Escape" ? blank(false) : undefined; }
    if (key === "Escape") {
      event.preventDefault();
      if (sheets.kind()) return sheets.close();
      return document.fullscreenElement ? fullscreen(false) : undefined;
    }
    // Clickers send F5 to begin a show; here it must not load the page anew.
    if (key === "F5") { event.preventDefault(); return fullscreen(); }
    if (event.target.closest("input, textarea, select")) return undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const does = {
      PageDown: () => go(next(1)), ArrowRight: () => go(next(1)), PageUp: () => go(next(-1)), ArrowLeft: () => go(next(-1)),
      ".": () => blank(), b: () => blank(), p: pause, c: () => sheets.openCompetency(), l: () => (room.writes && !mine() ? send({ do: "lead" }) : undefined),
      ...Object.fromEntries(ACTS.filter(([name]) => name !== "next").map(([, stroke, , run]) => [stroke, run])),
    };
    const run = /^[1-9]$/.test(key) ? () => sheets.openDetail(Number(key) - 1) : does[key.length === 1 ? key.toLowerCase() : key];
    if (!run) return undefined;
    event.preventDefault();
    return run();
  }

  const end = openMeetingEnd(sheet, { send, mine, elapsed, room: () => room, open: sheets.open, authorised: sheets.authorised, wait: () => sheets.kind() === "end" });
  const timer = setInterval(() => {
    paintClock();
    const silent = performance.now() - heard > PATIENCE + POLL;
    root.classList.toggle("silent", silent);
    if (silent) say("No answer from the kernel. If it was restarted or shut down, run this cell again: every decision that was saved is kept, and the meeting goes on at the same person.");
  }, 500);
  const poll = setInterval(() => { try { send({ do: "poll" }); } catch { /* said by the clock above */ } }, POLL);
  // While nothing else is asked for, the kernel works out who comes later.
  let left = 1;
  const ahead = setInterval(() => {
    if (left && room.stage === "meet" && !asked.size && performance.now() - touched > QUIET && heard > sent) { sent = performance.now(); send({ do: "ahead" }); }
  }, 300);
  const onscreen = () => paintBar();
  document.addEventListener("fullscreenchange", onscreen);
  shield(root, keydown);
  root.addEventListener("mousedown", (event) => event.stopPropagation());
  model.on("msg:custom", take);
  model.on("change:room", changed);
  paint();
  paintPerson(null);
  if (room.stage === "prepare") send({ do: "prepare" });
  else around();
  return () => {
    clearInterval(timer);
    clearInterval(poll);
    clearInterval(ahead);
    document.removeEventListener("fullscreenchange", onscreen);
    model.off("msg:custom", take);
    model.off("change:room", changed);
  };
}

export default { render };
