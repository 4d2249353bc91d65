/* one language of a page of the catalogue is shown: that of the address, else the browser's, else English, which stands
   last. Without this script it is that of the address, else English */
const articles = [...document.querySelectorAll("article")];
const inForce = () => {
  const wanted = [getState("lang"), ...(navigator.languages ?? [])].filter(Boolean).map((tag) => tag.slice(0, 2));
  return wanted.map((code) => articles.find(({ lang }) => lang === code)).find(Boolean) ?? articles.at(-1);
};
const showLanguage = () => {
  const article = inForce();
  articles.forEach((one) => { one.hidden = one !== article; });
  document.documentElement.lang = article.lang;
  if (getState("theme")) document.documentElement.dataset.theme = getState("theme");
  document.title = article.dataset.title;
  document.querySelectorAll(".languages a").forEach((one) => {
    if (one.lang === article.lang) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
  return article;
};
let shown = showLanguage; // a page with filters shows more
document.querySelectorAll(".languages a").forEach((one) => one.addEventListener("click", (event) => {
  event.preventDefault();
  keepState("lang", one.lang);
  shown();
}));
goAlong(() => inForce().lang);
["popstate", "hashchange"].forEach((moved) => window.addEventListener(moved, () => shown()));
document.body.classList.add("chosen");
showLanguage();
