/* one selection, shown in the table, on the map and in the card */
const narrow = window.matchMedia("(max-width: 900px)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const ranking = document.getElementById("ranking");
let chosen = -1;
let allShown = false;

const mark = (i) => {
  chosen = i;
  reach(i);
  ranking.querySelectorAll("[data-site]").forEach((row) => row.setAttribute("aria-current", String(+row.dataset.site === i)));
  markOnMap(i);
};
const showAll = () => {
  allShown = true;
  document.getElementById("rows")?.classList.add("all");
  document.getElementById("all")?.remove();
  arrange();
};
const select = (i, from) => {
  open("sites", i);
  mark(i);
  const row = ranking.querySelector(`[data-site="${i}"]`);
  if (from === "map") {
    if (row.classList.contains("more")) showAll();
    if (!narrow.matches) row.scrollIntoView({ block: "center" });
    else card.scrollIntoView({ block: "nearest" });
  } else {
    zoomTo(i);
    if (narrow.matches) document.querySelector(".mapbox").scrollIntoView({ block: "start" });
  }
};
/* rows come and go with the language and the priorities, so the frame around them listens */
const rowOf = (event) => event.target.closest?.("[data-site]");
ranking.addEventListener("click", (event) => {
  if (event.target.id === "all") showAll();
  else if (rowOf(event)) select(+rowOf(event).dataset.site, "table");
});
ranking.addEventListener("keydown", (event) => {
  if (rowOf(event) !== event.target || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  select(+event.target.dataset.site, "table");
});
["mouseover", "focusin"].forEach((name) => ranking.addEventListener(name, (event) => {
  if (rowOf(event)) reach(+rowOf(event).dataset.site);
}));
["mouseout", "focusout"].forEach((name) => ranking.addEventListener(name, (event) => {
  if (rowOf(event) && !rowOf(event).contains(event.relatedTarget)) reach(chosen);
}));
onLanguage.push(() => {
  if (allShown) showAll();
  mark(chosen);
});
