// Talking to our own API. The session is in a cookie that no script can read.

// A gateway gives up after 29 s.
const PATIENCE_MS = 30_000;

/** The texts that scripts say, in the page's language; the page brings them along. */
export const words = JSON.parse(document.body.dataset.words ?? "{}");

export class ApiError extends Error {
  /** status: 0 when there was no answer. code: the API's name for the error. */
  constructor(status, message, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Returns a path of ours, or "" for any other address. */
export function ownPath(path) {
  return path?.startsWith("/") && new URL(path, location.origin).origin === location.origin ? path : "";
}

/** Returns the address of the log-in that leads back here. */
export const signInAddress = (mode = "") => {
  const here = encodeURIComponent(location.pathname + location.search);
  return `/signup?${mode && `mode=${mode}&`}next=${here}`;
};

/** Leads someone who is not signed in, or no longer, to where they can be, and back here. */
export const askToSignIn = () => location.assign(signInAddress("signedIn" in document.body.dataset ? "login" : ""));

/** What goes with every request: answers are in the page's language, whichever the browser prefers. */
const LANGUAGE = { "Accept-Language": document.documentElement.lang };
const JSON_SENT = { ...LANGUAGE, "Content-Type": "application/json" };

const SIGN_IN_CODES = /^(auth_|signup_required)/;

async function fetched(path, options) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  try {
    const response = await fetch(path, { cache: "no-store", signal: giveUp.signal, ...options });
    return [response, await response.text()];
  } catch {
    throw new ApiError(0, giveUp.signal.aborted ? words.slow : words.unreachable);
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns the API's answer. Throws ApiError; someone who is not signed in is led to the page where they can be. */
export async function call(method, path, body, { signIn = true } = {}) {
  const [response, text] = await fetched(path, {
    method,
    headers: method === "GET" ? LANGUAGE : JSON_SENT,
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  });
  const json = parsed(text);
  if (response.ok && json !== null) return json;
  if (response.ok) throw new ApiError(response.status, words.unreadable);
  const error = typeof json?.error === "string" ? { message: json.error, code: json.code } : json?.error;
  if (signIn && response.status === 401 && SIGN_IN_CODES.test(error?.code ?? "auth_")) {
    askToSignIn();
    return new Promise(() => {}); // the page is leaving
  }
  const sentence = error?.message || words.answered.replace("{status}", response.status);
  throw new ApiError(response.status, sentence, error?.code);
}

/** Returns a page of ours as a document whose scripts do not run. */
export async function page(path) {
  const [response, text] = await fetched(path, { headers: { ...LANGUAGE, Accept: "text/html" } });
  if (response.redirected && new URL(response.url).pathname === "/signup") {
    askToSignIn();
    return new Promise(() => {});
  }
  const document = new DOMParser().parseFromString(text, "text/html");
  if (response.ok) return document;
  const sentence = document.querySelector("main .lead")?.textContent;
  throw new ApiError(response.status, sentence || words.answered.replace("{status}", response.status));
}

/** Sends something whose answer is not waited for; the page may be left meanwhile. */
export function tell(path, body = {}) {
  fetch(path, { method: "POST", headers: JSON_SENT, body: JSON.stringify(body), keepalive: true }).catch(() => {});
}

/** Tells our own statistics what someone did. */
export const record = (event) => tell("/api/personas/events", event);
