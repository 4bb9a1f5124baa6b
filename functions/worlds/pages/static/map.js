// The map around a character, drawn, and the same in words.

import { filled } from "./texts.js";

const DIRECTIONS = ["east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast"];
/** Metres to each side, as long as the game sends no tiles. */
const RADIUS = 8;
const HERE = 0.5;
/** How many metres one sees things and people. */
const SIGHT = 20;
const COLOURS = [
  [/ocean|sea|lake|river|water/i, 210, 45],
  [/ice|snow|glacier|tundra|polar/i, 200, 12],
  [/desert|sand|beach|dune/i, 42, 45],
  [/forest|jungle|wood|taiga/i, 135, 32],
  [/grass|meadow|savanna|steppe|plain|shrub/i, 90, 35],
  [/swamp|marsh|wetland/i, 165, 25],
  [/mountain|rock|alpine|hill/i, 25, 12],
];
/** Shapes tell kinds of things apart, with or without colours. */
const SHAPES = {
  you: "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0z",
  character: "M0-10a5 5 0 1 1 0 10a5 5 0 1 1 0-10zM-9 10C-9-2 9-2 9 10z",
  portal: "M-8 10V-1a8 8 0 0 1 16 0V10H3V0H-3V10z",
  item: "M-8-8H8V8H-8z",
  creature: "M0-9 10 8H-10z",
  resource: "M0-10 9 0 0 10-9 0z",
  outcrop: "M-5-9H5L10 0 5 9H-5L-10 0z",
  thing: "M0-10 10-2 6 9H-6L-10-2z",
};
const INKS = { you: "--accent", portal: "--pro", resource: "--good", creature: "--con" };

/** Returns the name of the direction of an offset in metres, north being up. */
export function directionOf(east, north) {
  const eighth = Math.round(Math.atan2(north, east) / (Math.PI / 4));
  return DIRECTIONS[(eighth + 8) % 8];
}

export const metres = (length) => String(Math.round(length * 10) / 10);

/**
 * Returns what is known to be around, once the game has said what is within some metres: what was known before stays as
 * far as it is farther away, and still in sight.
 */
export function nowAround(before, { within, entities }, me) {
  const said = new Set(entities.map(({ id }) => id));
  const isBeyond = ({ id, position }) => {
    const distance = Math.hypot(position.x - me.x, position.y - me.y, position.z - me.z);
    return !said.has(id) && distance > within && distance <= SIGHT;
  };
  return [...entities, ...before.filter(isBeyond)].filter(({ name }) => name);
}

/** Returns where something is, in words. */
export function whereIs(thing, me, said) {
  const [east, north] = [thing.position.x - me.x, thing.position.y - me.y];
  const distance = Math.hypot(east, north);
  if (distance < HERE) return said.here.replace("{name}", thing.name);
  const values = { name: thing.name, distance: metres(distance), direction: said[directionOf(east, north)] };
  return filled(said.away, values);
}

/**
 * Returns the tiles of a map with their place in it, from the player in its middle: [{ tile, column, row }], north up.
 * They come in rows from the north-west; their coordinates may jump at the seam of a sphere.
 */
export function placed({ tiles, grid_size: size }) {
  const middle = Math.floor(size / 2);
  return tiles.map((tile, index) => ({
    tile,
    column: (index % size) - middle,
    row: middle - Math.floor(index / size),
  }));
}

const groundOf = (tile, said) => {
  if (tile.out_of_bounds) return said.wall;
  if (tile.occluded) return said.hidden;
  return tile.biome ? String(tile.biome).replaceAll("_", " ") : said.nothing;
};

/** Returns the ground around in words: what is under one's feet, and where it is different. */
export function groundInWords(map, said) {
  const votes = new Map();
  let here = "";
  for (const { tile, column, row } of placed(map)) {
    const ground = groundOf(tile, said);
    if (!column && !row) {
      here = ground;
      continue;
    }
    const counts = votes.get(directionOf(column, row)) ?? new Map();
    votes.set(directionOf(column, row), counts.set(ground, (counts.get(ground) ?? 0) + 1));
  }
  const towards = new Map();
  for (const direction of [2, 1, 0, 7, 6, 5, 4, 3].map((index) => DIRECTIONS[index])) {
    const counts = [...(votes.get(direction) ?? [])].sort((a, b) => b[1] - a[1]);
    if (counts.length && counts[0][0] !== here) {
      towards.set(counts[0][0], [...(towards.get(counts[0][0]) ?? []), said[direction]]);
    }
  }
  const others = [...towards].map(([biome, directions]) =>
    said.towards.replace("{biome}", biome).replace("{directions}", directions.join(", ")),
  );
  const sentences = here && here !== said.nothing ? [said.ground.replace("{biome}", here), ...others] : others;
  return sentences.map((each) => each[0].toUpperCase() + each.slice(1)).join(" ");
}

/** Returns what is marked on a map: [{ name, kind, east, north }], in metres; of a tile, what is named first. */
export function marksOn({ me, tiles, things }) {
  const mark = ({ name, type }, east, north) => ({ name, kind: SHAPES[type] ? type : "thing", east, north });
  if (!tiles) return things.map((each) => mark(each, each.position.x - me.x, each.position.y - me.y));
  const stride = tiles.stride ?? 1;
  return placed(tiles).flatMap(({ tile, column, row }) => {
    const [first] = tile.portal ? [{ name: tile.portal, type: "portal" }] : (tile.entities ?? []);
    return first ? [mark(first, column * stride, row * stride)] : [];
  });
}

/** Returns in words what a map marks of the ground itself: where to gather, and bare ore. */
export function marksInWords(marks, said) {
  const found = marks.filter(({ kind }) => kind === "resource" || kind === "outcrop");
  const words = found.map(({ name, east, north }) => whereIs({ name, position: { x: east, y: north } }, { x: 0, y: 0 }, said));
  return words.length ? said.on_map.replace("{things}", words.join("; ")) : "";
}

/** Lists what the shapes on a map mean, those that are on it. */
export function explain(list, marks, said) {
  const kinds = Object.keys(SHAPES).filter((kind) => kind === "you" || marks.some((each) => each.kind === kind));
  list.replaceChildren(
    ...kinds.map((kind) => {
      const item = document.createElement("li");
      const [svg, path] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
      for (const [name, value] of Object.entries({ viewBox: "-11 -11 22 22", width: 14, height: 14, "aria-hidden": "true" })) svg.setAttribute(name, value);
      path.setAttribute("d", SHAPES[kind]);
      svg.style.fill = `var(${INKS[kind] ?? "--ink"})`;
      svg.append(path);
      item.append(svg, ` ${said[`kind_${kind}`]}`);
      return item;
    }),
  );
}

/** Draws what is around: tiles if there are any, else where things and people are. */
export function draw(canvas, { me, tiles, marks, edges }) {
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const context = canvas.getContext("2d");
  const side = canvas.width;
  context.fillStyle = colour("--sunken");
  context.fillRect(0, 0, side, side);
  const cells = tiles ? placed(tiles) : null;
  const reach = cells ? Math.max(...cells.map(({ column }) => Math.abs(column)), 1) : RADIUS;
  const size = side / (2 * reach + 1);
  const at = (east, north) => [(east + reach + 0.5) * size, (reach - north + 0.5) * size];
  for (const { tile, column, row } of cells ?? []) {
    const [x, y] = at(column, row);
    context.fillStyle = tileColour(tile, isDark) ?? colour(tile.out_of_bounds ? "--sunken" : tile.occluded ? "--line" : "--surface");
    context.fillRect(Math.floor(x - size / 2), Math.floor(y - size / 2), Math.ceil(size), Math.ceil(size));
  }
  if (!cells) drawGrid(context, { side, size, reach, me, colour, edges });
  const stride = tiles?.stride ?? 1;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `700 21px ${style.fontFamily}`;
  const scale = Math.max(0.6, Math.min(1.9, (size * 0.95) / 20));
  for (const { name, kind, east, north } of [...marks, { name: "", kind: "you", east: 0, north: 0 }]) {
    const [x, y] = at(east / stride, north / stride);
    context.setTransform(scale, 0, 0, scale, x, y);
    const shape = new Path2D(SHAPES[kind]);
    context.lineWidth = 4;
    context.strokeStyle = colour("--surface");
    context.fillStyle = colour(INKS[kind] ?? "--ink");
    context.stroke(shape);
    context.fill(shape);
    context.resetTransform();
    if (scale <= 1) continue;
    context.fillStyle = colour("--surface");
    context.fillText(name[0]?.toUpperCase() ?? "", x, y + (kind === "creature" ? 5 : 1));
  }
}

function drawGrid(context, { side, size, reach, me, colour, edges }) {
  if (edges) {
    const left = (edges.low.x - me.x + reach + 0.5) * size;
    const right = (edges.high.x - me.x + reach + 0.5) * size;
    const top = (reach - (edges.high.y - me.y) + 0.5) * size;
    const bottom = (reach - (edges.low.y - me.y) + 0.5) * size;
    context.fillStyle = colour("--surface");
    context.fillRect(left, top, right - left, bottom - top);
    context.lineWidth = 3;
    context.strokeStyle = colour("--edge");
    context.strokeRect(left, top, right - left, bottom - top);
  }
  context.strokeStyle = colour("--line");
  context.lineWidth = 1;
  context.beginPath();
  const [offsetX, offsetY] = [me.x % 1, me.y % 1];
  for (let step = -reach; step <= reach + 1; step += 1) {
    const x = Math.round((step - offsetX + reach + 0.5) * size) + 0.5;
    const y = Math.round((reach - (step - offsetY) + 0.5) * size) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, side);
    context.moveTo(0, y);
    context.lineTo(side, y);
  }
  context.stroke();
}

function tileColour(tile, isDark) {
  if (tile.occluded || tile.out_of_bounds || !tile.biome) return null;
  const [, hue, strength] = COLOURS.find(([pattern]) => pattern.test(tile.biome)) ?? [null, 60, 15];
  const light = (isDark ? 26 : 74) + Math.max(-8, Math.min(12, (tile.elevation ?? 0) / 50));
  return `hsl(${hue} ${strength}% ${light}%)`;
}
