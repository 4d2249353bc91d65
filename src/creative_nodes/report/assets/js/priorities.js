/* live priorities: sliders weigh the criteria anew, and table, map and card follow */

/* ---- the panel */
const STEP = 5; // of a slider, by its buttons
const prioritiesPanel = (panel, page) => {
  const said = () => data.priorities;
  if (said().off) {
    const explain = () => panel.replaceChildren(make("p", { className: "small" }, make("b", {}, t("No live priorities here.")), " ", said().off));
    explain();
    onLanguage.push(explain);
    return null;
  }
  const { order: keys, values, ties } = said();
  const at = Object.fromEntries(keys.map((key, k) => [key, k]));
  const flat = said().groups.flatMap((group) => group.sliders);
  const known = keys.map((key) => flat.find((slider) => slider.key === key).known);
  const own = keys.map((key) => flat.find((slider) => slider.key === key).weight);
  const groups = said().groups.map((group) => group.sliders.map((slider) => at[slider.key]));
  const unit = { values, known };
  const run = rankAll(scoreAll(unit, own), ties);

  /* what holds: whose weights (the run's, a preset's, or set by hand), and where the sliders stand */
  const state = { preset: "", steps: null, weights: own, importance: spreadOut(own, groups, known, own) };
  let full = false;
  let opened = false;
  let result = { ...run, scores: scoreAll(unit, own), applied: appliedWeights(own, known) };

  /* ---- how sure the ranks are under these weights, and the best sets: from what the page carries */
  const { worlds: packed, sets, concentration, top, thresholds } = once.carried;
  const ids = data.sites.map(({ site_id }) => site_id);
  /* the worlds are unpacked one by one, when the page is idle or when they are needed */
  const worlds = [];
  const unpacking = packed ? unpackWorlds(packed, values, ids.length) : [].values();
  const nextWorld = () => {
    const { done, value } = unpacking.next();
    if (!done) worlds.push(value);
    return !done;
  };
  const unpacked = () => {
    while (nextWorld());
    return worlds;
  };
  const unpackAhead = (deadline) => {
    do if (!nextWorld()) return; while (deadline?.timeRemaining() > 1);
    whenIdle(unpackAhead);
  };
  const inWorlds = (weights) => unpacked().map((world) => Array.from(ranksIn(world, weights, new Float64Array(ids.length))));
  const drawnAround = (weights) => [...weightingsAround(appliedWeights(weights, known), concentration)];
  const serving = (weights) => {
    const two = [at.newly_served, at.network_gain];
    return two.every((k) => known[k]) ? shareOfServing(weights, own, ...two) : 0.5;
  };
  const setsUnder = (weights) => (sets ? setsByWorth(sets, serving(weights), ids) : []);
  const columns = columnsOf(values, keys.length);
  const rank = rankerOf(values.length);
  /* in steps, between which the page can answer: each is a ranking */
  const judging = function* (weights) {
    const [scores, ranks, inWorld] = [new Float64Array(values.length), new Float64Array(values.length), new Float64Array(ids.length)];
    const [near, worldwide] = [tallyOf(values.length), tallyOf(ids.length)];
    for (const one of weightingsAround(appliedWeights(weights, known), concentration)) {
      scoreInto(scores, columns, known, one);
      near.add(rank(scores, ranks));
      yield;
    }
    for (let w = 0; w < worlds.length || nextWorld(); w += 1) {
      worldwide.add(ranksIn(worlds[w], weights, inWorld));
      yield;
    }
    const verdict = (found) => found.map((one) => ({ ...one, verdict: verdictOf(one.top, one.draws, thresholds) }));
    return { top, share: serving(weights), priorities: verdict(near.found(top)), map: packed ? verdict(worldwide.found(top)) : null, sets: setsUnder(weights) };
  };
  const judge = (weights) => toEnd(judging(weights));

  const presetOf = (key) => said().presets.find((preset) => preset.key === key && preset.weights.length);
  const activePreset = () => said().presets.find((preset) => preset.weights.length && preset.weights.every((weight, k) => weight === state.weights[k]));
  const isRun = () => state.weights.every((weight, k) => weight === own[k]);

  const take = (preset, weights, steps) => Object.assign(state, { preset, weights, steps });
  const toRun = () => {
    take("", own, null);
    state.importance = spreadOut(own, groups, known, own);
  };
  const backToRun = () => {
    toRun();
    refresh();
    settle();
  };
  const toPreset = (key) => {
    const { weights } = presetOf(key);
    take(key, weights, null);
    state.importance = spreadOut(weights, groups, known, own);
  };
  const toSteps = (steps) => take("", steps.map((step) => step / WHOLE), steps);

  /* ---- what was before: a step is what one hand's move has come to rest at */
  const snapshot = () => structuredClone(state);
  const [before, after] = [[], []];
  let settled = snapshot();
  const settle = () => {
    if (JSON.stringify(state) === JSON.stringify(settled)) return;
    before.push(settled);
    after.length = 0;
    settled = snapshot();
    showSteps();
  };
  const stepTo = (from, to) => {
    if (!from.length) return;
    to.push(settled);
    settled = from.pop();
    Object.assign(state, structuredClone(settled));
    refresh();
    showSteps();
  };
  const showSteps = () => {
    const focused = document.activeElement;
    parts.undo.disabled = !before.length;
    parts.redo.disabled = !after.length;
    if (focused?.disabled) parts.summary.focus(); // the keyboard is not left without a place
  };

  /* ---- the address, written when the hand rests: browsers refuse many changes a second */
  let resting = 0;
  const remember = () => {
    clearTimeout(resting);
    resting = setTimeout(keep, 150);
  };
  const keep = () => {
    setState("w", state.steps ? writeWeights(state.steps) : null);
    setState("preset", state.preset);
  };
  const recall = () => {
    const steps = readWeights(getState("w"), known);
    if (steps) {
      toSteps(steps);
      state.importance = spreadOut(state.weights, groups, known, own);
    } else if (presetOf(getState("preset"))) toPreset(getState("preset"));
    else toRun();
    return !isRun() || state.preset !== "";
  };

  /* ---- the settings to copy */
  const yaml = () => {
    const file = `config/cities/${said().city}.yaml`;
    const lines = [
      t("# For {file}: with these weights the pipeline gives the ranking that the page shows.", { file }),
      t("# Where the file has override: already, put score: below it."),
      "override:", "  score:", "    weights:",
    ];
    said().groups.forEach((group, g) => {
      lines.push(`      # ${group.key}`);
      groups[g].forEach((k) => lines.push(`      ${keys[k]}: ${yamlNumber(state.weights[k])}`));
    });
    return `${lines.join("\n")}\n`;
  };

  /* ---- elements, made anew in each language */
  let parts = {};
  const stepper = (sign, label, input) => {
    const button = make("button", { type: "button", className: "step", disabled: input.disabled }, sign);
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => {
      input.value = Number(input.value) + (sign === "+" ? STEP : -STEP);
      ["input", "change"].forEach((kind) => input.dispatchEvent(new Event(kind)));
    });
    return button;
  };
  const slider = (label, remark, shown, move) => {
    const input = make("input", { type: "range", min: 0, max: FULL, step: 1, value: shown ?? 0, disabled: shown === null });
    input.setAttribute("aria-label", label);
    input.addEventListener("input", () => move(input));
    input.addEventListener("change", settle);
    const share = make("output", {});
    const row = make("div", { className: "slide" }, make("span", { className: "what" }, label),
      stepper("−", t("Less weight: {label}", { label }), input), input, stepper("+", t("More weight: {label}", { label }), input), share);
    if (remark) row.append(make("span", { className: "remark small" }, remark));
    return { row, input, share };
  };
  const groupBox = (group, g) => {
    const live = groups[g].filter((k) => known[k]);
    const none = live.length ? "" : t("None of its criteria counts in this city.");
    const head = slider(group.label, none, live.length ? 0 : null, (input) => moveGroup(g, input));
    const inside = make("div", { className: "inside", id: `inside-${group.key}`, hidden: !full });
    const lone = live.length === 1 ? t("The only one of its group that counts: use the slider of the group.") : "";
    const sliders = group.sliders.map((one, j) => {
      const still = !one.known || lone;
      return slider(one.label, one.remark || lone, still ? null : 0, (input) => moveInside(g, j, input));
    });
    inside.append(...sliders.map(({ row }) => row));
    return { box: make("div", { className: "bundle" }, head.row, inside), head, sliders, inside };
  };
  /* the four groups alone, whose criteria keep their proportions, or every criterion */
  const modeButton = (label, all) => {
    const button = make("button", { type: "button", ariaPressed: String(full === all) }, label);
    button.addEventListener("click", () => {
      full = all;
      parts.boxes.forEach(({ inside }) => { inside.hidden = !full; });
      [...button.parentElement.children].forEach((one) => { one.ariaPressed = String(one === button); });
    });
    return button;
  };
  const presetButton = (preset) => {
    const button = make("button", { type: "button", disabled: !preset.weights.length, title: preset.reason }, preset.label);
    button.addEventListener("click", () => { toPreset(preset.key); refresh(); settle(); });
    return button;
  };
  const build = () => {
    const presets = said().presets.map(presetButton);
    const boxes = said().groups.map(groupBox);
    const reset = make("button", { type: "button" }, t("Reset"));
    reset.addEventListener("click", backToRun);
    const undo = make("button", { type: "button" }, t("Undo"));
    undo.addEventListener("click", () => stepTo(before, after));
    const redo = make("button", { type: "button" }, t("Redo"));
    redo.addEventListener("click", () => stepTo(after, before));
    const modes = make("div", { className: "modes", role: "group", ariaLabel: t("How much to set") }, modeButton(t("Four groups"), false), modeButton(t("All criteria"), true));
    const copy = make("button", { type: "button" }, t("Copy as config"));
    copy.addEventListener("click", copyYaml);
    const row = make("div", { className: "presets", role: "group" }, ...presets);
    row.setAttribute("aria-label", t("Ready-made priorities"));
    const refused = said().presets.filter((preset) => !preset.weights.length);
    const summary = make("summary", {});
    const box = make("details", { open: opened }, summary,
      make("p", { className: "how small" }, t("What matters more? Move a slider: the share beside it is its part of the score, and all shares sum to 100 %.")),
      presets.length ? row : "",
      make("p", { className: "reason small" }),
      ...refused.map((preset) => make("p", { className: "how small" }, make("b", {}, t("{name}:", { name: preset.label })), " ", preset.reason)),
      modes,
      ...boxes.map((one) => one.box),
      make("div", { className: "acts" }, undo, redo, reset, copy));
    box.addEventListener("toggle", () => { opened = box.open; });
    const told = make("p", { className: "moves" });
    told.setAttribute("role", "status");
    const copied = make("div", { className: "copied", hidden: true });
    box.append(copied);
    panel.replaceChildren(box, told);
    parts = { presets, boxes, undo, redo, reset, summary, box, told, copied };
    showSteps();
    show();
  };

  /* ---- what happens when something moves */
  const byHand = (told) => {
    toSteps(quantise(gather(state.importance, groups, keys.length)));
    refresh(told);
  };
  /* where all the others are at 0, the last one cannot go there too */
  const moved = (input, others) => {
    const refused = Number(input.value) === 0 && total(others) === 0;
    return [refused ? 1 : Number(input.value), refused ? t("Something has to count: the others are at 0, so this one stays above it.") : ""];
  };
  const moveGroup = (g, input) => {
    const others = state.importance.filter((_, other) => other !== g).map((group) => group.all);
    const [all, told] = moved(input, others);
    state.importance[g].all = all;
    byHand(told);
  };
  const moveInside = (g, j, input) => {
    const { within } = state.importance[g];
    const [one, told] = moved(input, within.filter((_, other) => other !== j));
    within[j] = one;
    byHand(told);
  };

  /* ---- what is shown */
  const nameOf = (i) => data.sites[i].name;
  const change = () => {
    const moved = result.ranks.filter((rank, i) => rank !== run.ranks[i]).length;
    if (isRun()) return t("These are the weights of the run.");
    if (!moved) return t("No site has another rank than in the run.");
    const [now, before] = [result.order[0], run.order[0]];
    const count = tn(moved, "{n} site moved.", "{n} sites moved.");
    const first = now === before
      ? t("The first is still {name}.", { name: nameOf(now) })
      : t("The first is now {now}; in the run it was {before}.", { now: nameOf(now), before: nameOf(before) });
    return `${count} ${first}`;
  };
  const showSlider = ({ input, share }, shown, part) => {
    if (!input.disabled && Number(input.value) !== Math.round(shown)) input.value = Math.round(shown);
    share.textContent = percent(decimals(part * 100, 0, 1));
    input.setAttribute("aria-valuetext", t("{share} of the score", { share: share.textContent }));
  };
  const show = (told) => {
    const applied = appliedWeights(state.weights, known);
    parts.boxes.forEach(({ head, sliders }, g) => {
      showSlider(head, state.importance[g].all, total(groups[g].map((k) => applied[k])));
      sliders.forEach((one, j) => showSlider(one, state.importance[g].within[j], applied[groups[g][j]]));
    });
    const active = activePreset();
    parts.presets.forEach((button, k) => button.setAttribute("aria-pressed", String(said().presets[k] === active)));
    parts.box.querySelector(".reason").textContent = active?.reason ?? "";
    parts.reset.disabled = isRun();
    parts.summary.textContent = isRun()
      ? t("Set your own priorities")
      : active ? t("Priorities: {name}", { name: active.label }) : t("Priorities: your own");
    parts.told.textContent = told || (isRun() && !opened ? "" : change());
    parts.box.classList.toggle("own", !isRun());
    parts.copied.hidden = true;
  };
  let waiting = 0;
  let remark = "";
  const foundNow = () => {
    const { applied } = result;
    const active = activePreset();
    return { ...result, run: run.ranks, changed: !isRun(), told: active ? active.label : t("your own"), toRun: backToRun, judged: null, sets: isRun() ? [] : setsUnder(state.weights),
      weights: groups.map((members, g) => [said().groups[g].label, percent(decimals(total(members.map((k) => applied[k])) * 100, 0, 1))]),
      parts: values.map((row) => row.map((value, k) => (known[k] ? value * applied[k] : null))) };
  };
  /* how sure the ranks are takes a thousand rankings: it comes after them, once for the same weights, and the reader sees
     that it is to come. What moves on meanwhile starts it anew */
  let judged = [];
  const settling = function* (found) {
    const key = state.weights.join();
    if (found.changed && judged[0] !== key) judged = [key, yield* judging(state.weights)];
    found.judged = found.changed ? judged[1] : null;
    yield* page.settle(found);
    document.body.classList.remove("judging");
  };
  const draw = ({ whole = false } = {}) => {
    waiting = 0;
    const scores = scoreAll(unit, state.weights);
    result = { ...rankAll(scores, ties), scores, applied: appliedWeights(state.weights, known) };
    show(remark);
    const found = foundNow();
    document.body.classList.add("judging");
    page.follow(found);
    giveUp();
    if (whole) toEnd(settling(found));
    else inSlices(settling(found));
  };
  const refresh = (told = "") => {
    remark = told;
    remember();
    if (!waiting) waiting = requestAnimationFrame(() => draw());
  };
  const copyYaml = async () => {
    const text = yaml();
    const area = make("textarea", { readOnly: true, value: text, rows: 9, wrap: "off", spellcheck: false });
    area.setAttribute("aria-label", t("Weights as settings"));
    const line = make("p", { className: "small" });
    line.setAttribute("role", "status");
    parts.copied.replaceChildren(line, area);
    parts.copied.hidden = false;
    try {
      await navigator.clipboard.writeText(text);
      line.textContent = t("Copied. This is the text:");
    } catch {
      area.select();
      line.textContent = document.execCommand("copy") ? t("Copied. This is the text:") : t("Your browser does not let a page copy. The text is selected: copy it by hand.");
    }
  };

  opened = recall();
  settled = snapshot();
  build();
  onLanguage.unshift(() => { build(); draw({ whole: true }); });
  window.addEventListener("hashchange", () => {
    if (location.hash && !location.hash.includes("=")) return; // a link within the page
    recall();
    draw({ whole: true });
    settle();
  });
  if (!isRun()) draw({ whole: true });
  whenIdle(unpackAhead);
  return { state, known, judge, drawnAround, inWorlds, worlds: unpacked, serving, scoreAll: (weights) => scoreAll(unit, weights), rankAll: (scores) => rankAll(scores, ties), yaml, result: () => result };
};

/* ---- the page follows: what is in view at once, the rest when the marks are worked out */
const live = prioritiesPanel(document.getElementById("priorities"), {
  follow: (found) => {
    const start = performance.now();
    found.parts.forEach((parts, i) => Object.assign(data.sites[i], { rank: found.ranks[i], run_rank: found.changed ? found.run[i] : 0, parts }));
    data.criteria.forEach((criterion, k) => {
      const parts = found.parts.map((row) => row[k]);
      criterion[2] = parts.includes(null) ? null : Math.max(...parts);
    });
    reorder(found);
    renumber(found);
    reweigh();
    headlineFollows(found);
    performance.measure("priorities", { start });
  },
  settle: function* (found) {
    judgeSites(found);
    yield* rowsAnew(found);
    markOnMap(chosen);
    yield;
    drawNewLinks();
    reweigh();
    answerAnew(found);
    for (const act of afterAnswer) {
      yield;
      act();
    }
  },
});
/* for tests */
window.livePriorities = live;
