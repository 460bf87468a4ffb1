import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseSignatureLines, printNote } from '../../../src/core/log/note.ts'
import { signNote } from '../../../src/core/log/sign-note.ts'
import { verifyNote } from '../../../src/core/log/verify-note.ts'
import { printWitnessRequest } from '../../../src/core/log/witness-request.ts'
import { addCheckpoint, type AddCheckpointDeps } from '../../../src/witness/add-checkpoint.ts'
import {
  openCheckpointFolder,
  type CheckpointFolder,
} from '../../../src/witness/checkpoint-folder.ts'
import { makeLog, makeSigner, type TestLog } from '../../support/witness-log.ts'

const NOW_S = 1_893_456_000
const signer = makeSigner('witness.example', 'cosignature')
const log = makeLog()

interface Host extends AddCheckpointDeps {
  readonly folder: string
}

function makeHost(change: Partial<AddCheckpointDeps> = {}): Host {
  const folder = mkdtempSync(join(tmpdir(), 'witness-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return {
    ...{ folder, signer, checkpoints: openCheckpointFolder(folder), isClockTrusted: false },
    logs: new Map([[log.signer.key.name, [log.signer.key]]]),
    now: () => new Date(NOW_S * 1000 + 999),
    ...change,
  }
}

/** Asks, and gives the status; of a cosignature that it is a good one. */
async function ask(host: AddCheckpointDeps, body: string): Promise<number> {
  return (await askWhole(host, body)).status
}

async function askWhole(host: AddCheckpointDeps, body: string) {
  const answer = await addCheckpoint(host, Buffer.from(body))
  const time = answer.status === 200 ? timeOf(body, answer.body) : null
  return { ...answer, time }
}

/** Verifies what was answered, over the text that was sent. */
function timeOf(request: string, answer: string): number | null {
  const checkpoint = request.slice(request.indexOf('\n\n') + 2)
  const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
  const verified = verifyNote([signer.key], { text, signatures: parseSignatureLines(answer) })
  return verified[0]?.timestamp ?? null
}

const sizeOf = ({ checkpoints }: AddCheckpointDeps, { signer: { key } }: TestLog) =>
  checkpoints.find(key.name)?.checkpoint.size ?? null

describe('a witness', () => {
  test('cosigns the first checkpoint, growth and the same again, at whole seconds', async () => {
    const host = makeHost()
    for (const [old, size] of [
      [0, 1],
      [1, 7],
      [7, 7],
      [7, 300],
    ] as const) {
      const body = await log.request(old, size)
      expect(await askWhole(host, body)).toMatchObject({ status: 200, time: NOW_S })
      expect(sizeOf(host, log)).toBe(size)
    }
  })

  test('cosigns the empty tree, and growth from it', async () => {
    const host = makeHost()
    expect(await ask(host, await log.request(0, 0))).toBe(200)
    expect(await ask(host, await log.request(0, 3))).toBe(200)
  })

  test('tells its size to whoever believes another', async () => {
    const host = makeHost()
    await ask(host, await log.request(0, 7))
    for (const old of [0, 6, 8]) {
      expect(await addCheckpoint(host, Buffer.from(await log.request(old, 9)))).toMatchObject({
        ...{ status: 409, contentType: 'text/x.tlog.size', body: '7\n' },
        told: { origin: 'log.example', size: 9 },
      })
    }
    expect(sizeOf(host, log)).toBe(7)
  })

  test('never cosigns two roots of one size, and keeps what it is shown as evidence', async () => {
    const host = makeHost()
    await ask(host, await log.request(0, 7))
    const fork = log.forkAt(6)
    const { told, ...answer } = await askWhole(host, await fork.request(7, 7))
    expect(answer).toMatchObject({ status: 409, body: '7\n' })
    expect(told.evidence).toBe(printNote(await fork.note(7)))
    expect(await askWhole(host, await fork.request(7, 9))).toMatchObject({
      ...{ status: 422, told: { evidence: printNote(await fork.note(9)) } },
    })
    expect(await ask(host, await fork.request(0, 9))).toBe(409)
    expect(sizeOf(host, log)).toBe(7)
  })

  test('does not take a belief that is merely old for evidence', async () => {
    const host = makeHost()
    await ask(host, await log.request(0, 7))
    expect((await askWhole(host, await log.request(3, 9))).told.evidence).toBeUndefined()
  })

  test.each<[string, number, number, () => Promise<string> | string]>([
    ['nothing', 400, 0, () => ''],
    ['no request', 400, 0, () => '\xff\xfe'],
    ['an old size above the checkpoint', 400, 8, () => log.request(8, 7)],
    ['a hash where none belongs', 422, 0, async () => withHash(await log.request(0, 7))],
    ['a hash too many', 422, 3, async () => withHash(await log.request(3, 7))],
    ['a hash too few', 422, 3, async () => withoutHash(await log.request(3, 7))],
    ['the proof for another size', 422, 3, async () => swapped(3, await log.request(2, 7))],
    ['another key of the name', 403, 0, () => makeLog().request(0, 7)],
    ['a signature that is wrong', 403, 0, async () => flipped(await log.request(0, 7))],
    [
      ...(['a log that it does not know', 404, 0] as const),
      () => makeLog(makeSigner('other.example', 'ed25519')).request(0, 7),
    ],
  ])('answers %s with %i, in a sentence', async (_, status, kept, body) => {
    const host = makeHost()
    if (kept > 0) await ask(host, await log.request(0, kept))
    const answer = await addCheckpoint(host, Buffer.from(await body()))
    expect(answer).toMatchObject({ status, contentType: 'text/plain; charset=utf-8' })
    expect(answer.body).toMatch(/^[a-z][^\n]+\n$/)
    expect(sizeOf(host, log)).toBe(kept === 0 ? null : kept)
  })

  test('keeps the signatures of the log alone', async () => {
    const host = makeHost()
    const note = await log.note(2)
    const other = await signNote(makeSigner('other.example', 'ed25519'), note.text)
    const many = { ...note, signatures: [other, ...note.signatures, ...note.signatures] }
    await ask(host, printWitnessRequest({ oldSize: 0, proof: [], checkpoint: printNote(many) }))
    expect(host.checkpoints.find('log.example')?.note).toBe(printNote(note))
  })

  test('knows each log by itself, and any key of it', async () => {
    const [next, other] = [makeSigner('log.example', 'ed25519'), makeSigner('b.example', 'ed25519')]
    const host = makeHost({
      logs: new Map([
        ['log.example', [log.signer.key, next.key]],
        ['b.example', [other.key]],
      ]),
    })
    expect(await ask(host, await log.request(0, 4))).toBe(200)
    expect(await ask(host, await makeLog(next).request(4, 5))).toBe(200)
    expect(await ask(host, await makeLog(other).request(0, 2))).toBe(200)
    expect(host.checkpoints.all().map(({ checkpoint }) => checkpoint.size)).toEqual([2, 5])
  })
})

const EXTRA = Buffer.alloc(32).toString('base64')

function withHash(body: string): string {
  return body.replace('\n\n', `\n${EXTRA}\n\n`)
}

function withoutHash(body: string): string {
  return body.replace(/\n[^\n]+\n\n/, '\n\n')
}

function swapped(oldSize: number, body: string): string {
  return body.replace(/^old \d+/, `old ${oldSize}`)
}

function flipped(body: string): string {
  return body.replace(/.{8}\n$/, 'AAAAAAA=\n')
}

describe('several requests at once', () => {
  test('two checkpoints of one size: exactly one is cosigned', async () => {
    const host = makeHost()
    const bodies = [
      await log.request(0, 5),
      await log.forkAt(3).request(0, 5),
      await log.forkAt(4).request(0, 5),
    ]
    const statuses = await Promise.all(bodies.map((body) => ask(host, body)))
    expect(statuses).toEqual([200, 409, 409])
  })

  test('a smaller one that is asked for at the same time does not roll back', async () => {
    const host = makeHost()
    const bodies = [await log.request(0, 9), await log.request(0, 5)]
    expect(await Promise.all(bodies.map((body) => ask(host, body)))).toEqual([200, 409])
    expect(sizeOf(host, log)).toBe(9)
  })

  test('nothing is signed before it is on the disk', async () => {
    const order: string[] = []
    const host = makeHost({
      signer: { ...signer, sign: (message) => (order.push('sign'), signer.sign(message)) },
    })
    const checkpoints: CheckpointFolder = {
      ...host.checkpoints,
      keep: (kept) => {
        host.checkpoints.keep(kept)
        order.push('keep')
      },
    }
    await ask({ ...host, checkpoints }, await log.request(0, 5))
    expect(order).toEqual(['keep', 'sign'])
  })
})

type Fails = 'before' | 'after' | 'sign'

describe('whatever fails at a write', () => {
  // Each step of a history fails in each of the ways; then the process is another, and a fork is tried, too.
  const steps = [
    [0, 4],
    [4, 4],
    [4, 11],
  ] as const
  const table = steps.flatMap((_, step) =>
    (['before', 'after', 'sign'] as const).map((fails) => [step, fails] as const),
  )

  test.each(table)('step %i fails %s: one root a size, never smaller', async (at, fails) => {
    const host = makeHost()
    const signed = new Map<number, string>()
    for (const [step, [old, size]] of steps.entries()) {
      const failing = step === at ? failOnce(host, fails) : host
      const asked = ask(failing, await log.request(old, size))
      if (step === at) await expect(asked).rejects.toThrow('the disk')
      else {
        expect(await asked).toBe(200)
        signed.set(size, Buffer.from(log.root(size)).toString('hex'))
        continue
      }
      // Another process, on the same disk.
      const next = { ...host, checkpoints: openCheckpointFolder(host.folder) }
      const kept = sizeOf(next, log) ?? 0
      expect(kept).toBe(fails === 'before' ? (step === 0 ? 0 : old) : size)
      expect(kept).toBeGreaterThanOrEqual(Math.max(0, ...signed.keys()))
      for (const forkedAt of signed.keys()) {
        const fork = log.forkAt(forkedAt - 1)
        expect(await ask(next, await fork.request(kept, Math.max(kept, size)))).not.toBe(200)
      }
      // The log asks again, from the size that it is told.
      expect(await ask(next, await log.request(kept, size))).toBe(200)
      signed.set(size, Buffer.from(log.root(size)).toString('hex'))
    }
    expect(sizeOf(host, log)).toBe(11)
  })

  function failOnce(host: Host, fails: Fails): AddCheckpointDeps {
    if (fails === 'sign') {
      return { ...host, signer: { ...signer, sign: () => Promise.reject(new Error('the disk')) } }
    }
    const keep: CheckpointFolder['keep'] = (kept) => {
      if (fails === 'after') host.checkpoints.keep(kept)
      throw new Error('the disk')
    }
    return { ...host, checkpoints: { ...host.checkpoints, keep } }
  }
})

describe('the clock', () => {
  function at(host: Host, seconds: number, isClockTrusted = false): AddCheckpointDeps {
    return { ...host, isClockTrusted, now: () => new Date(seconds * 1000) }
  }

  test.each([
    ['later', 1, NOW_S + 1],
    ['the same', 0, NOW_S],
    ['a little earlier', -1, NOW_S],
    ['five minutes earlier', -300, NOW_S],
  ])('that is %s gives a time that is not earlier', async (_, by, expected) => {
    const host = makeHost()
    await ask(host, await log.request(0, 4))
    const answer = await askWhole(at(host, NOW_S + by), await log.request(4, 5))
    expect(answer).toMatchObject({ status: 200, time: expected })
    expect(host.checkpoints.find('log.example')?.cosignedAt).toBe(expected)
  })

  test('that went back further is refused, and nothing is kept', async () => {
    const host = makeHost()
    await ask(host, await log.request(0, 4))
    await expect(ask(at(host, NOW_S - 301), await log.request(4, 5))).rejects.toThrow(
      expect.objectContaining({ code: 'clock/back' }),
    )
    expect(sizeOf(host, log)).toBe(4)
  })

  test('is believed where the operator says so, and from then on', async () => {
    const host = makeHost()
    await ask(host, await log.request(0, 4))
    const trusted = at(host, NOW_S - 9_000, true)
    expect((await askWhole(trusted, await log.request(4, 5))).time).toBe(NOW_S - 9_000)
    const right = at(host, NOW_S - 8_999)
    expect((await askWhole(right, await log.request(5, 6))).time).toBe(NOW_S - 8_999)
  })
})

describe('a state that is damaged', () => {
  test.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['of another log', (text: string) => text.replace('log.example', 'lag.example')],
    ['of another form', (text: string) => text.replace('"v":1', '"v":2')],
    ['without a time', (text: string) => text.replace(/"cosignedAt":\d+/, '"cosignedAt":-1')],
  ])('(%s) is not taken for one that has signed nothing', async (_, damage) => {
    const host = makeHost()
    await ask(host, await log.request(0, 4))
    const [name = ''] = readdirSync(host.folder)
    const path = join(host.folder, name)
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    const fault: unknown = expect.objectContaining({ code: 'witness/state' })
    await expect(ask(host, await log.request(0, 4))).rejects.toThrow(fault)
    expect(() => host.checkpoints.all()).toThrow(fault)
  })
})
