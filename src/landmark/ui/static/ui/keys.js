// Shortcuts. An element says its own key with data-key ("m", "g f"); `?` shows the list.
import { openPalette } from "./palette.js";

const PAUSE_MS = 900;
let first = "";
let since = 0;

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function press(key) {
  const now = Date.now();
  const pair = first && now - since < PAUSE_MS ? `${first} ${key}` : "";
  const found = (pair && document.querySelector(`[data-key="${CSS.escape(pair)}"]`)) || document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  first = key;
  since = now;
  if (found) { first = ""; found.click(); }
  return Boolean(found);
}

// Escape closes what pointing or focus has opened, until the next thing is pointed at or focused.
function hush() {
  const root = document.documentElement;
  root.classList.add("tips-off");
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, () => root.classList.remove("tips-off"), { once: true });
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog:modal")) return;
    if (event.key === "?") { document.getElementById("keys")?.showModal(); return; }
    if (event.key === "/") { event.preventDefault(); openPalette(); return; }
    if (event.key.length === 1 && press(event.key.toLowerCase())) event.preventDefault();
  });
  const list = document.getElementById("keys");
  list?.addEventListener("click", (event) => { if (event.target === list || event.target.closest("[data-close]")) list.close(); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) { event.preventDefault(); list?.showModal(); }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hush();
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
}
