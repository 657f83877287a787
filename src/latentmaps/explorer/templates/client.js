// Runs the networks of this page in a Worker.
"use strict";

class Networks {
  constructor() {
    this.waiting = new Map();
    this.loading = new Map();
    this.nextId = 0;
    this.worker = null;
  }

  // Unpacks a network on the first call. Returns its description.
  load(name) {
    if (!this.loading.has(name)) this.loading.set(name, this.send(name));
    return this.loading.get(name);
  }

  // Runs a network on a Float32Array. Returns {output, kept}; kept has the output of each layer named in `keep`.
  async run(name, input, keep = []) {
    await this.load(name);
    return this.ask({ network: name, input, keep });
  }

  async send(name) {
    const description = JSON.parse(document.getElementById(`${name}-network`).textContent);
    const element = document.getElementById(`${name}-weights`);
    await this.ask({ network: name, description, weights: element.textContent });
    element.textContent = ""; // free several megabytes of text
    return description;
  }

  ask(message) {
    if (!this.worker) this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...message });
    });
  }

  start() {
    const source = document.getElementById("worker-source").textContent;
    this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    this.worker.onmessage = ({ data: { id, error, ...result } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(result);
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || "the worker has stopped"));
      this.waiting.clear();
    };
  }
}

const networks = new Networks();

// Returns an asynchronous function that runs one call at a time. Of the calls made in the meantime, only the last one runs.
function latest(work) {
  let isRunning = false, next = null;
  return async (...values) => {
    next = values;
    if (isRunning) return;
    isRunning = true;
    try {
      while (next) {
        const current = next;
        next = null;
        await work(...current);
      }
    } finally {
      isRunning = false;
    }
  };
}
