// Beside the forms of a case: templates that are added to what is typed, and the printed sheet.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target && target.closest("[data-insert]");
    if (button) {
      const field = document.getElementById(button.dataset.insert);
      if (!field) return;
      event.preventDefault();
      // At the cursor where somebody is writing, else behind what is there already.
      const at = field.selectionStart ?? field.value.length;
      const [before, after] = [field.value.slice(0, at), field.value.slice(field.selectionEnd ?? at)];
      const text = (before && !before.endsWith("\n") ? "\n" : "") + button.dataset.text;
      field.value = before + text + after;
      field.focus();
      field.setSelectionRange(before.length + text.length, before.length + text.length);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    if (target && target.closest("[data-print]")) window.print();
  });
})();
