{% include "faces_space.js" %}
{% include "faces_look.js" %}
{% include "faces_points.js" %}
{% include "faces_levers.js" %}
{% include "faces_picture.js" %}
{% include "faces_map.js" %}
{% include "faces_past.js" %}
{% include "faces_tabs.js" %}
// The faces' part of the page. There is one state, never changed in place: the point z and its origin, the dice, the two
// ends of a way, the look. Controls show what they read off it; whatever a person does makes the next one.

const Faces = (() => {
  const byId = (name) => document.getElementById(`faces-${name}`);
  const all = (selector) => Array.from(document.querySelectorAll(`#faces ${selector}`));
  const PER_PAGE = 8;
  const NUM_DICE = 100_000;
  const GLIDE_MS = 300;

  let data, points, picture, map, state, first, past;
  let preview = null; // a point that is looked at, not gone to
  let page = 0;
  const levers = [];

  // -- the state and its history

  // Shows another state; ``commit`` makes it one to come back to.
  function change(next) {
    state = { ...state, ...next };
    look(null);
    refresh();
  }

  // Shows a point that is not the state, or with null the state again.
  function look(point) {
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
    if (state.z === from || matchMedia("(prefers-reduced-motion: reduce)").matches) look(null);
    else glide(from, state);
    commit(sentence ?? `${points.describe(state)}.`);
  }

  // Shows the way from one point to the state in a moment, as long as nothing else is shown meanwhile.
  function glide(from, target) {
    const start = performance.now();
    let shown = null;
    const step = () => {
      if (state !== target || (shown && preview !== shown)) return;
      const share = (performance.now() - start) / GLIDE_MS;
      shown = share < 1 ? { z: Space.between(from, target.z, share, false), origin: target.origin } : null;
      look(shown);
      if (shown) requestAnimationFrame(step);
    };
    step();
  }

  function travel(by) {
    const found = past.travel(by);
    if (!found) return;
    state = found;
    look(null);
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
    const onWay = points.way(state, points.shareOf(state)).z;
    byId("off").hidden = state.z.every((value, i) => Math.abs(value - onWay[i]) < 1e-3);
    for (const one of all('[name="faces-sampler"]')) one.checked = one.value === state.sampler;
    for (const one of all('[name="faces-way"]')) one.checked = (one.value === "arc") === state.isArc;
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
    const [low, high] = [zero ?? min, value].sort((one, other) => one - other);
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
      return look(point);
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
      if (preview) look(null);
    });
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const step = event.shiftKey ? 0.5 : 0.1;
      if (placeKind() === "nearest") change(points.test(map.neighbor(map.ring, by)));
      else change(pointAt(map.ring.map((value, i) => value + step * by[i])));
      commit(say(), "map");
    });
    const color = () => {
      map.has = byId("color") && data.shown[byId("color").value];
      map.draw();
    };
    byId("color")?.addEventListener("change", color);
    color();
    addEventListener("resize", () => map.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
  }

  // -- starting points

  function turnTo(wanted) {
    const numTests = data.test.rows.length;
    const numPages = Math.ceil(numTests / PER_PAGE);
    page = (wanted + numPages) % numPages;
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

  function roll() {
    const seed = Math.floor(NUM_DICE * Math.random());
    go({ seed, ...points.dice({ ...state, seed }) });
  }

  // -- keeping

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
      byId("said").textContent = "The address is in the field: copy it.";
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
      roll,
      previous: () => turnTo(page - 1),
      next: () => turnTo(page + 1),
      mean: () => go(points.mean()),
      "look-sheets": () => go({ percent: data.look.percent, factor: data.look.contrast }, "As in the sheets."),
      "look-none": () => go({ percent: 0, factor: 1 }, "As the decoder gives it."),
    };
    for (const [side, share] of [["a", 0], ["b", 1]]) {
      clicks[`go-${side}`] = () => go(points.way(state, share));
      clicks[`set-${side}`] = () => {
        const next = { ...state, [side]: { z: state.z, origin: state.origin } };
        go({ [side]: next[side], ...points.way(next, share) }, `${side.toUpperCase()} is this ${data.noun}.`);
      };
    }
    for (const [name, click] of Object.entries(clicks)) byId(name).addEventListener("click", click);
    const bindChoice = (name, choose) => all(`[name="faces-${name}"]`).forEach((one) => one.addEventListener("change", () => choose(one.value)));
    bindChoice("sampler", (sampler) => go(Levers.reroll(points, state, { sampler })));
    bindChoice("way", (value) => {
      const next = { ...state, isArc: value === "arc" };
      go(points.isOnWay(state) ? { ...next, ...points.way(next, state.origin.share) } : next);
    });
    const crisp = () => byId("canvas").classList.toggle("crisp", byId("crisp").checked);
    byId("crisp").addEventListener("change", crisp);
    crisp();
    all("[data-zero]").forEach((button) => button.addEventListener("click", () => {
      for (const lever of levers) if (lever.kind === button.dataset.zero) change(lever.make(state, 0));
      commit(`All ${button.dataset.zero}s at 0.`);
    }));
  }

  function bindKeys() {
    const typing = 'select, textarea, input:not([type="range"], [type="radio"], [type="checkbox"])';
    addEventListener("keydown", (event) => {
      if (document.getElementById("faces").hidden || event.target.closest?.(typing) || event.altKey) return;
      const key = event.key.toLowerCase();
      const isControl = event.ctrlKey || event.metaKey;
      if (isControl && (key === "z" || key === "y")) travel(key === "y" || event.shiftKey ? 1 : -1);
      else if (!isControl && !event.repeat && key === "r") roll();
      else return;
      event.preventDefault();
    });
  }

  // -- the beginning

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
    picture = new Picture(byId("canvas"), data.shape, (speed) => (byId("speed").textContent = `${Math.round(speed)} ${data.noun}s a second`));
    map = new PlaneMap(byId("map-canvas"), points);
    const [a, b] = [points.test(0), points.test(Math.min(1, data.test.rows.length - 1))];
    first = { ...a, sampler: data.samplers[0].name, temperature: 0.8, seed: 0, a, b, isArc: true, percent: 0, factor: 1 };
    state = points.fromParams(addressState.read("faces"), first);
    past = new Past(state);
    look(null);
    const kinds = Levers.makeAll(points, () => byId("hold").checked);
    for (const row of all(".lever")) bindLever(row, kinds);
    bindTabs(all('[role="tab"]'), refresh);
    bindButtons();
    bindMap();
    bindKeys();
    turnTo(state.origin.kind === "test" ? Math.floor(state.origin.index / PER_PAGE) : 0);
    addressState.onChange("faces", (params) => {
      if (String(params)) go(points.fromParams(params, first));
      else finish(""); // the way back from another part
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
