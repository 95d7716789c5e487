// A telephone that rings opens the agent's screen, unless something is being typed there.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "ringing") return;
  const pop = event.target.querySelector("[data-pop]");
  const form = document.getElementById("call-form");
  if (!pop) return;
  if (form?.dataset.call === pop.dataset.pop) return event.target.replaceChildren();
  const idle = form && !("touched" in form.dataset) && !("restored" in form.dataset) && !form.dataset.call && !form.elements.requester_phone.value;
  if (idle || document.querySelector("#console.done")) location.assign(pop.href);
});
