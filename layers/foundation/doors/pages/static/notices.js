// Notices that say how something went, and questions before something that cannot be undone.

import { words } from "./api.js";

const SHOWN_MS = 6_000;

/** Shows a notice. Errors stay until they are closed; the rest goes by itself, unless it is being read. */
export function notice(text, kind = "good") {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  const sentence = document.createElement("p");
  sentence.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.setAttribute("aria-label", words.close);
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(sentence, close);
  document.getElementById("notices").append(box);
  if (kind !== "good") return;
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS) : box.remove());
  setTimeout(leave, SHOWN_MS);
}

/** Returns whether someone has confirmed a question. */
export function confirmed(question, yes) {
  const dialog = document.getElementById("question");
  dialog.querySelector("#question-text").textContent = question;
  dialog.querySelector("[value=yes]").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
