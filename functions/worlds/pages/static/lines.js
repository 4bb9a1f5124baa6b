// The log: what has happened. New lines are read out; those of before one came are not.

const MOST = 1_000;
/** How near to the end one counts as following it. */
const NEAR_PX = 40;

/**
 * Returns a text in pieces: [{ text, entity? }]. Each thing or person is a piece of its own wherever it is named.
 */
export function pieces(text, entities) {
  const found = [];
  for (const entity of [...entities].sort((a, b) => b.name.length - a.name.length)) {
    const { name } = entity;
    if (!name) continue;
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (isFree(text, found, at, at + name.length)) found.push({ at, end: at + name.length, entity });
    }
  }
  found.sort((a, b) => a.at - b.at);
  const result = [];
  let done = 0;
  for (const { at, end, entity } of found) {
    if (at > done) result.push({ text: text.slice(done, at) });
    result.push({ text: text.slice(at, end), entity });
    done = end;
  }
  if (done < text.length) result.push({ text: text.slice(done) });
  return result;
}

/** Whether a name stands there by itself, and no longer one does. */
function isFree(text, found, at, end) {
  const isLetter = (character) => /[\p{L}\p{N}]/u.test(character ?? "");
  return !isLetter(text[at - 1]) && !isLetter(text[end]) && !found.some((each) => at < each.end && end > each.at);
}

export class Lines {
  #known = new Set();

  /**
   * @param onLink called with the thing or person whose name was clicked.
   * @param commandFor returns the command that stands for it.
   */
  constructor({ scroll, history, log, newest }, onLink, commandFor) {
    Object.assign(this, { scroll, history, log, newest, onLink, commandFor });
    newest.addEventListener("click", () => this.#follow());
    scroll.addEventListener("scroll", () => (newest.hidden = this.#isAtEnd()), { passive: true });
    new ResizeObserver(() => newest.hidden && this.#follow()).observe(scroll);
  }

  /**
   * Adds a line of the game. One that is known already, as what is sent again after connecting, is left out.
   *
   * @param isOld whether it happened before one came.
   */
  add(data, { isOld = false } = {}) {
    if (data.id && this.#known.has(data.id)) return;
    if (data.id) this.#known.add(data.id);
    const line = this.#line(data.type);
    const commands = (data.metadata?.hints ?? []).map(({ command: name }) => ({ name, type: "command" }));
    for (const piece of pieces(data.text, [...(data.metadata?.entities ?? []), ...commands])) {
      line.append(piece.entity ? this.#link(piece) : piece.text);
    }
    this.#append(line, isOld ? this.history : this.log);
  }

  /** Adds what was typed, and returns its line. */
  typed(text) {
    const line = this.#line("typed");
    line.append(text);
    this.#append(line, this.log);
    this.#follow();
    return line;
  }

  #line(kind) {
    const line = document.createElement("p");
    line.className = `line ${/^\w+$/.test(kind) ? kind : "info"}`;
    return line;
  }

  #link({ text, entity }) {
    const link = document.createElement("button");
    link.type = "button";
    link.className = "link";
    link.textContent = text;
    link.title = this.commandFor(entity);
    link.addEventListener("click", () => this.onLink(entity));
    return link;
  }

  #append(line, place) {
    const follows = this.#isAtEnd();
    place.append(line);
    while (this.history.childElementCount + this.log.childElementCount > MOST) {
      (this.history.firstElementChild ?? this.log.firstElementChild).remove();
    }
    if (follows) this.#follow();
    else this.newest.hidden = false;
  }

  #isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroll;
    return scrollTop + clientHeight >= scrollHeight - NEAR_PX;
  }

  #follow() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.newest.hidden = true;
  }
}
