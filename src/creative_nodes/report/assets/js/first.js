/* the first screen is drawn: headline, marks, and the map's ground with the set and the pins. It is painted before the
   rest is unpacked and built; what is clicked meanwhile is clicked when everything is there */
document.body.dataset.tab = tabNow();
if (preferred() !== "en") speak(preferred());
placeNames();
let early = null;
const holdBack = (event) => {
  event.stopImmediatePropagation();
  event.preventDefault();
  if (event.type === "click") early = event.target;
};
const HELD = ["click", "keydown", "keypress"];
HELD.forEach((kind) => window.addEventListener(kind, holdBack, { capture: true }));
/* a page in the background is not painted: it goes on after a while */
const painted = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 400);
});
await painted();
performance.measure("first-screen");
if (document.readyState === "loading") await new Promise((done) => { document.addEventListener("DOMContentLoaded", done); });
await takeRest();
if (language !== "en") sayParts(Object.keys(packs[1].folded.parts));
fillLayers();
nameButtons(); // the first number of a page takes long to write
onLanguage.push(nameButtons);
document.addEventListener("inplace", () => {
  HELD.forEach((kind) => window.removeEventListener(kind, holdBack, { capture: true }));
  early?.click?.();
});
