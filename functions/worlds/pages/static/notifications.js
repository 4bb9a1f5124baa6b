// The bell: how many notifications are unread, what they say, which ones one wants, and on which devices one reads them.

import { call } from "./api.js";
import { notice } from "./notices.js";
import { filled } from "./texts.js";
import { writeTimes } from "./times.js";

const PATH = "/api/game/notifications";
const TOKEN = "device_token";
const SHOWN = 30;

const find = (id) => document.getElementById(id);

/** Returns what this browser names itself by, or "" where it keeps nothing. */
function token() {
  try {
    const known = localStorage.getItem(TOKEN) ?? crypto.randomUUID();
    localStorage.setItem(TOKEN, known);
    return known;
  } catch {
    return "";
  }
}

/** Returns the title and the body of a notification in the page's language. */
export function inWords({ type, title, body, metadata }, said) {
  if (type === "new_world") {
    const key = { owner: "notice_own_world", null: "notice_public_world" }[metadata.role] ?? "notice_member_world";
    return [filled(said.notice_world, metadata), filled(said[key], metadata)];
  }
  if (type === "user_signin") return [said.notice_sign_in, filled(said.notice_sign_in_body, metadata)];
  return [title, body];
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function time(at) {
  const made = element("time", at);
  made.dateTime = at;
  return made;
}

function button(text, label, act) {
  const made = element("button", text, "quiet");
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

export class Notifications {
  #device = "";

  constructor(said) {
    Object.assign(this, { said, dialog: find("notifications"), form: find("preferences") });
    find("bell").addEventListener("click", () => this.#try(() => this.#open()));
    find("notifications-close").addEventListener("click", () => this.dialog.close());
    find("mark-all").addEventListener("click", () => this.#try(() => this.#markAll()));
    this.form.addEventListener("change", () => this.#try(() => this.#prefer()));
    this.#try(() => this.#register());
    this.count();
  }

  /** Looks how many are unread. */
  count() {
    return this.#try(async () => this.#show((await call("GET", `${PATH}?unread=true&limit=1`)).unread_count));
  }

  async #try(act) {
    try {
      await act();
    } catch (error) {
      notice(error.message, "bad");
    }
  }

  #show(unread) {
    const number = find("unread");
    number.textContent = unread;
    number.hidden = !unread;
    find("mark-all").hidden = !unread;
  }

  /** Lets this browser be known: a sign-in from where it is is no news. */
  async #register() {
    const own = token();
    if (own) this.#device = (await call("POST", `${PATH}/devices`, { token: own, platform: "web" })).device_id;
  }

  async #open() {
    const [, wanted, { devices }] = await Promise.all([
      this.#list(),
      call("GET", `${PATH}/preferences`),
      call("GET", `${PATH}/devices`),
    ]);
    this.form.elements.new_world.value = wanted.new_world;
    this.form.elements.user_signin.checked = wanted.user_signin;
    find("preferences-saved").textContent = "";
    this.#showDevices(devices);
    if (!this.dialog.open) this.dialog.showModal();
  }

  async #list() {
    const { notifications, unread_count: unread } = await call("GET", `${PATH}?limit=${SHOWN}`);
    const items = notifications.map((each) => this.#item(each));
    find("notification-list").replaceChildren(...(items.length ? items : [element("li", this.said.no_notices, "hint")]));
    writeTimes();
    this.#show(unread);
  }

  #item(each) {
    const item = document.createElement("li");
    const [title, body] = inWords(each, this.said);
    const text = element("div", "");
    const head = element("b", title);
    text.append(head, element("p", body, "hint"), time(each.created_at));
    item.append(text);
    if (each.read_at) return item;
    item.className = "unread";
    head.append(element("span", ` (${this.said.unread})`, "unseen"));
    const label = this.said.mark_it.replace("{title}", title);
    const mark = button(this.said.mark, label, () => this.#try(() => this.#mark(each, item, mark)));
    item.append(mark);
    return item;
  }

  async #mark({ id }, item, mark) {
    const { unread_count: unread } = await call("POST", `${PATH}/${id}/read`);
    item.className = "";
    item.querySelector(".unseen").remove();
    mark.remove();
    find("notifications-title").focus(); // what had the focus is gone
    this.#show(unread);
  }

  async #markAll() {
    await call("POST", `${PATH}/read-all`);
    await this.#list();
    find("notifications-title").focus();
  }

  async #prefer() {
    const { new_world: worlds, user_signin: signIns } = this.form.elements;
    await call("PUT", `${PATH}/preferences`, { new_world: worlds.value, user_signin: signIns.checked });
    find("preferences-saved").textContent = this.said.saved;
  }

  #showDevices(devices) {
    const items = devices.map((each) => {
      const item = document.createElement("li");
      const name = each.device_id === this.#device ? this.said.this_device.replace("{name}", each.name) : each.name;
      const text = element("div", `${name} `);
      text.append(time(each.seen_at));
      const label = this.said.forget_it.replace("{name}", name);
      item.append(text, button(this.said.forget, label, () => this.#try(() => this.#forget(each.device_id))));
      return item;
    });
    find("devices").replaceChildren(...(items.length ? items : [element("li", this.said.no_devices, "hint")]));
    writeTimes();
  }

  async #forget(id) {
    await call("DELETE", `${PATH}/devices?device_id=${encodeURIComponent(id)}`);
    const { devices } = await call("GET", `${PATH}/devices`);
    this.#showDevices(devices);
    find("devices-title").focus();
  }
}
