import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { openTufReader, readSnapshot, verifyTree } from '../support/tuf-oracle.ts'

/** The commands of a publisher, as he types them, on one authority with sealed keys. */

const env = { BAILIWICK_PASSPHRASE: 'correct horse', CREDENTIALS_DIRECTORY: undefined }
let home: string
let data: string

const run = (...args: string[]): Promise<Ran> =>
  runBailiwick(['--data', data, '--actor', 'alice', ...args], { env })

async function fine(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

async function json(...args: string[]): Promise<unknown> {
  return JSON.parse(await fine(...args, '--json'))
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'publish-commands-'))
  data = join(home, 'var')
  const definition = {
    id: 'phishing',
    title: 'Phishing',
    authority: 'Example CERT',
    guard: { maxGrowth: 2, maxShrink: 0.4 },
  }
  writeFileSync(join(home, 'phishing.json'), JSON.stringify(definition))
  const told = await fine('init', '--authority', 'Example CERT')
  const root = readFileSync(join(data, 'root.json'))
  expect(told).toContain(createHash('sha256').update(root).digest('hex'))
  expect(root).toEqual(readFileSync(join(data, 'published/tuf/metadata/1.root.json')))
  await fine('list', 'apply', join(home, 'phishing.json'))
  // Without one every addition says that it was compared with nothing.
  writeFileSync(join(home, 'top.csv'), '1,top.example\n')
  await fine('popular', 'load', join(home, 'top.csv'))
  for (const name of ['a.bad.example', 'b.bad.example', 'c.bad.example'])
    await fine('entry', 'add', 'phishing', name, '--reason', 'a test', '--reference', 'T1')
  expect(await json('publish')).toMatchObject([
    { outcome: 'published', list: 'phishing', serial: 1, entries: 3 },
  ])
  await fine('entry', 'add', 'phishing', 'd.bad.example', '--reason', 'a test', '--reference', 'T2')
  await fine('entry', 'retire', 'phishing', 'b.bad.example', '--reason', 'a test')
  expect(await fine('publish', 'phishing')).toBe(
    'phishing: serial 2 is published: 3 entries, +1 -1\n',
  )
})

afterAll(() => rmSync(home, { recursive: true }))

describe('init', () => {
  it('refuses where an authority is, and leaves it as it was', async () => {
    const before = readFileSync(join(data, 'root.json'))
    const { code, stderr } = await run('init')
    expect(code).toBe(3)
    expect(stderr).toContain('(data/exists)')
    expect(readFileSync(join(data, 'root.json'))).toEqual(before)
  })

  it('wants a passphrase, and makes nothing without', async () => {
    const other = join(home, 'other')
    const { code, stderr } = await runBailiwick(['--data', other, 'init'], {
      env: { ...env, BAILIWICK_PASSPHRASE: undefined },
    })
    expect(code).toBe(3)
    expect(stderr).toContain('(key/passphrase-missing)')
    expect(existsSync(other)).toBe(false)
  })

  it('warns of plain keys', async () => {
    const plain = join(home, 'plain')
    const { code, stderr } = await runBailiwick(
      ['--data', plain, 'init', '--insecure-plain-keys'],
      { env: { ...env, BAILIWICK_PASSPHRASE: undefined } },
    )
    expect(code).toBe(0)
    expect(stderr).toContain('warning: the keys lie unsealed')
  })

  it('refuses a name of two lines', async () => {
    const { code, stderr } = await runBailiwick(
      ['--data', join(home, 'named'), 'init', '--authority', 'a\nb'],
      { env },
    )
    expect(code).toBe(2)
    expect(stderr).toContain('(usage/invalid)')
  })

  it('says that a folder is none of an authority', async () => {
    const { code, stderr } = await runBailiwick(['--data', home, 'publish'], { env })
    expect(code).toBe(3)
    expect(stderr).toContain('(data/not-found)')
  })
})

describe('publish', () => {
  it('shows what it would do, and does it not', async () => {
    const files = () => readdirSync(data, { recursive: true }).sort()
    await fine('entry', 'add', 'phishing', 'e.bad.example', '--reason', 'a test')
    const before = files()
    expect(await fine('publish', '--dry-run')).toBe(
      'phishing: serial 3 would be published: 4 entries, +1 -0\n',
    )
    expect(files()).toEqual(before)
    await fine('publish')
    expect(await fine('publish')).toBe('phishing: nothing to publish, serial 3 stands\n')
  })

  it('is stopped by the circuit breaker, says so in a dry run, and goes on with a reason', async () => {
    for (const name of ['a', 'c'])
      await fine('entry', 'retire', 'phishing', `${name}.bad.example`, '--reason', 'a test')
    const dry = await run('publish', '--dry-run')
    expect(dry.code).toBe(1)
    expect(dry.stdout).toContain(
      'shrink from 4 to 2 entries (50 %), where guard.maxShrink allows 40 %',
    )
    const stopped = await run('publish', 'phishing')
    expect(stopped.code).toBe(3)
    expect(stopped.stderr).toContain('(publish/guard)')
    expect((await run('publish', '--override', ' ')).code).toBe(2)
    expect(await fine('publish', '--override', 'they were wrong')).toContain(
      'serial 4 is published: 2 entries, +0 -2',
    )
  })

  it('suggests the list that was meant', async () => {
    const { code, stderr } = await run('publish', 'fishing')
    expect(code).toBe(3)
    expect(stderr).toContain('did you mean "phishing"?')
  })

  it('needs the passphrase when there is something to sign, and only then', async () => {
    const noPassphrase = { env: { ...env, BAILIWICK_PASSPHRASE: undefined } }
    expect((await runBailiwick(['--data', data, 'publish'], noPassphrase)).code).toBe(0)
    await fine('entry', 'add', 'phishing', 'f.bad.example', '--reason', 'a test')
    const { code, stderr } = await runBailiwick(['--data', data, 'publish'], noPassphrase)
    expect(code).toBe(3)
    expect(stderr).toContain('(key/passphrase-missing)')
    const wrong = await runBailiwick(['--data', data, 'publish'], {
      env: { ...env, BAILIWICK_PASSPHRASE: 'battery staple' },
    })
    expect(wrong.stderr).toContain('(key/passphrase-wrong)')
    expect(
      readdirSync(join(data, 'work/phishing')).some((name) => name.startsWith('.draft-')),
    ).toBe(false)
    await fine('publish')
  })
})

describe('diff', () => {
  it('prints what came and went, either way', async () => {
    expect(await fine('diff', 'phishing', '1', '2')).toBe(
      '-b.bad.example\tdomain\tnxdomain\t-\tT1\n+d.bad.example\tdomain\tnxdomain\t-\tT2\n',
    )
    expect(await fine('diff', 'phishing', '2', '1')).toBe(
      '+b.bad.example\tdomain\tnxdomain\t-\tT1\n-d.bad.example\tdomain\tnxdomain\t-\tT2\n',
    )
    expect(await fine('diff', 'phishing', '2', '2')).toBe('')
  })

  it('prints it as JSON', async () => {
    expect(await json('diff', 'phishing', '1', '2')).toMatchObject({
      list: 'phishing',
      from: 1,
      to: 2,
      changes: [
        { change: 'removed', value: 'b.bad.example', kind: 'domain', reference: 'T1' },
        { change: 'added', value: 'd.bad.example', kind: 'domain', reference: 'T2' },
      ],
    })
    expect(await json('diff', 'phishing', '2', '2')).toMatchObject({ changes: [] })
  })

  it('knows the serials that there are', async () => {
    const unknown = await run('diff', 'phishing', '1', '99')
    expect(unknown.code).toBe(3)
    expect(unknown.stderr).toMatch(
      /from 1 to \d+, got 99; did you mean "\d+"\? \(snapshot\/not-found\)/,
    )
    expect((await run('diff', 'phishing', 'one', '2')).code).toBe(2)
  })
})

describe('export', () => {
  it('gives any serial, to standard output or to a file', async () => {
    const names = (text: string) =>
      text.split('\n').filter((line) => !line.startsWith('#') && line !== '')
    const first = await run('export', 'phishing', '--format', 'csv', '--serial', '1')
    expect(first.stdout).toContain('b.bad.example')
    expect(first.stdout).not.toContain('d.bad.example')
    const file = join(home, 'newest.csv')
    const second = await run('export', 'phishing', '--format', 'csv', '-o', file)
    expect(second).toMatchObject({ code: 0, stdout: '' })
    expect(names(readFileSync(file, 'utf8')).join()).toContain('d.bad.example')
    expect(readdirSync(home).filter((name) => name.startsWith('.draft'))).toEqual([])
  })

  it('leaves nothing behind where it cannot write', async () => {
    const { code, stderr } = await run('export', 'phishing', '--format', 'hosts', '-o', home)
    expect(code).toBe(3)
    expect(stderr).toContain('(system/not-found)')
    expect(readdirSync(join(home, '..')).filter((name) => name.startsWith('.draft-'))).toEqual([])
  })

  it('suggests the format that was meant', async () => {
    const { code, stderr } = await run('export', 'phishing', '--format', 'host')
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean "hosts"')
  })
})

describe('key', () => {
  it('shows each key with its role, and none of its secret', async () => {
    const keys = (await json('key', 'ls')) as { role: string; isHeld: boolean; threshold: number }[]
    expect(keys.map(({ role }) => role).sort()).toEqual([
      'export',
      'list-phishing',
      'log',
      'root',
      'snapshot',
      'targets',
      'timestamp',
    ])
    expect(keys.every(({ isHeld, threshold }) => isHeld && threshold === 1)).toBe(true)
    expect(await fine('key', 'ls')).toMatch(/^ROLE +KEY +NEEDS +HERE +SIGNED UNTIL\n/)
  })

  it('is replaced by the id of its list, and readers follow', async () => {
    const reader = await openTufReader(join(data, 'published'), join(data, 'root.json'))
    const before = await readSnapshot(reader, 'phishing')
    expect(await fine('key', 'rotate', 'phishing')).toContain(
      'list-phishing has new keys, 1 of 1 must sign',
    )
    await fine('key', 'rotate', 'root')
    expect(await readSnapshot(reader, 'phishing')).toEqual(before)
    await reader.close()
    const keys = (await json('key', 'ls')) as { role: string | null }[]
    expect(keys.filter(({ role }) => role === null)).toHaveLength(2)
    expect(verifyTree(join(data, 'published')).get('phishing')?.snapshot?.serial).toBe(
      before.serial,
    )
  })

  it('suggests the role that was meant, and knows what a threshold is', async () => {
    expect((await run('key', 'rotate', 'rot')).stderr).toContain('did you mean "root"')
    expect((await run('key', 'add', 'root', '--threshold', '0')).code).toBe(2)
    expect((await run('key', 'add', 'root', '--threshold', '3')).code).toBe(2)
  })
})

it('nobody else may read the keys', () => {
  for (const name of readdirSync(join(data, 'keys')))
    expect(statSync(join(data, 'keys', name)).mode & 0o077).toBe(0)
})
