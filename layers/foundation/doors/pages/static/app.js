// What every page does; it works without, but for what is sent.

import { askToSignIn, call, record, tell } from "./api.js";
import { keep, restore } from "./drafts.js";
import { busy, explain, prepare, send } from "./forms.js";
import { awaitParts, follow, lookAgain, ring } from "./live.js";
import { append, appendAgain, followAddress, refresh } from "./parts.js";
import { copyImage, copyLink, share } from "./share.js";
import { notice } from "./notices.js";
import { writeTimes } from "./times.js";

const RENEWED_MS = 6 * 3_600_000;
const MINUTE_MS = 60_000;

const recordOf = (element) => element.dataset.event && record(JSON.parse(element.dataset.event));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.send) return;
  event.preventDefault();
  send(form, event.submitter ?? form);
});

document.addEventListener("input", ({ target }) => {
  target.setCustomValidity?.("");
  if (target.form?.dataset.send) keep(target.form);
});

document.addEventListener("invalid", ({ target }) => explain(target), true);

document.addEventListener("click", (event) => {
  const element = event.target.closest("button, a");
  if (!element) return closeMenus(event.target.closest("details.more"));
  closeMenus(element.closest("details.more"));
  const { dataset } = element;
  if (element.matches("button[data-send]:not([type=submit])")) send(element);
  else if ("link" in dataset && "share" in dataset) busy(element, async () => (await share(element)) && recordOf(element));
  else if ("link" in dataset) busy(element, async () => (await copyLink(element)) && recordOf(element));
  else if ("image" in dataset) busy(element, () => copyImage(element));
  else if ("lookAgain" in dataset) lookAgain(element);
  else if ("refresh" in dataset && element.matches("button")) busy(element, () => refresh(dataset.refresh.split(" ")));
  else if ("signIn" in dataset) askToSignIn();
  else if (element.matches("a")) onLink(event, element);
});

function onLink(event, link) {
  recordOf(link);
  if (link.dataset.mark) tell(link.dataset.mark);
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!plain) return;
  if (link.dataset.append) {
    event.preventDefault();
    busy(link, () => append(link));
  } else if (link.dataset.load) {
    event.preventDefault();
    const query = new URL(link.href).searchParams;
    const known = [...new URLSearchParams(location.search).keys()].map((name) => [name, query.get(name)]);
    busy(link, async () => {
      if (link.dataset.first) await call(...link.dataset.first.split(" "));
      await refresh(link.dataset.load.split(" "), { ...Object.fromEntries(known), ...Object.fromEntries(query) }, { adds: true });
      awaitParts();
    });
  } else if (link.dataset.opens) {
    const target = document.getElementById(link.dataset.opens);
    event.preventDefault();
    history.replaceState(history.state, "", link.href);
    open(target);
  }
}

/** Opens a form that waits behind a link. */
function open(target) {
  target.hidden = false;
  target.scrollIntoView({ block: "nearest" });
  target.querySelector("input:not([type=hidden]), textarea, select")?.focus({ preventScroll: true });
  const form = target.matches("form") ? target : target.querySelector("form[data-prepare]");
  if (form?.dataset.prepare) prepare(form);
}

function closeMenus(kept) {
  for (const menu of document.querySelectorAll("details.more[open]")) if (menu !== kept) menu.open = false;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.more[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});
// The way back leads to what was seen before: the room, the persona, the thread.
addEventListener("popstate", () => followAddress().catch((error) => notice(error.message, "bad")));

function begin() {
  restore(document);
  writeTimes();
  setInterval(writeTimes, MINUTE_MS);
  appendAgain().catch((error) => notice(error.message, "bad"));
  awaitParts();
  for (const bell of document.querySelectorAll("[data-bell]")) ring(bell);
  for (const element of document.querySelectorAll("[data-live]")) follow(element);
  for (const element of document.querySelectorAll("[data-open-now]")) open(element);
  for (const section of document.querySelectorAll("[data-hash]")) takeFromHash(section);
  // Who came by a shared page: told at sign-up.
  const { shareSlug, signedIn } = document.body.dataset;
  try {
    if (shareSlug) sessionStorage.setItem("share_slug", shareSlug);
    for (const field of document.querySelectorAll("input[name=share_slug]")) field.value = sessionStorage.getItem("share_slug") ?? "";
    const today = new Date().toISOString().slice(0, 10);
    if (signedIn !== undefined && localStorage.getItem("returned") !== today) {
      localStorage.setItem("returned", today);
      record({ event_name: "daily_return", metadata: { source: "pages", day: today } });
    }
    if (signedIn !== undefined && Date.now() - Number(localStorage.getItem("renewed")) > RENEWED_MS) {
      localStorage.setItem("renewed", Date.now());
      call("GET", "/api/auth/me").catch(() => {}); // a session that is in use lasts on
    }
  } catch {
    // storage is switched off
  }
}

/** Shows a section whose secret came behind the address's "#", and takes that from the address. */
function takeFromHash(section) {
  const secret = new URLSearchParams(location.hash.slice(1)).get(section.dataset.hash);
  if (!secret) return;
  section.querySelector(`[name="${section.dataset.hash}"]`).value = secret;
  section.hidden = false;
  document.getElementById(section.dataset.insteadOf).hidden = true;
  history.replaceState(null, "", location.pathname);
}

addEventListener("hashchange", () => {
  for (const section of document.querySelectorAll("[data-hash]")) takeFromHash(section);
});

begin();
dispatchEvent(new Event("scripts-ready"));
