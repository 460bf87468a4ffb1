import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { COMMAND, runBailiwick } from '../support/bailiwick-command.ts'

/** The real server on loopback, and a person with a browser: the tests read in their order. */
vi.setConfig({ testTimeout: 60_000 })

const PASSWORD = 'correct horse battery staple'

let folder: string
let data: string
let code: string
let server: { readonly child: ChildProcess; readonly url: string; readonly ended: Promise<unknown> }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sign-in-'))
  data = join(folder, 'var')
  await run('init', '--insecure-plain-keys')
  server = await serve()
}, 60_000)

afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  rmSync(folder, { recursive: true })
})

async function run(...args: string[]): Promise<string> {
  const ran = await runBailiwick(['--data', data, '--actor', 'anna', ...args])
  if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stderr}`)
  return ran.stdout
}

async function serve(): Promise<typeof server> {
  const args = ['--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none']
  const child = spawn(process.execPath, [COMMAND, ...args, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) =>
      resolve(/http:\S+/.exec(text.toString())?.[0] ?? ''),
    )
    void ended.then(() => reject(new Error('expected serve to run')))
  })
  return { child, url, ended }
}

interface Asked {
  readonly method?: string
  readonly body?: unknown
  readonly cookie?: string
  readonly headers?: Readonly<Record<string, string>>
}

function ask(path: string, { method = 'POST', body, cookie, headers }: Asked): Promise<Response> {
  return fetch(new URL(path, server.url), {
    method,
    headers: {
      origin: server.url,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(cookie !== undefined && { cookie }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

const me = (headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(new URL('/v1/me', server.url), { headers })

function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
}

describe('a server that runs before there are users', () => {
  it('knows nobody, in the words of any other time', async () => {
    const answer = await ask('/v1/session', { body: { user: 'anna', password: PASSWORD } })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'session/refused' })
  })

  it('lets in the first administrator, made beside it', async () => {
    await run('organisation', 'add', 'Example CERT', '--kind', 'cert')
    const add = ['user', 'add', 'anna', '--organisation', 'Example CERT'] as const
    const all = ['--role', 'administrator', '--all-lists', '--json'] as const
    code = (JSON.parse(await run(...add, ...all)) as { code: string }).code
    const chosen = await ask('/v1/session/invitation', { body: { code, password: PASSWORD } })
    expect({ status: chosen.status, body: await chosen.json() }).toEqual({
      ...{ status: 200, body: { user: 'anna' } },
    })
    const signedIn = await ask('/v1/session', { body: { user: 'anna', password: PASSWORD } })
    expect(signedIn.status).toBe(200)
    // On its own host alone, so without HTTPS.
    expect(signedIn.headers.getSetCookie().join()).toMatch(/bailiwick\.session_token=.*HttpOnly/)
    const known = await me({ cookie: cookieOf(signedIn) })
    expect(await known.json()).toMatchObject({
      ...{ user: 'anna', roles: [], withheld: [{ list: '*', role: 'administrator' }] },
    })
  })

  it('tells it in the chain of decisions', async () => {
    expect(await run('events', 'ls', '--limit', '3')).toMatch(/anna +signed-in .*"by":"password"/)
    await run('events', 'check')
  })
})

describe('over the wire', () => {
  it('other paths take no bodies and no methods as before', async () => {
    for (const [path, method, status] of [
      ['/v1/lists', 'POST', 405],
      ['/v1/lists/some/entries', 'DELETE', 405],
      ['/v1/sessions', 'POST', 405],
      ['/healthz', 'DELETE', 405],
      ['/v1/session/nothing', 'POST', 404],
      ['/console/nothing', 'GET', 404],
      ['/v1/session', 'OPTIONS', 405],
    ] as const) {
      expect((await ask(path, { method })).status).toBe(status)
    }
  })

  it('a body that is too large is answered and the connection closed', async () => {
    const answer = await ask('/v1/session', { body: { user: 'x'.repeat(1_000_000) } })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'request/body' })
  })

  it('what readers ask for is answered to them as before', async () => {
    const lists = await fetch(new URL('/v1/lists', server.url))
    expect(lists.headers.get('etag')).toMatch(/^"/)
    const subscribers = await fetch(new URL('/v1/subscribers', server.url))
    expect(await subscribers.json()).toMatchObject({ code: 'request/token' })
  })

  it('each is counted, with its route and its bytes', async () => {
    const counted = async (): Promise<number> => {
      const text = await (await fetch(new URL('/metrics', server.url))).text()
      return Number(
        /http_responses_total\{route="console",status="404"\} (\d+)/.exec(text)?.[1] ?? 0,
      )
    }
    const before = await counted()
    await (await fetch(new URL('/console/nothing', server.url))).text()
    await expect.poll(counted).toBe(before + 1)
  })

  it('a page of another site does nothing', async () => {
    const headers = { origin: 'http://evil.test' }
    const answer = await ask('/v1/session', { body: { user: 'anna', password: PASSWORD }, headers })
    expect(answer.status).toBe(403)
  })

  it('an API key made beside it works at once, and no longer once it is revoked', async () => {
    const make = ['api-key', 'make', 'audit', '--role', 'administrator', '--all-lists'] as const
    const { key } = JSON.parse(await run(...make, '--json')) as { key: string }
    const authorization = `Bearer ${key}`
    expect(await (await me({ authorization })).json()).toMatchObject({
      ...{ user: 'anna', by: 'api-key', key: 'audit' },
    })
    await run('api-key', 'revoke', 'audit')
    expect((await me({ authorization })).status).toBe(401)
  })

  it('while another program writes, others are served, and a sign-in waits', async () => {
    const sqlite = new Database(join(data, 'bailiwick.db'))
    sqlite.exec('BEGIN IMMEDIATE')
    let isDone = false
    const signingIn = ask('/v1/session', { body: { user: 'anna', password: PASSWORD } }).then(
      (answer) => {
        isDone = true
        return answer.status
      },
    )
    for (let i = 0; i < 20; i++) {
      expect((await fetch(new URL('/healthz', server.url))).status).toBe(200)
    }
    expect(isDone).toBe(false)
    sqlite.exec('COMMIT')
    sqlite.close()
    expect(await signingIn).toBe(200)
  })
})

describe('the key under which second factors are sealed', () => {
  it('is for the owner of the folder alone, and goes with the backup', async () => {
    const path = join(data, 'sign-in.key')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const backup = join(folder, 'a.backup')
    await run('backup', backup)
    const restored = join(folder, 'restored')
    const ran = await runBailiwick(['--data', restored, 'restore', backup])
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    expect(readFileSync(join(restored, 'sign-in.key'), 'utf8')).toBe(readFileSync(path, 'utf8'))
    expect(statSync(join(restored, 'sign-in.key')).mode & 0o777).toBe(0o600)
  })
})

describe('serve', () => {
  const refusal = async (env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const args = ['--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none']
    const { code, stderr } = await runBailiwick(args, { env })
    expect(code).toBe(3)
    return stderr
  }

  it('does not start with settings that are none', async () => {
    writeFileSync(join(data, 'console.json'), '{"url":"http://lists.cert.example"}')
    expect(await refusal()).toMatch(/console\.json.*expected https.*\(console\/config\)/)
    rmSync(join(data, 'console.json'))
  })

  it('does not take orders for the library from the environment', async () => {
    const stderr = await refusal({ BETTER_AUTH_TELEMETRY: '1' })
    expect(stderr).toMatch(/BETTER_AUTH_TELEMETRY.*\(console\/config\)/)
  })
})
