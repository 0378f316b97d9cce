// Every door named on the command line opens by import and by require, with the same names behind it.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
for (const door of process.argv.slice(2)) {
  const imported = await import(door);
  const required = require(door);
  const names = Object.keys(imported);
  assert.ok(names.length > 0, `${door} exports nothing`);
  assert.deepEqual(Object.keys(required), names, `${door}: require() sees other names`);
  for (const name of names)
    assert.equal(required[name], imported[name], `${door}: require() has another ${name}`);
  console.log(`${door}: ${names.length} names`);
}
