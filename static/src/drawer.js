// The drawer has an address: while it is open that one stands in the bar, Back closes
// it, and Forward or a reload shows it as a page.

const own = location.pathname; // the page's, without a drawer
const { title } = document;

// enter keeps the query, by which the server knows how the list is filtered.
export function enter(content) {
  history.pushState(null, "", content.dataset.url + location.search);
  document.title = `${content.querySelector("h2").innerText} · Hooksafe`;
}

export function leave() {
  document.title = title;
  if (location.pathname !== own) history.back();
}

// onMove calls close when the address is the page's again. Any other was shown by
// another document.
export function onMove(close) {
  window.addEventListener("popstate", () => {
    if (location.pathname === own) close();
    else location.reload();
  });
}
