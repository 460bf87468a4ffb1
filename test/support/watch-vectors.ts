import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Notes which files under `test/vectors` a test opens, in the folder that `BAILIWICK_VECTOR_READS` names: an empty file for each,
 * under its encoded path. `test/last/vectors.test.ts` compares them with what is there, when all other tests have run.
 */
const VECTORS = fileURLToPath(new URL('../vectors/', import.meta.url))
const record = process.env['BAILIWICK_VECTOR_READS'] ?? ''
const { mkdirSync, writeFileSync } = fs

if (record !== '') {
  watch(fs, 'readFileSync')
  watch(fs, 'openSync')
  watch(fs, 'createReadStream')
  watch(fs.promises, 'readFile')
  // What was imported by name sees the watched ones, too.
  syncBuiltinESMExports()
}

function watch<K extends string>(module: Record<K, (...args: never[]) => unknown>, name: K): void {
  const real = module[name]
  module[name] = (...args: never[]) => {
    note(args[0])
    return real(...args)
  }
}

function note(path: unknown): void {
  const file = path instanceof URL ? fileURLToPath(path) : path
  if (typeof file !== 'string' || !file.startsWith(VECTORS)) return
  mkdirSync(record, { recursive: true })
  writeFileSync(`${record}/${encodeURIComponent(file.slice(VECTORS.length))}`, '')
}
