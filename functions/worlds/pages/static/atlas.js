// The whole world from above, with who looks at it; and worlds that come as files.

import { ApiError, call } from "./api.js";
import { filled } from "./texts.js";

const find = (id) => document.getElementById(id);

/** What the game accepts as a file, in bytes; the request around it is a little longer. */
const MOST_BYTES = 1_000_000;

/** The address of the page about a world. */
export const historyOf = (worldId) => `/worlds/${worldId}/history`;

export class Atlas {
  #isAsked = false;

  /** @param ask called when the map is wanted. */
  constructor(ask) {
    this.card = find("atlas");
    this.card.addEventListener("toggle", () => {
      if (!this.card.open || this.#isAsked) return;
      this.#isAsked = true;
      ask();
    });
  }

  /** Belongs to a world from now on; null for the lobby, which has no map. */
  enter(worldId) {
    this.worldId = worldId;
    this.#isAsked = false;
    this.card.hidden = !worldId;
    this.card.open = false;
    find("atlas-frame").hidden = true;
    find("atlas-words").textContent = "";
    if (worldId) find("atlas-more").href = historyOf(worldId);
  }

  /** Shows what the game has said: the map is a picture of the page's own, the place of who looks is drawn on it. */
  show(text, { columns, rows, player }) {
    Object.assign(find("atlas-image"), { width: columns, height: rows, src: `/worlds/${this.worldId}/map.png`, alt: text });
    const you = find("atlas-you");
    you.style.left = `${(100 * (player.column + 0.5)) / columns}%`;
    you.style.top = `${(100 * (player.row + 0.5)) / rows}%`;
    find("atlas-words").textContent = text;
    find("atlas-frame").hidden = false;
    this.#isAsked = true;
    this.card.open = true;
  }
}

/** Lets someone make a world of a file. */
export function bringFiles(said) {
  const form = find("bring-form");
  const told = (id, text) => {
    find("bring-done").textContent = "";
    find("bring-problem").textContent = "";
    find(id).textContent = text;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [chosen] = find("bring-file").files;
    if (!chosen || form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      if (chosen.size > MOST_BYTES) return told("bring-problem", said.file_too_large);
      const file = parsed(await chosen.text());
      if (!file) return told("bring-problem", said.no_world_file);
      const name = find("bring-name").value.trim();
      const { name: made } = await call("POST", "/api/game/worlds/import", { file, ...(name && { name }) });
      form.reset();
      told("bring-done", filled(said.being_made, { world: made }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      told("bring-problem", error.message);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

function parsed(text) {
  try {
    const file = JSON.parse(text);
    return file?.format === "brandish-world" ? file : null;
  } catch {
    return null;
  }
}
