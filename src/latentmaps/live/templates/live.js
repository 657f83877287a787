// Looks again for a newer page, at the same place; says when there has been none for long.
addEventListener("DOMContentLoaded", () => {
  const { refresh, quiet, written } = document.body.dataset;
  const key = `scroll of ${location.pathname}`;
  const minutes = Math.floor((Date.now() / 1000 - written) / 60);

  try {
    scrollTo({ top: Number(sessionStorage.getItem(key)), behavior: "instant" });
  } catch {} // a browser that keeps nothing for files

  function reload() {
    try {
      sessionStorage.setItem(key, scrollY);
    } catch {}
    location.reload();
  }

  function lookAgain() {
    if (document.hidden) addEventListener("visibilitychange", reload, { once: true });
    else reload();
  }

  if (Number(quiet) && minutes * 60 > Number(quiet)) {
    const note = document.getElementById("quiet");
    note.textContent = `No news for ${minutes} min: the training may have been killed.`;
    note.hidden = false;
  }
  setTimeout(lookAgain, 1000 * refresh);
});
