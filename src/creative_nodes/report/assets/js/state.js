/* what the address keeps after #, so that a link opens the page as it was left: language, site, priorities, filters */
const getState = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
const setState = (name, value, { back = false } = {}) => {
  const state = new URLSearchParams(location.hash.slice(1));
  if (value === null || value === "") state.delete(name);
  else state.set(name, value);
  const hash = state.toString();
  history[back ? "pushState" : "replaceState"](null, "", hash ? `#${hash}` : location.pathname + location.search);
};
/* Back takes a step for a choice, and one for a search (q), however many letters it has */
const keepState = (name, value) => {
  if ((getState(name) ?? "") !== value) setState(name, value, { back: name !== "q" || !getState("q") });
};
/* letters without their marks, so that "khanh hoi" finds Khánh Hội; of a search every word counts, in any order, and gaps
   within a name do not: "xintai" finds Xin Tai Lu */
const plainLetters = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
const foundIn = (text, search) => {
  const held = plainLetters(text).replace(/\s+/g, "");
  return plainLetters(search).split(/\s+/).every((word) => held.includes(word));
};
/* a language and a theme that the address names go along to the other pages; `languageNow` tells which language it is */
const goAlong = (languageNow) => document.addEventListener("click", (event) => {
  const along = event.target.closest?.("a[href]");
  if (!along || !/^[^:#?]+\.html(#|$)/.test(along.getAttribute("href"))) return;
  const kept = ["lang", "theme"].filter(getState).map((name) => `${name}=${name === "lang" ? languageNow() : getState(name)}`);
  const own = new URLSearchParams(along.hash.slice(1));
  ["lang", "theme"].forEach((name) => own.delete(name));
  if (kept.length) along.hash = [own.toString(), ...kept].filter(Boolean).join("&");
}, { capture: true });
