import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Authority } from '../../src/main/open-authority.ts'
import { acceptSignatures } from '../../src/publish/drafts/accept-signatures.ts'
import { printPayloadFile } from '../../src/publish/drafts/payload-file.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { makeKeyHolder } from '../support/key-holder.ts'
import { entryLine, sortLines } from '../support/lines.ts'
import { openTufReader, readSnapshot } from '../support/tuf-oracle.ts'

/** Debian's python3, which has Debian's securesystemslib; another may stand first on PATH. */
const PYTHON = '/usr/bin/python3'
const SCRIPT = fileURLToPath(new URL('../support/verify-repository.py', import.meta.url))

function hasSecuresystemslib(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import securesystemslib.keys'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error('expected securesystemslib in CI, got none')
    console.warn(
      'SKIPPED: the check by securesystemslib needs the package python3-securesystemslib',
    )
    return false
  }
}

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

const some = (count: number) => sortLines(Array.from({ length: count }, (_, i) => entryLine(i)))

/** Two lists, one restricted, several serials, and every key changed once; root needs two of three, at last three holders elsewhere. */
async function makeHistory(): Promise<void> {
  applyList(authority, 'phishing', { title: 'Phishing – Liste «ä» 中' })
  applyList(authority, 'court', { visibility: 'restricted' }, '0123456789abcdef0123456789abcdef')
  for (const count of [50, 60, 40]) {
    await publishLines(authority, 'phishing', some(count))
    await publishLines(authority, 'court', some(count * 2))
  }
  await changeKeys(authority, { role: 'root', change: 'add' })
  await changeKeys(authority, { role: 'root', change: 'add', threshold: 2 })
  for (const role of ['root', 'targets', 'snapshot', 'timestamp', 'list-phishing', 'export']) {
    await changeKeys(authority, { role, change: 'rotate' })
  }
  await changeKeys(authority, { role: 'list-phishing', change: 'add', threshold: 2 })
  await giveRootAway()
  await projectPublished(authority)
  await publishLines(authority, 'phishing', some(70))
}

/** The last root is made in a ceremony: two of three holders have root from then on. */
async function giveRootAway(): Promise<void> {
  const holders = [
    await makeKeyHolder('root'),
    await makeKeyHolder('root'),
    await makeKeyHolder('root'),
  ]
  const publicKeys = holders.map(({ key }) => key)
  const { drafted } = await changeKeys(authority, {
    ...{ role: 'root', change: 'rotate', publicKeys, threshold: 2 },
  })
  const payload = printPayloadFile(authority.store, drafted!.draft)
  for (const { sign } of holders.slice(1)) {
    await acceptSignatures(authority, await sign(payload))
  }
}

function verifyWithPython(): Record<string, number> {
  const output = execFileSync(PYTHON, [SCRIPT, authority.paths.published, authority.paths.root], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return JSON.parse(output.toString()) as Record<string, number>
}

describe.runIf(hasSecuresystemslib())('securesystemslib', () => {
  it('finds every signature, key id, threshold and hash right, after every kind of rotation', async () => {
    await makeHistory()
    const checked = verifyWithPython()
    expect(checked).toMatchObject({ roots: 8, roles: 3 })
    // Each of: snapshot, three deltas and a definition; snapshot, two deltas and a definition; the key of exports and the policy of the log.
    expect(checked['targets']).toBe(5 + 4 + 2)
    // 1 + 1 (root 2, by the old) + 2 and so on; at the least one for each of what is checked.
    expect(checked['signatures']).toBeGreaterThan(20)
  })

  it('and finds a changed byte in any metadata', async () => {
    await makeHistory()
    const folder = join(authority.paths.published, 'tuf/metadata')
    const newest = ['timestamp', 'snapshot', 'targets', 'list-phishing', 'root'].map((role) => {
      const version = authority.store.metadata.latest(role)!.version
      return role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`
    })
    for (const name of newest) {
      const before = readFileSync(join(folder, name), 'utf8')
      writeFileSync(join(folder, name), before.replace('"expires":"20', '"expires":"21'))
      expect(() => verifyWithPython(), name).toThrow()
      writeFileSync(join(folder, name), before)
    }
    verifyWithPython()
  })
})

describe('tuf-js on its own', () => {
  it('walks through eight roots at once and reads both lists', async () => {
    await makeHistory()
    const reader = await openTufReader(authority.paths.published, authority.paths.root)
    expect(await readSnapshot(reader, 'phishing')).toMatchObject({ serial: 4, entries: 70 })
    expect(await readSnapshot(reader, '0123456789abcdef0123456789abcdef')).toMatchObject({
      list: 'court',
      serial: 3,
      entries: 80,
    })
    await reader.close()
  })

  it('refuses what is signed by the replaced keys alone', async () => {
    applyList(authority, 'a')
    await publishLines(authority, 'a', some(3))
    const old = readFileSync(join(authority.paths.published, 'tuf/metadata/timestamp.json'))
    await changeKeys(authority, { role: 'timestamp', change: 'rotate' })
    await projectPublished(authority)
    const reader = await openTufReader(authority.paths.published, authority.paths.root)
    writeFileSync(join(authority.paths.published, 'tuf/metadata/timestamp.json'), old)
    await expect(reader.refresh()).rejects.toThrow('signed by 0/1 keys')
    await reader.close()
  })

  it('refuses a root that skips a version', async () => {
    for (let i = 0; i < 2; i++) await changeKeys(authority, { role: 'root', change: 'rotate' })
    await projectPublished(authority)
    const folder = join(authority.paths.published, 'tuf/metadata')
    expect(readdirSync(folder).filter((name) => name.endsWith('root.json'))).toHaveLength(3)
    writeFileSync(join(folder, '2.root.json'), readFileSync(join(folder, '3.root.json')))
    rmSync(join(folder, '3.root.json'))
    const reader = await openTufReader(authority.paths.published, authority.paths.root)
    await expect(reader.refresh()).rejects.toThrow()
    await reader.close()
  })
})
