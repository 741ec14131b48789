// Reading a chart by pointing at it: the nearest row of the chart's own table is shown beside the pointer, and arrow
// keys walk through the rows. Nothing is known here that the table does not say; without this script the table is there.
// A row takes part when it carries data-at (0 … 1, its place between data-x0 and data-x1 of the drawing);
// where a table serves two drawings, data-of on a drawing and on a column's head says whose column it is.

const SPACE = "http://www.w3.org/2000/svg";

function rowsOf(part, of) {
  const rows = [...part.querySelectorAll("tr[data-at]")].map((row) => ({ at: Number(row.dataset.at), words: say(row, of) }));
  return rows.sort((one, other) => one.at - other.at);
}

function say(row, of) {
  const heads = [...row.closest("table").querySelectorAll("thead th")];
  const cells = [...row.cells].map((cell, place) => ({ head: heads[place], text: cell.textContent.replace(/\s+/g, " ").trim() }));
  const [first, ...rest] = cells.filter(({ head }) => !of || !head.dataset.of || head.dataset.of === of);
  return [first.text, ...rest.map(({ head, text }) => `${head.textContent.trim()} ${text}`)].join(" · ");
}

function nearest(rows, at) {
  return rows.reduce((best, row) => (Math.abs(row.at - at) < Math.abs(best.at - at) ? row : best));
}

function equip(part, svg) {
  const rows = rowsOf(part, svg.dataset.of);
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
    words.style.minHeight = `${words.offsetHeight}px`; // once two lines high it stays so, and nothing below jumps
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
