/* links the map, the table and the card. every text from the data goes in as a text node, never as html. */
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const map = window[data.map];
  const card = document.getElementById("card");
  const narrow = window.matchMedia("(max-width: 900px)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const CHOSEN = { color: "#23211e", weight: 4, fillOpacity: 0.6 };
  const SITE_ZOOM = 15;

  /* make an element: tag, properties, children (texts become text nodes) */
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((child) => child !== "" && child != null));
    return element;
  };
  const link = (url, text) =>
    /^https?:\/\//.test(url) ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text) : text;
  const bar = (share) => {
    const inner = make("span", {});
    inner.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    return make("span", { className: "bar" }, inner);
  };
  const each = (name, act) => window[`shapes_${name}`]?.eachLayer((layer) => act(layer, layer.feature.properties.i));
  const note = (title, ...lines) =>
    make("div", {}, make("b", {}, title), ...lines.filter(Boolean).map((line) => make("div", {}, line)));

  document.querySelectorAll("[data-share]").forEach((inner) => {
    inner.style.width = `${inner.dataset.share * 100}%`;
  });

  /* ---- the card */
  const proofs = (site) => {
    const items = (site.evidence || []).map(([reason, tag, id, url]) =>
      make("li", {}, reason, tag ? " (" : "", tag ? make("code", {}, tag) : "", tag ? ")" : "", id ? " " : "", id ? link(url, id) : ""));
    if (site.more_evidence) items.push(make("li", {}, `and ${site.more_evidence} more`));
    return items.length ? [make("h3", {}, "Why it counts as industrial heritage"), make("ul", {}, ...items)] : [];
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
  const measures = (site) => {
    if (!site.measures) return [];
    const rows = site.measures.flatMap(([value, part, made], i) => {
      const [label, median, best] = data.criteria[i];
      const [title, below] = made ? unfold(label, made, i) : [label];
      const adds = make("td", {}, part == null ? "–" : part.toFixed(3));
      if (part != null && best > 0) adds.append(bar(part / best));
      const row = make("tr", {}, make("th", { scope: "row" }, title), make("td", {}, value), make("td", {}, median), adds);
      return below ? [row, below] : [row];
    });
    const head = ["Criterion", "Here", "Median", "Adds"].map((text) => make("th", { scope: "col" }, text));
    return [
      make("h3", {}, "Each criterion, beside the median of this city's scored candidates"),
      make("table", { className: "measures" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)),
      make("p", { className: "small" }, "“Adds” is what the criterion adds to the score; its bar is full for the city's best site. Open a criterion to see what it is made of."),
    ];
  };
  /* ---- what is within reach, by mode and time */
  const times = ([mode, , found]) => found.length
    ? found.map(([minutes, residents, spaces, share, scored], k) => {
      const people = make("td", {}, residents);
      if (share != null) people.append(bar(share));
      return make("tr", { className: scored ? "scored" : "" }, make("th", { scope: "row" }, k ? "" : mode),
        make("td", {}, `${minutes} min${scored ? " ✓" : ""}`), people, make("td", {}, spaces));
    })
    : [make("tr", {}, make("th", { scope: "row" }, mode), make("td", { colSpan: 3 }, "no such street or stop meets the site"))];
  const timetable = (modes) => {
    const head = ["", "Time", "Residents", "Spaces"].map((text) => make("th", { scope: "col" }, text));
    return make("table", { className: "times" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...modes.flatMap(times)));
  };
  const within = (site) => {
    if (!site.within) return [];
    const main = site.within.filter((mode) => mode[1]);
    const rest = site.within.filter((mode) => !mode[1]);
    const keys = (site.areas || []).map(([walk, label]) => make("span", { className: "key" }, make("span", { className: `sw sw-${walk ? "reached" : "ridden"}` }), label));
    return [
      make("h3", {}, "Within reach"),
      timetable(main),
      rest.length ? make("details", {}, make("summary", {}, "By other modes"), timetable(rest)) : "",
      keys.length ? make("p", { className: "small" }, "On the map: ", ...keys) : "",
      make("p", { className: "small" }, "✓ counts in the score. The bar is full for the city's best candidate. In brackets: core and intermediate spaces."),
    ].filter(Boolean);
  };
  const details = (site) => {
    const facts = [site.heritage_class, site.status, site.area, site.start_year && `built ${site.start_year}`, site.listed && "listed"];
    const lines = [
      make("h2", {}, site.rank ? `${site.rank}. ${site.name}` : site.name),
      make("p", { className: "small" }, site.other_names || ""),
      make("p", {}, facts.filter(Boolean).join(" · ")),
      make("p", {}, `Evidence of industrial heritage: ${site.tier} (confidence ${site.confidence ?? 0})`,
        site.source ? `; ${site.source}` : "", "."),
    ];
    if (site.rank) lines.push(make("p", {}, make("b", {}, `Certainty: ${site.certainty}. `), site.interval_words || ""));
    if (site.unreachable_reason) lines.push(make("p", {}, make("b", {}, "Out of reach, not scored: "), site.unreachable_reason));
    if (site.kind === "converted") lines.push(make("p", {}, "Already in creative use, so it is no candidate."));
    if (site.kind === "lost") lines.push(make("p", {}, "Gone or built over, so it is no candidate."));
    if (site.kind === "low") lines.push(make("p", {}, "The evidence is too weak to make it a candidate."));
    if (site.near) lines.push(make("p", {}, make("b", {}, "Nearest creative space: "), site.near));
    if (site.thin) lines.push(make("p", {}, make("b", {}, "Mapping around here is thin: "), site.thin));
    return lines.filter((line) => line.textContent);
  };
  const close = () => {
    card.hidden = true;
    mark(-1);
  };
  const open = (site) => {
    const button = make("button", { type: "button", className: "close" }, "Close");
    button.addEventListener("click", close);
    card.replaceChildren(button, ...details(site), ...within(site), ...measures(site), ...proofs(site));
    card.hidden = false;
    card.scrollTop = 0;
  };

  /* ---- the ground that a site reaches: rings are a first point and steps, in 1e-5 degree */
  const ring = (steps) => {
    const found = [];
    for (let k = 0, x = 0, y = 0; k < steps.length; k += 2) {
      x += steps[k];
      y += steps[k + 1];
      found.push([y / 1e5, x / 1e5]);
    }
    return found;
  };
  const REACHED = { color: "#8a3500", weight: 2.2, opacity: 0.9, fillColor: "#e69f00", fillOpacity: 0.14, interactive: false, pane: "veil" };
  const RIDDEN = { ...REACHED, weight: 1.8, dashArray: "7 5", fillOpacity: 0.05 };
  const reach = (i) => {
    const layer = window.shapes_reached;
    if (!layer) return;
    layer.clearLayers();
    [...(data.sites[i]?.areas || [])].reverse().forEach(([walk, , polygons]) =>
      layer.addLayer(L.polygon(polygons.map((rings) => rings.map(ring)), walk ? REACHED : RIDDEN)));
  };

  /* ---- one selection, shown in the table and on the map */
  let chosen = -1;
  const mark = (i) => {
    chosen = i;
    reach(i);
    document.querySelectorAll("[data-site]").forEach((row) => row.setAttribute("aria-current", String(+row.dataset.site === i)));
    each("pins", (pin, row) => pin.getElement()?.classList.toggle("chosen", row === i));
    ["sites", "dots", "cut_off"].forEach((name) => each(name, (layer, row) => {
      layer.plain ??= { ...layer.options };
      layer.setStyle(row === i ? CHOSEN : { color: layer.plain.color, weight: layer.plain.weight, fillOpacity: layer.plain.fillOpacity });
      if (row === i) layer.bringToFront();
    }));
  };
  const zoomTo = (i) => {
    let bounds = L.latLngBounds([data.sites[i].at]);
    each("sites", (layer, row) => { if (row === i) bounds.extend(layer.getBounds()); });
    (data.sites[i].areas || []).filter(([walk]) => walk).forEach(([, , polygons]) => polygons.forEach((rings) => bounds.extend(ring(rings[0]))));
    const covered = narrow.matches || card.hidden ? 0 : card.offsetWidth + 20;
    map.fitBounds(bounds, { maxZoom: SITE_ZOOM, paddingTopLeft: [40 + covered, 40], paddingBottomRight: [40, 40], animate: !calm.matches });
  };
  const select = (i, from) => {
    open(data.sites[i]);
    mark(i);
    const row = document.querySelector(`[data-site="${i}"]`);
    if (from === "map") {
      if (row.classList.contains("more")) showAll();
      if (!narrow.matches) row.scrollIntoView({ block: "center" });
      else card.scrollIntoView({ block: "nearest" });
    } else {
      zoomTo(i);
      if (narrow.matches) document.querySelector(".mapbox").scrollIntoView({ block: "start" });
    }
  };
  const showAll = () => {
    document.getElementById("rows")?.classList.add("all");
    document.getElementById("all")?.remove();
  };

  document.getElementById("all")?.addEventListener("click", showAll);
  document.querySelectorAll("[data-site]").forEach((row) => {
    row.addEventListener("click", () => select(+row.dataset.site, "table"));
    ["mouseenter", "focus"].forEach((name) => row.addEventListener(name, () => reach(+row.dataset.site)));
    ["mouseleave", "blur"].forEach((name) => row.addEventListener(name, () => reach(chosen)));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        select(+row.dataset.site, "table");
      }
    });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !card.hidden) close(); });

  /* ---- what the map says when touched */
  const named = (site) => note(site.rank ? `${site.rank}. ${site.name}` : site.name, site.other_names, `${site.heritage_class} · ${site.status}`, site.certainty);
  ["sites", "dots", "pins", "cut_off"].forEach((name) => each(name, (layer, i) => {
    layer.bindTooltip(() => named(data.sites[i]));
    layer.on("click", () => select(i, "map"));
  }));
  each("pins", (pin, i) => {
    const label = () => {
      const element = pin.getElement();
      element?.setAttribute("role", "button");
      element?.setAttribute("aria-label", `Rank ${data.sites[i].rank}: ${data.sites[i].name}`);
      element?.classList.toggle("chosen", i === chosen);
    };
    pin.on("add", label);
    pin.on("keypress", (event) => { if (event.originalEvent.key === "Enter") select(i, "map"); });
    label();
  });
  ["converted", "lost", "low"].forEach((kind) => each(`others_${kind}`, (layer, i) => {
    const site = data.others[i];
    layer.bindTooltip(() => named(site));
    layer.on("click", () => { mark(-1); open(site); });
  }));
  ["core", "intermediate", "supporting"].forEach((tier) => each(`spaces_${tier}`, (layer, i) => {
    const [name, others, domain, level, source, url] = data.spaces[i];
    layer.bindTooltip(() => note(name, others, `${domain} · ${level}`));
    layer.bindPopup(() => note(name, others, `Creative space: ${domain} (${level})`, source, url ? link(url, "OpenStreetMap object") : ""));
  }));
  const grades = ["thin", "fair", "good"];
  grades.forEach((grade) => each(`mapping_${grade}`, (layer, i) => {
    const [mapping, ...lines] = data.hexagons[i];
    layer.bindTooltip(() => note(`Mapping here: ${mapping}`, ...lines), { sticky: true });
  }));
  const walks = ["walk5", "walk15", "walk30", "walk60", "walkfar"];
  walks.forEach((kind) => each(`served_${kind}`, (layer, i) => {
    const [title, ...lines] = data.served[i];
    layer.bindTooltip(() => note(title, ...lines), { sticky: true });
  }));
  /* switched on later than the rest, and still under it */
  const sink = (group, names) => group?.on("add", () => names.forEach((name) => each(name, (layer) => layer.bringToBack())));
  sink(window.feature_group_mapping, grades.map((grade) => `mapping_${grade}`));
  sink(window.feature_group_served, ["underserved", ...walks.map((kind) => `served_${kind}`)]);
  each("stations", (layer, i) => {
    const [name, others, services] = data.stations[i];
    layer.bindTooltip(() => note(name, others, `Rapid-transit station, ${services}`));
  });
  each("hulls", (layer, i) => {
    const [name, others, n, p] = data.hulls[i];
    layer.bindTooltip(() => note(name, others, `Cluster of ${n} creative spaces`, `chance would give one as large with p = ${p}`), { sticky: true });
  });
  if (data.links.length) {
    const ends = [];
    for (let k = 0; k < data.links.length; k += 2) ends.push([data.links[k], data.links[k + 1]].map((i) => data.spaces[i].slice(6, 8)));
    window.shapes_links.addLayer(L.polyline(ends, { color: "#0072b2", weight: 1, opacity: 0.35, interactive: false, pane: "veil" }));
  }

  /* ---- first view */
  if (narrow.matches) layer_control_legend.collapse();
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution('© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors (ODbL)');
  const legend = narrow.matches ? 0 : layer_control_legend.getContainer().offsetWidth + 12;
  const show = (bounds, margin) => map.fitBounds(bounds, { paddingTopLeft: [margin + legend, margin], paddingBottomRight: [margin, margin], animate: false });
  const whole = L.control({ position: "topright" });
  whole.onAdd = () => {
    const button = make("button", { type: "button", className: "whole leaflet-control" }, "Whole area");
    L.DomEvent.disableClickPropagation(button);
    button.addEventListener("click", () => show(data.bounds, 8));
    return button;
  };
  whole.addTo(map);
  const pins = [];
  each("pins", (pin, i) => pins.push({ pin, home: L.latLng(data.sites[i].at) }));

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
  map.on("zoomend", spread);
  if (pins.length > 1) show(L.latLngBounds(pins.map(({ home }) => home)), 40);
  else show(data.bounds, 8);
  spread();
})();
