// Enlarge a strip of faces, with the test faces above reconstructions. The up and down arrow keys
// switch to the previous or next row.
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
      .filter(Boolean).map((element) => element.dataset.title ?? element.textContent).join(", ");
    strips.replaceChildren(...[...pictures, button.firstChild].map((image) => image.cloneNode()));
    shown = button;
  };

  const move = (step) => {
    const visible = [...document.querySelectorAll(".enlarge")].filter((button) => button.checkVisibility());
    const kind = (button) => button.closest("figure").className;
    const sameKind = visible.filter((button) => kind(button) === kind(shown));
    const next = sameKind[sameKind.indexOf(shown) + step];
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
