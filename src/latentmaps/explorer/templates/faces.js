// The faces of the page.
"use strict";

whenOpened("faces", async () => {
  const { input, output: [height, width, numChannels] } = await networks.load("decoder");
  const canvas = document.getElementById("face");
  [canvas.width, canvas.height] = [width, height];
  const { output } = await networks.run("decoder", new Float32Array(input[0]));
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = 255 * output[i * numChannels + (k % numChannels)] + 0.5;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.dataset.shown = "true";
});
