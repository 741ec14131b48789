// Reading a chart by pointing at it: the nearest row of the chart's own table is shown beside the pointer, and arrow
// keys walk through the rows. Nothing is known here that the table does not say; without this script the table is there.
// A row takes part when it carries data-at (0 … 1, its place between data-x0 and data-x1 of the drawing).

const SPACE = "http://www.w3.org/2000/svg";

function rowsOf(part) {
  return [...part.querySelectorAll("tr[data-at]")].map((row) => ({ at: Number(row.dataset.at), words: say(row) }));
}

function say(row) {
  const heads = [...row.closest("table").querySelectorAll("thead th")].map((head) => head.textContent.trim());
  const cells = [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim());
  return cells.map((text, place) => (place === 0 ? text : `${heads[place]} ${text}`)).join(" · ");
}

function nearest(rows, at) {
  return rows.reduce((best, row) => (Math.abs(row.at - at) < Math.abs(best.at - at) ? row : best));
}

function equip(part, svg) {
  const rows = rowsOf(part);
  const [x0, x1] = [Number(svg.dataset.x0), Number(svg.dataset.x1)];
  if (!rows.length || !(x1 > x0)) return;
  const line = svg.appendChild(document.createElementNS(SPACE, "line"));
  line.setAttribute("class", "pointer");
  line.setAttribute("y1", svg.dataset.y1 || 0);
  line.setAttribute("y2", svg.dataset.y0 || svg.viewBox.baseVal.height);
  const words = document.createElement("output");
  words.className = ["readout", ...svg.classList].filter((name) => name === "readout" || name.startsWith("only-")).join(" ");
  svg.after(words);
  let shown = null;

  const show = (row) => {
    shown = row;
    const x = x0 + row.at * (x1 - x0);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.classList.add("is-on");
    words.textContent = row.words;
  };
  const hide = () => {
    line.classList.remove("is-on");
    words.textContent = "";
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    show(nearest(rows, (x - x0) / (x1 - x0)));
  });
  svg.addEventListener("pointerleave", hide);
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("focus", () => show(shown || rows[0]));
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = rows.indexOf(shown || rows[0]) + step;
    show(rows[Math.min(Math.max(place, 0), rows.length - 1)]);
  });
}

export function startCharts() {
  const look = (root) => {
    for (const part of root.querySelectorAll("[data-chart]"))
      for (const svg of part.querySelectorAll("svg.chart[data-x0]:not([tabindex])")) equip(part, svg);
  };
  look(document);
  document.addEventListener("htmx:afterSettle", () => look(document));
}
