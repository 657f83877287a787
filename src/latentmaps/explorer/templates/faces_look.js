"use strict";
// Sharpening and contrast as in the sheets of processed faces: Pillow's filters, identical up to rounding.

const Look = (() => {
  const ONE = 2 ** 24; // fixed-point scale of weights, as in Pillow
  const clip = (value) => Math.min(255, Math.max(0, value));

  // Converts pixels 0..1 to bytes, rounding half up.
  function toBytes(pixels) {
    return Uint8ClampedArray.from(pixels, (value) => Math.floor(255 * Math.min(1, Math.max(0, value)) + 0.5));
  }

  // Blurs one line of bytes with a box of fractional width, as in Pillow's BoxBlur.c. `step`: distance between pixels.
  function blurLine(source, target, start, step, length, radius) {
    const whole = Math.floor(radius);
    const inner = Math.floor(ONE / (2 * radius + 1));
    const outer = Math.floor((ONE - (2 * whole + 1) * inner) / 2);
    const at = (i) => source[start + step * Math.min(length - 1, Math.max(0, i))];
    let sum = 0;
    for (let i = -whole; i <= whole; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      target[start + step * i] = Math.floor((sum * inner + (at(i - whole - 1) + at(i + whole + 1)) * outer) / ONE + 0.5);
      sum += at(i + whole + 1) - at(i - whole);
    }
  }

  // Approximates a Gaussian blur: three box blurs along the rows, then three along the columns.
  function blur(bytes, [height, width, channels], radius) {
    const variance = (radius * radius) / 3;
    const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
    const fraction = ((2 * whole + 1) * (whole * (whole + 1) - 3 * variance)) / (6 * (variance - (whole + 1) ** 2));
    let [source, target] = [bytes.slice(), bytes.slice()];
    const passes = (numLines, starts, step, length) => {
      for (let pass = 0; pass < 3; pass++) {
        for (let line = 0; line < numLines; line++) {
          for (let channel = 0; channel < channels; channel++) blurLine(source, target, starts * line + channel, step, length, Math.fround(whole + fraction));
        }
        [source, target] = [target, source];
      }
    };
    passes(height, width * channels, channels, width);
    passes(width, channels, width * channels, height);
    return source;
  }

  // Applies an unsharp mask: adds `percent` of the difference from the blurred image. 0 percent changes nothing.
  function sharpen(bytes, shape, radius, percent) {
    if (!percent) return bytes;
    const blurred = blur(bytes, shape, radius);
    return bytes.map((value, i) => clip(value + Math.trunc(((value - blurred[i]) * percent) / 100)));
  }

  // Multiplies the distance from the mean gray by `factor`. A factor of 1 changes nothing.
  function contrast(bytes, channels, factor) {
    if (factor === 1) return bytes;
    let sum = 0;
    for (let i = 0; i < bytes.length; i += channels) {
      sum += channels === 1 ? bytes[i] : (19595 * bytes[i] + 38470 * bytes[i + 1] + 7471 * bytes[i + 2] + 32768) >> 16;
    }
    const mean = Math.floor(sum / (bytes.length / channels) + 0.5);
    return bytes.map((value) => Math.trunc(clip(mean + factor * (value - mean))));
  }

  // Returns bytes for display: pixels (h, w, c), 0..1, sharpened by `percent`, contrast multiplied by `factor`.
  function process(pixels, shape, { radius, percent, factor }) {
    return contrast(sharpen(toBytes(pixels), shape, radius, percent), shape[2], factor);
  }

  // Paints bytes (h, w, c), gray or RGB, on a canvas and sets its size.
  function paint(canvas, bytes, [height, width, channels]) {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[channels * i + (channels === 1 ? 0 : c)];
      image.data[4 * i + 3] = 255;
    }
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  return { toBytes, process, paint };
})();
