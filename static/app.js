// Keyboard and small comforts. Every page also works without this file.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // data-shortcut="/" or "Alt+1": focuses a field, follows a link, presses a button.
  const name = (event) => {
    const parts = [];
    if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
    if (event.altKey) parts.push("Alt");
    // With Alt some layouts put another character into `key`, and an input method keeps the letter
    // to itself; `code` names the key.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (event.altKey && digit) parts.push(digit[1]);
    else if (event.key === "Process" && letter) parts.push(letter[1].toLowerCase());
    else parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    return parts.join("+");
  };
  // Where a letter would be written; a tick or a radio button writes none.
  const typing = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select"));

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const pressed = name(event);
    if (pressed === "Ctrl+Enter") {
      const form = event.target instanceof Element ? event.target.closest("form") : null;
      const button = form && (form.querySelector("[data-default]") || form.querySelector("button[type=submit]"));
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (!pressed.includes("+") && typing(event.target)) return;
    const found = [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut === pressed);
    if (!found || event.repeat) return;
    event.preventDefault();
    if (typing(found)) found.focus();
    else {
      if (found.type === "radio" || found.type === "checkbox") found.focus();
      found.click();
    }
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target && target.closest("[data-theme-toggle]")) {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.bsTheme);
    }
    for (const menu of document.querySelectorAll("details.usermenu[open]")) {
      if (!target || !menu.contains(target)) menu.open = false;
    }
    // A suggestion fills a field, and chooses the ending that the field belongs to.
    const fill = target && target.closest("[data-fill]");
    if (fill) {
      if (fill.dataset.choose) document.querySelector(`[name=disposition][value=${fill.dataset.choose}]`)?.click();
      const field = document.querySelector(fill.dataset.fill);
      if (field) {
        field.value = fill.dataset.value;
        field.focus();
        for (const told of ["input", "change"]) field.dispatchEvent(new Event(told, { bubbles: true }));
      }
    }
    const copy = target && target.closest("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy);
  });

  // The first input with a sentence beside it is where the person goes on.
  const toFirstWrong = (within) => {
    const wrong = within.querySelector?.("[aria-invalid=true]");
    if (wrong) wrong.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => toFirstWrong(event.target));
  document.addEventListener("DOMContentLoaded", () => toFirstWrong(document));

  // A list that renews itself says aloud how many wait in it now, and nothing while that is the same.
  const waiting = () => document.querySelector(".tabs [aria-current]")?.innerText.replace(/\s+/g, " ").trim();
  let told = waiting();
  document.addEventListener("htmx:afterSettle", () => {
    const now = waiting();
    const aloud = document.getElementById("told");
    if (aloud && now !== told) aloud.textContent = now ?? "";
    told = now;
  });

  document.addEventListener("htmx:sendError", () => {
    const flash = document.getElementById("flash");
    if (flash) {
      const notice = document.createElement("div");
      notice.className = "notice notice-bad";
      notice.setAttribute("role", "alert");
      notice.textContent = document.documentElement.lang === "en"
        ? "No connection: this was not sent. Please try again."
        : "网络不通，刚才的操作没有送达，请重试。";
      flash.replaceChildren(notice);
    }
  });
})();
