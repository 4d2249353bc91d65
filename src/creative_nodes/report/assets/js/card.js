/* the card of a site: what it is, what it reaches, what its score is made of, why it counts as heritage */
const card = document.getElementById("card");
/* the part of the page in view */
const TABS = [...document.querySelectorAll("[role=tab]")].map(({ dataset }) => dataset.tab);
const tabNow = () => (TABS.includes(getState("tab")) ? getState("tab") : TABS[0]);
/* where an OSM object can be put right; what is no OSM object has no address */
const editor = (url, id) => {
  if (!url) return [];
  const edit = link(url.replace(/\/(node|way|relation)\/(\d+)$/, "/edit?$1=$2"), t("edit"));
  edit.setAttribute("aria-label", t("edit {object} in OpenStreetMap", { object: id }));
  return [" · ", edit];
};
const proofs = (site, editable) => {
  const items = (site.evidence || []).map(([reason, tag, id, url]) =>
    make("li", {}, reason, ...(tag.length ? [" (", make("code", {}, ...linked(tag)), ")"] : []), id ? " " : "", id ? link(url, id) : "",
      ...(editable ? editor(url, id) : [])));
  if (site.more_evidence) items.push(make("li", {}, t("and {n} more", { n: site.more_evidence })));
  return items.length ? [make("h3", {}, t("Why it counts as industrial heritage")), make("ul", {}, ...items)] : [];
};
/* a criterion's label opens the row below it: what the value is made of */
const unfold = (label, [lead, parts, rest], i) => {
  const list = make("ul", {}, ...parts.map(([name, figure]) => make("li", {}, make("span", {}, name), make("span", {}, figure))));
  const below = make("tr", { className: "made", id: `made-${i}`, hidden: true },
    make("td", { colSpan: 4 }, make("p", {}, lead), parts.length ? list : "", rest ? make("p", {}, rest) : ""));
  const button = make("button", { type: "button", className: "fold" }, label);
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", below.id);
  button.addEventListener("click", () => {
    below.hidden = !below.hidden;
    button.setAttribute("aria-expanded", String(!below.hidden));
  });
  return [button, below];
};
/* what a criterion adds under the weights that hold */
const partOf = (site, k) => (site.parts ? site.parts[k] : site.measures[k][1]);
const added = (part, best) => [part == null ? "–" : fixed(part, 3), part != null && best > 0 ? bar(part / best) : ""];
const measures = (site) => {
  if (!site.measures) return [];
  const rows = site.measures.flatMap(([value, , made], i) => {
    const [label, median, best] = data.criteria[i];
    const [title, below] = made ? unfold(label, made, i) : [label];
    const adds = make("td", { className: "adds" }, ...added(partOf(site, i), best));
    const row = make("tr", {}, make("th", { scope: "row" }, title), make("td", {}, value), make("td", {}, median), adds);
    return below ? [row, below] : [row];
  });
  const head = [t("Criterion"), t("Here"), t("Median"), t("Adds")].map((text) => make("th", { scope: "col" }, text));
  return [
    make("h3", {}, t("Each criterion, beside the median of this city's scored candidates")),
    make("table", { className: "measures" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)),
    make("p", { className: "small" }, t("“Adds” is what the criterion adds to the score; its bar is full for the city's best site. Open a criterion to see what it is made of.")),
  ];
};
/* what is within reach, by mode and time */
const times = ([mode, , found]) => found.length
  ? found.map(([minutes, residents, spaces, share, scored], k) => {
    const people = make("td", {}, residents);
    if (share != null) people.append(bar(share));
    const time = scored ? t("{n} min ✓", { n: minutes }) : t("{n} min", { n: minutes });
    return make("tr", { className: scored ? "scored" : "" }, make("th", { scope: "row" }, k ? "" : mode),
      make("td", {}, time), people, make("td", {}, spaces));
  })
  : [make("tr", {}, make("th", { scope: "row" }, mode), make("td", { colSpan: 3 }, t("no such street or stop meets the site")))];
const timetable = (modes) => {
  const head = ["", t("Time"), t("Residents"), t("Spaces")].map((text) => make("th", { scope: "col" }, text));
  return make("table", { className: "times" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...modes.flatMap(times)));
};
const within = (site) => {
  if (!site.within) return [];
  const main = site.within.filter((mode) => mode[1]);
  const rest = site.within.filter((mode) => !mode[1]);
  const keys = (site.areas || []).map(([walk, label]) => make("span", { className: "key" }, make("span", { className: `sw sw-${walk ? "reached" : "ridden"}` }), label));
  return [
    make("h3", {}, t("Within reach")),
    timetable(main),
    rest.length ? make("details", {}, make("summary", {}, t("By other modes")), timetable(rest)) : "",
    keys.length ? make("p", { className: "small" }, t("On the map:"), " ", ...keys) : "",
    make("p", { className: "small" }, t("✓ counts in the score. The bar is full for the city's best candidate. In brackets: core and intermediate spaces.")),
  ].filter(Boolean);
};
/* a line with its subject in front, in bold */
const about = (subject, ...told) => make("p", {}, make("b", {}, subject), " ", ...told);
/* where to read on: each link with its kind, counted where a kind has several */
const KINDS = {
  photo: (n) => (n ? t("photo {n}", { n }) : t("photo")),
  wikipedia: (n) => (n ? t("Wikipedia {n}", { n }) : t("Wikipedia")),
  wikidata: (n) => (n ? t("Wikidata {n}", { n }) : t("Wikidata")),
};
const more = (site) => {
  const found = site.more || [];
  const links = found.map(([kind, url], i) => {
    const same = found.filter((other) => other[0] === kind);
    return link(url, KINDS[kind](same.length > 1 ? same.indexOf(found[i]) + 1 : 0));
  });
  return links.length ? [about(t("More:"), ...links.flatMap((one, i) => (i ? [" · ", one] : [one])))] : [];
};
/* under other weights than those of the run: what still tells of the run */
const care = (site) =>
  (site.run_rank ? t("In the run its rank is {n}; what would change it is told of the run's own priorities.", { n: site.run_rank }) : "");
const sureOf = (site) => [make("b", {}, t("Among the first: {words}.", { words: [site.priorities_mark_words, site.map_mark_words].filter(Boolean).join("; ") })), " ", site.interval_words || ""];
const titled = (site) => (site.rank && site.kind === "candidate" ? `${site.rank}. ${site.name}` : site.name);
const details = (site) => {
  const facts = [site.heritage_class, site.status_words, site.district, site.area, site.start_year && t("built {year}", { year: site.start_year }), site.began, site.listed && t("listed")];
  const evidence = t("Evidence of industrial heritage: {tier} (confidence {confidence}).", { tier: site.tier_words, confidence: fixed(site.confidence ?? 0, 2) });
  const lines = [
    make("h2", {}, titled(site)),
    make("p", { className: "small" }, site.other_names || ""),
    make("p", {}, facts.filter(Boolean).join(" · ")),
    site.kind === "survey" ? "" : make("p", {}, evidence, site.source ? " " : "", site.source || ""),
  ];
  if (site.rank) lines.push(make("p", { className: "sure-of" }, ...sureOf(site)));
  lines.push(make("p", { className: "care small" }, care(site)));
  if (site.unreachable_reason) lines.push(about(t("Out of reach, not scored:"), site.unreachable_reason));
  if (site.kind === "converted") lines.push(make("p", {}, t("Already in creative use, so it is no candidate.")));
  if (site.kind === "lost") lines.push(make("p", {}, t("Gone or built over, so it is no candidate.")));
  if (site.kind === "kept") lines.push(make("p", {}, t("It serves the whole city (water, money, rail) or is lived or worked in under a new name, and nobody says that it will be vacated; or it is too small: it is no candidate.")));
  if (site.kind === "survey") lines.push(make("p", {}, t("Industrial ground whose age nobody has written down: it is on the survey list and no candidate.")));
  if (site.settle) lines.push(about(t("What would settle it:"), site.settle));
  if (site.said_by) lines.push(about(t("Who says that its use is so:"), ...linked(site.said_by)));
  if (site.kind === "low") lines.push(make("p", {}, t("The evidence is too weak to make it a candidate.")));
  if (site.ground) lines.push(make("p", {}, site.ground));
  if (site.near) lines.push(about(t("Nearest creative space:"), site.near));
  if (site.thin) lines.push(about(t("Mapping around here is thin:"), site.thin));
  return lines.filter((line) => line && (line.textContent || line.classList.contains("care")));
};
const doubts = (site) => site.doubts?.length
  ? [make("h3", {}, t("What would change its rank")), make("ul", {}, ...site.doubts.map((text) => make("li", {}, text)))]
  : [];
/* a candidate can be put beside others */
const pickBox = (list, i) => {
  if (list !== "sites") return [];
  const box = make("input", { type: "checkbox", checked: picked.includes(i) });
  box.dataset.pick = i;
  return [make("p", {}, make("label", { className: "compare-this" }, box, " ", t("Compare with other sites")))];
};
/* the site shown, to be shown again in another language: list and row */
let shown = null;
/* the row or pin that the card was opened from: closing gives the focus back */
let opener = null;
/* the card takes a column beside the map, never a part of it; the map keeps its middle */
const dock = (on) => {
  if (card.hidden === !on) return;
  card.hidden = !on;
  document.body.classList.toggle("carded", on);
  map.invalidateSize({ animate: false });
};
const open = (list, i) => {
  shown = [list, i];
  opener = document.activeElement.closest("[data-site], .pin") ?? opener;
  const site = data[list][i];
  const button = make("button", { type: "button", className: "close" }, t("Close"));
  button.addEventListener("click", close);
  card.replaceChildren(button, ...details(site), ...more(site), ...within(site), ...measures(site), ...doubts(site), ...proofs(site, true), ...pickBox(list, i), sheetButton(list, i));
  dock(true);
  card.scrollTop = 0;
};
/* other weights: the card stays as it is, but for its rank and what each criterion adds */
const reweigh = () => {
  if (shown?.[0] !== "sites" || !data.sites[shown[1]].rank) return;
  const site = data.sites[shown[1]];
  card.querySelector("h2").textContent = titled(site);
  card.querySelector(".care").textContent = care(site);
  card.querySelector(".sure-of")?.replaceChildren(...sureOf(site));
  card.querySelectorAll(".adds").forEach((cell, k) => cell.replaceChildren(...added(partOf(site, k), data.criteria[k][2])));
};
const close = () => {
  const back = opener?.isConnected ? opener : ranking.querySelector(`[data-site="${chosen}"]`);
  if (card.contains(document.activeElement)) back?.focus({ preventScroll: true });
  shown = null;
  opener = null;
  dock(false);
  setState("site", null);
  mark(-1);
};
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !card.hidden) close(); });
onLanguage.push(() => { if (shown) open(...shown); });
