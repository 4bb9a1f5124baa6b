// Sentences with values in them.

/** Returns a text with each {name} in it replaced by the value of that name; nothing for those without one. */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
