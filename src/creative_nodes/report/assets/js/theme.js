/* light or dark: as the address says, else as the device does; colours that a canvas needs are looked up here */
const onTheme = [];
const dusk = window.matchMedia("(prefers-color-scheme: dark)");
let onPaper = false;
const themeNow = () => (onPaper ? "light" : ["light", "dark"].includes(getState("theme")) ? getState("theme") : dusk.matches ? "dark" : "light");
const probe = document.body.appendChild(make("i", { hidden: true }));
/* a colour by the name of its variable; anything else stays what it is */
const colours = new Map();
const lookedUp = (value) => {
  probe.style.color = `var(${value})`;
  return getComputedStyle(probe).color;
};
const colour = (value) => {
  if (!String(value).startsWith("--")) return value;
  if (!colours.has(value)) colours.set(value, lookedUp(value));
  return colours.get(value);
};
const themeButton = document.getElementById("theme");
const dress = () => {
  document.documentElement.dataset.theme = themeNow();
  themeButton.setAttribute("aria-pressed", String(themeNow() === "dark"));
  colours.clear();
  onTheme.forEach((act) => act());
};
const dressFor = (paper) => {
  onPaper = paper;
  dress();
};
window.addEventListener("beforeprint", () => dressFor(true));
window.addEventListener("afterprint", () => dressFor(false));
themeButton.addEventListener("click", () => {
  const other = themeNow() === "dark" ? "light" : "dark";
  setState("theme", other === (dusk.matches ? "dark" : "light") ? null : other);
  dress();
});
dusk.addEventListener("change", dress);
window.addEventListener("popstate", dress);
const nameTheme = () => {
  themeButton.setAttribute("aria-label", t("Dark theme"));
  themeButton.title = t("Dark theme");
};
onLanguage.push(nameTheme);
nameTheme();
dress();

/* what scrolls sideways fades where it goes on, and can be scrolled by keyboard */
const SIDEWAYS = ".wide, .tabs";
const fadeEdges = (frame) => {
  const rest = frame.scrollWidth - frame.clientWidth;
  frame.classList.toggle("goes-left", rest > 1 && frame.scrollLeft > 1);
  frame.classList.toggle("goes-right", rest > 1 && frame.scrollLeft < rest - 1);
  if (rest > 1 && frame.matches(".wide")) frame.tabIndex = 0;
};
const fadeAll = () => document.querySelectorAll(SIDEWAYS).forEach(fadeEdges);
document.addEventListener("scroll", ({ target }) => { if (target.matches?.(SIDEWAYS)) fadeEdges(target); }, { capture: true, passive: true });
window.addEventListener("resize", fadeAll);
onLanguage.push(fadeAll);
