import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { COMMAND, type Ran } from '../support/bailiwick-command.ts'
import { runCommand } from '../support/run-command.ts'

/** Two authorities alike: one is led at its folder, the other at its server. The tests read in their order. */
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let serving: ChildProcess | undefined
let url: string
const keys = new Map<string, string>()

const NAMES = ['cora', 'arno', 'bea'] as const

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'server-commands-'))
  for (const data of ['here', 'there']) await makeAuthority(data)
  for (const [name, role] of [
    ['cora', 'curator'],
    ['arno', 'approver'],
    ['bea', 'approver'],
  ] as const) {
    const make = ['--actor', name, 'api-key', 'make', `of-${name}`, '--list', 'phishing'] as const
    for (const data of ['here', 'there']) {
      const { key } = JSON.parse(await run(data, ...make, '--role', role, '--json')) as Made
      keys.set(name, key)
    }
  }
  const args = ['--data', join(folder, 'there'), 'serve', '--http', '127.0.0.1:0', '--dns', 'none']
  const child = spawn(process.execPath, [COMMAND, ...args, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  serving = child
  url = await new Promise<string>((resolve) => {
    child.stdout.once('data', (text: Buffer) =>
      resolve(/http:\S+/.exec(text.toString())?.[0] ?? ''),
    )
  })
}, 120_000)

interface Made {
  readonly key: string
}

afterAll(async () => {
  const ended = new Promise((resolve) => serving?.once('exit', resolve))
  serving?.kill('SIGTERM')
  if (serving !== undefined) await ended
  rmSync(folder, { recursive: true })
})

async function run(data: string, ...words: readonly string[]): Promise<string> {
  const all = ['--data', join(folder, data), '--actor', 'root', ...words]
  const { code, stdout, stderr } = await runCommand(all)
  if (code !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
  return stdout
}

async function makeAuthority(data: string): Promise<void> {
  await run(data, 'init', '--insecure-plain-keys')
  const approvals = { needed: 2, organisations: 2 }
  const list = { id: 'phishing', title: 'Phishing', authority: 'Example CERT', approvals }
  writeFileSync(join(folder, 'list.json'), JSON.stringify({ ...list, legalBasis: 'Act, art. 1' }))
  await run(data, 'list', 'apply', join(folder, 'list.json'))
  for (const name of ['Hotline', 'Police', 'Court']) {
    await run(data, 'organisation', 'add', name, '--kind', 'partner')
  }
  const add = async (name: string, organisation: string, ...roles: string[]): Promise<void> => {
    await run(data, 'user', 'add', name, '--organisation', organisation, ...roles)
  }
  await add('root', 'Court', '--role', 'administrator', '--all-lists')
  await add('cora', 'Hotline', '--role', 'curator', '--list', 'phishing')
  await add('arno', 'Police', '--role', 'approver', '--list', 'phishing')
  await add('pia', 'Court', '--role', 'publisher', '--list', 'phishing')
  await add('bea', 'Court', '--role', 'approver', '--list', 'phishing')
}

/** At the folder of one and at the server of the other, with what can't be the same put out. */
async function both(actor: string, ...words: readonly string[]): Promise<readonly [Ran, Ran]> {
  const here = await runCommand(['--data', join(folder, 'here'), '--actor', actor, ...words])
  return [plain(here), plain(await there(actor, ...words))]
}

function there(actor: string, ...words: readonly string[]): Promise<Ran> {
  const env = { BAILIWICK_SERVER: url, BAILIWICK_TOKEN: keys.get(actor) }
  // Where it would find nothing.
  return runCommand(['--data', join(folder, 'nowhere'), ...words], { env })
}

function plain({ code, stdout, stderr }: Ran): Ran {
  const untimed = (text: string): string =>
    text.replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
  const text = untimed(stdout).replaceAll(/"digest": "\w+"/g, '"digest": "…"')
  return { code, stdout: text, stderr: untimed(stderr) }
}

async function alike(actor: string, ...words: readonly string[]): Promise<Ran> {
  const [here, atServer] = await both(actor, ...words)
  expect(atServer).toEqual(here)
  return atServer
}

const PUBLISH = ['publish', '--actor', 'pia'] as const

const REASON = ['--reason', 'imitates a bank'] as const

describe('commands at a server', () => {
  it('say what they say at the folder, and do the same', async () => {
    const add = ['entry', 'add', 'phishing', 'Login.Bad.example', '--reference', 'ab12'] as const
    const added = await alike('cora', ...add, ...REASON)
    expect(added.stdout).toMatch(
      /^proposed to add login\.bad\.example \(domain, nxdomain\) to phishing, reference ab12\nproposal p1 waits for 2 more approvals/,
    )
    await alike(
      'cora',
      'entry',
      'add',
      'phishing',
      'x.example',
      '--reference',
      'r',
      ...REASON,
      '--json',
    )
    await alike('cora', 'decision', 'ls', '--open')
    await alike('cora', 'decision', 'ls', '--open', '--limit', '1', '--json')
    await alike('bea', 'decision', 'comment', 'p1', 'who owns that?')
    await alike('bea', 'decision', 'assign', 'p1', 'arno')
    await alike('cora', 'decision', 'ls', '--assigned', 'arno')
    const change = ['--note', 'typo', '--reason', 'imitates two banks'] as const
    await alike('cora', 'decision', 'change', 'p1', '--revision', '1', ...change)
    await alike('arno', 'decision', 'approve', 'p1', '--acknowledge', 'guard/popular-missing')
    await alike('arno', 'decision', 'unapprove', 'p1', '--reason', 'too early')
    await alike(
      'arno',
      'decision',
      'approve',
      'p1',
      '--acknowledge',
      'guard/popular-missing',
      '--json',
    )
    const decided = await alike(
      ...(['bea', 'decision', 'approve', 'p1', '--acknowledge', 'guard/popular-missing'] as const),
    )
    expect(decided.stdout).toBe('decision 1, of proposal p1\n')
    const shown = await alike('cora', 'decision', 'show', 'p1')
    expect(shown.stdout).toMatch(/guards: guard\/popular-missing/)
    await alike('cora', 'decision', 'show', 'p1', '--json')
    await alike('cora', 'decision', 'withdraw', 'p2')
    await alike('cora', 'decision', 'ls', '--state', 'withdrawn', '--json')
    for (const data of ['here', 'there']) await run(data, ...PUBLISH)
    const retired = await alike(
      'cora',
      'entry',
      'retire',
      'phishing',
      'login.bad.example',
      ...REASON,
      '--urgent',
    )
    expect(retired.stdout).toMatch(/decision 2\npublished phishing, serial 2\n$/)
  })

  it('leave the same events', async () => {
    const byPeople = async (data: string): Promise<string[][]> => {
      const told = await run(data, 'events', 'ls', '--limit', '100', '--json')
      const events = JSON.parse(told) as { readonly act: string; readonly actor: string }[]
      const ofPeople = new Set<string>(NAMES)
      return events.flatMap(({ act, actor }) => (ofPeople.has(actor) ? [[act, actor]] : []))
    }
    const here = await byPeople('here')
    expect(await byPeople('there')).toEqual(here)
    expect(here.length).toBeGreaterThan(9)
  })

  it('are refused in the same words', async () => {
    for (const words of [
      ['entry', 'add', 'phishing', 'not a name', ...REASON],
      ['entry', 'add', 'phishing', 'com', ...REASON],
      ['entry', 'retire', 'phishing', 'nothing.example', ...REASON],
      ['decision', 'approve', 'p1'],
      ['decision', 'approve', 'p9', 'p2'],
      ['decision', 'reject', 'p9', '--reason', 'no'],
      ['decision', 'comment', 'p1', 'x', '--revision', '1'],
      ['decision', 'change', 'p2'],
    ]) {
      const { code } = await alike('arno', ...words)
      expect(code, words.join(' ')).not.toBe(0)
    }
  })

  it('leave the folder that they were not told of alone', () => {
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })

  it.each([
    [['diff', 'phishing', '1', '2'], /«diff» with --server/],
    [['list', 'apply', 'x.json'], /«list apply» with --server/],
    [['review', 'run'], /«review run» with --server/],
  ])('%j is refused, for a server has it not', async (words, message) => {
    const { code, stderr } = await there('arno', ...words)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  it('want a key that works, and an address that keeps it secret', async () => {
    const ask = (...words: string[]): Promise<Ran> =>
      runCommand(['decision', 'ls', '--open', ...words])
    expect((await ask('--server', url)).stderr).toMatch(/expected an API key .*usage\/invalid/)
    const wrong = await ask('--server', url, '--token', 'blk_nothing')
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringMatching(/session\/none/)])
    const file = join(folder, 'key')
    writeFileSync(file, `${keys.get('arno') ?? ''}\n`)
    expect((await ask('--server', url, '--token-file', file)).code).toBe(0)
    for (const server of ['http://lists.cert.example', 'lists.cert.example', `${url}/`]) {
      const { code, stderr } = await ask('--server', server, '--token', 'x')
      expect([code, stderr]).toEqual([2, expect.stringMatching(/expected a server as https/)])
    }
  })

  it('never decide twice when an answer is lost', async () => {
    const seen: (string | string[] | undefined)[] = []
    const proxy = createServer((request, response) => {
      seen.push(request.headers['idempotency-key'])
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        void passOn(request.url ?? '', request.headers, Buffer.concat(chunks)).then((answer) => {
          // Done, but the answer to the first is lost.
          if (seen.length === 1) response.destroy()
          else response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text)
        })
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const server = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const { code, stdout, stderr } = await runCommand(
      ['entry', 'add', 'phishing', 'once.example', ...REASON, '--server', server],
      { env: { BAILIWICK_TOKEN: keys.get('cora') } },
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('proposal p3 ')
    expect(seen).toEqual([seen[0], seen[0]])
    proxy.close()
    expect((await there('cora', 'decision', 'show', 'p4')).stderr).toContain('proposal/not-found')
  })
})

async function passOn(
  path: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const kept = ['authorization', 'content-type', 'idempotency-key'] as const
  const answer = await fetch(url + path, {
    ...{ method: 'POST', body },
    headers: Object.fromEntries(kept.map((name) => [name, String(headers[name])])),
  })
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, type, text: await answer.text() }
}
