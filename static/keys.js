// The sheet of this page's shortcuts: "?" outside a field, F1 anywhere.
"use strict";

(() => {
  const said = (chinese, english) => (document.documentElement.lang.startsWith("zh") ? chinese : english);
  const labelOf = (one) => {
    const named = one.getAttribute("aria-label") || one.getAttribute("title");
    if (named) return named;
    const source = (one.labels?.[0] ?? one).cloneNode(true);
    for (const extra of source.querySelectorAll("kbd, .must, .optional, select, option, input")) extra.remove();
    return source.textContent.replace(/\s+/g, " ").trim() || one.getAttribute("placeholder") || "";
  };
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) || (one.labels?.[0]?.checkVisibility() ?? false);
  const pretty = (keys) => keys.split("+").map((key) => {
    const kbd = document.createElement("kbd");
    kbd.textContent = key.length === 1 ? key.toUpperCase() : key;
    return kbd;
  });

  const lines = () => {
    const known = new Set();
    const found = [];
    for (const one of document.querySelectorAll("[data-shortcut]")) {
      const keys = one.dataset.shortcut;
      if (known.has(keys) || !shown(one)) continue;
      known.add(keys);
      found.push([keys, labelOf(one)]);
    }
    if (document.querySelector("main form button[type=submit]")) found.push(["Ctrl+Enter", said("提交正在填写的表单", "Send the form being filled in")]);
    if (document.querySelector("input[role=combobox]")) found.push(["↓", said("打开选项；也可输入拼音首字母或几个字，Tab 或 Enter 选定", "Open the options; type words or pinyin initials, Tab or Enter takes one")]);
    found.push(["F1", said("打开这张表", "Open this sheet")], ["Esc", said("关闭", "Close")]);
    return found;
  };

  const show = () => {
    let sheet = document.getElementById("keys-sheet");
    if (!sheet) {
      sheet = document.createElement("dialog");
      sheet.id = "keys-sheet";
      sheet.className = "keys-sheet";
      sheet.setAttribute("aria-labelledby", "keys-title");
      document.body.append(sheet);
      sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
    }
    if (sheet.open) return sheet.close();
    const title = document.createElement("h2");
    title.id = "keys-title";
    title.tabIndex = -1;
    title.autofocus = true;
    title.textContent = said("本页快捷键", "Shortcuts of this page");
    const rows = document.createElement("dl");
    for (const [keys, label] of lines()) {
      const row = document.createElement("div");
      const key = document.createElement("dt");
      pretty(keys).forEach((one, at) => key.append(...(at ? ["+", one] : [one])));
      const what = document.createElement("dd");
      what.textContent = label;
      row.append(key, what);
      rows.append(row);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-outline-primary";
    close.textContent = said("关闭", "Close");
    close.addEventListener("click", () => sheet.close());
    sheet.replaceChildren(title, rows, close);
    // A dialog that opens ends the page's `autofocus`, also where it has not come about yet; then
    // Escape would lead nowhere.
    if (document.activeElement === document.body) document.querySelector("main [autofocus]")?.focus();
    sheet.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "F1") { event.preventDefault(); show(); }
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-keys-sheet]")) show();
  });
})();
