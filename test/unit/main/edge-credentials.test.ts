import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCredentials } from '../../../src/main/edge-credentials.ts'
import { printCredentials } from '../../../src/main/subscriber-export.ts'
import type { Store } from '../../../src/store/open-store.ts'
import { AT, storeWithList } from '../../support/store-builders.ts'

let folder: string
let path: string
let store: Store

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-credentials-'))
  path = join(folder, 'subscribers.json')
  ;({ store } = storeWithList())
  store.subscribers.add({
    ...{ name: 'isp', tokenHash: 'a'.repeat(64), lists: ['phishing'], at: AT },
    ...{ transfer: 'tsig', networks: ['192.0.2.0/24'], notify: ['192.0.2.1:53'] },
    key: { name: 'isp-1', algorithm: 'hmac-sha384', secret: 'AAAA' },
  })
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

function exportTo(file: string): void {
  writeFileSync(file, printCredentials(store, AT))
}

test('an edge reads of subscribers what the authority has of them', () => {
  exportTo(path)
  const [ours] = store.subscribers.all()
  const { subscribers, lists, restorations } = openCredentials(path).current()
  const { tokenHash, transfer, networks, notify, keys, catalogSerial } = ours!
  expect(subscribers).toMatchObject([
    { name: 'isp', tokenHash, transfer, networks, notify, keys, catalogSerial },
  ])
  // Its catalog is made of these wherever it is served.
  expect(subscribers).toMatchObject([{ lists: ['phishing'], origins: [] }])
  expect([...lists]).toEqual([['phishing', { id: 'phishing', place: 'phishing', origin: null }]])
  expect(restorations).toEqual([])
})

test('an edge learns which lists came back from a backup', () => {
  const at = new Date('2030-02-01T00:00:00.000Z')
  store.restorations.note(at)
  exportTo(path)
  expect(openCredentials(path).current().restorations).toEqual([
    { list: 'phishing', serial: 0, at },
  ])
})

test('whoever was revoked is not in the file, nor a key that has ended', () => {
  const oldKeyUntil = new Date(AT.getTime() - 1)
  store.subscribers.rotate('isp', {
    ...{ tokenHash: 'b'.repeat(64), at: AT, oldTokenUntil: null, oldKeyUntil },
    key: { name: 'isp-2', algorithm: 'hmac-sha256', secret: 'BBBB' },
  })
  exportTo(path)
  const keys = openCredentials(path)
    .current()
    .subscribers.flatMap((one) => one.keys)
  expect(keys.map(({ name }) => name)).toEqual(['isp-2'])
  store.subscribers.revoke('isp', AT)
  exportTo(path)
  expect(openCredentials(path).current().subscribers).toEqual([])
})

test('a file that has changed is taken in, and a bad one is told of once and changes nothing', () => {
  exportTo(path)
  const credentials = openCredentials(path)
  expect(credentials.refresh()).toBe(false)
  store.restorations.note(AT)
  exportTo(path)
  utimesSync(path, 2_000_000_000, 2_000_000_000)
  expect(credentials.refresh()).toBe(true)
  expect(credentials.current().restorations).toHaveLength(1)
  writeFileSync(path, '{"format":"bailiwick-subscribers/1"}')
  expect(() => credentials.refresh()).toThrow(expect.objectContaining({ code: 'edge/credentials' }))
  expect(credentials.refresh()).toBe(false)
  expect(credentials.current().subscribers).toHaveLength(1)
})
