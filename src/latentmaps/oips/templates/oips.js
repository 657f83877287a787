"use strict";
(function () {
  const controls = document.getElementById("controls");
  const rows = Array.from(document.getElementById("rows").children);
  // the tiles of the rows, in the same order
  const tiles = Array.from(document.getElementById("tiles").children);
  const filter = document.getElementById("filter");
  const bounds = document.getElementById("bounds");
  const sort = document.getElementById("sort");
  const descending = document.getElementById("descending");
  const wanted = document.getElementById("wanted");
  const refusal = document.getElementById("refusal");

  function key(row) {
    const text = row.getAttribute("data-" + sort.value);
    return text === "" ? null : Number(text);
  }

  function compare(a, b) {
    const first = key(a), second = key(b);
    if (first === null || second === null) {
      return (first === null) - (second === null);
    }
    return descending.checked ? second - first : first - second;
  }

  function isWithin(ratio) {
    if (bounds.value === "") return true;
    if (bounds.value === "none" || ratio === "") return bounds.value === "none" && ratio === "";
    const [least, above] = bounds.value.split(",");
    return Number(ratio) >= Number(least) && (above === "" || Number(ratio) < Number(above));
  }

  function isShown(row) {
    return (!filter.value || row.dataset.status === filter.value) && isWithin(row.dataset.ratio);
  }

  function arrange() {
    const shown = rows.filter(isShown).sort(compare);
    rows.forEach((row, i) => { row.hidden = tiles[i].hidden = !shown.includes(row); });
    document.getElementById("rows").append(...shown);
    document.getElementById("tiles").append(...shown.map(row => tiles[rows.indexOf(row)]));
    document.getElementById("shown").value = shown.length + " of " + rows.length + " shown";
  }

  // reset the filter if it hides the row
  function show(row) {
    if (row.hidden) {
      filter.value = bounds.value = "";
      arrange();
    }
    row.scrollIntoView();
  }

  function goTo() {
    const text = wanted.value;
    const row = text && rows.find(row => Number(row.dataset.index) === Number(text));
    const range = "type a number from " + wanted.min + " to " + wanted.max;
    refusal.value = row ? "" : (text ? "There is no map " + text + ": " : "Not a number: ") + range;
    wanted.setAttribute("aria-invalid", String(!row));
    if (row) {
      location.hash = row.id;
      show(row);
      row.querySelector("h2 a").focus({ preventScroll: true });
    }
  }

  sort.addEventListener("change", () => {
    descending.checked = sort.value !== "index" && sort.value !== "rank";
    arrange();
  });
  filter.addEventListener("change", arrange);
  bounds.addEventListener("change", arrange);
  descending.addEventListener("change", arrange);
  controls.addEventListener("submit", event => {
    event.preventDefault();
    goTo();
  });
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.hidden) show(row);
  });
  // browsers keep the state of a form when a page is reloaded
  controls.reset();
  controls.hidden = false;
  arrange();
})();
