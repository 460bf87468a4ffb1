import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'

/** What can go wrong on the machine: each ends in one sentence with its code, and nothing is lost. */

const LIST = {
  id: 'phishing',
  title: 'Phishing',
  authority: 'Example CERT',
  guard: { maxGrowth: 100, maxShrink: 1, minEntries: 0 },
}
const isRoot = process.getuid?.() === 0

let folder = ''
let sound = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bad-days-'))
  chmodSync(folder, 0o755)
  sound = join(folder, 'sound')
  writeFileSync(join(folder, 'phishing.json'), JSON.stringify(LIST))
  await fine('init', '--insecure-plain-keys')
  await fine('list', 'apply', join(folder, 'phishing.json'))
  await fine('entry', 'add', 'phishing', 'bad.example', '--reason', 'the first')
  await fine('publish')
})
afterAll(() => {
  spawnSync('umount', [join(folder, 'small')], { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
})

describe('the database', () => {
  test('is damaged', async () => {
    const data = copyOfSound('damaged')
    const file = openSync(join(data, 'bailiwick.db'), 'r+')
    for (let page = 1; page < 12; page++)
      writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
    expectOneSentence(await run(data, 'list', 'ls'), 'store/damaged')
  })

  test('is another file', async () => {
    const data = copyOfSound('other')
    writeFileSync(
      join(data, 'bailiwick.db'),
      'not a database, and long enough to be read as one '.repeat(99),
    )
    expectOneSentence(await run(data, 'list', 'ls'), 'store/not-a-database')
  })

  test('may not be written', async () => {
    const data = copyOfSound('read-only')
    chmodSync(join(data, 'bailiwick.db'), 0o444)
    chmodSync(data, 0o555)
    const args = ['--data', data, 'entry', 'add', 'phishing', 'new.example', '--reason', 'x']
    // Modes don't bind root, so root runs it as the user who owns nothing.
    const ran = await runBailiwick(args, { env: none, ...(isRoot && { uid: 65_534 }) })
    expectOneSentence(ran, 'store/read-only')
    chmodSync(data, 0o755)
  })
})

describe('the keys', () => {
  test('are gone', async () => {
    const data = copyOfSound('keyless')
    for (const key of keyFiles(data)) rmSync(join(data, 'keys', key))
    await add(data)
    expectOneSentence(await run(data, 'publish'), 'signature/threshold')
    expect((await run(data, 'list', 'show', 'phishing', '--json')).stdout).toContain('"serial": 1')
  })

  test('may be read by others', async () => {
    const data = copyOfSound('open-keys')
    for (const key of keyFiles(data)) chmodSync(join(data, 'keys', key), 0o644)
    await add(data)
    expectOneSentence(await run(data, 'publish'), 'key/permissions')
  })

  test('are sealed, and the passphrase is missing or wrong', async () => {
    const data = join(folder, 'sealed')
    const env = { BAILIWICK_PASSPHRASE: 'correct horse' }
    expect((await runBailiwick(['--data', data, 'init'], { env })).code).toBe(0)
    const definition = join(folder, 'phishing.json')
    const without = await runBailiwick(['--data', data, 'list', 'apply', definition], { env: none })
    expectOneSentence(without, 'key/passphrase-missing')
    const wrong = await runBailiwick(['--data', data, 'list', 'apply', definition], {
      env: { BAILIWICK_PASSPHRASE: 'battery staple' },
    })
    expectOneSentence(wrong, 'key/passphrase-wrong')
  })
})

describe('the machine', () => {
  test('has another program on the port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const ran = await run(
        copyOfSound('port'),
        'serve',
        '--http',
        `127.0.0.1:${port}`,
        '--dns',
        'none',
      )
      expectOneSentence(ran, expect.stringMatching(/^(serve|system)[/]address/) as string)
      expect(ran.stderr).toContain(String(port))
    } finally {
      other.close()
    }
  })

  test('has a clock that went back: nothing is signed that would be over already', async () => {
    const data = copyOfSound('clock')
    await add(data)
    const early = { NODE_OPTIONS: `--import ${EARLIER}` }
    const ran = await runBailiwick(['--data', data, 'publish'], { env: { ...none, ...early } })
    expect(ran.code).toBe(3)
    expect(ran.stderr).toMatch(/clock/)
    expect((await run(data, 'publish')).stdout).toContain('serial 2 is published')
  })

  test.skipIf(!canMount())('has a full disk (needs to mount a small file system)', async () => {
    const data = join(folder, 'small')
    mkdirSync(data)
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', data])
    cpSync(sound, data, { recursive: true })
    const many = join(folder, 'many.txt')
    writeFileSync(many, Array.from({ length: 60_000 }, (_, i) => `name-${i}.example\n`).join(''))
    const ran = await run(data, 'entry', 'import', 'phishing', many, '--reason', 'too much')
    expectOneSentence(ran, expect.stringMatching(/^(store|system)[/]full$/) as string)
    const { stdout } = await run(data, 'list', 'show', 'phishing', '--json')
    expect(stdout).toContain('"entries": 1')
  })
})

describe('the server', () => {
  test('ends on SIGTERM, having released its port', async () => {
    const data = copyOfSound('server')
    const child = spawn(
      process.execPath,
      [COMMAND, '--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none'],
      {
        env: { ...process.env, ...none },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    await untilItServes(child)
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
  })
})

const none = { BAILIWICK_PASSPHRASE: undefined, CREDENTIALS_DIRECTORY: undefined }

/** Loaded before the program: its clock is six years behind. */
const EARLIER = new URL('../support/earlier-clock.mjs', import.meta.url).href

function run(data: string, ...args: readonly string[]): Promise<Ran> {
  return runBailiwick(['--data', data, ...args], { env: none })
}

async function fine(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(sound, ...args)
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
}

async function add(data: string): Promise<void> {
  const { code } = await run(data, 'entry', 'add', 'phishing', 'new.example', '--reason', 'x')
  expect(code).toBe(0)
}

function expectOneSentence({ code, stderr }: Ran, fault: string): void {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes('warning'))
  expect(lines).toHaveLength(1)
  const [, sentence, told] = /^bailiwick: (.+) \(([a-z]+\/[a-z-]+)\)$/.exec(lines[0] ?? '') ?? []
  expect({ code, told }).toEqual({ code: 3, told: fault })
  expect(sentence).not.toMatch(/[.]$/)
}

function copyOfSound(name: string): string {
  const data = join(folder, name)
  cpSync(sound, data, { recursive: true })
  return data
}

function keyFiles(data: string): readonly string[] {
  return readdirSync(join(data, 'keys')).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
}

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const probe = mkdtempSync(join(tmpdir(), 'mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe])
  if (mounted.status === 0) spawnSync('umount', [probe])
  rmSync(probe, { recursive: true })
  if (mounted.status !== 0) console.warn('SKIPPED: the full disk needs the right to mount one')
  return mounted.status === 0
}

/** Waits until the server says that it listens. */
async function untilItServes({ stdout }: ChildProcess): Promise<void> {
  let said = ''
  while (!said.includes('serving')) {
    const [data] = (await once(stdout ?? process.stdin, 'data')) as [Buffer]
    said += data.toString()
  }
}
