import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Explanation } from '../../../src/audit/explanation.ts'
import { explainName } from '../../../src/audit/explain-name.ts'
import { readHistory } from '../../../src/audit/list-history.ts'
import { SpoolFolder } from '../../../src/audit/line-spool.ts'
import { parseExplanation } from '../../../src/audit/parse-explanation.ts'
import { verifyExplanation } from '../../../src/audit/verify-explanation.ts'
import { parsePolicy } from '../../../src/core/log/parse-policy.ts'
import {
  createMockPublished,
  mockLines,
  publishedFrom,
  type MockPublished,
} from '../../support/mock-published.ts'

const OWN = { policy: null, root: null }

let mock: MockPublished
let spools: SpoolFolder

beforeAll(async () => {
  mock = await createMockPublished()
  await mock.publish('phishing', mockLines('a.example', 'aa.example'))
  await mock.publish('malware', mockLines('a.example'))
  await mock.rotateRoot()
  await mock.publish('phishing', mockLines('aa.example'))
  await mock.signTargets()
  await mock.publish('phishing', mockLines('aa.example', 'b.example'))
  await mock.publish('phishing', mockLines('a.example'))
})
beforeEach(() => {
  spools = new SpoolFolder()
})
afterEach(() => spools.close())

test('tells each step of a name on every list', async () => {
  const { lists } = await explain('a.example')
  const steps = lists.map(({ list, steps: all }) => [
    list,
    all.map(({ serial, added, removed }) => [serial, added.length, removed.length]),
  ])
  expect(Object.fromEntries(steps)).toEqual({
    malware: [[1, 1, 0]],
    phishing: [
      [1, 1, 0],
      [2, 0, 1],
      [4, 1, 0],
    ],
  })
})

test('takes no longer name for it', async () => {
  const { lists } = await explain('aa.example')
  expect(lists).toMatchObject([{ list: 'phishing', steps: [{ serial: 1 }, { serial: 4 }] }])
  await expect(explain('.example')).rejects.toThrow(
    expect.objectContaining({ code: 'entry/not-found' }),
  )
})

test('is verified offline, with a policy and root from elsewhere or with its own', async () => {
  const explanation = parseExplanation(Buffer.from(JSON.stringify(await explain('a.example'))))
  const policy = parsePolicy(Buffer.from(mock.policy()))
  const root = mock.files.get('tuf/metadata/1.root.json') ?? null
  for (const trust of [OWN, { policy, root }]) {
    expect(() => verifyExplanation(explanation, trust)).not.toThrow()
  }
})

test('of a list that was there before the log begins with its first known serial', async () => {
  const late = await createMockPublished({ isLate: true })
  await late.publish('phishing', mockLines('a.example'))
  await late.publish('phishing', mockLines('a.example', 'b.example'))
  await late.beginLog()
  await late.publish('phishing', mockLines('b.example'))
  const source = publishedFrom(late.files)
  const history = await readHistory(source)
  const told = await explainName({ source, spools }, history, history.lists, 'a.example')
  expect(told.lists).toMatchObject([{ steps: [{ serial: 2 }, { serial: 3 }] }])
  expect(() => verifyExplanation(told, OWN)).not.toThrow()
})

test('is refused under a root or a policy of somebody else', async () => {
  const other = await createMockPublished()
  const explanation = await explain('a.example')
  const root = other.files.get('tuf/metadata/1.root.json') ?? null
  expect(() => verifyExplanation(explanation, { policy: null, root })).toThrow(refused())
  const policy = parsePolicy(Buffer.from(other.policy()))
  // Whoever has a policy of his own believes none that is in the file.
  for (const told of [explanation, { ...explanation, policies: [] }]) {
    expect(() => verifyExplanation(told, { policy, root: null })).toThrow(refused())
  }
})

type Draft = Record<string, unknown> & {
  lists: { place: string; list: string; steps: Record<string, unknown>[] }[]
}

const LIES: readonly (readonly [string, (draft: Draft) => unknown])[] = [
  ['another line', (draft) => (draft.lists[0]!.steps[0]!['added'] = ['x'])],
  ['no line', (draft) => (draft.lists[0]!.steps[0]!['added'] = [])],
  ['another serial', (draft) => (draft.lists[0]!.steps[0]!['serial'] = 2)],
  ['another time', (draft) => (draft.lists[0]!.steps[0]!['at'] = '2030-01-01T00:00:00Z')],
  ['no manifest', (draft) => (draft.lists[0]!.steps[0]!['manifest'] = null)],
  ['another list', (draft) => (draft.lists[0]!.list = 'malware')],
  ['another value', (draft) => (draft['value'] = 'b.example')],
  ['steps in another order', (draft) => draft.lists[0]!.steps.reverse()],
  ['a step twice', (draft) => draft.lists[0]!.steps.push(draft.lists[0]!.steps.at(-1) ?? {})],
  ['no roots', (draft) => (draft['roots'] = [])],
  ['no targets', (draft) => (draft['targets'] = [])],
  ['a root left out', (draft) => (draft['roots'] as unknown[]).splice(0, 1)],
  ['a policy of its own', (draft) => (draft['policies'] = ['quorum none\n'])],
]

describe('refuses', () => {
  test.each(LIES)('%s', async (_, lie) => {
    const draft = structuredClone(await explain('a.example')) as unknown as Draft
    lie(draft)
    expect(() => verifyExplanation(draft as unknown as Explanation, OWN)).toThrow(refused())
  })

  test('any flipped byte of any file or proof in it', async () => {
    const honest = await explain('a.example')
    const files = (draft: Explanation): { bytes: string; proof?: string }[] => [
      ...draft.roots,
      ...draft.targets,
      ...draft.lists.flatMap(({ steps }) =>
        steps.flatMap(({ file, metadata, manifest }) => [
          file,
          metadata,
          ...(manifest ? [manifest] : []),
        ]),
      ),
    ]
    for (let i = 0; i < files(honest).length; i++) {
      const draft = structuredClone(honest)
      const file = files(draft)[i]!
      const bytes = Buffer.from(file.bytes, 'base64')
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      file.bytes = bytes.toString('base64')
      expect(() => verifyExplanation(draft, OWN), `bytes ${i}`).toThrow(refused())
      if (file.proof === undefined) continue
      const other = structuredClone(honest)
      files(other)[i]!.proof = file.proof.replace(/^index \d+/m, 'index 12345')
      expect(() => verifyExplanation(other, OWN), `proof ${i}`).toThrow(refused())
    }
  })

  test.each(['', '[]', '{}', '{"format":"bailiwick-explanation/1"}'])('the text %j', (text) => {
    expect(() => parseExplanation(Buffer.from(text))).toThrow(refused())
  })
})

async function explain(value: string): Promise<Explanation> {
  const source = publishedFrom(mock.files)
  const history = await readHistory(source)
  return explainName({ source, spools }, history, history.lists, value)
}

function refused(): unknown {
  return expect.objectContaining({ code: 'audit/proof' })
}
