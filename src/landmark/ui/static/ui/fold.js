// A link to a folded part unfolds it. Without this module the page goes there and one click unfolds it.
function unfold() {
  let fold = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details");
  for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

export function startFolds() {
  addEventListener("hashchange", unfold);
  unfold();
}
