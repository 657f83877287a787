"use strict";
(function () {
  const controls = document.getElementById("controls");
  const maps = document.getElementById("maps");
  const rows = Array.from(maps.children);
  const filter = document.getElementById("filter");
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

  function arrange() {
    const shown = rows.filter(row => !filter.value || row.dataset.status === filter.value);
    rows.forEach(row => { row.hidden = !shown.includes(row); });
    maps.append(...shown.sort(compare));
    document.getElementById("shown").value = shown.length + " of " + rows.length + " shown";
  }

  sort.addEventListener("change", () => {
    descending.checked = sort.value !== "index";
    arrange();
  });
  filter.addEventListener("change", arrange);
  descending.addEventListener("change", arrange);
  controls.addEventListener("submit", event => event.preventDefault());
  // a link to a row that the filter hides shows it again
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.hidden) {
      filter.value = "";
      arrange();
      row.scrollIntoView();
    }
  });
  // a browser keeps what was chosen when a page is loaded again
  controls.reset();
  controls.hidden = false;
  arrange();
})();
