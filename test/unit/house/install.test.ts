import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { whyStale } from '../../../scripts/node-packages.mjs'
import { missingPeers } from '../../../scripts/system-packages.mjs'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'install-'))
  writeLock('package-lock.json', {
    '': { version: '1.0.0' },
    'node_modules/needed': { version: '1.2.3' },
    'node_modules/other-system': { version: '2.0.0', optional: true },
  })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a clone without node_modules needs an installation', () => {
  expect(whyStale(root)).toBe('node_modules is missing')
})

test('another version than the locked one needs an installation', () => {
  writeLock('node_modules/.package-lock.json', { 'node_modules/needed': { version: '1.2.2' } })
  expect(whyStale(root)).toBe('node_modules is stale (node_modules/needed)')
})

test('the locked versions need none, though what is for other systems is missing', () => {
  writeLock('node_modules/.package-lock.json', { 'node_modules/needed': { version: '1.2.3' } })
  expect(whyStale(root)).toBeNull()
})

test('only peers that were asked for can be missing', () => {
  expect(missingPeers([])).toEqual([])
})

function writeLock(path: string, packages: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, path), JSON.stringify({ packages }))
}
