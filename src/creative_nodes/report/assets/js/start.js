/* the last file of every page: everything is in place, so speak */
fillBars(document);
fadeAll();
if (packs.length < 2 && preferred() !== "en") speak(preferred()); // a page without a map has all of its data at once
/* for the console, and for tests */
window.creativeNodes = { once, speak, get data() { return data; }, ...pageTools };
document.documentElement.dataset.ready = "true";
document.dispatchEvent(new Event("inplace"));
