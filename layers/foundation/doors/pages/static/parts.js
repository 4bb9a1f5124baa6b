// Parts of a page are fetched anew from the server, which renders them as it renders the page: `[data-part]`.

import { page } from "./api.js";
import { restore, twin } from "./drafts.js";
import { writeTimes } from "./times.js";

const seen = () => location.pathname + location.search;
let shown = seen();
let asked = 0;
const lastAsked = new Map();

/**
 * Fetches parts of this page anew.
 * `query`: what changes in the page's address. `adds`: whether the way back leads to the address until now.
 */
export async function refresh(names, query = {}, { adds = false } = {}) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(query)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  const wanted = new URL(address);
  wanted.searchParams.set("parts", names.join(","));
  const turn = ++asked;
  for (const name of names) lastAsked.set(name, turn);
  const fresh = await page(wanted.pathname + wanted.search);
  if (address.href !== location.href) history[adds ? "pushState" : "replaceState"](null, "", address);
  shown = seen();
  for (const name of names) if (lastAsked.get(name) === turn) replace(name, fresh); // a later answer may have come first
  writeTimes();
}

/** Shows what belongs to the address, which the way back or forth has changed. */
export async function followAddress() {
  if (seen() === shown) return;
  await refresh([...document.querySelectorAll("[data-part]")].map((each) => each.dataset.part));
}

function replace(name, fresh) {
  const old = document.querySelector(`[data-part="${name}"]`);
  const found = fresh.querySelector(`[data-part="${name}"]`);
  if (!old) return;
  if (!found) {
    old.replaceChildren();
    return;
  }
  if (old.hasAttribute("data-keyed")) return merge(old, found);
  const element = document.importNode(found, true);
  carry(old, element);
  const focus = focusIn(old);
  old.replaceWith(element);
  restore(element, old);
  focus?.(element);
}

/** Takes over what the server does not know: what is open, what a form complains of, and that it is being sent. */
function carry(old, element) {
  for (const { id } of old.querySelectorAll("details[id][open]")) {
    element.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  }
  for (const form of old.querySelectorAll("form[data-send]")) {
    const successor = twin(form, element);
    const problem = successor?.querySelector(".problem[role=alert]");
    problem?.replaceChildren(...(form.querySelector(".problem[role=alert]")?.childNodes ?? []));
    if (form.hasAttribute("aria-busy")) successor?.setAttribute("aria-busy", "true");
    if (successor && form.querySelector(".restored")) successor.prepend(form.querySelector(".restored"));
  }
}

/** Returns what gives the successor of the focused element the focus, and the place of the cursor in it. */
function focusIn(old) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  if (!focused) return null;
  const { id, selectionStart, selectionEnd, scrollTop } = focused;
  return (element) => {
    const successor = id && element.querySelector(`#${CSS.escape(id)}`);
    if (!successor) {
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
      return;
    }
    successor.focus({ preventScroll: true });
    if (typeof selectionStart === "number") successor.setSelectionRange(selectionStart, selectionEnd);
    successor.scrollTop = scrollTop;
  };
}

/** Keeps what is there already, so that a screen reader reads only what is new. */
function merge(old, found) {
  const known = new Map([...old.children].map((each) => [each.id, each]));
  for (const [index, child] of [...found.children].entries()) {
    const here = known.get(child.id);
    known.delete(child.id);
    if (here) continue;
    const element = document.importNode(child, true);
    element.classList.add("new");
    old.insertBefore(element, old.children[index] ?? null);
  }
  for (const gone of known.values()) gone.remove();
}

/** Adds the rest of a list, from the page that a link "more" leads to; someone who comes back to this page finds it there. */
export async function append(link) {
  const href = link.getAttribute("href");
  const added = await appended(link);
  history.replaceState({ ...history.state, appended: [...(history.state?.appended ?? []), href] }, "");
  const first = added[0];
  if (!first) return;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
}

/** Adds what was there before this page was left. */
export async function appendAgain() {
  for (const href of history.state?.appended ?? []) {
    const link = document.querySelector(`a[data-append][href="${CSS.escape(href)}"]`);
    if (!link) return;
    await appended(link);
  }
}

async function appended(link) {
  const fresh = await page(link.getAttribute("href"));
  const list = document.getElementById(link.dataset.append);
  const found = fresh.getElementById(link.dataset.append);
  const added = [...(found?.children ?? [])].map((each) => document.importNode(each, true));
  list.append(...added);
  const more = fresh.querySelector(`a[data-append="${link.dataset.append}"]`);
  if (more) link.replaceWith(document.importNode(more, true));
  else link.remove();
  writeTimes();
  return added;
}
