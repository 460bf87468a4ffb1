import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { canonicalize } from '@tufjs/canonical-json'
import { describe, expect, it } from 'vitest'
import { keyidOf } from '../../../../src/core/tuf-key.ts'
import { printCanonicalFile } from '../../../../src/publish/drafts/canonical-file.ts'
import { describePayload } from '../../../../src/publish/drafts/describe-payload.ts'
import { parsePayloadFile } from '../../../../src/publish/drafts/payload-file.ts'
import { parsePublicKeyFile } from '../../../../src/publish/drafts/public-key-file.ts'
import { keysAsked } from '../../../../src/publish/drafts/sign-payload.ts'
import {
  parseSignatureFile,
  printSignatureFile,
} from '../../../../src/publish/drafts/signature-file.ts'

interface Invalid {
  readonly name: string
  readonly file: string
}

interface Vectors<T> {
  readonly valid: readonly (Invalid & T)[]
  readonly invalid: readonly Invalid[]
}

const read = <T>(name: string): Vectors<T> => {
  const url = new URL(`../../../vectors/ceremony/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as Vectors<T>
}
const fault = (code: string): unknown => expect.objectContaining({ code })
const FILE = { length: 1, hashes: { sha256: 'ab'.repeat(32) }, custom: {} }
interface Payload {
  draft: string
  policy: string | null
  payloads: { role: string; payload: string }[]
}
interface Targets {
  targets: Record<string, typeof FILE>
  delegations: { roles: object[] }
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const idOf = (hashes: readonly string[]): string =>
  createHash('sha256')
    .update(Buffer.from(hashes.join(''), 'hex'))
    .digest('hex')
    .slice(0, 16)
/** RFC 8410 §7: an Ed25519 key of this seed. */
const keyOf = (seed: string) =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
    format: 'der',
    type: 'pkcs8',
  })

describe('the public file of a key', () => {
  const { valid, invalid } = read<{ seed: string; keyid: string; public: string; use: string }>(
    'public-keys',
  )

  it.each(valid)('is read: $name', ({ file, keyid, public: publicHex, use, seed }) => {
    expect(parsePublicKeyFile(Buffer.from(file))).toEqual({ keyid, publicHex, use })
    // By the words of docs/spec/keys.md §5, with nothing of ours.
    const told = `bailiwick-public-key/1\n{"keyid":"${keyid}","public":"${publicHex}","use":"${use}"}`
    const proof = sign(null, Buffer.from(told), keyOf(seed)).toString('hex')
    const members = `"keyid":"${keyid}","proof":"${proof}","public":"${publicHex}","use":"${use}"`
    expect(file).toBe(`{"format":"bailiwick-public-key/1",${members}}\n`)
  })

  it.each(invalid)('is refused: $name', ({ file }) => {
    expect(() => parsePublicKeyFile(Buffer.from(file))).toThrow(fault('draft/invalid'))
  })
})

interface PayloadVector {
  readonly draft: string
  readonly payloads: readonly { readonly role: string; readonly sha256: string }[]
  readonly asks: Readonly<Record<string, readonly string[]>>
}

describe('a file to be signed', () => {
  const { valid, invalid } = read<PayloadVector>('payloads')

  it.each(valid)('is read: $name', ({ file, draft, payloads, asks }) => {
    const parsed = parsePayloadFile(Buffer.from(file))
    expect(parsed.draft).toBe(draft)
    const bytes = JSON.parse(file) as { payloads: { role: string; payload: string }[] }
    const hashes = bytes.payloads.map(({ role, payload }) => ({ role, sha256: sha256(payload) }))
    expect(hashes).toEqual(payloads)
    // docs/spec/keys.md §6: the id of a draft.
    expect(draft).toBe(idOf(payloads.map((one) => one.sha256)))
    for (const [role, keyids] of Object.entries(asks)) {
      for (const keyid of keyids) {
        const [asked, other] = keysAsked(ring(keyid), parsed)
        expect({ role: asked?.part.role, other }).toEqual({ role, other: undefined })
      }
    }
    expect(() => keysAsked(ring(keyidOf('ab'.repeat(32))), parsed)).toThrow(fault('key/unasked'))
  })

  it.each(invalid)('is refused: $name', ({ file }) => {
    expect(() => parsePayloadFile(Buffer.from(file))).toThrow(fault('draft/invalid'))
  })

  it.each<[string, (file: Payload, targets: Targets) => void]>([
    ['hides the policy that targets name anew', (file) => (file.policy = null)],
    ['has a file of a list in targets', (_, { targets }) => (targets['lists/a/b'] = FILE)],
    ['has a file with a name of its own', (_, { targets }) => (targets['to/String'] = FILE)],
    ['has a length below nothing', (_, { targets }) => (targets['log/policy.txt']!.length = -1)],
    ['has another length of the policy', (_, { targets }) => targets['log/policy.txt']!.length++],
    ['has a list twice', (_, { delegations: { roles } }) => roles.push(roles[0]!)],
  ])('is refused where it %s', (_, change) => {
    const { file } = valid[1]!
    const changed = (by: typeof change): string => {
      const payload = JSON.parse(file) as Payload
      const targets = JSON.parse(payload.payloads[0]!.payload) as Targets
      by(payload, targets)
      const text = canonicalize(targets)
      payload.payloads[0]!.payload = text
      return printCanonicalFile({ ...payload, draft: idOf([sha256(text)]) })
    }
    expect(changed(() => undefined)).toBe(file)
    expect(() => parsePayloadFile(Buffer.from(changed(change)))).toThrow(fault('draft/invalid'))
  })

  it.each([
    ['of 201 characters', 'a'.repeat(201)],
    ['with a line that ends within', 'a\u2028b'],
    ['with a paragraph that ends within', 'a\u2029b'],
    ['with what stands apart in it', 'a  root: 1 of 1 must sign'],
    ['with a wide space beside another', 'a\u00a0\u3000b'],
    ['that is turned round', 'a\u202eb'],
  ])('is refused with a title %s', (_, title) => {
    const file = (to: string): Buffer =>
      Buffer.from(printCanonicalFile({ ...(JSON.parse(valid[0]!.file) as object), title: to }))
    expect(parsePayloadFile(file('a'.repeat(200))).title).toHaveLength(200)
    expect(() => parsePayloadFile(file(title))).toThrow(fault('draft/invalid'))
  })

  it('lets nothing in a policy end a line but its line feeds', () => {
    const parsed = parsePayloadFile(Buffer.from(valid[1]!.file))
    const words = describePayload({ ...parsed, policy: 'a\u2028b\u2029c' })
    expect(words.at(-1)).toBe('  a?b?c')
  })

  it('may ask for both, and then for root first', () => {
    const [root, targets] = valid.map(({ file }) => JSON.parse(file) as Payload)
    const of = (first: Payload, second: Payload): Buffer => {
      const payloads = [...first.payloads, ...second.payloads]
      const draft = idOf(payloads.map(({ payload }) => sha256(payload)))
      return Buffer.from(printCanonicalFile({ ...targets!, payloads, draft }))
    }
    expect(parsePayloadFile(of(root!, targets!))).toMatchObject({
      root: { version: 2 },
      targets: { _type: 'targets' },
    })
    expect(() => parsePayloadFile(of(targets!, root!))).toThrow(fault('draft/invalid'))
  })

  it('shows the last line of a policy also where it has no line feed', () => {
    const parsed = parsePayloadFile(Buffer.from(valid[1]!.file))
    expect(describePayload({ ...parsed, policy: 'one\ntwo' }).slice(-2)).toEqual(['  one', '  two'])
  })

  it('is refused where a single byte is another, wherever it lies', () => {
    const { file } = valid[0]!
    for (let at = 0; at < file.length; at += 97) {
      const bytes = Buffer.from(file)
      bytes[at] = bytes[at]! ^ 1
      let words: string[] = []
      try {
        words = describePayload(parsePayloadFile(bytes))
      } catch (error) {
        expect(error, `byte ${at}`).toEqual(fault('draft/invalid'))
        continue
      }
      // What is left are words, of which the holder is shown each, and payloads, which are told with all that they say.
      expect(words.join('\n'), `byte ${at}`).not.toBe(describe0)
    }
  })
  const describe0 = describePayload(parsePayloadFile(Buffer.from(valid[0]!.file))).join('\n')

  it('is told in words: what will hold, and what of it is new', () => {
    const words = (index: number): string[] =>
      describePayload(parsePayloadFile(Buffer.from(valid[index]!.file)))
    const root = words(0)
    expect(root).toContain('root version 2, valid until 2031-06-01T00:00:00Z')
    expect(root).toContain('  root: 2 of 3 must sign (CHANGED, before 1 of 1)')
    expect(root.filter((line) => line.startsWith('    + '))).toHaveLength(3)
    expect(root.filter((line) => line.startsWith('    - '))).toHaveLength(1)
    for (const role of ['targets', 'snapshot', 'timestamp']) {
      expect(root).toContain(`  ${role}: 1 of 1 must sign (as before)`)
    }
    const targets = words(1)
    expect(targets).toContain('  list-phishing: 1 of 1 must sign (as before)')
    expect(targets).toContainEqual(expect.stringMatching(/^ {2}"log\/policy\.txt" \(CHANGED\): /))
    expect(targets).toContain('  quorum none')
  })
})

describe('a file of signatures', () => {
  const { valid, invalid } = read<{ seed: string; payload: string; signatures: [] }>('signatures')

  it.each(valid)('is read: $name', ({ file, signatures, seed, payload }) => {
    const parsed = parseSignatureFile(Buffer.from(file))
    expect(parsed).toEqual(signatures)
    expect(printSignatureFile(parsed)).toBe(file)
    const asked = read<PayloadVector>('payloads').valid.find(({ name }) => name === payload)!
    const [{ payload: bytes }] = (JSON.parse(asked.file) as { payloads: [{ payload: string }] })
      .payloads
    expect(parsed[0]?.payload).toBe(sha256(bytes))
    // Any program that signs with Ed25519 can do it.
    expect(parsed[0]?.sig).toBe(sign(null, Buffer.from(bytes), keyOf(seed)).toString('hex'))
  })

  it.each(invalid)('is refused: $name', ({ file }) => {
    expect(() => parseSignatureFile(Buffer.from(file))).toThrow(fault('draft/invalid'))
  })
})

function ring(keyid: string): Parameters<typeof keysAsked>[0] {
  return { all: () => [{ keyid, publicHex: '', use: 'root' }] }
}
