// Making a world: one answers questions, sees what is understood of them, and how far the ground is.

import { ApiError, call } from "./api.js";
import { filled } from "./texts.js";

const LOOK_AGAIN_MS = 3_000;
const BRANCH = 8;
const REVIEW = 11;

const find = (id) => document.getElementById(id);

export class Interview {
  #sessionId = null;
  #topic = 0;
  #world = null;
  #timer = null;

  /** @param onEnter called with the id and the name of the world that was made, to enter it. */
  constructor(said, onEnter) {
    Object.assign(this, { said, onEnter, dialog: find("interview"), form: find("interview-form") });
    find("make-world").addEventListener("click", () => this.open());
    find("interview-close").addEventListener("click", () => this.dialog.close());
    find("interview-deeper").addEventListener("click", () => this.#try(() => this.#say("continue")));
    find("interview-make").addEventListener("click", () => this.#try(() => this.#make()));
    find("interview-cancel").addEventListener("click", () => this.#try(() => this.#cancel()));
    find("interview-enter").addEventListener("click", () => {
      this.dialog.close();
      this.onEnter(this.#world.id, this.#world.name);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(() => this.#say(this.#typed()));
    });
    find("interview-answer").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
  }

  /** Knows what can be changed: [{ number, name, key }]. */
  know(topics) {
    this.topics = topics;
    find("interview-topic").replaceChildren(...topics.map(({ name, key }) => new Option(name, key)));
  }

  /** Begins, or goes on where one was; while a world is being made, shows how far it is. */
  open() {
    if (!this.dialog.open) this.dialog.showModal();
    find("interview-title").focus();
    if (this.#world?.status === "building") return;
    this.#try(async () => {
      this.#world = null;
      const { world_id: beingMade } = await call("GET", "/api/interview/active");
      if (beingMade) {
        this.#world = { id: beingMade, name: "", status: "building" };
        await this.#look();
        if (this.#world.status === "building") return;
        this.#world = null;
      }
      this.#show(await call("POST", "/api/interview/start", {}));
      find("interview-answer").focus();
    });
  }

  /** Hears of a world over the socket: how far it is, or that it is there. */
  heard({ world_id: worldId, progress }) {
    if (this.#world?.id !== worldId) return;
    if (progress !== undefined) find("interview-ground").value = progress;
    this.#look();
  }

  #typed() {
    const text = find("interview-answer").value.trim();
    return this.#topic === REVIEW ? `change ${find("interview-topic").value} to ${text}` : text;
  }

  async #say(message) {
    this.#show(await call("POST", "/api/interview/respond", { session_id: this.#sessionId, message }));
    find("interview-answer").value = "";
    find("interview-answer").focus();
  }

  async #make() {
    try {
      const made = await call("POST", "/api/interview/finalize", { session_id: this.#sessionId });
      this.#world = { id: made.world_id, name: made.worldName, status: made.generation_status };
      find("interview-ground").value = made.progress;
      this.#showWorld();
    } catch (error) {
      // It may have asked for what is missing.
      if (error instanceof ApiError) this.#show(await call("POST", "/api/interview/start", {}));
      throw error;
    }
  }

  async #cancel() {
    this.#world.status = (await call("POST", `/api/game/worlds/${this.#world.id}/cancel`)).status;
    this.#showWorld();
  }

  #show({ session_id: sessionId, question, topic, progress, missing, understood }) {
    this.#sessionId = sessionId;
    this.#topic = topic;
    const done = Math.round(progress * REVIEW);
    const isReview = topic === REVIEW;
    find("interview-progress").value = done;
    find("interview-count").textContent = filled(this.said.answered, { done, all: REVIEW });
    // In review, what is understood stands below.
    find("interview-question").textContent = isReview ? question.split("\n").slice(understood.length).join("\n") : question;
    find("interview-topic-field").hidden = !isReview;
    if (missing !== null) find("interview-topic").value = this.topics?.find((each) => each.number === missing)?.key;
    find("interview-make").hidden = !isReview;
    find("interview-send").textContent = isReview ? this.said.change : this.said.answer;
    find("interview-deeper").hidden = topic !== BRANCH;
    find("interview-nothing").hidden = understood.length > 0;
    find("interview-nothing").textContent = this.said.understood_nothing;
    find("interview-understood").replaceChildren(...understood.flatMap(({ name, value }) => [cell("dt", name), cell("dd", value)]));
    this.#showWorld();
  }

  #showWorld() {
    const world = this.#world;
    this.form.hidden = world !== null;
    find("interview-far").hidden = world !== null;
    find("interview-building").hidden = world === null;
    clearTimeout(this.#timer);
    if (!world) return;
    const sentence = { building: this.said.being_made, ready: this.said.made }[world.status] ?? this.said.not_made;
    find("interview-question").textContent = filled(sentence, { world: world.name });
    find("interview-ground").hidden = world.status !== "building";
    find("interview-cancel").hidden = world.status !== "building";
    find("interview-enter").hidden = world.status !== "ready";
    if (world.status === "building") this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN_MS);
    else if (this.dialog.open && world.status === "ready") find("interview-enter").focus();
  }

  async #look() {
    const world = this.#world;
    try {
      const { name, status, progress } = await call("GET", `/api/game/worlds/${world.id}`);
      Object.assign(world, { name, status });
      find("interview-ground").value = progress;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) world.status = "failed"; // it was given up elsewhere; anything else is tried again
    }
    if (world === this.#world) this.#showWorld();
  }

  async #try(work) {
    if (this.form.getAttribute("aria-busy") === "true") return;
    this.form.setAttribute("aria-busy", "true");
    find("interview-problem").textContent = "";
    try {
      await work();
    } catch (error) {
      find("interview-problem").textContent = error.message;
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }
}

function cell(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}
