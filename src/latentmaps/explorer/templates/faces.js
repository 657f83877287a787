{% include "faces_space.js" %}
{% include "faces_look.js" %}
{% include "faces_map.js" %}
"use strict";
// The faces' part of the page. There is one state, never changed in place: the point z, where it comes from, the dice,
// the two ends of a way, the look. Controls show what they read off it; whatever a person does makes the next one.

const Faces = (() => {
  const byId = (name) => document.getElementById(`faces-${name}`);
  const all = (selector) => Array.from(document.querySelectorAll(`#faces ${selector}`));
  const PER_PAGE = 8;
  const MOST_UNDONE = 200;
  const FRAMES_MEASURED = 9;
  const NEXT_TO_EACH_OTHER_MS = 1200; // changes of one control within it are one to undo

  let data, space, map, state, first, pixels;
  let history = [], at = 0, last = { key: "", time: 0 };
  let preview = null; // a point that is looked at, not gone to
  let page = 0;
  let asked = 0, frames = [];
  let thumbs = Promise.resolve();
  const levers = [];

  // -- points, and words for them

  const dim = () => data.latent_dim;
  const testPoint = (index) => ({ z: Space.row(space.tests, dim(), index), origin: { kind: "test", index } });
  const isTest = (index) => Number.isInteger(index) && index >= 0 && index < data.test.rows.length;

  function dicePoint({ sampler, temperature, seed }) {
    const z = Space.place(space.samplers[sampler], Space.roll(seed, dim()), temperature);
    return { z: Space.add(z, z, 0), origin: { kind: "dice", sampler, temperature, seed } };
  }

  function describe({ origin }) {
    const words = {
      test: () => `Reconstruction of test ${data.noun} ${origin.index + 1}`,
      mean: () => `Mean ${data.noun}`,
      dice: () => `Random ${data.noun} ${origin.seed}, ${space.samplers[origin.sampler].label}, temperature ${origin.temperature}`,
      way: () => `Between A and B, ${Math.round(100 * origin.share)} %`,
      map: () => "A place of the map",
      link: () => `A ${data.noun} from a link`.replace("A i", "An i"),
    }[origin.kind]();
    return words + (origin.isChanged ? ", changed" : "");
  }

  // -- the address: a token says which point

  function toToken({ z, origin }) {
    if (!origin.isChanged) {
      if (origin.kind === "test") return `t.${origin.index + 1}`;
      if (origin.kind === "mean") return "m";
      if (origin.kind === "dice") return `d.${origin.sampler}.${Math.round(100 * origin.temperature)}.${origin.seed}`;
    }
    return `z.${Space.toText(z)}`;
  }

  // Returns the point of a token, or null for one that this page cannot have written.
  function fromToken(token) {
    const [kind, ...rest] = (token ?? "").split(".");
    const [index, temperature, seed] = [rest[0] - 1, rest[1] / 100, Number(rest[2])];
    if (kind === "m") return { z: space.mean, origin: { kind: "mean" } };
    if (kind === "t") return isTest(index) ? testPoint(index) : null;
    if (kind === "d") {
      const isFit = rest[0] in space.samplers && temperature >= 0 && temperature <= 10 && Number.isInteger(seed) && seed >= 0;
      return isFit ? dicePoint({ sampler: rest[0], temperature, seed }) : null;
    }
    const z = kind === "z" ? Space.fromText(rest[0] ?? "", dim()) : null;
    return z && { z, origin: { kind: "link" } };
  }

  function toParams() {
    const params = new URLSearchParams();
    const isOnWay = state.origin.kind === "way" && !state.origin.isChanged;
    if (isOnWay) params.set("share", state.origin.share.toFixed(3));
    else params.set("face", toToken(state));
    const isPairShown = isOnWay || state.a !== first.a || state.b !== first.b;
    if (isPairShown) for (const side of ["a", "b"]) params.set(side, toToken(state[side]));
    if (!state.isArc) params.set("way", "straight");
    if (state.percent) params.set("sharpen", state.percent);
    if (state.factor !== 1) params.set("contrast", state.factor);
    return params;
  }

  // Returns the state that an address describes; what is missing or unfit in it is as at the start.
  function fromParams(params) {
    const number = (name, least, most, otherwise) => {
      const value = params.has(name) ? Number(params.get(name)) : NaN;
      return value >= least && value <= most ? value : otherwise;
    };
    const next = { ...first, percent: number("sharpen", 0, 300, 0), factor: number("contrast", 0.5, 2, 1) };
    next.isArc = params.get("way") !== "straight";
    for (const side of ["a", "b"]) next[side] = fromToken(params.get(side)) ?? first[side];
    const share = number("share", 0, 1, null);
    const point = share === null ? fromToken(params.get("face")) : { z: way(next, share), origin: { kind: "way", share } };
    Object.assign(next, point);
    if (next.origin.kind === "dice") Object.assign(next, { sampler: next.origin.sampler, temperature: next.origin.temperature, seed: next.origin.seed });
    return next;
  }

  const way = ({ a, b, isArc }, share) => Space.between(a.z, b.z, share, isArc);

  // -- the state and its history

  // Shows another state; `commit` makes it one to come back to.
  function change(next) {
    state = { ...state, ...next };
    preview = null;
    refresh();
    draw();
  }

  function commit(sentence, key = "") {
    const now = performance.now();
    if (state !== history[at]) {
      const isSame = key && key === last.key && now - last.time < NEXT_TO_EACH_OTHER_MS && at > 0 && at === history.length - 1;
      history = history.slice(isSame ? 0 : Math.max(0, at + 2 - MOST_UNDONE), isSame ? at : at + 1);
      history.push(state);
      at = history.length - 1;
      last = { key, time: now };
    }
    finish(sentence);
  }

  function finish(sentence) {
    addressState.write("faces", toParams());
    byId("said").textContent = sentence;
    byId("link-shown").hidden = true;
    refresh();
  }

  function go(point, sentence, key) {
    change(point);
    commit(sentence ?? `${describe(state)}.`, key);
  }

  function travel(by) {
    if (at + by < 0 || at + by >= history.length) return;
    at += by;
    last = { key: "", time: 0 };
    change(history[at]);
    state = history[at]; // the same object, so that a commit without a change adds nothing
    finish(`${by < 0 ? "Undone" : "Redone"}: ${describe(state)}.`);
  }

  // -- the picture

  const draw = (() => {
    const decode = latest(async () => {
      const wanted = asked;
      const z = Float32Array.from(preview ?? state.z);
      const start = performance.now();
      try {
        pixels = (await networks.run("decoder", z)).output;
      } catch (error) {
        byId("caption").textContent = `The decoder does not run here: ${error.message ?? error}`;
        return;
      }
      measure(performance.now() - start);
      paint();
      byId("canvas").dataset.shown = wanted === asked; // whether it is the picture of the state
    });
    return () => {
      asked += 1;
      byId("canvas").dataset.shown = false;
      decode();
    };
  })();

  function look() {
    return { radius: data.look.radius, percent: state.percent, factor: state.factor };
  }

  function paint() {
    if (pixels) Look.paint(byId("canvas"), Look.process(pixels, data.shape, look()), data.shape);
  }

  function measure(milliseconds) {
    frames = [...frames.slice(-(FRAMES_MEASURED - 1)), milliseconds];
    if (frames.length < FRAMES_MEASURED) return; // the first ones are slow
    const median = frames.toSorted((one, other) => one - other)[FRAMES_MEASURED >> 1];
    byId("speed").textContent = `${Math.round(1000 / median)} ${data.noun}s a second`;
  }

  // Decodes a small picture into a canvas, after those that were asked for before.
  function drawThumb(canvas, z) {
    canvas.wanted = z;
    thumbs = thumbs.then(async () => {
      if (canvas.wanted !== z || canvas.drawn === z) return;
      const { output } = await networks.run("decoder", Float32Array.from(z));
      if (canvas.wanted !== z) return;
      Look.paint(canvas, Look.toBytes(output), data.shape);
      canvas.drawn = z;
    }).catch(() => {}); // the large picture says what is wrong
  }

  // -- sliders: each reads a number off the state, and makes the next state for another number

  const decimals = (value) => `${value < -0.005 ? "−" : value > 0.005 ? "+" : ""}${Math.abs(value).toFixed(2)}`;
  const percents = (value) => `${Math.round(value)} %`;

  function moved(direction, by) {
    return { z: Space.add(state.z, direction, by), origin: { ...state.origin, isChanged: true } };
  }

  // A slider along a direction: its number is how many times it leads from the origin to z.
  function alongDirection(direction, { offset = 0, origin = new Float64Array(dim()), step = () => direction } = {}) {
    const read = ({ z }) => Space.along(z, origin, direction) - offset;
    return { read, make: (value) => moved(step(), value - read(state)), words: decimals, zero: 0 };
  }

  function componentLever(index) {
    return alongDirection(axis(index), { origin: space.mean });
  }

  // Returns one standard deviation along component number `index`.
  function axis(index) {
    return Space.row(space.axes, dim(), index).map((value) => value * data.components.each[index].std);
  }

  function dimensionLever(index) {
    const direction = new Float64Array(dim());
    direction[data.dimensions[index].index] = 1;
    return alongDirection(direction);
  }

  function attributeLever(index) {
    const rows = data.attributes.each.map((_, i) => Space.row(space.directions, dim(), i));
    const rest = Space.apart(rows[index], rows.filter((_, i) => i !== index));
    // as far along what is left as adds one of the whole direction
    const held = rest && Space.add(rest, rest, Space.dot(rows[index], rows[index]) / Space.dot(rest, rest) - 1);
    const step = () => (byId("hold")?.checked && held) || rows[index];
    return alongDirection(rows[index], { offset: data.attributes.each[index].without, step });
  }

  const OTHER_LEVERS = {
    temperature: {
      read: ({ temperature }) => temperature,
      // the same dice, nearer to the mean or farther from it
      make: (temperature) => reroll({ temperature }),
      words: (value) => value.toFixed(2),
    },
    share: {
      read: readShare,
      make: (share) => ({ z: way(state, share), origin: { kind: "way", share } }),
      words: (value) => percents(100 * value),
    },
    percent: { read: ({ percent }) => percent, make: (percent) => ({ percent }), words: percents },
    factor: { read: ({ factor }) => factor, make: (factor) => ({ factor }), words: (value) => `x ${value.toFixed(2)}` },
  };

  // Returns how far z is on the way from A to B: what the slider said, else the foot of z on the chord.
  function readShare({ z, origin, a, b }) {
    if (origin.kind === "way" && !origin.isChanged) return origin.share;
    const chord = Space.add(b.z, a.z, -1);
    return Space.dot(chord, chord) ? Math.min(1, Math.max(0, Space.along(z, a.z, chord))) : 0;
  }

  function isOnWay() {
    const off = Space.add(state.z, way(state, readShare(state)), -1);
    return Space.dot(off, off) < 1e-6 * (1 + Space.dot(state.z, state.z));
  }

  function reroll(values) {
    const isDice = state.origin.kind === "dice" && !state.origin.isChanged;
    return isDice ? { ...values, ...dicePoint({ ...state, ...values }) } : values;
  }

  function bindLever(row) {
    const [kind, index] = [row.dataset.kind, Number(row.dataset.index)];
    const makers = { component: componentLever, dimension: dimensionLever, attribute: attributeLever };
    const [input, output, label] = ["input", "output", "label"].map((name) => row.querySelector(name));
    const lever = { kind, input, output, ...(makers[kind]?.(index) ?? OTHER_LEVERS[kind]) };
    const name = (label.firstChild?.textContent ?? "").trim();
    if (kind === "share" || kind === "temperature" || kind === "factor") input.step = 0.01;
    if (kind === "percent") input.step = 10;
    input.addEventListener("input", () => change(lever.make(input.valueAsNumber)));
    input.addEventListener("change", () => commit(`${name}: ${lever.words(lever.read(state))}.`, input.id));
    levers.push(lever);
  }

  function refresh() {
    for (const lever of levers) {
      const value = lever.read(state);
      const { min, max } = lever.input;
      const share = (number) => `${(100 * (Math.min(max, Math.max(min, number)) - min)) / (max - min)}%`;
      const [low, high] = [lever.zero ?? Number(min), value].sort((one, other) => one - other);
      lever.input.value = value;
      lever.input.style.setProperty("--low", share(low));
      lever.input.style.setProperty("--high", share(high));
      lever.input.setAttribute("aria-valuetext", lever.words(value));
      lever.output.textContent = lever.words(value);
    }
    byId("undo").disabled = at === 0;
    byId("redo").disabled = at >= history.length - 1;
    byId("caption").textContent = describe(state);
    byId("canvas").setAttribute("aria-label", describe(state));
    for (const button of all(".thumbs button")) {
      const isShown = state.origin.kind === "test" && !state.origin.isChanged && state.origin.index === Number(button.value);
      button.setAttribute("aria-pressed", isShown);
    }
    for (const side of ["a", "b"]) {
      byId(`name-${side}`).textContent = `${side.toUpperCase()}: ${describe(state[side])}`;
      if (!byId("between").hidden) drawThumb(byId(side), state[side].z);
    }
    byId("off").hidden = isOnWay();
    all(`[name="faces-sampler"]`).forEach((one) => (one.checked = one.value === state.sampler));
    all(`[name="faces-way"]`).forEach((one) => (one.checked = one.value === (state.isArc ? "arc" : "straight")));
    map.ring = placeOnMap(state.z);
    if (!byId("map").hidden) map.draw();
  }

  // -- the map

  const placeOnMap = (z) => [0, 1].map((index) => (index < map.width ? Space.along(z, space.mean, axis(index)) : 0));

  function pointAt(place) {
    const kind = document.querySelector(`[name="faces-place"]:checked`).value;
    if (kind === "nearest") return testPoint(map.nearest(place));
    let z = kind === "plane" ? space.mean : state.z;
    const from = placeOnMap(z);
    for (let index = 0; index < map.width; index++) z = Space.add(z, axis(index), place[index] - from[index]);
    return { z, origin: kind === "plane" ? { kind: "map" } : { ...state.origin, isChanged: true } };
  }

  function bindMap() {
    const canvas = byId("map-canvas");
    const say = () => `${describe(state)}, at ${map.ring.map(decimals).join(", ")}.`;
    canvas.addEventListener("pointermove", (event) => {
      const point = pointAt(map.placeOf(event));
      if (event.buttons || event.pointerType !== "mouse") return change(point);
      preview = point.z;
      map.ghost = placeOnMap(preview);
      map.draw();
      draw();
    });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      map.ghost = null;
      change(pointAt(map.placeOf(event)));
    });
    canvas.addEventListener("pointerup", () => commit(say()));
    canvas.addEventListener("pointercancel", () => commit(say()));
    canvas.addEventListener("pointerleave", () => {
      map.ghost = null;
      map.draw();
      if (!preview) return;
      preview = null;
      draw();
    });
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const step = event.shiftKey ? 0.5 : 0.1;
      change(pointAt(map.ring.map((value, i) => value + step * by[i])));
      commit(say(), "map");
    });
    byId("color")?.addEventListener("change", color);
    addEventListener("resize", () => map.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
  }

  function color() {
    map.has = byId("color") ? data.shown[byId("color").value] : null;
    map.draw();
  }

  // -- starting points

  function turnTo(wanted) {
    const numPages = Math.ceil(data.test.rows.length / PER_PAGE);
    page = (wanted + numPages) % numPages;
    const begin = page * PER_PAGE;
    const end = Math.min(begin + PER_PAGE, data.test.rows.length);
    byId("count").textContent = `Test ${data.noun}s ${begin + 1} to ${end} of ${data.test.rows.length}`;
    byId("thumbs").replaceChildren(...Array.from({ length: end - begin }, (_, i) => {
      const button = document.createElement("button");
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [data.shape[1], data.shape[0]];
      Object.assign(button, { type: "button", className: "thumb", value: begin + i, title: `Row ${data.test.rows[begin + i]} of images.npy` });
      button.setAttribute("aria-label", `Test ${data.noun} ${begin + i + 1}`);
      button.append(canvas);
      button.addEventListener("click", () => go(testPoint(begin + i)));
      drawThumb(canvas, testPoint(begin + i).z);
      return button;
    }));
    refresh();
  }

  function roll() {
    const seed = Math.floor(1e6 * Math.random());
    go({ ...dicePoint({ ...state, seed }), seed });
  }

  // -- keeping

  function save() {
    const scale = Number(byId("scale").value);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [data.shape[1] * scale, data.shape[0] * scale];
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = !byId("crisp").checked;
    context.imageSmoothingQuality = "high";
    context.drawImage(byId("canvas"), 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `latentmaps-${data.noun}.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      byId("said").textContent = `Saved as ${link.download}.`;
    });
  }

  async function copyLink() {
    const link = `${location.href.split("#")[0]}#faces?${toParams()}`;
    try {
      await navigator.clipboard.writeText(link);
      flash(byId("link"), "Copied");
      byId("said").textContent = "Link copied.";
    } catch {
      byId("link-shown").hidden = false;
      const field = byId("link-shown").querySelector("input");
      field.value = link;
      field.select();
      byId("said").textContent = "The address is in the field: copy it.";
    }
  }

  function flash(button, words) {
    const text = button.lastChild;
    const before = text.data;
    if (before === words) return;
    text.data = words;
    setTimeout(() => (text.data = before), 1500);
  }

  // -- tabs, buttons, keys

  function bindTabs() {
    const tabs = all('[role="tab"]');
    const choose = (chosen) => {
      for (const tab of tabs) {
        tab.setAttribute("aria-selected", tab === chosen);
        tab.tabIndex = tab === chosen ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
      }
      chosen.parentElement.scrollLeft = chosen.offsetLeft - chosen.parentElement.offsetLeft - 40;
      refresh();
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const target = tabs.at(to % tabs.length);
        choose(target);
        target.focus();
      });
    });
    choose(tabs[0]);
  }

  function bindButtons() {
    const clicks = {
      undo: () => travel(-1),
      redo: () => travel(1),
      reset: () => go(first, "Reset."),
      save, link: copyLink, roll,
      previous: () => turnTo(page - 1),
      next: () => turnTo(page + 1),
      mean: () => go({ z: space.mean, origin: { kind: "mean" } }),
      "look-sheets": () => go({ percent: data.look.percent, factor: data.look.contrast }, "Sharpened as in the sheets."),
      "look-none": () => go({ percent: 0, factor: 1 }, "As the decoder gives it."),
    };
    for (const side of ["a", "b"]) {
      clicks[`go-${side}`] = () => go({ z: state[side].z, origin: { kind: "way", share: side === "a" ? 0 : 1 } });
      clicks[`set-${side}`] = () => go({ [side]: { z: state.z, origin: state.origin }, origin: { kind: "way", share: side === "a" ? 0 : 1 } }, `${side.toUpperCase()} is this ${data.noun}.`);
    }
    for (const [name, click] of Object.entries(clicks)) byId(name).addEventListener("click", click);
    byId("crisp").addEventListener("change", crisp);
    all('[name="faces-sampler"]').forEach((one) => one.addEventListener("change", () => go(reroll({ sampler: one.value }), `Sampler: ${space.samplers[one.value].label}.`)));
    all('[name="faces-way"]').forEach((one) => one.addEventListener("change", () => {
      const isArc = one.value === "arc";
      const isOnWay = state.origin.kind === "way" && !state.origin.isChanged;
      go({ isArc, ...(isOnWay && { z: way({ ...state, isArc }, state.origin.share) }) }, isArc ? "Arc." : "Straight line.");
    }));
    all("[data-zero]").forEach((button) => button.addEventListener("click", () => {
      for (const lever of levers) if (lever.kind === button.dataset.zero) change(lever.make(0));
      commit(`All ${button.dataset.zero}s at 0.`);
    }));
  }

  function crisp() {
    byId("canvas").classList.toggle("crisp", byId("crisp").checked);
  }

  function bindKeys() {
    addEventListener("keydown", (event) => {
      if (!byId("canvas").checkVisibility() || event.target.closest?.('select, textarea, input:not([type="range"], [type="radio"], [type="checkbox"])')) return;
      const key = event.key.toLowerCase();
      const isControl = event.ctrlKey || event.metaKey;
      if (isControl && !event.altKey && (key === "z" || key === "y")) travel(key === "y" || event.shiftKey ? 1 : -1);
      else if (!isControl && !event.altKey && !event.repeat && key === "r") roll();
      else return;
      event.preventDefault();
    });
  }

  // -- the beginning

  async function unpackAll() {
    const { unpackArray } = Space;
    const samplers = await Promise.all(data.samplers.map(async (sampler) => {
      const unpacked = { ...sampler };
      for (const name of ["mean", "factor", "centers"]) unpacked[name] = sampler[name] && (await unpackArray(sampler[name]));
      return [sampler.name, unpacked];
    }));
    const { mean, components, attributes, test, dots } = data;
    const directions = attributes.directions && (await unpackArray(attributes.directions));
    const [center, axes, tests, places] = await Promise.all([mean, components.axes, test.z, dots].map(unpackArray));
    return { mean: center, axes, tests, places, directions, samplers: Object.fromEntries(samplers) };
  }

  async function start() {
    data = readData("faces");
    const decoder = networks.load("decoder");
    try {
      space = await unpackAll();
      await decoder;
    } catch (error) {
      byId("caption").textContent = `The decoder does not run here: ${error.message ?? error}`;
      return;
    }
    map = new PlaneMap(byId("map-canvas"), { tests: [], dots: [], width: data.dots.shape[1] });
    const numTests = data.test.rows.length;
    const tests = Array.from({ length: numTests }, (_, i) => placeOnMap(testPoint(i).z).slice(0, map.width)).flat();
    map = new PlaneMap(byId("map-canvas"), { tests, dots: space.places, width: map.width });
    const sampler = data.samplers[0].name;
    first = { ...testPoint(0), sampler, temperature: 0.8, seed: 1, a: testPoint(0), b: testPoint(Math.min(1, numTests - 1)), isArc: true, percent: 0, factor: 1 };
    state = fromParams(addressState.read("faces"));
    history = [state];
    all(".lever").forEach(bindLever);
    bindTabs();
    bindButtons();
    bindMap();
    bindKeys();
    crisp();
    draw();
    turnTo(state.origin.kind === "test" ? Math.floor(state.origin.index / PER_PAGE) : 0);
    color();
    addressState.onChange("faces", (params) => go(fromParams(params)));
  }

  whenOpened("faces", start);

  return {
    get state() {
      return state;
    },
    get space() {
      return space;
    },
  };
})();
