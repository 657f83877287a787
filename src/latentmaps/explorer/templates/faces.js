{% include "faces_space.js" %}
{% include "faces_look.js" %}
{% include "faces_points.js" %}
{% include "faces_levers.js" %}
{% include "faces_picture.js" %}
{% include "faces_map.js" %}
{% include "faces_past.js" %}
{% include "faces_tabs.js" %}
// The faces part of the page. It has a single immutable state: the point z and its origin, the settings of random faces,
// the faces A and B, sharpening and contrast. Controls show values computed from it; each action creates the next state.

const Faces = (() => {
  const byId = (name) => document.getElementById(`faces-${name}`);
  const all = (selector) => Array.from(document.querySelectorAll(`#faces ${selector}`));
  const PER_PAGE = 8;
  const NUM_SEEDS = 100_000;
  const GLIDE_MS = 300;

  let data, points, picture, map, state, first, past;
  let preview = null; // a point that is shown without becoming the state
  let page = 0;
  const levers = [];

  // -- the state and its history

  // Shows another state. `commit` adds it to the history.
  function change(next) {
    state = { ...state, ...next };
    showPoint(null);
    refresh();
  }

  // Shows a point that is not the state; null shows the state again.
  function showPoint(point) {
    preview = point;
    byId("caption").textContent = points.describe(preview ?? state);
    picture.show((preview ?? state).z, lookOf(state));
  }

  const lookOf = ({ percent, factor }) => ({ radius: data.look.radius, percent, factor });

  function commit(sentence, key) {
    past.add(state, key);
    finish(sentence);
  }

  function finish(sentence) {
    addressState.write("faces", points.toParams(state, first));
    byId("said").textContent = sentence;
    byId("link-shown").hidden = true;
    refresh();
  }

  function go(next, sentence) {
    const from = state.z;
    state = { ...state, ...next };
    if (state.z === from || matchMedia("(prefers-reduced-motion: reduce)").matches) showPoint(null);
    else glide(from, state);
    commit(sentence ?? `${points.describe(state)}.`);
  }

  // Animates from a point to the state; stops when something else is shown.
  function glide(from, target) {
    const start = performance.now();
    let shown = null;
    const step = () => {
      if (state !== target || (shown && preview !== shown)) return;
      const share = (performance.now() - start) / GLIDE_MS;
      shown = share < 1 ? { z: Space.between(from, target.z, share, false), origin: target.origin } : null;
      showPoint(shown);
      if (shown) requestAnimationFrame(step);
    };
    step();
  }

  function travel(by) {
    const target = past.travel(by);
    if (!target) return;
    state = target;
    showPoint(null);
    finish(`${by < 0 ? "Undone" : "Redone"}: ${points.describe(state)}.`);
  }

  function refresh() {
    levers.forEach(refreshLever);
    byId("undo").disabled = !past.canUndo;
    byId("redo").disabled = !past.canRedo;
    byId("canvas").setAttribute("aria-label", points.describe(state));
    for (const button of all(".thumbs button")) {
      const { kind, index, isChanged } = state.origin;
      button.setAttribute("aria-pressed", kind === "test" && !isChanged && index === Number(button.value));
    }
    for (const side of ["a", "b"]) {
      byId(`name-${side}`).textContent = `${side.toUpperCase()}: ${points.describe(state[side])}`;
      if (!byId("between").hidden) picture.showSmall(byId(side), state[side].z);
    }
    const onPath = points.between(state, points.shareOf(state)).z;
    byId("off").hidden = state.z.every((value, i) => Math.abs(value - onPath[i]) < 1e-3);
    for (const input of all('[name="faces-sampler"]')) input.checked = input.value === state.sampler;
    for (const input of all('[name="faces-way"]')) input.checked = (input.value === "arc") === state.isArc;
    map.ring = points.place(state.z);
    map.draw();
  }

  // -- sliders

  function bindLever(row, kinds) {
    const [input, output, label] = ["input", "output", "label"].map((name) => row.querySelector(name));
    const lever = { kind: row.dataset.kind, input, output, ...kinds[row.dataset.kind](Number(row.dataset.index)) };
    const name = label.firstChild.textContent.trim();
    input.addEventListener("input", () => change(lever.make(state, input.valueAsNumber)));
    input.addEventListener("change", () => commit(`${name}: ${lever.words(lever.read(state))}.`, input.id));
    levers.push(lever);
  }

  function refreshLever({ input, output, read, words, zero }) {
    const value = read(state);
    const [min, max] = [Number(input.min), Number(input.max)];
    const share = (number) => `${(100 * (Math.min(max, Math.max(min, number)) - min)) / (max - min)}%`;
    const [low, high] = [zero ?? min, value].sort((a, b) => a - b);
    input.value = value;
    input.style.setProperty("--low", share(low));
    input.style.setProperty("--high", share(high));
    input.setAttribute("aria-valuetext", words(value));
    output.textContent = words(value);
  }

  // -- the map

  const placeKind = () => document.querySelector('[name="faces-place"]:checked').value;

  function pointAt(place) {
    const kind = placeKind();
    if (kind === "nearest") return points.test(map.nearest(place));
    const start = kind === "plane" ? points.mean().z : state.z;
    const from = points.place(start);
    const z = map.axes.reduce((moved, axis, index) => Space.add(moved, axis, place[index] - from[index]), start);
    return { z: Space.bound(z), origin: kind === "plane" ? { kind: "map" } : { ...state.origin, isChanged: true } };
  }

  function bindMap() {
    const { canvas } = map;
    const say = () => `${points.describe(state)}, at ${map.ring.map(Levers.signed).join(", ")}.`;
    canvas.addEventListener("pointermove", (event) => {
      const point = pointAt(map.placeOf(event));
      if (canvas.hasPointerCapture(event.pointerId)) return change(point);
      map.ghost = points.place(point.z);
      map.draw();
      return showPoint(point);
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      map.ghost = null;
      change(pointAt(map.placeOf(event)));
    });
    canvas.addEventListener("lostpointercapture", () => commit(say()));
    canvas.addEventListener("pointerleave", () => {
      map.ghost = null;
      map.draw();
      if (preview) showPoint(null);
    });
    canvas.addEventListener("keydown", (event) => {
      const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const step = event.shiftKey ? 0.5 : 0.1;
      if (placeKind() === "nearest") change(points.test(map.neighbor(map.ring, direction)));
      else change(pointAt(map.ring.map((value, i) => value + step * direction[i])));
      commit(say(), "map");
    });
    const setColors = () => {
      map.has = byId("color") && data.shown[byId("color").value];
      map.draw();
    };
    byId("color")?.addEventListener("change", setColors);
    setColors();
    addEventListener("resize", () => map.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
  }

  // -- starting points

  function turnTo(target) {
    const numTests = data.test.rows.length;
    const numPages = Math.ceil(numTests / PER_PAGE);
    page = (target + numPages) % numPages;
    const [begin, end] = [page * PER_PAGE, Math.min((page + 1) * PER_PAGE, numTests)];
    byId("count").textContent = `Test ${data.noun}s ${begin + 1}-${end} of ${numTests}`;
    byId("thumbs").replaceChildren(...Array.from({ length: end - begin }, (_, i) => thumb(begin + i)));
    refresh();
  }

  function thumb(index) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    [canvas.height, canvas.width] = data.shape;
    Object.assign(button, { type: "button", className: "thumb", value: index, title: `Row ${data.test.rows[index]} of images.npy` });
    button.setAttribute("aria-label", `Test ${data.noun} ${index + 1}`);
    button.append(canvas);
    button.addEventListener("click", () => go(points.test(index)));
    picture.showSmall(canvas, points.test(index).z);
    return button;
  }

  function showRandom() {
    const seed = Math.floor(NUM_SEEDS * Math.random());
    go({ seed, ...points.dice({ ...state, seed }) });
  }

  // -- saving and sharing

  async function copyLink() {
    const link = `${location.href.split("#")[0]}#faces?${points.toParams(state, first)}`;
    try {
      await navigator.clipboard.writeText(link);
      byId("said").textContent = "Link copied.";
      const text = byId("link").lastChild;
      text.data = "Copied";
      setTimeout(() => (text.data = "Copy link"), 1500);
    } catch {
      byId("link-shown").hidden = false;
      const field = byId("link-shown").querySelector("input");
      field.value = link;
      field.select();
      byId("said").textContent = "Copy the address from the field.";
    }
  }

  // -- buttons, keys

  function bindButtons() {
    const clicks = {
      undo: () => travel(-1),
      redo: () => travel(1),
      reset: () => go(first, "Reset."),
      save: async () => {
        const name = `latentmaps-${data.noun}.png`;
        await picture.save(state.z, lookOf(state), { name, scale: Number(byId("scale").value), isCrisp: byId("crisp").checked });
        byId("said").textContent = `Saved as ${name}.`;
      },
      link: copyLink,
      roll: showRandom,
      previous: () => turnTo(page - 1),
      next: () => turnTo(page + 1),
      mean: () => go(points.mean()),
      "look-sheets": () => go({ percent: data.look.percent, factor: data.look.contrast }, "Sharpening and contrast as in the report."),
      "look-none": () => go({ percent: 0, factor: 1 }, "No sharpening, original contrast."),
    };
    for (const [side, share] of [["a", 0], ["b", 1]]) {
      clicks[`go-${side}`] = () => go(points.between(state, share));
      clicks[`set-${side}`] = () => {
        const next = { ...state, [side]: { z: state.z, origin: state.origin } };
        go({ [side]: next[side], ...points.between(next, share) }, `${side.toUpperCase()} set to this ${data.noun}.`);
      };
    }
    for (const [name, click] of Object.entries(clicks)) byId(name).addEventListener("click", click);
    const bindChoice = (name, choose) => all(`[name="faces-${name}"]`).forEach((input) => input.addEventListener("change", () => choose(input.value)));
    bindChoice("sampler", (sampler) => go(Levers.reroll(points, state, { sampler })));
    bindChoice("way", (value) => {
      const next = { ...state, isArc: value === "arc" };
      go(points.isOnPath(state) ? { ...next, ...points.between(next, state.origin.share) } : next);
    });
    const setCrisp = () => byId("canvas").classList.toggle("crisp", byId("crisp").checked);
    byId("crisp").addEventListener("change", setCrisp);
    setCrisp();
    all("[data-zero]").forEach((button) => button.addEventListener("click", () => {
      for (const lever of levers) if (lever.kind === button.dataset.zero) change(lever.make(state, 0));
      commit(`All ${button.dataset.zero}s set to 0.`);
    }));
  }

  function bindKeys() {
    const textFields = 'select, textarea, input:not([type="range"], [type="radio"], [type="checkbox"])';
    addEventListener("keydown", (event) => {
      if (document.getElementById("faces").hidden || event.target.closest?.(textFields) || event.altKey) return;
      const key = event.key.toLowerCase();
      const isControl = event.ctrlKey || event.metaKey;
      if (isControl && (key === "z" || key === "y")) travel(key === "y" || event.shiftKey ? 1 : -1);
      else if (!isControl && !event.repeat && key === "r") showRandom();
      else return;
      event.preventDefault();
    });
  }

  // -- start

  async function unpackAll() {
    const unpackSampler = async (sampler) => {
      const arrays = await Promise.all(["mean", "factor", "centers"].map((name) => sampler[name] && Space.unpackArray(sampler[name])));
      return [sampler.name, { label: sampler.label, mean: arrays[0], factor: arrays[1], centers: arrays[2] }];
    };
    const { attributes, components, test, dots } = data;
    const [mean, axes, tests, places] = await Promise.all([data.mean, components.axes, test.z, dots].map(Space.unpackArray));
    const directions = attributes.directions && (await Space.unpackArray(attributes.directions));
    return { mean, axes, tests, places, directions, samplers: Object.fromEntries(await Promise.all(data.samplers.map(unpackSampler))) };
  }

  async function start() {
    data = readData("faces");
    const decoder = networks.load("decoder");
    points = new Points(data, await unpackAll());
    await decoder;
    picture = new Picture(byId("canvas"), data.shape, (speed) => (byId("speed").textContent = `${Math.round(speed)} ${data.noun}s per second`));
    map = new PlaneMap(byId("map-canvas"), points);
    const [a, b] = [points.test(0), points.test(Math.min(1, data.test.rows.length - 1))];
    first = { ...a, sampler: data.samplers[0].name, temperature: 0.8, seed: 0, a, b, isArc: true, percent: 0, factor: 1 };
    state = points.fromParams(addressState.read("faces"), first);
    past = new Past(state);
    showPoint(null);
    const kinds = Levers.makeAll(points, () => byId("hold").checked);
    for (const row of all(".lever")) bindLever(row, kinds);
    bindTabs(all('[role="tab"]'), refresh);
    bindButtons();
    bindMap();
    bindKeys();
    turnTo(state.origin.kind === "test" ? Math.floor(state.origin.index / PER_PAGE) : 0);
    addressState.onChange("faces", (params) => {
      if (String(params)) go(points.fromParams(params, first));
      else finish(""); // the user returned from another part
    });
  }

  whenOpened("faces", start);

  return {
    get state() {
      return state;
    },
    get points() {
      return points;
    },
    get isPreview() {
      return preview !== null;
    },
    toParams: () => String(points.toParams(state, first)),
  };
})();
