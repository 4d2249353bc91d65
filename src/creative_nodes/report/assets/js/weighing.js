/* other priorities, worked out: scores, ranks, how sure they are, and the best set. nothing here knows of the page */

/* ---- the arithmetic of values.py, one criterion after the other: nothing here knows of the page */
const WHOLE = 10000; // weights set by hand are whole steps of 0.01 %, so that they sum to 1 exactly
const TIE = 1e12; // scores equal to twelve decimals are a tie

const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);
/* weights as they apply: criteria that do not count in this city are left out, the rest share their weight in proportion */
const appliedWeights = (weights, known) => {
  const whole = total(weights.filter((_, k) => known[k]));
  return weights.map((weight, k) => (known[k] ? weight / whole : 0));
};
const scoreAll = ({ values, known }, weights) => {
  const applied = appliedWeights(weights, known);
  return values.map((row) => {
    let sum = 0;
    for (let k = 0; k < applied.length; k += 1) if (known[k]) sum += row[k] * applied[k];
    return Math.min(1, Math.max(0, sum));
  });
};
/* adding and taking away 2^52 rounds to a whole number, a half to the even one */
const roundedHalfEven = (number) => number + 2 ** 52 - 2 ** 52;
/* best first; ties share the better rank and keep the order of their ids */
const rankAll = (scores, ties) => {
  const keys = scores.map((score) => roundedHalfEven(score * TIE));
  const order = keys.map((_, i) => i).sort((a, b) => keys[b] - keys[a] || ties[a] - ties[b]);
  const ranks = new Array(order.length);
  order.forEach((i, place) => {
    const before = order[place - 1];
    ranks[i] = place && keys[i] === keys[before] ? ranks[before] : place + 1;
  });
  return { order, ranks };
};
/* shares in whole steps that sum to WHOLE, the largest remainders rounded up; null when there is nothing to share */
const quantise = (shares) => {
  const sum = total(shares);
  if (!(sum > 0) || !Number.isFinite(sum) || shares.some((share) => share < 0)) return null;
  const exact = shares.map((share) => (share / sum) * WHOLE);
  const steps = exact.map(Math.floor);
  const rest = exact.map((one, k) => [one - steps[k], k]).sort(([a, i], [b, j]) => b - a || i - j);
  rest.slice(0, WHOLE - total(steps)).forEach(([, k]) => { steps[k] += 1; });
  return steps;
};
/* a number as YAML 1.1 reads it back to the last digit: an exponent needs a point before it */
const yamlNumber = (number) => String(number).replace(/^(\d+)e/, "$1.0e");
/* percent with two decimals in the address: 12_6_6.25 (a comma would be written as %2C) */
const writeWeights = (steps) => steps.map((step) => String(step / 100)).join("_");
const readWeights = (text, known) => {
  const parts = (text ?? "").split(/[_,]/);
  if (parts.length !== known.length || !parts.every((part) => /^\d{1,3}(\.\d{1,2})?$/.test(part))) return null;
  return quantise(parts.map((part, k) => (known[k] ? Number(part) : 0)));
};

/* ---- importance: a slider a group, and in each group a slider a criterion, 0 to 100 */
const FULL = 100;
const spreadOut = (weights, groups, known, fallback) => {
  const whole = total(weights.filter((_, k) => known[k]));
  return groups.map((members) => {
    const live = members.filter((k) => known[k]);
    const sum = total(live.map((k) => weights[k]));
    const like = sum > 0 ? weights : total(live.map((k) => fallback[k])) > 0 ? fallback : known.map(() => 1);
    const inside = total(live.map((k) => like[k]));
    return { all: (FULL * sum) / whole, within: members.map((k) => (known[k] ? (FULL * like[k]) / inside : 0)) };
  });
};
const gather = (importance, groups, n) => {
  const shares = new Array(n).fill(0);
  const whole = total(importance.map((group) => group.all));
  importance.forEach(({ all, within }, g) => {
    const inside = total(within);
    groups[g].forEach((k, j) => { shares[k] = inside > 0 ? (all / whole) * (within[j] / inside) : 0; });
  });
  return shares;
};

/* ---- how sure: the same sum over drawn weightings, and over the worlds of the run */
const DRAWS = 1000; // weightings drawn around the chosen ones
const [LOW, HIGH] = [0.05, 0.95]; // quantiles between which a rank lies

/* values by criterion, so that a thousand sums run through plain memory; the sums are those of scoreAll, term by term */
const columnsOf = (values, n_criteria) => Array.from({ length: n_criteria }, (_, k) => Float64Array.from(values, (row) => row[k]));
const scoreInto = (scores, columns, known, applied) => {
  scores.fill(0);
  columns.forEach((column, k) => {
    if (!known[k]) return;
    const weight = applied[k];
    for (let i = 0; i < scores.length; i += 1) scores[i] += column[i] * weight;
  });
  for (let i = 0; i < scores.length; i += 1) scores[i] = Math.min(1, Math.max(0, scores[i]));
};
/* ranks of many scores, ties sharing the better one: how many are higher, and one. A key and a place below it make one
   whole number, exact as long as the places are few: one sort of plain numbers tells both */
const PLACES = 2 ** 13;
const sorterOf = (n) => {
  if (n > PLACES) return (keys) => Uint32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b]);
  const [both, order] = [new Float64Array(n), new Uint32Array(n)];
  return (keys) => {
    for (let i = 0; i < n; i += 1) both[i] = keys[i] * PLACES + i;
    both.sort();
    for (let k = 0; k < n; k += 1) order[k] = both[k] % PLACES;
    return order;
  };
};
const rankerOf = (n) => {
  const [keys, sorted] = [new Float64Array(n), sorterOf(n)];
  return (scores, ranks) => {
    for (let i = 0; i < n; i += 1) keys[i] = roundedHalfEven(scores[i] * TIE);
    const order = sorted(keys);
    for (let k = n - 1, rank = 1; k >= 0; k -= 1) {
      if (k < n - 1 && keys[order[k]] !== keys[order[k + 1]]) rank = n - k;
      ranks[order[k]] = rank;
    }
    return ranks;
  };
};
/* numbers between 0 and 1 that look drawn, the same on every visit (mulberry32) */
const drawnFrom = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
const drawNormal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
/* a gamma variable of scale 1 (Marsaglia and Tsang 2000) */
const drawGamma = (shape, draw) => {
  if (shape < 1) return drawGamma(shape + 1, draw) * (1 - draw()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = drawNormal(draw);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - draw()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
};
/* weightings around some weights, as the run draws them: Dirichlet, the weights times their concentration */
const weightingsAround = function* (applied, concentration) {
  const draw = drawnFrom(1);
  for (let k = 0; k < DRAWS; k += 1) {
    const parts = applied.map((weight) => (weight > 0 ? drawGamma(weight * concentration, draw) : 0));
    const whole = total(parts);
    yield parts.map((part) => part / whole);
  }
};
/* for each site over many rankings: how often among the first, how often the first, and between which ranks; counted as
   the rankings come, since a rank is one of few numbers */
const tallyOf = (n) => {
  const most = n + 1; // that of a site which a world does not rank
  const counts = new Uint32Array(n * (most + 1));
  let rankings = 0;
  const add = (ranks) => {
    rankings += 1;
    for (let i = 0; i < n; i += 1) counts[i * (most + 1) + ranks[i]] += 1;
  };
  /* the rank at a place, counted from 0, of all of a site's ranks in order */
  const at = (i, place) => {
    let rank = 0;
    for (let before = 0; before <= place; before += counts[i * (most + 1) + rank]) rank += 1;
    return rank;
  };
  const within = (i, last) => total(counts.subarray(i * (most + 1), i * (most + 1) + last + 1)) / rankings;
  const found = (top) => Array.from({ length: n }, (_, i) => ({
    top: within(i, Math.min(top, most)), first: within(i, 1), draws: rankings,
    low: at(i, roundedHalfEven(LOW * (rankings - 1))), high: at(i, roundedHalfEven(HIGH * (rankings - 1))),
  }));
  return { add, found };
};
/* the worlds as they are carried: for each, which criteria are in use, who is ranked, and what each is worth there */
const WORLD_STEPS = 10000; // to 1
const unpackWorlds = function* ({ n, used, ranked, moves }, own, n_sites) {
  const told = numbersOf(moves);
  const n_criteria = used[0].length;
  const base = columnsOf(own.map((row) => row.map((value) => roundedHalfEven(value * WORLD_STEPS))), n_criteria);
  const column = (w, sites, k) => Float64Array.from(sites, (i) => ((base[k][i] ?? 0) + told[(k * n_sites + i) * n + w]) / WORLD_STEPS);
  for (let w = 0; w < n; w += 1) {
    const sites = Array.from({ length: n_sites }, (_, i) => i).filter((i) => ranked[w][i] === "1");
    yield { known: Array.from(used[w], (sign) => sign === "1"), sites, columns: base.map((_, k) => column(w, sites, k)), rank: rankerOf(sites.length), scores: new Float64Array(sites.length) };
  }
};
/* ranks in a world; a site that it does not rank comes after all */
const ranksIn = ({ known, sites, columns, rank, scores }, weights, ranks) => {
  ranks.fill(ranks.length + 1);
  if (!(total(weights.filter((_, k) => known[k])) > 0)) return ranks;
  scoreInto(scores, columns, known, appliedWeights(weights, known));
  rank(scores, scores).forEach((own, j) => { ranks[sites[j]] = own; });
  return ranks;
};
/* whether a statement that is true in a share of the draws holds: see score/marks.py */
const verdictOf = (share, draws, [holds, fails, errors]) => {
  const margin = errors * Math.sqrt((holds * (1 - holds)) / draws);
  if (share > holds + margin) return "holds";
  return share < fails - margin ? "does_not_hold" : "open";
};

/* ---- sets: worth by the share of serving against connecting */
/* the run counts both aims alike; weights that favour one against the run's own favour it here by as much */
const shareOfServing = (weights, own, served, gain) => {
  const [more, less] = [weights[served] * own[gain], weights[gain] * own[served]];
  return own[served] > 0 && own[gain] > 0 && more + less > 0 ? more / (more + less) : 0.5;
};
const worthOf = ([served, gain], share, k, [anchor_served, anchor_gain]) => {
  const parts = [[share, served, anchor_served], [1 - share, gain, anchor_gain]].filter(([, , anchor]) => anchor > 0);
  const sum = total(parts.map(([weight]) => weight));
  return sum > 0 ? total(parts.map(([weight, amount, anchor]) => (weight * amount) / (k * anchor))) / sum : 0;
};
/* sets, the best first; among equals the ids of the members decide, and of sets on the same grounds the first stays */
const setsByWorth = ({ sets, k, anchors, grounds }, share, ids) => {
  const found = sets.map(([members, adds, brings]) => ({
    members, adds, brings, worth: worthOf(brings, share, k, anchors),
    tie: members.map((i) => ids[i]).sort().join(" "),
    ground: members.map((i) => grounds[i]).sort((a, b) => a - b).join(" "),
  }));
  const key = (one) => roundedHalfEven(one.worth * TIE);
  found.sort((a, b) => key(b) - key(a) || (a.tie < b.tie ? -1 : 1));
  return found.filter((one, place) => found.findIndex(({ ground }) => ground === one.ground) === place);
};
