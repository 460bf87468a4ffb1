import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const VECTORS = fileURLToPath(new URL('../vectors', import.meta.url))
const record = process.env['BAILIWICK_VECTOR_READS'] ?? ''

/** Runs after all other tests, and says nothing when it runs without them. */
test.skipIf(!existsSync(record))('every vector was opened by a test in this run', () => {
  const opened = new Set(readdirSync(record).map(decodeURIComponent))
  const vectors = readdirSync(VECTORS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(VECTORS.length + 1))
  expect(vectors.length).toBeGreaterThan(0)
  expect(vectors.filter((path) => !opened.has(path))).toEqual([])
})
