/* what the address keeps after #, so that a link opens the page as it was left: language, site, priorities, filters */
const getState = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
const setState = (name, value, { back = false } = {}) => {
  const state = new URLSearchParams(location.hash.slice(1));
  if (value === null || value === "") state.delete(name);
  else state.set(name, value);
  const hash = state.toString();
  history[back ? "pushState" : "replaceState"](null, "", hash ? `#${hash}` : location.pathname + location.search);
};
/* letters without their marks, so that "khanh hoi" finds Khánh Hội */
const plainLetters = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
