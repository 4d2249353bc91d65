/* the ranking sorted and filtered, and the map dimmed with it; the address keeps both. `arrange` alone decides which rows stand where */
const sorting = { by: "rank", down: false };
const firstRows = document.querySelectorAll("#rows tr:not(.more)").length;
const FADED = 0.12;

/* ---- what is wanted: of each field one kind or all, "" for all, by its name in the address. Status and mark stand there
   by their key; a class, a district or a domain, which has none, by the number or id of the first that is of the kind */
const FIELDS = { heritage_class: "class", status: "status", priorities_mark: "mark", district: "district" };
const KEYED = ["status", "priorities_mark"];
const REUSABLE = ["to_be_vacated", "vacated", "brownfield", "not_known"];
const wanted = {};
const alike = (field, i) => KEYED.includes(field)
  ? data.sites[i][field] === wanted[field]
  : data.sites[i][field] === data.sites.find(({ site_id }) => site_id === wanted[field])?.[field];
const kept = (i) => Object.keys(FIELDS).every((field) => !wanted[field] || alike(field, i));
/* whether nobody uses the site as far as is known: the others stay in sight, grey, with the reason */
const couldBeReused = (i) => !wanted.reuse || REUSABLE.includes(data.sites[i].status);
const filtering = () => Object.values(wanted).some(Boolean);
const comparing = {
  rank: (a, b) => data.sites[a].rank - data.sites[b].rank,
  score: (a, b) => data.sites[b].score - data.sites[a].score || comparing.rank(a, b),
  name: (a, b) => data.sites[a].name.localeCompare(data.sites[b].name, LOCALES[language]) || comparing.rank(a, b),
};
const inOrder = (a, b) => (sorting.down ? -1 : 1) * comparing[sorting.by](a, b);

/* ---- the address */
const written = () => ({
  ...Object.fromEntries(Object.entries(FIELDS).map(([field, name]) => [name, wanted[field]])),
  spaces: wanted.domain, reuse: wanted.reuse,
  sort: sorting.by === "rank" && !sorting.down ? "" : `${sorting.down ? "-" : ""}${sorting.by}`,
});
const keepFilters = () => {
  const changed = Object.entries(written()).filter(([name, value]) => (getState(name) ?? "") !== value);
  changed.forEach(([name, value], k) => setState(name, value, { back: !k })); // Back takes one step, however many changed
};
const recallFilters = () => {
  Object.entries(FIELDS).forEach(([field, name]) => {
    wanted[field] = getState(name) ?? "";
    if (wanted[field] && !data.sites.some((_, i) => alike(field, i))) wanted[field] = "";
  });
  wanted.domain = data.spaces[getState("spaces")] ? getState("spaces") : "";
  wanted.reuse = getState("reuse") ? "1" : "";
  const [, down, by] = /^(-?)(rank|score|name)$/.exec(getState("sort")) ?? [null, "", "rank"];
  Object.assign(sorting, { by, down: down === "-" });
};

/* ---- the map: what is filtered out stays, faint */
let faded = false;
const fade = () => {
  if (!faded && !filtering()) return; // everything is as it was drawn
  faded = filtering();
  const clear = (i) => kept(i) && couldBeReused(i);
  each("pins", (pin, i) => pin.getElement()?.classList.toggle("faded", !clear(i)));
  ["sites", "dots", "cut_off"].forEach((name) => each(name, (layer, i) => {
    layer.plain ??= { ...layer.options };
    layer.whole ??= layer.plain.fillOpacity;
    layer.plain.fillOpacity = layer.whole * (clear(i) ? 1 : FADED);
    layer.setStyle({ opacity: clear(i) ? 1 : FADED });
  }));
  markOnMap(chosen);
};

/* creative spaces of one domain, the others faint */
const ofDomain = (i) => !wanted.domain || data.spaces[i][2] === data.spaces[wanted.domain][2];
const fadeSpaces = () => ["core", "intermediate", "supporting"].forEach((tier) => each(`spaces_${tier}`, (layer, i) => {
  layer.whole ??= layer.options.fillOpacity;
  layer.setStyle({ opacity: ofDomain(i) ? 1 : FADED, fillOpacity: layer.whole * (ofDomain(i) ? 1 : FADED) });
  if (wanted.domain && ofDomain(i)) layer.bringToFront();
}));

/* ---- the rows */
const tell = (n, matching, m) => {
  const line = document.getElementById("shown-rows");
  if (line) line.textContent = n < matching && matching < m ? t("{n} of {m} candidates shown; {k} fit.", { n: whole(n), m: whole(m), k: whole(matching) })
    : t("{n} of {m} candidates shown.", { n: whole(n), m: whole(m) });
};
/* grey with the reason, or as it was */
const greyOut = (row) => {
  const i = siteOfRow(row);
  const free = couldBeReused(i);
  if (row.classList.contains("greyed") === !free) return;
  row.classList.toggle("greyed", !free);
  row.querySelector(".not-now")?.remove();
  if (!free) row.querySelector(".what").after(make("span", { className: "not-now" }, t("Not to be reused now: {status}", { status: data.sites[i].status_words })));
};
const arrange = () => {
  const body = document.getElementById("rows");
  if (!body) return;
  if (filtering() || sorting.by !== "rank" || sorting.down) completeRows();
  const rows = [...body.children].sort((a, b) => inOrder(siteOfRow(a), siteOfRow(b)));
  const apart = [...ranking.querySelectorAll(".apart [data-site]")];
  let fit = 0;
  const waiting = rowsWaiting();
  rows.forEach((row) => {
    row.hidden = !kept(siteOfRow(row));
    row.classList.toggle("more", !row.hidden && fit >= firstRows);
    fit += row.hidden ? 0 : 1;
  });
  apart.forEach((row) => { row.hidden = !kept(siteOfRow(row)); });
  [...rows, ...apart].forEach(greyOut);
  let next = body.firstElementChild;
  rows.forEach((row) => {
    if (row === next) next = row.nextElementSibling;
    else body.insertBefore(row, next);
  });
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
};

/* ---- what the reader chooses from: each kind once, with how many there are */
const kindsOf = (list, kind) => {
  const found = new Map();
  list.forEach((one, i) => {
    const entry = found.get(kind(one)) ?? { i, n: 0 };
    entry.n += 1;
    if (kind(one)) found.set(kind(one), entry);
  });
  return [...found.values()];
};
const chosenAnew = (act = arrange) => {
  keepFilters();
  reset.hidden = !filtering();
  act();
};
const chooser = (field, label, choices, act) => {
  const options = choices.map(([value, kind, n]) => make("option", { value }, t("{kind} ({n})", { kind, n: whole(n) })));
  const list = make("select", {}, make("option", { value: "" }, t("all")), ...options);
  const like = options.find(({ value }) => value === wanted[field]);
  list.value = like ? wanted[field] : "";
  list.dataset.filter = field;
  list.addEventListener("change", () => {
    wanted[field] = list.value;
    chosenAnew(act);
  });
  return make("label", {}, label, " ", list);
};
const siteChooser = (field, label, said) => chooser(field, label, kindsOf(data.sites, (site) => site[field]).map(({ i, n }) => {
  const site = data.sites[i];
  return [KEYED.includes(field) ? site[field] : site.site_id, said(site), n];
}));
const reuseSwitch = () => {
  const box = make("input", { type: "checkbox", checked: Boolean(wanted.reuse) });
  box.dataset.filter = "reuse";
  box.addEventListener("change", () => {
    wanted.reuse = box.checked ? "1" : "";
    chosenAnew();
  });
  return make("label", {}, box, " ", t("Could be reused now"));
};
const reset = make("button", { type: "button", id: "no-filters", hidden: true });
reset.addEventListener("click", () => {
  Object.keys(wanted).forEach((field) => { wanted[field] = ""; });
  keepFilters();
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
    siteChooser("heritage_class", t("Class"), (site) => site.heritage_class),
    siteChooser("status", t("Status"), (site) => site.status_words),
    siteChooser("priorities_mark", t("Priorities"), (site) => site.priorities_mark_words || site.priorities_mark),
    data.sites.some((site) => site.district) ? siteChooser("district", t("District"), (site) => site.district) : "",
    data.spaces.length ? chooser("domain", t("Creative spaces on the map"), kindsOf(data.spaces, (space) => space[2]).map(({ i, n }) => [String(i), data.spaces[i][2], n]), fadeSpaces) : "",
    reuseSwitch(),
    reset,
  ].filter(Boolean));
  arrange();
};
ranking.addEventListener("click", (event) => {
  const by = event.target.dataset.sort;
  if (!by) return;
  Object.assign(sorting, { by, down: sorting.by === by && !sorting.down });
  keepFilters();
  arrange();
});
window.addEventListener("popstate", () => {
  recallFilters();
  fadeSpaces();
  offer();
});
recallFilters();
if (wanted.domain) fadeSpaces();
offer();
onLanguage.push(offer);
