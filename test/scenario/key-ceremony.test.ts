import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPublished } from '../../src/audit/check-published.ts'
import { defaultLimits } from '../../src/audit/limit-published.ts'
import { openFolder } from '../../src/audit/open-folder.ts'
import { Fault, isFault, type FaultCode } from '../../src/core/fault.ts'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printSignatureLines } from '../../src/core/log/note.ts'
import { cosignCheckpoint } from '../../src/core/log/sign-note.ts'
import { parseWitnessRequest } from '../../src/core/log/witness-request.ts'
import { signingKeyids } from '../../src/core/tuf-key.ts'
import { checkAuthority } from '../../src/main/check-authority.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { acceptSignatures } from '../../src/publish/drafts/accept-signatures.ts'
import type { Draft } from '../../src/publish/drafts/draft.ts'
import { findDraft, readDrafts, stateOf } from '../../src/publish/drafts/find-draft.ts'
import { printPayloadFile } from '../../src/publish/drafts/payload-file.ts'
import type { TrustChanged } from '../../src/publish/drafts/change-trust.ts'
import { finishBatch } from '../../src/publish/finish-batch.ts'
import { ensureListRole } from '../../src/publish/list-role.ts'
import { readPolicy } from '../../src/publish/log-policy.ts'
import type { AskWitness } from '../../src/publish/ports.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { renewRole } from '../../src/publish/renew-role.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { openFolderAgent } from '../support/folder-agent.ts'
import { makeKeyHolder, type KeyHolder } from '../support/key-holder.ts'
import { mockLines } from '../support/mock-published.ts'
import { makeSigner } from '../support/witness-log.ts'

const DAY_MS = 86_400_000

let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
})
afterEach(() => {
  authority.close()
  home.remove()
})

const draftOf = ({ drafted }: Pick<TrustChanged, 'drafted'>): Draft => {
  if (drafted === null) throw new Error('expected a draft, got a commit')
  return drafted.draft
}
const payloadOf = (draft: Draft): string => printPayloadFile(authority.store, draft)
const code = async (work: Promise<unknown>): Promise<FaultCode | null> => {
  try {
    await work
    return null
  } catch (error) {
    if (isFault(error)) return error.code
    throw error
  }
}
const signedBy = (role: string): string[] =>
  signingKeyids(authority.store.metadata.latest(role)!.bytes)
const actsOf = (name: string): unknown[] =>
  [...authority.store.events.all(1)].filter(({ act }) => act === name).map(({ subject }) => subject)

async function findings(): Promise<unknown[]> {
  const now = (): Date => home.clock.at
  const source = await openFolder(authority.paths.published)
  const options = { at: now(), policy: null, root: null, checkpoint: null }
  return (await checkPublished(source, { ...options, limits: defaultLimits(now) }))
    .findings as unknown[]
}

/** Three holders have root, two of whom must sign; the authority has no root key any more. */
async function giveAway(role: 'root' | 'targets'): Promise<readonly KeyHolder[]> {
  const holders = [await makeKeyHolder(role), await makeKeyHolder(role), await makeKeyHolder(role)]
  const publicKeys = holders.map(({ key }) => key)
  const draft = draftOf(
    await changeKeys(authority, { role, change: 'rotate', publicKeys, threshold: 2 }),
  )
  for (const holder of holders.slice(0, 2)) {
    await acceptSignatures(authority, await holder.sign(payloadOf(draft)))
  }
  await projectPublished(authority)
  const kept = authority.keys.all().filter(({ use }) => use === role)
  for (const { keyid } of kept) rmSync(join(authority.paths.keys, `${keyid}.json`))
  return holders
}

describe('root with three holders', () => {
  it('is made of the key of init by two of them, and agents follow', async () => {
    applyList(authority, 'phishing')
    await publishLines(authority, 'phishing', mockLines('a.example'))
    const agent = await openFolderAgent(
      authority.paths.published,
      authority.paths.root,
      () => home.clock.at,
    )
    expect(await agent.pull()).toEqual([])
    const holders = [
      await makeKeyHolder('root'),
      await makeKeyHolder('root'),
      await makeKeyHolder('root'),
    ]
    const [alice, bob] = holders as [KeyHolder, KeyHolder]
    const publicKeys = holders.map(({ key }) => key)
    const old = authority.keys.all().find(({ use }) => use === 'root')!.keyid
    const outcome = await changeKeys(authority, {
      ...{ role: 'root', change: 'rotate', publicKeys, threshold: 2 },
    })
    const draft = draftOf(outcome)
    expect(outcome.signed).toEqual([])
    // The key of init is here: of the thresholds the new one alone is missing.
    expect(outcome.drafted?.missing).toEqual([
      {
        ...{ role: 'root', version: 2, namedBy: 'root 2', threshold: 2, there: [] },
        missing: publicKeys.map(({ keyid }) => keyid),
      },
    ])
    expect(authority.store.metadata.latest('root')?.version).toBe(1)

    const [first] = await acceptSignatures(authority, await alice.sign(payloadOf(draft)))
    expect(first).toMatchObject({ taken: [alice.key.keyid], signed: [] })
    expect(first?.missing).toMatchObject([{ there: [alice.key.keyid], threshold: 2 }])
    expect(actsOf('key-rotated')).toEqual([])
    const [second] = await acceptSignatures(authority, await bob.sign(payloadOf(draft)))
    expect(second).toMatchObject({ taken: [bob.key.keyid], missing: [], signed: ['root'] })
    await projectPublished(authority)

    expect(readDrafts(authority)).toEqual([])
    expect(signedBy('root')).toEqual([old, alice.key.keyid, bob.key.keyid].sort())
    expect(actsOf('key-rotated')).toEqual([
      { role: 'root', keyids: publicKeys.map(({ keyid }) => keyid), threshold: 2 },
    ])
    const used = actsOf('key-used').at(-1) as { signed: readonly { keyids: string[] }[] }
    expect(used.signed.map(({ keyids }) => keyids)).toEqual([signedBy('root')])
    await publishLines(authority, 'phishing', mockLines('a.example', 'b.example'))
    expect(await agent.pull()).toEqual([])
    expect(agent.status()).toMatchObject({ serial: 2 })
    expect(await findings()).toEqual([])
  })

  it('is renewed, changed and handed on by any two of them', async () => {
    const [alice, bob, carol] = (await giveAway('root')) as [KeyHolder, KeyHolder, KeyHolder]
    for (const [one, other] of [
      [alice, bob],
      [bob, carol],
    ] as const) {
      const draft = draftOf(await renewRole(authority, 'root'))
      const payload = payloadOf(draft)
      await acceptSignatures(authority, [
        ...(await one.sign(payload)),
        ...(await other.sign(payload)),
      ])
    }
    expect(authority.store.metadata.latest('root')?.version).toBe(4)
    // Carol leaves, and Dora comes: two of the old and two of the new, which two people can be.
    const dora = await makeKeyHolder('root')
    const publicKeys = [dora.key]
    const added = draftOf(await changeKeys(authority, { role: 'root', change: 'add', publicKeys }))
    const payload = payloadOf(added)
    await acceptSignatures(authority, await bob.sign(payload))
    await acceptSignatures(authority, await carol.sign(payload))
    expect(authority.store.metadata.latest('root')?.version).toBe(5)
    await projectPublished(authority)
    expect(await findings()).toEqual([])
  })

  it('names new online keys, of snapshot and timestamp in one root', async () => {
    const [alice, , carol] = (await giveAway('root')) as [KeyHolder, KeyHolder, KeyHolder]
    const change = 'rotate'
    const outcome = await changeKeys(
      authority,
      { role: 'snapshot', change },
      { role: 'timestamp', change },
    )
    const fresh = outcome.roles.map(({ made }) => made[0]!.keyid)
    const payload = payloadOf(draftOf(outcome))
    await acceptSignatures(authority, await carol.sign(payload))
    const [done] = await acceptSignatures(authority, await alice.sign(payload))
    expect(done?.signed).toEqual(['root', 'snapshot'])
    expect([...signedBy('snapshot'), ...signedBy('timestamp')]).toEqual(fresh)
    await projectPublished(authority)
    expect(await findings()).toEqual([])
  })
})

describe('targets with three holders', () => {
  it('takes up lists, one draft for all that lack a role, and publishes them afterwards', async () => {
    const [alice, bob] = (await giveAway('targets')) as [KeyHolder, KeyHolder, KeyHolder]
    applyList(authority, 'phishing')
    applyList(authority, 'malware')
    const list = (id: string) => authority.store.lists.find(id)!
    const drafted = await ensureListRole(authority, list('phishing'))
    expect(drafted?.draft.plan.lists).toEqual(['list-malware', 'list-phishing'])
    expect((await ensureListRole(authority, list('malware')))?.draft.id).toBe(drafted?.draft.id)
    expect(await code(publishLines(authority, 'phishing', mockLines('a.example')))).toBe(
      'draft/waits',
    )
    expect(readDrafts(authority)).toHaveLength(1)
    for (const holder of [alice, bob]) {
      await acceptSignatures(authority, await holder.sign(payloadOf(drafted!.draft)))
    }
    for (const id of ['phishing', 'malware']) {
      await publishLines(authority, id, mockLines('a.example', 'b.example'))
    }
    expect(await findings()).toEqual([])
    const agent = await openFolderAgent(
      authority.paths.published,
      authority.paths.root,
      () => home.clock.at,
    )
    expect(await agent.pull()).toEqual([])
  })

  it('gives a list, exports and the log what they need', async () => {
    applyList(authority, 'phishing')
    await publishLines(authority, 'phishing', mockLines('a.example'))
    const [alice, bob] = (await giveAway('targets')) as [KeyHolder, KeyHolder, KeyHolder]
    const policy = `# with a word for readers\n${readPolicy(authority.store) ?? ''}`
    const changes = [
      () => changeKeys(authority, { role: 'list-phishing', change: 'rotate' }),
      () => changeKeys(authority, { role: 'export', change: 'rotate' }),
      () => changePolicy(authority, policy),
      () => renewRole(authority, 'targets'),
    ]
    for (const change of changes) {
      const payload = payloadOf(draftOf(await change()))
      // What is published meanwhile doesn't overtake it.
      await publishLines(authority, 'phishing', mockLines(`at-${Math.random()}.example`))
      // Staged files don't live as long as a draft may.
      home.clock.at = new Date(home.clock.at.getTime() + 2 * DAY_MS)
      authority.files.discardStaged(home.clock.at)
      const all = [...(await alice.sign(payload)), ...(await bob.sign(payload))]
      expect(await acceptSignatures(authority, all)).toMatchObject([{ missing: [] }])
      await projectPublished(authority)
    }
    expect(readPolicy(authority.store)).toBe(policy)
    expect(await findings()).toEqual([])
  })
})

describe('drafts', () => {
  it('of one version: the first that is signed overtakes the other', async () => {
    const [alice, bob] = (await giveAway('root')) as [KeyHolder, KeyHolder, KeyHolder]
    const one = draftOf(await renewRole(authority, 'root'))
    const other = draftOf(await changeKeys(authority, { role: 'snapshot', change: 'rotate' }))
    await acceptSignatures(authority, await alice.sign(payloadOf(other)))
    for (const holder of [alice, bob]) {
      await acceptSignatures(authority, await holder.sign(payloadOf(one)))
    }
    expect(stateOf(authority, findDraft(authority, other.id)).dead).toBe('overtaken')
    expect(await code(acceptSignatures(authority, await bob.sign(payloadOf(other))))).toBe(
      'draft/overtaken',
    )
    expect(authority.store.metadata.latest('root')?.version).toBe(3)
    authority.drafts.remove(other.id)
    expect(await code(acceptSignatures(authority, await bob.sign(payloadOf(other))))).toBe(
      'draft/not-found',
    )
  })

  it('are overtaken by what this host signs itself', async () => {
    const publicKeys = [(await makeKeyHolder('root')).key]
    const holder = await makeKeyHolder('root')
    const draft = draftOf(
      await changeKeys(authority, {
        ...{ role: 'root', change: 'add', threshold: 3, publicKeys: [holder.key, ...publicKeys] },
      }),
    )
    await changeKeys(authority, { role: 'timestamp', change: 'rotate' })
    expect(await code(acceptSignatures(authority, await holder.sign(payloadOf(draft))))).toBe(
      'draft/overtaken',
    )
  })

  it('are too old when they would have to be renewed at once', async () => {
    const [alice] = (await giveAway('root')) as [KeyHolder, KeyHolder, KeyHolder]
    const draft = draftOf(await renewRole(authority, 'root'))
    const start = home.clock.at.getTime()
    home.clock.at = new Date(start + ((365 * 2) / 3) * DAY_MS - 60_000)
    expect(stateOf(authority, draft).dead).toBeNull()
    home.clock.at = new Date(start + ((365 * 2) / 3) * DAY_MS + 60_000)
    expect(stateOf(authority, draft).dead).toBe('expired')
    const late = await alice.sign(payloadOf(draft), home.clock.at)
    expect(await code(acceptSignatures(authority, late))).toBe('draft/expired')
    const after = new Date(start + 366 * DAY_MS)
    expect(await code(alice.sign(payloadOf(draft), after))).toBe('draft/expired')
  })

  it('count each key once, and take signatures all or none', async () => {
    const [alice, bob] = (await giveAway('root')) as [KeyHolder, KeyHolder, KeyHolder]
    const draft = draftOf(await renewRole(authority, 'root'))
    const [good] = await alice.sign(payloadOf(draft))
    const [again] = await acceptSignatures(authority, [good!, good!])
    expect(again).toMatchObject({ taken: [alice.key.keyid], signed: [] })
    expect(again?.missing).toMatchObject([
      { there: [alice.key.keyid] },
      { there: [alice.key.keyid] },
    ])
    const [known] = await acceptSignatures(authority, [good!])
    expect(known).toMatchObject({ taken: [], known: [alice.key.keyid], signed: [] })

    const [other] = await bob.sign(payloadOf(draft))
    const stranger = await makeKeyHolder('root')
    const bad = [
      { given: { ...other!, sig: good!.sig }, expected: 'signature/invalid' },
      { given: { ...other!, payload: 'ab'.repeat(32) }, expected: 'draft/not-found' },
      { given: { ...other!, keyid: stranger.key.keyid }, expected: 'key/unasked' },
    ]
    for (const { given, expected } of bad) {
      expect(await code(acceptSignatures(authority, [other!, given]))).toBe(expected)
      expect(findDraft(authority).signatures).toHaveLength(1)
    }
    expect(await code(stranger.sign(payloadOf(draft)))).toBe('key/unasked')
  })

  it('that somebody edits are told, and can be dropped', async () => {
    await giveAway('root')
    const draft = draftOf(await renewRole(authority, 'root'))
    const [name] = readdirSync(authority.paths.drafts)
    const text = readFileSync(join(authority.paths.drafts, name!), 'utf8')
    authority.drafts.put(draft.id, Buffer.from(text.replace('"threshold":2', '"threshold":1')))
    expect(await code(Promise.resolve().then(() => readDrafts(authority)))).toBe('draft/invalid')
    authority.drafts.remove(draft.id)
    expect(readDrafts(authority)).toEqual([])
  })

  it('that have enough signatures wait for the witnesses like everything else, and are drafts no more', async () => {
    const witness = makeSigner('one.example', 'cosignature')
    let isAway = false
    const askWitness: AskWitness = async (_, body) => {
      if (isAway) throw new Fault('fetch/unreachable', 'expected an answer, got none')
      const { checkpoint } = parseWitnessRequest(Buffer.from(body))
      const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
      const lines = printSignatureLines([await cosignCheckpoint(witness, text, 1_893_456_000)])
      return { status: 200, body: Buffer.from(lines) }
    }
    const deps = { ...authority, askWitness }
    const log = /^log .*$/m.exec(readPolicy(authority.store)!)![0]
    const line = `witness one ${printNoteKey(witness.key)} http://127.0.0.1:1/`
    await changePolicy(deps, `${log}\n${line}\nquorum one\n`)
    const { key, sign } = await makeKeyHolder('root')
    const change = { role: 'root', change: 'add', publicKeys: [key], threshold: 2 } as const
    const draft = draftOf(await changeKeys(deps, change))
    isAway = true
    const given = await sign(payloadOf(draft))
    expect(await code(acceptSignatures(deps, given))).toBe('publish/waits')
    expect(readDrafts(deps)).toEqual([])
    expect(authority.store.metadata.latest('root')?.version).toBe(1)
    isAway = false
    await finishBatch(deps)
    expect(signedBy('root')).toContain(key.keyid)
  })

  it('of a policy that targets do not name are damaged', async () => {
    await giveAway('targets')
    const policy = readPolicy(authority.store) ?? ''
    const draft = draftOf(await changePolicy(authority, `# one\n${policy}`))
    expect(readDrafts(authority)).toHaveLength(1)
    const text = Buffer.from(authority.drafts.all()[0]!.bytes).toString().replace('# one', '# two')
    authority.drafts.put(draft.id, Buffer.from(text))
    expect(await code(Promise.resolve().then(() => readDrafts(authority)))).toBe('draft/invalid')
  })

  it('and roots that near their end are told by doctor', async () => {
    await giveAway('root')
    const look = async () => {
      const checks = await checkAuthority(home.data, { env: {}, now: () => home.clock.at })
      return checks.flatMap(({ check, findings }) => findings.map((told) => `${check}: ${told}`))
    }
    expect(await look()).toEqual([])
    draftOf(await renewRole(authority, 'root'))
    expect(await look()).toEqual([expect.stringMatching(/^drafts: .* waits for signatures/)])
    home.clock.at = new Date(home.clock.at.getTime() + 245 * DAY_MS)
    const told = (await look()).join('\n')
    expect(told).toMatch(/root is signed until .*«bailiwick key renew root»/)
    expect(told).toMatch(/drafts: .*expired/)
  })
})

describe('keys elsewhere', () => {
  it('are for root and targets alone, each once, and in reach of the threshold', async () => {
    const { key } = await makeKeyHolder('root')
    applyList(authority, 'phishing')
    await publishLines(authority, 'phishing', mockLines('a.example'))
    for (const role of ['snapshot', 'timestamp', 'export', 'list-phishing']) {
      const change = { role, change: 'rotate', publicKeys: [key] } as const
      expect(await code(changeKeys(authority, change)), role).toBe('usage/invalid')
    }
    for (const [publicKeys, threshold] of [
      [[key, key], 1],
      [[key], 2],
    ] as const) {
      const change = { role: 'root', change: 'rotate', publicKeys, threshold } as const
      expect(await code(changeKeys(authority, change))).toBe('usage/invalid')
    }
    expect(readDrafts(authority)).toEqual([])
  })
})
