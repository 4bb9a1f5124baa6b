// The admin panel. A view is an entry in VIEWS, near the end: an address, a title, and a function that fills the page.
// Names come from chat, so everything reaches the document as text, through h(); nothing is parsed as HTML.

// The panel is at <base>/admin/ and at every path below; on AWS the base contains the stage.
const BASE = new URL(import.meta.url.replace(/(.*)\/admin\/.*/, "$1/"));
const KEY = "brandish.key";
const PLATFORMS = { twitch: "Twitch", youtube: "YouTube", discord: "Discord" };
// API Gateway gives up after 29 s.
const PATIENCE_MS = 30_000;

const byId = (id) => document.getElementById(id);

// ---------------------------------------------------------------------------------------- Talking to the API

class ApiError extends Error {
  /** status: 0 when there was no answer. fields: {name: sentence} for the invalid fields. */
  constructor(status, message, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** A random id; crypto.randomUUID exists on https and localhost only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the answer's JSON. Throws ApiError, or AbortError when `signal` aborts the request. */
async function api(method, path, { query = {}, body, signal, key = sessionStorage.getItem(KEY) } = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  const headers = {};
  if (key && path.startsWith("api/")) headers["X-API-Key"] = key;
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = newId();
  }
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  signal?.addEventListener("abort", () => giveUp.abort());
  let response;
  let text;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      signal: giveUp.signal,
      cache: "no-store",
      credentials: "omit",
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw new DOMException("left the page", "AbortError");
    throw new ApiError(0, giveUp.signal.aborted ? "The server took too long." : "The server cannot be reached.");
  } finally {
    clearTimeout(timer);
  }
  return unpack(response, text);
}

function unpack(response, text) {
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError(response.status, "The server's answer cannot be read.");
  }
  if (response.ok) return json;
  const sentence = json?.error || json?.message || `The server answered ${response.status}.`;
  throw new ApiError(response.status, sentence, json?.fields ?? {});
}

/** Like api(), for requests after login: if the key has been revoked, the session ends. */
async function call(method, path, options) {
  try {
    return await api(method, path, options);
  } catch (error) {
    if (error.status === 401) signOut("The key is no longer accepted. Log in again.");
    throw error;
  }
}

const post = (path, body) => call("POST", path, { body });

let knownItems = null;

/** Returns all items; they are fetched once per login. */
function allItems() {
  knownItems ??= call("GET", "api/v1/admin/items").catch((error) => {
    knownItems = null;
    throw error;
  });
  return knownItems;
}

// ----------------------------------------------------------------------------------------- Building the page

/** Creates an element; its children are nodes or text. Names with a dash become attributes, `on` holds listeners. */
function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name.includes("-") || name === "role" || name === "list") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const card = (title, ...children) => h("section", { className: "card" }, h("h2", {}, title), ...children);
const hint = (...children) => h("p", { className: "hint" }, ...children);
const badge = (text, kind = "") => h("span", { className: `badge ${kind}` }, text);

function button(label, run, { kind = "", ...properties } = {}) {
  const element = h("button", { type: "button", className: kind, ...properties }, label);
  element.addEventListener("click", () => busy(element, run));
  return element;
}

/** Run a button's action. The button is disabled meanwhile; an error becomes a notice. */
async function busy(element, run) {
  if (element.getAttribute("aria-disabled") === "true") return;
  element.setAttribute("aria-disabled", "true");
  try {
    await run();
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message, "bad");
  } finally {
    element.removeAttribute("aria-disabled");
  }
}

function link(label, view, params = {}) {
  return h("a", { href: address(view, params) }, label);
}

function number(value) {
  return typeof value === "number" ? value.toLocaleString(undefined, { maximumFractionDigits: 2 }) : String(value);
}

function time(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return String(text ?? "");
  const shown = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return h("time", { dateTime: date.toISOString() }, shown);
}

function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [[Math.floor(whole / 3600), "h"], [Math.floor(whole / 60) % 60, "min"], [whole % 60, "s"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 s";
}

/** items_sold -> Items sold, ai_texts -> AI texts */
function words(name) {
  const text = name.replaceAll("_", " ").replaceAll(".", " ").trim().replace(/\bai\b/g, "AI");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Creates a list of numbers with their labels. rows: [[label, value or node, kind]] */
function figures(rows) {
  const entry = ([label, value, kind = ""]) =>
    h("div", { className: kind }, h("dt", {}, label), h("dd", {}, value instanceof Node ? value : number(value)));
  return h("dl", { className: "figures" }, rows.map(entry));
}

/**
 * Creates a table. columns: [{title, cell(row) -> node or text, kind?: "number"}]. On a phone, the rows of a wide table
 * become small cards.
 */
function table(caption, columns, rows, nothing = "Nothing here.") {
  if (!rows.length) return hint(nothing);
  const head = columns.map(({ title, kind = "" }) => h("th", { scope: "col", className: kind }, title));
  const body = rows.map((row) =>
    h("tr", {}, columns.map(({ title, cell, kind = "" }) =>
      h("td", { className: kind, "data-title": title }, cell(row) ?? ""))));
  return h("div", { className: "scroll" }, h("table", { className: columns.length > 3 ? "wide" : "" },
    h("caption", { className: "unseen" }, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

/** Load data and render it in `area`, which is busy meanwhile; on failure, show the reason and a retry button. */
async function fill(area, load, render) {
  area.setAttribute("aria-busy", "true");
  if (!area.hasChildNodes()) area.append(hint("Loading …"));
  try {
    area.replaceChildren(...[render(await load())].flat());
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiError)) console.error(error);
    const again = button("Try again", () => fill(area, load, render));
    area.replaceChildren(h("div", { className: "problem", role: "alert" }, h("p", {}, error.message), again));
  } finally {
    area.removeAttribute("aria-busy");
  }
}

// ----------------------------------------------------------------------------------------------------- Forms

let fieldCount = 0;

/** Creates a label with its input and room for an error.
 * spec: {name, label, options?, hint?, grow?, ...properties of the input} */
function field({ name, label, options, hint: advice, grow = false, ...properties }) {
  const id = `field-${(fieldCount += 1)}`;
  const noteId = `${id}-note`;
  const choice = (option) => h("option", { value: option.value ?? option }, option.label ?? words(String(option)));
  const { value, ...rest } = properties;
  const input = options
    ? h("select", { id, name, ...rest }, options.map(choice))
    : h("input", { id, name, type: "text", autocomplete: "off", spellcheck: false, ...rest });
  if (value !== undefined) input.value = value;
  input.setAttribute("aria-describedby", noteId);
  const note = h("span", { id: noteId, className: "hint" }, advice ?? "");
  const complain = (sentence) => {
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
    note.className = sentence ? "wrong" : "hint";
    note.textContent = sentence || advice || "";
  };
  const element = h("div", { className: grow ? "field grow" : "field" },
    h("label", { htmlFor: id }, label), input, note);
  return { name, input, element, complain };
}

function platformField(value) {
  const options = Object.entries(PLATFORMS).map(([platform, label]) => ({ value: platform, label }));
  return { name: "platform", label: "Platform", value, options };
}

/**
 * Creates a form whose buttons call the API.
 *
 * specs: see field(). actions: [{label, kind?, run(values)}]; the Enter key runs the first one. Number inputs yield
 * numbers, or undefined when empty. An ApiError's sentences appear next to their fields, the rest below; to show an
 * error from elsewhere, call the element's complain(error).
 */
function form(specs, actions) {
  const fields = specs.map(field);
  const message = h("p", { className: "wrong", role: "alert" });
  const buttons = actions.map(({ label, kind = "" }) => h("button", { type: "submit", className: kind }, label));
  const element = h("form", {},
    h("div", { className: "fields" }, fields.map((each) => each.element),
      h("div", { className: "actions" }, buttons)), message);

  const values = () => Object.fromEntries(fields.map(({ name, input }) => {
    const text = input.type === "password" ? input.value : input.value.trim();
    if (input.type !== "number") return [name, text];
    return [name, text === "" ? undefined : Number(text)];
  }));
  const complain = (error) => {
    const unplaced = new Map(Object.entries(error?.fields ?? {}));
    for (const each of fields) {
      each.complain(unplaced.get(each.name) ?? "");
      unplaced.delete(each.name);
    }
    const placed = error && Object.keys(error.fields ?? {}).length > unplaced.size;
    const rest = [...unplaced].map(([name, sentence]) => `${name}: ${sentence}`);
    message.textContent = !error ? "" : rest.length ? rest.join("; ") : placed ? "" : error.message;
    fields.find(({ input }) => input.getAttribute("aria-invalid") === "true")?.input.focus();
  };
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (element.getAttribute("aria-busy") === "true") return;
    const { run } = actions[Math.max(0, buttons.indexOf(event.submitter))];
    element.setAttribute("aria-busy", "true");
    complain(null);
    try {
      await run(values());
    } catch (error) {
      if (error.name !== "AbortError") complain(error);
    } finally {
      element.removeAttribute("aria-busy");
    }
  });
  return Object.assign(element, { complain });
}

// ----------------------------------------------------------------------------------------- Saying and asking

const MOST_NOTICES = 3;

/** Show a notice at the edge of the page. A success disappears after a while; an error stays until the view is left. */
function notice(text, kind = "good") {
  const notices = byId("notices");
  while (notices.children.length >= MOST_NOTICES) notices.firstChild.remove();
  const element = h("div", { className: `notice ${kind}` }, h("p", {}, text));
  const close = () => element.remove();
  const dismiss = { type: "button", className: "quiet", "aria-label": "Dismiss", on: { click: close } };
  element.append(h("button", dismiss, "✕"));
  notices.append(element);
  if (kind === "good") setTimeout(close, 5000);
}

/** Asks for confirmation; resolves to true or false. */
function confirmed(title, text, yes) {
  const dialog = byId("question");
  byId("question-title").textContent = title;
  byId("question-text").textContent = text;
  byId("question-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// -------------------------------------------------------------------------------------------------- Overview

function overview(page) {
  const areas = { health: h("div"), cache: h("div"), metrics: h("div", { className: "cards" }) };
  const state = { health: "…", readiness: "…", version: "…", runtime: "" };
  const drawState = () => {
    const rows = [["Health", state.health], ["Readiness", state.readiness], ["Version", state.version]];
    areas.health.replaceChildren(figures(rows), hint(state.runtime));
  };
  const verdict = async (path) => {
    try {
      const { status } = await page.get(path);
      return status === "ok" ? badge("OK", "good") : badge(String(status), "warn");
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return h("span", {}, badge("Down", "bad"), h("small", {}, ` ${error.message}`));
    }
  };
  page.root.append(
    h("div", { className: "cards" }, card("Service", areas.health), card("Cache", areas.cache)), areas.metrics);
  drawState();

  page.every(10, async () => {
    [state.health, state.readiness] = await Promise.all([verdict("healthz"), verdict("readyz")]);
    drawState();
  });
  page.every(60, async () => {
    const { version, go_version: runtime, git_commit: commit, build_time: built } = await page.get("version");
    state.version = h("span", {}, version);
    const details = [runtime, commit && `commit ${commit.slice(0, 12)}`, built && `built ${built}`];
    state.runtime = details.filter(Boolean).join(" · ");
    drawState();
  });
  page.every(10, () => fill(areas.cache, () => page.get("api/v1/admin/cache/stats"), cacheFigures));
  page.every(10, async () => {
    try {
      areas.metrics.replaceChildren(...metricCards(await page.get("api/v1/admin/metrics")));
    } catch (error) {
      if (error.status !== 404) throw error;
      areas.metrics.replaceChildren();
    }
  });
}

function cacheFigures({ hits, misses, evictions, size, hit_rate: rate }) {
  return [
    figures([["Hits", hits], ["Misses", misses], ["Evictions", evictions], ["Size", size]]),
    h("label", { className: "meter" }, `Hit rate ${Math.round((rate ?? 0) * 100)} %`,
      h("meter", { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: rate ?? 0 })),
  ];
}

const METRIC_TITLES = { business: "Business", events: "Events", http: "Requests", sse: "Listeners" };
const METRIC_LABELS = {
  avg_latency_ms: "Average, ms",
  p95_latency_ms: "95 % under, ms",
  requests_total_by_status: "By status",
  published_total_by_type: "Published",
  handler_errors_by_type: "Handler errors",
  client_count: "Connected",
};

/** Returns a card per group of metrics, including groups and counters that the API adds later. */
function metricCards(metrics) {
  const names = [...new Set([...Object.keys(METRIC_TITLES), ...Object.keys(metrics)])];
  const counts = (group) => group && typeof group === "object" && Object.keys(group).length;
  return names.filter((name) => counts(metrics[name])).map((name) => {
    const label = (key) => METRIC_LABELS[key] ?? words(key);
    const entries = Object.entries(metrics[name]);
    const single = entries.filter(([, value]) => typeof value === "number" || typeof value === "string");
    const kind = ([key, value]) => (/dead|error|failed/.test(key) && value > 0 ? "bad" : "");
    const maps = entries.filter(([, value]) => value && typeof value === "object");
    return card(METRIC_TITLES[name] ?? words(name),
      single.length ? figures(single.map((entry) => [label(entry[0]), entry[1], kind(entry)])) : null,
      maps.map(([key, counters]) => [h("h3", {}, label(key)), ranking(counters)]));
  });
}

function ranking(counters) {
  const rows = Object.entries(counters).sort(([, a], [, b]) => b - a);
  if (!rows.length) return hint("None so far.");
  return h("dl", { className: "ranking" },
    rows.map(([name, count]) => h("div", {}, h("dt", {}, name), h("dd", {}, number(count)))));
}

// ------------------------------------------------------------------------------------------------------ Tree

function tree(page) {
  const area = h("div");
  const filter = { kind: "", state: "", text: "" };
  const show = (nodes) => {
    const draw = () => drawTree(nodes, filter, reload);
    filter.changed = () => area.replaceChildren(...draw());
    const all = byId("unlock-all");
    all.hidden = nodes.every((node) => node.unlocked_level >= node.max_level);
    return draw();
  };
  const reload = async () => {
    const focused = document.activeElement?.id;
    await fill(area, async () => (await page.get("api/v1/progression/tree")).nodes, show);
    if (focused) (byId(focused) ?? byId(counterpart(focused)))?.focus();
  };
  const everything = { id: "unlock-all", kind: "danger", hidden: true };
  page.tools.append(button("Unlock all …", () => unlockAll(reload), everything));
  const pace = h("div");
  const showPace = () => fill(pace, async () => (await page.get("api/v1/progression/status")).pace,
    (found) => [paceCard(found, async () => { await showPace(); await reload(); })]);
  page.root.append(pace, treeFilter(filter), area);
  return Promise.all([showPace(), reload()]);
}

/** What the costs of new targets are multiplied by. An empty field lets it follow the number of players again. */
function paceCard({ pace, active_players: players, is_measured: measured, fixed_pace: fixed }, reload) {
  const why = fixed !== null ? "Fixed by an administrator."
    : measured ? `Follows the ${number(players)} active players of the measured week.`
      : "1 until a week of play has been measured.";
  const fix = async ({ pace: wanted }) => {
    const { message } = await call("PUT", "api/v1/progression/admin/pace", { body: { pace: wanted ?? null } });
    notice(message);
    await reload();
  };
  return card("Pace", hint(`New targets cost ${number(pace)} times as much as usual. ${why}`),
    form([{ name: "pace", label: "Fix it at", type: "number", min: 0.25, max: 100, step: 0.01, value: fixed ?? "",
      hint: "0.25 to 100; empty to follow the players" }], [{ label: "Save", run: fix }]));
}

/** The button that gets the focus when a node's button has disappeared after its action. */
const counterpart = (id) => (id.startsWith("un") ? id.replace("un", "re") : id.replace("re", "un"));

function treeFilter(filter) {
  const choices = (...pairs) => pairs.map(([value, label]) => ({ value, label }));
  const fields = [
    field({ name: "kind", label: "Show", options: choices(["", "Everything"], ["item", "Items"],
      ["feature", "Features"], ["upgrade", "Upgrades"], ["job", "Jobs"]) }),
    field({ name: "state", label: "State", options: choices(["", "Any"], ["locked", "Locked"],
      ["open", "Not complete"], ["unlocked", "Unlocked"]) }),
    field({ name: "text", label: "Find", type: "search", grow: true }),
  ];
  for (const { name, input } of fields) {
    input.addEventListener("input", () => {
      filter[name] = input.value.trim().toLowerCase();
      filter.changed?.();
    });
  }
  return h("div", { className: "fields", role: "search" }, fields.map((each) => each.element));
}

function drawTree(nodes, filter, reload) {
  const parents = new Map(nodes.map((node) => [node.id, []]));
  for (const node of nodes) for (const child of node.children ?? []) parents.get(child)?.push(node);
  const states = {
    locked: (node) => !node.is_unlocked,
    open: (node) => node.unlocked_level < node.max_level,
    unlocked: (node) => node.is_unlocked,
  };
  const text = (node) => `${node.display_name} ${node.node_key} ${node.category} ${node.description}`.toLowerCase();
  const shown = nodes.filter((node) =>
    (!filter.kind || node.node_type === filter.kind) && (states[filter.state]?.(node) ?? true) &&
    text(node).includes(filter.text));
  const sections = [...grouped(shown, (node) => node.tier)].sort(([a], [b]) => a - b).map(([tier, members]) =>
    h("section", {}, h("h2", { className: "tier" }, `Tier ${tier} `, h("small", {}, progress(members))),
      h("ul", { className: "nodes" },
        members.sort((a, b) => a.sort_order - b.sort_order || a.id - b.id)
          .map((node) => nodeCard(node, parents.get(node.id), reload)))));
  if (!sections.length) sections.push(hint("No node matches the filter."));
  return [hint(`${progress(nodes)} in the whole tree.`), ...sections];
}

function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

const progress = (nodes) => `${nodes.filter((node) => node.is_unlocked).length} of ${nodes.length} unlocked`;

function nodeCard(node, needs, reload) {
  const { node_key: key, display_name: name, unlocked_level: level, max_level: most } = node;
  const complete = level >= most;
  const kinds = node.category === `${node.node_type}s` ? [node.node_type] : [node.node_type, node.category];
  const state = !node.is_unlocked ? badge("Locked")
    : most > 1 ? badge(`Level ${level} of ${most}`, complete ? "good" : "warn") : badge("Unlocked", "good");
  const need = (parent) => h("li", { className: parent.is_unlocked ? "met" : "unmet" }, parent.display_name,
    h("span", { className: "unseen" }, parent.is_unlocked ? " (unlocked)" : " (locked)"));
  return h("li", { className: node.is_unlocked ? "node unlocked" : "node" },
    h("div", { className: "top" }, h("h3", {}, name), state),
    h("p", {}, node.description),
    h("p", { className: "hint" }, [h("code", {}, key), ` · ${kinds.join(" · ")}`]),
    h("div", { className: "needs" }, h("span", {}, "Costs ", h("b", {}, number(node.unlock_cost))),
      needs.length ? ["· Needs", h("ul", {}, needs.map(need))] : null),
    h("div", { className: "actions" },
      complete ? null : levelAction(`unlock-${key}`, `Unlock ${name}`, "Unlock", level + 1, most,
        (wanted) => changeNode("unlock", key, wanted, reload)),
      node.is_unlocked ? levelAction(`relock-${key}`, `Relock ${name}`, "Relock …", 1, level,
        (wanted) => relock(node, wanted, reload)) : null));
}

/** Creates a button, with a choice of levels if there are several. Relocking affects the level and all above it. */
function levelAction(id, description, label, lowest, highest, run) {
  const levels = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
  const word = label === "Unlock" ? "to" : "from";
  const select = levels.length > 1
    ? h("select", { id: `${id}-level`, "aria-label": `${description}: level` },
        levels.map((each) => h("option", { value: each }, `${word} level ${each}`)))
    : null;
  const act = button(label, () => run(Number(select?.value ?? lowest)), { id, "aria-label": description });
  return h("span", { className: "joined" }, select, act);
}

async function changeNode(action, key, level, reload) {
  const { message } = await post(`api/v1/progression/admin/${action}`, { node_key: key, level });
  notice(message);
  await reload();
}

async function relock(node, level, reload) {
  const what = node.max_level > 1 && level > 1 ? `Level ${level} and above` : "The whole node";
  const question = `${what} will be locked again for everyone.`;
  if (await confirmed(`Relock ${node.display_name}?`, question, "Relock")) {
    await changeNode("relock", node.node_key, level > 1 ? level : 0, reload);
  }
}

async function unlockAll(reload) {
  const question = "Every node goes to its highest level at once. What chat had left to vote for is gone, "
    + "and going back means relocking node by node.";
  if (!(await confirmed("Unlock the whole tree?", question, "Unlock all"))) return;
  const { message } = await post("api/v1/progression/admin/unlock-all");
  notice(message);
  await reload();
}

// --------------------------------------------------------------------------------------------------- Players

function players(page) {
  const { platform = "twitch", username = "" } = page.params;
  const list = card("Recent players");
  const recent = h("div");
  list.append(recent);
  const found = h("div", { role: "status" });
  const searchPlayers = async ({ query }) =>
    found.replaceChildren(foundPlayers(await post("api/v1/user/search", { query, limit: 50 })));
  const lookup = card("Look up", form(
    [platformField(platform),
      { name: "username", label: "Name", value: username, required: true, maxLength: 100, grow: true }],
    [{ label: "Open", kind: "primary", run: (values) => go("players", values) }]));
  const search = card("Search", form(
    [{ name: "query", label: "Part of a name", type: "search", required: true, maxLength: 100, grow: true }],
    [{ label: "Search", run: searchPlayers }]), found);
  const details = h("div", { className: "stack" });
  const side = h("div", { className: "stack" }, lookup, search, list);
  // Read top to bottom on a phone: the player asked for comes before the lists.
  page.root.append(h("div", { className: username ? "split chosen" : "split" }, side, details));
  if (username) {
    showPlayer(page, details, platform, username);
  } else {
    details.append(card("No player chosen", hint("Look a player up by name, or pick one from a list.")));
  }
  return fill(recent, () => page.get("api/v1/admin/users/recent", { limit: 20 }), recentPlayers);
}

const playerLink = (platform, username, label = username) => link(label, "players", { platform, username });

function recentPlayers(rows) {
  return table("Recent players", [
    { title: "Name", cell: (row) => playerLink(row.platform, row.username) },
    { title: "Platform", cell: (row) => PLATFORMS[row.platform] ?? row.platform },
  ], rows, "No players yet.");
}

function foundPlayers({ users }) {
  const accounts = (user) => {
    const names = user.platform_usernames ?? {};
    const on = Object.keys(PLATFORMS).filter((platform) => names[platform] || user[`${platform}_id`]);
    return h("ul", { className: "chips" }, on.map((platform) =>
      h("li", {}, playerLink(platform, names[platform] ?? user.username, PLATFORMS[platform]))));
  };
  return table("Players found", [
    { title: "Name", cell: (user) => user.username },
    { title: "Open on", cell: accounts },
  ], users, "No player has this name.");
}

function showPlayer(page, area, platform, username) {
  const who = { platform, username };
  const identity = h("div");
  const inventory = h("div");
  const belongings = card("Inventory", inventory);
  belongings.hidden = true;
  const title = h("section", { className: "card" }, h("h2", {}, username), identity);
  area.append(title, belongings, timeoutCard(page, who));
  const reload = () => fill(inventory, () => page.get("api/v1/user/inventory-by-username", who), inventoryTable);
  const load = async () => {
    try {
      return await page.get("api/v1/admin/users/lookup", who);
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  };
  return fill(identity, load, (player) => {
    if (!player) {
      const where = PLATFORMS[platform] ?? platform;
      return hint(`No player with this name on ${where}. A timeout works for any name in chat.`);
    }
    belongings.hidden = false;
    belongings.append(itemForm(who, reload));
    area.append(forgetCard(who, () => go("players")));
    reload();
    return [
      figures([["Platform", PLATFORMS[player.platform] ?? player.platform], ["Platform id", player.platform_id],
        ["Here since", time(player.created_at)]]),
      hint("Player id ", h("code", {}, player.id), " · ",
        link("Events of this player", "events", { user_id: player.id })),
    ];
  });
}

function inventoryTable({ items }) {
  return table("Inventory", [
    { title: "Item",
      cell: (row) => h("span", {}, row.public_name ?? row.item_name, " ", h("code", {}, row.item_name)) },
    { title: "Quality", cell: (row) => words((row.quality_level ?? "").toLowerCase()) },
    { title: "Quantity", kind: "number", cell: (row) => number(row.quantity) },
  ], items, "The inventory is empty.");
}

function itemForm(who, reload) {
  const names = h("datalist", { id: "item-names" });
  allItems().then((items) => names.append(...items.map((item) =>
    h("option", { value: item.public_name, label: item.internal_name })))).catch(() => {
    // Without suggestions the name can still be typed.
  });
  const change = (action) => async ({ item_name, quantity }) => {
    const { message, removed } = await post(`api/v1/user/item/${action}`, { ...who, item_name, quantity });
    notice(message ?? `Removed ${number(removed)} × ${item_name}.`);
    await reload();
  };
  return h("div", {}, names, form([
    { name: "item_name", label: "Item", list: "item-names", required: true, maxLength: 100, grow: true },
    { name: "quantity", label: "Quantity", type: "number", min: 1, max: 10000, step: 1, value: 1, required: true },
  ], [{ label: "Add", kind: "primary", run: change("add") }, { label: "Remove", run: change("remove") }]));
}

function timeoutCard(page, who) {
  const status = h("div");
  let timer;
  const show = ({ is_timed_out: out, remaining_seconds: seconds }) => {
    clearInterval(timer);
    if (!out) return h("p", {}, badge("Free to chat", "good"));
    const end = performance.now() + seconds * 1000;
    const left = h("span", {}, duration(seconds));
    timer = setInterval(() => {
      const rest = (end - performance.now()) / 1000;
      left.textContent = duration(rest);
      if (rest <= 0) reload();
    }, 1000);
    page.signal.addEventListener("abort", () => clearInterval(timer));
    return h("p", {}, badge("Timed out", "warn"), " for another ", left);
  };
  const reload = () => {
    clearInterval(timer);
    return fill(status, () => page.get("api/v1/user/timeout", who), show);
  };
  const set = async ({ duration_seconds, reason }) => {
    const body = reason ? { ...who, duration_seconds, reason } : { ...who, duration_seconds };
    notice((await call("PUT", "api/v1/user/timeout", { body })).message);
    await reload();
  };
  const clear = async () => {
    notice((await post("api/v1/admin/timeout/clear", who)).message);
    await reload();
  };
  reload();
  return card("Timeout", status, form([
    { name: "duration_seconds", label: "Seconds", type: "number", min: 1, max: 86400, step: 1, value: 60,
      required: true, hint: "Adds to a timeout that is running." },
    { name: "reason", label: "Reason (optional)", maxLength: 255, grow: true },
  ], [{ label: "Time out", kind: "primary", run: set }]), button("Clear timeout", clear));
}

function forgetCard(who, done) {
  const forget = async () => {
    const { message, confirm } = await post("api/v1/admin/players/forget", who);
    if (!await confirmed("Forget this player?", message, "Forget")) return;
    notice((await post("api/v1/admin/players/forget", { ...who, confirm })).message);
    done();
  };
  const save = async () => {
    const path = "api/v1/admin/players/export";
    const { more, ...all } = await call("GET", path, { query: who });
    const open = Object.entries(more);
    while (open.length) {
      const [name, before] = open.pop();
      const page = await call("GET", path, { query: { ...who, table: name, before } });
      all.records[name].push(...page.records[name]);
      open.push(...Object.entries(page.more));
    }
    download(`${who.username}.json`, JSON.stringify(all, null, 1));
  };
  return card("Data", hint("Everything that is stored about this player."),
    h("div", { className: "actions" }, button("Export", save), button("Forget …", forget, { kind: "danger" })));
}

/** Offers a text as a file to save. */
function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// ---------------------------------------------------------------------------------------------------- Moving

function moving(page) {
  const report = h("div", { role: "status" });
  const list = h("div");
  const reload = () => fill(list, () => page.get("api/v1/admin/imports"), (rows) => importTable(rows, undo));
  const undo = async ({ batch_id }) => {
    const question = "What waits is removed, and what players still have of it is taken back.";
    if (!await confirmed("Undo this import?", question, "Undo")) return;
    const missing = [];
    let result;
    do {
      result = await post("api/v1/admin/imports/undo", { batch_id });
      missing.push(...result.not_taken_back);
    } while (result.remaining);
    notice(result.message);
    report.replaceChildren(missing.length ? table("Not taken back", [
      { title: "Name", cell: (row) => row.username },
      { title: "Spent", kind: "number", cell: (row) => number(row.missing) },
    ], missing) : "");
    await reload();
  };
  const send = async (values, dryRun) => {
    const [file] = upload.querySelector("input[type=file]").files;
    if (!file) throw new ApiError(0, "Choose a file first.");
    const body = { platform: values.platform, content: await textOf(file), rate: values.rate, dry_run: dryRun };
    if (values.format) body.format = values.format;
    if (values.currency) body.currency = values.currency;
    if (values.decimal_sign) body.decimal_sign = values.decimal_sign;
    const result = await post("api/v1/admin/imports", body);
    report.replaceChildren(...importReport(result));
    if (!dryRun) await reload();
  };
  const formats = ["csv", "streamlabs", "streamelements", "phantombot", "firebot"];
  const upload = form([
    { name: "file", label: "File", type: "file", required: true, accept: ".csv,.txt,.json,.db" },
    platformField("twitch"),
    { name: "format", label: "Exported by", options: [{ value: "", label: "Find out" }, ...formats] },
    { name: "rate", label: "Money for a point", value: "1", required: true, maxLength: 20, hint: "1, 0.5 or 1/10" },
    { name: "currency", label: "Column or currency", maxLength: 100, hint: "Only if the file has several." },
    { name: "decimal_sign", label: "Decimal sign", options: [
      { value: "", label: "Find out" }, { value: ".", label: "Point: 1,000.5" }, { value: ",", label: "Comma: 1.000,5" },
    ] },
  ], [
    { label: "Try it", kind: "primary", run: (values) => send(values, true) },
    { label: "Import", run: (values) => send(values, false) },
  ]);
  page.root.append(card("Import points", upload, report), card("Imports", list));
  return reload();
}

// Excel saves CSV as Windows-1252, and "Unicode text" as UTF-16.
async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = (bytes[0] << 8) + bytes[1];
  if (mark === 0xfffe || mark === 0xfeff) return new TextDecoder(mark === 0xfffe ? "utf-16le" : "utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function importReport({ message, problems, problem_count: left, warnings, warning_count: warned }) {
  return [
    h("p", {}, message),
    ...importLines("Lines left out", problems, left, "No line is left out."),
    ...importLines("Balances that do not fit", warnings, warned, "Every balance fits."),
  ];
}

function importLines(title, rows, count, none) {
  const lines = table(title, [
    { title: "Line", kind: "number", cell: (row) => number(row.line) },
    { title: "Why", cell: (row) => row.problem },
  ], rows, none);
  return [lines, count > rows.length ? hint(`The first ${rows.length} of ${count}.`) : ""];
}

function importTable(rows, undo) {
  return table("Imports", [
    { title: "When", cell: (row) => time(row.imported_at) },
    { title: "From", cell: (row) => `${words(row.format)}, ${PLATFORMS[row.platform] ?? row.platform}` },
    { title: "Credited", kind: "number", cell: (row) => `${number(row.credited)} (${number(row.credited_money)})` },
    { title: "Waiting", kind: "number", cell: (row) => `${number(row.waiting)} (${number(row.waiting_money)})` },
    { title: "", cell: (row) => row.undone_at ? badge("Undone") : button("Undo …", () => undo(row), { kind: "danger" }) },
  ], rows, "Nothing has been imported.");
}

// ------------------------------------------------------------------------------------------ Items and prices

function items(page) {
  const area = h("div");
  const search = field({ name: "text", label: "Find", type: "search", grow: true });
  page.tools.append(button("Reload aliases", reloadAliases));
  page.root.append(h("div", { className: "fields", role: "search" }, search.element), area);

  const load = async () => {
    // A closed shop has no prices, but the items are listed anyway.
    const prices = (path) => page.get(path).catch((error) => {
      if (error.name === "AbortError") throw error;
      notice(error.message, "bad");
      return [];
    });
    const [all, resale, sale] = await Promise.all(
      [allItems(), prices("api/v1/prices"), prices("api/v1/prices/buy")]);
    const sellPrice = new Map(resale.map((item) => [item.internal_name, item.sell_price]));
    const buyPrice = new Map(sale.map((item) => [item.internal_name, item.buy_price ?? item.base_value]));
    return all.map((item) => ({
      ...item, sells: sellPrice.get(item.internal_name), costs: buyPrice.get(item.internal_name),
    }));
  };
  return fill(area, load, (rows) => {
    const draw = () => itemTable(rows, search.input.value.trim().toLowerCase());
    search.input.oninput = () => area.replaceChildren(draw());
    return draw();
  });
}

function itemTable(rows, text) {
  const shown = rows.filter((item) =>
    [item.public_name, item.internal_name, item.default_display, item.description, ...(item.types ?? []),
      ...(item.content_type ?? [])].join(" ").toLowerCase().includes(text));
  const price = (value) => (value === undefined ? "–" : number(value));
  return table("Items", [
    { title: "Item",
      cell: (item) => h("span", {}, h("strong", {}, item.public_name), " ", h("code", {}, item.internal_name),
        h("br"), h("small", {}, item.description)) },
    { title: "Kind", cell: (item) => (item.content_type ?? []).map(words).join(", ") },
    { title: "Tags",
      cell: (item) => h("ul", { className: "chips" }, (item.types ?? []).map((tag) => h("li", {}, tag))) },
    { title: "Value", kind: "number", cell: (item) => number(item.base_value) },
    { title: "Shop asks", kind: "number", cell: (item) => price(item.costs) },
    { title: "Shop pays", kind: "number", cell: (item) => price(item.sells) },
  ], shown, "No item matches.");
}

async function reloadAliases() {
  const { message, active_theme: theme } = await post("api/v1/admin/reload-aliases");
  notice(theme ? `${message} Theme: ${theme}.` : message);
}

// ---------------------------------------------------------------------------------------------------- Events

function events(page) {
  const { event_type = "", user_id = "", limit = "50" } = page.params;
  const types = h("datalist", { id: "event-types" });
  const list = h("ol", { className: "events" });
  const message = h("div", { role: "status" });
  const live = h("input", { type: "checkbox", id: "live", checked: true });
  const known = new Map();
  const seenTypes = new Set();
  const filter = form([
    { name: "event_type", label: "Type", value: event_type, list: "event-types", maxLength: 50, grow: true },
    { name: "user_id", label: "Player id", value: user_id, maxLength: 100, grow: true },
    { name: "limit", label: "Rows", value: limit, options: ["50", "200", "1000"] },
  ], [{ label: "Show", kind: "primary", run: (values) => go("events", values) },
    { label: "Everything", run: () => go("events") }]);

  // A row that is already there stays the same element, so reading it is not disturbed.
  const row = (event) => {
    if (!known.has(event.id)) known.set(event.id, eventRow(event));
    return known.get(event.id);
  };
  const show = ({ events: rows }) => {
    const shown = new Set(rows.map((event) => event.id));
    for (const id of known.keys()) if (!shown.has(id)) known.delete(id);
    const elements = rows.map(row);
    place(list, elements);
    for (const event of rows) {
      if (seenTypes.has(event.event_type)) continue;
      seenTypes.add(event.event_type);
      types.append(h("option", { value: event.event_type }));
    }
    message.replaceChildren(...(rows.length ? [] : [hint("No events match.")]));
  };
  page.tools.append(h("label", { className: "check", htmlFor: "live" }, live, "Refresh every 5 s"));
  page.root.append(types, filter, message, list);
  let asked = false;
  let refused = false;
  const run = page.every(5, async () => {
    if (refused || (asked && !live.checked)) return;
    asked = true;
    try {
      show(await page.get("api/v1/admin/events", { event_type, user_id, limit }));
    } catch (error) {
      if (error.status !== 400) throw error;
      refused = true;
      filter.complain(error);
    }
  });
  live.addEventListener("change", () => live.checked && run());
}

/** Make `elements` the children of `list`, without taking out and putting back those that stay. */
function place(list, elements) {
  const staying = new Set(elements);
  for (const child of [...list.children]) if (!staying.has(child)) child.remove();
  elements.forEach((each, index) => {
    if (list.children[index] !== each) list.insertBefore(each, list.children[index] ?? null);
  });
}

function eventRow(event) {
  const { event_type: type, user_id: player, payload = {}, metadata, created_at: at } = event;
  const simple = Object.entries(payload).filter(([name, value]) =>
    !["user_id", "timestamp"].includes(name) && value !== null && value !== "" && typeof value !== "object");
  const brief = simple.map(([name, value]) => `${name} ${value}`).join(" · ");
  const whole = metadata && Object.keys(metadata).length ? { payload, metadata } : payload;
  return h("li", {}, h("details", {},
    h("summary", {}, h("span", { className: "type" }, type), time(at), h("span", { className: "brief" }, brief)),
    h("p", { className: "links" }, link("All of this type", "events", { event_type: type }),
      player ? [" · ", link("All of this player", "events", { user_id: player })] : null),
    h("pre", { tabIndex: 0 }, JSON.stringify(whole, null, 2))));
}

// --------------------------------------------------------------------------------------------------- Outside

/** Shows requests to the outside, such as AI texts and mails: what waits, what has failed, and what today has cost. */
function outside(page) {
  const { status = "" } = page.params;
  const areas = { usage: h("div"), requests: h("div") };
  const choice = form([
    { name: "status", label: "Status", value: status, options: ["", "pending", "claimed", "failed"] },
  ], [{ label: "Show", kind: "primary", run: (values) => go("outside", values) }]);
  page.root.append(card("Used today", areas.usage), choice, areas.requests);
  const reload = page.every(10, async () => {
    const { requests, usage } = await page.get("api/v1/admin/outside", { status });
    areas.usage.replaceChildren(usageTable(usage));
    areas.requests.replaceChildren(requestTable(requests, () => reload()));
  });
}

function usageTable(rows) {
  return table("Used today", [
    { title: "For", cell: ({ operation }) => words(operation) },
    { title: "Calls", kind: "number", cell: ({ calls }) => number(calls) },
    { title: "Tokens read", kind: "number", cell: ({ input_tokens: tokens }) => number(tokens) },
    { title: "Tokens written", kind: "number", cell: ({ output_tokens: tokens }) => number(tokens) },
    { title: "Cost, $", kind: "number", cell: ({ dollars }) => number(dollars) },
  ], rows, "Nothing yet.");
}

function requestTable(rows, reload) {
  const act = (path, id) => async () => {
    const { message } = await post(`api/v1/admin/outside/${path}`, { id });
    notice(message);
    reload();
  };
  const kinds = { failed: "bad", claimed: "good" };
  return table("Requests", [
    { title: "Request",
      cell: ({ id, kind, trace_id: trace }) => h("span", {}, h("strong", {}, kind), ` ${id}`, h("br"),
        h("small", {}, trace && `asked by call ${trace}`)) },
    { title: "Status",
      cell: ({ status, error }) => h("span", {}, badge(words(status), kinds[status]), h("br"), h("small", {}, error)) },
    { title: "Attempts", kind: "number", cell: ({ attempts }) => number(attempts) },
    { title: "Asked", cell: ({ created_at: at }) => time(at) },
    { title: "Due", cell: ({ due_at: at, status }) => (status === "pending" ? time(at) : "") },
    { title: "",
      cell: ({ id, status }) => (status === "claimed" ? "" : h("div", { className: "actions" },
        button("Retry", act("retry", id), { "aria-label": `Retry request ${id}` }),
        button("Drop", act("drop", id), { kind: "danger", "aria-label": `Drop request ${id}` }))) },
  ], rows, "No request waits or has failed.");
}

// --------------------------------------------------------------------------------------------------- Letters

/** Shows what was given up, wherever it stopped: events, requests to the outside, messages in queues. */
function letters(page) {
  const { id } = page.params;
  const area = h("div");
  const send = async (path, body) => {
    const { message } = await post(`api/v1/admin/letters/${path}`, body);
    notice(message);
    if (id) go("letters");
    else reload();
  };
  const all = button("Send all again", () => send("redrive", { all: true }));
  page.root.append(h("p", {}, id ? link("All dead letters", "letters") : all), area);
  const reload = page.every(30, async () => {
    const { letters: found, total } = await page.get("api/v1/admin/letters", { id });
    all.disabled = !total;
    area.replaceChildren(letterTable(found, send),
      total > found.length && !id ? hint(`${number(found.length)} of ${number(total)} are shown.`) : "",
      id && found.length ? h("pre", { tabIndex: 0 }, JSON.stringify(found[0], null, 2)) : "");
  });
}

function letterTable(rows, send) {
  return table("Dead letters", [
    { title: "Letter",
      cell: ({ id, name }) => h("span", {}, h("strong", {}, name || "Message"), h("br"), link("Look at it", "letters", { id })) },
    { title: "Stopped in", cell: ({ stopped_in: place }) => place },
    { title: "Reason", cell: ({ reason }) => h("small", {}, reason) },
    { title: "Attempts", kind: "number", cell: ({ attempts }) => (attempts ? number(attempts) : "") },
    { title: "Since", cell: ({ at }) => time(at) },
    { title: "",
      cell: ({ id, name }) => h("div", { className: "actions" },
        button("Send again", () => send("redrive", { ids: [id] }), { "aria-label": `Send ${name || "message"} again` }),
        button("Drop", () => send("drop", { ids: [id] }), { kind: "danger", "aria-label": `Drop ${name || "message"}` })) },
  ], rows, "Nothing was given up.");
}

// -------------------------------------------------------------------------------------------------- Features

/** Shows what can be turned off in an emergency; `freeze` pauses the whole game. */
function features(page) {
  const area = h("div");
  page.root.append(hint("Off is refused with a sentence, within a few seconds and without a deployment. ",
    "To freeze pauses everything but what administrators do; nothing is lost."), area);
  const reload = page.every(10, async () => {
    area.replaceChildren(featureTable(await page.get("api/v1/admin/features"), () => reload()));
  });
}

function featureTable(rows, reload) {
  const turn = ({ name, on }) => async () => {
    const { message } = await call("PUT", `api/v1/admin/features/${name}`, { body: { on: !on } });
    notice(message);
    reload();
  };
  return table("Features", [
    { title: "Feature", cell: ({ name }) => h("strong", {}, words(name)) },
    { title: "Now", cell: ({ on, usual }) => badge(on ? "on" : "off", on === usual ? "good" : "bad") },
    { title: "Changed", cell: ({ changed_at: at, changed_by: who }) => (at ? [time(at), ` by ${who}`] : "") },
    { title: "",
      cell: (row) => button(row.on ? "Turn off" : "Turn on", turn(row), {
        kind: row.on === row.usual ? "danger" : "primary",
        "aria-label": `${row.on ? "Turn off" : "Turn on"} ${words(row.name)}` }) },
  ], rows, "Nothing can be turned off.");
}

// ----------------------------------------------------------------------------------------------------- Views

const VIEWS = [
  { id: "overview", title: "Overview", show: overview },
  { id: "tree", title: "Tree", show: tree },
  { id: "players", title: "Players", show: players },
  { id: "items", title: "Items and prices", short: "Items", show: items },
  { id: "moving", title: "Moving", show: moving },
  { id: "events", title: "Events", show: events },
  { id: "outside", title: "Outside", show: outside },
  { id: "letters", title: "Dead letters", short: "Letters", show: letters },
  { id: "features", title: "Features", show: features },
];

let leave = new AbortController();

function address(view, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== "");
  return `#/${view}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

function go(view, params) {
  const target = address(view, params);
  if (location.hash === target) open();
  else location.hash = target;
}

/** Creates what a view receives: the elements to draw in (`root`, and `tools` next to the title), the address's `params`,
 * and calls that end with the view. */
function makePage(root, tools, params, signal) {
  return {
    root,
    tools,
    params,
    signal,
    get: (path, query) => call("GET", path, { query, signal }),
    every: (seconds, task) => every(seconds, task, signal),
  };
}

const LONGEST_PAUSE = 60;

/** Run `task` now and every `seconds` until the view is left, but not while the page is hidden. After failures the
 * pauses grow, up to a minute. */
function every(seconds, task, signal) {
  let timer;
  let running = false;
  let complained = "";
  let pause = seconds;
  const run = async () => {
    clearTimeout(timer);
    if (signal.aborted || running) return;
    running = true;
    try {
      if (!document.hidden) await task();
      complained = "";
      pause = seconds;
    } catch (error) {
      const expected = error.name === "AbortError" || signal.aborted;
      if (!expected && complained !== error.message) notice(error.message, "bad");
      complained = error.message;
      pause = Math.max(seconds, Math.min(2 * pause, LONGEST_PAUSE));
    } finally {
      running = false;
    }
    if (!signal.aborted) timer = setTimeout(run, pause * 1000);
  };
  document.addEventListener("visibilitychange", run, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  run();
  return run;
}

/** Show the view that the address names. */
function open() {
  if (byId("shell").hidden) return;
  leave.abort();
  leave = new AbortController();
  const [id, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const view = VIEWS.find((each) => each.id === id) ?? VIEWS[0];
  for (const each of byId("views").children) {
    if (each.dataset.view === view.id) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  byId("views").querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
  document.title = `${view.title} · Brandish`;
  const heading = h("h1", { tabIndex: -1 }, view.title);
  const tools = h("div", { className: "actions" });
  const root = h("div", { className: "stack" });
  byId("page").replaceChildren(h("div", { className: "top" }, heading, tools), root);
  for (const old of document.querySelectorAll(".notice.bad")) old.remove();
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  view.show(makePage(root, tools, Object.fromEntries(new URLSearchParams(query)), leave.signal));
}

// ------------------------------------------------------------------------------------------ Coming and going

async function logIn(key) {
  // fetch refuses characters that a header cannot contain, with a message for programmers.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new ApiError(0, "A key has no spaces and no special characters.", {});
  try {
    await api("GET", "api/v1/admin/cache/stats", { key });
  } catch (error) {
    if (error.status === 401) throw new ApiError(401, "This key is not known.");
    if (error.status === 403) {
      throw new ApiError(403, "This key is good, but it has no admin role. The panel needs an admin key.");
    }
    throw error;
  }
  sessionStorage.setItem(KEY, key);
  byId("login").hidden = true;
  byId("login-form").replaceChildren();
  byId("shell").hidden = false;
  open();
}

function showLogin(message = "", key = "") {
  leave.abort();
  byId("shell").hidden = true;
  byId("page").replaceChildren();
  const entry = form(
    [{ name: "key", label: "API key", type: "password", autocomplete: "current-password", required: true,
      value: key, grow: true, hint: "It is kept in this tab only, until you sign out or close it." }],
    [{ label: "Log in", kind: "primary", run: (values) => logIn(values.key.trim()) }]);
  byId("login-form").replaceChildren(message ? h("p", { className: "problem", role: "alert" }, message) : "", entry);
  byId("login").hidden = false;
  document.title = "Log in · Brandish";
  entry.querySelector("input").focus();
}

function signOut(message) {
  sessionStorage.removeItem(KEY);
  knownItems = null;
  showLogin(message);
}

function start() {
  byId("views").append(...VIEWS.map(({ id, title, short }) =>
    h("a", { href: address(id), "data-view": id }, short ?? title)));
  byId("sign-out").addEventListener("click", () => signOut());
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();  // the part after # names the view
    byId("page").focus();
  });
  byId("question-no").addEventListener("click", () => byId("question").close());
  byId("question-yes").addEventListener("click", () => byId("question").close("yes"));
  addEventListener("hashchange", open);
  const key = sessionStorage.getItem(KEY);
  if (!key) return showLogin();
  return logIn(key).catch((error) => {
    if (error.status === 401 || error.status === 403) signOut(error.message);
    else showLogin(error.message, key);
  });
}

start();
