"use strict";
// Points with an origin: {z, origin}. An origin has a kind, what the kind needs, and isChanged: sliders moved z since.

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

  // The point after a share of the way from a to b.
  way({ a, b, isArc }, share) {
    return { z: Space.between(a.z, b.z, share, isArc), origin: { kind: "way", share } };
  }

  // How far z is on that way: what led there, else the foot of z on the chord.
  shareOf({ z, origin, a, b }) {
    if (this.isOnWay({ origin })) return origin.share;
    const chord = b.z.map((value, i) => value - a.z[i]);
    return Space.dot(chord, chord) ? Math.min(1, Math.max(0, Space.along(z, a.z, chord))) : 0;
  }

  isOnWay({ origin }) {
    return origin.kind === "way" && !origin.isChanged;
  }

  // One standard deviation along a component.
  axis(index) {
    const { std } = this.data.components.each[index];
    return Space.row(this.space.axes, this.latentDim, index).map((value) => value * std);
  }

  // Where z is on the map, standard deviations of components 1 and 2; of one latent dimension the second is 0.
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
      way: () => `Between A and B, ${Math.round(100 * origin.share)} %`,
      map: () => "A point on the map",
      link: () => `${noun === "image" ? "An" : "A"} ${noun} from a link`,
    }[origin.kind]();
    return words + (origin.isChanged ? ", changed" : "");
  }

  // A point as text: its origin where that says it all, else its coordinates.
  toToken({ z, origin }) {
    if (!origin.isChanged) {
      if (origin.kind === "test") return `t.${origin.index + 1}`;
      if (origin.kind === "mean") return "m";
      if (origin.kind === "dice") return `d.${origin.sampler}.${Math.round(100 * origin.temperature)}.${origin.seed}`;
    }
    return `z.${Space.toText(z)}`;
  }

  // The point of a token, or null for one that this page cannot have written.
  fromToken(token) {
    const [kind, ...rest] = (token ?? "").split(".");
    if (kind === "m") return this.mean();
    if (kind === "t") {
      const index = rest[0] - 1;
      return Number.isInteger(index) && index >= 0 && index < this.data.test.rows.length ? this.test(index) : null;
    }
    if (kind === "d") {
      const [sampler, temperature, seed] = [rest[0], rest[1] / 100, Number(rest[2])];
      const isFit = Object.hasOwn(this.space.samplers, sampler) && temperature >= 0 && temperature <= 10 && Number.isInteger(seed) && seed >= 0;
      return isFit ? this.dice({ sampler, temperature, seed }) : null;
    }
    const z = kind === "z" ? Space.fromText(rest[0] ?? "", this.latentDim) : null;
    return z && { z, origin: { kind: "link" } };
  }

  // A state as the values of an address. What is as in `first` is left out.
  toParams(state, first) {
    const params = new URLSearchParams();
    const isOnWay = this.isOnWay(state);
    if (isOnWay) params.set("share", state.origin.share.toFixed(3));
    else params.set("face", this.toToken(state));
    if (isOnWay || state.a !== first.a || state.b !== first.b) {
      for (const side of ["a", "b"]) params.set(side, this.toToken(state[side]));
    }
    if (!state.isArc) params.set("way", "straight");
    if (state.percent) params.set("sharpen", state.percent);
    if (state.factor !== 1) params.set("contrast", state.factor);
    return params;
  }

  // The state that an address describes; what is missing or unfit in it is as in `first`.
  fromParams(params, first) {
    const number = (name, least, most, otherwise) => {
      const value = params.has(name) ? Number(params.get(name)) : NaN;
      return value >= least && value <= most ? value : otherwise;
    };
    const next = { ...first, percent: Math.round(number("sharpen", 0, 300, 0)), factor: number("contrast", 0.5, 2, 1) };
    next.isArc = params.get("way") !== "straight";
    for (const side of ["a", "b"]) next[side] = this.fromToken(params.get(side)) ?? first[side];
    const share = number("share", 0, 1, null);
    Object.assign(next, share === null ? this.fromToken(params.get("face")) : this.way(next, share));
    const { kind, sampler, temperature, seed } = next.origin;
    return kind === "dice" ? { ...next, sampler, temperature, seed } : next;
  }
}
