/* a brief of one site on one A4 page: made when it is printed, gone afterwards */
const HALF_WIDTH_M = 1300; // of the small map, unless the area on foot is wider
const BRIEF_PROOFS = 4;

/* the small map: shapes of the drawn map around the site, as one SVG; x and y in metres from the site */
const locator = (site, i) => {
  const [lat, lon] = site.at;
  const kx = 111320 * Math.cos((lat * Math.PI) / 180);
  const xy = ([x, y]) => [Math.round((x - lon) * kx), Math.round((lat - y) * 110574)];
  const walk = (site.areas || []).find(([onFoot]) => onFoot);
  const reached = walk ? walk[2].map((rings) => rings.map((text) => steps(numbersOf(text)).map(xy))) : [];
  const far = Math.max(HALF_WIDTH_M, ...reached.flat(2).map(([x, y]) => Math.max(Math.abs(x), Math.abs(y) * 1.6))) * 1.12;
  const high = far / 1.6;
  const near = (line) => line.some(([x, y]) => Math.abs(x) < far * 1.5 && Math.abs(y) < high * 1.5);
  const path = (lines, closed) => lines.filter(near).map((line) => `M${line.map((at) => at.join(" ")).join("L")}${closed ? "Z" : ""}`).join("");
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const picture = svg("svg", { viewBox: `${-far} ${-high} ${2 * far} ${2 * high}`, role: "img", "aria-label": t("Map of {name} and what lies around it", { name: site.name }) });
  const rings = ([type, packed]) => (type === 1 ? [packed] : type === 4 ? packed.flat() : packed).map((flat) => steps(flat).map(xy));
  const lines = (name) => (once.shapes[name] || []).flatMap(rings);
  const draw = (name, closed, style) => {
    const d = path(lines(name), closed);
    if (d) picture.append(svg("path", { d, ...style }));
  };
  const line = (stroke, width) => ({ fill: "none", stroke, "stroke-width": (far * width) / 500 });
  picture.append(svg("rect", { x: -far, y: -high, width: 2 * far, height: 2 * high, fill: "#f4f1ea" }));
  draw("industry", true, { fill: "#e7dcd3" });
  draw("green", true, { fill: "#d9e4cf" });
  draw("water", true, { fill: "#c3d8e3" });
  draw("rivers", false, line("#c3d8e3", 2));
  draw("roads_minor", false, line("#dcd5c8", 1.5));
  draw("roads_major", false, line("#b9ae9c", 3));
  if (reached.length) picture.append(svg("path", { d: path(reached.flat(), true), fill: "#e69f00", "fill-opacity": 0.16, stroke: "#8a3500", "stroke-width": far / 180 }));
  data.spaces.forEach((space) => {
    const [x, y] = xy([space[7], space[6]]);
    if (Math.abs(x) < far && Math.abs(y) < high) picture.append(svg("circle", { cx: x, cy: y, r: far / 75, fill: "#0072b2", stroke: "#fff", "stroke-width": far / 400 }));
  });
  const outline = (once.shapes.sites || []).find(([, , row]) => row === i);
  if (outline) picture.append(svg("path", { d: path(rings(outline), true), fill: "#d55e00", "fill-opacity": 0.55, stroke: "#7a2e00", "stroke-width": far / 250 }));
  picture.append(svg("circle", { cx: 0, cy: 0, r: far / 42, fill: "#b34a00", stroke: "#fff", "stroke-width": far / 220 }));
  const scale = far > 2500 ? 1000 : 500; // metres
  picture.append(svg("path", { d: `M${-far * 0.95} ${high * 0.9}h${scale}`, stroke: "#23211e", "stroke-width": far / 120 }));
  const label = svg("text", { x: -far * 0.95, y: high * 0.85, "font-size": far / 20, fill: "#23211e" });
  label.textContent = scale === 1000 ? "1 km" : "500 m";
  picture.append(label);
  return picture;
};
const briefMeasures = (site) => {
  if (!site.measures) return [];
  const head = [t("Criterion"), t("Here"), t("Median"), t("Adds")].map((text) => make("th", { scope: "col" }, text));
  const rows = site.measures.map(([value], k) => [value, partOf(site, k)]).map(([value, part], k) => make("tr", {}, make("th", { scope: "row" }, data.criteria[k][0]),
    make("td", {}, value), make("td", {}, data.criteria[k][1]), make("td", {}, part == null ? "–" : fixed(part, 3))));
  return [make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))];
};
const CAUTIONS = () => [
  t("OpenStreetMap is uneven: not found is not the same as not there."),
  t("The score ranks physical position; governance, finance, ownership, rent and displacement decide too."),
  t("Visit the site, and look up who owns it, before you plan with it."),
];
const makeBrief = (list, i) => {
  document.getElementById("brief")?.remove();
  const site = data[list][i];
  const few = { ...site, evidence: (site.evidence || []).slice(0, BRIEF_PROOFS), more_evidence: (site.more_evidence || 0) + Math.max(0, (site.evidence || []).length - BRIEF_PROOFS) };
  const brief = make("article", { id: "brief", className: "brief" },
    make("p", { className: "small" }, `${data.title} · ${data.map_date}`),
    make("div", { className: "pair" }, make("div", {}, ...details(site), ...doubts(site)), locator(site, i)),
    ...briefMeasures(site), ...proofs(few),
    make("h3", {}, t("Words of caution")), make("ul", {}, ...CAUTIONS().map((text) => make("li", {}, text))),
    make("p", { className: "small" }, t("Map data © OpenStreetMap contributors (ODbL)."), " ", data.source));
  document.body.append(brief);
  document.body.classList.add("printing-brief");
  return brief;
};
const dropBrief = () => {
  document.getElementById("brief")?.remove();
  document.body.classList.remove("printing-brief");
};
window.addEventListener("afterprint", dropBrief);
const briefButton = (list, i) => {
  const button = make("button", { type: "button", className: "print" }, t("Print a brief of this site"));
  button.addEventListener("click", () => {
    makeBrief(list, i);
    window.print();
  });
  return button;
};
/* the whole page on paper: everything that is folded opens, and folds again afterwards */
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("main details:not([open])")];
  unfolded.forEach((one) => { one.open = true; });
});
window.addEventListener("afterprint", () => unfolded.forEach((one) => { one.open = false; }));
pageTools.makeBrief = makeBrief;
pageTools.dropBrief = dropBrief;
