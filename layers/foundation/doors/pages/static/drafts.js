// What someone has written and not sent yet. It survives parts that are fetched anew, a reload, and a session that
// ends: the tab keeps it, apart for each account, until it is sent, discarded, or its author logs out.

import { words } from "./api.js";

const STORED = "drafts";
const owner = document.body.dataset.signedIn ?? "";
let isStored = true;
const all = load();

/** {what a form sends: {field: value}} of the person who looks. */
const own = (all[owner] ??= {});
if (owner) store();

function load() {
  try {
    const found = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
    return owner ? { [owner]: found[owner] ?? {} } : found; // someone else in this tab gets nothing of the one before
  } catch {
    return {};
  }
}

function store() {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(all));
  } catch {
    isStored = false; // storage is switched off: what is written lasts as long as the page
  }
}

/** Whether what is written outlasts the page. */
export const outlastsPage = () => isStored;

const nameOf = (form) => `${location.pathname} ${form.dataset.send}`;
const formsIn = (root) => [...(root.matches?.("form[data-send]") ? [root] : []), ...root.querySelectorAll("form[data-send]")];

/** Returns the form that does the same as this one, in another version of its part. */
export const twin = (form, root = document) => formsIn(root).find((each) => each.dataset.send === form.dataset.send);

/** Returns [name, field] of the fields whose text is kept: never passwords, nor what scripts fill in. */
function fieldsOf(form) {
  const seen = {};
  return [...form.elements]
    .filter((field) => field.name && !["hidden", "password", "submit", "button"].includes(field.type))
    .map((field) => [`${field.name} ${(seen[field.name] = (seen[field.name] ?? -1) + 1)}`, field]);
}

const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

function defaultOf(field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (!field.options) return field.defaultValue;
  return ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value;
}

function write(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else if (!field.options || [...field.options].some((each) => each.value === value)) field.value = value;
}

/** Keeps what a form says that differs from what the server has. */
export function keep(form) {
  const written = Object.fromEntries(
    fieldsOf(form).filter(([, field]) => valueOf(field) !== defaultOf(field)).map(([name, field]) => [name, valueOf(field)]),
  );
  if (Object.keys(written).length) own[nameOf(form)] = written;
  else delete own[nameOf(form)];
  store();
}

/** Returns what a form says. */
export const written = (form) => Object.fromEntries(fieldsOf(form).map(([name, field]) => [name, valueOf(field)]));

/** Forgets what has been sent; not what was written since. */
export function forget(form, sent) {
  const name = nameOf(form);
  const rest = Object.entries(own[name] ?? {}).filter(([field, value]) => sent[field] !== value);
  if (rest.length) own[name] = Object.fromEntries(rest);
  else delete own[name];
  store();
  form.querySelector(".restored")?.remove();
}

/** Forgets everything, when its author leaves. */
export function forgetAll() {
  for (const form of Object.keys(own)) delete own[form];
  store();
}

/** Writes what is kept into the forms of a page or part. `before`: the part as it was; a form that is new is told of. */
export function restore(root, before = null) {
  for (const form of formsIn(root)) {
    const known = own[nameOf(form)];
    if (!known) continue;
    for (const [name, field] of fieldsOf(form)) if (name in known) write(field, known[name]);
    for (let around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    for (const inner of form.querySelectorAll("details")) if (isWrittenIn(inner)) inner.open = true;
    if (owner && !(before && twin(form, before))) offer(form);
  }
}

const isWrittenIn = (element) =>
  [...element.querySelectorAll("input, select, textarea")].some((field) => field.type !== "hidden" && valueOf(field) !== defaultOf(field));

function offer(form) {
  const line = document.createElement("p");
  line.className = "restored row hint wide";
  const discard = document.createElement("button");
  discard.type = "button";
  discard.textContent = words.discard;
  discard.addEventListener("click", () => {
    form.reset();
    keep(form);
    line.remove();
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  line.append(words.restored, discard);
  form.prepend(line);
}
