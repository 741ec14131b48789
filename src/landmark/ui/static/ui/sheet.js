// The side sheet: forms open beside the page. Without this module the same form stands in the page.
const sheet = () => document.getElementById("act");

export function openSheet() {
  const dialog = sheet();
  if (!dialog) return;
  // The server's own `open` is taken away by hand: close() would tell everybody that the sheet was closed.
  if (dialog.open && !dialog.matches(":modal")) dialog.removeAttribute("open");
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[autofocus], .has-error input, .has-error textarea, .sheet-body input:not([type=hidden]), .sheet-body select, .sheet-body textarea");
  first?.focus({ preventScroll: true });
}

function forgetAddress() {
  const url = new URL(location.href);
  if (!url.searchParams.has("do")) return;
  for (const name of ["do", "to", "key", "person", "check"]) url.searchParams.delete(name);
  history.replaceState(history.state, "", url);
}

// A saved form sends one back to the page it stands on; an address that differs by its anchor alone would reload nothing.
function reloadSamePage(event) {
  const sent = event.detail.xhr.getResponseHeader("HX-Redirect");
  const goal = sent && new URL(sent, location.href);
  if (!goal?.hash || goal.pathname + goal.search !== location.pathname + location.search) return;
  event.preventDefault();
  history.replaceState(history.state, "", goal);
  location.reload();
}

const differs = (field) => {
  if (field.type === "hidden" || !field.name) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((one) => one.defaultSelected && !one.selected);
  return field.value !== field.defaultValue;
};

// Pointing beside the sheet, or Escape, would take away what somebody typed: they are asked first.
function mayClose(dialog) {
  const fields = [...dialog.querySelectorAll("input, textarea, select")];
  const typed = dialog.querySelector(".has-error") || fields.some(differs);
  return !typed || confirm(document.body.dataset.leave);
}

export function startSheet() {
  const dialog = sheet();
  if (!dialog) return;
  if (dialog.open && dialog.querySelector("form")) openSheet();
  dialog.addEventListener("close", () => { forgetAddress(); dialog.replaceChildren(); });
  dialog.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) { event.preventDefault(); dialog.close(); return; }
    const box = dialog.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (event.target === dialog && outside && mayClose(dialog)) dialog.close();
  });
  dialog.addEventListener("cancel", (event) => { if (!mayClose(dialog)) event.preventDefault(); });
  document.body.addEventListener("htmx:beforeOnLoad", reloadSamePage);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "act" && event.detail.target.querySelector("form")) openSheet();
  });
}
