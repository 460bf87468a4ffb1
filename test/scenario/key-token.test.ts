import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { makeTestAuthority, type TestAuthority } from '../support/authority-folder.ts'
import { runBailiwick, type Ran } from '../support/bailiwick-command.ts'

const URI = 'pkcs11:token=online?module-path=/nowhere/pkcs11.so'
let home: TestAuthority

beforeEach(async () => {
  home = await makeTestAuthority()
})
afterEach(() => home.remove())

const key = (...args: string[]): Promise<Ran> => runBailiwick(['--data', home.data, 'key', ...args])

describe('keys in a token', () => {
  it('are asked for by a URI that holds no PIN', async () => {
    const ran = await key('rotate', 'timestamp', '--token', `${URI}&pin-value=98761`)
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toContain('(usage/invalid)')
    expect(ran.stderr).not.toContain('98761')
  })

  it('are named, where one is to be taken', async () => {
    expect(await key('add', 'root', '--existing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--token') as string,
    })
  })

  it('leave everything as it was when there is no token', async () => {
    const before = await key('ls', '--json')
    const ran = await key('rotate', 'timestamp', '--token', URI)
    expect(ran).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('(key/token-driver)') as string,
    })
    expect(await key('ls', '--json')).toEqual(before)
  })

  it('replace one key when they are taken, not several by one', async () => {
    const authority = home.open()
    await changeKeys(authority, { role: 'root', change: 'add' })
    const change = changeKeys(authority, {
      ...{ role: 'root', change: 'rotate' },
      token: { uri: URI, isExisting: true },
    })
    await expect(change).rejects.toThrow(expect.objectContaining({ code: 'usage/invalid' }))
    authority.close()
  })
})
