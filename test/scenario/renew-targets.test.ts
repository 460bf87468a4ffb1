import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listRole, listTarget, SNAPSHOT_FILE, targetPath } from '../../src/core/layout.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { projectRenewed } from '../../src/main/project-renewed.ts'
import { readRoles } from '../../src/publish/authority-roles.ts'
import { readListRole } from '../../src/publish/list-role.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { commitLogged } from '../../src/publish/commit-logged.ts'
import { sealMetadata, signTargets } from '../../src/publish/seal-metadata.ts'
import { sha256Hex } from '../../src/publish/sign-metadata.ts'
import type { TargetsSigned } from '../../src/publish/tuf-metadata.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'

const LINE = 'bad.example\tdomain\tnxdomain\t-\tR1'
const SNAPSHOT = listTarget('phishing', SNAPSHOT_FILE)

let made: TestAuthority
let authority: Authority

beforeEach(async () => {
  made = await makeTestAuthority()
  authority = made.open()
  applyList(authority, 'phishing')
  await publishLines(authority, 'phishing', [LINE])
})
afterEach(() => {
  authority.close()
  made.remove()
})

test('a lost file that comes out as it was signed is not signed again', async () => {
  const before = listRoleNow()
  losePublished()
  await projectRenewed(authority)
  expect(listRoleNow()).toEqual(before)
  expect(gunzipSync(publishedSnapshot()).toString()).toContain(LINE)
})

test('a lost file that comes out otherwise is signed anew, with its serial and state', async () => {
  await signAsAnotherZlibWould()
  const before = listRoleNow()
  losePublished()
  await expect(projectPublished(authority, { isThorough: true })).rejects.toThrow(
    expect.objectContaining({ code: 'publish/unrepeatable' }),
  )
  await projectRenewed(authority)
  const after = listRoleNow()
  expect(after.version).toBe(before.version + 1)
  expect(after.targets[SNAPSHOT]?.custom).toEqual(before.targets[SNAPSHOT]?.custom)
  expect(after.targets[SNAPSHOT]?.hashes).not.toEqual(before.targets[SNAPSHOT]?.hashes)
  const bytes = publishedSnapshot()
  expect(sha256Hex(bytes)).toBe(after.targets[SNAPSHOT]?.hashes.sha256)
  expect(bytes).toHaveLength(after.targets[SNAPSHOT]?.length ?? 0)
  expect(gunzipSync(bytes).toString()).toContain(LINE)
})

function listRoleNow(): TargetsSigned {
  const role = readListRole(authority.store, 'phishing')
  if (role === null) throw new Error('the list has no role')
  return role
}

function publishedSnapshot(): Uint8Array {
  const sha256 = listRoleNow().targets[SNAPSHOT]?.hashes.sha256 ?? ''
  const bytes = authority.files.read(targetPath(SNAPSHOT, sha256))
  if (bytes === null) throw new Error('the snapshot is not published')
  return bytes
}

/** The same snapshot, packed into other bytes and signed: what a backup of another host refers to. */
async function signAsAnotherZlibWould(): Promise<void> {
  const bytes = gzipSync(gunzipSync(publishedSnapshot()), { level: 0 })
  const before = listRoleNow()
  const target = before.targets[SNAPSHOT]
  if (target === undefined) throw new Error('no snapshot is signed')
  const other = { ...target, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } }
  const at = authority.now()
  const roles = readRoles(authority.store)
  const signed = await signTargets(authority.keys, roles, listRole('phishing'), {
    version: before.version + 1,
    targets: { ...before.targets, [SNAPSHOT]: other },
    at,
  })
  const sealed = await sealMetadata(authority.keys, roles, { targets: [signed] }, at)
  await commitLogged(authority, { metadata: sealed, at })
}

function losePublished(): void {
  rmSync(join(made.data, 'published'), { recursive: true })
}
