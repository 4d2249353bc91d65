/* the language of the page: from the address, else the browser's, else English */
const onLanguage = [];
const sayParts = (names) => names.forEach((name) => {
  const part = document.querySelector(`[data-part="${name}"]`);
  part.innerHTML = data.parts[name]; // written by the program, escaped there
  fillBars(part);
});
const speak = (code) => {
  language = code;
  data = spokenIn(code);
  document.documentElement.lang = code;
  document.title = data.title;
  sayParts(Object.keys(data.parts));
  document.querySelectorAll("[data-language]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.language === code)));
  Object.entries(data.labels ?? {}).forEach(([selector, label]) =>
    document.querySelector(selector)?.setAttribute("aria-label", label));
  onLanguage.forEach((act) => act());
};
const preferred = () => {
  const wanted = [getState("lang"), ...(navigator.languages ?? [])].filter(Boolean).map((tag) => tag.slice(0, 2));
  return wanted.find((code) => LANGUAGE_CODES.includes(code)) ?? "en";
};
/* the language and the theme go along to the other pages */
document.addEventListener("click", (event) => {
  const along = event.target.closest?.("a[href]");
  if (!along || !/^[^:#?]+\.html(#|$)/.test(along.getAttribute("href"))) return;
  const kept = ["lang", "theme"].filter(getState).map((name) => `${name}=${name === "lang" ? language : getState(name)}`);
  const own = new URLSearchParams(along.hash.slice(1));
  ["lang", "theme"].forEach((name) => own.delete(name));
  if (kept.length) along.hash = [own.toString(), ...kept].filter(Boolean).join("&");
}, { capture: true });
document.getElementById("languages").hidden = false;
document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => {
  setState("lang", button.dataset.language);
  speak(button.dataset.language);
}));
