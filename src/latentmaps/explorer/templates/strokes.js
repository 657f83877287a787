"use strict";
// Converts pen strokes to an image of 28 x 28 bytes, white on black. Independent of the page.
// A stroke is {erases, width, points}; points are x, y, x, y, ... All are in eighths of a pixel, so
// that a link, which stores one byte per number, restores exactly the same image.
const strokes = (() => {
  const SIZE = 28, UNIT = 8;
  // MNIST: the longer side of a digit has 20 pixels, and the center of mass is at the center of pixel 14
  const BOX = 20, CENTER = 14.5, LARGEST_SCALE = 6;
  const MOST_BYTES = 60000;
  const STAY = { scale: 1, right: 0, down: 0 };

  const toUnits = pixels => Math.max(0, Math.min(SIZE * UNIT, Math.round(pixels * UNIT)));

  // Adds the share of each pixel that a line from (x0, y0) to (x1, y1) covers, estimated from its distance.
  function cover(coverage, x0, y0, x1, y1, radius) {
    const reach = radius + 0.5, dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
    const within = value => Math.max(0, Math.min(SIZE - 1, Math.floor(value)));
    const left = within(Math.min(x0, x1) - reach), right = within(Math.max(x0, x1) + reach);
    const bottom = within(Math.max(y0, y1) + reach);
    for (let y = within(Math.min(y0, y1) - reach); y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - x0, py = y + 0.5 - y0;
        const along = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
        const share = reach - Math.hypot(px - along * dx, py - along * dy);
        const index = y * SIZE + x;
        if (share > coverage[index]) coverage[index] = Math.min(1, share);
      }
    }
  }

  // Returns the image, (784,) floats 0..1. Scaled strokes keep the width of the pen.
  function paintShares(list, background, place) {
    const shares = new Float64Array(SIZE * SIZE);
    if (background) background.forEach((byte, i) => { shares[i] = byte / 255; });
    const across = units => SIZE / 2 + (units / UNIT - SIZE / 2) * place.scale + place.right;
    const down = units => SIZE / 2 + (units / UNIT - SIZE / 2) * place.scale + place.down;
    for (const { erases, width, points } of list) {
      const coverage = new Float64Array(SIZE * SIZE);
      const radius = width / UNIT / 2 * (erases ? place.scale : 1);
      for (let i = 0; i < points.length; i += 2) {
        const j = Math.max(0, i - 2);
        cover(coverage, across(points[j]), down(points[j + 1]), across(points[i]), down(points[i + 1]), radius);
      }
      coverage.forEach((share, i) => {
        shares[i] = erases ? shares[i] * (1 - share) : Math.max(shares[i], share);
      });
    }
    return shares;
  }

  // Returns the scale and shift that bring strokes to the size and position of an MNIST digit.
  function findPlace(list) {
    let left = SIZE, right = 0, top = SIZE, bottom = 0;
    paintShares(list, null, STAY).forEach((share, i) => {
      if (share < 0.5) return;
      const x = i % SIZE, y = Math.floor(i / SIZE);
      left = Math.min(left, x); right = Math.max(right, x + 1);
      top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
    });
    if (right <= left) return STAY;
    const width = Math.max(...list.filter(stroke => !stroke.erases).map(stroke => stroke.width)) / UNIT;
    const longer = Math.max(right - left, bottom - top) - width;
    // do not enlarge a dot
    const scale = longer > 1 ? Math.min(LARGEST_SCALE, (BOX - width) / longer) : 1;
    // center the bounding box first, so that nothing is cut off when the center of mass is computed
    const place = {
      scale,
      right: (SIZE / 2 - (left + right) / 2) * scale,
      down: (SIZE / 2 - (top + bottom) / 2) * scale,
    };
    let sum = 0, x = 0, y = 0;
    paintShares(list, null, place).forEach((share, i) => {
      sum += share; x += share * (i % SIZE + 0.5); y += share * (Math.floor(i / SIZE) + 0.5);
    });
    if (!sum) return STAY;
    return { scale, right: place.right + CENTER - x / sum, down: place.down + CENTER - y / sum };
  }

  // Returns the image of strokes on a background (null for none), (784,) bytes.
  function paint(list, background, isFitted) {
    const place = isFitted && !background ? findPlace(list) : STAY;
    return Uint8Array.from(paintShares(list, background, place), share => Math.floor(255 * share + 0.5));
  }

  // (x - mean) / max(standard deviation, 1 / sqrt(number of pixels)), as tf.image.per_image_standardization does
  function standardize(bytes) {
    const count = bytes.length;
    const mean = bytes.reduce((sum, byte) => sum + byte, 0) / count;
    const variance = bytes.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / count;
    const divisor = Math.max(Math.sqrt(variance), 1 / Math.sqrt(count));
    return Float32Array.from(bytes, byte => (byte - mean) / divisor);
  }

  // Encodes strokes in base64 for addresses. Per stroke: one byte for the width (plus 128 for an
  // eraser), two for the number of points, then the points.
  function pack(list) {
    const bytes = [];
    for (const { erases, width, points } of list) {
      const count = points.length / 2;
      bytes.push(width + (erases ? 128 : 0), count >> 8, count & 255, ...points);
    }
    const text = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // Decodes text from `pack`; returns null if it is invalid.
  function unpack(text) {
    if (text.length > MOST_BYTES || !/^[\w-]*$/.test(text)) return null;
    let bytes;
    try {
      bytes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), character => character.charCodeAt(0));
    } catch {
      return null;
    }
    const list = [];
    for (let i = 0; i < bytes.length;) {
      const count = bytes[i + 1] * 256 + bytes[i + 2], end = i + 3 + 2 * count, width = bytes[i] & 127;
      const points = bytes.slice(i + 3, end);
      if (!(count && width && end <= bytes.length) || points.some(value => value > SIZE * UNIT)) return null;
      list.push({ erases: bytes[i] >= 128, width, points });
      i = end;
    }
    return list;
  }

  return { SIZE, UNIT, MOST_BYTES, toUnits, paint, standardize, pack, unpack };
})();
