// A link to a folded part unfolds it. Without this module the page goes there and one click unfolds it.
function unfold() {
  let fold = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details");
  for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

// On a phone the bars of steps are wider than the page: the step one is at stands in sight.
function showHere() {
  for (const here of document.querySelectorAll(".stops [aria-current], .legs [aria-current]")) {
    const bar = here.closest(".stops, .legs");
    bar.scrollLeft = here.offsetLeft - bar.offsetLeft - 40;
  }
}

export function startFolds() {
  showHere();
  addEventListener("hashchange", unfold);
  unfold();
}
