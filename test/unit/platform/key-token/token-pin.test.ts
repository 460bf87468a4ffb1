import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readPin } from '../../../../src/platform/key-token/token-pin.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pin-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

it('comes from the variable, else from the credential of systemd, else from nowhere', () => {
  write('bailiwick-pin', '5678\n')
  const CREDENTIALS_DIRECTORY = folder
  expect(readPin({ BAILIWICK_PIN: '1234', CREDENTIALS_DIRECTORY }, undefined)).toBe('1234')
  expect(readPin({ BAILIWICK_PIN: '', CREDENTIALS_DIRECTORY }, undefined)).toBe('5678')
  expect(readPin({ CREDENTIALS_DIRECTORY: join(folder, 'none') }, undefined)).toBeNull()
  expect(readPin({}, undefined)).toBeNull()
})

it('of a token with a file of its own comes from there alone', () => {
  const env = { BAILIWICK_PIN: '1234' }
  expect(readPin(env, write('own', ' 56 78\r\n'))).toBe(' 56 78')
  expect(readPin(env, write('empty', '\n'))).toBeNull()
  // The PIN of another token would be a wrong one.
  expect(readPin(env, join(folder, 'none'))).toBeNull()
})

it.each([0o640, 0o604])('in a file of mode %o is refused', (mode) => {
  expect(() => readPin({}, write('own', '5678', mode))).toThrow(
    expect.objectContaining({ code: 'key/permissions' }),
  )
})

it.runIf(process.getuid?.() === 0)('in a file of another user is refused', () => {
  const path = write('own', '5678')
  chownSync(path, 65_534, 65_534)
  expect(() => readPin({}, path)).toThrow(expect.objectContaining({ code: 'key/permissions' }))
})

it('is no longer than 1024 bytes', () => {
  expect(readPin({}, write('own', '5'.repeat(1024)))).toHaveLength(1024)
  expect(() => readPin({}, write('own', '5'.repeat(1025)))).toThrow(
    expect.objectContaining({ code: 'key/pin-missing' }),
  )
})
