/* The board in the hall: its clock, and a sentence when its numbers are no longer fetched. */
(() => {
  "use strict";
  const clock = document.getElementById("wall-clock");
  const lost = document.getElementById("wall-lost");
  const since = document.getElementById("wall-since");
  const stale = Number(document.body.dataset.stale) * 1000;
  // The clock of the server, not of the television.
  let ahead = Date.parse(clock.dateTime) - Date.now();
  let fetched = Date.now();
  let failed = false;
  const written = (at) =>
    new Date(at + 8 * 3600e3).toISOString().slice(0, 19).replace("T", " ");

  const tick = () => {
    const now = Date.now();
    clock.textContent = written(now + ahead);
    const old = failed || now - fetched > stale;
    if (old) since.textContent = written(fetched + ahead).slice(11);
    lost.hidden = !old;
  };
  document.addEventListener("htmx:afterSwap", () => {
    const at = Date.parse(document.getElementById("board").dataset.at);
    ahead = at - Date.now();
    fetched = Date.now();
    failed = false;
    tick();
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      failed = true;
      tick();
    });
  }
  setInterval(tick, 1000);
  tick();
})();
