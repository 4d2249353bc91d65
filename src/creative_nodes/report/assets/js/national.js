/* many cities: rows filtered and put in order, and the maps with them; what was chosen stays when the language changes */
const chosenCities = { country: "", standing: "", name: "", by: "served" };
const plainLetters = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
const fits = (row) => ["country", "standing"].every((key) => !chosenCities[key] || row.dataset[key] === chosenCities[key])
  && plainLetters(row.dataset.name).includes(plainLetters(chosenCities.name.trim()));
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
  form.addEventListener("submit", (event) => event.preventDefault());
  [...form.elements].forEach((field) => {
    field.value = chosenCities[field.name];
    field.addEventListener("input", () => {
      chosenCities[field.name] = field.value;
      arrangeCities();
    });
  });
  arrangeCities();
};
onLanguage.push(filterCities);
filterCities();
