// Runs networks off the page, in a Worker whose text is unpack.js, network.js and this file.
// In: {id, network, description, weights} to load, {id, network, input, keep} to run. Out: {id, ...} or {id, error}.
"use strict";

const loaded = new Map();

async function answer({ network, description, weights, input, keep }) {
  if (description) {
    loaded.set(network, new Network(description, await unpack(weights)));
    return {};
  }
  return loaded.get(network).run(input, keep);
}

onmessage = async ({ data }) => {
  try {
    const found = await answer(data);
    const arrays = found.output ? [found.output, ...Object.values(found.kept)] : [];
    postMessage({ id: data.id, ...found }, arrays.map((array) => array.buffer));
  } catch (error) {
    postMessage({ id: data.id, error: String(error.message || error) });
  }
};
