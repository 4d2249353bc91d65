/* a site in one page of A4, for screen and paper */
const HALF_WIDTH_M = 1300; // of the small map, unless the area on foot is wider
const GROUND_M = 260; // and of the map of the ground, unless the ground is wider
const SHEET_PROOFS = 3;

/* a small map: shapes of the drawn map around the site, as one SVG; x and y in metres from the site. `ground`: near by */
const locator = (site, i, ground) => {
  const [lat, lon] = site.at;
  const kx = 111320 * Math.cos((lat * Math.PI) / 180);
  const xy = ([x, y]) => [Math.round((x - lon) * kx), Math.round((lat - y) * 110574)];
  const walk = (site.areas || []).find(([onFoot]) => onFoot);
  const reached = walk ? walk[2].map((rings) => rings.map((text) => steps(numbersOf(text)).map(xy))) : [];
  const rings = ([type, packed]) => (type === 1 ? [packed] : type === 4 ? packed.flat() : packed).map((flat) => steps(flat).map(xy));
  const outline = i < 0 ? null : (once.shapes.sites || []).find(([, , row]) => row === i);
  const shown = ground ? (outline ? [rings(outline)] : []) : reached;
  const wide = shown.flat(2).map(([x, y]) => Math.max(Math.abs(x), Math.abs(y) * 1.6));
  const far = Math.max(ground ? GROUND_M : HALF_WIDTH_M, ...wide) * 1.12;
  const high = far / 1.6;
  const meets = (values, limit) => Math.min(...values) < limit && Math.max(...values) > -limit;
  const near = (line) => meets(line.map(([x]) => x), far * 1.1) && meets(line.map(([, y]) => y), high * 1.1);
  const path = (lines, closed) => lines.filter(near).map((line) => `M${line.map((at) => at.join(" ")).join("L")}${closed ? "Z" : ""}`).join("");
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const picture = svg("svg", { viewBox: `${-far} ${-high} ${2 * far} ${2 * high}`, role: "img", "aria-label": ground ? t("Map of the ground of {name}", { name: site.name }) : t("Map of {name} and what lies around it", { name: site.name }) });
  const lines = (name) => (once.shapes[name] || []).flatMap(rings);
  const draw = (name, closed, style) => {
    const d = path(lines(name), closed);
    if (d) picture.append(svg("path", { d, ...style }));
  };
  const line = (stroke, width) => ({ fill: "none", stroke, "stroke-width": (far * width) / 500 });
  picture.append(svg("rect", { x: -far, y: -high, width: 2 * far, height: 2 * high, fill: "var(--map-ground)" }));
  draw("industry", true, { fill: "var(--map-industry)" });
  draw("green", true, { fill: "var(--map-green)" });
  draw("water", true, { fill: "var(--map-water)" });
  draw("rivers", false, line("var(--map-water)", 2));
  if (ground) {
    draw("near_buildings", true, { fill: "var(--map-built)", stroke: "var(--edge)", "stroke-width": far / 900 });
    draw("near_streets", false, line("var(--map-major)", 2));
  }
  draw("roads_minor", false, line("var(--map-minor)", 1.5));
  draw("roads_major", false, line("var(--map-major)", 3));
  if (reached.length && !ground) picture.append(svg("path", { d: path(reached.flat(), true), fill: "var(--reached-fill)", stroke: "var(--reached)", "stroke-width": far / 180 }));
  data.spaces.forEach((space) => {
    const [x, y] = xy([space[7], space[6]]);
    if (Math.abs(x) < far && Math.abs(y) < high) picture.append(svg("circle", { cx: x, cy: y, r: far / 75, fill: "var(--creative)", stroke: "var(--halo)", "stroke-width": far / 400 }));
  });
  if (outline) picture.append(svg("path", { d: path(rings(outline), true), fill: "var(--candidate)", "fill-opacity": 0.55, stroke: "var(--pin-ink)", "stroke-width": far / 250 }));
  picture.append(svg("circle", { cx: 0, cy: 0, r: far / 42, fill: "var(--pin)", stroke: "var(--halo)", "stroke-width": far / 220 }));
  const scale = [1000, 500, 100].find((metres) => metres < far / 2.4) ?? 50; // metres
  picture.append(svg("path", { d: `M${-far * 0.95} ${high * 0.9}h${scale}`, stroke: "var(--ink)", "stroke-width": far / 120 }));
  const label = svg("text", { x: -far * 0.95, y: high * 0.85, "font-size": far / 20, fill: "var(--ink)" });
  label.textContent = scale === 1000 ? "1 km" : `${scale} m`;
  picture.append(label);
  return picture;
};
/* ---- what it says */
const sheetMeasures = (site) => {
  if (!site.measures) return [];
  const head = [t("Criterion"), t("Here"), t("Median of candidates"), t("Median of street places"), t("Adds")];
  const rows = site.measures.map(([value], k) => [value, data.criteria[k][1], data.criteria[k][3] || "–", partOf(site, k)])
    .map(([value, median, place, part], k) => make("tr", {}, make("th", { scope: "row" }, data.criteria[k][0]),
      ...[value, median, place, part == null ? "–" : fixed(part, 3)].map((text) => make("td", {}, text))));
  return [make("h3", {}, t("Each criterion against the city")),
    make("table", {}, make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, ...rows))];
};
const CAUTIONS = () => [
  t("OpenStreetMap is uneven: not found is not the same as not there."),
  t("The score ranks physical position; governance, finance, ownership, rent and displacement decide too."),
  t("Visit the site, and look up who owns it, before you plan with it."),
];
/* a name in Chinese script alone tells a reader of another one nothing */
const HAN_ALONE = /^[^\p{L}]*[\p{Script=Han}][^a-zà-ỹ]*$/iu;
const otherNames = (site) => site.other_names
  || (language !== "zh" && HAN_ALONE.test(site.name) ? t("no English or Vietnamese name is recorded, and none is made up here") : t("none recorded"));
const pictures = (site) => {
  const found = (site.more || []).filter(([kind]) => kind === "photo");
  if (!found.length) return [t("no picture is recorded")];
  const links = found.map(([, url], i) => link(url, KINDS.photo(found.length > 1 ? i + 1 : 0)));
  return [...links.flatMap((one, i) => (i ? [" · ", one] : [one])), " ", t("(its page names author and licence; opens online)")];
};
/* a text with nodes in the place of its field */
const around = (text, field, nodes) => text.split(field).flatMap((piece, i) => (i ? [...nodes, piece] : [piece]));
const inBrackets = (text, more) => (more ? `${text} (${more})` : text);
const sheetFacts = (site) => {
  const others = (site.more || []).filter(([kind]) => kind !== "photo");
  const pairs = [
    [t("Other names"), [otherNames(site)]],
    [t("Where"), [[site.address, site.district].filter(Boolean).join(" · ") || t("no address is recorded"), ` · ${site.at.map((degrees) => degrees.toFixed(5)).join(", ")}`]],
    [t("Class"), [site.heritage_class]],
    [t("Status"), [site.status_words, ". ", ...(site.said_by ? around(t("Says: {source}"), "{source}", linked(site.said_by)) : [t("No source says so.")])]],
    [t("Owner"), [t("not in the data: ask the land registry")]],
    [t("Area"), [site.area || t("not known")]],
    [t("Built"), [inBrackets(site.start_year || t("not known"), site.began)]],
    [t("Listing"), [site.listed ? t("listed") : t("none known")]],
    [t("Evidence"), [t("{tier} (confidence {confidence})", { tier: site.tier_words, confidence: fixed(site.confidence ?? 0, 2) })]],
    [t("Picture"), pictures(site)],
    ...(others.length ? [[t("Read on"), others.flatMap(([kind, url], i) => [i ? " · " : "", link(url, KINDS[kind](0))])]] : []),
  ];
  return make("dl", { className: "facts" }, ...pairs.flatMap(([name, told]) => [make("dt", {}, name), make("dd", {}, ...told.filter(Boolean))]));
};
const sureLines = (site) => (site.rank && site.kind === "candidate" ? [
  make("h3", {}, t("How sure its rank is")),
  make("p", {}, ...sureOf(site)),
  site.chance_words && !site.run_rank ? make("p", {}, site.chance_words) : "",
] : []);
const aroundIt = (site) => [
  site.unreachable_reason && about(t("Out of reach, not scored:"), site.unreachable_reason),
  site.ground && make("p", {}, site.ground),
  site.near && about(t("Nearest creative space:"), site.near),
  site.thin && about(t("Mapping around here is thin:"), site.thin),
  ...(site.plans || []).map((plan) => make("p", {}, plan)),
].filter(Boolean);
const pictured = (site, i, ground, text) => make("figure", {}, locator(site, i, ground), make("figcaption", {}, text));

/* ---- the sheet, opened, printed and put away */
let sheetOf = null;
const noted = new Map();
const noteField = (site) => {
  const field = make("textarea", { id: "sheet-notes", rows: 4, value: noted.get(site.site_id) ?? "" });
  field.addEventListener("input", () => noted.set(site.site_id, field.value));
  const label = make("label", { htmlFor: field.id }, t("Notes (printed; not kept when the page is closed)"));
  return [make("h3", {}, label), field];
};
const sheetActs = () => {
  const [print, back] = [t("Print"), t("Back to the page")].map((text) => make("button", { type: "button" }, text));
  print.addEventListener("click", () => window.print());
  back.addEventListener("click", () => closeSheet());
  return make("p", { className: "acts print" }, print, back);
};
const openSheet = (list, i) => {
  document.getElementById("sheet")?.remove();
  sheetOf = [list, i];
  const site = data[list][i];
  const kept = (site.evidence || []).slice(0, SHEET_PROOFS);
  const few = { ...site, evidence: kept, more_evidence: (site.more_evidence || 0) + (site.evidence || []).length - kept.length };
  const row = list === "sites" ? i : -1;
  const sheet = make("article", { id: "sheet", className: "sheet", tabIndex: -1 }, sheetActs(),
    make("p", { className: "small" }, `${data.title} · ${data.map_date}`), make("h2", {}, titled(site)),
    make("div", { className: "halves" },
      make("div", {}, sheetFacts(site), ...aroundIt(site), ...sureLines(site)),
      make("div", {}, pictured(site, row, false, (site.areas || []).length ? t("Where it lies, with what is reached on foot and creative spaces (blue)") : t("Where it lies, with creative spaces (blue)")), pictured(site, row, true, t("Its ground and the streets around it")))),
    ...sheetMeasures(site),
    ...(site.settle ? [make("h3", {}, t("What would settle the doubts")), make("p", {}, site.settle)] : []),
    ...doubts(site), ...proofs(few), ...noteField(site),
    make("p", { className: "small" }, CAUTIONS().join(" "), " ", t("Map data © OpenStreetMap contributors (ODbL)."), " ", data.source));
  sheet.setAttribute("aria-label", t("A site in one page"));
  document.body.append(sheet);
  document.body.classList.add("sheeted");
  if (list === "sites") setState("sheet", site.site_id);
  sheet.focus();
  window.scrollTo(0, 0);
};
const closeSheet = () => {
  document.getElementById("sheet")?.remove();
  document.body.classList.remove("sheeted");
  sheetOf = null;
  setState("sheet", null);
  map.invalidateSize({ pan: false });
  card.querySelector(".open-sheet")?.focus();
};
const sheetButton = (list, i) => {
  const button = make("button", { type: "button", className: "print open-sheet" }, t("This site in one page"));
  button.addEventListener("click", () => openSheet(list, i));
  return button;
};
const sheetInAddress = () => {
  const i = data.sites.findIndex(({ site_id }) => site_id === getState("sheet"));
  if (i >= 0) openSheet("sites", i);
};
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && sheetOf) closeSheet(); });
onLanguage.push(() => { if (sheetOf) openSheet(...sheetOf); });
/* the slides stand in a folder beside the page */
document.addEventListener("click", ({ target }) => {
  if (target.id === "slides") location.assign(`slides/${location.pathname.split("/").at(-1)}#lang=${language}`);
});
pageTools.openSheet = openSheet;
pageTools.closeSheet = closeSheet;
sheetInAddress();
