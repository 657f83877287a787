"use strict";
// The drawing canvas: turns pointer movements into strokes and draws strokes as smooth lines.

// Draws bytes, white on black, into a canvas context of 28 x 28 pixels.
function putDigit(context, bytes) {
  const image = new ImageData(strokes.SIZE, strokes.SIZE);
  bytes.forEach((byte, i) => image.data.set([byte, byte, byte, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function makeDigit(bytes) {
  const canvas = createElement("canvas", { width: strokes.SIZE, height: strokes.SIZE });
  putDigit(canvas.getContext("2d"), bytes);
  return canvas;
}

class DrawingPad {
  // Callbacks: begin() returns {erases, width} for a new stroke. change() is called when the stroke has grown, and
  // end(stroke) when it is complete.
  constructor(canvas, { begin, change, end }) {
    Object.assign(this, { canvas, live: null, pen: canvas.getContext("2d"), scale: canvas.width / strokes.SIZE / strokes.UNIT });
    canvas.addEventListener("pointerdown", event => {
      // button 5 is the eraser of a pen
      if (this.live || (event.button !== 0 && event.button !== 5)) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.live = { ...begin(event.button === 5), points: [] };
      this.addPoints(event);
      change();
    });
    canvas.addEventListener("pointermove", event => {
      if (!this.live || event.pointerId !== this.pointer) return;
      this.addPoints(event);
      change();
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(kind, event => {
        if (!this.live || event.pointerId !== this.pointer) return;
        const done = this.live;
        this.live = null;
        end(done);
      });
    }
  }

  addPoints(event) {
    const box = this.canvas.getBoundingClientRect(), { points } = this.live;
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const { clientX, clientY } of between.length ? between : [event]) {
      const x = strokes.toUnits((clientX - box.left) / box.width * strokes.SIZE);
      const y = strokes.toUnits((clientY - box.top) / box.height * strokes.SIZE);
      const [lastX, lastY] = points.slice(-2);
      if (!points.length || Math.abs(x - lastX) + Math.abs(y - lastY) > 2) points.push(x, y);
    }
  }

  // Draws strokes on top of a test digit (null for none), and then a hint.
  draw(background, list, hint) {
    const { pen, scale, canvas } = this;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = false;
    if (background) pen.drawImage(makeDigit(background), 0, 0, canvas.width, canvas.height);
    pen.lineCap = pen.lineJoin = "round";
    for (const { erases, width, points } of list) {
      pen.strokeStyle = erases ? "#000" : "#fff";
      pen.lineWidth = width * scale;
      pen.beginPath();
      pen.moveTo(points[0] * scale, points[1] * scale);
      // starts with a line from the first point to itself, so that a single point becomes a dot
      for (let i = 0; i < points.length; i += 2) pen.lineTo(points[i] * scale, points[i + 1] * scale);
      pen.stroke();
    }
    pen.fillStyle = "#b9c0c7";
    pen.font = "600 28px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(hint, canvas.width / 2, 48);
  }
}
