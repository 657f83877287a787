// Shared by the parts of the page: choice of the part shown, state in the address, data blocks, error messages.
"use strict";

// hidden only now, so that users see it if their browser cannot parse this script
document.getElementById("without-script").hidden = true;

// the address contains the state, so the skip link must not change it
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("content").focus();
});

const PARTS = Array.from(document.querySelectorAll("main > section"), (section) => section.id);

// Shows an error message at the top of the page.
function showProblem(sentence) {
  const element = document.getElementById("problem");
  element.textContent = sentence;
  element.hidden = false;
}

const missing = ["Worker", "DecompressionStream", "Blob"].filter((name) => !(name in window));
if (!Object.hasOwn) missing.push("Object.hasOwn");
if (missing.length > 0) {
  showProblem(
    `This browser is too old to run the networks on this page: it lacks ${missing.join(" and ")}. ` +
      "Use Chrome or Edge 93, Firefox 113, Safari 16.4, or a later version.",
  );
}

addEventListener("unhandledrejection", (event) => showProblem(`Something went wrong: ${event.reason.message}.`));

// Decodes base64 of little-endian values into a typed array; `Kind` is its class, such as Float32Array.
function toArray(base64, Kind) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Kind(bytes.buffer);
}

// Returns the data of a part, or null if it has none.
function readData(part) {
  const element = document.getElementById(`${part}-data`);
  return element && JSON.parse(element.textContent);
}

// The state of a part is in the address, #faces?key=value&..., so that a link restores it.
const addressState = {
  DELAY_MS: 250, // browsers block more than a few hundred changes per minute
  listeners: new Map(),
  latest: new Map(), // the address that each part last wrote or read
  timer: 0,
  pending: null,

  read(part) {
    const [name, query] = location.hash.slice(1).split(/\?(.*)/s);
    if (name === part) this.latest.set(part, location.hash);
    return new URLSearchParams(name === part ? query || "" : "");
  },

  // Writes the state after a short delay. It replaces the current entry of the browser history.
  write(part, params) {
    this.pending = `#${part}${String(params) && `?${params}`}`;
    this.latest.set(part, this.pending);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.DELAY_MS);
  },

  // Writes a pending state immediately.
  flush() {
    clearTimeout(this.timer);
    if (this.pending !== null && this.pending.startsWith(`#${shownPart()}`)) {
      history.replaceState(null, "", this.pending);
    }
    this.pending = null;
  },

  // Calls `listen` with the new state when the user changes the address of an open part, for example by a link. The
  // parameters are empty if the part should keep its state: the address has none, or is the one that it last wrote or read.
  onChange(part, listen) {
    this.listeners.set(part, listen);
  },
};

// write the state before a link is followed, so that Back returns to it
addEventListener("click", (event) => {
  if (event.target.closest("a")) addressState.flush();
}, true);

function shownPart() {
  const name = location.hash.slice(1).split("?")[0];
  return PARTS.includes(name) ? name : PARTS[0];
}

const starts = new Map();

// Calls `start` once, when the part is first shown.
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
