"use strict";
// Sort the tables of numbers. Without this script they are in the order of fact.
(() => {
  const compare = (a, b) => {
    const [first, second] = [Number(a), Number(b)];
    return Number.isNaN(first) || Number.isNaN(second) ? a.localeCompare(b, "en") : first - second;
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const status = table.parentElement.nextElementSibling;
    const places = new Map([...body.rows].map((row, place) => [row, place]));

    const sort = (column) => {
      const direction = heads[column].ariaSort === "ascending" ? "descending" : "ascending";
      const sign = direction === "ascending" ? 1 : -1;
      const value = (row) => row.cells[column].dataset.order;
      const rows = [...body.rows].sort((a, b) => {
        const [first, second] = [value(a), value(b)];
        // empty values come last in both directions; equal values keep the order of fact
        if (first === "" || second === "") return (first === "") - (second === "") || places.get(a) - places.get(b);
        return sign * compare(first, second) || places.get(a) - places.get(b);
      });
      body.append(...rows);
      for (const head of heads) head.removeAttribute("aria-sort");
      heads[column].setAttribute("aria-sort", direction);
      status.textContent = `Sorted by ${heads[column].dataset.label}, ${direction}.`;
    };

    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.ariaLabel = `Sort by ${head.dataset.label}`;
      head.append(" ", button);
      button.addEventListener("click", () => sort(column));
    });
  };

  document.querySelectorAll(".scores").forEach(makeSortable);
  document.querySelectorAll(".needs-script").forEach((element) => { element.hidden = false; });
})();
