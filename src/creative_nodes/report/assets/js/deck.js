/* slides: one in view, turned by keys and buttons, and kept in the address */
const slides = () => [...document.querySelectorAll(".slide")];
const slideNow = () => Math.min(Math.max(Number(getState("slide")) || 1, 1), slides().length);
const showSlide = () => slides().forEach((slide, i) => slide.classList.toggle("now", i === slideNow() - 1));
const turnTo = (n) => {
  setState("slide", String(Math.min(Math.max(n, 1), slides().length)));
  showSlide();
  window.scrollTo(0, 0);
};
const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
/* keys turn a slide, but for those that scroll one that is higher than the screen or press a button */
const scrolls = (key) => /^(Arrow(Up|Down)| )$/.test(key) && document.documentElement.scrollHeight > innerHeight + 1;
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || scrolls(event.key) || (event.key === " " && event.target.closest?.("button"))) return;
  const to = { Home: 1, End: slides().length }[event.key] ?? (event.key in STEPS ? slideNow() + STEPS[event.key] : null);
  if (to === null) return;
  event.preventDefault();
  turnTo(to);
});
const turnButton = (sign, step) => {
  const button = make("button", { type: "button" }, sign);
  button.addEventListener("click", () => turnTo(slideNow() + step));
  return button;
};
const turns = make("nav", { className: "turn" }, turnButton("‹", -1), turnButton("›", 1));
const nameTurns = () => [t("Previous slide"), t("Next slide")].forEach((name, i) => turns.children[i].setAttribute("aria-label", name));
document.body.append(turns);
document.body.classList.add("turning");
window.addEventListener("hashchange", showSlide);
onLanguage.push(() => { nameTurns(); showSlide(); });
nameTurns();
showSlide();
