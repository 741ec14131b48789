// Runs before the first paint, so that a stored theme never flashes. Everything else is a module.
(() => {
  try {
    const stored = localStorage.getItem("landmark-theme");
    if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
  } catch { /* storage is off: the system's theme it is */ }
  document.documentElement.classList.add("js");
})();
