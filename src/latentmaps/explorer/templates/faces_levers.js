"use strict";
// Sliders. `read` computes the value of a slider from the state; `make` returns the state changes for a new value.

const Levers = (() => {
  const signed = (value) => `${value < -0.005 ? "−" : value > 0.005 ? "+" : ""}${Math.abs(value).toFixed(2)}`;
  const percents = (value) => `${Math.round(value)}%`;

  // A slider along a direction. Its value is the coordinate of z along `direction`, in multiples of the direction from
  // `origin`, minus `offset`. It moves z along `step`, whose component along the direction is the direction itself.
  function alongDirection(direction, origin, { offset = 0, step = () => direction } = {}) {
    const read = ({ z }) => Space.along(z, origin, direction) - offset;
    const make = (state, value) => ({
      z: Space.bound(Space.add(state.z, step(), value - read(state))),
      origin: { ...state.origin, isChanged: true },
    });
    return { read, make, words: signed, zero: 0 };
  }

  // Returns, for each kind, a function from an index to a slider. `isHeld()`: whether an attribute slider holds the other
  // attributes fixed.
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
        const orthogonal = Space.orthogonalStep(row(index), each.map((_, i) => row(i)).filter((_, i) => i !== index));
        return alongDirection(row(index), origin, {
          offset: each[index].without,
          step: () => (isHeld() && orthogonal) || row(index),
        });
      },
      // the same random numbers, closer to the mean or farther from it
      temperature: () => ({
        read: ({ temperature }) => temperature,
        make: (state, temperature) => reroll(points, state, { temperature }),
        words: (value) => value.toFixed(2),
      }),
      share: () => ({
        read: (state) => points.shareOf(state),
        make: (state, share) => points.between(state, share),
        words: (value) => percents(100 * value),
      }),
      percent: () => ({ read: ({ percent }) => percent, make: (_, percent) => ({ percent }), words: percents }),
      factor: () => ({ read: ({ factor }) => factor, make: (_, factor) => ({ factor }), words: (value) => `x ${value.toFixed(2)}` }),
    };
  }

  // Returns the changes of the state for a new sampler, temperature or seed. If z is an unchanged random point, z changes, too.
  function reroll(points, state, values) {
    const isDice = state.origin.kind === "dice" && !state.origin.isChanged;
    return isDice ? { ...values, ...points.dice({ ...state, ...values }) } : values;
  }

  return { makeAll, reroll, signed };
})();
