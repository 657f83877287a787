"use strict";

whenOpened("faces", async () => {
  const { output } = await networks.load("decoder");
  const element = document.getElementById("face");
  const { output: pixels } = await networks.run("decoder", toArray(readData("faces").z, Float32Array));
  element.dataset.shape = output;
  element.textContent = Array.from(pixels.subarray(0, 3)).join(" ");
  addressState.onChange("faces", (params) => {
    element.dataset.smile = params.get("smile");
  });
});
