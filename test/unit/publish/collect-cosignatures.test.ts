import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/fault.ts'
import { printNoteKey } from '../../../src/core/log/note-key.ts'
import {
  MAX_NOTE_SIGNATURES,
  printNote,
  printSignatureLines,
  type Note,
} from '../../../src/core/log/note.ts'
import { parsePolicy } from '../../../src/core/log/parse-policy.ts'
import { cosignCheckpoint, signNote } from '../../../src/core/log/sign-note.ts'
import { verifyCheckpoint } from '../../../src/core/log/verify-checkpoint.ts'
import { parseWitnessRequest } from '../../../src/core/log/witness-request.ts'
import {
  collectCosignatures,
  type CollectDeps,
  type CollectedCosignatures,
} from '../../../src/publish/collect-cosignatures.ts'
import { makeLog, makeSigner } from '../../support/witness-log.ts'

const SIZE = 10
const log = makeLog()
const note = await log.note(SIZE)
const fork = await log.forkAt(3).note(SIZE)
const signers = ['a', 'b', 'c'].map((name) => makeSigner(`${name}.example`, 'cosignature'))
const [a, b, c] = signers as [(typeof signers)[0], (typeof signers)[0], (typeof signers)[0]]
const policy = parsePolicy(
  Buffer.from(
    [
      `log ${printNoteKey(log.signer.key)}`,
      ...signers.map(
        ({ key }) => `witness ${key.name[0] ?? ''} ${printNoteKey(key)} https://${key.name}`,
      ),
      'group all-of-them 2 a b c',
      'quorum all-of-them\n',
    ].join('\n'),
  ),
)

type Ask = CollectDeps['ask']
type Behaviour = (body: string, round: number) => ReturnType<Ask>

const text = (status: number, body: string | Uint8Array) =>
  Promise.resolve({ status, body: Buffer.from(body) })

/** As a witness by the book that has cosigned the log's tree of `size`, or nothing. */
function witnessAt(size: number, signer = a): Behaviour {
  return async (body) => {
    const { oldSize } = parseWitnessRequest(Buffer.from(body))
    if (oldSize !== size) return text(409, `${size}\n`)
    expect(body).toContain(await log.request(size, SIZE))
    expect(body).not.toContain('a.example')
    return text(200, printSignatureLines([await cosignCheckpoint(signer, note.text, 1000)]))
  }
}

async function cosignatureOf(signer: typeof a, of = note.text): Promise<string> {
  return printSignatureLines([await cosignCheckpoint(signer, of, 1000)])
}

/** `b` and `c` do as they should, from nothing; `a` as it is told, and is known to be at `known`. */
async function collect(
  behaviour: Behaviour,
  { known = 0, from = note }: { known?: number; from?: Note } = {},
): Promise<CollectedCosignatures & { readonly asked: number }> {
  let asked = 0
  const collected = await collectCosignatures(
    {
      ask: ({ name }, body) =>
        name === 'a' ? behaviour(body, ++asked) : witnessAt(0, name === 'b' ? b : c)(body, 1),
      knownSize: (name) => (name === 'a' ? known : 0),
      proof: (size) => log.proof(size, SIZE),
    },
    policy,
    from,
    SIZE,
  )
  return { ...collected, asked }
}

describe('cosignatures', () => {
  test.each([
    ['never asked', 0, 0, 1],
    ['known where it is', 4, 4, 1],
    ['behind what was believed', 7, 4, 2],
    ['before what was believed', 3, 4, 2],
    ['at this size already', 0, SIZE, 2],
    ['known for more than this tree has', SIZE + 5, SIZE, 1],
  ])('are had from a witness that was %s', async (_, known, size, asks) => {
    const { answers, quorum, asked, ...got } = await collect(witnessAt(size), { known })
    expect(asked).toBe(asks)
    expect(answers.map(({ witness, outcome, size }) => [witness, outcome, size])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, 'cosigned', SIZE]),
    )
    expect(quorum.isMet).toBe(true)
    expect(verifyCheckpoint(policy, Buffer.from(printNote(got.note))).witnesses).toEqual(
      ['a', 'b', 'c'].map((name) => ({ name, timestamp: 1000 })),
    )
  })

  test('stand behind the signatures of the log in the order of the policy, one a witness', async () => {
    const other = await signNote(makeSigner('x.example', 'ed25519'), note.text)
    const from = { ...note, signatures: [...note.signatures, other] }
    const twice = (await cosignatureOf(a)).repeat(3) + (await cosignatureOf(b))
    const { note: got } = await collect(() => text(200, twice), { from })
    expect(got.signatures.map(({ name }) => name)).toEqual(
      ['log', 'x', 'a', 'b', 'c'].map((name) => `${name}.example`),
    )
  })

  test('that are there already are not asked for again', async () => {
    const had = await cosignCheckpoint(a, note.text, 900)
    const from = { ...note, signatures: [had, ...note.signatures] }
    const { asked, answers, note: got } = await collect(witnessAt(0), { from })
    expect([asked, answers[0]?.outcome]).toEqual([0, 'cosigned'])
    expect(got.signatures.map(({ name }) => name)).toEqual(
      ['log', 'a', 'b', 'c'].map((name) => `${name}.example`),
    )
    expect(got.signatures[1]).toEqual(had)
  })
})

describe('a witness that does otherwise', () => {
  test.each<[string, string, number, Behaviour, number?]>([
    ['is away', 'fetch/unreachable', 1, () => Promise.reject(new Fault('fetch/unreachable', 'x'))],
    ['is late', 'fetch/timeout', 1, () => Promise.reject(new Fault('fetch/timeout', 'x'))],
    [
      'says too much',
      'fetch/too-large',
      1,
      () => Promise.reject(new Fault('fetch/too-large', 'x')),
    ],
    ['sends garbage', 'log/invalid', 1, () => text(200, Buffer.of(0xff, 0x00))],
    ['sends nothing', 'log/invalid', 1, () => text(200, '')],
    [
      'sends no cosignature of its own',
      'log/signature',
      1,
      async () => text(200, await cosignatureOf(b)),
    ],
    [
      ...(['signs with another key of its name', 'log/signature', 1] as const),
      async () => text(200, await cosignatureOf(makeSigner('a.example', 'cosignature'))),
    ],
    [
      ...(['cosigns another tree', 'log/signature', 1] as const),
      async () => text(200, await cosignatureOf(a, fork.text)),
    ],
    [
      ...(['sends a wrong one beside a good one', 'log/signature', 1] as const),
      async () => text(200, (await cosignatureOf(a)) + (await cosignatureOf(a, fork.text))),
    ],
    [
      ...(['sends more than a note may have', 'log/invalid', 1] as const),
      async () => text(200, (await cosignatureOf(a)).repeat(MAX_NOTE_SIGNATURES + 1)),
    ],
    ['does not trust the log', 'fetch/denied', 1, () => text(403, 'no')],
    ['does not know the log', 'fetch/not-found', 1, () => text(404, 'no')],
    ['was asked too often', 'fetch/busy', 1, () => text(429, '')],
    ['has too much to do', 'fetch/busy', 1, () => text(503, '')],
    ['does not understand', 'fetch/failed', 1, () => text(400, 'x'.repeat(60_000))],
    ['has a fault', 'fetch/failed', 1, () => text(500, '')],
    ['answers something else', 'fetch/failed', 1, () => text(204, '')],
    ['has seen a later tree', 'log/forked', 1, () => text(409, `${SIZE + 1}\n`)],
    [
      ...(['has seen another tree of the size', 'log/forked', 2] as const),
      () => text(409, `${SIZE}\n`),
    ],
    [
      'has seen another, where it was known to be',
      'log/forked',
      1,
      () => text(409, `${SIZE}\n`),
      SIZE,
    ],
    ['has a tree that this one does not continue', 'log/forked', 1, () => text(422, 'no'), 4],
    [
      ...(['has such a tree, and says so late', 'log/forked', 2] as const),
      (_, round) => (round === 1 ? text(409, '4\n') : text(422, 'no')),
    ],
    [
      ...(['grows while it is asked', 'log/forked', 2] as const),
      (_, round) => text(409, `${round === 1 ? 4 : SIZE + 2}\n`),
    ],
    ['refuses a proof from nothing', 'fetch/failed', 1, () => text(422, 'no')],
    ['conflicts with its own size', 'fetch/unexpected', 1, () => text(409, '4\n'), 4],
    ['conflicts for ever', 'fetch/unexpected', 2, (_, round) => text(409, `${round}\n`)],
    ['has no size', 'log/invalid', 1, () => text(409, 'seven\n')],
    ['has a size that is not cut', 'log/invalid', 1, () => text(409, '7')],
  ])('(it %s) is told as %s, and holds up nobody', async (_, code, asks, behaviour, known = 0) => {
    const { answers, quorum, asked, note: got } = await collect(behaviour, { known })
    expect(asked).toBe(asks)
    expect(answers.map(({ outcome }) => outcome)).toEqual([code, 'cosigned', 'cosigned'])
    expect(answers[0]?.sentence).toMatch(/^"a" has not cosigned: \S/)
    expect(answers[0]?.sentence.length).toBeLessThan(600)
    expect(quorum.isMet).toBe(true)
    expect(got.signatures.map(({ name }) => name)).toEqual(
      ['log', 'b', 'c'].map((name) => `${name}.example`),
    )
  })

  test('and has no URL is told so', async () => {
    const [first, ...rest] = policy.witnesses
    const lonely = { ...policy, witnesses: [{ ...first!, url: null }, ...rest] }
    const { answers, quorum } = await collectCosignatures(
      {
        ask: () => Promise.reject(new Fault('fetch/timeout', 'silence')),
        knownSize: () => 0,
        proof: () => [],
      },
      lonely,
      note,
      SIZE,
    )
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      ...['fetch/unreachable', 'fetch/timeout', 'fetch/timeout'],
    ])
    expect(quorum).toMatchObject({
      isMet: false,
      sentence: expect.stringContaining('2 of a, b, c') as string,
    })
  })

  test('is a bug where it is no fault', async () => {
    await expect(collect(() => Promise.reject(new TypeError('bug')))).rejects.toThrow(TypeError)
  })
})

test('all are asked at the same time', async () => {
  const waiting: (() => void)[] = []
  const collecting = collectCosignatures(
    {
      ask: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve({ status: 503, body: Buffer.of() }))
          if (waiting.length === 3) for (const go of waiting) go()
        }),
      knownSize: () => 0,
      proof: () => [],
    },
    policy,
    note,
    SIZE,
  )
  expect((await collecting).answers).toHaveLength(3)
})
