// The end: what the meeting did, as aggregates, and the record that is signed.

function openMeetingEnd(sheet, { send, open, mine, elapsed, room, authorised, wait }) {
  function take(got) {
    if (!wait()) return;
    const open_ = room().order.filter((one) => one.status === "open");
    const by = authorised();
    const sign = room().stage === "meet" && mine() ? make("form", { class: "row", onsubmit: (event) => { event.preventDefault(); send({ do: "sign", by: by.value, key: newKey(), seconds: elapsed() }); } },
      make("label", { class: "field" }, make("span", {}, "Signed by"), by), make("button", { type: "submit", class: "primary" }, "Sign, and write the record")) : null;
    open("end", "What the meeting did",
      make("p", {}, Object.entries(room().counts).filter(([, n]) => n).map(([key, n]) => `${n} ${sheet.statuses[key]}`).join(" · "),
        open_.length ? make("span", { class: "muted" }, ` · Still open: `, isolated(open_.map((one) => one.label).join(", "))) : null),
      ...got.notes.map((text) => make("p", { class: "muted" }, isolated(text))), ...got.tables.map(cellTable), sign,
      make("p", { class: "trouble inside", role: "alert", hidden: true }),
      ...room().signed.map((one) => make("p", {}, make("b", {}, "Signed"), " by ", isolated(one.by), `, ${one.at}`)));
  }

  function signed(got) {
    open("end", "The record is signed", make("p", {}, got.text), make("ul", { class: "items" }, ...got.files.map((file) => make("li", {}, isolated(file)))));
  }

  return { take, signed };
}
