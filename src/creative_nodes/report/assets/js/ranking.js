/* one selection, shown in the table, on the map and in the card */
const narrow = window.matchMedia("(max-width: 900px)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const ranking = document.getElementById("ranking");
let chosen = -1;
let allShown = false;

/* a long ranking's last rows wait as text until somebody asks for them */
const rowsWaiting = () => +(document.getElementById("rows-waiting")?.dataset.n ?? 0);
const completeRows = () => {
  const waiting = document.getElementById("rows-waiting");
  if (!waiting) return;
  const body = document.getElementById("rows");
  body.insertAdjacentHTML("beforeend", waiting.textContent); // written by the program, escaped there
  waiting.remove();
  fillBars(body);
  body.querySelector(`[data-site="${chosen}"]`)?.setAttribute("aria-current", "true");
};

/* which site a row is of; asked often, so that it is kept beside the row */
const siteOfRow = (row) => (row.ofSite ??= +row.dataset.site);

const mark = (i) => {
  chosen = i;
  reach(i);
  ranking.querySelectorAll("[data-site]").forEach((row) => row.setAttribute("aria-current", String(+row.dataset.site === i)));
  markOnMap(i);
};
const showAll = () => {
  allShown = true;
  completeRows();
  document.getElementById("rows")?.classList.add("all");
  document.getElementById("all")?.remove();
  arrange();
};
const select = (i, from) => {
  open("sites", i);
  mark(i);
  setState("site", data.sites[i].site_id);
  if (!ranking.querySelector(`[data-site="${i}"]`)) completeRows();
  const row = ranking.querySelector(`[data-site="${i}"]`);
  if (from === "link") map.panInside(data.sites[i].at, { padding: [60, 60], animate: false }); // the frame may be another than the sender's
  if (from === "map" || from === "link") {
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
  else if (event.target.closest("[data-pick]")) return;
  else if (rowOf(event)) select(+rowOf(event).dataset.site, "table");
});
ranking.addEventListener("keydown", (event) => {
  if (rowOf(event) !== event.target || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  select(+event.target.dataset.site, "table");
  card.focus({ preventScroll: true });
});
["mouseover", "focusin"].forEach((name) => ranking.addEventListener(name, (event) => {
  if (rowOf(event)) reach(+rowOf(event).dataset.site);
}));
["mouseout", "focusout"].forEach((name) => ranking.addEventListener(name, (event) => {
  if (rowOf(event) && !rowOf(event).contains(event.relatedTarget)) reach(chosen);
}));
/* rows in another order, each with how far it moved against the run */
const shift = (by) => {
  if (!by) return "";
  const [n, told] = by > 0
    ? [`▲${whole(by)}`, tn(by, "up {n} rank from the run", "up {n} ranks from the run")]
    : [`▼${whole(-by)}`, tn(-by, "down {n} rank from the run", "down {n} ranks from the run")];
  return make("span", { className: by > 0 ? "shift up" : "shift down", title: told },
    make("span", { ariaHidden: "true" }, n), make("span", { className: "sr" }, told));
};
/* the two marks of a site and between which ranks it lies */
const chip = (verdict, words) => make("span", { className: `chip chip-${once.chips[verdict]}` }, words);
/* between which ranks of all a site lies, as a bar and in words */
const rangeOf = ({ rank_low, rank_high, interval }) => {
  const n = data.sites.filter(({ rank }) => rank).length;
  const inner = make("span", {});
  Object.assign(inner.style, { width: `${(100 * (rank_high - rank_low + 1)) / n}%`, marginLeft: `${(100 * (rank_low - 1)) / n}%` });
  return make("span", { className: "interval" }, make("span", { className: "range", ariaHidden: "true" }, inner), t("rank {interval}", { interval }));
};
const showMarks = (row, site) => {
  row.querySelector(".marks-of").replaceChildren(...[
    chip(site.priorities_mark, site.priorities_mark_words),
    site.map_mark ? chip(site.map_mark, site.map_mark_words) : "",
    site.interval ? rangeOf(site) : "",
  ].filter(Boolean).flatMap((one, k) => (k ? [" ", one] : [one])));
};
const rankRow = (row, { ranks, scores, run }) => {
  const i = siteOfRow(row);
  const told = `${ranks[i]} ${run[i]} ${language}`;
  if (row.dataset.told !== told) row.querySelector(".rank").replaceChildren(String(ranks[i]), shift(run[i] - ranks[i]));
  row.dataset.told = told;
  row.querySelector(".score .value").textContent = fixed(scores[i], 2);
  row.querySelector(".score .bar > span").style.width = `${scores[i] * 100}%`;
};
/* in the new order; rows out of view follow when the marks do */
const reorder = (found) => {
  completeRows();
  arrange();
  const inView = allShown ? "#rows tr:not([hidden])" : "#rows tr:not([hidden], .more)";
  document.querySelectorAll(inView).forEach((row) => rankRow(row, found));
  ranking.classList.toggle("reweighed", found.changed);
};
const rowsAnew = function* (found) {
  for (const row of [...document.getElementById("rows").children]) {
    rankRow(row, found);
    if (found.changed || row.classList.contains("judged")) showMarks(row, data.sites[siteOfRow(row)]);
    row.classList.toggle("judged", found.changed);
    yield;
  }
};
onLanguage.push(() => {
  if (allShown) showAll();
  mark(chosen);
});
