// Light or dark, before anything is drawn: as chosen on this browser, else as its system has it.
"use strict";

document.documentElement.dataset.bsTheme =
  localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
