// Filters apply as they change; a form cannot be sent twice; fields show themselves when their choice is made.
function reveal(scope) {
  for (const part of scope.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const form = part.closest("form");
    const value = form?.elements[name]?.value ?? "";
    const shown = values.split(",").includes(value);
    part.hidden = !shown;
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !shown;
  }
}

export function startForms() {
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form) return;
    if (form.dataset.auto !== undefined && !window.htmx) form.requestSubmit();
    reveal(form);
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.method === "post" && button && !event.defaultPrevented) setTimeout(() => { button.disabled = true; setTimeout(() => { button.disabled = false; }, 4000); });
  });
  // Ctrl+Enter sends the form one types in, or the only one of the page that waits for a yes.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.form ?? document.querySelector("form[data-send]");
    if (form?.method !== "post") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
  });
  // The same for forms that htmx sends; one that leads on stays shut until the next page is there.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[method=post]")) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) delete event.detail.elt.dataset.sent;
  });
  window.addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });
  // A filter's empty fields do not belong in its address.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.closest?.("form[data-auto]")) for (const [name, value] of Object.entries(event.detail.parameters)) if (value === "") delete event.detail.parameters[name];
  });
  document.body.addEventListener("htmx:afterSwap", (event) => reveal(event.detail.target));
  document.addEventListener("toggle", (event) => { if (event.target.open) event.target.querySelector?.("input:not([type=hidden]), select")?.focus(); }, true);
  reveal(document);
}
