// Forms and buttons that send something to the API: `data-send="POST /api/..."`. The rest is in attributes, too:
//   data-body      what is sent besides the fields, as JSON
//   data-confirm   a question to be confirmed first; data-yes: the button's label
//   data-prepare   (a form) what is sent when the form opens; its answer fills the fields of the same names
//   data-then      a second request, whose address may have {fields} of the first one's answer
//   data-done      the notice afterwards; may have {fields} of the answer
//   data-query     what changes in the page's address: "persona={id}&thread="
//   data-refresh   the parts that are fetched anew
//   data-reveal    the id of an element that is scrolled to
//   data-fill      the id of an element that shows the answer
//   data-watch     a part that is fetched anew until it has more elements of the class in data-watch-for
//   data-copy      what is copied; may have {fields} of the answer
//   data-save      the name of a file that the answer is stored in
//   data-event     what our statistics are told
//   data-forget    what is written anywhere and not sent goes, too
//   data-go        where to go; may have {fields} of the answer

import { ApiError, call, ownPath, record, signInAddress, words } from "./api.js";
import { forget, forgetAll, outlastsPage, restore, twin, written } from "./drafts.js";
import { copy } from "./share.js";
import { confirmed, notice } from "./notices.js";
import { refresh } from "./parts.js";

export const PAUSES_MS = [1000, 1600, 2560, 4096, 5000, 5000, 5000, 5000];
/** 1 s, 1.6 times as long each, at most 5 s, about 30 s in all. */

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const at = (data, path) => path.split(".").reduce((found, name) => found?.[name], data);
const filled = (text, data, write = (value) => value) =>
  text.replace(/\{([\w.]+)\}/g, (_, path) => write(String(at(data, path) ?? "")));

/** Returns what a form's fields hold, as the API takes it. */
function valuesOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === "submit") continue;
    if (field.type === "radio" && !field.checked) continue;
    let value = field.value;
    if (field.type === "checkbox") value = field.checked;
    else if (field.hasAttribute("data-lines")) value = value.split("\n").map((line) => line.trim()).filter(Boolean);
    else if (field.type === "number" || field.hasAttribute("data-number")) value = value === "" ? null : Number(value);
    else if (field.hasAttribute("data-trim")) value = value.trim();
    if ((value === "" || value === null) && field.hasAttribute("data-optional")) continue;
    if (field.hasAttribute("data-item")) (values[field.name] ??= []).push(value);
    else values[field.name] = value;
  }
  return values;
}

/** Runs what a button or form stands for; meanwhile it is busy, and an error becomes a notice. */
export async function busy(element, run) {
  if (element.getAttribute("aria-disabled") === "true" || element.form?.getAttribute("aria-busy") === "true") return;
  const marked = [element, element.form ?? element.closest("form")].filter(Boolean);
  for (const each of marked) each.setAttribute(each.matches("form") ? "aria-busy" : "aria-disabled", "true");
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ApiError)) console.error(error);
    notice(error instanceof ApiError ? error.message : words.unreadable, "bad");
  } finally {
    for (const each of marked) {
      each.removeAttribute(each.matches("form") ? "aria-busy" : "aria-disabled");
      if (!each.isConnected && each.dataset.send) twin(each)?.removeAttribute("aria-busy");
    }
  }
}

/** Sends what a form or a button stands for. */
export async function send(element, submitter = element) {
  const options = { ...element.dataset, ...submitter.dataset };
  if (options.confirm && !(await confirmed(options.confirm, options.yes))) return;
  const form = element.matches("form") ? element : null;
  if (form && !isFilledIn(form)) return;
  form?.querySelector(".problem[role=alert]")?.replaceChildren();
  const sent = form && written(form);
  await busy(submitter, async () => {
    let answer;
    try {
      answer = await request(options, form ? valuesOf(form) : {});
    } catch (error) {
      const here = form && current(form);
      const problem = here?.querySelector(".problem[role=alert]");
      if (!problem || !(error instanceof ApiError)) throw error;
      if (error.status === 401 && "signedIn" in document.body.dataset) problem.replaceChildren(words.ended + " ", logInAgain());
      else problem.textContent = inWords(error.message, here);
      problem.scrollIntoView({ block: "nearest" });
      return;
    }
    if (form) forget(form, sent);
    await follow(options, answer, form && current(form));
  });
}

/** Returns the form, or the one in its place if its part was fetched anew meanwhile. */
const current = (form) => (form.isConnected ? form : (twin(form) ?? form));

/** Returns a link to the log-in, which leads back to what was written here. */
function logInAgain() {
  const link = document.createElement("a");
  link.href = signInAddress("login");
  if (!outlastsPage()) link.target = "_blank";
  link.textContent = words.log_in;
  return link;
}

/** Lets the browser ask for required fields that hold nothing but blanks; tells whether there are none. */
function isFilledIn(form) {
  for (const field of form.elements) {
    if (field.required && field.type !== "password" && !field.value.trim()) field.value = "";
  }
  return form.reportValidity();
}

/** Says what is wrong with a field in the page's language: the browser would say it in its own. */
export function explain(field) {
  field.setCustomValidity("");
  const { validity } = field;
  const [word, n] =
    (validity.valueMissing && ["required"]) ||
    (validity.typeMismatch && ["not_an_address"]) ||
    (validity.tooShort && ["too_short", field.minLength]) ||
    (validity.tooLong && ["too_long", field.maxLength]) ||
    (validity.rangeUnderflow && ["too_small", field.min]) ||
    (validity.rangeOverflow && ["too_large", field.max]) ||
    ((validity.badInput || validity.stepMismatch) && ["not_a_number"]) ||
    [];
  if (word) field.setCustomValidity(words[word].replace("{n}", n));
}

/** Returns an error with the field's label instead of its name, and marks the field. */
function inWords(message, form) {
  for (const each of form.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  const [, name, text] = /^([\w.]+): (.*)$/s.exec(message) ?? [];
  const [first, entry] = (name ?? "").split(".");
  const fields = name ? form.querySelectorAll(`[name="${CSS.escape(first)}"]`) : [];
  const field = fields[entry] ?? fields[0];
  const label = field?.labels?.[0]?.firstChild?.textContent.trim();
  if (!label) return message;
  field.setAttribute("aria-invalid", "true");
  field.focus();
  return `${label}: ${text}`;
}

async function request(options, values) {
  const [method, address] = options.send.split(" ");
  const body = { ...JSON.parse(options.body ?? "{}"), ...values };
  const path = address.replace(/\{(\w+)\}/g, (_, name) => {
    const value = body[name];
    delete body[name];
    return encodeURIComponent(value ?? "");
  });
  let answer = await call(method, path, body, { signIn: !("stay" in options || (Object.keys(values).length && "signedIn" in document.body.dataset)) });
  if (options.then) {
    const [secondMethod, second] = options.then.split(" ");
    answer = { ...answer, ...(await call(secondMethod, filled(second, answer, encodeURIComponent), {})) };
  }
  return answer;
}

async function follow(options, answer, form) {
  if (options.event) record(JSON.parse(filled(options.event, answer)));
  if (options.copy && !(await copy(filled(options.copy, answer)))) {
    notice(words.not_copied.replace("{text}", filled(options.copy, answer)), "bad");
  } else if (options.done) {
    notice(filled(options.done, answer));
  }
  if (options.save) save(answer, options.save);
  if ("forget" in options) forgetAll();
  if ("clear" in options && form) {
    form.reset();
    restore(form, form); // what was written since it was sent
  }
  const target = options.go && ownPath(filled(options.go, answer));
  if (target) {
    location.assign(target);
    return new Promise(() => {});
  }
  const watched = options.watch && count(options);
  if (options.refresh) {
    await refresh(options.refresh.split(" "), Object.fromEntries(new URLSearchParams(filled(options.query ?? "", answer))));
  }
  if (options.reveal) document.getElementById(options.reveal)?.scrollIntoView();
  if (options.fill) fill(document.getElementById(options.fill), answer);
  if (options.watch) watch(options, watched, answer.enqueued ?? 1);
}

const count = (options) => document.querySelectorAll(`[data-part="${options.watch}"] .${options.watchFor}`).length;

async function watch(options, before, expected) {
  for (const ms of PAUSES_MS) {
    if (expected < 1 || count(options) >= before + expected) return;
    await pause(ms);
    await refresh([options.watch]).catch((error) => notice(error.message, "bad"));
  }
}

/** Shows data in an element: `data-text` names what an element says, a `template[data-each]` is repeated. */
export function fill(element, data) {
  if (!element) return;
  element.hidden = false;
  for (const old of element.querySelectorAll("[data-made]")) old.remove();
  for (const template of element.querySelectorAll("template[data-each]")) {
    for (const item of at(data, template.dataset.each) ?? []) {
      const made = template.content.firstElementChild.cloneNode(true);
      made.setAttribute("data-made", "");
      fill(made, item);
      template.before(made);
    }
  }
  for (const each of element.querySelectorAll("[data-text]")) {
    const value = at(data, each.dataset.text);
    if (value !== undefined) each.textContent = value;
  }
  element.scrollIntoView({ block: "nearest" });
}

/** Asks the API for what a form begins with. */
export function prepare(form) {
  return busy(form, async () => {
    const [method, path] = form.dataset.prepare.split(" ");
    const answer = await call(method, path, {});
    for (const field of form.elements) {
      if (field.name in answer && !field.value) field.value = answer[field.name] ?? "";
    }
  });
}

function save(answer, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
