// Runs networks in a Worker. Its source is unpack.js, network.js and this file.
// Requests: {id, network, description, weights} to load, {id, network, input, keep} to run. Replies: {id, ...} or {id, error}.
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
    const result = await answer(data);
    const arrays = result.output ? [result.output, ...Object.values(result.kept)] : [];
    postMessage({ id: data.id, ...result }, arrays.map((array) => array.buffer));
  } catch (error) {
    postMessage({ id: data.id, error: String(error.message || error) });
  }
};
