/** Sets the colors that the reader chose, before the page is drawn. */
const chosen = localStorage.getItem("theme");
if (chosen === "dark" || chosen === "light") document.documentElement.dataset["theme"] = chosen;
