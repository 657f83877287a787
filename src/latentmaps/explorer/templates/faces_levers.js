"use strict";
// Sliders. Each reads a number off the state, and says what changes in the state for another number.

const Levers = (() => {
  const signed = (value) => `${value < -0.005 ? "−" : value > 0.005 ? "+" : ""}${Math.abs(value).toFixed(2)}`;
  const percents = (value) => `${Math.round(value)} %`;

  // A slider along a direction: its number is how many times that leads from `origin` to z, minus `offset`. It moves z by
  // `step`, which leads as far along the direction as the direction itself does.
  function alongDirection(direction, origin, { offset = 0, step = () => direction } = {}) {
    const read = ({ z }) => Space.along(z, origin, direction) - offset;
    const make = (state, value) => ({
      z: Space.bound(Space.add(state.z, step(), value - read(state))),
      origin: { ...state.origin, isChanged: true },
    });
    return { read, make, words: signed, zero: 0 };
  }

  // Returns the sliders by kind, functions of an index. `isHeld` tells whether attributes leave one another alone.
  function makeAll(points, isHeld) {
    const { data, space, latentDim } = points;
    const origin = new Float64Array(latentDim);
    const row = (index) => Space.row(space.directions, latentDim, index);
    return {
      component: (index) => alongDirection(points.axis(index), space.mean),
      dimension: (index) => {
        const direction = new Float64Array(latentDim);
        direction[data.dimensions[index].index] = 1;
        return alongDirection(direction, origin);
      },
      attribute: (index) => {
        const { each } = data.attributes;
        const apart = Space.apart(row(index), each.map((_, i) => row(i)).filter((_, i) => i !== index));
        return alongDirection(row(index), origin, {
          offset: each[index].without,
          step: () => (isHeld() && apart) || row(index),
        });
      },
      // the same dice, nearer to the mean or farther from it
      temperature: () => ({
        read: ({ temperature }) => temperature,
        make: (state, temperature) => reroll(points, state, { temperature }),
        words: (value) => value.toFixed(2),
      }),
      share: () => ({
        read: (state) => points.shareOf(state),
        make: (state, share) => points.way(state, share),
        words: (value) => percents(100 * value),
      }),
      percent: () => ({ read: ({ percent }) => percent, make: (_, percent) => ({ percent }), words: percents }),
      factor: () => ({ read: ({ factor }) => factor, make: (_, factor) => ({ factor }), words: (value) => `x ${value.toFixed(2)}` }),
    };
  }

  // What changes with the sampler, the temperature or the seed: z, too, where it is as the dice fell.
  function reroll(points, state, values) {
    const isDice = state.origin.kind === "dice" && !state.origin.isChanged;
    return isDice ? { ...values, ...points.dice({ ...state, ...values }) } : values;
  }

  return { makeAll, reroll, signed };
})();
