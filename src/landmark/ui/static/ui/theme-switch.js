// Auto, light or dark: kept in this browser.
const KEY = "landmark-theme";

const current = () => document.documentElement.dataset.theme ?? "auto";

export function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch { /* only for this page, then */ }
  mark();
}

export function cycleTheme() {
  const order = ["auto", "light", "dark"];
  setTheme(order[(order.indexOf(current()) + 1) % order.length]);
}

function mark() {
  for (const button of document.querySelectorAll("[data-theme-to]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeTo === current()));
}

export function startTheme() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-to]");
    if (button) setTheme(button.dataset.themeTo);
  });
  mark();
}
