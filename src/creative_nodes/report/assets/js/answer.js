/* the answer under other priorities: marks of the sites, headline and sets; what cannot be worked out here says so */

/* ---- the sites' marks */
const OF_RUN = ["priorities_mark", "priorities_mark_words", "map_mark", "map_mark_words", "interval", "interval_words", "rank_low", "rank_high"];
const judgeSite = (site, own, map) => {
  const between = own.low === own.high ? whole(own.low) : `${whole(own.low)}–${whole(own.high)}`;
  const [low, high, draws] = [own.low, own.high, own.draws].map(whole);
  Object.assign(site, {
    priorities_mark: own.verdict,
    priorities_mark_words: data.marks.priorities[own.verdict],
    interval: between,
    rank_low: own.low,
    rank_high: own.high,
    interval_words: low === high
      ? t("Its rank stays {low} in 90 % of {draws} weightings drawn around these.", { low, draws })
      : t("Its rank lies between {low} and {high} in 90 % of {draws} weightings drawn around these.", { low, high, draws }),
  });
  if (map) Object.assign(site, { map_mark: map.verdict, map_mark_words: data.marks.map_and_model[map.verdict] });
  else if (site.map_mark) site.map_mark_words = t("{mark} (of the run)", { mark: site.ofRun.map_mark_words });
};
const judgeSites = ({ judged, parts }) => parts.forEach((_, i) => {
  const site = data.sites[i];
  site.ofRun ??= Object.fromEntries(OF_RUN.map((name) => [name, site[name]]));
  if (judged) judgeSite(site, judged.priorities[i], judged.map?.[i]);
  else Object.assign(site, site.ofRun);
});

/* ---- the headline */
const inPercent = (share) => percent(decimals(share * 100, 0, (share > 0 && share < 0.1) || share > 0.995 ? 1 : 0));
const sentences = (...said) => said.filter(Boolean).join(language === "zh" ? "" : " ");
const listed = (names) => new Intl.ListFormat(LOCALES[language], { type: "conjunction" }).format(names);
const amount = (n) => (n > 0 && n < 0.005 ? t("under {limit}", { limit: fixed(0.01, 2) }) : fixed(n, 2));
const nameOfSite = (i) => data.sites[i].name;
const bringsOf = ([served, gain]) => t("{served} newly served, network +{gain}", { served: whole(served), gain: amount(gain) });
const connecting = ({ connects_from, k, anchors: [, anchor] }, gain) => anchor > 0 && gain >= connects_from * k * anchor;
const setSentence = ({ members, brings: [served, gain] }) => {
  const told = { names: listed(members.map(nameOfSite)), served: whole(served), gain: amount(gain), ...data.today };
  if (!once.carried.sets.recommended)
    return t("No set is recommended. Best together in this run would be {names}, newly serving {served} residents and adding {gain} spaces to the network of a typical space.", told);
  return connecting(once.carried.sets, gain)
    ? t("Best together are {names}: reused, they would newly serve {served} residents (their first major creative space within a {minutes} min walk) and add {gain} to the {typical} spaces that a typical one is joined with.", told)
    : t("Best together for residents are {names}: reused, they would newly serve {served} (their first major creative space within a {minutes} min walk). They hardly connect spaces.", told);
};
const reserve = (text) => (text ? make("p", { className: "reserve" }, text) : "");
const plansOf = (members) => members.flatMap((i) => (data.sites[i].plans ?? []).map((plan) => `${nameOfSite(i)}: ${plan}`)).join(" · ");
const markLine = (found, text, kind) => make("li", {}, chip(found.verdict, data.marks[kind][found.verdict]), " ", text);
/* how sure it is comes later than the rest: until then what was said of it stays, pale */
const marksAnew = (first, judged) => {
  const [own, map] = [judged.priorities[first], judged.map?.[first]];
  const said = (found) => ({ name: nameOfSite(first), top: whole(judged.top), share: inPercent(found.top), draws: whole(found.draws) });
  return make("ul", { className: "marks" },
    markLine(own, t("{name} is among the first {top} in {share} of {draws} trials of other weights.", said(own)), "priorities"),
    map ? markLine(map, t("{name} is among the first {top} in {share} of {draws} trials of other maps and models.", said(map)), "map_and_model") : "");
};
const headlineAnew = ({ order, judged, sets, told, weights, toRun }) => {
  const [first, best] = [order[0], sets[0]];
  const back = make("button", { type: "button", id: "back-to-run" }, t("Back to the run's priorities"));
  back.addEventListener("click", toRun);
  return [
    make("p", { className: "own-told" }, make("b", {}, t("Priorities: {name}", { name: told })), ` (${weights.map((pair) => pair.join(" ")).join(" · ")}) `, back),
    make("p", { className: "lead" }, sentences(data.bridge, best ? setSentence(best) : "", t("By score {name} ranks first of {n} candidates.", { name: nameOfSite(first), n: whole(order.length) }))),
    reserve(plansOf(best?.members ?? [])), reserve(data.map_age),
    judged ? marksAnew(first, judged) : document.querySelector("#answer .marks") ?? "",
    make("p", { className: "small" }, t("Not worked out anew: whether the set holds on other maps and models, and what the past says. Both were tested with the run's own priorities alone.")),
  ];
};

/* ---- what there is to choose between */
const member = (i, adds) => {
  const button = make("button", { type: "button" }, nameOfSite(i));
  button.dataset.show = i;
  return make("li", {}, button, adds ? make("span", { className: "adds" }, bringsOf(adds)) : "");
};
/* of a recommended set the lead tells what it brings */
const residents = () => (data.today.residents ? make("p", { className: "small" }, data.today.residents) : "");
const option = (key, label, brings, members, instead) => {
  const head = make("h2", { id: `h-${key}` }, label);
  const box = make("section", { className: `option option-${key}` }, head, make("ul", {}, ...members), instead.length ? make("p", { className: "small instead" }, t("in place of {names}", { names: listed(instead) })) : "", key === "best" && once.carried.sets.recommended ? "" : make("p", { className: "small" }, bringsOf(brings)), key === "best" ? residents() : "",
    key === "best" ? make("p", { className: "small parts" }, t("What a site adds depends on the others of its set, so the parts need not add up to the whole.")) : "");
  box.setAttribute("aria-labelledby", head.id);
  return box;
};
/* the best set, its runner-up and the first of the ranking that may be chosen */
const optionsAnew = ({ order, sets }) => {
  const [best, second] = sets;
  const single = order.find((i) => once.carried.sets.alone[i]);
  const kinds = [
    best && ["best", once.carried.sets.recommended ? t("Best together under these priorities") : t("Best of this run, not recommended"), best],
    second && ["runner_up", t("Runner-up set"), { ...second, adds: [] }],
    single !== undefined && ["single", t("Best single site"), { members: [single], adds: [], brings: once.carried.sets.alone[single] }],
  ].filter(Boolean);
  data.runChoice ??= [data.choice, data.choice_words];
  [data.choice, data.choice_words] = [kinds.map(([, , { members }]) => members), kinds.map(([, label]) => label)];
  const named = kinds.filter(([key, , { members }]) => key !== "single" || !best?.members.includes(members[0]));
  return named.map(([key, label, { members, adds, brings }]) => {
    const fresh = key === "runner_up" ? members.filter((i) => !best.members.includes(i)) : members;
    const shown = fresh.length ? fresh : members;
    const instead = shown.length < members.length ? best.members.filter((i) => !members.includes(i)).map(nameOfSite) : [];
    return option(key, label, brings, shown.map((i) => member(i, adds[members.indexOf(i)])), instead);
  });
};

/* ---- all of it */
const afterAnswer = [];
const asWritten = (part, selector) => make("template", { innerHTML: data.parts[part] }).content.querySelectorAll(selector);
/* sections that tell of the run, whatever the sliders say */
const TOLD_OF_RUN = ["also", "scenarios", "together", "survey", "certainty", "backtest", "record"];
const noteRun = (changed) => {
  document.querySelectorAll(".of-run").forEach((line) => line.remove());
  if (changed) TOLD_OF_RUN.forEach((part) => document.querySelector(`[data-part="${part}"] h2`)
    ?.after(make("p", { className: "of-run small" }, t("This section tells of the run's own priorities, not of those chosen now."))));
};
const headlineFollows = (found) => {
  if (found.changed) document.getElementById("answer").replaceChildren(...headlineAnew(found));
};
const answerAnew = (found) => {
  const [answer, choice] = ["#answer", ".choice"].map((selector) => document.querySelector(selector));
  answer.replaceChildren(...(found.changed ? headlineAnew(found) : [...asWritten("header", "#answer")][0].childNodes));
  if (once.carried.sets && found.judged) {
    choice.querySelectorAll(".option").forEach((one) => one.remove());
    choice.querySelector(".warning").after(...optionsAnew(found));
  } else if (data.runChoice) {
    choice.querySelectorAll(".option").forEach((one) => one.remove());
    choice.querySelector(".warning").after(...asWritten("choice", ".option"));
    [data.choice, data.choice_words] = data.runChoice;
    data.runChoice = null;
  }
  const next = choice.querySelector(".next");
  if (next) next.hidden = found.changed; // it tells of the run's own set
  noteRun(found.changed);
};
