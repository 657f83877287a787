"use strict";
// The states that one can come back to.

class Past {
  static MOST = 200;
  static ONE_CHANGE_MS = 1200; // changes of one control that follow so fast are one to undo

  constructor(state) {
    this.states = [state];
    this.at = 0;
    this.forget();
  }

  // Makes the next change one of its own, whatever control it is of.
  forget() {
    this.key = "";
    this.time = 0;
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  // Adds a state, after the one that is shown; `key` names the control that made it, if it may do so many times a second.
  add(state, key = "") {
    if (state === this.states[this.at]) return;
    const now = performance.now();
    const isSame = key && key === this.key && now - this.time < Past.ONE_CHANGE_MS && this.canUndo && !this.canRedo;
    this.states = [...this.states.slice(0, isSame ? this.at : this.at + 1), state].slice(-Past.MOST);
    this.at = this.states.length - 1;
    [this.key, this.time] = [key, now];
  }

  // Returns the state before, by -1, or the one after, by 1; null where there is none.
  travel(by) {
    if (!(this.at + by in this.states)) return null;
    this.at += by;
    this.forget();
    return this.states[this.at];
  }
}
