// Lists: rows by keyboard, ticked rows, and what somebody is typing while the list renews itself.
// Every list works without this file; it only saves movements.
(() => {
  "use strict";
  // What is cut off tells itself whole to who points at it.
  document.addEventListener("mouseover", (event) => {
    const cut = event.target.closest(".clamped, .row-title, .why");
    if (cut && !cut.title && cut.scrollHeight > cut.clientHeight + 1) cut.title = cut.textContent.trim();
  });

  const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select");

  // --- Rows by keyboard: j and k move, x ticks, Enter follows the link that has the focus.
  const links = () => [...document.querySelectorAll("[data-list] a.row-link")];

  function step(by) {
    const all = links();
    if (!all.length) return;
    const row = document.activeElement?.closest("[data-row]");
    const at = row ? all.findIndex((link) => row.contains(link)) : -1;
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    all[Math.max(0, Math.min(all.length - 1, next))].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") {
      const tick = document.activeElement?.closest("[data-row]")?.querySelector("[data-tick]");
      if (!tick) return;
      tick.click();
    } else return;
    event.preventDefault();
  });

  // --- A click anywhere in a row opens its case, except where something else is to be clicked.
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || event.target.closest("a, button, input, select, textarea, label, summary, form")) return;
    if (String(getSelection())) return;
    row.querySelector("a.row-link")?.click();
  });

  // --- Ticked rows.
  const ticks = (list) => [...list.querySelectorAll("[data-tick]:not(:disabled)")];

  function count(list) {
    const all = ticks(list);
    const ticked = all.filter((tick) => tick.checked).length;
    for (const place of list.querySelectorAll("[data-ticked]")) place.textContent = ticked;
    const every = list.querySelector("[data-tick-all]");
    if (!every) return;
    every.hidden = !all.length;
    every.checked = ticked > 0 && ticked === all.length;
    every.indeterminate = ticked > 0 && ticked < all.length;
  }

  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const tick of ticks(list)) tick.checked = event.target.checked;
    }
    count(list);
  });

  // --- While a list renews itself, what somebody ticked, typed, chose or opened stays.
  const touched = (control) => {
    if (control.type === "hidden" || !control.id) return false;
    if (control.type === "checkbox" || control.type === "radio") {
      return control.checked !== control.defaultChecked;
    }
    if (control.tagName === "SELECT") {
      return [...control.options].some((option) => option.selected !== option.defaultSelected);
    }
    return control.value !== control.defaultValue;
  };
  let kept = [];
  // Forms without a word of a draft: what was typed before one's eyes needs none when it comes back,
  // and the rows below would be pushed down.
  let silent = [];

  document.addEventListener("htmx:beforeSwap", (event) => {
    const list = event.detail.target;
    if (!list?.matches?.("[data-list]")) return;
    kept = [...list.querySelectorAll("input, select, textarea")].filter(touched).map((control) => ({
      id: control.id,
      value: control.value,
      checked: control.checked,
      tick: control.matches("[data-tick]"),
      chosen: control.multiple ? [...control.selectedOptions].map((option) => option.value) : null,
    }));
    for (const open of list.querySelectorAll("details[open][id]")) kept.push({ id: open.id, open: true });
    silent = [...list.querySelectorAll("form[id]:not(:has([data-draft-note]))")].map((form) => form.id);
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const state of kept) {
      const control = document.getElementById(state.id);
      if (!control) continue;
      if (state.open) control.open = true;
      // A row that has changed since it was ticked must be looked at again.
      else if (state.tick) control.checked = state.checked && control.value === state.value;
      else if (control.type === "checkbox" || control.type === "radio") control.checked = state.checked;
      else if (state.chosen) {
        for (const option of control.options) option.selected = state.chosen.includes(option.value);
      } else control.value = state.value;
    }
    for (const id of silent) document.getElementById(id)?.querySelector("[data-draft-note]")?.remove();
    kept = [];
    silent = [];
    document.querySelectorAll("[data-list]").forEach(count);
  });

  // --- data-when="attempt=answered": questions that only this answer calls for.
  function settle(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      const [name, value] = part.dataset.when.split("=");
      part.disabled = new FormData(form).get(name) !== value;
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.form) settle(event.target.form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    // Rows that came ticked are ticks like any other: they stay when the list renews itself.
    for (const tick of document.querySelectorAll("[data-tick]:checked")) {
      tick.defaultChecked = false;
      tick.checked = true;
    }
    document.querySelectorAll("[data-list]").forEach(count);
    document.querySelectorAll("form").forEach(settle);
  });
})();
