// Enlarges a strip of faces, with the test faces above reconstructions; the arrow keys lead from row
// to row.
(() => {
  const dialog = document.querySelector(".enlarged");
  const [title, strips] = [dialog.querySelector(".title"), dialog.querySelector(".strips")];
  const originals = document.querySelector(".originals img");
  let shown = null;

  const show = (button) => {
    const figure = button.closest("figure");
    const row = figure.closest(".experiment");
    const pictures = figure.matches(".of-reconstructions") && originals ? [originals] : [];
    title.textContent = [row?.querySelector("h3"), row?.querySelector(".name code"), figure.querySelector(".title [data-title], .title")]
      .filter(Boolean).map((one) => one.dataset.title ?? one.textContent).join(", ");
    strips.replaceChildren(...[...pictures, button.firstChild].map((one) => one.cloneNode()));
    shown = button;
  };

  const move = (step) => {
    const visible = [...document.querySelectorAll(".enlarge")].filter((one) => one.checkVisibility());
    const isAlike = (one) => one.closest("figure").className === shown.closest("figure").className;
    const alike = visible.filter(isAlike);
    const next = alike[alike.indexOf(shown) + step];
    if (next) show(next);
  };

  for (const image of document.querySelectorAll(".strip .frame img")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.title = "Enlarge";
    image.before(button);
    button.append(image);
    button.addEventListener("click", () => { show(button); dialog.showModal(); });
  }
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { shown.focus(); });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step);
  });
})();
