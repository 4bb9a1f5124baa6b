// What one types: completion from the commands and from what is around, and what was typed before.

const KEPT = 100;

/** Returns the commands whose name or another verb begins like the text; those called exactly so come first. */
export function matching(text, commands) {
  const typed = text.trimStart().toLowerCase();
  const verbs = (command) => [command.name, ...command.aliases];
  const starts = commands.filter((command) => verbs(command).some((verb) => verb.startsWith(typed)));
  const exact = starts.filter((command) => verbs(command).includes(typed));
  return [...exact, ...starts.filter((command) => !exact.includes(command))];
}

/** Returns the command that a line begins with, and the verb as it is meant; null for none. */
export function commandOf(line, commands) {
  const typed = line.trimStart().toLowerCase();
  const found = commands.flatMap((command) =>
    [command.name, ...command.aliases].filter((verb) => typed.startsWith(`${verb} `)).map((verb) => ({ command, verb })),
  );
  return found.sort((a, b) => b.verb.length - a.verb.length)[0] ?? null;
}

/**
 * Returns the line as it would be completed; the same line if there is nothing to complete.
 *
 * @param names what is around and what one carries.
 */
export function completed(line, commands, names) {
  const said = line.trimStart();
  if (!said) return line;
  const begun = commandOf(said, commands);
  if (!begun) {
    const [first] = matching(said, commands);
    if (!first) return line;
    const typed = said.toLowerCase();
    const verb = [first.name, ...first.aliases].find((each) => each.startsWith(typed));
    return first.syntax === first.name && !first.options.length ? verb : `${verb} `;
  }
  const words = said.slice(begun.verb.length + 1);
  const choices = [...begun.command.options, ...names];
  // The last words may be the begin of a name: "whisper old st" is about an old statue.
  for (let start = 0; start < words.length; start += 1) {
    if (start && words[start - 1] !== " ") continue;
    const begin = words.slice(start).toLowerCase();
    const choice = begin && choices.find((each) => each.toLowerCase().startsWith(begin) && each.length > begin.length);
    if (choice) return said.slice(0, begun.verb.length + 1 + start) + choice;
  }
  return line;
}

/** Returns what is said about a line: how its command is written, and what it does; "" for none. */
export function hintOf(line, commands) {
  if (!line.trim()) return "";
  const begun = commandOf(line, commands);
  const found = begun ? [begun.command] : matching(line.trimEnd(), commands);
  if (!found.length) return "";
  const [first, ...others] = found;
  const more = begun ? "" : others.slice(0, 4).map((each) => `, ${each.name}`).join("");
  return `${first.syntax}: ${first.help}${more && ` (${more.slice(2)})`}`;
}

/** What was typed before, in this tab; the newest last. */
export class History {
  #lines;
  #at;
  #begun = "";

  constructor(storage) {
    this.storage = storage;
    try {
      this.#lines = JSON.parse(storage.getItem("worlds_typed")) ?? [];
    } catch {
      this.#lines = [];
    }
    this.#at = this.#lines.length;
  }

  add(line) {
    this.#lines = [...this.#lines.filter((each) => each !== line), line].slice(-KEPT);
    this.#at = this.#lines.length;
    try {
      this.storage.setItem("worlds_typed", JSON.stringify(this.#lines));
    } catch {
      // storage is switched off, or full
    }
  }

  /** Returns the line before (-1) or after (1) the one that is shown, or null if there is none. */
  move(step, shown) {
    const to = this.#at + step;
    if (to < 0 || to > this.#lines.length) return null;
    if (this.#at === this.#lines.length) this.#begun = shown;
    this.#at = to;
    return this.#lines[to] ?? this.#begun;
  }
}
