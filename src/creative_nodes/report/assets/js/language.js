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
goAlong(() => language);
document.getElementById("languages").hidden = false;
document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => {
  setState("lang", button.dataset.language);
  speak(button.dataset.language);
}));
