// What the parts of the page share: which part is shown, the state in the address, data, and a word of trouble.
"use strict";

// also seen where a browser does not understand this script
document.getElementById("without-script").hidden = true;

// the address holds the state, so the link must not change it
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("content").focus();
});

const PARTS = Array.from(document.querySelectorAll("main > section"), (section) => section.id);

// Shows a sentence on top of the page.
function complain(sentence) {
  const element = document.getElementById("problem");
  element.textContent = sentence;
  element.hidden = false;
}

const missing = ["Worker", "DecompressionStream", "Blob"].filter((name) => !(name in window));
if (!Object.hasOwn) missing.push("Object.hasOwn");
if (missing.length > 0) {
  complain(
    `This browser is too old to run the networks of this page: it has no ${missing.join(" and no ")}. ` +
      "Chrome and Edge from 93 on, Firefox from 113 on and Safari from 16.4 on can run them.",
  );
}

addEventListener("unhandledrejection", (event) => complain(`Something went wrong: ${event.reason.message}.`));

// The numbers that stand in base64 as a little-endian array of a type, such as Float32Array.
function toArray(base64, Kind) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Kind(bytes.buffer);
}

// The data of a part, or null where it has none.
function readData(part) {
  const element = document.getElementById(`${part}-data`);
  return element && JSON.parse(element.textContent);
}

// The state of a part behind its name in the address, #faces?key=value&..., so that a link shows the same.
const addressState = {
  DELAY_MS: 250, // browsers refuse more than some hundred changes a minute
  listeners: new Map(),
  latest: new Map(), // what each part wrote or read last
  timer: 0,
  pending: null,

  read(part) {
    const [name, query] = location.hash.slice(1).split(/\?(.*)/s);
    if (name === part) this.latest.set(part, location.hash);
    return new URLSearchParams(name === part ? query || "" : "");
  },

  // Puts the state there a little later; it replaces the entry of the browser's history.
  write(part, params) {
    this.pending = `#${part}${String(params) && `?${params}`}`;
    this.latest.set(part, this.pending);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.DELAY_MS);
  },

  // Puts there at once what waits.
  flush() {
    clearTimeout(this.timer);
    if (this.pending !== null && this.pending.startsWith(`#${shownPart()}`)) {
      history.replaceState(null, "", this.pending);
    }
    this.pending = null;
  },

  // Calls `listen` with the new state when the user changes the address of a part that is open, as by a link. It gets no
  // values where the address is the one that the part wrote or read last, or has none: the part keeps its state.
  onChange(part, listen) {
    this.listeners.set(part, listen);
  },
};

// a link leaves the state that Back returns to
addEventListener("click", (event) => {
  if (event.target.closest("a")) addressState.flush();
}, true);

function shownPart() {
  const name = location.hash.slice(1).split("?")[0];
  return PARTS.includes(name) ? name : PARTS[0];
}

const starts = new Map();

// Calls `start` once, when a part is shown for the first time.
function whenOpened(part, start) {
  starts.set(part, start);
  if (shownPart() === part) openPart(part);
}

function openPart(part) {
  const start = starts.get(part);
  starts.delete(part);
  if (start && missing.length === 0) start();
  return Boolean(start);
}

function show(part) {
  for (const other of PARTS) {
    document.getElementById(other).hidden = other !== part;
    const link = document.querySelector(`nav a[href="#${other}"]`);
    if (other === part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

addEventListener("hashchange", () => {
  const part = shownPart();
  show(part);
  const listen = addressState.listeners.get(part);
  if (openPart(part) || !listen || missing.length > 0) return;
  const isKept = location.hash === addressState.latest.get(part);
  listen(isKept ? new URLSearchParams() : addressState.read(part));
});

show(shownPart());
