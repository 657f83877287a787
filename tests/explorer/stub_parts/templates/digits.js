// The digits of the page.
"use strict";

whenOpened("digits", async () => {
  const { output } = await networks.run("cnn", new Float32Array(28 * 28));
  document.getElementById("digit").textContent = Array.from(output, (share) => share.toFixed(3)).join(" ");
});
