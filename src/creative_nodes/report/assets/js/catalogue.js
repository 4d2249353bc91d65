/* filters of a list of places: rows stay whose cells hold every chosen value and whose names hold the search. The address
   keeps them with the language, so that a link shows the same, and Back takes a step */
const fieldsOf = (article) => [...article.querySelectorAll("form [name]")];
const show = () => {
  const article = showLanguage();
  const [search, ...lists] = fieldsOf(article);
  const searched = getState("q") ?? "";
  if (search.value !== searched) search.value = searched; // set anew, the cursor would move
  lists.forEach((list) => {
    list.value = getState(list.name) ?? "";
    if (list.selectedIndex < 0) list.value = ""; // an address of another catalogue
  });
  const rows = [...article.querySelectorAll(".places tbody tr")];
  rows.forEach((row) => {
    const cells = [...row.querySelectorAll("td")].map((cell) => cell.dataset.is.split(" "));
    row.hidden = lists.some(({ value }, i) => value && !cells[i].includes(value))
      || !foundIn(row.querySelector("th").textContent, search.value);
  });
  const fit = rows.filter((row) => !row.hidden).length;
  article.querySelector(".shown").textContent = String(fit);
  article.querySelector(".none").hidden = fit > 0;
  article.querySelector("[type=reset]").hidden = !search.value.trim() && lists.every(({ value }) => !value);
};
const keep = ({ name, value }) => {
  keepState(name, value);
  show();
};
articles.forEach((article) => {
  const [search, ...lists] = fieldsOf(article);
  const form = article.querySelector("form");
  search.addEventListener("input", () => keep(search));
  lists.forEach((list) => list.addEventListener("change", () => keep(list)));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    search.value = "";
    [search, ...lists].filter(({ name }) => getState(name)).forEach(({ name }, i) => setState(name, "", { back: !i }));
    show();
    search.focus();
  });
  form.hidden = false;
});
shown = show;
show();
