// A telephone that rings opens the agent's screen, unless something is being typed there.
"use strict";

const idle = () => {
  const form = document.getElementById("call-form");
  return form && !("touched" in form.dataset) && !("restored" in form.dataset) && !form.dataset.call && !form.elements.requester_phone.value;
};
// What is still being asked for is awaited, but not for long; whoever begins to type stays.
const leaveFor = (address, tries = 20) => {
  if (!idle()) return;
  if (tries && document.querySelector(".htmx-request")) setTimeout(() => leaveFor(address, tries - 1), 50);
  else location.assign(address);
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "ringing") return;
  const pop = event.target.querySelector("[data-pop]");
  const form = document.getElementById("call-form");
  const state = document.getElementById("line-state");
  const own = pop && form?.dataset.call === pop.dataset.pop;
  if (state) {
    state.textContent = own ? pop.dataset.state : state.dataset.ended;
    state.className = `tag tag-${own ? pop.dataset.tone : "plain"}`;
  }
  if (own) return event.target.replaceChildren();
  if (pop) leaveFor(pop.href);
});

// What is still being looked up for a call that was sent has no place on the page that follows.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "console") return;
  for (const asking of event.detail.target.querySelectorAll("[hx-post]")) {
    // The form itself has its answer, whose status is still read.
    if (asking !== event.detail.requestConfig.elt) htmx.trigger(asking, "htmx:abort");
  }
});
