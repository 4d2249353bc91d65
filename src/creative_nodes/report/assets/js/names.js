/* names on the map: first those of the sites to decide between, then water, quarters, streets, stations and landmarks,
   each where it covers nothing that stands there already; placed anew when the map moves */
const namesPane = map.createPane("names");
namesPane.classList.add("leaflet-zoom-hide");
const GAP = 4;
const clear = (a, b) => a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
const free = (boxes, taken) => boxes.every((box) => taken.every((other) => clear(box, other)));

/* how wide a name is, without asking the page for its layout */
const pen = document.createElement("canvas").getContext("2d");
const FONTS = { quarter: [12, 600], water: [12, 400], street: [11, 400], station: [11, 600], park: [11, 400], landmark: [11, 400] };
const { fontFamily } = getComputedStyle(document.body);
const widths = new Map();
const widthOf = (text, kind) => {
  const key = `${kind} ${text}`;
  if (!widths.has(key)) {
    const [size, weight] = FONTS[kind];
    pen.font = `${weight} ${size}px ${fontFamily}`;
    widths.set(key, pen.measureText(text).width + (kind === "quarter" ? text.length : 0));
  }
  return widths.get(key);
};

/* the points of a name, and the box that holds them; unravelled when first looked at */
const whereabouts = new Map();
const whereOf = (k) => {
  if (!whereabouts.has(k)) {
    const points = steps(numbersOf(once.place_names[k][2])).map(([x, y]) => [y, x]);
    whereabouts.set(k, { points, bounds: L.latLngBounds(points) });
  }
  return whereabouts.get(k);
};

/* the stretches of a line within the frame, in pixels, the longest first */
const stretches = (points, frame) => {
  const found = [];
  points.slice(1).forEach((b, k) => {
    const cut = L.LineUtil.clipSegment(points[k], b, frame, false, false);
    if (!cut) return;
    const last = found.at(-1);
    if (last?.at(-1).equals(cut[0])) last.push(cut[1]);
    else found.push([cut[0], cut[1]]);
  });
  const long = (line) => line.slice(1).reduce((sum, b, k) => sum + b.distanceTo(line[k]), 0);
  return found.map((line) => [line, long(line)]).sort((a, b) => b[1] - a[1]);
};
const along = (line, way) => {
  for (let k = 1, left = way; k < line.length; k += 1) {
    const step = line[k].distanceTo(line[k - 1]);
    if (left <= step) return line[k - 1].add(line[k].subtract(line[k - 1]).multiplyBy(step ? left / step : 0));
    left -= step;
  }
  return line.at(-1);
};
/* a name on a line: where the line is straight enough for it, upright, and told by boxes along it */
const onLine = (points, wide, high, frame, taken) => {
  for (const [line, length] of stretches(points, frame)) {
    if (length < wide + 20) return null;
    for (const share of [0.5, 0.3, 0.7]) {
      const middle = length * share;
      if (middle < wide / 2 || middle > length - wide / 2) continue;
      const [a, b] = [along(line, middle - wide / 2), along(line, middle + wide / 2)].sort((p, q) => p.x - q.x);
      if (a.distanceTo(b) < wide * 0.92) continue;
      const parts = Math.max(1, Math.ceil(wide / high));
      const boxes = [...Array(parts + 1).keys()].map((k) => {
        const { x, y } = a.add(b.subtract(a).multiplyBy(k / parts));
        return [x - high / 2, y - high / 2, x + high / 2, y + high / 2];
      });
      if (free(boxes, taken)) return { at: a.add(b).divideBy(2), turn: Math.atan2(b.y - a.y, b.x - a.x), boxes };
    }
  }
  return null;
};
/* a name at a point: in the middle of what it names, or beside a dot */
const DOTTED = ["station", "landmark"];
const atPoint = (kind, { x, y }, wide, high, taken) => {
  const shift = wide / 2 + 10;
  const ways = DOTTED.includes(kind) ? [[shift, 0], [-shift, 0], [0, -high], [0, high]] : [[0, 0]];
  for (const [dx, dy] of ways) {
    const box = [x + dx - wide / 2 - GAP, y + dy - high / 2, x + dx + wide / 2 + GAP, y + dy + high / 2];
    const boxes = dx || dy ? [box, [x - 4, y - 4, x + 4, y + 4]] : [box];
    if (free(boxes, taken)) return { at: L.point(x + dx, y + dy), turn: 0, boxes };
  }
  return null;
};
const put = (className, text, { x, y }, turn = 0) => {
  const element = make("span", { className: `name-on-map ${className}` }, text);
  const { x: left, y: top } = map.containerPointToLayerPoint([x, y]);
  element.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%)${turn ? ` rotate(${turn}rad)` : ""}`;
  namesPane.append(element);
  return element;
};
const nameGround = (taken) => {
  const zoom = map.getZoom();
  const size = map.getSize();
  const frame = L.bounds([4, 4], [size.x - 4, size.y - 4]);
  const view = map.getBounds();
  const told = [];
  for (const [k, [kind, from]] of once.place_names.entries()) {
    if (from > zoom) break; // those told from afar stand first
    const { points, bounds } = whereOf(k);
    const text = data.place_names[k];
    if (!view.intersects(bounds)) continue;
    const pixels = points.map((at) => map.latLngToContainerPoint(at));
    const [wide, high] = [widthOf(text, kind), FONTS[kind][0] + 5];
    const spot = pixels.length > 1 ? onLine(pixels, wide, high, frame, taken) : atPoint(kind, pixels[0], wide, high, taken);
    if (!spot || spot.boxes.some(([left, top, right, bottom]) => left < 0 || top < 0 || right > size.x || bottom > size.y)) continue;
    if (told.some(([same, at]) => same === text && at.distanceTo(spot.at) < 320)) continue;
    told.push([text, spot.at]);
    taken.push(...spot.boxes);
    put(`named-${kind}`, text, spot.at, spot.turn);
    if (DOTTED.includes(kind)) put(`dot-${kind}`, "", pixels[0]);
  }
};

/* ---- the sites to decide between: the set, its runner-up, the best single site */
const PIN_HALF = 13;
const rolesOf = () => {
  const roles = new Map();
  data.choice.forEach((members, option) => members.forEach((i) => {
    const told = roles.get(i) ?? [];
    if (option === 0 || data.choice[option].length === 1 || !told.includes(data.choice_words[0])) roles.set(i, [...told, data.choice_words[option]]);
  }));
  return roles;
};
const AROUND = [[1, 0], [-1, 0], [0, -1], [0, 1], [0.8, -0.8], [-0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]];
const nameSites = (taken) => {
  const size = map.getSize();
  const within = ([left, top, right, bottom]) => left > 0 && top > 0 && right < size.x && bottom < size.y;
  rolesOf().forEach((told, i) => {
    const pin = pins.find((one) => siteOf(one.pin) === i)?.pin;
    const at = map.latLngToContainerPoint(pin ? pin.getLatLng() : data.sites[i].at);
    const [first, ...rest] = told;
    const inSet = first === data.choice_words[0];
    const label = put(`set-name ${inSet ? "" : "beside-set"}`, "", at);
    label.append(make("span", { className: "name" }, data.sites[i].name));
    const others = inSet ? rest : told;
    if (others.length) label.append(make("span", { className: "role" }, others.join(" · ")));
    const [wide, high] = [label.offsetWidth / 2, label.offsetHeight / 2];
    const places = [15, 40, 75, 120].flatMap((far) => AROUND.map(([dx, dy]) => {
      const middle = at.add([dx * (far + wide * Math.abs(dx)), dy * (far + high * Math.abs(dy))]);
      return { far, middle, box: [middle.x - wide, middle.y - high, middle.x + wide, middle.y + high] };
    }));
    const place = places.find(({ box }) => within(box) && free([box], taken)) ?? places.find(({ box }) => within(box)) ?? places[0];
    label.remove();
    if (place.far > 15) {
      const way = place.middle.subtract(at);
      const leader = put("leader", "", at.add(way.divideBy(2)), Math.atan2(way.y, way.x));
      leader.style.width = `${Math.hypot(way.x, way.y)}px`;
    }
    const { x, y } = map.containerPointToLayerPoint(place.middle);
    label.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    namesPane.append(label);
    taken.push(place.box);
  });
};
/* what names must not cover: the buttons, the legend and the scale; the numbered pins */
const covered = () => {
  const { left, top } = map.getContainer().getBoundingClientRect();
  const controls = [...map.getContainer().querySelectorAll(".leaflet-control")].map((one) => one.getBoundingClientRect());
  const boxes = controls.filter(({ width }) => width).map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
  const round = pins.map(({ pin }) => map.latLngToContainerPoint(pin.getLatLng()));
  return [...boxes, ...round.map(({ x, y }) => [x - PIN_HALF, y - PIN_HALF, x + PIN_HALF, y + PIN_HALF])];
};
const placeNames = () => {
  namesPane.replaceChildren();
  if (!map.getSize().x) return;
  const taken = covered();
  if (tabNow() === TABS[0] || tabNow() === "all") nameSites(taken);
  nameGround(taken);
};
pageTools.nameStandsAt = (k) => whereOf(k).points[0];
map.on("moveend resize", placeNames); // and when other priorities hold, a tab is shown, or the language changes: see tabs.js
