import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MAX_PATH, MAX_PROOF_BYTES } from '../../../../src/core/proof-tree/entry-proof.ts'
import { MAX_TREE_LEAVES } from '../../../../src/core/proof-tree/proof-tree.ts'

test('docs/spec/proof-tree.md has the limits of the code', () => {
  const file = new URL('../../../../docs/spec/proof-tree.md', import.meta.url)
  const rows = readFileSync(file, 'utf8').matchAll(/^\| `(MAX_\w+)` \| (\d+) \|$/gm)
  const limits: Record<string, number> = Object.fromEntries(
    Array.from(rows, ([, name = '', value]) => [name, Number(value)]),
  )
  expect(limits).toEqual({ MAX_PATH, MAX_PROOF_BYTES, MAX_TREE_LEAVES })
})
