"use strict";
// The map: a mark for each face in the plane of components 1 and 2, and a ring for the point shown.

class PlaneMap {
  constructor(canvas, points) {
    const { data, space } = points;
    this.canvas = canvas;
    this.axes = data.components.each.slice(0, 2).map((_, index) => points.axis(index));
    this.numTests = data.test.rows.length;
    const width = this.axes.length;
    const dot = (_, i) => [space.places[i * width], width > 1 ? space.places[i * width + 1] : 0];
    const tests = Array.from({ length: this.numTests }, (_, i) => points.place(points.test(i).z));
    this.places = [...tests, ...Array.from({ length: space.places.length / width }, dot)];
    this.limit = 3.2;
    this.has = null; // one character per place; "1" if its face has the attribute
    this.ring = [0, 0];
    this.ghost = null;
  }

  // Returns the place under the pointer, clamped to the map when the pointer is dragged beyond its edge.
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (share) => Math.min(1, Math.max(0, share));
    const [x, y] = [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    return [this.limit * (2 * x - 1), this.axes.length > 1 ? this.limit * (1 - 2 * y) : 0];
  }

  // Returns the index of the test face nearest to a place.
  nearest([x, y]) {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < this.numTests; i++) {
      const distance = (this.places[i][0] - x) ** 2 + (this.places[i][1] - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  }

  // Returns the index of the nearest test face within 45 degrees of a direction. If there is none, returns the index of the
  // test face that is nearest in any direction.
  neighbor([x, y], [right, up]) {
    let [best, least] = [this.nearest([x, y]), Infinity];
    for (let i = 0; i < this.numTests; i++) {
      const [dx, dy] = [this.places[i][0] - x, this.places[i][1] - y];
      const [ahead, aside] = [dx * right + dy * up, Math.abs(dx * up - dy * right)];
      if (ahead > 1e-6 && ahead >= aside && ahead ** 2 + aside ** 2 < least) [best, least] = [i, ahead ** 2 + aside ** 2];
    }
    return best;
  }

  draw() {
    const edge = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!edge) return; // hidden
    if (this.canvas.width !== edge) this.canvas.width = this.canvas.height = edge;
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const color = (name) => style.getPropertyValue(name);
    const pixel = edge / this.canvas.clientWidth;
    const clamp = (value) => Math.min(this.limit, Math.max(-this.limit, value));
    const at = ([x, y]) => [(edge * (1 + clamp(x) / this.limit)) / 2, (edge * (1 - clamp(y) / this.limit)) / 2];
    context.clearRect(0, 0, edge, edge);
    context.lineWidth = pixel;
    for (let step = -3; step <= 3; step++) {
      const [x, y] = at([step, step]);
      context.strokeStyle = color(step ? "--line" : "--soft");
      context.globalAlpha = step ? 1 : 0.6;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, edge);
      context.moveTo(0, y);
      context.lineTo(edge, y);
      context.stroke();
    }
    // draw faces with the attribute last: there are fewer of them, so they should be on top
    for (const wanted of [false, true]) {
      context.fillStyle = color(wanted ? "--with" : "--without");
      for (let i = this.places.length - 1; i >= 0; i--) {
        if ((this.has?.[i] === "1") !== wanted) continue;
        const isTest = i < this.numTests;
        context.globalAlpha = isTest ? 0.85 : 0.4;
        const size = pixel * (isTest ? 3.2 : 1.9);
        const [x, y] = at(this.places[i]);
        context.beginPath();
        if (wanted) {
          context.moveTo(x, y - 1.3 * size);
          context.lineTo(x + 1.2 * size, y + 0.9 * size);
          context.lineTo(x - 1.2 * size, y + 0.9 * size);
        } else context.arc(x, y, size, 0, 2 * Math.PI);
        context.fill();
      }
    }
    context.globalAlpha = 1;
    context.fillStyle = color("--soft");
    context.font = `${12 * pixel}px ${style.fontFamily}`;
    context.textAlign = "right";
    context.fillText("component 1 \u2192", edge - 6 * pixel, edge - 8 * pixel);
    context.textAlign = "left";
    if (this.axes.length > 1) context.fillText("\u2191 component 2", 6 * pixel, 16 * pixel);
    if (this.ghost) this.drawRing(context, at(this.ghost), pixel, color("--soft"), color("--card"));
    this.drawRing(context, at(this.ring), pixel, color("--ink"), color("--card"));
  }

  drawRing(context, [x, y], pixel, ink, paper) {
    for (const [width, stroke] of [[5, paper], [2.5, ink]]) {
      context.lineWidth = width * pixel;
      context.strokeStyle = stroke;
      context.beginPath();
      context.arc(x, y, 8 * pixel, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
