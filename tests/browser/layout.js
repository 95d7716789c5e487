// What is wrong with how the page lies on the screen: one sentence each, with the element.
() => {
  const problems = [];
  const named = element => {
    const words = (element.innerText || element.value || element.name || "").trim().replace(/\s+/g, " ").slice(0, 24);
    const kind = element.classList.length ? "." + [...element.classList].join(".") : "";
    return `${element.localName}${element.id && "#" + element.id}${kind} "${words}"`;
  };
  const note = (what, element) => {
    if (problems.length < 12) problems.push(`${what}: ${named(element)}`);
  };
  const styles = new Map();
  const style = element => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const rects = new Map();
  const rect = element => {
    if (!rects.has(element)) rects.set(element, element.getBoundingClientRect());
    return rects.get(element);
  };
  const shown = element =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  // What only readers hear is one pixel large on purpose.
  const heard = element => element.closest(".visually-hidden, .skip-link, option, datalist, svg");

  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth > width) {
    problems.push(`the page is ${document.scrollingElement.scrollWidth} wide on ${width}`);
  }
  const heads = [...document.querySelectorAll("h1")].filter(shown).length;
  if (heads !== 1) problems.push(`${heads} headings of the first rank`);
  for (const one of document.querySelectorAll("[tabindex]")) {
    if (one.tabIndex > 0) note("out of the order of the keys", one);
  }

  // Words: inside the box that holds them, or in one that scrolls, or cut with an ellipsis.
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || seen.has(holder) || heard(holder) || !shown(holder)) continue;
    seen.add(holder);
    range.selectNodeContents(node);
    const words = range.getBoundingClientRect();
    if (!words.width) continue;
    for (let box = holder; box && box !== document.body; box = box.parentElement) {
      const { overflowX, overflowY, display, position, textOverflow, webkitLineClamp } = style(box);
      if (display === "contents" || display.startsWith("inline") && display !== "inline-block" && display !== "inline-flex")
        continue;
      const own = rect(box);
      const wide = words.right > own.right + 1.5 || words.left < own.left - 1.5;
      if (/auto|scroll/.test(overflowX)) {
        if (wide && box.matches(".topnav, .tabs, .bar")) note("scrolled out of sight", box);
        break;
      }
      if (overflowX === "visible") {
        if (wide) { note(`words ${Math.round(words.right - own.right)} px outside of ${named(box)}`, holder); break; }
      } else {
        const high = words.bottom > own.bottom + 3 && !/auto|scroll/.test(overflowY);
        const told = textOverflow === "ellipsis" || webkitLineClamp !== "none" || box.title;
        if ((wide || high) && !told) note("words cut off", box);
        break;
      }
      if (position === "absolute" || position === "fixed") break;
    }
  }

  // Controls: none over another, none too small to be hit.
  const controls = [];
  for (const one of document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary",
  )) {
    if (heard(one) || !shown(one) || style(one).opacity === "0") continue;
    // A label belongs to what it is the label of: pressing it presses that.
    const target = one.closest("label.check, label.ending") || one;
    let box = target.getBoundingClientRect();
    let lies = true;
    for (let over = one.parentElement; over; over = over.parentElement) {
      const { position, overflowX, overflowY } = style(over);
      if (position === "sticky" || position === "fixed") lies = false;
      if (overflowX !== "visible" || overflowY !== "visible") {
        const rim = rect(over);
        if (box.right <= rim.left || box.left >= rim.right || box.bottom <= rim.top || box.top >= rim.bottom) lies = false;
      }
    }
    if (lies && box.width && box.height) controls.push([box, one]);
  }
  controls.sort((left, right) => left[0].top - right[0].top);
  controls.forEach(([box, one], at) => {
    for (let next = at + 1; next < controls.length && controls[next][0].top < box.bottom; next++) {
      const [other, two] = controls[next];
      if (one.contains(two) || two.contains(one)) continue;
      if (one.closest("label") && one.closest("label") === two.closest("label")) continue;
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - other.top;
      if (across <= 1.5 || down <= 1.5) continue;
      // The boxes of links on several lines meet where their words don't.
      const meet = [...one.getClientRects()].some(a => [...two.getClientRects()].some(b =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5));
      if (meet) note(`over ${named(two)}`, one);
    }
  });
  // WCAG 2.5.8: 24 pixels either way, or a circle of that size that touches no other target.
  const middles = controls.map(([box, one]) =>
    [(box.left + box.right) / 2, (box.top + box.bottom) / 2, box.width < 23.5 || box.height < 23.5]);
  controls.forEach(([box, one], at) => {
    const [x, y, small] = middles[at];
    if (!small || (style(one).display === "inline" && one.closest("p, li, td, dd, span, label"))) return;
    controls.forEach(([other, two], index) => {
      if (index === at || one.contains(two) || two.contains(one)) return;
      if (Math.abs(other.top - y) > 900) return;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      const [ox, oy, alsoSmall] = middles[index];
      if (Math.hypot(dx, dy) < 11.5 || (alsoSmall && Math.hypot(x - ox, y - oy) < 23.5)) {
        note(`${Math.round(box.width)}×${Math.round(box.height)} and close to ${named(two)}`, one);
      }
    });
  });
  return problems;
}
