// The page on which one plays: it connects as who one was last, else as a ghost in the lobby.

import { ApiError, call } from "./api.js";
import { Atlas, bringFiles, historyOf } from "./atlas.js";
import { Connection, TRIES } from "./connection.js";
import { Entry } from "./entry.js";
import { Interview } from "./interview.js";
import { Lines } from "./lines.js";
import { draw, explain, groundInWords, marksInWords, marksOn, metres, nowAround, whereIs } from "./map.js";
import { notice } from "./notices.js";
import { Notifications } from "./notifications.js";
import { filled } from "./texts.js";
import { completed, hintOf, History } from "./typing.js";

const LOBBY = "00000000-0000-0000-0000-000000000000";
const LOBBY_EDGES = { low: { x: 0, y: 0 }, high: { x: 10, y: 10 } };
const VITALS = { hp: "maxHP", stamina: "maxStamina", focus: "maxFocus", mana: "maxMana", nerve: "maxNerve" };
const NARROW = matchMedia("(max-width: 60rem)");

const find = (id) => document.getElementById(id);
const said = JSON.parse(find("play").dataset.said);
const input = find("command");
const history = new History(sessionStorage);

let guide = { commands: [] };
let entry = null;
let place = { worldId: null, name: "" };
let me = null;
let tiles = null;
let mapParts = [];
let around = [];
let inventory = [];
const typedLines = new Map();
const notifications = new Notifications(said);
const atlas = new Atlas(() => type("world map"));
bringFiles(said);

const lines = new Lines(
  { scroll: find("scroll"), history: find("history"), log: find("log"), newest: find("newest") },
  (entity) => type(commandFor(entity)),
  commandFor,
);
const interview = new Interview(said, (worldId, name) => entry?.open(worldId, name).catch((error) => notice(error.message, "bad")));
const connection = new Connection({ state: showConnection, message, answered, dropped });

function commandFor({ name, type: kind }) {
  if (kind === "command") return name;
  return kind === "portal" ? `enter ${name}` : `look ${name}`;
}

// ---------------------------------------------------------------- connecting

async function begin() {
  find("connect").hidden = true;
  showConnection("connecting");
  try {
    const state = await call("GET", "/api/session/state");
    const known = state.world_id !== LOBBY && state.characters.find((each) => each.character_id === state.character_id);
    enter(known ? { character: known, world_id: known.world_id, world_name: state.world_name } : await call("POST", "/api/session/lobby"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showConnection("lost");
    notice(error.message, "bad");
  }
}

/** Plays a character from now on. */
function enter({ character, world_id: worldId, world_name: name }) {
  place = { worldId, name };
  me = { x: character.position_x, y: character.position_y, z: character.position_z };
  [tiles, around] = [null, []];
  find("character").textContent = character.name;
  find("world").textContent = place.name;
  find("weather").hidden = true;
  find("worlds").hidden = worldId !== LOBBY;
  find("make-world").hidden = worldId !== LOBBY;
  find("bring").hidden = worldId !== LOBBY;
  atlas.enter(worldId === LOBBY ? null : worldId);
  connection.enter(character.character_id);
}

function showConnection(name, values = {}) {
  const text = filled(said[name], values);
  find("connection").textContent = text;
  find("play").dataset.connection = name;
  find("connect").hidden = name !== "lost" && name !== "replaced";
}

find("connect").addEventListener("click", () => (me ? connection.again() : begin()));

// ---------------------------------------------------------------- what the game says

function message({ type: kind, data, again }) {
  if (kind === "state_update") return showState(data);
  if (kind === "map_update") return showMap(data);
  if (kind === "around_update") {
    around = nowAround(around, data, me);
    return showAround();
  }
  // What is sent again after connecting is old, but what was missed while the connection was lost is news.
  const isOld = again && !find("log").childElementCount;
  // Refusals have no id by which one would know them.
  if (kind === "error") return !again || isOld ? lines.add({ type: "error", text: data.message }, { isOld }) : undefined;
  if (kind !== "game_message") return undefined;
  if (data.metadata?.tiles) showMap(data.metadata);
  if (data.metadata?.weather) showWeather(data.metadata.weather);
  if (data.text) lines.add(data, { isOld });
  return again ? undefined : obey(data);
}

/** Does what a message means for the page. */
function obey({ type: kind, text, metadata }) {
  if (metadata?.ready_in_ms) connection.askIn(metadata.ready_in_ms);
  if (kind === "world_map_data") atlas.show(text, metadata);
  if (kind === "system" && metadata.world_id) interview.heard(metadata);
  // Someone's own world that is ready has a notification, too.
  if (kind === "system" && (metadata.notification_id || metadata.world_id)) notifications.count();
  if (kind === "area_description" && metadata.entities && !metadata.target) {
    around = metadata.entities.filter((each) => each.name);
    showAround();
  } else if (kind === "system" && metadata.entities) {
    const arrived = new Set(metadata.entities.map(({ id }) => id));
    around = [...metadata.entities, ...around.filter(({ id }) => !arrived.has(id))];
    showAround();
  } else if (kind === "trigger_entry_options") {
    entry?.open(metadata.world_id, metadata.world_name).catch((error) => notice(error.message, "bad"));
  } else if (metadata?.connect_as) {
    choose(metadata).then(enter, (error) => notice(error.message, "bad"));
  } else if (metadata?.worlds) {
    directory = metadata.worlds;
    listWorlds();
  }
}

/** In the lobby one looks like the body that one played last, under its name. */
function choose({ connect_as: characterId, world_id: worldId }) {
  if (worldId === LOBBY) return call("POST", "/api/session/lobby");
  return call("POST", "/api/session/character/select", { character_id: characterId });
}

/** Changes are read out as lines; this says how it was when something was last said of it. */
function showWeather({ summary }) {
  find("weather").hidden = false;
  find("weather").textContent = summary;
}

function showState(state) {
  me = state.position;
  inventory = state.inventory ?? [];
  const hasBody = state.maxHP > 0;
  find("vitals").hidden = !hasBody;
  find("bodiless").hidden = hasBody;
  find("bodiless").textContent = said.no_body;
  for (const [key, most] of Object.entries(VITALS)) {
    Object.assign(find(key), { max: state[most] || 1, value: state[key] });
    document.querySelector(`[data-value="${key}"]`).textContent = filled(said.of, { value: state[key], most: state[most] });
  }
  fill(find("inventory"), inventory.map(carried), said.empty_hands);
  showAround();
}

/** A large map comes in parts, in their order. */
function showMap(map) {
  mapParts = map.chunks && map.chunk > 1 ? [...mapParts, ...map.tiles] : map.tiles;
  if (map.chunks && map.chunk < map.chunks) return;
  tiles = { ...map, tiles: mapParts };
  showAround();
}

function showAround() {
  if (!me) return;
  const shown = around.map((each) => ({ ...each, words: each.position ? whereIs(each, me, said) : each.name }));
  shown.sort((a, b) => distance(a) - distance(b));
  fill(find("around"), shown.map(thing), said.no_one_near);
  const sentences = [filled(said.place, { x: metres(me.x), y: metres(me.y) })];
  if (me.z > 0) sentences.push(filled(said.height, { z: metres(me.z) }));
  if (tiles) sentences.push(groundInWords(tiles, said), marksInWords(marks(), said));
  find("map-words").textContent = sentences.filter(Boolean).join(" ");
  drawMap();
}

const distance = ({ position }) => (position ? Math.hypot(position.x - me.x, position.y - me.y) : Infinity);

const marks = () => marksOn({ me, tiles, things: around.filter((each) => each.position) });

function drawMap() {
  if (!me) return;
  explain(find("map-legend"), marks(), said);
  draw(find("map"), { me, tiles, marks: marks(), edges: place.worldId === LOBBY ? LOBBY_EDGES : null });
}

for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", drawMap);

function fill(list, items, otherwise) {
  if (!items.length) {
    const item = document.createElement("li");
    item.className = "hint";
    item.textContent = otherwise;
    items = [item];
  }
  // A button that has the focus keeps it.
  const label = list.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
  list.replaceChildren(...items);
  if (label) [...list.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === label)?.focus();
}

/** Returns an entry of a list, with buttons for commands: [[key of the text, command]]. */
function item(words, name, actions) {
  const entryOf = document.createElement("li");
  const text = document.createElement("span");
  text.textContent = words;
  const buttons = actions.map(([key, command]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said[key];
    button.setAttribute("aria-label", filled(said[`${key}_it`] ?? said[`${key}_at`], { name }));
    button.dataset.command = command;
    return button;
  });
  entryOf.append(text, ...buttons);
  return entryOf;
}

function thing({ name, type: kind, words }) {
  const actions = [["look", `look ${name}`]];
  if (kind === "item") actions.push(["get", `get ${name}`]);
  if (kind === "portal") actions.push(["enter", `enter ${name}`]);
  return item(words, name, actions);
}

function carried({ name, quantity, weight, equipable, slot }) {
  const count = quantity > 1 ? `${quantity} × ${name}` : name;
  const words = `${count} (${metres(weight)} kg)${slot ? `, ${slot.replaceAll("_", " ")}` : ""}`;
  const actions = slot ? [["unequip", `unequip ${name}`]] : [["drop", `drop ${name}`]];
  if (equipable && !slot) actions.unshift(["equip", `equip ${name}`]);
  if (!equipable) actions.unshift(["use", `use ${name}`]);
  return item(words, name, actions);
}

// ---------------------------------------------------------------- what one types

function type(text) {
  const line = lines.typed(text);
  const command = connection.send(text);
  typedLines.set(command.id, line);
  line.dataset.waiting = said.waiting;
}

function answered(command) {
  const line = typedLines.get(command.id);
  typedLines.delete(command.id);
  if (line) delete line.dataset.waiting;
}

function dropped(command) {
  answered(command);
  lines.add({ type: "error", text: filled(said.no_answer, { text: command.text, tries: TRIES }) });
}

find("prompt").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (!text) return;
  history.add(text);
  input.value = "";
  showHint();
  type(text);
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-command]");
  if (button) type(button.dataset.command);
});

const names = () => [...around.map((each) => each.name), ...inventory.map((each) => each.name)];

function complete() {
  const line = completed(input.value, guide.commands, names());
  if (line === input.value) return false;
  input.value = line;
  find("completed").textContent = filled(said.completed, { text: line });
  showHint();
  return true;
}

function showHint() {
  find("command-hint").textContent = hintOf(input.value, guide.commands) || said.hint;
}

input.addEventListener("input", showHint);
input.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const isAtEnd = input.selectionStart === input.value.length;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step) {
    const line = history.move(step, input.value);
    event.preventDefault();
    if (line === null) return;
    input.value = line;
    showHint();
  } else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "ArrowRight" && isAtEnd)) {
    if (complete()) event.preventDefault(); // with nothing to complete, Tab leads on
  }
});

// ---------------------------------------------------------------- worlds to enter

function listed({ id, world_id: worldId = id, name, players }) {
  const entryOf = item(filled(said.people_there, { world: name, people: players }), name, [["enter", `enter ${name}`]]);
  if (worldId !== LOBBY) {
    const link = document.createElement("a");
    Object.assign(link, { href: historyOf(worldId), textContent: said.history });
    link.setAttribute("aria-label", filled(said.history_of, { world: name }));
    entryOf.append(link);
  }
  return entryOf;
}

const WORLDS_PER_PAGE = 50;
let directory = []; // of the command, which also lists the game's own worlds
let worlds = [];
let searching = 0;

function showWorlds(shown, more = false) {
  worlds = shown;
  fill(find("directory"), shown.map(listed), find("world-part").value.trim() ? said.no_world_found : said.no_worlds);
  find("more-worlds").hidden = !more;
}

/** Lists the worlds that have something in their names: the first of them, or those after one. */
async function listWorlds(after) {
  const part = find("world-part").value.trim();
  if (!part) return showWorlds(directory);
  const query = new URLSearchParams({ search: part, limit: WORLDS_PER_PAGE, ...(after && { after }) });
  try {
    const found = await call("GET", `/api/game/worlds?${query}`);
    if (part !== find("world-part").value.trim()) return; // a later search is on its way
    const names = new Set(found.map(({ name }) => name));
    const known = directory.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()) && !names.has(name));
    showWorlds([...(after ? worlds : known), ...found], found.length === WORLDS_PER_PAGE);
  } catch (error) {
    notice(error.message, "bad");
  }
}

find("worlds").addEventListener("toggle", () => find("worlds").open && type("worlds"));
find("more-worlds").addEventListener("click", () => listWorlds(worlds.at(-1).id));
find("world-part").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(listWorlds, 300);
});

// ---------------------------------------------------------------- beginning

function fold() {
  for (const each of document.querySelectorAll("[data-folds]")) each.open = !NARROW.matches;
}

NARROW.addEventListener("change", fold);
fold();
begin();
call("GET", "/worlds/guide.json", null, { signIn: false }).then(
  (found) => {
    guide = found;
    interview.know(guide.topics);
    entry = new Entry(guide, said, enter);
  },
  (error) => notice(error.message, "bad"),
);
