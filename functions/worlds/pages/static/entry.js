// Entering a world: as someone new, with a body or as a watcher, or as who one is there already.

import { call } from "./api.js";
import { filled } from "./texts.js";

const find = (id) => document.getElementById(id);

/** Returns what so many points of one attribute cost: each ten of them one more than the ten before. */
export function cost(points, pricedAlike = 10) {
  let total = 0;
  for (let point = 0; point < points; point += 1) total += 1 + Math.floor(point / pricedAlike);
  return total;
}

/** Returns what was bought, without zeros: { attribute: points }. */
export function bought(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, Number(field.value)]).filter(([, points]) => points));
}

export class Entry {
  #worldId = null;
  #known = null;
  /** The wish whose answer is listed. */
  #asked = null;

  /** @param onChosen called with the answer of the game: the character to connect as. */
  constructor(guide, said, onChosen) {
    Object.assign(this, { guide, said, onChosen, dialog: find("entry"), form: find("entry-form") });
    find("entry-name").maxLength = guide.longest_name;
    find("entry-species").append(...guide.species.map(({ key, name, description }, index) => choice("species", key, name, description, !index)));
    find("entry-attributes").append(...guide.groups.map((group) => this.#group(group)));
    find("entry-questions").append(...guide.questions.map((each, index) => question(each, index, said)));
    find("entry-cancel").addEventListener("click", () => this.dialog.close());
    find("entry-continue").addEventListener("click", () => this.#try(() => this.#select(this.#known)));
    this.form.addEventListener("change", () => this.#show());
    find("entry-wish").addEventListener("change", () => this.#try(() => this.#offer()));
    find("entry-wish").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // It asks who there is, and does not enter the world as the first of them.
      this.#try(() => this.#offer());
    });
    this.form.addEventListener("input", () => this.#show());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(() => this.#create());
    });
  }

  /** Asks how one enters a world, and opens the dialog. */
  async open(worldId, name) {
    this.#worldId = worldId;
    // To choose a world, and not only to ask: then people live there, even if no one has been there before.
    const [{ entry_options: options }, state] = await Promise.all([
      call("POST", "/api/session/world/select", { world_id: worldId }),
      call("GET", "/api/session/state"),
    ]);
    const mine = state.characters.find((each) => each.world_id === worldId);
    this.#known = mine?.character_id ?? null;
    find("entry-title").textContent = this.said.enter_world.replace("{world}", name || this.said.this_world);
    find("entry-problem").textContent = "";
    find("entry-known").hidden = !mine;
    if (mine) find("entry-continue").textContent = this.said.continue.replace("{name}", mine.name);
    const [body, inhabit, watcher] = this.form.elements.role;
    const people = options.available_npcs;
    body.disabled = !options.can_create_custom;
    inhabit.disabled = !people.length;
    watcher.disabled = !options.can_enter_as_watcher;
    find("entry-inhabit").hidden = inhabit.disabled;
    for (const field of this.#wishes) field.value = "";
    this.#asked = this.#query;
    this.#list(people);
    const isOpen = !mine && !(body.disabled && inhabit.disabled && watcher.disabled);
    find("entry-new").hidden = !isOpen;
    find("entry-submit").hidden = !isOpen;
    if (!mine && !isOpen) find("entry-problem").textContent = this.said.no_way_in;
    ([body, watcher, inhabit].find((each) => !each.disabled) ?? body).checked = true;
    this.#show();
    if (!this.dialog.open) this.dialog.showModal();
    (mine ? find("entry-continue") : find("entry-title")).focus();
  }

  #group({ name, attributes }) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = name;
    group.append(legend);
    for (const attribute of attributes) {
      const label = document.createElement("label");
      const text = document.createElement("span");
      text.textContent = attribute;
      const base = document.createElement("b");
      base.dataset.base = attribute;
      const field = document.createElement("input");
      Object.assign(field, { type: "number", name: attribute, min: 0, max: this.guide.most_bought, value: 0, inputMode: "numeric" });
      label.append(text, base, field);
      group.append(label);
    }
    return group;
  }

  get #wishes() {
    return [...find("entry-wish").querySelectorAll("input, select")];
  }

  /** Asks who of those who live there is as one would like to be. */
  async #offer() {
    // Another wish may come in the meantime; and a field that is left after Enter says nothing new.
    while (this.#asked !== this.#query) {
      this.#asked = this.#query;
      const answer = await call("GET", `/api/game/entry-options?${this.#asked}`).catch((error) => {
        this.#asked = null;
        throw error;
      });
      this.#list(answer.available_npcs);
    }
  }

  get #query() {
    const wished = this.#wishes.filter((field) => field.value && field.checkValidity());
    const parameters = wished.map((field) => [field.name.replace("wish_", ""), field.value]);
    return new URLSearchParams([["world_id", this.#worldId], ...parameters]).toString();
  }

  #list(people) {
    const chosen = find("entry-offered").querySelector(":checked")?.value;
    const { id: first } = people.find((each) => each.id === chosen) ?? people[0] ?? {};
    find("entry-offered").replaceChildren(...people.map((each) => this.#person(each, each.id === first)));
    find("entry-no-one").hidden = people.length > 0;
    find("entry-submit").disabled = !people.length && this.form.elements.role.value === "inhabit";
  }

  /** Someone who lives there, to be chosen. */
  #person({ id, name, species: kind, description, occupation, age, relationships }, isChosen) {
    const values = { name, species: kind, occupation, age, known: relationships };
    return choice("npc_id", id, filled(this.said.person, values), description, isChosen);
  }

  get #fields() {
    return [...this.form.querySelectorAll("#entry-attributes input")];
  }

  #show() {
    const { value: role } = this.form.elements.role;
    const isBody = role === "player";
    find("entry-body").hidden = !isBody;
    find("entry-people").hidden = role !== "inhabit";
    find("entry-submit").disabled = role === "inhabit" && !find("entry-offered").childElementCount;
    for (const field of this.#wishes) field.disabled = role !== "inhabit";
    find("entry-naming").hidden = role === "inhabit";
    this.form.elements.name.required = role !== "inhabit";
    for (const field of find("entry-body").querySelectorAll("input, select, textarea")) field.disabled = !isBody;
    const chosen = this.guide.species.find((each) => each.key === this.form.elements.species.value);
    for (const base of this.form.querySelectorAll("[data-base]")) base.textContent = `${chosen.attributes[base.dataset.base]} +`;
    const spent = this.#fields.reduce((sum, field) => sum + cost(Number(field.value), this.guide.priced_alike), 0);
    const left = this.guide.budget - spent;
    const sentence = left < 0 ? this.said.too_many_points.replace("{over}", -left) : this.said.points_left.replace("{left}", left).replace("{all}", this.guide.budget);
    find("entry-summary").textContent = sentence;
    if (find("entry-points").textContent !== sentence) find("entry-points").textContent = sentence;
    find("entry-summary").classList.toggle("wrong", left < 0);
  }

  async #create() {
    const { role, name, species: kind, description, npc_id: person } = this.form.elements;
    const body = { world_id: this.#worldId, name: name.value.trim(), role: role.value };
    if (role.value === "inhabit") {
      Object.assign(body, { name: "", role: "player", npc_id: person.value });
    } else if (role.value === "player") {
      body.species = kind.value;
      body.description = description.value;
      body.point_buy = bought(this.#fields);
      body.background_answers = [...this.form.querySelectorAll("#entry-questions select")].map((each) => each.value).filter(Boolean);
    }
    const { character } = await call("POST", "/api/session/character/create", body);
    await this.#select(character.character_id);
  }

  async #select(characterId) {
    const chosen = await call("POST", "/api/session/character/select", { character_id: characterId });
    this.dialog.close();
    this.onChosen(chosen);
  }

  async #try(work) {
    if (this.form.getAttribute("aria-busy") === "true") return;
    this.form.setAttribute("aria-busy", "true");
    find("entry-problem").textContent = "";
    try {
      await work();
    } catch (error) {
      find("entry-problem").textContent = error.message;
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }
}

/** Returns one of several to choose from: a name, and what there is to say of it. */
function choice(field, value, name, description, isFirst) {
  const label = document.createElement("label");
  label.className = "check";
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: field, value, defaultChecked: isFirst });
  const text = document.createElement("span");
  const strong = document.createElement("b");
  strong.textContent = name;
  text.append(strong, ` ${description}`);
  label.append(radio, text);
  return label;
}

function question({ text, answers }, index, said) {
  const control = document.createElement("div");
  control.className = "control";
  const label = document.createElement("label");
  label.htmlFor = `entry-question-${index}`;
  label.textContent = text;
  const select = document.createElement("select");
  select.id = label.htmlFor;
  select.append(new Option(said.unanswered, ""), ...answers.map((each) => new Option(each.text, each.key)));
  control.append(label, select);
  return control;
}
