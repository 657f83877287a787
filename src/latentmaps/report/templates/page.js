// Marks the current section in the contents, and opens the tab that contains the target of a link.
document.documentElement.classList.add("scripted");

addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".contents");
  const links = Array.from(contents.querySelectorAll("a"));
  const targets = links.map((link) => document.getElementById(link.hash.slice(1)));

  function mark() {
    const line = innerHeight / 3;
    // the last section that starts above the line; at the end of the page, the last section
    const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    let current = isAtEnd ? targets.length - 1 : 0;
    while (!isAtEnd && current + 1 < targets.length && targets[current + 1].getBoundingClientRect().top < line) current += 1;
    links.forEach((link, index) => {
      if (index !== current) link.removeAttribute("aria-current");
    });
    if (links[current].getAttribute("aria-current")) return;
    links[current].setAttribute("aria-current", "location");
    contents.scrollTo({
      left: links[current].offsetLeft - contents.clientWidth / 3,
      top: links[current].offsetTop - contents.clientHeight / 3,
    });
  }

  // opens the tab of the figure that the address names
  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const panel = target?.closest(".panel");
    if (!panel) return;
    panel.previousElementSibling.control.checked = true;
    target.scrollIntoView();
  }

  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark);
  addEventListener("hashchange", open);
  open();
  mark();
});
