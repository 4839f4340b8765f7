// What every part of the script needs: the page, its regions, and how to speak.
// Listeners sit on the document, so that what htmx swaps in needs no wiring.

export const byId = (id) => document.getElementById(id);
export const listen = (type, handle) => document.addEventListener(type, handle);
export const root = document.documentElement;
export const main = byId("main");
export const regions = ["toasts", "live", "alert"].map(byId);
export const [toasts, live, alert] = regions;

// on calls handle with the closest element that matches, before htmx hears of it.
export function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) handle(element, event);
  }, true);
}

export function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function setAttribute(element, name, value) {
  if (value) element?.setAttribute(name, value);
  else element?.removeAttribute(name);
}

export const submitButton = (form) => [...form.elements].find((control) => control.type === "submit");

export function setIcon(button, name) {
  const use = button?.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
}

// say hands a text to a screen reader; the pause makes the same text news again.
export function say(text, region = live) {
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 100);
}
