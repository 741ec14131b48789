// Short messages: announced politely, gone by themselves unless they report a fault.
const STAYS_MS = 7000;

export function toast(text, kind = "info") {
  const place = document.getElementById("toasts");
  if (!place) return;
  const item = document.getElementById("toast-shape").content.firstElementChild.cloneNode(true);
  item.querySelector("span").textContent = text;
  if (kind === "error") item.classList.add("is-error");
  place.append(item);
  fade(item);
}

function fade(item) {
  if (item.classList.contains("is-error")) return;
  let left = setTimeout(() => item.remove(), STAYS_MS);
  item.addEventListener("pointerenter", () => clearTimeout(left));
  item.addEventListener("focusin", () => clearTimeout(left));
  item.addEventListener("pointerleave", () => { left = setTimeout(() => item.remove(), STAYS_MS); });
}

export function startToasts() {
  const place = document.getElementById("toasts");
  if (!place) return;
  // Set anew, so that screen readers notice what the server wrote into the live region.
  const waiting = [...place.children];
  place.replaceChildren();
  setTimeout(() => { place.append(...waiting); waiting.forEach(fade); }, 60);
  place.addEventListener("click", (event) => event.target.closest("button")?.closest(".toast")?.remove());
  document.body.addEventListener("htmx:responseError", () => toast(place.dataset.failed, "error"));
  document.body.addEventListener("htmx:sendError", () => toast(place.dataset.offline, "error"));
}
