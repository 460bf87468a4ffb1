import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkPublished } from '../../src/audit/check-published.ts'
import { explainName } from '../../src/audit/explain-name.ts'
import type { Explanation } from '../../src/audit/explanation.ts'
import { defaultLimits } from '../../src/audit/limit-published.ts'
import { SpoolFolder } from '../../src/audit/line-spool.ts'
import { readHistory } from '../../src/audit/list-history.ts'
import { openFolder } from '../../src/audit/open-folder.ts'
import { verifyExplanation } from '../../src/audit/verify-explanation.ts'
import { parseNote } from '../../src/core/log/note.ts'
import { parseNoteKey, printNoteKey, type NoteKey } from '../../src/core/log/note-key.ts'
import { parsePolicy } from '../../src/core/log/parse-policy.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { describeKeys } from '../../src/publish/describe-keys.ts'
import { logNoteKey, readPolicy } from '../../src/publish/log-policy.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { rotateLogKey } from '../../src/publish/rotate-log-key.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { openFolderAgent, type FolderAgent } from '../support/folder-agent.ts'
import { makeWitnessHost } from '../support/live-witness.ts'
import { mockLines } from '../support/mock-published.ts'

let home: TestAuthority
let authority: Authority

beforeEach(async () => {
  home = await makeTestAuthority()
  authority = home.open()
  applyList(authority, 'phishing')
  await publishLines(authority, 'phishing', mockLines('a.example'))
})
afterEach(() => {
  authority.close()
  home.remove()
})

const policyKey = (): NoteKey => parsePolicy(Buffer.from(readPolicy(authority.store)!)).logs[0]!.key
const openAgent = (): Promise<FolderAgent> =>
  openFolderAgent(authority.paths.published, authority.paths.root, () => home.clock.at)
const publish = (...names: string[]): Promise<unknown> =>
  publishLines(authority, 'phishing', mockLines(...names))
/** By whose keys the newest checkpoint is signed. */
const signers = (): number[] => {
  const note = readFileSync(join(authority.paths.published, 'log/checkpoint'))
  return parseNote(note).signatures.map(({ keyId }) => keyId)
}

const heldLogKey = (): { readonly keyid: string } =>
  authority.keys.all().find(({ use }) => use === 'log')!

async function explain(value: string): Promise<Explanation> {
  const source = await openFolder(authority.paths.published)
  const spools = new SpoolFolder()
  try {
    const history = await readHistory(source)
    return await explainName({ source, spools }, history, history.lists, value)
  } finally {
    spools.close()
  }
}

async function findings(): Promise<readonly unknown[]> {
  const now = (): Date => home.clock.at
  const source = await openFolder(authority.paths.published)
  const options = { at: now(), policy: null, root: null, checkpoint: null }
  return (await checkPublished(source, { ...options, limits: defaultLimits(now) })).findings
}

test('the log gets another key, under its origin, and agents and a witness follow in their own time', async () => {
  const old = policyKey()
  const before = readPolicy(authority.store)!
  const oldVkey = /^log (\S+)$/m.exec(before)![1]!
  const host = await makeWitnessHost('one.example', [oldVkey])
  let witness = await host.start()
  const withWitness = (url: string): string =>
    `# kept\nlog ${oldVkey} https://lists.cert.example\nwitness one ${host.vkey} ${url}\nquorum one\n`
  await changePolicy(authority, withWitness(witness.url))
  await publish('a.example', 'b.example')
  const [prompt, away, gone] = [await openAgent(), await openAgent(), await openAgent()]
  for (const agent of [prompt, away, gone]) {
    expect([await agent.pull(), await agent.pull()]).toEqual([[], []])
  }

  const { made, vkey, drafted } = await rotateLogKey(authority)
  await projectPublished(authority)
  expect(drafted).toBeNull()
  const fresh = parseNoteKey(vkey)
  expect(fresh.name).toBe(old.name)
  expect(readPolicy(authority.store)).toBe(withWitness(witness.url).replace(oldVkey, vkey))
  // The new key first, then the one that readers and the witness know.
  expect(signers()).toEqual([fresh.id, old.id, host.key.id])
  expect(describeKeys(authority).filter(({ role }) => role?.endsWith('log'))).toMatchObject([
    { role: 'log', keyid: made.keyid, isHeld: true },
    { role: 'earlier log', isHeld: true },
  ])
  expect(await findings()).toEqual([])
  expect([await prompt.pull(), await prompt.pull()]).toEqual([[], []])

  await publish('a.example', 'c.example')
  expect(signers()).toEqual([fresh.id, old.id, host.key.id])
  // Two pulls: by the first the policy is proven, by the second it counts.
  expect([await away.pull(), await away.pull()]).toEqual([[], []])
  expect(away.status()).toMatchObject({ serial: 3 })

  // The witness takes the new key beside the old one, and then the old one is put away.
  const listen = new URL(witness.url).host
  await witness.stop()
  witness = await host.start({ listen, logs: [oldVkey, vkey] })
  expect([await prompt.pull(), await away.pull()]).toEqual([[], []])
  const earlier = describeKeys(authority).find(({ role }) => role === 'earlier log')!.keyid
  expect((await runBailiwick(['--data', home.data, 'key', 'forget', made.keyid])).code).toBe(2)
  expect((await runBailiwick(['--data', home.data, 'key', 'forget', earlier])).code).toBe(0)
  expect(existsSync(join(authority.paths.keys, `${earlier}.json`))).toBe(false)
  authority.close()
  authority = home.open()
  await publish('a.example', 'd.example')
  expect(signers()).toEqual([fresh.id, host.key.id])
  for (const agent of [prompt, away]) {
    expect(await agent.pull()).toEqual([])
    expect(agent.status()).toMatchObject({ serial: 4 })
  }
  // Who was away all that time needs the new policy from somebody.
  expect(await gone.pull()).toEqual(['log/signature'])
  expect(gone.status()).toMatchObject({ serial: 2 })
  expect(await findings()).toEqual([])
  await witness.stop()
})

test('a name is explained through all policies, and under the one that is brought alone', async () => {
  const [before, { keyid }] = [readPolicy(authority.store)!, heldLogKey()]
  await rotateLogKey(authority)
  await projectPublished(authority)
  await publish('b.example')
  rmSync(join(authority.paths.keys, `${keyid}.json`))
  authority.close()
  authority = home.open()
  await publish('c.example')
  const root = readFileSync(join(authority.paths.published, 'tuf/metadata/1.root.json'))
  const verify = (told: Explanation, policy: string) => (): void =>
    verifyExplanation(told, { policy: parsePolicy(Buffer.from(policy)), root })
  const [first, last] = [await explain('a.example'), await explain('c.example')]
  expect(first.policies).toHaveLength(2)
  for (const told of [first, last]) {
    expect(verify(told, readPolicy(authority.store)!)).not.toThrow()
    expect(() => verifyExplanation(told, { policy: null, root })).not.toThrow()
  }
  // The old key didn't sign the last serial: that targets in the file have signed another policy is nothing to who brings the old one.
  expect(verify(last, before)).toThrow(expect.objectContaining({ code: 'audit/proof' }))
})

test('a policy under another origin is refused, though the key is ours', async () => {
  const { made, vkey } = await rotateLogKey(authority)
  const other = printNoteKey(logNoteKey('other.example/log', made))
  const renamed = readPolicy(authority.store)!.replace(vkey, other)
  await expect(changePolicy(authority, renamed)).rejects.toThrow(
    expect.objectContaining({ code: 'log/policy' }),
  )
})

test('the key of a log that the host lost is not replaced', async () => {
  const { keyid } = heldLogKey()
  rmSync(join(authority.paths.keys, `${keyid}.json`))
  await expect(rotateLogKey(authority)).rejects.toThrow(
    expect.objectContaining({ code: 'key/missing' }),
  )
})
