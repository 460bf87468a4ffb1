import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeAuthority, type MadeAuthority } from '../../../src/main/make-authority.ts'

/** No process has this number: it is above what Linux gives out. */
const NOBODY = 2 ** 30

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const make = (data: string): Promise<MadeAuthority> =>
  makeAuthority({
    ...{ data, authority: 'Example CERT', origin: '', hasPlainKeys: true, env: {} },
    now: () => new Date('2030-01-01T00:00:00Z'),
  })

/** As a killed `init` leaves it: without what it had not come to. */
async function killedBefore(...absent: readonly string[]): Promise<string> {
  const data = dataFolder()
  await make(data)
  for (const name of ['root.json', ...absent]) rmSync(join(data, name), { recursive: true })
  writeFileSync(join(data, '.init-begun'), `${NOBODY}\n`)
  return data
}

describe('an authority that was being made when the process was killed', () => {
  test('is made anew, with new keys, where nothing was committed', async () => {
    const data = await killedBefore('bailiwick.db', 'published')
    const before = readdirSync(join(data, 'keys'))
    const { root } = await make(data)
    expect(existsSync(root)).toBe(true)
    const after = readdirSync(join(data, 'keys'))
    expect(after).toHaveLength(before.length)
    expect(after.filter((name) => before.includes(name))).toEqual(['kdf.json'])
  })

  test('is made anew where the database is an empty file', async () => {
    const data = await killedBefore('published')
    writeFileSync(join(data, 'bailiwick.db'), '')
    await make(data)
    expect(existsSync(join(data, 'published/tuf/metadata/timestamp.json'))).toBe(true)
  })

  test('is finished, with its own keys, where its metadata were committed', async () => {
    const data = await killedBefore()
    const published = readFileSync(join(data, 'published/tuf/metadata/1.root.json'))
    rmSync(join(data, 'published'), { recursive: true })
    const { root } = await make(data)
    expect(readFileSync(root)).toEqual(published)
    expect(readFileSync(join(data, 'published/tuf/metadata/1.root.json'))).toEqual(published)
    await expect(make(data)).rejects.toThrow(expect.objectContaining({ code: 'data/exists' }))
  })

  test('is left alone where its keys have been in use and only the database is lost', async () => {
    const data = await killedBefore('bailiwick.db')
    const keys = readdirSync(join(data, 'keys'))
    await expect(make(data)).rejects.toThrow(expect.objectContaining({ code: 'data/exists' }))
    expect(readdirSync(join(data, 'keys'))).toEqual(keys)
  })

  test('is left alone while that process is at work', async () => {
    const data = await killedBefore()
    writeFileSync(join(data, '.init-begun'), `${process.pid}\n`)
    await expect(make(data)).rejects.toThrow(expect.objectContaining({ code: 'data/exists' }))
  })
})

test('an authority that is made leaves no mark of its making', async () => {
  const data = dataFolder()
  await make(data)
  expect(readdirSync(data)).not.toContain('.init-begun')
})
