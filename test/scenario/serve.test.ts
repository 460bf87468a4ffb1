import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_HEADER_BYTES } from '../../src/distribute/limits.ts'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'

/** One authority with an open and a restricted list, served by the real program on a port of the kernel's. */
let folder: string
let data: string
let server: Serving

interface Serving {
  readonly child: ChildProcess
  readonly url: string
  readonly log: () => string
  readonly ended: Promise<number | null>
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-serve-'))
  data = join(folder, 'authority')
  await bailiwick('init', '--insecure-plain-keys')
  await bailiwick('list', 'apply', await define('open', {}))
  await bailiwick('list', 'apply', await define('secret', { visibility: 'restricted' }))
  for (const name of ['one', 'two']) await add('open', `${name}.example`)
  await add('secret', 'hidden.example')
  await bailiwick('publish')
  server = await serve()
})

afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  await rm(folder, { recursive: true, force: true })
})

async function define(id: string, more: object): Promise<string> {
  const file = join(folder, `${id}.json`)
  const guard = { maxGrowth: 100, maxShrink: 1, minEntries: 0 }
  const common = { title: id, authority: 'Example CERT', publish: { cron: null }, guard }
  await writeFile(file, JSON.stringify({ id, ...common, ...more }))
  return file
}

async function bailiwick(...args: string[]): Promise<Ran> {
  const ran = await runBailiwick(['--data', data, ...args])
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return ran
}

async function add(list: string, value: string): Promise<void> {
  await bailiwick('entry', 'add', list, value, '--reason', 'a test')
}

async function serve(options: { args?: string[]; fd?: number } = {}): Promise<Serving> {
  const base = [COMMAND, '--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none']
  const args = [...base, ...(options.args ?? [])]
  const child =
    options.fd === undefined
      ? spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      : // As systemd does it: the socket is descriptor 3, and LISTEN_PID names the process itself.
        spawn(
          '/bin/sh',
          ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"', process.execPath, ...args],
          {
            stdio: ['ignore', 'pipe', 'pipe', options.fd],
          },
        )
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (text: Buffer) =>
      resolve(/http:\S+/.exec(text.toString())?.[0] ?? ''),
    )
    void ended.then((code) => reject(new Error(`serve ended with ${String(code)}: ${log}`)))
  })
  return { child, url, log: () => log, ended }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A plain request that asks for nothing by itself, as `fetch` would. */
function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          ...{ status: response.statusCode ?? 0, headers: response.headers },
          body: Buffer.concat(parts),
        }),
      )
    })
      .on('error', reject)
      .end()
  })
}

interface Signed {
  readonly signed: {
    readonly meta: Record<string, { version: number }>
    readonly targets: Record<
      string,
      { length: number; hashes: { sha256: string }; custom: { serial?: number } }
    >
  }
}

async function metadata(
  file: string,
  headers: Record<string, string> = {},
): Promise<Signed['signed']> {
  const { body } = await get(`${server.url}/tuf/metadata/${file}`, headers)
  return (JSON.parse(body.toString()) as Signed).signed
}

async function json(
  path: string,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { body } = await get(server.url + path, headers)
  return JSON.parse(body.toString()) as Record<string, unknown>
}

describe('what is published', () => {
  test('is found from the timestamp down to the bytes of a snapshot', async () => {
    const timestamp = await metadata('timestamp.json')
    const snapshot = await metadata(`${timestamp.meta['snapshot.json']!.version}.snapshot.json`)
    const role = await metadata(`${snapshot.meta['list-open.json']!.version}.list-open.json`)
    const { length, hashes } = role.targets['lists/open/snapshot.txt.gz']!
    const path = `/tuf/targets/lists/open/${hashes.sha256}.snapshot.txt.gz`
    const target = await get(server.url + path, { 'Accept-Encoding': 'gzip, br' })
    expect(target.headers['content-encoding']).toBeUndefined()
    expect(target.body).toHaveLength(length)
    expect(createHash('sha256').update(target.body).digest('hex')).toBe(hashes.sha256)
    expect(gunzipSync(target.body).toString()).toContain('\none.example\tdomain\t')
  })

  test('lies in folders that no other user of the host can enter', async () => {
    for (const name of ['work', 'exports']) {
      expect((await stat(join(data, name))).mode & 0o777).toBe(0o700)
    }
  })

  test('is exported in every format that the API names, in each coding the same', async () => {
    const { feeds } = (await json('/v1/lists/open')) as { feeds: Record<string, string> }
    expect(Object.keys(feeds)).toContain('rpz')
    for (const path of Object.values(feeds)) {
      const plain = await get(server.url + path)
      expect(plain.status).toBe(200)
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(plain.headers['content-length']).toBe(String(plain.body.length))
      const gzip = await get(server.url + path, { 'Accept-Encoding': 'gzip' })
      expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
      const br = await get(server.url + path, { 'Accept-Encoding': 'br' })
      expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true)
    }
  })

  test('of a restricted list is open to its subscriber alone, until that is revoked', async () => {
    const made = await bailiwick('subscriber', 'add', 'isp', '--lists', 'secret', '--json')
    const { token } = JSON.parse(made.stdout) as { token: string }
    const headers = { Authorization: `Bearer ${token}` }
    await expect.poll(() => statusOf('/feeds/secret/domains', headers)).toBe(200)
    expect(await statusOf('/feeds/secret/domains')).toBe(404)
    const { place } = await json('/v1/lists/secret', headers)
    expect(place).toMatch(/^[0-9a-f]{32}$/)
    const role = `/tuf/metadata/2.list-${String(place)}.json`
    expect(await statusOf(role, headers)).toBe(200)
    expect(await statusOf(role)).toBe(404)

    const rotated = await bailiwick('subscriber', 'rotate', 'isp', '--json')
    const next = JSON.parse(rotated.stdout) as { token: string }
    const newer = { Authorization: `Bearer ${next.token}` }
    await expect.poll(() => statusOf('/feeds/secret/domains', newer)).toBe(200)
    expect(await statusOf('/feeds/secret/domains', headers)).toBe(200)
    await bailiwick('subscriber', 'revoke', 'isp', '--old')
    await expect.poll(() => statusOf('/feeds/secret/domains', headers)).toBe(404)
    expect(await statusOf('/feeds/secret/domains', newer)).toBe(200)
    await bailiwick('subscriber', 'revoke', 'isp')
    await expect.poll(() => statusOf('/feeds/secret/domains', newer)).toBe(404)

    for (const secret of [token, next.token]) {
      expect(server.log()).not.toContain(secret)
      const stored = await readFile(join(data, 'bailiwick.db'), 'latin1')
      expect(stored).not.toContain(secret)
    }
  })

  async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
    return (await get(server.url + path, headers)).status
  }

  test('by a command is served by the running server, and past serials stay', async () => {
    const { serial } = (await json('/v1/lists/open')) as { serial: number }
    const before = await get(`${server.url}/feeds/open/domains`)
    await add('open', 'three.example')
    await bailiwick('publish', 'open')
    await expect.poll(async () => (await json('/v1/lists/open'))['serial']).toBe(serial + 1)
    const after = await get(`${server.url}/feeds/open/domains`)
    expect(after.headers['bailiwick-serial']).toBe(String(serial + 1))
    expect(after.body.toString()).toContain('three.example\n')
    const past = await get(`${server.url}/feeds/open/domains?serial=${serial}`)
    expect(past.body.equals(before.body)).toBe(true)

    const timestamp = await metadata('timestamp.json')
    const snapshot = await metadata(`${timestamp.meta['snapshot.json']!.version}.snapshot.json`)
    const role = await metadata(`${snapshot.meta['list-open.json']!.version}.list-open.json`)
    expect(role.targets['lists/open/snapshot.txt.gz']?.custom).toMatchObject({
      serial: serial + 1,
    })

    const diff = await json(`/v1/lists/open/diff?from=${serial}&to=${serial + 1}`)
    expect(diff).toMatchObject({
      ...{ added: 1, removed: 0, next: null },
      changes: [{ change: 'added', entry: { value: 'three.example', kind: 'domain' } }],
    })
    const back = await json(`/v1/lists/open/diff?from=${serial + 1}&to=${serial}`)
    expect(back).toMatchObject({
      ...{ added: 0, removed: 1 },
      changes: [{ change: 'removed', entry: { value: 'three.example' } }],
    })
    const then = await json(`/v1/lists/open/entries?at=${serial}&prefix=three`)
    expect(then['entries']).toEqual([])
    const now = await json('/v1/lists/open/entries?value=three.example')
    expect(now['entries']).toMatchObject([{ value: 'three.example' }])
  })
})

describe('the schedule', () => {
  test('publishes a list by its cron, and stops for the circuit breaker', async () => {
    const everySecond = { publish: { cron: '* * * * * *' } }
    await bailiwick('list', 'apply', await define('timed', everySecond))
    await add('timed', 'one.example')
    await expect.poll(async () => (await json('/v1/lists/timed'))['serial'], WITHIN).toBe(1)
    const guard = { maxGrowth: 0.1, maxShrink: 0.1, minEntries: 1 }
    await bailiwick('list', 'apply', await define('timed', { ...everySecond, guard }))
    await add('timed', 'two.example')
    const metrics = async (): Promise<string> =>
      (await get(`${server.url}/metrics`)).body.toString()
    await expect.poll(metrics, WITHIN).toContain('bailiwick_list_stopped{list="timed"} 1')
    expect(await metrics()).toContain('bailiwick_list_pending{list="timed"} 1')
    expect((await get(`${server.url}/readyz`)).status).toBe(200)
    await expect.poll(() => server.log()).toContain('"code":"publish/guard"')
    await bailiwick('publish', 'timed', '--override', 'the test says so')
    await expect.poll(metrics, WITHIN).toContain('bailiwick_list_stopped{list="timed"} 0')
  })

  const WITHIN = { timeout: 10_000 }
})

describe('the metrics', () => {
  test('name a restricted list by its place alone', async () => {
    const text = (await get(`${server.url}/metrics`)).body.toString()
    expect(text).toContain('bailiwick_list_serial{list="open"}')
    expect(text).not.toContain('secret')
    expect(text).toMatch(/bailiwick_list_serial\{list="[0-9a-f]{32}"\} 1/)
    expect(text).toMatch(/bailiwick_metadata_expiry_seconds\{role="timestamp"\} \d{4,5}/)
    expect(text).toContain('nodejs_eventloop_lag_seconds')
  })
})

describe('a connection', () => {
  test('that speaks no HTTP, or too much of it, is told so and closed', async () => {
    const { port } = new URL(server.url)
    expect(await say(port, 'HELO there\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*request\/malformed/)
    const large = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(MAX_HEADER_BYTES)}\r\n\r\n`
    expect(await say(port, large)).toMatch(/^HTTP\/1.1 431 [^]*request\/headers-too-large/)
    const nasty = ['/tuf/../../bailiwick.db', '/tuf/metadata/..%2f..%2f..%2fbailiwick.db', '//']
    for (const path of nasty) {
      expect(await say(port, `GET ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 404 /)
    }
    expect(await say(port, 'GET /\u0000 HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
  })

  test('more than an address may have is closed', async () => {
    const tight = await serve({ args: ['--max-connections-per-address', '2'] })
    const { port } = new URL(tight.url)
    const two = [connect(Number(port), '127.0.0.1'), connect(Number(port), '127.0.0.1')]
    await Promise.all(
      two.map((socket) => new Promise((resolve) => socket.once('connect', resolve))),
    )
    expect(await say(port, 'GET /healthz HTTP/1.0\r\n\r\n').catch(() => '')).toBe('')
    for (const socket of two) socket.destroy()
    await expect
      .poll(() => say(port, 'GET /healthz HTTP/1.0\r\n\r\n').catch(() => ''))
      .toMatch(/^HTTP\/1.1 200 /)
    tight.child.kill('SIGTERM')
    expect(await tight.ended).toBe(0)
  })
})

function say(port: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.on('data', (text: Buffer) => (answer += text.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

describe('a stop', () => {
  test('lets a running response end, and takes no new connection', async () => {
    const stopping = await serve()
    // Larger than what the kernel takes without a reader.
    const bytes = Buffer.alloc(40_000_000, 'x')
    const hash = createHash('sha256').update(bytes).digest('hex')
    const path = `tuf/targets/lists/open/${hash}.snapshot.txt.gz`
    await writeFile(join(data, 'published', path), bytes)
    const { port } = new URL(stopping.url)
    const slow = connect(Number(port), '127.0.0.1')
    slow.write(`GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await new Promise((resolve) => slow.once('readable', resolve))
    stopping.child.kill('SIGTERM')
    await expect
      .poll(() =>
        get(`${stopping.url}/healthz`).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed')
    let received = 0
    slow.on('data', (part: Buffer) => (received += part.length))
    await new Promise((resolve) => slow.once('close', resolve))
    expect(received).toBeGreaterThan(bytes.length)
    expect(await stopping.ended).toBe(0)
  })

  test('under a service manager that keeps the socket loses no request', async () => {
    const { fd, port, close } = holdSocket()
    const url = `http://127.0.0.1:${port}/healthz`
    try {
      let serving = await serve({ fd })
      expect(serving.url).toBe(`http://127.0.0.1:${port}`)
      const over = new AbortController()
      const stopAsking = over.signal
      const statuses: number[] = []
      const asking = (async () => {
        while (!stopAsking.aborted) statuses.push((await get(url)).status)
      })()
      for (let restart = 0; restart < 2; restart++) {
        serving.child.kill('SIGTERM')
        expect(await serving.ended).toBe(0)
        serving = await serve({ fd })
      }
      over.abort()
      await asking
      expect(new Set(statuses)).toEqual(new Set([200]))
      serving.child.kill('SIGTERM')
      await serving.ended
    } finally {
      close()
    }
  })
})

/** A bound socket that this process holds and never accepts from, as a service manager does. */
function holdSocket(): { readonly fd: number; readonly port: number; readonly close: () => void } {
  // Node's own API has no socket that is bound and not listened on.
  const { TCP, constants } = (process as unknown as TcpBinding).binding('tcp_wrap')
  const handle = new TCP(constants.SERVER)
  expect(handle.bind('127.0.0.1', 0)).toBe(0)
  const name = { port: 0 }
  handle.getsockname(name)
  return { fd: handle.fd, port: name.port, close: () => handle.close() }
}

interface TcpBinding {
  readonly binding: (name: 'tcp_wrap') => {
    readonly constants: { readonly SERVER: number }
    readonly TCP: new (type: number) => {
      readonly fd: number
      readonly bind: (address: string, port: number) => number
      readonly getsockname: (into: { port: number }) => number
      readonly close: () => void
    }
  }
}

describe('serve says in one sentence', () => {
  const attempt = (...args: string[]): Promise<Ran> => runBailiwick(args)

  test('that there is no authority', async () => {
    const ran = await attempt('--data', join(folder, 'nothing'), 'serve')
    expect(ran.code).toBe(3)
    expect(ran.stderr).toMatch(/^bailiwick: .*bailiwick init.* \(data\/not-found\)\n$/)
  })

  test('that the port is in use', async () => {
    const { port } = new URL(server.url)
    const at = `127.0.0.1:${port}`
    const ran = await attempt('--data', data, 'serve', '--http', at, '--dns', 'none')
    expect(ran.code).toBe(3)
    expect(ran.stderr).toMatch(/^bailiwick: .*\(system\/address-in-use\)\n$/)
  })

  test.each(['nonsense', '127.0.0.1', '127.0.0.1:65536', ':80', '::1:80'])(
    'that %j is no address to listen at',
    async (address) => {
      const ran = await attempt('--data', data, 'serve', '--http', address)
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain('(usage/invalid)')
    },
  )

  test.skipIf(process.getuid?.() === 0)('that the folder may only be read', async () => {
    await chmod(data, 0o500)
    const ran = await attempt('--data', data, 'serve', '--http', '127.0.0.1:0', '--dns', 'none')
    await chmod(data, 0o700)
    expect(ran.code).toBe(3)
  })
})

describe('subscriber', () => {
  test('refuses lists that there are not, names that are taken and what is no name', async () => {
    const attempt = (...args: string[]): Promise<Ran> => runBailiwick(['--data', data, ...args])
    const unknown = await attempt('subscriber', 'add', 'x', '--lists', 'opem')
    expect(unknown).toMatchObject({ code: 3 })
    expect(unknown.stderr).toMatch(/did you mean "open".*\(list\/not-found\)/)
    await bailiwick('subscriber', 'add', 'twice', '--lists', 'open')
    const twice = await attempt('subscriber', 'add', 'twice', '--lists', 'open')
    expect(twice.stderr).toContain('(subscriber/exists)')
    expect((await attempt('subscriber', 'add', 'a b', '--lists', 'open')).code).toBe(2)
    expect((await attempt('subscriber', 'add', 'y', '--lists', ',')).code).toBe(2)
    const misspelt = await attempt('subscriber', 'show', 'twicee')
    expect(misspelt.stderr).toMatch(/did you mean "twice".*\(subscriber\/not-found\)/)
  })

  test('shows everything but tokens', async () => {
    const { stdout } = await bailiwick('subscriber', 'ls', '--json')
    const { subscribers } = JSON.parse(stdout) as { subscribers: Record<string, unknown>[] }
    expect(subscribers.map(({ name }) => name)).toEqual(['isp', 'twice'])
    expect(stdout).not.toMatch(/token(Hash)?"|[0-9a-f]{64}|blw_/)
    expect((await bailiwick('subscriber', 'show', 'isp')).stdout).toMatch(/^state +revoked 20/m)
  })
})
