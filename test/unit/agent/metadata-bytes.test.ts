import { createHash } from 'node:crypto'
import { canonicalize } from '@tufjs/canonical-json'
import { describe, expect, test } from 'vitest'
import { assertMetadataBytes } from '../../../src/agent/metadata-bytes.ts'
import { createMockAuthority } from '../../support/mock-authority.ts'

const authority = createMockAuthority({ lists: ['phishing'] })
const root = authority.root.toString()
const idOf = (key: unknown): string => createHash('sha256').update(canonicalize(key)).digest('hex')

function code(text: string): string | null {
  try {
    assertMetadataBytes(Buffer.from(text), 'root.json')
    return null
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('metadata bytes', () => {
  test('are taken as signers make them, with a line feed at the end or without', () => {
    for (const bytes of authority.files.values()) {
      expect(() => assertMetadataBytes(bytes, 'x')).not.toThrow()
    }
    expect(code(root + '\n')).toBeNull()
  })

  test.each([
    ['white space', root.replace('{', '{ ')],
    ['another end', root + ' '],
    ['two line feeds', root + '\n\n'],
    ['an escape for a plain letter', root.replace('"root"', '"r\\u006fot"')],
    ['a member twice', root.replace('{', '{"signatures":[],')],
    [
      'a signature in upper case',
      root.replace(/"sig":"[^"]*"/, (sig) => sig.toUpperCase().replace('SIG', 'sig')),
    ],
    ['no signed part', '{"signatures":[]}'],
    ['an array', '[]'],
    ['a web page', '<html>'],
    ['nothing', ''],
  ])('are refused with %s', (_, text) => {
    expect(text).not.toBe(root)
    expect(code(text)).toBe('trust/invalid')
  })

  test('are refused when a key stands under another name, in a root and in a delegation', () => {
    const { signed } = JSON.parse(root) as { signed: { keys: Record<string, unknown> } }
    const [id = '', key] = Object.entries(signed.keys)[0] ?? []
    expect(idOf(key)).toBe(id)
    expect(code(root.replaceAll(id, '0'.repeat(64)))).toBe('trust/key-id')
    const targets = [...authority.files]
      .find(([path]) => path.endsWith('.targets.json'))![1]
      .toString()
    const { signed: delegating } = JSON.parse(targets) as {
      signed: { delegations: { keys: object } }
    }
    const [other = ''] = Object.keys(delegating.delegations.keys)
    expect(code(targets.replaceAll(other, 'f'.repeat(64)))).toBe('trust/key-id')
  })
})
