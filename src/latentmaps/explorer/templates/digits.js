{% include "strokes.js" %}
{% include "digit_maps.js" %}
{% include "digit_pad.js" %}
"use strict";
// The digits part of the page: drawing, predictions of the CNN, and controls.
whenOpened("digits", () => {
  const at = name => document.getElementById(`digit-${name}`);
  const input = at("input").getContext("2d");
  const pad = new DrawingPad(at("canvas"), { begin: beginStroke, change: refresh, end: endStroke });
  const data = readData("digits");
  const images = toArray(data.tests.images, Uint8Array);
  for (const layer of [...data.layers, data.output]) {
    if (layer.strongest) layer.strongest = toArray(layer.strongest, Float32Array);
    for (const kind of layer.oips ? ["free", "in_range"] : []) {
      layer.oips[kind].activations = toArray(layer.oips[kind].activations, Float32Array);
    }
  }
  const DEFAULTS = { order: "number", kind: "in_range", width: "2.5" };
  // a test digit shown as an example until the user draws or chooses one
  const DEMO = data.tests.labels.indexOf(7) < 0 ? 0 : data.tests.labels.indexOf(7);

  // digit: index of a test digit in the data, or null; strokes: strokes on top of it; isDemo: whether it is the example
  let drawing = { digit: DEMO, strokes: [], isDemo: true };
  let past = [];
  let layers = [];
  let summary = "";
  let numRequests = 0;

  const imageOf = place => images.subarray(place * input.canvas.width ** 2, (place + 1) * input.canvas.width ** 2);
  const backgroundOf = ({ digit }) => (digit === null ? null : imageOf(digit));
  const allStrokes = () => (pad.live ? [...drawing.strokes, pad.live] : drawing.strokes);

  function drawPad() {
    const { digit, isDemo } = drawing, list = allStrokes();
    const hint = isDemo ? "a test digit: draw your own here" : digit === null && !list.length ? "draw a digit here" : "";
    pad.draw(backgroundOf(drawing), list, hint);
  }

  const an = digit => (digit === 8 ? "an 8" : `a ${digit}`);
  const number = share => `${(100 * share).toFixed(1)}%`;

  function describe(probabilities) {
    const ranked = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
    const [best, second] = ranked, { digit } = drawing;
    const shown = digit === null ? "" : `Test digit ${data.tests.rows[digit]} shows ${an(data.tests.labels[digit])}`
      + `${drawing.strokes.length ? ", with changes" : ""}. `;
    const doubt = probabilities[best] < 0.9 ? `, ${an(second)} with ${number(probabilities[second])}` : "";
    return `${shown}The CNN reads ${an(best)} with ${number(probabilities[best])} confidence${doubt}.`;
  }

  function showBars(probabilities) {
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    Array.from(at("bars").children, (item, digit) => {
      const words = probabilities ? number(probabilities[digit]) : "";
      item.querySelector(".bar span").textContent = words.replace("%", "");
      item.querySelector("i").style.height = `${probabilities ? 80 * probabilities[digit] : 0}%`;
      item.firstChild.classList.toggle("best", digit === best);
      item.firstChild.setAttribute("aria-label", `${digit}: ${words || "no input"}`);
      item.firstChild.title = words && `${digit}: ${words}`;
    });
  }

  // Runs the CNN on the current drawing. `latest` skips drawings that are already outdated.
  const readLatest = latest(async () => {
    const request = numRequests;
    const image = strokes.paint(allStrokes(), backgroundOf(drawing), at("fit").checked);
    const isBlank = image.every(byte => byte === 0);
    putDigit(input, image);
    try {
      const result = isBlank ? null
        : await networks.run("cnn", strokes.standardize(image), data.layers.map(layer => layer.name));
      showBars(result && result.output);
      for (const maps of layers) maps.show(result && result.kept[maps.layer.name]);
      summary = result ? describe(result.output) : "The drawing is empty.";
    } catch (error) {
      at("message").textContent = `The CNN failed to run: ${error.message || error}`;
    }
    if (!pad.live) settle();
    if (request === numRequests) at("reading").setAttribute("aria-busy", "false");
  });

  function read() {
    numRequests += 1;
    at("reading").setAttribute("aria-busy", "true");
    readLatest();
  }

  // Updates everything that would flicker, or be announced too often, if it changed during a stroke.
  function settle() {
    at("reading").textContent = summary;
    for (const maps of layers) maps.settle(at("order").value, at("kind").value);
  }

  function refresh() {
    drawPad();
    at("undo").disabled = !past.length;
    at("clear").disabled = drawing.digit === null && !drawing.strokes.length;
    Array.from(at("tests").children, button =>
      button.setAttribute("aria-pressed", String(!drawing.isDemo && Number(button.dataset.place) === drawing.digit)));
    read();
  }

  function change(next) {
    past.push(drawing);
    drawing = { isDemo: false, ...next };
    at("message").textContent = "";
    refresh();
    writeAddress();
  }

  function undo() {
    if (!past.length) return;
    drawing = past.pop();
    refresh();
    writeAddress();
  }

  function writeAddress() {
    const params = new URLSearchParams();
    if (!drawing.isDemo) {
      if (drawing.digit !== null) params.set("digit", data.tests.rows[drawing.digit]);
      if (drawing.digit === null || drawing.strokes.length) params.set("drawing", strokes.pack(drawing.strokes));
    }
    if (!at("fit").checked) params.set("fit", "no");
    for (const [name, value] of Object.entries(DEFAULTS)) {
      if (at(name).value !== value) params.set(name, at(name).value);
    }
    addressState.write("digits", params);
  }

  function readAddress(params) {
    const row = params.get("digit"), text = params.get("drawing");
    const place = row === null ? null : data.tests.rows.indexOf(Number(row));
    const list = text === null ? [] : strokes.unpack(text);
    const isFound = place !== -1 && list !== null;
    at("message").textContent = isFound ? "" : place === -1 ? `This page has no test digit ${row.slice(0, 20)}.`
      : "The drawing in this address is damaged.";
    const isDemo = !isFound || (row === null && text === null);
    past = [];
    drawing = isDemo ? { digit: DEMO, strokes: [], isDemo } : { digit: place, strokes: list, isDemo };
    at("fit").checked = params.get("fit") !== "no";
    for (const [name, value] of Object.entries(DEFAULTS)) {
      at(name).value = params.get(name) || value;
      if (!at(name).value) at(name).value = value;
    }
    showOptions();
    refresh();
  }

  // Explains the numbers below the maps, and shows the chosen kind of OIPs.
  function showOptions() {
    const kind = at("kind").value, isOip = at("order").value === "oip";
    at("width-words").textContent = `${Number(at("width").value)} px`;
    at("percent").textContent = `Percent: mean activation of the map for this digit, relative to that for ${
      isOip ? "its OIP" : "the test digit that excites it most"}. Color: where in the image the map is active.`;
    for (const maps of layers) maps.showOips(kind);
    Array.from(at("bars").querySelectorAll(".oip-tile"), (tile, digit) => {
      tile.hidden = !showOip(tile, data.output.oips, kind, digit);
    });
  }

  function beginStroke(isEraser) {
    const erases = isEraser || at("eraser").getAttribute("aria-pressed") === "true";
    // a pen replaces the example; an eraser keeps it so that there is something to erase
    if (drawing.isDemo) change({ digit: erases ? drawing.digit : null, strokes: [] });
    // in eighths of a pixel; an eraser is twice as wide
    return { erases, width: Math.round(Number(at("width").value) * strokes.UNIT) * (erases ? 2 : 1) };
  }

  function endStroke(stroke) {
    const list = [...drawing.strokes, stroke];
    if (strokes.pack(list).length <= strokes.MOST_BYTES) {
      change({ digit: drawing.digit, strokes: list });
    } else {
      refresh();
      at("message").textContent = "The address cannot store more strokes. Undo some, or clear the drawing.";
    }
  }

  function chooseDigit(place) {
    change({ digit: place, strokes: [] });
  }

  function chooseRandomDigit(isCandidate) {
    const places = data.tests.rows.map((_, place) => place);
    const others = places.filter(place => place !== drawing.digit && isCandidate(place));
    if (others.length) chooseDigit(others[Math.floor(Math.random() * others.length)]);
  }

  const isMisread = place => data.tests.labels[place] !== data.tests.readings[place];

  function makeTest(place) {
    const label = data.tests.labels[place], reading = data.tests.readings[place];
    const words = isMisread(place) ? `${label} → ${reading}` : String(label);
    const button = createElement("button", { type: "button" }, [makeDigit(imageOf(place)), createElement("span", { textContent: words })]);
    button.dataset.place = place;
    button.title = `test digit ${data.tests.rows[place]}, ${an(label)}${isMisread(place) ? `, which the CNN reads as ${an(reading)}` : ""}`;
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", () => chooseDigit(place));
    return button;
  }

  function makeBar(digit) {
    const bar = createElement("span", { className: "bar" }, [createElement("span"), createElement("i")]);
    const { oips, name } = data.output;
    const inside = [bar, createElement("b", { textContent: String(digit) })];
    if (oips) inside.push(createElement("span", { className: "oip-tile" }));
    const entry = createElement("a", { className: "entry" }, inside);
    if (oips) entry.href = `${oips.page}#${name}-${digit}`;
    else entry.setAttribute("role", "img");
    return createElement("li", {}, [entry]);
  }

  function addControls() {
    at("bars").append(...Array.from({ length: 10 }, (_, digit) => makeBar(digit)));
    const places = data.tests.rows.map((_, place) => place);
    const firsts = Array.from({ length: 10 }, (_, digit) => places.find(place => data.tests.labels[place] === digit && !isMisread(place)));
    const misread = places.filter(isMisread);
    at("tests").append(...[...firsts.filter(place => place !== undefined), ...misread.slice(0, 5)].map(makeTest));
    at("misread").hidden = !misread.length;
    at("kind-label").hidden = ![...data.layers, data.output].some(layer => layer.oips);
    at("eraser").addEventListener("click", () =>
      at("eraser").setAttribute("aria-pressed", String(at("eraser").getAttribute("aria-pressed") !== "true")));
    at("undo").addEventListener("click", undo);
    at("clear").addEventListener("click", () => change({ digit: null, strokes: [] }));
    at("dice").addEventListener("click", () => chooseRandomDigit(() => true));
    at("misread").addEventListener("click", () => chooseRandomDigit(isMisread));
    for (const name of ["fit", "order", "kind", "width"]) {
      at(name).addEventListener("input", () => {
        showOptions();
        if (name === "fit") read();
        else settle();
        writeAddress();
      });
    }
    document.getElementById("digits").addEventListener("keydown", event => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") {
        event.preventDefault();
        undo();
      }
    });
  }

  // Without parameters, for example after a click on the link at the top of the page or on Back, the drawing is kept.
  function followAddress(params) {
    if (String(params)) readAddress(params);
    else writeAddress();
  }

  async function start() {
    addControls();
    readAddress(addressState.read("digits"));
    addressState.onChange("digits", followAddress);
    try {
      const description = await networks.load("cnn");
      const shape = name => description.layers.find(layer => layer.name === name).shape;
      layers = data.layers.map(layer => new LayerMaps(layer, shape(layer.name)));
      at("layers").append(...layers.map(maps => maps.element));
      showOptions();
      refresh();
    } catch (error) {
      at("message").textContent = `The CNN failed to load: ${error.message || error}`;
    }
  }

  start();
});
