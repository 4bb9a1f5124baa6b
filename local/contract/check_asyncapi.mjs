// Parses docs/asyncapi.json; any diagnostic is an error.
import { createRequire } from "node:module"
import { readFileSync } from "node:fs"

const [file, packages] = process.argv.slice(2)
const { Parser } = createRequire(packages + "/")("@asyncapi/parser")
const { diagnostics } = await new Parser().parse(readFileSync(file, "utf8"))
for (const { message, path } of diagnostics) console.error(`${file}: ${path.join(".")}: ${message}`)
process.exit(diagnostics.length ? 1 : 0)
