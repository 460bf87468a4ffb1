import { readFileSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { printCheckpoint, parseCheckpoint } from '../../src/core/log/checkpoint.ts'
import { parseNote, printNote, printSignatureLines } from '../../src/core/log/note.ts'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { cosignCheckpoint, signNote } from '../../src/core/log/sign-note.ts'
import { parseWitnessRequest } from '../../src/core/log/witness-request.ts'
import { minisignDigest, parseMinisignKey, verifyMinisign } from '../../src/core/minisign.ts'
import { tufKey } from '../../src/core/tuf-key.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { acceptSignatures } from '../../src/publish/drafts/accept-signatures.ts'
import { printPayloadFile } from '../../src/publish/drafts/payload-file.ts'
import { EXPORT_KEY_TARGET } from '../../src/publish/init-authority.ts'
import { logNoteKey, readPolicy } from '../../src/publish/log-policy.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import type { AskWitness, PublicKey } from '../../src/publish/ports.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { rotateLogKey } from '../../src/publish/rotate-log-key.ts'
import { signMinisign } from '../../src/publish/sign-minisign.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { openFolderAgent, type FolderAgent } from '../support/folder-agent.ts'
import { makeKeyHolder } from '../support/key-holder.ts'
import { stealKeys, type KeyThief } from '../support/key-thief.ts'
import { mockLines } from '../support/mock-published.ts'
import { openTufReader, targetInfo } from '../support/tuf-oracle.ts'
import { makeSigner } from '../support/witness-log.ts'

/** `docs/operate.md` has the drills; here each of them is run. */

const FAR = 1_000_000

let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'phishing')
  await publish(1)
})
afterEach(() => {
  authority.close()
  home.remove()
})

const publish = (count: number, deps = authority): Promise<unknown> => {
  const names = Array.from({ length: count }, (_, i) => `n${i}.example`)
  return publishLines(deps, 'phishing', mockLines(...names))
}
const rotate = async (...roles: string[]): Promise<void> => {
  await changeKeys(authority, ...roles.map((role) => ({ role, change: 'rotate' as const })))
  await projectPublished(authority)
}
const openAgent = ({ mirror }: KeyThief): Promise<FolderAgent> =>
  openFolderAgent(mirror, authority.paths.root, () => home.clock.at)

/** What a reader without a log believes of the list: its serial, or null where he refuses. */
async function readsWithoutLog({ mirror }: KeyThief): Promise<unknown> {
  const reader = await openTufReader(mirror, authority.paths.root)
  try {
    const info = await targetInfo(await reader.refresh(), 'lists/phishing/snapshot.txt.gz')
    return (info as unknown as { custom: { serial: number } }).custom.serial
  } catch {
    return null
  } finally {
    await reader.close()
  }
}

/** Recovered: readers follow the authority again, and what the thief signs from now on is nothing to them. */
async function expectRecovered(agent: FolderAgent, thief: KeyThief, serial: number): Promise<void> {
  thief.showTruth()
  expect(await agent.pull()).toEqual([])
  expect(agent.status()).toMatchObject({ serial })
  expect(await readsWithoutLog(thief)).toBe(serial)
}

/** Another serial in the list's metadata, without a new version. */
async function lieAboutList(thief: KeyThief, use = 'list-phishing'): Promise<void> {
  const list = thief.read('list-phishing')
  const custom = list.targets['lists/phishing/snapshot.txt.gz']!.custom as { serial: number }
  custom.serial = FAR
  await thief.show('list-phishing', list, use)
}

test('the timestamp key: a thief winds the version far on, and a new root winds it back', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  const stamp = async (): Promise<unknown> =>
    thief.show('timestamp', { ...thief.read('timestamp'), version: FAR }, 'timestamp')
  await stamp()
  expect(await agent.pull()).toEqual([])
  await publish(2)
  thief.showTruth()
  // TUF 1.0 §5.4.3: what is older than what was seen is refused; the list stays.
  expect(await agent.pull()).toEqual(['trust/rollback'])
  expect(agent.status()).toMatchObject({ serial: 1 })

  await rotate('timestamp')
  await expectRecovered(agent, thief, 2)
  await stamp()
  expect(await agent.pull()).toEqual(['trust/signature'])
  expect(await readsWithoutLog(thief)).toBeNull()
  expect(agent.status()).toMatchObject({ serial: 2 })
})

test('the snapshot and the timestamp key: both are replaced in one root, and readers forget the thief', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  const reader = await openTufReader(thief.mirror, authority.paths.root)
  const forward = async (): Promise<void> => {
    const snapshot = { ...thief.read('snapshot'), version: FAR }
    const bytes = await thief.show('snapshot', snapshot, 'snapshot')
    const timestamp = { ...thief.read('timestamp'), version: FAR }
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    timestamp.meta['snapshot.json'] = { version: FAR, length: bytes.length, hashes: { sha256 } }
    await thief.show('timestamp', timestamp, 'timestamp')
  }
  await forward()
  // The log has no such snapshot, so an agent keeps nothing of it; who has no log is led far ahead.
  expect((await agent.pull())[0]).toMatch(/^log\//)
  await reader.refresh()
  await publish(2)
  thief.showTruth()
  expect(await agent.pull()).toEqual([])
  await expect(reader.refresh()).rejects.toThrow()

  await rotate('snapshot', 'timestamp')
  // TUF 1.0 §5.3.11: with new keys of timestamp and snapshot, what was trusted of both is forgotten.
  await expectRecovered(agent, thief, 2)
  await reader.refresh()
  await forward()
  expect(await agent.pull()).toEqual(['trust/signature'])
  await expect(reader.refresh()).rejects.toThrow()
  await reader.close()
})

test('the snapshot key alone changes nothing, for the timestamp has its hash', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  await publish(2)
  thief.showTruth()
  await thief.show(
    'snapshot',
    { ...thief.read('snapshot'), expires: '2037-01-01T00:00:00Z' },
    'snapshot',
  )
  expect(await agent.pull()).not.toEqual([])
  expect(await readsWithoutLog(thief)).toBeNull()
  await rotate('snapshot')
  await expectRecovered(agent, thief, 2)
})

test("a list's key: who has no log believes its thief, agents don't", async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  await publish(2)
  thief.showTruth()
  await lieAboutList(thief)
  expect(await readsWithoutLog(thief)).toBe(FAR)
  expect(await agent.pull()).toEqual(['log/unproven'])
  expect(agent.status()).toMatchObject({ serial: 1 })

  await rotate('list-phishing')
  await expectRecovered(agent, thief, 2)
  await publish(3)
  thief.showTruth()
  await lieAboutList(thief)
  expect(await readsWithoutLog(thief)).toBeNull()
  expect(await agent.pull()).toEqual(['trust/signature'])
})

test('the targets key gives a list to another key, until a root names others', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  const takeList = async (): Promise<void> => {
    const targets = thief.read('targets')
    const { keyid, publicHex } = thief.key('export')
    const { keys, roles } = targets.delegations
    roles.find(({ name }) => name === 'list-phishing')!.keyids = [keyid]
    targets.delegations = { roles, keys: { ...keys, [keyid]: tufKey(publicHex) } }
    await thief.show('targets', targets, 'targets')
    await lieAboutList(thief, 'export')
  }
  await publish(2)
  thief.showTruth()
  await takeList()
  expect(await readsWithoutLog(thief)).toBe(FAR)
  expect((await agent.pull())[0]).toMatch(/^(log|trust)\//)
  expect(agent.status()).toMatchObject({ serial: 1 })

  await rotate('targets')
  await expectRecovered(agent, thief, 2)
  await publish(3)
  thief.showTruth()
  await takeList()
  expect(await readsWithoutLog(thief)).toBeNull()
  expect((await agent.pull())[0]).toMatch(/^trust\//)
  expect(agent.status()).toMatchObject({ serial: 2 })
})

/** The next root, which has the thief's keys for everything. */
async function showOwnRoot(thief: KeyThief): Promise<void> {
  const root = thief.read('root')
  const { keyid, publicHex } = thief.key('root')
  const own = { keyids: [keyid], threshold: 1 }
  const roles = { root: own, snapshot: own, targets: own, timestamp: own }
  const next = { ...root, version: root.version + 1, roles, keys: { [keyid]: tufKey(publicHex) } }
  await thief.show('root', next, 'root')
  for (const role of ['targets', 'snapshot', 'timestamp']) {
    const signed = { ...thief.read(role) }
    if (role === 'targets') {
      signed.delegations.roles[0]!.keyids = [keyid]
      signed.delegations.keys = { [keyid]: tufKey(publicHex) }
      await lieAboutList(thief, 'root')
    }
    const bytes = await thief.show(role, signed, 'root')
    if (role !== 'snapshot') continue
    const timestamp = thief.read('timestamp')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    timestamp.meta['snapshot.json'] = {
      ...timestamp.meta['snapshot.json']!,
      length: bytes.length,
      hashes: { sha256 },
    }
    await thief.show('timestamp', timestamp, 'root')
  }
}

test('a root key below the threshold signs nothing, and is replaced by the others', async () => {
  const [alice, bob] = [await makeKeyHolder('root'), await makeKeyHolder('root')]
  const publicKeys = [alice.key, bob.key]
  const kept = authority.keys.all().find(({ use }) => use === 'root')!
  const draft = async (change: 'add' | 'rotate', keys: readonly PublicKey[]): Promise<string> => {
    const wanted = { role: 'root', change, publicKeys: keys, threshold: 2 } as const
    const { drafted } = await changeKeys(authority, wanted)
    return printPayloadFile(authority.store, drafted!.draft)
  }
  // Two of three: the key of init, on the server, and those of two holders.
  await acceptSignatures(authority, await alice.sign(await draft('add', publicKeys)))
  await projectPublished(authority)
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  await showOwnRoot(thief)
  expect(await agent.pull()).toEqual(['trust/signature'])
  expect(await readsWithoutLog(thief)).toBeNull()

  // The two that are left name a third instead of the stolen one.
  rmSync(join(authority.paths.keys, `${kept.keyid}.json`))
  const carol = await makeKeyHolder('root')
  const payload = await draft('rotate', [...publicKeys, carol.key])
  await acceptSignatures(authority, await alice.sign(payload))
  const [done] = await acceptSignatures(authority, await bob.sign(payload))
  expect(done?.signed).toEqual(['root'])
  await projectPublished(authority)
  await publish(2)
  await expectRecovered(agent, thief, 2)
  expect(thief.read('root').roles.root.keyids).not.toContain(kept.keyid)
  await showOwnRoot(thief)
  expect(await agent.pull()).toEqual(['trust/signature'])
})

test('root keys at the threshold: agents with a log hold out, everybody else begins anew', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  await showOwnRoot(thief)
  expect(await readsWithoutLog(thief)).toBe(FAR)
  const codes = await agent.pull()
  expect(codes[0]).toMatch(/^log\//)
  expect(agent.status()).toMatchObject({ serial: 1 })

  // The owners have the key too, as long as nobody has believed the thief: their next root is in the log.
  await rotate('root', 'targets', 'snapshot', 'timestamp')
  await publish(2)
  thief.showTruth()
  expect(await agent.pull()).toEqual([])
  expect(agent.status()).toMatchObject({ serial: 2 })
  await showOwnRoot(thief)
  expect(await agent.pull()).toEqual(['trust/signature'])

  // Whoever was taken in gets the newest root by another way, and begins with it.
  thief.showTruth()
  const root = join(thief.mirror, 'tuf/metadata/2.root.json')
  const again = await openFolderAgent(thief.mirror, root, () => home.clock.at)
  expect(await again.pull()).toEqual([])
  expect(again.status()).toMatchObject({ serial: 2 })
})

test('the key of the log shows another tree, until a policy names another key', async () => {
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect(await agent.pull()).toEqual([])
  const fork = async (): Promise<void> => {
    const shown = readFileSync(join(thief.mirror, 'log/checkpoint'))
    const { origin, size } = parseCheckpoint(parseNote(shown).text)
    const text = printCheckpoint({ origin, size, root: Buffer.alloc(32, 7) })
    const sign = async (bytes: Uint8Array): Promise<Uint8Array> =>
      Buffer.from(await thief.sign('log', bytes), 'hex')
    const signature = await signNote({ key: logNoteKey(origin, thief.key('log')), sign }, text)
    thief.showFile('log/checkpoint', printNote({ text, signatures: [signature] }))
  }
  await publish(2)
  thief.showTruth()
  await fork()
  expect(await agent.pull()).toEqual(['log/unproven'])
  expect(agent.status()).toMatchObject({ serial: 1 })

  await rotateLogKey(authority)
  await projectPublished(authority)
  await expectRecovered(agent, thief, 2)
  // By that pull the policy is proven: from the next one on the old key is nobody's.
  await publish(3)
  thief.showTruth()
  await fork()
  expect(await agent.pull()).toEqual(['log/signature'])
  await expectRecovered(agent, thief, 3)
})

test('the key of exports signs for those who have minisign alone, until its target names another', async () => {
  const thief = stealKeys(authority)
  const forged = Buffer.from('n0.example\nbank.example\n')
  const keyNow = () => {
    const target = thief.read('targets').targets[EXPORT_KEY_TARGET]!
    const path = `tuf/targets/keys/${target.hashes.sha256}.export.pub`
    return parseMinisignKey(readFileSync(join(thief.mirror, path), 'utf8'))
  }
  const key = thief.key('export')
  const signer = {
    ...key,
    sign: async (bytes: Uint8Array) => ({
      keyid: key.keyid,
      sig: await thief.sign('export', bytes),
    }),
  }
  const digest = minisignDigest([forged])
  const told = await signMinisign(signer, digest, 'list:phishing serial:9')
  expect(verifyMinisign(keyNow(), digest, told)).toContain('serial:9')

  await rotate('export')
  thief.showTruth()
  expect(() => verifyMinisign(keyNow(), digest, told)).toThrow(
    expect.objectContaining({ code: 'signature/invalid' }),
  )
})

test('the key of one witness of three is not enough, and a policy goes on without it', async () => {
  const witnesses = ['one', 'two', 'three'].map((name) => ({
    name,
    signer: makeSigner(`${name}.example`, 'cosignature'),
  }))
  const askWitness: AskWitness = async ({ name }, body) => {
    const { checkpoint } = parseWitnessRequest(Buffer.from(body))
    const { signer } = witnesses.find((one) => one.name === name)!
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
    const seconds = Math.floor(home.clock.at.getTime() / 1000)
    const lines = printSignatureLines([await cosignCheckpoint(signer, text, seconds)])
    return { status: 200, body: Buffer.from(lines) }
  }
  const deps = { ...authority, askWitness }
  const policyOf = (those: typeof witnesses): string => {
    const log = /^log .*$/m.exec(readPolicy(authority.store)!)![0]
    const lines = those.map(
      ({ name, signer }) => `witness ${name} ${printNoteKey(signer.key)} http://127.0.0.1:1/`,
    )
    const names = those.map(({ name }) => name).join(' ')
    return [log, ...lines, `group quorum-of 2 ${names}`, 'quorum quorum-of\n'].join('\n')
  }
  await changePolicy(deps, policyOf(witnesses))
  await projectPublished(deps)
  const thief = stealKeys(authority)
  const agent = await openAgent(thief)
  expect([await agent.pull(), await agent.pull()]).toEqual([[], []])
  /** What the log's key and some witnesses' keys can show. */
  const fork = async (those: typeof witnesses): Promise<void> => {
    const shown = readFileSync(join(thief.mirror, 'log/checkpoint'))
    const { origin, size } = parseCheckpoint(parseNote(shown).text)
    const text = printCheckpoint({ origin, size: size + 1, root: Buffer.alloc(32, 7) })
    const sign = async (bytes: Uint8Array): Promise<Uint8Array> =>
      Buffer.from(await thief.sign('log', bytes), 'hex')
    const signatures = [await signNote({ key: logNoteKey(origin, thief.key('log')), sign }, text)]
    for (const { signer } of those)
      signatures.push(await cosignCheckpoint(signer, text, 1_900_000_000))
    thief.showFile('log/checkpoint', printNote({ text, signatures }))
  }
  await publish(2, deps)
  thief.showTruth()
  await fork(witnesses.slice(0, 1))
  expect(await agent.pull()).toEqual(['log/quorum'])
  expect(agent.status()).toMatchObject({ serial: 1 })

  const [, ...others] = witnesses
  await changePolicy(deps, policyOf(others))
  await projectPublished(deps)
  await expectRecovered(agent, thief, 2)
  await publish(3, deps)
  thief.showTruth()
  // The stolen one and one more would have been two of three.
  await fork(witnesses.slice(0, 2))
  expect(await agent.pull()).toEqual(['log/quorum'])
  await expectRecovered(agent, thief, 3)
})
