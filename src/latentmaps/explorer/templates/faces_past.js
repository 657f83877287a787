"use strict";
// The history of states, for undo and redo.

class Past {
  static MOST = 200;
  static ONE_CHANGE_MS = 1200; // changes of one control within this time are undone together

  constructor(state) {
    this.states = [state];
    this.at = 0;
    this.forget();
  }

  // Starts a new undo step with the next change, regardless of the control that makes it.
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

  // Adds a state after the current one. `key` names a control that may change the state many times per second.
  add(state, key = "") {
    if (state === this.states[this.at]) return;
    const now = performance.now();
    const isSame = key && key === this.key && now - this.time < Past.ONE_CHANGE_MS && this.canUndo && !this.canRedo;
    this.states = [...this.states.slice(0, isSame ? this.at : this.at + 1), state].slice(-Past.MOST);
    this.at = this.states.length - 1;
    [this.key, this.time] = [key, now];
  }

  // Moves by -1 (undo) or 1 (redo) and returns the state there, or null if there is none.
  travel(by) {
    if (!(this.at + by in this.states)) return null;
    this.at += by;
    this.forget();
    return this.states[this.at];
  }
}
