// Forms with data-draft="what for" are kept on the server while they are filled in.
"use strict";

(() => {
  const PAUSE = 800;
  const AGAIN = 5000;
  const states = new WeakMap();
  const csrf = () => {
    const headers = document.body.getAttribute("hx-headers");
    return headers ? JSON.parse(headers)["X-CSRF-Token"] : "";
  };
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { timer: 0, sending: null, sent: false, changed: false });
    return states.get(form);
  };
  const body = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || name.startsWith("_")) continue;
      (fields[name] ??= []).push(value);
    }
    // What is hidden belongs to the form, not to what was typed.
    for (const one of form.querySelectorAll("input[type=hidden], input[type=password]")) delete fields[one.name];
    return JSON.stringify({ draft: form.dataset.draft, key: form.elements.idempotency_key?.value ?? "", fields });
  };
  const say = (form, text, tone) => {
    let line = form.querySelector(".draft-state");
    if (!line) {
      line = document.createElement("span");
      line.className = "draft-state";
      (form.querySelector(".buttons") ?? form).append(line);
    }
    line.textContent = text;
    line.classList.toggle("draft-state-bad", tone === "bad");
    if (tone === "bad") line.setAttribute("role", "alert");
    else line.removeAttribute("role");
  };
  const wait = (form, pause) => {
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), pause);
  };

  // One save at a time: what is typed meanwhile goes with the next one.
  const save = async (form) => {
    const state = stateOf(form);
    if (state.sent || !state.changed || !form.isConnected) return;
    if (state.sending) return wait(form, PAUSE);
    state.changed = false;
    state.sending = new AbortController();
    try {
      const answer = await fetch("/drafts", {
        method: "POST", body: body(form), signal: state.sending.signal,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf(), "Accept": "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const told = await answer.json();
      if (told.kept) say(form, `草稿已保存 ${told.at}`);
    } catch {
      if (!state.sent) {
        state.changed = true;
        say(form, "草稿没有保存上，正在重试，请勿关闭页面", "bad");
        wait(form, AGAIN);
      }
    } finally {
      state.sending = null;
    }
  };

  const touched = (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-draft]") : null;
    if (!form) return;
    const state = stateOf(form);
    state.sent = false;
    state.changed = true;
    form.dataset.touched = "";
    wait(form, PAUSE);
  };
  document.addEventListener("input", touched);
  document.addEventListener("change", touched);

  // Sent: nothing may be kept behind it.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-draft]")) return;
    const state = stateOf(event.target);
    clearTimeout(state.timer);
    state.sent = true;
    state.sending?.abort();
  });
  // It did not arrive, or came back with something to be corrected.
  const sendAgain = (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-draft]") : null;
    if (!form) return;
    const state = stateOf(form);
    state.sent = false;
    state.changed = true;
    wait(form, PAUSE);
  };
  document.addEventListener("htmx:sendError", sendAgain);
  document.addEventListener("htmx:responseError", sendAgain);
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const form of event.target.querySelectorAll?.("form[data-draft]:has([aria-invalid=true])") ?? []) {
      stateOf(form).changed = true;
      wait(form, PAUSE);
    }
  });

  // The page goes away with something unsaved: a last message that outlives it.
  addEventListener("pagehide", () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const state = stateOf(form);
      if (state.sent || !state.changed) continue;
      state.changed = false;
      fetch("/drafts", {
        method: "POST", body: body(form), keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() },
      }).catch(() => {});
    }
  });
})();
