// Parts that change while one looks at them: `[data-live]` names the address of their status.

import { call } from "./api.js";
import { PAUSES_MS, busy, pause } from "./forms.js";
import { notice } from "./notices.js";
import { refresh } from "./parts.js";

/** Follows a status until it is done, or for half a minute; then a button looks again. */
export async function follow(element) {
  const again = element.querySelector("[data-look-again]");
  const parts = element.dataset.liveParts.split(" ");
  let seen = element.dataset.seen;
  if (again) again.hidden = true;
  for (const ms of PAUSES_MS) {
    await pause(ms);
    try {
      const status = await call("GET", element.dataset.live);
      const now = `${status.status} ${status.turns_done} ${status.replies_done}`;
      if (now !== seen) await refresh(parts);
      seen = now;
      if (status.done) return;
    } catch (error) {
      notice(error.message, "bad");
      break;
    }
  }
  element.dataset.seen = seen;
  if (again) again.hidden = false;
}

/** The button that looks again. */
export const lookAgain = (button) => busy(button, () => refresh(button.closest("[data-live]").dataset.liveParts.split(" ")))
  .then(() => follow(button.closest("[data-live]")));

const awaited = () => [...document.querySelectorAll("[data-awaited]")].map((each) => each.closest("[data-part]").dataset.part);
let waiting = false;

/** Fetches parts anew while something in them is still to come, for half a minute. */
export async function awaitParts() {
  if (waiting) return;
  waiting = true;
  for (const ms of PAUSES_MS) {
    if (!awaited().length) break;
    await pause(ms);
    if (document.hidden || !awaited().length || isBeingEdited()) continue;
    await refresh([...new Set(awaited())]).catch((error) => notice(error.message, "bad"));
  }
  waiting = false;
}

/** What someone is writing must not be replaced under their hands. */
const isBeingEdited = () => Boolean(document.activeElement?.closest("[data-part] :is(input, textarea, select)"));

const BELL_MS = 30_000;

/** Keeps the number of unread notifications up to date while the page is looked at. */
export function ring(bell) {
  const number = bell.querySelector(".count");
  const look = async () => {
    if (document.hidden) return;
    try {
      const { unread_count: unread } = await call("GET", bell.dataset.bell);
      number.textContent = unread;
      number.hidden = !unread;
      bell.title = "";
    } catch (error) {
      bell.title = error.message; // a notice every half minute would be a nuisance
      number.textContent = "!";
      number.hidden = false;
    }
  };
  setInterval(look, BELL_MS);
  if (number.textContent === "") look();
}
