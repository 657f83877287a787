"use strict";
(function () {
  const controls = document.getElementById("controls");
  const maps = document.getElementById("maps");
  const rows = Array.from(maps.children);
  const filter = document.getElementById("filter");
  const bounds = document.getElementById("bounds");
  const sort = document.getElementById("sort");
  const descending = document.getElementById("descending");

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
    const shown = rows.filter(isShown);
    rows.forEach(row => { row.hidden = !shown.includes(row); });
    maps.append(...shown.sort(compare));
    document.getElementById("shown").value = shown.length + " of " + rows.length + " shown";
  }

  sort.addEventListener("change", () => {
    descending.checked = sort.value !== "index" && sort.value !== "rank";
    arrange();
  });
  filter.addEventListener("change", arrange);
  bounds.addEventListener("change", arrange);
  descending.addEventListener("change", arrange);
  controls.addEventListener("submit", event => event.preventDefault());
  // a link to a row that the filter hides shows it again
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.hidden) {
      filter.value = bounds.value = "";
      arrange();
      row.scrollIntoView();
    }
  });
  // a browser keeps what was chosen when a page is loaded again
  controls.reset();
  controls.hidden = false;
  arrange();
})();
