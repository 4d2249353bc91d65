/* the map: folium's script draws it from the packed shapes; this file says what its layers tell when touched */

/* shapes of a layer as GeoJSON: whole numbers of 1e-5 degree, a line as its first point and the steps from there */
const TYPES = ["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"];
const steps = (flat) => {
  const found = [];
  for (let k = 0, x = 0, y = 0; k < flat.length; k += 2) {
    x += flat[k];
    y += flat[k + 1];
    found.push([x / 1e5, y / 1e5]);
  }
  return found;
};
const coordinates = (node, depth) => (depth ? node.map((one) => coordinates(one, depth - 1)) : steps(node));
const geometry = (type, packed) => ({
  type: TYPES[type],
  coordinates: type === 0 ? steps(packed)[0] : coordinates(packed, [0, 0, 1, 1, 2][type]),
});
const shapesOf = (name) => ({
  type: "FeatureCollection",
  features: once.shapes[name].map(([type, packed, i, rank]) => ({ type: "Feature", properties: { i, rank }, geometry: geometry(type, packed) })),
});
/* a layer, filled when it is shown for the first time: most are off at first, and hold most of the shapes. None before
   the map has its frame, which would lay out every shape anew, and none before its shapes are there */
let framed = false;
let unfilled = [];
const fillLayer = (layer, name) => {
  layer.addData(shapesOf(name));
  layer.fire("filled");
};
const fillLayers = () => {
  const [now, later] = [true, false].map((there) => unfilled.filter(([, name]) => name in once.shapes === there));
  unfilled = later;
  now.forEach(([layer, name]) => fillLayer(layer, name));
};
window.layerOf = (name, options) => {
  const themed = options.style && Object.values(options.style()).some((value) => String(value).startsWith("--"));
  const style = () => Object.fromEntries(Object.entries(options.style()).map(([key, value]) => [key, colour(value)]));
  const layer = L.geoJSON(null, themed ? { ...options, style } : options);
  if (themed) onTheme.push(() => layer.setStyle(style));
  return layer.once("add", () => {
    if (framed && name in once.shapes) fillLayer(layer, name);
    else unfilled.push([layer, name]);
  });
};
/* numbers written as text: five bits a character, one more where a number goes on, the sign the lowest bit */
const DIGITS = Object.fromEntries([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((digit, value) => [digit, value]));
const numbersOf = (text) => {
  const found = [];
  for (let k = 0, number = 0, place = 1; k < text.length; k += 1) {
    const digit = DIGITS[text[k]];
    number += (digit % 32) * place;
    place *= 32;
    if (digit < 32) {
      found.push(number % 2 ? -(number + 1) / 2 : number / 2);
      number = 0;
      place = 1;
    }
  }
  return found;
};
/* a sign on the canvas: its outline in steps of the radius around the middle, pen up before each part */
const SIGNS = {
  square: [[[-1, -1], [1, -1], [1, 1], [-1, 1]]],
  diamond: [[[0, -1], [1, 0], [0, 1], [-1, 0]]],
  cross: [[[-1, -1], [1, 1]], [[-1, 1], [1, -1]]],
};
const Sign = L.CircleMarker.extend({
  _updatePath() {
    const { _renderer: canvas, _point: at, _radius: radius, options: { sign } } = this;
    if (!canvas._drawing || this._empty()) return;
    if (!(sign in SIGNS)) {
      L.CircleMarker.prototype._updatePath.call(this);
      return;
    }
    const pen = canvas._ctx;
    pen.beginPath();
    SIGNS[sign].forEach((part) => {
      part.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](at.x + radius * x, at.y + radius * y));
      if (part.length > 2) pen.closePath();
    });
    canvas._fillStroke(pen, this);
  },
});
window.signAt = (at, options) => new Sign(at, options);
document.body.append(make("script", { textContent: document.getElementById("map-script").textContent }));

const map = window.map_city;
const CHOSEN = { weight: 4, fillOpacity: 0.6 };
const SITE_ZOOM = 15;
const NEAR_ZOOM = 15; // from here on streets and buildings around sites are drawn, and show through their grounds
const SHOWS_THROUGH = 0.25;
const [KNOWN, LIKELY] = ["#d55e00", "#762a83"];
const each = (name, act) => window[`shapes_${name}`]?.eachLayer((layer) => act(layer, layer.feature.properties.i));
/* the same for a layer that may not be filled yet */
const whenFilled = (name, act) => {
  each(name, act);
  window[`shapes_${name}`]?.once("filled", () => each(name, act));
};

/* ---- the ground that a site reaches */
const ring = (text) => steps(numbersOf(text)).map(([x, y]) => [y, x]);
const REACHED = { weight: 2.2, opacity: 0.9, fillColor: "#e69f00", fillOpacity: 0.14, interactive: false, pane: "veil" };
const RIDDEN = { ...REACHED, weight: 1.8, dashArray: "7 5", fillOpacity: 0.05 };
const reach = (i) => {
  const layer = window.shapes_reached;
  if (!layer) return;
  layer.clearLayers();
  [...(data.sites[i]?.areas || [])].reverse().forEach(([walk, , polygons]) =>
    layer.addLayer(L.polygon(polygons.map((rings) => rings.map(ring)), { ...(walk ? REACHED : RIDDEN), color: colour("--reached") })));
};
const markOnMap = (i) => {
  each("pins", (pin, row) => pin.getElement()?.classList.toggle("chosen", row === i));
  ["sites", "dots", "cut_off"].forEach((name) => each(name, (layer, row) => {
    layer.plain ??= { ...layer.options };
    const { color, weight, fillOpacity } = layer.plain;
    const looks = row === i ? { ...CHOSEN, color: colour("--ink") } : { color, weight, fillOpacity };
    layer.setStyle(name === "sites" && map.getZoom() >= NEAR_ZOOM ? { ...looks, fillOpacity: looks.fillOpacity * SHOWS_THROUGH } : looks);
    if (row === i) layer.bringToFront();
  }));
};
const outlineOf = (i) => {
  const bounds = L.latLngBounds([data.sites[i].at]);
  each("sites", (layer, row) => { if (row === i) bounds.extend(layer.getBounds()); });
  return bounds;
};
const zoomTo = (i) => {
  const bounds = outlineOf(i);
  if (window.shapes_reached && map.hasLayer(window.shapes_reached))
    (data.sites[i].areas || []).filter(([walk]) => walk).forEach(([, , polygons]) => polygons.forEach((rings) => bounds.extend(ring(rings[0]))));
  map.fitBounds(bounds, { maxZoom: SITE_ZOOM, paddingTopLeft: [40, 40], paddingBottomRight: [40 + asideOf(), 40], animate: !calm.matches });
};
/* the ground and what stands around it, at a scale that a plan has */
const GROUND_SCALE = 2500;
const SCREEN_PIXEL_M = 0.0254 / 96;
const scaleZoom = (scale, lat) => Math.log2((40075016.686 / 256) * Math.cos((lat * Math.PI) / 180) / (scale * SCREEN_PIXEL_M));
const toGround = (i) => {
  const { zoomSnap } = map.options;
  const at = outlineOf(i).getCenter();
  const zoom = scaleZoom(GROUND_SCALE, at.lat);
  map.options.zoomSnap = 0; // the scale is met exactly, between the steps of the zoom
  map.setView(at, zoom, { animate: false });
  map.options.zoomSnap = zoomSnap;
};
const showNear = () => {
  const near = window.feature_group_near;
  if (map.getZoom() < NEAR_ZOOM) near.remove();
  else near.addTo(map);
  markOnMap(chosen);
};

/* ---- what the map says when touched */
const named = (site) => note(titled(site), site.other_names, `${site.heritage_class} · ${site.status_words}`, [site.priorities_mark_words, site.map_mark_words].filter(Boolean).join(" · "));
/* a pin or a dot can come to stand for another site, so what it stands for is looked up when it is touched */
const siteOf = (layer) => layer.feature.properties.i;
["sites", "dots", "pins", "cut_off"].forEach((name) => whenFilled(name, (layer) => {
  layer.bindTooltip(() => named(data.sites[siteOf(layer)]));
  layer.on("click", () => select(siteOf(layer), "map"));
}));
/* what is likely to be old industry is told from what is known by shape and colour */
const signed = (dot, i) => {
  const likely = Boolean(data.sites[i].likely);
  dot.options.sign = likely ? "square" : "circle";
  dot.setStyle({ fillColor: likely ? LIKELY : KNOWN });
};
const pinLabel = (pin, i) => {
  const element = pin.getElement();
  element?.classList.toggle("likely", Boolean(data.sites[i].likely));
  element?.setAttribute("role", "button");
  element?.setAttribute("aria-label", t("Rank {n}: {name}", { n: data.sites[i].rank, name: data.sites[i].name }));
  element?.classList.toggle("chosen", i === chosen);
};
whenFilled("pins", (pin) => {
  pin.on("add", () => pinLabel(pin, siteOf(pin)));
  pin.on("keypress", ({ originalEvent: { key } }) => {
    if (key !== "Enter" && key !== " ") return;
    select(siteOf(pin), "map");
    card.focus({ preventScroll: true });
  });
});
onLanguage.push(() => each("pins", pinLabel));
["converted", "lost", "kept", "low", "survey"].forEach((kind) => whenFilled(`others_${kind}`, (layer, i) => {
  layer.bindTooltip(() => named(data.others[i]));
  layer.on("click", () => { mark(-1); open("others", i); });
}));
["core", "intermediate", "supporting"].forEach((tier) => whenFilled(`spaces_${tier}`, (layer, i) => {
  layer.bindTooltip(() => {
    const [name, others, domain, level] = data.spaces[i];
    return note(name, others, `${domain} · ${level}`);
  });
  layer.bindPopup(() => {
    const [name, others, domain, level, source, url] = data.spaces[i];
    return note(name, others, t("Creative space: {domain} ({tier})", { domain, tier: level }), source, url ? link(url, t("OpenStreetMap object")) : "");
  });
}));
const grades = ["thin", "fair", "good"];
grades.forEach((grade) => whenFilled(`mapping_${grade}`, (layer, i) => layer.bindTooltip(() => {
  const [mapping, ...lines] = data.hexagons[i];
  return note(t("Mapping here: {grade}", { grade: mapping }), ...lines);
}, { sticky: true })));
const walks = ["walk5", "walk15", "walk30", "walk60", "walkfar"];
walks.forEach((kind) => whenFilled(`served_${kind}`, (layer, i) => layer.bindTooltip(() => {
  const [title, ...lines] = data.served[i];
  return note(title, ...lines);
}, { sticky: true })));
const crowds = ["crowd1", "crowd2", "crowd3", "crowd4", "crowd5"];
crowds.forEach((kind) => whenFilled(`crowds_${kind}`, (layer, i) => layer.bindTooltip(() => note(data.living[i], data.served[i][0]), { sticky: true })));
const gains = ["gain1", "gain2", "gain3", "gain4"];
const gained = (n, here) => note(t("Network gain here: {n} spaces", { n: fixed(n, 2) }), n >= data.bridging ? t("enough to bridge a gap") : "", here);
gains.forEach((kind) => whenFilled(`gains_${kind}`, (layer, i) => layer.bindTooltip(() => gained(data.gains[i], t("at the street nearest to the middle of the hexagon")), { sticky: true })));
whenFilled("gain_places", (layer, i) => layer.bindTooltip(() => gained(data.gain_places[i], t("at this street place"))));
/* switched on later than the rest, and still under it */
const sink = (group, names) => group?.on("add", () => names.forEach((name) => each(name, (layer) => layer.bringToBack())));
sink(window.feature_group_mapping, grades.map((grade) => `mapping_${grade}`));
sink(window.feature_group_crowds, crowds.map((kind) => `crowds_${kind}`));
sink(window.feature_group_gains, gains.map((kind) => `gains_${kind}`));
sink(window.feature_group_served, ["underserved", ...walks.map((kind) => `served_${kind}`)]);
whenFilled("stations", (layer, i) => layer.bindTooltip(() => {
  const [name, others, services] = data.stations[i];
  return note(name, others, t("Rapid-transit station, {services}", { services }));
}));
whenFilled("hulls", (layer, i) => layer.bindTooltip(() => {
  const [name, others, n, p] = data.hulls[i];
  return note(name, others, tn(n, "Cluster of {n} creative space", "Cluster of {n} creative spaces"), t("chance would give one as large with p = {p}", { p: fixed(p, 3) }));
}, { sticky: true }));
window.shapes_links?.once("add", () => {
  const ends = [];
  for (let k = 0; k < data.links.length; k += 2) ends.push([data.links[k], data.links[k + 1]].map((i) => data.spaces[i].slice(6, 8)));
  window.shapes_links.addLayer(L.polyline(ends, { color: "#0072b2", weight: 1, opacity: 0.35, interactive: false, pane: "veil" }));
});

/* the links that the numbered sites would have, whichever these are now */
const drawNewLinks = () => {
  const layer = window.shapes_new_links;
  if (!layer || !map.hasLayer(layer)) return;
  layer.clearLayers();
  const ends = [];
  each("pins", (pin) => (data.sites[siteOf(pin)].linked || []).forEach((k) => ends.push([data.sites[siteOf(pin)].at, data.spaces[k].slice(6, 8)])));
  layer.addLayer(L.polyline(ends, { color: "#b34a00", weight: 1.4, opacity: 0.7, dashArray: "5 3", interactive: false, pane: "veil" }));
};
window.shapes_new_links?.on("add", drawNewLinks);

/* the text shows a hexagon, or all of them, on the map */
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-gain]");
  if (!button) return;
  window.feature_group_gains.addTo(map);
  const bounds = L.latLngBounds([]);
  gains.forEach((kind) => each(`gains_${kind}`, (layer, i) => {
    if (button.dataset.gain === "" || +button.dataset.gain === i) bounds.extend(layer.getBounds());
  }));
  if (bounds.isValid()) map.fitBounds(bounds, { maxZoom: 14, paddingTopLeft: [8, 8], paddingBottomRight: [asideOf(), 8], animate: !calm.matches });
  document.querySelector(".mapbox").scrollIntoView({ block: narrow.matches ? "start" : "nearest" });
});

/* buttons on the map: each an icon, with its words beside it when it is pointed at */
const mapButtons = make("div", { className: "map-buttons leaflet-control" });
const asideOf = () => mapButtons.offsetWidth + 12;
const above = () => layer_control_legend.getContainer().offsetHeight + 12;
const show = (bounds, margin) => map.fitBounds(bounds, { paddingTopLeft: [margin, margin + above()], paddingBottomRight: [margin + asideOf(), margin], animate: false });
/* the site that a button is about: the chosen one, else the first of the set */
const subject = () => (chosen >= 0 ? chosen : data.choice[0]?.[0] ?? 0);
const toggleReach = () => {
  const layer = window.shapes_reached;
  if (map.hasLayer(layer)) layer.remove();
  else {
    layer.addTo(map);
    reach(subject());
    zoomTo(subject());
  }
};
const BUTTONS = [
  ["whole", () => t("Whole area"), () => show(once.bounds, 8)],
  ...(data.sites.length ? [["ground", () => t("Ground 1:{n}", { n: whole(GROUND_SCALE) }), () => toGround(subject())]] : []),
  ...(window.shapes_reached ? [["reach", () => t("Reach"), toggleReach]] : []),
].map(([kind, words, act]) => {
  const button = make("button", { type: "button", className: `map-button icon-${kind}` });
  button.addEventListener("click", act);
  mapButtons.append(button);
  return [button, words, kind];
});
L.DomEvent.disableClickPropagation(mapButtons);
const buttonsControl = L.control({ position: "topright" });
buttonsControl.onAdd = () => mapButtons;
buttonsControl.addTo(map);
const nameButtons = () => BUTTONS.forEach(([button, words, kind]) => {
  button.replaceChildren(make("span", { className: "words" }, words()));
  button.setAttribute("aria-label", words());
  button.title = words();
  if (kind === "reach") button.setAttribute("aria-pressed", String(map.hasLayer(window.shapes_reached)));
});
/* the folded legend shows the signs of what is on, and names those that no label on the map does: the creative spaces */
const toggleOfLegend = document.querySelector(".leaflet-control-layers-toggle");
const SPACES = /sw-(core|intermediate|supporting)"/;
const showWhatIsOn = () => {
  const on = layer_control_legend._layers.filter(({ layer, overlay }) => overlay && map.hasLayer(layer));
  const signs = on.map(({ name }) => name.match(/<span class="sw [^"]*"><\/span>/)?.[0] ?? ""); // markup of ours, never data
  const group = (those, words) => make("span", { className: "signs", innerHTML: those.join("") }, words);
  const spaces = signs.filter((sign) => SPACES.test(sign));
  const others = signs.filter((sign) => !SPACES.test(sign));
  toggleOfLegend.replaceChildren(...(spaces.length ? [group(spaces, t("Creative spaces"))] : []), group(others, signs.length ? "" : t("Legend")));
  toggleOfLegend.setAttribute("aria-label", [t("Legend"), ...(spaces.length ? [t("Creative spaces")] : [])].join(": "));
};
map.on("overlayadd overlayremove", () => {
  showWhatIsOn();
  nameButtons();
});
const nameLayers = () => {
  layer_control_legend._layers.forEach((entry) => {
    const [, label] = Object.entries(data.legend).find(([name]) => window[name] === entry.layer) ?? [];
    entry.name = label ?? entry.name; // markup of ours, never data
  });
  layer_control_legend._update();
  showWhatIsOn();
};
const pins = [];

/* numbered pins that would hide each other stand side by side, each with a line to its site */
const PIN = 26;
const leaders = L.layerGroup().addTo(window.feature_group_candidates);
const spread = () => {
  const at = pins.map(({ home }) => map.latLngToLayerPoint(home));
  for (let round = 0; round < 60; round += 1) {
    let moved = false;
    for (let a = 0; a < at.length; a += 1) {
      for (let b = a + 1; b < at.length; b += 1) {
        const gap = at[b].distanceTo(at[a]);
        if (gap >= PIN) continue;
        const way = gap > 0.5 ? at[b].subtract(at[a]).divideBy(gap) : L.point(Math.cos(b), Math.sin(b));
        const push = way.multiplyBy((PIN + 1 - gap) / 2);
        at[a] = at[a].subtract(push);
        at[b] = at[b].add(push);
        moved = true;
      }
    }
    if (!moved) break;
  }
  leaders.clearLayers();
  pins.forEach(({ pin, home }, k) => {
    const near = at[k].distanceTo(map.latLngToLayerPoint(home)) < 1;
    const place = near ? home : map.layerPointToLatLng(at[k]);
    pin.setLatLng(place);
    if (!near) leaders.addLayer(L.polyline([home, place], { color: "#b34a00", weight: 1.5, interactive: false }));
  });
};
/* the sites that get a pin: those of the set, whatever their rank, and the first in order */
const pinned = (order, sets) => {
  const members = sets[0]?.members ?? (data.runChoice?.[0] ?? data.choice)[0] ?? [];
  const held = new Set(members.filter((i) => order.includes(i)));
  order.forEach((i) => { if (held.size < pins.length) held.add(i); });
  return order.filter((i) => held.has(i));
};
/* other ranks: the dots go to the sites that get no pin; a dot that can stay does */
const renumber = ({ order, ranks, sets }) => {
  const stand = (layer, i) => Object.assign(layer, { feature: { ...layer.feature, properties: { i, rank: ranks[i] } } });
  const first = pinned(order, sets);
  pins.forEach((entry, k) => {
    const [{ pin }, i] = [entry, first[k]];
    entry.home = L.latLng(data.sites[i].at);
    stand(pin, i);
    const { options } = pin.options.icon;
    if (options.html !== String(ranks[i])) pin.setIcon(L.divIcon({ ...options, html: String(ranks[i]) }));
    pinLabel(pin, i);
  });
  const rest = new Set(order.filter((i) => !first.includes(i)));
  const free = [];
  each("dots", (dot, i) => { if (!rest.delete(i)) free.push(dot); });
  [...rest].forEach((i, k) => signed(stand(free[k], i).setLatLng(data.sites[i].at), i));
  spread();
};

/* ---- first view: the frame, then what is in it */
layer_control_legend.collapse();
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
map.attributionControl.setPrefix("Leaflet");
map.attributionControl.addAttribution('© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors (ODbL)');
nameLayers();
const keptView = (getState("map") ?? "").split("/").map(Number);
const homes = once.shapes.pins.map(([, , i]) => data.sites[i].at);
if (keptView.length === 3 && keptView.every(Number.isFinite)) map.setView(keptView.slice(1), keptView[0], { animate: false });
else if (homes.length > 1) show(L.latLngBounds(homes), 40);
else show(once.bounds, 8);
framed = true;
fillLayers();
each("pins", (pin, i) => pins.push({ pin, home: L.latLng(data.sites[i].at) }));
map.on("zoomend", spread);
spread();
each("pins", pinLabel);
each("dots", signed);
map.on("zoomend", showNear);
showNear();
onLanguage.push(nameLayers);
