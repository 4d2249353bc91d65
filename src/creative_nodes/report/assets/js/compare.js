/* sites side by side, two to four, and two sets: under the priorities that hold, and kept in the address */
const MOST_COMPARED = 4;
const versus = () => document.getElementById("versus");
let picked = [];
let pair = [];

/* ---- the address: ids of the sites, numbers of the sets, a blank between */
const parted = (name) => (getState(name) ?? "").split(" ").filter(Boolean);
const recallPicked = () => {
  picked = [...new Set(parted("sites").map((id) => data.sites.findIndex(({ site_id }) => site_id === id)))].filter((i) => i >= 0).slice(0, MOST_COMPARED);
  pair = parted("sets").map(Number).filter((number) => once.carried.sets?.sets[number]).slice(0, 2);
};
const keepPicked = () => setState("sites", picked.map((i) => data.sites[i].site_id).join(" "), { back: true });
const pick = (i, on) => {
  if (on && !picked.includes(i)) {
    if (picked.length === MOST_COMPARED) return showPicked(t("Four sites at most stand side by side: take one away first."));
    picked = [...picked, i];
  } else if (!on) picked = picked.filter((other) => other !== i);
  keepPicked();
  compareAnew();
  return null;
};

/* ---- sites */
const valueOf = (i, k) => data.priorities.values[i]?.[k];
const line = (label, small, cells) => make("tr", {}, make("th", { scope: "row" }, label, small ? make("span", { className: "en" }, small) : ""),
  ...cells.map((cell, j) => {
    const place = make("td", {}, ...[cell].flat());
    place.dataset.label = data.sites[picked[j]].name;
    return place;
  }));
const withBar = (text, share) => [text, share === undefined ? "" : bar(share)];
const siteHead = (i) => {
  const show = make("button", { type: "button", className: "plain-link" }, data.sites[i].name);
  show.dataset.show = i;
  const away = make("button", { type: "button", className: "away", ariaLabel: t("Take {name} away", { name: data.sites[i].name }) }, "×");
  away.addEventListener("click", () => {
    pick(i, false);
    versus().focus();
  });
  return make("th", { scope: "col" }, show, " ", away);
};
const criterionLine = ([label, , , place], k) => {
  const weight = live ? live.result().applied[k] : null;
  const counts = !live || live.known[k];
  const weighs = counts ? t("{share} of the score", { share: inPercent(weight ?? 0) }) : t("does not count in this city");
  const small = [place ? t("a typical street place: {median}", { median: place }) : "", live ? weighs : ""];
  return line(label, small.filter(Boolean).join(" · "), picked.map((i) => withBar(data.sites[i].measures?.[k]?.[0] ?? "–", counts ? valueOf(i, k) : undefined)));
};
const siteTable = () => {
  const sites = picked.map((i) => data.sites[i]);
  const marks = (site) => (site.rank ? [chip(site.priorities_mark, site.priorities_mark_words), " ", site.map_mark ? chip(site.map_mark, site.map_mark_words) : ""] : "–");
  const body = [
    line(t("Rank"), "", sites.map((site) => [site.rank ? String(site.rank) : site.unreachable_reason ?? "–", site.run_rank ? shift(site.run_rank - site.rank) : ""])),
    line(t("Rank interval"), "", sites.map((site) => (site.interval ? rangeOf(site) : "–"))),
    line(t("Among the first"), "", sites.map(marks)),
    line(t("Status"), "", sites.map((site) => [site.status_words, site.said_by ? make("span", { className: "en" }, ...linked(site.said_by)) : ""])),
    line(t("Class"), "", sites.map((site) => site.heritage_class)),
    line(t("Area"), "", sites.map((site) => site.area || t("not known"))),
    ...data.criteria.map(criterionLine),
  ];
  const head = make("tr", {}, make("td", {}), ...picked.map(siteHead));
  return make("div", { className: "wide" }, make("table", { className: `plain versus of-${picked.length}` }, make("thead", {}, head), make("tbody", {}, ...body)));
};
const addSite = () => {
  const options = data.sites.flatMap((site, i) => (picked.includes(i) ? [] : [make("option", { value: String(i) }, titled(site))]));
  const list = make("select", { disabled: picked.length === MOST_COMPARED }, make("option", { value: "" }, t("choose a site")), ...options);
  list.addEventListener("change", () => {
    pick(+list.value, true);
    versus().querySelector("select").focus();
  });
  return make("label", { className: "choose" }, t("Add a site"), " ", list);
};
const copyLink = () => {
  const button = make("button", { type: "button", className: "share" }, t("Copy a link to this view"));
  return make("p", { className: "acts" }, button, make("span", { className: "small", role: "status" }));
};

/* ---- sets: those that are best at some share of the two aims, the best of now first */
const orderedSets = () => {
  const { sets } = once.carried.sets;
  const share = live ? live.serving(live.state.weights) : 0.5;
  const ids = data.sites.map(({ site_id }) => site_id);
  const found = setsByWorth(once.carried.sets, share, ids);
  return found.map((one) => ({ ...one, number: sets.findIndex(([members]) => members.join() === one.members.join()), reached: found[0].worth > 0 ? one.worth / found[0].worth : 1 }));
};
const setName = (place, { brings }) => (place === 0 ? t("Best set") : place === 1 ? t("Runner-up set") : bringsOf(brings));
const chooseSet = (found, column) => {
  const list = make("select", { ariaLabel: column ? t("Second set") : t("First set") },
    ...found.map((one, place) => make("option", { value: String(one.number) }, setName(place, one))));
  list.value = String(pair[column]);
  list.addEventListener("change", () => {
    pair[column] = +list.value;
    setState("sets", pair.join(" "), { back: true });
    compareAnew();
    versus().querySelectorAll(".of-sets select")[column].focus();
  });
  return make("th", { scope: "col" }, list);
};
const setTable = () => {
  const found = orderedSets();
  const now = pair.length === 2 ? pair : found.slice(0, 2).map(({ number }) => number);
  pair = [...now];
  const two = now.map((number) => found.find((one) => one.number === number) ?? found[0]);
  const best = [0, 1].map((aim) => Math.max(...found.map(({ brings }) => brings[aim])));
  const row = (label, cells) => make("tr", {}, make("th", { scope: "row" }, label), ...cells.map((cell, j) => {
    const place = make("td", {}, ...[cell].flat());
    place.dataset.label = j ? t("Second set") : t("First set");
    return place;
  }));
  const body = [
    row(t("Sites, and what each adds"), two.map(({ members, adds }) => make("ul", {}, ...members.map((i, j) => member(i, adds[j]))))),
    row(t("Residents newly served"), two.map(({ brings }) => withBar(whole(brings[0]), best[0] ? brings[0] / best[0] : 0))),
    row(t("Network gain, in spaces"), two.map(({ brings }) => withBar(amount(brings[1]), best[1] ? brings[1] / best[1] : 0))),
    row(t("Of the best set's worth"), two.map(({ reached }) => withBar(inPercent(reached), reached))),
  ];
  const share = inPercent(live ? live.serving(live.state.weights) : 0.5);
  return [
    make("h3", {}, t("Two sets")),
    make("p", { className: "small" }, t("Serving residents counts {share} of a set's worth here, connecting spaces the rest. Each set of the list is best, or second best, at some share.", { share })),
    make("div", { className: "wide" }, make("table", { className: "plain versus of-sets" },
      make("thead", {}, make("tr", {}, make("td", {}), chooseSet(found, 0), chooseSet(found, 1))), make("tbody", {}, ...body))),
  ];
};

/* ---- all of it */
const showPicked = (told = "") => {
  document.querySelectorAll("[data-pick]").forEach((box) => { box.checked = picked.includes(+box.dataset.pick); });
  const place = document.getElementById("picked");
  if (!place) return;
  const go = make("button", { type: "button" }, t("Compare them side by side"));
  go.addEventListener("click", () => {
    if (!versus().checkVisibility()) goTo("compare");
    versus().focus();
    versus().scrollIntoView();
  });
  place.replaceChildren(told || (picked.length ? tn(picked.length, "{n} site chosen.", "{n} sites chosen.") : ""), ...(picked.length > 1 ? [" ", go] : []));
};
/* made when it is in view: hundreds of sites stand in its lists */
let compareWaits = false;
const compareAnew = () => {
  const box = document.getElementById("versus-box");
  if (!box) return;
  showPicked();
  compareWaits = !box.checkVisibility();
  if (compareWaits) return;
  box.replaceChildren(
    make("p", { className: "small" }, t("Choose two to four sites here, by the boxes in the ranking, or in the card of a site. The bar is full at what an outstanding place of the city has.")),
    addSite(),
    ...(picked.length ? [siteTable(), copyLink()] : []),
    ...(once.carried.sets?.sets.length > 1 ? setTable() : []),
  );
};
const compareInView = () => { if (compareWaits) compareAnew(); };
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-pick]")) return;
  pick(+target.dataset.pick, target.checked);
});
window.addEventListener("popstate", () => {
  recallPicked();
  compareAnew();
});
recallPicked();
compareAnew();
afterAnswer.push(compareAnew);
onLanguage.push(compareAnew);
