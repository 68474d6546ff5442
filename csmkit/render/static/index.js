// Searches and sorts the list of packets.
(function () {
  "use strict";
  var table = document.getElementById("packets");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var search = document.getElementById("search");
  var count = document.getElementById("count");

  // Accents and case do not matter to who searches.
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function find() {
    var wanted = plain(search.value).split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = plain(row.textContent);
      row.hidden = !wanted.every(function (word) { return text.indexOf(word) >= 0; });
      if (!row.hidden) shown += 1;
    });
    count.textContent = shown + " of " + rows.length + " packets";
  }

  function key(row, column) {
    var cell = row.cells[column];
    if (!cell.classList.contains("number")) return plain(cell.textContent.trim());
    return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  }

  function sort(column) {
    var down = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach(function (head) { head.removeAttribute("aria-sort"); });
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.sort(function (one, other) {
      var a = key(one, column), b = key(other, column);
      // What is unknown stays last, either way.
      if (a === null || b === null) return (a === null) - (b === null);
      var order = typeof a === "number" ? a - b : a.localeCompare(b);
      return down ? -order : order;
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }

  search.addEventListener("input", find);
  heads.forEach(function (head, column) {
    head.firstElementChild.addEventListener("click", function () { sort(column); });
  });
})();
