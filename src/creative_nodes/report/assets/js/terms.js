/* a "?" beside a word opens what it means, in place. parts come and go with the language, so the document listens */
const openedTerms = new Set();
const closeTerm = (button) => {
  openedTerms.delete(button.dataset.term);
  document.getElementById(button.getAttribute("aria-controls"))?.remove();
  button.removeAttribute("aria-controls");
  button.setAttribute("aria-expanded", "false");
};
const openTerm = (button) => {
  openedTerms.add(button.dataset.term);
  const told = make("span", { className: "meaning", id: `meaning-${button.dataset.term}` }, data.terms[button.dataset.term]);
  told.setAttribute("role", "note");
  const table = button.closest("table");
  if (table) table.before(told); // a narrow column has no room for it
  else button.after(told);
  button.setAttribute("aria-controls", told.id);
  button.setAttribute("aria-expanded", "true");
};
const isOpen = (button) => button.getAttribute("aria-expanded") === "true";
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.term");
  if (button) (isOpen(button) ? closeTerm : openTerm)(button);
});
document.addEventListener("keydown", (event) => {
  const button = event.target.closest?.("button.term");
  if (event.key === "Escape" && button && isOpen(button)) closeTerm(button);
});
onLanguage.push(() => openedTerms.forEach((key) => {
  const button = document.querySelector(`button.term[data-term="${key}"]`);
  if (button) openTerm(button);
}));
