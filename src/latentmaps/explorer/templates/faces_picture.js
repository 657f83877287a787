"use strict";
// The large picture and the thumbnails, decoded from latent points.

class Picture {
  // canvas: canvas of the large picture; onSpeed: a callback that receives the number of pictures per second
  constructor(canvas, shape, onSpeed) {
    this.canvas = canvas;
    this.shape = shape;
    this.onSpeed = onSpeed;
    this.numRequests = 0;
    this.frames = [];
    this.thumbs = Promise.resolve();
    this.decode = latest((z, look) => this.run(z, look));
  }

  // Shows a point. Of the points requested while the decoder is busy, only the last is shown.
  show(z, look) {
    this.numRequests += 1;
    this.canvas.dataset.shown = false;
    this.decode(Float32Array.from(z), look);
  }

  async run(z, look) {
    const request = this.numRequests;
    const start = performance.now();
    const { output } = await networks.run("decoder", z);
    this.measure(performance.now() - start);
    Look.paint(this.canvas, Look.process(output, this.shape, look), this.shape);
    if (request === this.numRequests) this.canvas.dataset.shown = true;
  }

  // Reports the median speed of the last nine pictures; the first few are slow.
  measure(milliseconds) {
    this.frames = [...this.frames.slice(-8), milliseconds];
    if (this.frames.length === 9) this.onSpeed(1000 / [...this.frames].sort((a, b) => a - b)[4]);
  }

  // Decodes a thumbnail into a canvas, after all thumbnails requested earlier.
  showSmall(canvas, z) {
    canvas.wanted = z;
    this.thumbs = this.thumbs.then(async () => {
      if (canvas.wanted !== z || canvas.drawn === z) return;
      const { output } = await networks.run("decoder", Float32Array.from(z));
      Look.paint(canvas, Look.toBytes(output), this.shape);
      canvas.drawn = z;
    });
  }

  // Saves the picture of a point as a PNG, enlarged `scale` times.
  async save(z, look, { name, scale, isCrisp }) {
    const { output } = await networks.run("decoder", Float32Array.from(z));
    const small = document.createElement("canvas");
    Look.paint(small, Look.process(output, this.shape, look), this.shape);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [small.width * scale, small.height * scale];
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = !isCrisp;
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  }
}
