// A field with a long list (units, categories, places): found by words or by pinyin initials.
// Without this file it is the plain input that it is in the page.
"use strict";

(() => {
  const said = (chinese, english) => (document.documentElement.lang.startsWith("zh") ? chinese : english);
  const MOST = 12;
  const lists = new Map();
  const kinds = new WeakMap();
  let list = null;
  let open = null;

  const choicesOf = (kind) => {
    const source = document.getElementById(kind);
    const url = source?.dataset.choices;
    if (!url) return null;
    if (!lists.has(url)) {
      lists.set(url, fetch(url, { headers: { "X-Live": "1" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((rows) => rows.map(([text, letters]) => {
          const words = letters.split("/");
          return { text, lower: text.toLowerCase(), code: text.split(" ", 1)[0].toLowerCase(), leaf: text.slice(text.lastIndexOf("/") + 1).trim(), words, last: words[words.length - 1].split(" "), letters: letters.replace(/[/ ]/g, "") };
        }))
        .catch((fault) => { lists.delete(url); throw fault; }));
    }
    return lists.get(url);
  };

  // Lower is better; Infinity is no match.
  const rank = (choice, asked) => {
    if (choice.lower === asked) return 0;
    if (choice.code === asked) return 1;
    if (/^[a-z0-9.]+$/.test(asked)) {
      if (choice.last.includes(asked)) return 2;
      if (choice.last.some((one) => one.startsWith(asked))) return 3;
      if (choice.code.startsWith(asked)) return 4;
      if (choice.last.some((one) => one.includes(asked))) return 5;
      if (choice.letters.includes(asked)) return 6;
    }
    const words = asked.split(/\s+/);
    if (!words.every((word) => choice.lower.includes(word))) return Infinity;
    if (choice.leaf === asked) return 2;
    return choice.leaf.startsWith(words[0]) ? 3 : choice.leaf.includes(words[0]) ? 4 : 7;
  };
  const found = (choices, asked) => {
    if (!asked) return choices;
    return choices.map((choice, at) => [rank(choice, asked), at, choice])
      .filter(([rating]) => rating !== Infinity)
      .sort((one, other) => one[0] - other[0] || one[1] - other[1])
      .map(([, , choice]) => choice);
  };

  const theList = () => {
    if (!list?.isConnected) {
      list = document.createElement("ul");
      list.id = "picker-list";
      list.className = "picker-list";
      list.setAttribute("role", "listbox");
      list.hidden = true;
      document.body.append(list);
      // Before the field loses the focus.
      list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const option = event.target.closest("[role=option]");
        if (option && open) choose(option);
      });
    }
    return list;
  };
  const enhance = (input) => {
    const kind = input.getAttribute("list");
    if (!kind || !document.getElementById(kind)?.dataset.choices) return;
    kinds.set(input, kind);
    theList();
    // Soon, so that nobody types faster than the list comes; the browser keeps it for the next page.
    setTimeout(() => choicesOf(kind)?.catch(() => {}), 200);
    input.removeAttribute("list");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "picker-list", autocomplete: "off", spellcheck: "false" })) input.setAttribute(name, value);
  };
  const enhanceAll = (within) => {
    if (within.matches?.("input[list]")) enhance(within);
    for (const input of within.querySelectorAll?.("input[list]") ?? []) enhance(input);
  };

  const close = () => {
    if (!open) return;
    open.setAttribute("aria-expanded", "false");
    open.removeAttribute("aria-activedescendant");
    open = null;
    list.hidden = true;
  };
  const mark = (option) => {
    for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      open.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else open.removeAttribute("aria-activedescendant");
  };
  const marked = () => list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    const input = open;
    close();
    if (input.value === option.dataset.value) return;
    input.value = option.dataset.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = async (input, { all = false } = {}) => {
    enhance(input);
    const asked = all ? "" : input.value.trim().toLowerCase();
    let matches;
    try {
      matches = found(await choicesOf(kinds.get(input)), asked);
    } catch {
      return;
    }
    if (document.activeElement !== input || (!all && input.value.trim().toLowerCase() !== asked)) return;
    if ((!asked && !all) || (matches.length === 1 && matches[0].text === input.value)) return close();
    theList().replaceChildren();
    matches.slice(0, MOST).forEach((choice, at) => {
      const option = document.createElement("li");
      option.id = `picker-option-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.value = choice.text;
      option.textContent = choice.text;
      list.append(option);
    });
    if (matches.length !== list.children.length || !matches.length) {
      const rest = document.createElement("li");
      rest.className = "picker-rest";
      rest.setAttribute("role", "option");
      rest.setAttribute("aria-disabled", "true");
      rest.textContent = matches.length ? said(`还有 ${matches.length - MOST} 项，请继续输入`, `${matches.length - MOST} more: keep typing`) : said("没有匹配的项，可换个说法或拼音首字母", "No match: try other words or pinyin initials");
      list.append(rest);
    }
    if (open && open !== input) close();
    open = input;
    input.setAttribute("aria-expanded", "true");
    list.setAttribute("aria-label", input.labels?.[0]?.innerText.trim() || input.getAttribute("aria-label") || said("选项", "Options"));
    const box = input.getBoundingClientRect();
    list.hidden = false;
    list.style.minWidth = `${box.width}px`;
    list.style.left = `${Math.max(0, Math.min(box.left, innerWidth - list.offsetWidth - 16)) + scrollX}px`;
    const below = innerHeight - box.bottom > list.offsetHeight + 8 || box.top < list.offsetHeight;
    list.style.top = `${(below ? box.bottom + 2 : box.top - list.offsetHeight - 2) + scrollY}px`;
    mark(asked && matches.length ? list.firstElementChild : null);
  };

  document.addEventListener("focusin", (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    enhance(event.target);
    if (kinds.has(event.target)) choicesOf(kinds.get(event.target))?.catch(() => {});
  });
  document.addEventListener("focusout", (event) => { if (event.target === open) close(); });
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && kinds.has(event.target) && event.isTrusted) show(event.target);
  });
  document.addEventListener("click", (event) => {
    if (kinds.has(event.target) && !open) show(event.target, { all: !event.target.value });
  });
  // Before the shortcuts of the page: Enter and Escape belong to the open list first.
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.isComposing || !kinds.has(input)) return;
    const options = open ? [...list.querySelectorAll("[data-value]")] : [];
    const at = options.indexOf(open ? marked() : null);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void show(input, { all: !input.value });
      if (!options.length) return;
      const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? options.length - 1 : at - 1;
      mark(options[(next + options.length) % options.length]);
    } else if (open && event.key === "Enter" && !event.ctrlKey && !event.metaKey && at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      choose(options[at]);
    } else if (open && event.key === "Tab" && at >= 0) {
      choose(options[at]);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (open && event.key === "Enter" && (event.ctrlKey || event.metaKey) && at >= 0) {
      choose(options[at]);
    }
  }, true);
  addEventListener("resize", close);
  document.addEventListener("DOMContentLoaded", () => enhanceAll(document));
  document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
  if (document.readyState !== "loading") enhanceAll(document);
})();
