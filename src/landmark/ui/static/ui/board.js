// Dragging a card to another column opens the move form with that stage chosen. "Move…" on the card does the same.
export function startBoard() {
  let card = null;
  const columns = () => document.querySelectorAll("[data-stage]");
  const clear = () => columns().forEach((column) => column.classList.remove("is-target", "is-open-to"));

  document.addEventListener("dragstart", (event) => {
    card = event.target.closest?.("[data-move-url]");
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.moveUrl);
    card.classList.add("is-dragged");
    columns().forEach((column) => { if (!column.contains(card)) column.classList.add("is-open-to"); });
  });
  document.addEventListener("dragover", (event) => {
    const column = card && event.target.closest?.("[data-stage]");
    if (!column || column.contains(card)) return;
    event.preventDefault();
    columns().forEach((other) => other.classList.toggle("is-target", other === column));
  });
  document.addEventListener("drop", (event) => {
    const column = card && event.target.closest?.("[data-stage]");
    if (!column || column.contains(card)) return;
    event.preventDefault();
    const url = new URL(card.dataset.moveUrl, location.href);
    url.searchParams.set("to", column.dataset.stage);
    if (window.htmx && document.getElementById("act")) window.htmx.ajax("GET", url.pathname + url.search, { target: "#act", swap: "innerHTML" });
    else location.assign(url);
  });
  document.addEventListener("dragend", () => { card?.classList.remove("is-dragged"); card = null; clear(); });
}
