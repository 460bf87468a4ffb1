import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditFolder } from '../support/audit-mock.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { mockLines } from '../support/mock-published.ts'

let authority: TestAuthority

beforeEach(async () => {
  authority = await makeTestAuthority()
})
afterEach(() => authority.remove())

test('an audit finds nothing in what an authority has published', async () => {
  const opened = authority.open()
  applyList(opened, 'phishing')
  applyList(opened, 'secret', { visibility: 'restricted' }, '00112233445566778899aabbccddeeff')
  for (const names of [['a.example'], ['a.example', 'b.example'], ['b.example', 'c.example']]) {
    for (const id of ['phishing', 'secret']) await publishLines(opened, id, mockLines(...names))
    authority.clock.at = new Date(authority.clock.at.getTime() + 60_000)
  }
  opened.close()
  const report = await auditFolder(`${authority.data}/published`, authority.clock.at)
  expect(report.findings).toEqual([])
  expect(report).toMatchObject({ isWhole: true, hidden: [], counts: { manifests: 6, lists: 2 } })
})
