// Forms with data-draft="what for" are kept on the server while they are filled in.
"use strict";

(() => {
  const said = (chinese, english) => (document.documentElement.lang.startsWith("zh") ? chinese : english);
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
      ([...form.querySelectorAll(".buttons")].at(-1) ?? form).append(line);
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
      if (told.kept) say(form, said(`草稿已保存 ${told.at}`, `Draft saved ${told.at}`));
    } catch {
      if (!state.sent) {
        state.changed = true;
        say(form, said("草稿没有保存上，正在重试，请勿关闭页面", "The draft was not saved; trying again, please keep the page open"), "bad");
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
    // A file that was kept as soon as it was chosen is part of what was typed.
    if (event.target.matches?.(".field-files")) sendAgain(event);
    for (const form of event.target.querySelectorAll?.("form[data-draft]:has([aria-invalid=true])") ?? []) {
      stateOf(form).changed = true;
      wait(form, PAUSE);
    }
  });

  // The page goes away with something unsaved: a last message that outlives it. `beforeunload` comes
  // before the next page is asked for, `pagehide` where a page dies without it.
  const LEFT = "hotline-left";
  const flush = () => {
    const left = [];
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const state = stateOf(form);
      if (state.sent || (!state.changed && !state.sending)) continue;
      left.push(form.dataset.draft);
      state.changed = false;
      clearTimeout(state.timer);
      fetch("/drafts", {
        method: "POST", body: body(form), keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() },
      }).catch(() => { state.changed = true; });
    }
    // Only what for; what was typed stays in no browser.
    if (left.length) sessionStorage.setItem(LEFT, JSON.stringify(left));
  };
  addEventListener("beforeunload", flush);
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });

  // The next page may have been made before that message came in: then it is asked for anew.
  const lookAgain = async () => {
    const left = JSON.parse(sessionStorage.getItem(LEFT) ?? "[]");
    sessionStorage.removeItem(LEFT);
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const subject = form.dataset.draft;
      if (!left.includes(subject)) continue;
      const shown = Number(document.querySelector(`[data-draft-note="${subject}"]`)?.dataset.version ?? 0);
      const answer = await fetch(`/drafts?draft=${encodeURIComponent(subject)}`, { headers: { "X-Live": "1" } });
      if (answer.ok && !answer.redirected && (await answer.json()).version > shown && !("touched" in form.dataset)) location.reload();
    }
  };
  document.addEventListener("DOMContentLoaded", () => { if (sessionStorage.getItem(LEFT)) setTimeout(lookAgain, 250); });
})();
