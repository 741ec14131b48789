// Ctrl+K: go anywhere, find a deal, start an act. The server answers with the options.
import { cycleTheme } from "./theme-switch.js";

const WAIT_MS = 90;

export function openPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  input.focus();
  look(dialog, "");
}

let latest = 0;
let timer = 0;

async function look(dialog, words) {
  const mine = ++latest;
  const url = new URL(dialog.dataset.url, location.href);
  url.searchParams.set("q", words);
  url.searchParams.set("from", location.pathname);
  const day = new URLSearchParams(location.search).get("as_of");
  if (day) url.searchParams.set("as_of", day);
  try {
    const answer = await fetch(url, { headers: { "X-Requested-With": "palette" }, credentials: "same-origin" });
    if (!answer.ok || mine !== latest) return;
    const list = dialog.querySelector("[role=listbox]");
    list.innerHTML = await answer.text();
    choose(dialog, 0);
  } catch { /* offline: the last list stays */ }
}

const options = (dialog) => [...dialog.querySelectorAll("[role=option]")];

function choose(dialog, index) {
  const all = options(dialog);
  const input = dialog.querySelector("input");
  if (!all.length) { input.removeAttribute("aria-activedescendant"); return; }
  const at = (index + all.length) % all.length;
  all.forEach((option, i) => { option.setAttribute("aria-selected", String(i === at)); option.id ||= `palette-${i}`; });
  all[at].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", all[at].id);
}

const chosen = (dialog) => options(dialog).findIndex((option) => option.getAttribute("aria-selected") === "true");

function act(dialog, option) {
  dialog.close();
  if (option.dataset.act === "theme") cycleTheme();
  else if (option.dataset.act === "keys") document.getElementById("keys")?.showModal();
  else if (option.dataset.href) location.assign(option.dataset.href);
}

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(dialog, input.value.trim()), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) { event.preventDefault(); choose(dialog, chosen(dialog) + steps[event.key]); }
    if (event.key === "Enter") { event.preventDefault(); const option = options(dialog)[chosen(dialog)]; if (option) act(dialog, option); }
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) act(dialog, option);
    else if (event.target === dialog) dialog.close();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (opener && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openPalette(); }
  });
}
