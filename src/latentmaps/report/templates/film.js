// Shows one epoch of a training film at a time, chosen by slider or keys, or played in sequence.
addEventListener("DOMContentLoaded", () => {
  for (const film of document.querySelectorAll(".film")) start(film);

  function start(film) {
    const frames = Array.from(film.querySelectorAll(".film-frame"));
    const [slider, play, epoch] = [".film-slider", ".film-play", ".film-epoch"].map((name) => film.querySelector(name));
    const last = frames.length - 1;
    let timer = 0;

    function show(index) {
      frames.forEach((frame, i) => frame.classList.toggle("is-shown", i === index));
      slider.value = index;
      epoch.textContent = frames[index].dataset.label;
      slider.setAttribute("aria-valuetext", epoch.textContent);
    }

    function pause() {
      clearTimeout(timer);
      timer = 0;
      play.textContent = "Play";
    }

    function next() {
      const index = Number(slider.value) + 1;
      show(index);
      if (index === last) pause();
      else timer = setTimeout(next, pace());
    }

    // milliseconds per epoch; slower for users who prefer reduced motion
    function pace() {
      return matchMedia("(prefers-reduced-motion: reduce)").matches ? 1500 : 400;
    }

    play.addEventListener("click", () => {
      if (timer) return pause();
      if (Number(slider.value) === last) show(0);
      if (last === 0) return;
      play.textContent = "Pause";
      timer = setTimeout(next, pace());
    });
    slider.addEventListener("input", () => {
      pause();
      show(Number(slider.value));
    });
    slider.max = last;
    show(last);
  }
});
