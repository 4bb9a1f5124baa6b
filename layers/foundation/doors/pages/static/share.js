// Copying and sharing: where a browser cannot, the next best thing happens.

import { ApiError, words } from "./api.js";
import { notice } from "./notices.js";

/** Copies a text. Returns whether that worked. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromField(text);
  }
}

/** The way of browsers and addresses that have no clipboard for scripts. */
function copyFromField(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}

export async function copyLink(button) {
  const text = new URL(button.dataset.link, location.href).href;
  const done = await copy(text);
  notice((done ? button.dataset.done : words.not_copied.replace("{text}", text)) ?? words.copied, done ? "good" : "bad");
  return done;
}

/** Opens the system's menu for sharing; without one, copies the link. Returns whether something was shared. */
export async function share(button) {
  if (!navigator.share) return copyLink(button);
  try {
    await navigator.share({ title: button.dataset.title, url: new URL(button.dataset.link, location.href).href });
    return true;
  } catch (error) {
    return error.name === "AbortError" ? false : copyLink(button);
  }
}

/** Copies an image; where the clipboard takes none, it becomes a download. */
export async function copyImage(button) {
  let image;
  try {
    const response = await fetch(button.dataset.image);
    if (!response.ok) throw new Error(response.status);
    image = await response.blob();
  } catch {
    throw new ApiError(0, words.unreachable);
  }
  try {
    await navigator.clipboard.write([new ClipboardItem({ [image.type]: image })]);
    notice(words.image_copied);
  } catch {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(image);
    link.download = button.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    notice(words.image_saved);
  }
}
