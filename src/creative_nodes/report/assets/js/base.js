/* what every page needs: its data unpacked, elements made, texts and numbers in the language in force.
   every text from the data goes in as a text node, never as html. */
const LOCALES = { en: "en-GB", vi: "vi-VN", zh: "zh-CN" };
const LANGUAGE_CODES = Object.keys(LOCALES);

/* the data block: JSON, gzip, base64 */
const unpack = async (text) => {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k += 1) bytes[k] = characters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};

/* put the words of a language where the folded data refer to them */
const spoken = (node, words) => {
  if (Array.isArray(node)) return node.map((one) => spoken(one, words));
  if (node === null || typeof node !== "object") return node;
  if ("$" in node) return words[node.$];
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, spoken(value, words)]));
};

/* a site of many: what its card alone shows is spoken when it is asked for */
const spokenLater = (node, words) => {
  if ("$" in node) return words[node.$]; // in one language it tells what it does not in another
  const site = {};
  Object.entries(node).forEach(([key, value]) => {
    const keep = (told) => Object.defineProperty(site, key, { value: told, writable: true, enumerable: true });
    if (value === null || typeof value !== "object" || typeof value[0] === "number") site[key] = value;
    else if ("$" in value) site[key] = words[value.$];
    else Object.defineProperty(site, key, { configurable: true, enumerable: true, set: keep, get: () => keep(spoken(value, words))[key] });
  });
  return site;
};
const spokenOf = ({ folded, words }, code) => {
  if (typeof words[code] === "string") words[code] = JSON.parse(words[code]);
  const { sites = [], others = [], ...rest } = folded;
  const later = (nodes) => nodes.map((node) => spokenLater(node, words[code]));
  return { ...spoken(rest, words[code]), sites: later(sites), others: later(others) };
};
/* what comes later of sites and of parts goes into those that are there */
const joined = (before, more) => {
  more.sites.forEach((site, i) => Object.defineProperties(site, Object.getOwnPropertyDescriptors(before.sites[i])));
  return Object.assign(before, more, { parts: { ...before.parts, ...more.parts } });
};

/* a tree of numbers, too many to walk through at each change of language, stands beside the rest. What the first screen
   does not show is packed apart, and unpacked behind it */
const unpackOf = (id) => unpack(document.getElementById(id).textContent);
const packs = [await unpackOf("blob")];
const { once } = packs[0];
const spokenIn = (code) => packs.map((one) => spokenOf(one, code)).reduce(joined);
let language = "en";
let data = spokenIn("en");
const takeRest = async () => {
  packs.push(await unpackOf("rest"));
  const { shapes, ...more } = packs[1].once;
  Object.assign(once.shapes, shapes);
  Object.assign(once, more);
  joined(data, spokenOf(packs[1], language));
};

/* say a text in the language in force; fields stand in braces */
const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const t = (text, values) => fill(data.ui[text] ?? text, values);
const tn = (n, one, many, values) => fill(data.ui[one] ?? (n === 1 ? one : many), { n: whole(n), ...values });
/* numbers with so many decimals at least and at most; making a formatter takes longer than writing a hundred numbers */
const formatters = new Map();
const decimals = (value, least, most) => {
  const key = `${language} ${least} ${most}`;
  if (!formatters.has(key))
    formatters.set(key, new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: least, maximumFractionDigits: most }));
  return formatters.get(key).format(value);
};
const whole = (value) => decimals(value, 0, 0);
/* a number as a percentage: the sign stands apart in English alone */
const percent = (number) => `${number}${language === "en" ? "\u00a0" : ""}%`;
const fixed = (value, digits) => decimals(value, digits, digits);

/* make an element: tag, properties, children (texts become text nodes) */
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== "" && child != null));
  return element;
};
const link = (url, text) =>
  /^https?:\/\//.test(url) ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text) : text;
/* a sentence in pieces, each with where it leads, if anywhere */
const linked = (pieces) => (pieces ?? []).map(([text, url]) => (url ? link(url, text) : text));
const bar = (share) => {
  const inner = make("span", {});
  inner.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return make("span", { className: "bar" }, inner);
};
const note = (title, ...lines) =>
  make("div", {}, make("b", {}, title), ...lines.filter(Boolean).map((line) => make("div", {}, line)));
const fillBars = (within) => within.querySelectorAll("[data-share]").forEach((inner) => {
  inner.style.width = `${inner.dataset.share * 100}%`;
  if (inner.dataset.from) inner.style.marginLeft = `${inner.dataset.from * 100}%`;
});

/* work in steps: to the end at once, or in slices between which the page answers; new work takes the place of what was
   under way */
const SLICE_MS = 8;
const toEnd = (steps) => {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
};
let underWay = null;
const inSlices = (steps) => {
  underWay = steps;
  const slice = () => {
    if (underWay !== steps) return;
    for (const until = performance.now() + SLICE_MS; performance.now() < until;) if (steps.next().done) return;
    setTimeout(slice);
  };
  setTimeout(slice); // what this frame shows is painted first
};
const giveUp = () => { underWay = null; };
/* when the page has nothing else to do */
const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 2000 }) : setTimeout(act, 20));

/* what the console and the tests may call */
const pageTools = {};

/* a link within the page goes there and leaves alone what the address keeps */
document.addEventListener("click", (event) => {
  const target = document.getElementById(event.target.closest?.('a[href^="#"]')?.getAttribute("href").slice(1));
  if (!target || !location.hash.includes("=")) return;
  event.preventDefault();
  if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus();
  target.scrollIntoView();
});
/* the whole page on paper: everything that is folded opens, and folds again afterwards */
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("main details:not([open])")];
  unfolded.forEach((one) => { one.open = true; });
});
window.addEventListener("afterprint", () => unfolded.forEach((one) => { one.open = false; }));
