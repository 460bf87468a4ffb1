import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nextWitnessState } from '../../../../src/core/log/next-witness-state.ts'
import { parseNote, printSignatureLines } from '../../../../src/core/log/note.ts'
import { proveConsistency } from '../../../../src/core/log/prove.ts'
import { cosignCheckpoint } from '../../../../src/core/log/sign-note.ts'
import { EMPTY_ROOT, type TreeHead } from '../../../../src/core/log/tree-hash.ts'
import { verifyNote } from '../../../../src/core/log/verify-note.ts'
import {
  addCosignatures,
  parseWitnessRequest,
  parseWitnessSize,
  printWitnessRequest,
  printWitnessSize,
} from '../../../../src/core/log/witness-request.ts'
import { flip, MemoryLog, signedCheckpoint, testSigner } from '../../../support/log-builders.ts'

interface Requests {
  readonly read: Readonly<Record<string, { body: string; oldSize: number; hashes: number }>>
  readonly refused: Readonly<Record<string, string>>
}

const requests = JSON.parse(
  readFileSync(new URL('../../../vectors/log/requests.json', import.meta.url), 'utf8'),
) as Requests

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error
const log = testSigner('log.example', 'ed25519')
const stranger = testSigner('stranger.example', 'ed25519')
const witness = testSigner('witness.example', 'cosignature')
const tree = new MemoryLog().growTo(20)
const headAt = (size: number): TreeHead =>
  size === 0 ? { size, root: EMPTY_ROOT } : new MemoryLog().growTo(size).head

/** What a witness that cosigned `last` decides. */
function decide(last: TreeHead | undefined, body: string) {
  return nextWitnessState(
    {
      keysOf: (origin) => (origin === 'log.example' ? [log.key] : undefined),
      lastOf: (origin) => (origin === 'log.example' ? last : undefined),
    },
    Buffer.from(body),
  )
}

async function ask(
  from: number,
  head: TreeHead,
  wrong: { proof?: readonly Uint8Array[]; oldSize?: number } = {},
): Promise<string> {
  const proof = from <= head.size ? proveConsistency(tree.reader, from, head.size) : []
  const checkpoint = await signedCheckpoint(log, head)
  return printWitnessRequest({ oldSize: from, proof, checkpoint, ...wrong })
}

describe('a request to a witness', () => {
  it.each(Object.entries(requests.read))('of %s is read', (_, { body, oldSize, hashes }) => {
    const request = parseWitnessRequest(Buffer.from(body))
    expect(request.oldSize).toBe(oldSize)
    expect(request.proof).toHaveLength(hashes)
    expect(printWitnessRequest(request)).toBe(body)
  })

  it.each(Object.entries(requests.refused))('with %s is refused', (_, body) => {
    expect(() => parseWitnessRequest(Buffer.from(body))).toThrow(code('log/invalid'))
    expect(decide(undefined, body)).toMatchObject({ status: 400 })
  })

  it('may have 63 hashes', () => {
    const body = requests.refused['64 hashes']!.replace(/.{44}\n/, '')
    expect(parseWitnessRequest(Buffer.from(body)).proof).toHaveLength(63)
  })
})

describe('a witness', () => {
  it('takes each next size from each size that it has', async () => {
    for (let from = 0; from <= 20; from++) {
      for (let to = from; to <= 20; to++) {
        const decision = decide(from === 0 ? undefined : headAt(from), await ask(from, headAt(to)))
        expect(decision).toMatchObject({
          status: 200,
          old: headAt(from),
          checkpoint: { origin: 'log.example', ...headAt(to) },
        })
      }
    }
  })

  it('answers 404 to an unknown origin, before it looks at signatures', async () => {
    const body = printWitnessRequest({
      oldSize: 0,
      proof: [],
      checkpoint: await signedCheckpoint(stranger, headAt(5)),
    })
    expect(decide(undefined, body)).toMatchObject({ status: 404 })
  })

  it('answers 403 to a signature that is wrong, before it tells its size', async () => {
    const checkpoint = await signedCheckpoint(log, headAt(5))
    const forged = checkpoint.replace('\n5\n', '\n6\n')
    const body = printWitnessRequest({ oldSize: 0, proof: [], checkpoint: forged })
    expect(decide(headAt(3), body)).toMatchObject({ status: 403 })
  })

  it('answers 400 to an old size above the new one, before it compares with its own', async () => {
    expect(decide(headAt(6), await ask(6, headAt(5)))).toMatchObject({ status: 400 })
    expect(decide(headAt(3), await ask(6, headAt(5)))).toMatchObject({ status: 400 })
  })

  it('answers 409 with its size to another old size', async () => {
    expect(decide(headAt(3), await ask(2, headAt(5)))).toMatchObject({ status: 409, size: 3 })
    expect(decide(headAt(3), await ask(4, headAt(5)))).toMatchObject({ status: 409, size: 3 })
    expect(decide(headAt(7), await ask(5, headAt(5)))).toMatchObject({ status: 409, size: 7 })
    expect(decide(undefined, await ask(1, headAt(5)))).toMatchObject({ status: 409, size: 0 })
  })

  it('answers 409 to another root at the same size, with a proof or without', async () => {
    const forked = { size: 5, root: flip(headAt(5).root, 0) }
    expect(decide(headAt(5), await ask(5, forked))).toMatchObject({ status: 409, size: 5 })
    const proven = await ask(5, forked, { proof: [EMPTY_ROOT] })
    expect(decide(headAt(5), proven)).toMatchObject({ status: 409, size: 5 })
    const odd = { size: 0, root: headAt(1).root }
    expect(decide(undefined, await ask(0, odd))).toMatchObject({ status: 409, size: 0 })
  })

  it('answers 422 to a proof that is wrong', async () => {
    const good = proveConsistency(tree.reader, 3, 5)
    for (const proof of [
      [],
      good.slice(1),
      [...good, EMPTY_ROOT],
      good.with(0, flip(good[0]!, 7)),
    ]) {
      expect(decide(headAt(3), await ask(3, headAt(5), { proof }))).toMatchObject({ status: 422 })
    }
    const forked = { size: 5, root: flip(headAt(5).root, 0) }
    expect(decide(headAt(3), await ask(3, forked))).toMatchObject({ status: 422 })
    // tlog-witness: «The proof MUST be empty if the old size is zero.»
    const needless = { proof: [EMPTY_ROOT] }
    expect(decide(undefined, await ask(0, headAt(5), needless))).toMatchObject({ status: 422 })
    expect(decide(headAt(5), await ask(5, headAt(5), needless))).toMatchObject({ status: 422 })
  })
})

describe("a witness's answer", () => {
  const keys = [witness.key]

  it('is added to the checkpoint, without the signatures of unknown keys', async () => {
    const note = parseNote(Buffer.from(await signedCheckpoint(log, headAt(5))))
    const own = await cosignCheckpoint(witness, note.text, 1000)
    const unknown = { ...own, keyId: 1 }
    const answer = Buffer.from(printSignatureLines([unknown, own]))
    const added = addCosignatures(keys, note, answer)
    expect(added.signatures).toEqual([...note.signatures, own])
    expect(verifyNote([log.key, witness.key], added)).toHaveLength(2)
  })

  it('is refused when nothing in it is good', async () => {
    const note = parseNote(Buffer.from(await signedCheckpoint(log, headAt(5))))
    const own = await cosignCheckpoint(witness, note.text, 1000)
    const lines = (...signatures: (typeof own)[]) => Buffer.from(printSignatureLines(signatures))
    const forged = lines({ ...own, signature: flip(own.signature, 100) })
    expect(() => addCosignatures(keys, note, forged)).toThrow(code('log/signature'))
    expect(() => addCosignatures(keys, note, lines({ ...own, keyId: 1 }))).toThrow(
      code('log/signature'),
    )
    for (const answer of [Buffer.of(), Buffer.from('\n'), lines(own).subarray(0, -1)]) {
      expect(() => addCosignatures(keys, note, answer)).toThrow(code('log/invalid'))
    }
  })

  it('is a size and a line feed where it has another one', () => {
    for (const size of [0, 5, Number.MAX_SAFE_INTEGER]) {
      expect(parseWitnessSize(Buffer.from(printWitnessSize(size)))).toBe(size)
    }
    for (const body of ['', '5', '05\n', '5\n\n', ' 5\n', '-1\n', '9007199254740992\n']) {
      expect(() => parseWitnessSize(Buffer.from(body))).toThrow(code('log/invalid'))
    }
  })
})
