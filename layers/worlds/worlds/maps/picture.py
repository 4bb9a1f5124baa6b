"""A map of a whole world as a picture. Without a library: a PNG of few colours is a header and compressed rows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from struct import pack
from typing import Any, Final

COLOURS: Final[Mapping[str, str]] = {
    "ocean": "#4678a8",
    "alpine": "#8f8074",
    "tundra": "#d6dee2",
    "taiga": "#467a64",
    "grassland": "#a3ba66",
    "deciduous_forest": "#5f9c58",
    "rainforest": "#256e3c",
    "desert": "#e0c67e",
}
"""{biome: its colour}, by day and by night."""


def png_of(content: Mapping[str, Any]) -> bytes:
    """Return a map, as `ground.atlas` writes it, as a PNG with a pixel for each cell."""
    columns, rows = content["columns"], content["rows"]
    letters = list(content["legend"])
    palette = b"".join(bytes.fromhex(COLOURS[content["legend"][letter]][1:]) for letter in letters)
    number = {letter: bytes([place]) for place, letter in enumerate(letters)}
    pixels = b"".join(number[letter] for letter in content["cells"])
    lines = b"".join(b"\0" + pixels[row * columns : (row + 1) * columns] for row in range(rows))  # 0: not filtered
    header = pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)  # 8 bits a pixel, which name a colour of the palette
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))
