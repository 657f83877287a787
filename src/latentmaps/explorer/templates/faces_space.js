"use strict";
// Arithmetic in the latent space, independent of the page: directions, interpolation, random points, links.

const Space = (() => {
  // Links store coordinates as multiples of STEP; an error of half a STEP changes a picture by far less than one level.
  const STEP = 1 / 2048;
  const LARGEST = 32767 * STEP;

  // Unpacks {shape, scale, type, data}, where data are gzipped integers to be multiplied by scale.
  async function unpackArray(packed) {
    const bytes = await unpack(packed.data);
    const integers = packed.type === "int8" ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : new Int16Array(bytes.slice().buffer);
    return Float64Array.from(integers, (value) => value * packed.scale);
  }

  // Returns row i of a matrix of `width` columns.
  function row(matrix, width, index) {
    return matrix.subarray(index * width, (index + 1) * width);
  }

  function dot(a, b) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  }

  // Returns a + factor * b.
  function add(a, b, factor) {
    return a.map((value, i) => value + factor * b[i]);
  }

  // Clamps z to the range that a link can store.
  function bound(z) {
    return z.map((value) => Math.min(LARGEST, Math.max(-LARGEST, value)));
  }

  // Returns the coordinate of `z` along `direction`, in multiples of the direction from `origin`.
  function along(z, origin, direction) {
    return (dot(z, direction) - dot(origin, direction)) / dot(direction, direction);
  }

  // Returns a vector that is orthogonal to the `others` and whose component along `direction` is `direction` itself; null if
  // less than a tenth of its length is independent of the others.
  function orthogonalStep(direction, others) {
    const basis = [];
    const rest = (vector) => basis.reduce((left, axis) => add(left, axis, -dot(left, axis)), vector);
    const unit = (vector, least) => {
      const length = Math.sqrt(dot(vector, vector));
      return length > least ? vector.map((value) => value / length) : null;
    };
    for (const other of others) {
      const left = unit(rest(rest(other)), 1e-3 * Math.sqrt(dot(other, other)));
      if (left) basis.push(left);
    }
    const left = rest(rest(direction));
    const [kept, whole] = [dot(left, left), dot(direction, direction)];
    return kept > 0.01 * whole ? left.map((value) => (value * whole) / kept) : null;
  }

  // Interpolates on the chord, or on the arc around the origin as interpolate_spherically does in Python.
  function between(start, end, share, isArc) {
    const chord = start.map((value, i) => (1 - share) * value + share * end[i]);
    const lengths = Math.sqrt(dot(start, start) * dot(end, end));
    const cosine = lengths ? dot(start, end) / lengths : 1;
    if (!isArc || Math.abs(cosine) > 1 - 1e-8) return chord;
    const angle = Math.acos(cosine);
    const [left, right] = [Math.sin((1 - share) * angle), Math.sin(share * angle)].map((sine) => sine / Math.sin(angle));
    return start.map((value, i) => left * value + right * end[i]);
  }

  // Returns a generator of uniform numbers in [0, 1): sfc32 from PractRand, initialized from the seed.
  function uniform(seed) {
    let [a, b, c, counter] = [0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162 + seed, 1];
    const next = () => {
      const sum = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      return (sum >>> 0) / 4294967296;
    };
    for (let i = 0; i < 15; i++) next();
    return next;
  }

  // Returns {noise, choice}: a normal number for each dimension, and one uniform number. All samplers use the same numbers.
  function roll(seed, latentDim) {
    const next = uniform(seed);
    const choice = next();
    const noise = new Float64Array(latentDim);
    for (let i = 0; i < latentDim; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      noise[i] = radius * Math.cos(angle);
      if (i + 1 < latentDim) noise[i + 1] = radius * Math.sin(angle);
    }
    return { noise, choice };
  }

  // Returns a random point, as Sampler.place does in Python: mean + temperature * (center - mean + factor noise). A sampler
  // has mean, factor (lower triangle, row by row) and centers; null stands for zeros, the identity, and the mean.
  function place(sampler, { noise, choice }, temperature) {
    const num = noise.length;
    const mean = sampler.mean ?? new Float64Array(num);
    const numCenters = sampler.centers ? sampler.centers.length / num : 0;
    const chosen = Math.min(Math.floor(choice * numCenters), numCenters - 1);
    const center = numCenters ? row(sampler.centers, num, chosen) : mean;
    let at = 0;
    return mean.map((middle, i) => {
      let offset = center[i] - middle;
      if (!sampler.factor) offset += noise[i];
      else for (let j = 0; j <= i; j++) offset += sampler.factor[at++] * noise[j];
      return middle + temperature * offset;
    });
  }

  // Encodes coordinates for an address: two bytes each, in base64 with - and _.
  function toText(z) {
    const bytes = new Uint8Array(2 * z.length);
    const view = new DataView(bytes.buffer);
    z.forEach((value, i) => view.setInt16(2 * i, Math.round(value / STEP), true));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  // Decodes coordinates; returns null if the text does not contain `latentDim` of them.
  function fromText(text, latentDim) {
    try {
      const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
      if (bytes.length !== 2 * latentDim) return null;
      const view = new DataView(bytes.buffer);
      return Float64Array.from({ length: latentDim }, (_, i) => view.getInt16(2 * i, true) * STEP);
    } catch {
      return null;
    }
  }

  return { unpackArray, row, dot, add, bound, along, orthogonalStep, between, roll, place, toText, fromText };
})();
