import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseCheckpoint, printCheckpoint } from '../../../../src/core/log/checkpoint.ts'
import { cosignedText, encodeCosignature } from '../../../../src/core/log/cosignature.ts'
import {
  makeNoteKey,
  parseNoteKey,
  printKeyId,
  printNoteKey,
} from '../../../../src/core/log/note-key.ts'
import {
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  parseNote,
  printNote,
} from '../../../../src/core/log/note.ts'
import { cosignCheckpoint, signNote } from '../../../../src/core/log/sign-note.ts'
import { EMPTY_ROOT } from '../../../../src/core/log/tree-hash.ts'
import { verifyNote } from '../../../../src/core/log/verify-note.ts'
import { flip, signedCheckpoint, testSigner } from '../../../support/log-builders.ts'

interface Notes {
  readonly verified: Readonly<Record<string, { vkey: string; note: string }>>
  readonly read: Readonly<
    Record<string, { note: string; text: string; signatures: [string, string, number][] }>
  >
  readonly refused: Readonly<Record<string, string>>
  readonly keysRefused: Readonly<Record<string, string>>
}

interface Checkpoints {
  readonly read: Readonly<Record<string, [string, string, number]>>
  readonly refused: Readonly<Record<string, string>>
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../vectors/log/${file}`, import.meta.url), 'utf8'))
const notes = read('notes.json') as Notes
const checkpoints = read('checkpoints.json') as Checkpoints

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error
const log = testSigner('log.example', 'ed25519')
const other = testSigner('other.example', 'ed25519')
const witness = testSigner('witness.example', 'cosignature')
const head = { size: 0, root: EMPTY_ROOT }
const parsed = (text: string) => parseNote(Buffer.from(text))

describe('a note', () => {
  it.each(Object.entries(notes.verified))('of %s is verified', (_, { vkey, note }) => {
    const key = parseNoteKey(vkey)
    expect(printNoteKey(key)).toBe(vkey)
    expect(verifyNote([key], parsed(note))).toEqual([{ key, timestamp: null }])
    expect(printNote(parsed(note))).toBe(note)
    expect(() => verifyNote([key], parsed(note.replace('is', 'iz')))).toThrow(code('log/signature'))
  })

  it.each(Object.entries(notes.read))('with %s is read', (_, { note, text, signatures }) => {
    const result = parsed(note)
    expect(result.text).toBe(text)
    expect(
      result.signatures.map(({ name, keyId, signature }) => [
        name,
        printKeyId(keyId),
        signature.length,
      ]),
    ).toEqual(signatures)
    expect(printNote(result)).toBe(note)
  })

  it.each(Object.entries(notes.refused))('with %s is refused', (_, note) => {
    expect(() => parsed(note)).toThrow(code('log/invalid'))
  })

  it('that is not UTF-8 is refused', () => {
    const good = Buffer.from('a\n\n\u2014 k.example AAAAAAA=\n')
    parseNote(good)
    for (const octets of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      expect(() => parseNote(Buffer.concat([Buffer.from(octets), good]))).toThrow(
        code('log/invalid'),
      )
    }
  })

  it('has 100 signatures at most, and a million bytes', () => {
    const signature = { name: 'k.example', keyId: 1, signature: Buffer.alloc(1) }
    const of = (count: number, text = 'a\n') => ({
      text,
      signatures: Array.from({ length: count }, () => signature),
    })
    expect(MAX_NOTE_SIGNATURES).toBe(100)
    expect(parsed(printNote(of(100))).signatures).toHaveLength(100)
    expect(() => printNote(of(101))).toThrow(code('log/invalid'))
    const room = MAX_NOTE_BYTES - printNote(of(1, '\n')).length - 2
    expect(Buffer.byteLength(printNote(of(1, `${'a'.repeat(room)}\n`)))).toBe(MAX_NOTE_BYTES)
    expect(() => printNote(of(1, `${'a'.repeat(room + 1)}\n`))).toThrow(code('log/invalid'))
  })

  it.each([
    ['no line feed at its end', 'a'],
    ['a tab', 'a\t\n'],
    ['half a character', '\ud800\n'],
  ])('is not printed with %s', (_, text) => {
    const signatures = [{ name: 'k.example', keyId: 1, signature: Buffer.alloc(1) }]
    expect(() => printNote({ text, signatures })).toThrow(code('log/invalid'))
  })

  test.prop([fc.string({ unit: 'grapheme' })], { numRuns: 50 })('is signed and read', async (s) => {
    const text = `${s.replace(/[\x00-\x1f]/g, '')}\n`
    const note = printNote({ text, signatures: [await signNote(log, text)] })
    expect(verifyNote([log.key], parsed(note))).toHaveLength(1)
  })
})

describe('verifying', () => {
  const text = printCheckpoint({ origin: 'log.example', ...head })

  it('passes over keys that are unknown, also with a known name or id', async () => {
    const own = await signNote(log, text)
    const stranger = await signNote(other, text)
    const note = {
      text,
      signatures: [
        stranger,
        { ...own, name: 'x.example', signature: Buffer.alloc(64) },
        { ...own, keyId: own.keyId ^ 1, signature: Buffer.alloc(64) },
        own,
      ],
    }
    expect(verifyNote([log.key], note).map(({ key }) => key)).toEqual([log.key])
    expect(() => verifyNote([witness.key], note)).toThrow(code('log/signature'))
    expect(() => verifyNote([], note)).toThrow(code('log/signature'))
  })

  it('refuses a note with one wrong signature of a known key, wherever it stands', async () => {
    const [own, second] = [await signNote(log, text), await signNote(other, text)]
    const wrong = { ...second, signature: flip(second.signature, 9) }
    for (const signatures of [
      [own, wrong],
      [wrong, own],
      [own, second, wrong],
    ]) {
      const keys = [log.key, other.key]
      expect(() => verifyNote(keys, { text, signatures })).toThrow(code('log/signature'))
      verifyNote([log.key], { text, signatures })
    }
    for (const length of [0, 63, 65]) {
      const cut = { ...own, signature: Buffer.concat([own.signature, Buffer.alloc(1)], length) }
      expect(() => verifyNote([log.key], { text, signatures: [cut] })).toThrow(
        code('log/signature'),
      )
    }
  })

  it('counts a key once, and takes the later of two cosignatures', async () => {
    const [early, late] = [
      await cosignCheckpoint(witness, text, 1000),
      await cosignCheckpoint(witness, text, 2000),
    ]
    for (const signatures of [
      [early, late],
      [late, early, late],
    ]) {
      expect(verifyNote([witness.key], { text, signatures })).toEqual([
        { key: witness.key, timestamp: 2000 },
      ])
    }
  })

  it('refuses two keys that one name and id stands for', async () => {
    const note = { text, signatures: [await signNote(log, text)] }
    const twin = { ...log.key, publicKey: other.key.publicKey }
    expect(() => verifyNote([log.key, twin], note)).toThrow(code('log/key'))
    expect(verifyNote([log.key, { ...log.key }], note)).toHaveLength(1)
  })

  it('refuses every flipped bit of a cosigned checkpoint', async () => {
    const bytes = Buffer.from(await signedCheckpoint(log, head, [witness], 1679315147))
    const keys = [log.key, witness.key]
    expect(verifyNote(keys, parseNote(bytes))).toHaveLength(2)
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      let signed = 0
      try {
        signed = verifyNote(keys, parseNote(flip(bytes, bit))).length
      } catch (error) {
        expect(error).toHaveProperty('code', expect.stringMatching(/^log\/(invalid|signature)$/))
      }
      // A flipped name or id is that of an unknown key: its signature counts no more.
      expect(signed).toBeLessThan(2)
    }
  })

  it('tells the two types of signatures apart', async () => {
    await expect(signNote(witness, text)).rejects.toThrow(code('log/key'))
    await expect(cosignCheckpoint(log, text, 1)).rejects.toThrow(code('log/key'))
    const same = makeNoteKey('log.example', 'cosignature', log.key.publicKey)
    expect(same.id).not.toBe(log.key.id)
  })

  it('refuses times that are none', () => {
    const signature = Buffer.alloc(64)
    expect(encodeCosignature({ timestamp: 2 ** 53 - 1, signature })).toHaveLength(72)
    for (const timestamp of [-1, 0.5, 2 ** 53, NaN]) {
      expect(() => encodeCosignature({ timestamp, signature })).toThrow(code('log/invalid'))
    }
  })

  it('refuses a cosignature of the year 285,428,751', async () => {
    const signature = await witness.sign(Buffer.from(cosignedText(text, 2 ** 53)))
    const octets = encodeCosignature({ timestamp: 1, signature })
    octets.writeBigUInt64BE(2n ** 53n)
    const { name, id: keyId } = witness.key
    const note = { text, signatures: [{ name, keyId, signature: octets }] }
    expect(() => verifyNote([witness.key], note)).toThrow(code('log/signature'))
  })
})

it('a cosignature is over these bytes', () => {
  // The example of tlog-cosignature.
  const text =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
  expect(cosignedText(text, 1679315147)).toBe(`cosignature/v1\ntime 1679315147\n${text}`)
})

describe('a key', () => {
  it.each(Object.entries(notes.keysRefused))('with %s is refused', (_, vkey) => {
    expect(() => parseNoteKey(vkey)).toThrow(code('log/key'))
  })

  it('comes back from its text', () => {
    for (const { key } of [log, witness]) {
      expect(parseNoteKey(printNoteKey(key))).toEqual(key)
    }
  })

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u0085', 'a\nb', 'x'.repeat(256)])(
    'has not the name %j',
    (name) => {
      expect(() => makeNoteKey(name, 'ed25519', Buffer.alloc(32))).toThrow(code('log/key'))
    },
  )

  it('has a name of 255 characters at most and 32 bytes', () => {
    expect(makeNoteKey('x'.repeat(255), 'ed25519', Buffer.alloc(32)).name).toHaveLength(255)
    for (const length of [0, 31, 33]) {
      expect(() => makeNoteKey('x', 'ed25519', Buffer.alloc(length))).toThrow(code('log/key'))
    }
  })
})

describe('a checkpoint', () => {
  it.each(Object.entries(checkpoints.read))('with %s is read', (_, [text, origin, size]) => {
    const checkpoint = parseCheckpoint(text)
    expect(checkpoint).toMatchObject({ origin, size })
    // Extension lines are read and never written.
    expect(printCheckpoint(checkpoint)).toBe(`${text.split('\n').slice(0, 3).join('\n')}\n`)
  })

  it.each(Object.entries(checkpoints.refused))('with %s is refused', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(code('log/invalid'))
  })

  it('has an origin of 255 characters at most', () => {
    const of = (length: number) => printCheckpoint({ origin: 'x'.repeat(length), ...head })
    expect(parseCheckpoint(of(255)).origin).toHaveLength(255)
    expect(() => of(256)).toThrow(code('log/invalid'))
    expect(() => parseCheckpoint(`x${of(255)}`)).toThrow(code('log/invalid'))
  })

  it.each([
    ['no origin', { origin: '' }],
    ['an origin of two lines', { origin: 'a\nb' }],
    ['a size of 2^53', { size: 2 ** 53 }],
    ['a size of -1', { size: -1 }],
    ['half a leaf', { size: 0.5 }],
  ])('is not printed with %s', (_, wrong) => {
    expect(() => printCheckpoint({ origin: 'a', ...head, ...wrong })).toThrow(code('log/invalid'))
  })
})
