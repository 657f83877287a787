// Reload the page at the same scroll position; warn if it has not been updated for a long time.
addEventListener("DOMContentLoaded", () => {
  const { refresh, quiet, written } = document.body.dataset;
  const key = `scroll of ${location.pathname}`;
  const minutes = Math.floor((Date.now() / 1000 - written) / 60);

  try {
    scrollTo({ top: Number(sessionStorage.getItem(key)), behavior: "instant" });
  } catch {} // some browsers have no storage for file: pages

  function reload() {
    try {
      sessionStorage.setItem(key, scrollY);
    } catch {}
    location.reload();
  }

  function reloadWhenVisible() {
    if (document.hidden) addEventListener("visibilitychange", reload, { once: true });
    else reload();
  }

  if (Number(quiet) && minutes * 60 > Number(quiet)) {
    const note = document.getElementById("quiet");
    note.textContent = `No update for ${minutes} min: the training may have been killed.`;
    note.hidden = false;
  }
  setTimeout(reloadWhenVisible, 1000 * refresh);
});
