// What is typed lives on this page over kernels: a panel that is drawn again, perhaps by another
// kernel, goes on with it. A second panel of one sort beside the first has a draft of its own.

const DRAFTS = (globalThis[Symbol.for("csmkit.drafts")] ??= openDrafts());

function openDrafts() {
  const drafts = [];
  globalThis.addEventListener("beforeunload", (event) => {
    if (drafts.some((draft) => draft.unsaved?.())) event.preventDefault();
  });
  return drafts;
}

// `panel` is the widget, `paint` draws one view of it; `begin` gives what a new draft holds.
function draftOf(session, panel, paint, begin) {
  const name = JSON.stringify(session);
  const same = DRAFTS.filter((draft) => draft.name === name);
  let draft = same.find((one) => one.panel === panel) ?? same.find((one) => !one.views.size);
  if (!draft) DRAFTS.push((draft = { name, views: new Set(), ...begin() }));
  draft.panel = panel;
  draft.views.add(paint);
  return draft;
}

const paintAll = (draft) => { for (const paint of draft.views) paint(); };
// What has been sent and not answered for too long.
const lateOf = (sent) => Boolean(sent) && Date.now() - sent.made >= PATIENCE;

function sendOr(model, message, sent) {
  sent.made = Date.now();
  try {
    model.send(message);
  } catch {
    sent.made -= PATIENCE;
  }
}

// Where a text was changed: what is before and after it stays as it was.
function changedPart(before, after) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { head, tail };
}
