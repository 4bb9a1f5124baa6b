// A WebSocket that comes back by itself, and commands that are done once, in the order in which they were typed.

import { ApiError, askToSignIn, call } from "./api.js";

export const ATTEMPTS = 5;
export const TRIES = 3;
const PAUSE_MS = 1_000;
const PATIENCE_MS = 10_000;
// The gateway closes what is silent for ten minutes.
const PING_MS = 240_000;
/** How long after something is to happen one asks whether it has. */
const LATE_MS = 20;
/** Refusals after which the same may be sent again: nothing was done. */
const TRANSIENT = new Set(["ACTION_COOLDOWN", "DATABASE_ERROR", "DATABASE_TIMEOUT"]);
const SIGNED_OUT = new Set(["SESSION_EXPIRED", "UNAUTHORIZED", "AUTH_TOKEN_EXPIRED", "AUTH_TOKEN_INVALID"]);

/** Returns how long to wait before an attempt: a second for each, and up to a tenth more or less. */
export const pauseBefore = (attempt, chance = Math.random()) => PAUSE_MS * attempt * (0.9 + 0.2 * chance);

/** Returns the documents of a frame, one in each line. What cannot be read is left out. */
export function documents(frame) {
  return frame.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

export class Connection {
  #character = null;
  #socket = null;
  #attempt = 0;
  #timer = 0;
  #patience = 0;
  /** What has been typed and not been answered; the first of them may be on its way. */
  #waiting = [];
  #sent = null;

  /**
   * @param told what the connection tells: state(name, values), message(document), answered(command),
   *   dropped(command, wasSent).
   */
  constructor(told) {
    this.told = told;
    setInterval(() => this.#ping(), PING_MS);
    addEventListener("online", () => this.#socket ?? this.again());
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Plays another character from now on. */
  enter(characterId) {
    this.#character = characterId;
    this.#close();
    this.again();
  }

  /** Connects anew, after the attempts have ended. */
  again() {
    if (!this.#character || this.#isOpen) return;
    this.#attempt = 0;
    clearTimeout(this.#timer);
    this.told.state("connecting");
    this.#connect();
  }

  /** Sends a command, now or when there is a connection again. Returns it, to be recognised later. */
  send(text) {
    const command = { id: crypto.randomUUID(), text, tries: 0 };
    this.#waiting.push(command);
    if (this.#isOpen) this.#next();
    else if (!this.#socket && this.#attempt > ATTEMPTS) this.again();
    return command;
  }

  /** Asks once so many milliseconds have passed: what was to happen until then in a fight has happened. */
  askIn(milliseconds) {
    setTimeout(() => this.#ping(), milliseconds + LATE_MS);
  }

  #ping() {
    if (this.#isOpen) this.#socket.send('{"type":"ping","data":{}}');
  }

  #close() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#unsent();
  }

  async #connect() {
    const character = this.#character;
    clearTimeout(this.#timer);
    try {
      const { ticket } = await call("POST", "/api/session/ticket");
      if (character !== this.#character) return;
      const address = new URL("/api/game/ws", location.href);
      address.protocol = address.protocol.replace("http", "ws");
      address.search = new URLSearchParams({ ticket, character_id: character, language: document.documentElement.lang });
      this.#listen(new WebSocket(address));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#later();
    }
  }

  #listen(socket) {
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      this.told.state("connected");
      this.#next();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#attempt = 0; // not when it opens: a connection that closes at once is no success
      for (const each of documents(data)) if (socket === this.#socket) this.#read(each);
      this.#next();
    });
    socket.addEventListener("close", () => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      this.#unsent();
      this.#later();
    });
  }

  #read(document) {
    const code = document.type === "error" && document.data.code;
    if (code === "ALREADY_IN_GAME" && !document.command_id) {
      this.#attempt = ATTEMPTS + 1;
      this.#close();
      this.told.state("replaced");
      return;
    }
    if (SIGNED_OUT.has(code)) {
      this.#close();
      askToSignIn();
      return;
    }
    if (document.command_id && document.command_id === this.#sent?.id) {
      const command = this.#sent;
      clearTimeout(this.#patience);
      if (TRANSIENT.has(code) && command.tries < TRIES) {
        this.#patience = setTimeout(() => this.#again(command), PAUSE_MS);
        return;
      }
      this.#sent = null;
      this.#waiting.shift();
      this.told.answered(command);
    }
    this.told.message(document);
  }

  /** Sends what was typed first, when nothing else is on its way: several at once might be done in any order. */
  #next() {
    while (!this.#sent && this.#isOpen && this.#waiting.length) {
      const [command] = this.#waiting;
      if (command.tries < TRIES) {
        this.#again(command);
      } else {
        this.#waiting.shift();
        this.told.dropped(command);
      }
    }
  }

  #again(command) {
    if (!this.#isOpen) return;
    this.#sent = command;
    command.tries += 1;
    this.#socket.send(JSON.stringify({ type: "command", id: command.id, data: { text: command.text } }));
    this.#patience = setTimeout(() => {
      this.#unsent();
      this.#next();
    }, PATIENCE_MS);
  }

  #unsent() {
    clearTimeout(this.#patience);
    this.#sent = null;
  }

  #later() {
    this.#attempt += 1;
    if (this.#attempt > ATTEMPTS) {
      this.told.state("lost");
      return;
    }
    this.told.state("reconnecting", { attempt: this.#attempt, all: ATTEMPTS });
    this.#timer = setTimeout(() => this.#connect(), pauseBefore(this.#attempt));
  }
}
