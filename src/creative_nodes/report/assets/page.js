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
  const measures = (site) => {
    if (!site.measures) return [];
    const rows = site.measures.map(([value, part], i) => {
      const [label, median, best] = data.criteria[i];
      const adds = make("td", {}, part == null ? "–" : part.toFixed(3));
      if (part != null && best > 0) adds.append(bar(part / best));
      return make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, value), make("td", {}, median), adds);
    });
    const head = ["Criterion", "Here", "Median", "Adds"].map((text) => make("th", { scope: "col" }, text));
    return [
      make("h3", {}, "Each criterion, beside the median of this city's scored candidates"),
      make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)),
      make("p", { className: "small" }, "“Adds” is what the criterion adds to the score; its bar is full for the city's best site."),
    ];
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
    card.replaceChildren(button, ...details(site), ...measures(site), ...proofs(site));
    card.hidden = false;
    card.scrollTop = 0;
  };

  /* ---- one selection, shown in the table and on the map */
  let chosen = -1;
  const mark = (i) => {
    chosen = i;
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
  /* switched on later than the rest, and still under it */
  window.feature_group_mapping?.on("add", () => grades.forEach((grade) => each(`mapping_${grade}`, (layer) => layer.bringToBack())));
  each("hulls", (layer, i) => {
    const [name, n, p] = data.hulls[i];
    layer.bindTooltip(() => note(name, `Cluster of ${n} creative spaces`, `chance would give one as large with p = ${p}`), { sticky: true });
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
