"use strict";
// Points with an origin: {z, origin}. An origin has a kind, its details, and isChanged: whether sliders have moved z since.

class Points {
  constructor(data, space) {
    this.data = data;
    this.space = space;
    this.latentDim = data.latent_dim;
  }

  test(index) {
    return { z: Space.row(this.space.tests, this.latentDim, index), origin: { kind: "test", index } };
  }

  mean() {
    return { z: this.space.mean, origin: { kind: "mean" } };
  }

  dice({ sampler, temperature, seed }) {
    const z = Space.place(this.space.samplers[sampler], Space.roll(seed, this.latentDim), temperature);
    return { z: Space.bound(z), origin: { kind: "dice", sampler, temperature, seed } };
  }

  // Returns the point at a share of the path from a to b.
  between({ a, b, isArc }, share) {
    return { z: Space.between(a.z, b.z, share, isArc), origin: { kind: "path", share } };
  }

  // Returns the share at which z is on that path: its stored share, or else the share of its projection onto the chord.
  shareOf({ z, origin, a, b }) {
    if (this.isOnPath({ origin })) return origin.share;
    const chord = b.z.map((value, i) => value - a.z[i]);
    return Space.dot(chord, chord) ? Math.min(1, Math.max(0, Space.along(z, a.z, chord))) : 0;
  }

  isOnPath({ origin }) {
    return origin.kind === "path" && !origin.isChanged;
  }

  // Returns the vector of one standard deviation along a component.
  axis(index) {
    const { std } = this.data.components.each[index];
    return Space.row(this.space.axes, this.latentDim, index).map((value) => value * std);
  }

  // Returns the place of z on the map, in standard deviations of components 1 and 2; with one latent dimension, [x, 0].
  place(z) {
    const numAxes = Math.min(2, this.data.components.each.length);
    return [0, 1].map((index) => (index < numAxes ? Space.along(z, this.space.mean, this.axis(index)) : 0));
  }

  describe({ origin }) {
    const { noun } = this.data;
    const words = {
      test: () => `Reconstruction of test ${noun} ${origin.index + 1}`,
      mean: () => `Mean ${noun}`,
      dice: () => `Random ${noun} ${origin.seed}, ${this.space.samplers[origin.sampler].label}, temperature ${origin.temperature}`,
      path: () => `Between A and B, ${Math.round(100 * origin.share)}%`,
      map: () => "A point on the map",
      link: () => `${noun === "image" ? "An" : "A"} ${noun} from a link`,
    }[origin.kind]();
    return words + (origin.isChanged ? ", changed" : "");
  }

  // Encodes a point as text: its origin if that determines z, otherwise its coordinates.
  toToken({ z, origin }) {
    if (!origin.isChanged) {
      if (origin.kind === "test") return `t.${origin.index + 1}`;
      if (origin.kind === "mean") return "m";
      if (origin.kind === "dice") return `d.${origin.sampler}.${Math.round(100 * origin.temperature)}.${origin.seed}`;
    }
    return `z.${Space.toText(z)}`;
  }

  // Decodes a token; returns null if it is invalid.
  fromToken(token) {
    const [kind, ...rest] = (token ?? "").split(".");
    if (kind === "m") return this.mean();
    if (kind === "t") {
      const index = rest[0] - 1;
      return Number.isInteger(index) && index >= 0 && index < this.data.test.rows.length ? this.test(index) : null;
    }
    if (kind === "d") {
      const [sampler, temperature, seed] = [rest[0], rest[1] / 100, Number(rest[2])];
      const isValid = Object.hasOwn(this.space.samplers, sampler) && temperature >= 0 && temperature <= 10 && Number.isInteger(seed) && seed >= 0;
      return isValid ? this.dice({ sampler, temperature, seed }) : null;
    }
    const z = kind === "z" ? Space.fromText(rest[0] ?? "", this.latentDim) : null;
    return z && { z, origin: { kind: "link" } };
  }

  // Encodes a state as the parameters of an address. Values equal to those of `first` are left out.
  toParams(state, first) {
    const params = new URLSearchParams();
    const isOnPath = this.isOnPath(state);
    if (isOnPath) params.set("share", state.origin.share.toFixed(3));
    else params.set("face", this.toToken(state));
    if (isOnPath || state.a !== first.a || state.b !== first.b) {
      for (const side of ["a", "b"]) params.set(side, this.toToken(state[side]));
    }
    if (!state.isArc) params.set("way", "straight");
    if (state.percent) params.set("sharpen", state.percent);
    if (state.factor !== 1) params.set("contrast", state.factor);
    return params;
  }

  // Decodes the state in an address. Missing or invalid values are taken from `first`.
  fromParams(params, first) {
    const number = (name, least, most, fallback) => {
      const value = params.has(name) ? Number(params.get(name)) : NaN;
      return value >= least && value <= most ? value : fallback;
    };
    const next = { ...first, percent: Math.round(number("sharpen", 0, 300, 0)), factor: number("contrast", 0.5, 2, 1) };
    next.isArc = params.get("way") !== "straight";
    for (const side of ["a", "b"]) next[side] = this.fromToken(params.get(side)) ?? first[side];
    const share = number("share", 0, 1, null);
    Object.assign(next, share === null ? this.fromToken(params.get("face")) : this.between(next, share));
    const { kind, sampler, temperature, seed } = next.origin;
    return kind === "dice" ? { ...next, sampler, temperature, seed } : next;
  }
}
