// Runs a trained network, described by layer_list.py and packed by packing.py. Independent of the page.
"use strict";

// Reads `count` numbers in a given format from `offset`. The lowest bytes of all numbers come first, then the next bytes.
function readNumbers(bytes, offset, count, format) {
  const size = { int8: 1, float16: 2, float32: 4 }[format];
  const bits = new Uint32Array(count);
  const floats = new Float32Array(bits.buffer);
  for (let plane = 0; plane < size; plane++) {
    for (let i = 0, from = offset + plane * count; i < count; i++) bits[i] |= bytes[from + i] << (8 * plane);
  }
  for (let i = 0; i < count && size < 4; i++) {
    if (format === "int8") {
      floats[i] = (bits[i] << 24) >> 24;
    } else {
      // move sign, exponent and fraction to their places; the exponent bias of float32 is larger by 112
      bits[i] = ((bits[i] & 0x8000) << 16) | ((bits[i] & 0x7fff) << 13);
      floats[i] *= 2 ** 112;
    }
  }
  return floats;
}

// Groups output positions by the weights that they use. In a convolution, all positions use the same weights. In a
// transposed convolution, positions use the same weights if their rows and columns have the same remainders modulo the
// stride: each such class is a small convolution. A tap is an index into the kernel and the offset at which it reads the
// input.
function classesOf(layer) {
  const [rows, columns] = layer.kernel || [1, 1];
  const { stride = 1, zeros = 0 } = layer;
  const isTransposed = layer.type === "transposed";
  const remainders = isTransposed ? stride : 1;
  const classes = [];
  for (let row = 0; row < remainders; row++) {
    for (let column = 0; column < remainders; column++) {
      const taps = [];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const [y, x] = isTransposed
            ? [(row + zeros - i) / stride, (column + zeros - j) / stride]
            : [i - zeros, j - zeros];
          if (Number.isInteger(y) && Number.isInteger(x)) taps.push({ y, x, index: i * columns + j });
        }
      }
      classes.push({ row, column, taps });
    }
  }
  return classes;
}

// Arranges the weights of a class in order of use: groups of four output maps, then taps, then input maps.
function arrange(kernel, taps, numRead, numMaps) {
  const arranged = new Float32Array(Math.ceil(numMaps / 4) * 4 * taps.length * numRead);
  let to = 0;
  for (let map = 0; map < numMaps; map += 4) {
    for (const tap of taps) {
      for (let read = 0; read < numRead; read++, to += 4) {
        const from = (tap.index * numRead + read) * numMaps + map;
        for (let k = 0; k < 4 && map + k < numMaps; k++) arranged[to + k] = kernel[from + k];
      }
    }
  }
  return arranged;
}

// Computes the 16 dot products of four positions with four maps. Each term has its four positions side by side in
// `values`, and its four maps in `weights`. The code is unrolled to keep the 16 sums in registers instead of memory.
function multiply(values, weights, offset, numTerms, sums) {
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
  let c0 = 0, c1 = 0, c2 = 0, c3 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
  for (let i = 0, at = offset, term = 0; term < numTerms; term++, i += 4, at += 4) {
    const w0 = weights[at], w1 = weights[at + 1], w2 = weights[at + 2], w3 = weights[at + 3];
    const a = values[i], b = values[i + 1], c = values[i + 2], d = values[i + 3];
    a0 += a * w0; a1 += a * w1; a2 += a * w2; a3 += a * w3;
    b0 += b * w0; b1 += b * w1; b2 += b * w2; b3 += b * w3;
    c0 += c * w0; c1 += c * w1; c2 += c * w2; c3 += c * w3;
    d0 += d * w0; d1 += d * w1; d2 += d * w2; d3 += d * w3;
  }
  sums.set([a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3]);
}

// Copies the inputs of a position, (taps, maps), into one of the four columns of `values`. Inputs outside the maps are 0.
function gather(maps, [height, width, numRead], taps, y, x, column, values) {
  let to = column;
  for (const tap of taps) {
    const row = y + tap.y, place = x + tap.x;
    if (row < 0 || row >= height || place < 0 || place >= width) {
      for (let read = 0; read < numRead; read++, to += 4) values[to] = 0;
    } else {
      const from = (row * width + place) * numRead;
      for (let read = 0; read < numRead; read++, to += 4) values[to] = maps[from + read];
    }
  }
}

function convolve(maps, layer) {
  const [height, width, numMaps] = layer.shape;
  const output = new Float32Array(height * width * numMaps);
  const [step, outputStep] = layer.type === "transposed" ? [1, layer.stride] : [layer.stride, 1];
  const sums = new Float64Array(16);
  for (const { row, column, taps, weights } of layer.classes) {
    const numTerms = taps.length * layer.reads[2];
    const values = new Float64Array(4 * numTerms);
    const rows = Math.ceil((height - row) / outputStep), columns = Math.ceil((width - column) / outputStep);
    for (let first = 0; first < rows * columns; first += 4) {
      const group = Math.min(4, rows * columns - first);
      const places = [];
      for (let k = 0; k < group; k++) {
        const y = Math.floor((first + k) / columns), x = (first + k) % columns;
        gather(maps, layer.reads, taps, y * step, x * step, k, values);
        places.push(((y * outputStep + row) * width + x * outputStep + column) * numMaps);
      }
      for (let map = 0; map < numMaps; map += 4) {
        multiply(values, weights, map * numTerms, numTerms, sums);
        const end = Math.min(map + 4, numMaps);
        for (let k = 0; k < group; k++) {
          for (let m = map; m < end; m++) output[places[k] + m] = sums[4 * k + m - map] + layer.bias[m];
        }
      }
    }
  }
  return output;
}

function connect(features, layer) {
  const numUnits = layer.shape[0], output = new Float32Array(numUnits), numTerms = features.length;
  const weights = layer.classes[0].weights;
  for (let unit = 0, at = 0; unit < numUnits; unit += 4) {
    let a = 0, b = 0, c = 0, d = 0;
    for (let i = 0; i < numTerms; i++, at += 4) {
      const value = features[i];
      a += value * weights[at];
      b += value * weights[at + 1];
      c += value * weights[at + 2];
      d += value * weights[at + 3];
    }
    const sums = [a, b, c, d];
    for (let k = 0; k < 4 && unit + k < numUnits; k++) output[unit + k] = sums[k] + layer.bias[unit + k];
  }
  return output;
}

// Repeats each value `size` times in both directions.
function enlarge(maps, { reads, shape: [height, width, numMaps], size }) {
  const output = new Float32Array(height * width * numMaps);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += numMaps) {
      const from = (Math.floor(y / size) * reads[1] + Math.floor(x / size)) * numMaps;
      output.set(maps.subarray(from, from + numMaps), to);
    }
  }
  return output;
}

// Takes the maximum of each square of `size` rows and columns.
function pool(maps, { reads, shape: [height, width, numMaps], size }) {
  const output = new Float32Array(height * width * numMaps).fill(-Infinity);
  for (let y = 0; y < height * size; y++) {
    for (let x = 0; x < width * size; x++) {
      const from = (y * reads[1] + x) * numMaps;
      const to = (Math.floor(y / size) * width + Math.floor(x / size)) * numMaps;
      for (let map = 0; map < numMaps; map++) output[to + map] = Math.max(output[to + map], maps[from + map]);
    }
  }
  return output;
}

const OPERATIONS = { convolution: convolve, transposed: convolve, dense: connect, upsampling: enlarge, pooling: pool };

// scale and alpha of SELU: Klambauer et al. 2017, Self-Normalizing Neural Networks
const SCALE = 1.0507009873554805, ALPHA = 1.6732632423543772;

function mapEach(values, change) {
  for (let i = 0; i < values.length; i++) values[i] = change(values[i]);
}

function rectify(values, slope = 0) {
  for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] *= slope;
}

const ACTIVATIONS = {
  linear: () => {},
  relu: rectify,
  leaky_relu: rectify,
  selu: (values) => mapEach(values, (value) => SCALE * (value < 0 ? ALPHA * Math.expm1(value) : value)),
  sigmoid: (values) => mapEach(values, (value) => 1 / (1 + Math.exp(-value))),
  softmax: (values) => {
    const largest = values.reduce((a, b) => Math.max(a, b));
    mapEach(values, (value) => Math.exp(value - largest));
    const sum = values.reduce((a, b) => a + b);
    mapEach(values, (value) => value / sum);
  },
};

class Network {
  // `description` comes from packing.py and names the number format of the kernels. `bytes` starts with all biases and
  // scales, in float32, followed by the kernels.
  constructor(description, bytes) {
    this.description = description;
    const { format } = description.weights;
    const weighted = description.layers.filter((layer) => ["convolution", "transposed", "dense"].includes(layer.type));
    let offset = 0;
    const take = (count, as) => {
      const numbers = readNumbers(bytes, offset, count, as);
      offset += count * { int8: 1, float16: 2, float32: 4 }[as];
      return numbers;
    };
    const prepared = new Map();
    for (const layer of weighted) {
      const numMaps = layer.shape[layer.shape.length - 1];
      const bias = take(numMaps, "float32");
      prepared.set(layer, { ...layer, bias, scales: format === "int8" ? take(numMaps, "float32") : null });
    }
    for (const layer of weighted) {
      const { bias, scales } = prepared.get(layer);
      const numMaps = bias.length, numRead = layer.reads[layer.reads.length - 1];
      const [rows, columns] = layer.kernel || [1, 1];
      const kernel = take(rows * columns * numRead * numMaps, format);
      if (scales) for (let i = 0; i < kernel.length; i++) kernel[i] *= scales[i % numMaps];
      prepared.get(layer).classes = classesOf(layer).map((group) => ({
        ...group,
        weights: arrange(kernel, group.taps, numRead, numMaps),
      }));
    }
    if (offset !== bytes.length) throw new Error(`weights: found ${bytes.length} bytes, expected ${offset}`);
    this.layers = description.layers.map((layer) => prepared.get(layer) || layer);
  }

  // Returns the outputs of the network and of the layers named in `keep`, after activation, as flat arrays of (h, w, c).
  run(input, keep = []) {
    const expected = this.description.input.reduce((a, b) => a * b);
    if (input.length !== expected) throw new Error(`input: found ${input.length} numbers, expected ${expected}`);
    const kept = {};
    let output = input;
    for (const layer of this.layers) {
      output = OPERATIONS[layer.type](output, layer);
      ACTIVATIONS[layer.activation](output, layer.slope);
      if (keep.includes(layer.name)) kept[layer.name] = output.slice();
    }
    return { output, kept };
  }
}
