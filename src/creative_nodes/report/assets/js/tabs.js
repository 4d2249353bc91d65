/* the parts of the page: one in view, kept in the address, so that a link opens it and Back returns to it.
   "all" shows every part, for printing and for searching through the whole page */
const onTab = [];
const showTab = (tab = tabNow()) => {
  document.body.dataset.tab = tab;
  document.querySelectorAll("[role=tab]").forEach((button) => {
    button.setAttribute("aria-selected", String(button.dataset.tab === tab));
    button.tabIndex = button.dataset.tab === tab ? 0 : -1;
  });
  onTab.forEach((act) => act(tab));
};
const goTo = (tab) => {
  if (tab === tabNow()) return;
  setState("tab", tab === TABS[0] ? null : tab, { back: true });
  showTab(tab);
  map.invalidateSize({ pan: false }); // its frame may have been hidden, or be of another height
};
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-tab], [data-tab-to]");
  if (button && button !== document.body) goTo(button.dataset.tabTo ?? button.dataset.tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab]");
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const here = tabs.indexOf(tab);
  const next = tabs.at({ ArrowRight: (here + 1) % tabs.length, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key] ?? NaN);
  if (!tab || !["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  goTo(next.dataset.tab);
  next.focus();
});
/* a link to a place in another part goes to that part first */
const reveal = (element) => {
  const frame = element.closest("[data-of]");
  if (frame && !frame.dataset.of.split(" ").includes(document.body.dataset.tab) && document.body.dataset.tab !== "all")
    goTo(frame.dataset.of.split(" ")[0]);
};
document.addEventListener("click", (event) => {
  const target = document.getElementById(event.target.closest?.('a[href^="#"]')?.getAttribute("href").slice(1));
  if (target) reveal(target);
}, { capture: true });

/* what is set on another tab shows here too, and says so */
const tellElsewhere = () => {
  const line = document.getElementById("not-the-run");
  if (!line) return;
  const told = [
    ranking.classList.contains("reweighed") && !once.carried.sets && data.choice.length ? t("These sets are those of the run's own priorities, not of yours.") : "",
    filtering() ? t("The filters of the tab Compare dim sites on the map.") : "",
  ].filter(Boolean);
  line.textContent = told.join(" ");
  line.hidden = !told.length;
};
onTab.push(tellElsewhere, placeNames, fadeAll, compareInView);
onLanguage.push(() => showTab());
afterAnswer.push(placeNames, tellElsewhere, offer);
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-show]");
  if (button) select(+button.dataset.show, "choice");
});

/* ---- share and print */
document.addEventListener("click", async ({ target }) => {
  if (target.id === "print-page") window.print();
  if (!target.matches?.("#share, .share")) return;
  const told = target.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(location.href);
    told.textContent = t("The link is copied.");
  } catch {
    told.textContent = t("Your browser does not let a page copy: the link is {link}", { link: location.href });
  }
});

/* ---- what the address keeps of the map and of the chosen site */
let touched = false;
["mousedown", "wheel", "keydown", "touchstart"].forEach((name) => map.getContainer().addEventListener(name, () => { touched = true; }, { passive: true }));
map.on("moveend", () => {
  if (!touched) return;
  const { lat, lng } = map.getCenter();
  setState("map", `${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
});
const siteInAddress = () => data.sites.findIndex(({ site_id }) => site_id === getState("site"));
const openSite = (i) => { if (i >= 0 && i !== chosen) select(i, "link"); };
window.addEventListener("popstate", () => {
  showTab();
  map.invalidateSize({ pan: false });
  const i = siteInAddress();
  openSite(i);
  if (i < 0 && !card.hidden) close();
});
showTab();
openSite(siteInAddress());
