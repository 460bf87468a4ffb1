import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseEntryProofFile } from '../../../src/audit/entry-proof-file.ts'
import { verifyEntryProofFile } from '../../../src/audit/verify-entry-proof-file.ts'
import { printEntryLine } from '../../../src/core/entry.ts'
import { parsePolicy } from '../../../src/core/log/parse-policy.ts'

type Json = Readonly<Record<string, unknown>>

interface Vectors {
  readonly policy: string
  /** Base64. */
  readonly root: string
  readonly valid: readonly { readonly name: string; readonly file: Json; readonly proves: Json }[]
  readonly invalid: readonly {
    readonly why: string
    /** The valid one that it is made of, by a merge patch (RFC 7396). */
    readonly of: string
    readonly patch: Json
    /** Whether it is refused only by who brings no policy of his own. */
    readonly isOwnPolicy: boolean
  }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/proof-tree/files.json', import.meta.url), 'utf8'),
) as Vectors
const policy = parsePolicy(Buffer.from(vectors.policy))
const root = Buffer.from(vectors.root, 'base64')
const TRUSTS = [
  { policy: null, root: null },
  { policy, root: null },
  { policy: null, root },
  { policy, root },
]

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result = new Map(Object.entries(target as Record<string, unknown>))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, merged(result.get(name), value))
  }
  return Object.fromEntries(result)
}

describe('a proof file', () => {
  test.each(vectors.valid)('of a $name list proves what it says', ({ file, proves }) => {
    for (const trust of TRUSTS) {
      const { answers, ...told } = verifyEntryProofFile(parseEntryProofFile(file), trust)
      const lines = answers.map(({ entry, ...asked }) => {
        return { ...asked, line: entry && printEntryLine(entry) }
      })
      expect({ ...told, answers: lines }).toEqual(proves)
    }
  })

  test.each(vectors.invalid)('is refused with $why', ({ of, patch, isOwnPolicy }) => {
    const whole = vectors.valid.find(({ name }) => name === of)!.file
    const file = merged(whole, patch)
    for (const trust of TRUSTS) {
      const isRead = isOwnPolicy && trust.policy !== null && trust.root === null
      const verify = (): unknown => verifyEntryProofFile(parseEntryProofFile(file), trust)
      if (isRead) expect(verify).not.toThrow()
      else if (!isOwnPolicy || trust.policy === null) {
        expect(verify).toThrow(expect.objectContaining({ code: 'audit/proof' }))
      }
    }
  })
})
