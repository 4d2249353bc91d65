// filters of a list of places: rows stay whose cells hold every chosen value
const form = document.getElementById("filters");
const rows = [...document.querySelectorAll("#places tbody tr")];
const shown = document.getElementById("shown");
const show = () => {
  const chosen = [...form.querySelectorAll("select")].map((one) => one.value);
  rows.forEach((row) => {
    const cells = [...row.querySelectorAll("td")].map((cell) => cell.textContent.split("; "));
    row.hidden = chosen.some((value, i) => value && !cells[i].includes(value));
  });
  shown.textContent = String(rows.filter((row) => !row.hidden).length);
};
form.querySelectorAll("select").forEach((select, i) => {
  const values = new Set(rows.flatMap((row) => row.querySelectorAll("td")[i].textContent.split("; ")));
  [...values].sort().forEach((value) => select.add(new Option(value, value)));
  select.addEventListener("change", show);
});
form.hidden = false;
