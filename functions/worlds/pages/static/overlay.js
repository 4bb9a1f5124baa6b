// The overlay: shows how the hero was seen last, and listens for news.
//
// With `#ticket=...` in its address it listens to the events of the game, which an EventSource resumes by itself; the
// ticket stands behind the #, so the page's own request does not carry it. It also looks at the state by itself, since
// not every end is an event: a player may unlink their account, or a minute may pass in which no news comes through.

import { filled } from "./texts.js";

const LOOK_EVERY = 5_000;
const TYPES = "hero.sighted,hero.hidden";

const find = (id) => document.getElementById(id);

/** What is said of a hero: {where, health, near}. */
export function words(seen, texts) {
  const others = seen.players === 1 ? [texts.player] : seen.players ? [filled(texts.players, { n: seen.players })] : [];
  const names = [...seen.people, ...seen.creatures, ...others].join(", ");
  return {
    where: filled(seen.world ? (seen.place ? texts.where : texts.world) : texts.hidden, seen),
    health: filled(texts.health, { hp: seen.hp, most: seen.most_hp }),
    near: seen.world ? (names ? filled(texts.near, { names }) : texts.alone) : "",
  };
}

/** Whether one sighting is newer than another, which may be none. */
export const isNewer = (seen, shown) => !shown || seen.seen_at >= shown.seen_at;

class Overlay {
  constructor(texts, ticket) {
    this.texts = texts;
    this.ticket = ticket;
    this.shown = null;
    this.pause = 1;
  }

  show(seen) {
    if (!isNewer(seen, this.shown)) return;
    this.shown = seen;
    const said = words(seen, this.texts);
    find("hero").textContent = seen.hero;
    find("where").textContent = said.where;
    find("near").textContent = said.near;
    const meter = find("health");
    meter.parentElement.hidden = !seen.most_hp;
    meter.max = Math.max(seen.most_hp, 1);
    meter.low = meter.max / 4;
    meter.value = seen.hp;
    find("health-words").textContent = said.health;
    this.#map(seen);
    this.#lines(seen.lines);
    document.querySelector("main").hidden = false;
  }

  hide() {
    this.shown = null;
    document.querySelector("main").hidden = true;
    find("lines").replaceChildren();
  }

  #map(seen) {
    const [figure, image, spot] = [document.querySelector(".map"), find("map"), find("spot")];
    figure.hidden = !seen.world_id;
    if (!seen.world_id) return;
    const address = `/worlds/overlay/${encodeURIComponent(seen.world_id)}.png`;
    if (!image.src.endsWith(address)) image.src = address;
    spot.style.left = `${seen.map_x / 10}%`;
    spot.style.top = `${seen.map_y / 10}%`;
  }

  #lines(lines) {
    const list = find("lines");
    if ([...list.children].map((each) => each.textContent).join("\n") === lines.join("\n")) return;
    list.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
      }),
    );
  }

  async look() {
    try {
      const answer = await fetch("/worlds/overlay.json");
      if (answer.ok) {
        const seen = await answer.json();
        if (seen.hero) this.show(seen);
        else this.hide();
      }
    } catch {
      // The server cannot be reached: what was seen stays, until the next look.
    }
    setTimeout(() => this.look(), LOOK_EVERY);
  }

  listen(last = "") {
    const query = new URLSearchParams({ ticket: this.ticket, types: TYPES, ...(last && { last_event_id: last }) });
    const source = new EventSource(`/api/v1/events?${query}`);
    const hear = (act) => (event) => {
      last = event.lastEventId || last;
      this.pause = 1;
      act(JSON.parse(event.data).payload);
    };
    source.addEventListener("hero.sighted", hear((seen) => this.show(seen)));
    source.addEventListener("hero.hidden", hear(() => this.hide()));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it connects again by itself
      setTimeout(() => this.listen(last), this.pause * (1000 + 4000 * Math.random()));
      this.pause = Math.min(2 * this.pause, 16);
    });
  }
}

if (document.body.dataset.words) {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket") ?? "";
  const overlay = new Overlay(JSON.parse(document.body.dataset.words), ticket);
  overlay.look();
  if (ticket) overlay.listen();
}
