// While a form is being sent its buttons rest, so that a second press sends nothing; whatever takes
// longer than half a second shows that it goes on (#progress in app.css).
(() => {
  "use strict";
  // An answer that is a file leaves the page as it is: then the buttons come back by themselves.
  const PATIENCE = 15000;
  const root = document.documentElement;

  function wake(form) {
    delete form.dataset.sending;
    for (const button of form.elements) {
      if (button.dataset.resting === undefined) continue;
      delete button.dataset.resting;
      button.disabled = false;
    }
    if (!document.querySelector("form[data-sending]")) root.classList.remove("waiting");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.method === "get" && !form.matches("[hx-get]")) return;
    form.dataset.sending = "1";
    root.classList.add("waiting");
    // What the pressed button says is part of the form, so that it is put to rest afterwards.
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [hx-get]")) return wake(form);
      for (const button of form.elements) {
        if (button.type !== "submit" || button.disabled) continue;
        button.disabled = true;
        button.dataset.resting = "";
      }
    });
    setTimeout(() => wake(form), PATIENCE);
  }, true);

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt?.closest?.("form");
    if (form) wake(form);
    // A form that was replaced by its answer is no longer there to be woken.
    if (!document.querySelector("form[data-sending]")) root.classList.remove("waiting");
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(wake));
})();
