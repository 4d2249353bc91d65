/* the last file of every page: everything is in place, so speak */
fillBars(document);
fadeAll();
if (preferred() !== "en") speak(preferred());
/* for the console, and for tests */
window.creativeNodes = { once, speak, get data() { return data; }, ...pageTools };
document.documentElement.dataset.ready = "true";
