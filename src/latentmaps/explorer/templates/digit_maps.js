"use strict";
// The feature maps of a layer, each next to its OIP. The OIPs are cut from a single picture.

// the color map "inferno" by Nathaniel Smith and Stefan van der Walt, CC0, whose lightness increases uniformly
const ACTIVATION_COLORS = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

const activationTable = (() => {
  const last = ACTIVATION_COLORS.length - 1;
  return Uint8ClampedArray.from({ length: 1024 }, (_, i) => {
    const place = (i >> 2) / 255 * last, below = Math.min(last - 1, Math.floor(place)), channel = i & 3;
    if (channel === 3) return 255;
    const [from, to] = [ACTIVATION_COLORS[below][channel], ACTIVATION_COLORS[below + 1][channel]];
    return from + (to - from) * (place - below);
  });
})();

function createElement(name, properties = {}, children = []) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// Shows the OIP of a unit in an element. Returns false if there is none.
function showOip(element, oips, kind, unit) {
  const shown = oips && oips[kind];
  const isFound = Boolean(shown) && shown.activations[unit] > 0;
  const last = isFound ? shown.activations.length - 1 : 0;
  element.style.backgroundImage = isFound ? `url(${shown.picture})` : "";
  element.style.backgroundSize = `100% ${100 * (last + 1)}%`;
  element.style.backgroundPosition = `0 ${last ? 100 * unit / last : 0}%`;
  return isFound;
}

const rounded = value => String(Number(value.toPrecision(2)));
const percent = share => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;

class LayerMaps {
  // layer: an entry of digits-data with decoded arrays; shape: height, width, number of maps
  constructor(layer, shape) {
    [this.height, this.width, this.count] = shape;
    Object.assign(this, { layer, means: new Float32Array(this.count), peaks: new Float32Array(this.count) });
    this.image = new ImageData(this.width, this.height);
    this.tiles = Array.from({ length: this.count }, (_, unit) => this.makeTile(unit));
    this.contexts = this.tiles.map(tile => tile.querySelector("canvas").getContext("2d"));
    this.current = this.tiles[0];
    this.current.tabIndex = 0;
    this.words = createElement("span");
    this.detail = createElement("p", {
      className: "soft layer-detail", textContent: "Point at a map, or select one with the arrow keys, to see its numbers.",
    });
    this.list = createElement("ul", { className: "digit-maps" }, this.tiles.map(tile => tile.parentElement));
    this.list.setAttribute("aria-label", `Feature maps of ${layer.name}; use the arrow keys to move between them`);
    const scale = createElement("span", { className: "scale" });
    scale.style.background = `linear-gradient(to right, ${ACTIVATION_COLORS.map(color => `rgb(${color})`)})`;
    const line = createElement("p", { className: "soft layer-line" }, [
      this.words,
      createElement("span", {}, ["activation 0 ", scale, ` ${rounded(layer.limit)} and above`]),
    ]);
    this.element = createElement("section", {}, [
      createElement("h3", { textContent: layer.name }), line, this.detail, this.list,
    ]);
    this.list.addEventListener("keydown", event => this.move(event));
    for (const kind of ["focusin", "pointerover"]) {
      this.list.addEventListener(kind, event => this.showDetail(event.target.closest(".digit-map")));
    }
  }

  makeTile(unit) {
    const canvas = createElement("canvas", { width: this.width, height: this.height });
    const oip = createElement("span", { className: "oip-tile" });
    const name = createElement("b", { textContent: String(unit) });
    const tile = createElement("a", { className: "digit-map", tabIndex: -1 }, [
      createElement("span", { className: "pair" }, [canvas, oip]), name, " ", createElement("small"),
    ]);
    if (this.layer.oips) tile.href = `${this.layer.oips.page}#${this.layer.name}-${unit}`;
    else tile.setAttribute("role", "img");
    tile.dataset.unit = unit;
    createElement("li", {}, [tile]);
    return tile;
  }

  // Draws all maps from (height, width, count) values, or from null for an empty drawing.
  show(values) {
    const { image, count } = this, pixels = image.data, limit = this.layer.limit;
    const size = this.width * this.height;
    for (let unit = 0; unit < count; unit++) {
      let sum = 0, peak = 0;
      for (let i = 0; i < size; i++) {
        const value = values ? values[i * count + unit] : 0;
        const color = 4 * Math.min(255, Math.floor(255 * value / limit + 0.5));
        sum += value;
        peak = Math.max(peak, value);
        for (let channel = 0; channel < 4; channel++) pixels[4 * i + channel] = activationTable[color + channel];
      }
      this.means[unit] = sum / size;
      this.peaks[unit] = peak;
      this.contexts[unit].putImageData(image, 0, 0);
    }
    this.isRead = Boolean(values);
  }

  // Returns the mean activation of a map relative to its OIP, or to the test digit that excites it most.
  share(unit, order, kind) {
    const reference = order === "oip" ? this.activation(unit, kind) : this.layer.strongest[unit];
    return reference > 0 ? this.means[unit] / reference : null;
  }

  // Returns the mean activation of a map for its OIP, or for the OIP with free pixels if no OIP is shown.
  activation(unit, kind) {
    const { oips } = this.layer;
    return oips ? (oips[kind] || oips.free).activations[unit] : 0;
  }

  // Updates numbers, labels and order when no stroke is in progress.
  settle(order, kind) {
    const shares = this.tiles.map((_, unit) => this.share(unit, order, kind));
    let numSilent = 0;
    this.tiles.forEach((tile, unit) => {
      const isSilent = this.isRead && !this.peaks[unit];
      numSilent += isSilent;
      tile.classList.toggle("silent", isSilent);
      const words = shares[unit] === null ? rounded(this.means[unit]) : percent(shares[unit]);
      tile.querySelector("small").textContent = !this.isRead ? "" : isSilent ? "silent" : words;
      tile.title = this.describe(unit, kind);
      tile.setAttribute("aria-label", tile.title);
    });
    this.words.textContent = `${this.count} maps of ${this.height} × ${this.width}`
      + (numSilent ? `; ${numSilent} silent: 0 everywhere` : "");
    const units = this.tiles.map((_, unit) => unit);
    if (order !== "number") units.sort((a, b) => (shares[b] || 0) - (shares[a] || 0) || a - b);
    const sorted = units.map(unit => this.tiles[unit].parentElement);
    if (sorted.some((item, i) => item !== this.list.children[i])) this.list.append(...sorted);
  }

  describe(unit, kind) {
    const start = `${this.layer.name}, map ${unit}`, strongest = this.layer.strongest[unit];
    const activation = this.activation(unit, kind), mean = this.means[unit];
    const dead = this.layer.oips && !(activation > 0) ? ", dead: no input was found that excites it" : "";
    if (!this.isRead) return start + dead;
    if (!this.peaks[unit]) return `${start}${dead}: silent, 0 everywhere`;
    return `${start}${dead}: mean activation ${rounded(mean)}, maximum ${rounded(this.peaks[unit])}; `
      + (strongest > 0 ? `${percent(mean / strongest)} of that for the strongest test digit` : "no test digit excites it")
      + (activation > 0 ? `, ${percent(mean / activation)} of that for its OIP` : "");
  }

  // Shows the OIPs with free pixels or with pixels in range, or none.
  showOips(kind) {
    const isShown = Boolean(this.layer.oips) && kind !== "none";
    this.list.classList.toggle("without", !isShown);
    this.tiles.forEach((tile, unit) => {
      const oip = tile.querySelector(".oip-tile");
      oip.hidden = !isShown;
      const isMissing = isShown && !showOip(oip, this.layer.oips, kind, unit);
      oip.classList.toggle("none", isMissing);
      oip.textContent = !isMissing ? "" : this.activation(unit, "free") > 0 ? "none" : "dead";
    });
  }

  showDetail(tile) {
    if (tile) this.detail.textContent = tile.title;
  }

  move(event) {
    const tiles = Array.from(this.list.children, item => item.firstChild), at = tiles.indexOf(event.target);
    const numColumns = tiles.filter(tile => tile.offsetTop === tiles[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -numColumns, ArrowDown: numColumns, Home: -at, End: tiles.length - 1 - at };
    if (at < 0 || !(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = tiles[at + steps[event.key]];
    if (!next) return;
    this.current.tabIndex = -1;
    this.current = next;
    next.tabIndex = 0;
    next.focus();
  }
}
