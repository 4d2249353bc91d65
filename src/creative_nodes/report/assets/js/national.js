/* many cities: rows filtered and put in order, and the maps with them; the address keeps what was chosen */
const FIRST_ORDER = "served";
const chosenCities = {};
const recallCities = () => Object.assign(chosenCities, {
  country: getState("country") ?? "", standing: getState("standing") ?? "", name: getState("q") ?? "",
  by: ["gain", "name"].find((key) => key === getState("sort")) ?? FIRST_ORDER,
});
const keepCities = () => {
  const { country, standing, name, by } = chosenCities;
  const written = { country, standing, q: name, sort: by === FIRST_ORDER ? "" : by };
  Object.entries(written).forEach(([key, value]) => keepState(key, value));
};
const fits = (row) => ["country", "standing"].every((key) => !chosenCities[key] || row.dataset[key] === chosenCities[key])
  && foundIn(row.dataset.name, chosenCities.name);
// a city without a set has rank 0 and comes last
const cityOrder = (a, b) => chosenCities.by === "name"
  ? a.dataset.name.localeCompare(b.dataset.name, LOCALES[language])
  : (+a.dataset[chosenCities.by] || Infinity) - (+b.dataset[chosenCities.by] || Infinity) || 0;
const arrangeCities = () => {
  const body = document.querySelector("#national-rows tbody");
  const rows = [...body.rows].sort(cityOrder);
  rows.forEach((row) => {
    row.hidden = !fits(row);
    document.querySelector(`[data-city="${row.id.slice(2)}"]`)?.classList.toggle("faded", row.hidden);
  });
  body.append(...rows);
  document.querySelectorAll(".national-maps [data-country]").forEach((map) => {
    map.hidden = Boolean(chosenCities.country) && map.dataset.country !== chosenCities.country;
  });
  const shown = rows.filter((row) => !row.hidden).length;
  document.getElementById("national-shown").textContent = t("{n} of {m} cities shown", { n: whole(shown), m: whole(rows.length) });
};
const filterCities = () => {
  const form = document.getElementById("national-filters");
  if (!form) return;
  form.hidden = false;
  if (!form.elements.country) chosenCities.country = "";
  form.addEventListener("submit", (event) => event.preventDefault());
  [...form.elements].forEach((field) => {
    field.value = chosenCities[field.name];
    if (field.selectedIndex < 0) field.value = chosenCities[field.name] = ""; // an address of other cities
    field.oninput = () => {
      chosenCities[field.name] = field.value;
      keepCities();
      arrangeCities();
    };
  });
  arrangeCities();
};
window.addEventListener("popstate", () => {
  recallCities();
  filterCities();
});
onLanguage.push(filterCities);
recallCities();
filterCities();
