/* the ranking sorted and filtered, and the map dimmed with it. `arrange` alone decides which rows stand where */
const wanted = { heritage_class: -1, status: -1, priorities_mark: -1, district: -1 }; // -1 all, else a site that is of the kind wanted
const sorting = { by: "rank", down: false };
const firstRows = document.querySelectorAll("#rows tr:not(.more)").length;
const FADED = 0.12;

const kept = (i) => Object.entries(wanted).every(([field, like]) => like < 0 || data.sites[i][field] === data.sites[like][field]);
const filtering = () => wantedDomain >= 0 || Object.values(wanted).some((like) => like >= 0);
const compare = {
  rank: (a, b) => data.sites[a].rank - data.sites[b].rank,
  score: (a, b) => data.sites[b].score - data.sites[a].score || compare.rank(a, b),
  name: (a, b) => data.sites[a].name.localeCompare(data.sites[b].name, LOCALES[language]) || compare.rank(a, b),
};
const inOrder = (a, b) => (sorting.down ? -1 : 1) * compare[sorting.by](a, b);

/* ---- the map: what is filtered out stays, faint */
let faded = false;
const fade = () => {
  if (!faded && !filtering()) return; // everything is as it was drawn
  faded = filtering();
  each("pins", (pin, i) => pin.getElement()?.classList.toggle("faded", !kept(i)));
  ["sites", "dots", "cut_off"].forEach((name) => each(name, (layer, i) => {
    layer.plain ??= { ...layer.options };
    layer.whole ??= layer.plain.fillOpacity;
    layer.plain.fillOpacity = layer.whole * (kept(i) ? 1 : FADED);
    layer.setStyle({ opacity: kept(i) ? 1 : FADED });
  }));
  markOnMap(chosen);
};

/* creative spaces of one domain, the others faint; a space of the domain wanted stands for it in every language */
let wantedDomain = -1;
const ofDomain = (i) => wantedDomain < 0 || data.spaces[i][2] === data.spaces[wantedDomain][2];
const fadeSpaces = () => ["core", "intermediate", "supporting"].forEach((tier) => each(`spaces_${tier}`, (layer, i) => {
  layer.whole ??= layer.options.fillOpacity;
  layer.setStyle({ opacity: ofDomain(i) ? 1 : FADED, fillOpacity: layer.whole * (ofDomain(i) ? 1 : FADED) });
  if (wantedDomain >= 0 && ofDomain(i)) layer.bringToFront();
}));
const domainChooser = () => {
  const found = new Map();
  data.spaces.forEach(([, , domain], i) => found.set(domain, { i: found.get(domain)?.i ?? i, n: (found.get(domain)?.n ?? 0) + 1 }));
  const choices = [...found].map(([kind, { i, n }]) => make("option", { value: String(i) }, t("{kind} ({n})", { kind, n: whole(n) })));
  const list = make("select", {}, make("option", { value: "-1" }, t("all")), ...choices);
  list.value = String(wantedDomain);
  list.dataset.filter = "domain";
  list.addEventListener("change", () => {
    wantedDomain = +list.value;
    reset.hidden = !filtering();
    fadeSpaces();
  });
  return make("label", {}, t("Creative spaces on the map"), " ", list);
};

/* ---- the rows */
const tell = (n, matching, m) => {
  const line = document.getElementById("shown-rows");
  if (line) line.textContent = n < matching && matching < m ? t("{n} of {m} candidates shown; {k} fit.", { n: whole(n), m: whole(m), k: whole(matching) })
    : t("{n} of {m} candidates shown.", { n: whole(n), m: whole(m) });
};
const arrange = () => {
  const body = document.getElementById("rows");
  if (!body) return;
  if (filtering() || sorting.by !== "rank" || sorting.down) completeRows();
  const rows = [...body.children].sort((a, b) => inOrder(+a.dataset.site, +b.dataset.site));
  const apart = [...ranking.querySelectorAll(".apart [data-site]")];
  let fit = 0;
  const waiting = rowsWaiting();
  rows.forEach((row) => {
    row.hidden = !kept(+row.dataset.site);
    row.classList.toggle("more", !row.hidden && fit >= firstRows);
    fit += row.hidden ? 0 : 1;
  });
  apart.forEach((row) => { row.hidden = !kept(+row.dataset.site); });
  if (rows.some((row, k) => body.children[k] !== row)) body.append(...rows);
  fit += waiting;
  const all = document.getElementById("all");
  if (all) {
    all.hidden = fit <= firstRows;
    all.textContent = t("Show all {n}", { n: whole(fit) });
  }
  const alsoFit = apart.filter((row) => !row.hidden).length;
  tell((allShown ? fit : Math.min(fit, firstRows)) + alsoFit, fit + alsoFit, rows.length + waiting + apart.length);
  ranking.querySelectorAll("[data-sort]").forEach((button) => {
    const on = button.dataset.sort === sorting.by;
    button.closest("th").setAttribute("aria-sort", on ? (sorting.down !== (sorting.by === "score") ? "descending" : "ascending") : "none");
  });
  fade();
  order.takeRecords(); // what was moved here is no news
};
/* other priorities put the rows in their own order: what is chosen here holds on top of it */
const order = new MutationObserver(arrange);

/* ---- what the reader chooses from: each kind once, with how many there are */
const kinds = (field) => {
  const found = new Map();
  data.sites.forEach((site, i) => {
    const entry = found.get(site[field]) ?? { i, n: 0 };
    entry.n += 1;
    if (site[field]) found.set(site[field], entry);
  });
  return [...found.values()];
};
const chooser = (field, label, said) => {
  const choices = kinds(field).map(({ i, n }) =>
    make("option", { value: String(i) }, t("{kind} ({n})", { kind: said(data.sites[i]), n: whole(n) })));
  const list = make("select", {}, make("option", { value: "-1" }, t("all")), ...choices);
  list.value = String(wanted[field]);
  list.dataset.filter = field;
  list.addEventListener("change", () => {
    wanted[field] = +list.value;
    reset.hidden = !filtering();
    arrange();
  });
  return make("label", {}, label, " ", list);
};
const reset = make("button", { type: "button", id: "no-filters", hidden: true });
reset.addEventListener("click", () => {
  Object.keys(wanted).forEach((field) => { wanted[field] = -1; });
  wantedDomain = -1;
  fadeSpaces();
  offer();
  ranking.querySelector("#filters select").focus();
});
const offer = () => {
  const place = document.getElementById("filters");
  if (!place) return;
  reset.textContent = t("Show every kind");
  reset.hidden = !filtering();
  place.replaceChildren(...[
    chooser("heritage_class", t("Class"), (site) => site.heritage_class),
    chooser("status", t("Status"), (site) => site.status_words),
    chooser("priorities_mark", t("Priorities"), (site) => site.priorities_mark_words || site.priorities_mark),
    data.sites.some((site) => site.district) ? chooser("district", t("District"), (site) => site.district) : "",
    data.spaces.length ? domainChooser() : "",
    reset,
  ].filter(Boolean));
  order.disconnect();
  order.observe(document.getElementById("rows"), { childList: true });
  arrange();
};
ranking.addEventListener("click", (event) => {
  const by = event.target.dataset.sort;
  if (!by) return;
  Object.assign(sorting, { by, down: sorting.by === by && !sorting.down });
  arrange();
});
offer();
onLanguage.push(offer);
