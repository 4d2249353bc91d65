/* the map on paper: of another size, and what was in view stays in view */
const mapFrame = document.querySelector(".mapframe");
let onScreen = [];
/* Chromium prints nothing of a large canvas that was drawn anew just before: it takes a picture of it */
const takeStill = (canvas) => {
  const still = make("img", { className: "still", alt: "", src: canvas.toDataURL() });
  still.style.cssText = canvas.style.cssText;
  canvas.style.visibility = "hidden";
  canvas.after(still);
};
const dropStill = (still) => {
  still.previousElementSibling.style.visibility = "";
  still.remove();
};
window.addEventListener("beforeprint", () => {
  if (mapFrame.offsetParent === null) return;
  const bounds = map.getBounds();
  onScreen = [map.getCenter(), map.getZoom()];
  mapFrame.classList.add("on-paper");
  map.invalidateSize({ pan: false });
  map.fitBounds(bounds, { animate: false });
  mapFrame.querySelectorAll(".leaflet-pane canvas").forEach(takeStill);
});
window.addEventListener("afterprint", () => {
  if (!mapFrame.classList.contains("on-paper")) return;
  mapFrame.querySelectorAll(".still").forEach(dropStill);
  mapFrame.classList.remove("on-paper");
  map.invalidateSize({ pan: false });
  map.setView(...onScreen, { animate: false });
});
