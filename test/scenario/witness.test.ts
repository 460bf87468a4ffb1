import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { parseSignatureLines, printNote } from '../../src/core/log/note.ts'
import { verifyNote } from '../../src/core/log/verify-note.ts'
import { openWitnessClient } from '../../src/platform/witness-client.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import { makeWitnessHost, type LiveWitness, type WitnessHost } from '../support/live-witness.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'
import { makeLog, makeSigner, type TestLog } from '../support/witness-log.ts'

const EARLIER = new URL('../support/earlier-clock.mjs', import.meta.url).href
const ROUNDS = process.env['SLOW'] ? 100 : 8
const none = { BAILIWICK_PASSPHRASE: undefined, CREDENTIALS_DIRECTORY: undefined }

const log = makeLog()
const LOGS = [printNoteKey(log.signer.key)]

const host = (more?: object): Promise<WitnessHost> =>
  makeWitnessHost('witness.example/1', LOGS, more)

/** What a witness answers, and of a cosignature when it was made, verified over what was asked. */
async function ask(
  { key }: WitnessHost,
  witness: LiveWitness,
  body: string,
): Promise<{ status: number; text: string; time: number | null }> {
  const answer = await witness.ask(body)
  const text = await answer.text()
  if (answer.status !== 200) return { status: answer.status, text, time: null }
  const checkpoint = body.slice(body.indexOf('\n\n') + 2)
  const signed = checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 1)
  const [verified] = verifyNote([key], { text: signed, signatures: parseSignatureLines(text) })
  return { status: 200, text, time: verified?.timestamp ?? null }
}

test('a witness answers by the book, and remembers over a restart', async () => {
  const home = await host()
  const first = await home.start()
  const before = Math.floor(Date.now() / 1000)
  const { status, time } = await ask(home, first, await log.request(0, 3))
  expect(status).toBe(200)
  expect(time).toBeGreaterThanOrEqual(before)
  expect(time).toBeLessThanOrEqual(Date.now() / 1000)
  expect(await ask(home, first, await log.request(3, 10))).toMatchObject({ status: 200 })
  expect(await first.stop()).toBe(0)

  const second = await home.start()
  const conflict = await second.ask(await log.request(3, 12))
  expect(conflict.status).toBe(409)
  expect(conflict.headers.get('content-type')).toBe('text/x.tlog.size')
  expect(await conflict.text()).toBe('10\n')
  const fork = log.forkAt(4)
  const other = makeLog(makeSigner('other.example', 'ed25519'))
  for (const [body, expected] of [
    [await fork.request(10, 10), 409],
    [await fork.request(10, 12), 422],
    [await makeLog().request(10, 12), 403],
    [await other.request(0, 12), 404],
    ['garbage', 400],
    [await log.request(11, 10), 400],
  ] as const) {
    expect(await ask(home, second, body), body).toMatchObject({ status: expected })
  }
  expect(await ask(home, second, await log.request(10, 12))).toMatchObject({ status: 200 })

  const metrics = await (await fetch(`${second.url}/metrics`)).text()
  expect(metrics).toContain('bailiwick_witness_log_size{origin="log.example"} 12')
  expect(metrics).toContain('bailiwick_witness_forks_total{origin="log.example"} 2')
  expect(metrics).toContain('bailiwick_http_responses_total{route="add-checkpoint",status="403"} 1')
  const health = await fetch(`${second.url}/healthz`)
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
  expect(await second.stop()).toBe(0)
  const warned = second.log().filter(({ level }) => level === 'warn')
  expect(warned.map(({ status, evidence }) => [status, evidence])).toEqual([
    [409, printNote(await fork.note(10))],
    [422, printNote(await fork.note(12))],
  ])
})

test('of many at once one root a size is cosigned, and every log goes its own way', async () => {
  const others = ['b.example', 'c.example'].map((name) => makeLog(makeSigner(name, 'ed25519')))
  const logs = [log, ...others]
  const home = await makeWitnessHost(
    'witness.example',
    logs.map(({ signer }) => printNoteKey(signer.key)),
    { limits: { requestsPerMinute: 1000, maxConnectionsPerAddress: 100 } },
  )
  const witness = await home.start()
  for (const [old, size] of [
    [0, 4],
    [4, 9],
  ] as const) {
    const asked = logs.map(async (one) => {
      const rivals = [one, one.forkAt(old + 1, 'x'), one.forkAt(old + 2, 'y'), one.forkAt(old, 'z')]
      const bodies = await Promise.all(
        rivals.flatMap((rival) => [rival.request(old, size), rival.request(old, size)]),
      )
      const answers = await Promise.all(bodies.map((body) => ask(home, witness, body)))
      const signed = new Set(
        bodies.filter((_, i) => answers[i]?.status === 200).map((body) => body.split('\n\n')[1]),
      )
      expect(signed.size).toBe(1)
      return rivals.find((_, i) => answers[2 * i]?.status === 200) ?? one
    })
    logs.splice(0, logs.length, ...(await Promise.all(asked)))
  }
})

test(
  `killed at any instant, ${ROUNDS} times, it cosigns one root a size and never goes back`,
  { timeout: 60_000 + ROUNDS * 5_000 },
  async () => {
    const home = await host()
    const roots = new Map<number, string>()
    const forks = [log, ...Array.from({ length: 3 }, (_, i) => log.forkAt(1, `fork ${i}`))]
    let last = 0
    // Everything that this test was told: by whom, and how large it was.
    const takeUp = (tree: TestLog, size: number): void => {
      const root = Buffer.from(tree.root(size)).toString('hex')
      expect(roots.get(size) ?? root).toBe(root)
      roots.set(size, root)
      expect(size).toBeGreaterThanOrEqual(last)
      last = size
    }
    for (let round = 0; round < ROUNDS; round++) {
      const witness = await home.start({ logLevel: 'silent' })
      const told = await witness.ask(await log.request(0, 0))
      // 200 at the very first, for then nothing has been cosigned.
      const known = told.status === 200 ? 0 : Number(await told.text())
      expect(known).toBeGreaterThanOrEqual(last)
      let isOver = false
      const asking = forks.map(async (tree, i) => {
        for (let [old, size] = [known, known + 1 + i]; !isOver;) {
          const answer = await ask(home, witness, await tree.request(old, size)).catch(() => null)
          if (answer === null) return
          if (answer.status === 200) takeUp(tree, size)
          if (answer.status === 409) old = Number(answer.text)
          size = Math.max(size, old) + 1
          if (old > size || answer.status === 422) return
        }
      })
      const enough = roots.size + 3 + (round % 3)
      while (roots.size < enough) await sleep(1)
      await sleep((round * 7) % 11)
      await witness.kill()
      isOver = true
      await Promise.all(asking)
    }
    expect(roots.size).toBeGreaterThan(3 * ROUNDS)
    const kept = JSON.parse(
      (await runBailiwick(['witness', 'show', '--config', home.config, '--json'])).stdout,
    ) as { readonly checkpoints: readonly { readonly size: number }[] }
    expect(kept.checkpoints[0]?.size).toBeGreaterThanOrEqual(last)
  },
)

describe('what is no request to a witness', () => {
  test('is refused as what it is, and changes nothing', async () => {
    const home = await host({ limits: { maxBodyBytes: 4096, requestsPerMinute: 4 } })
    const witness = await home.start()
    const asked = async (path: string, init: RequestInit): Promise<unknown[]> => {
      const answer = await fetch(`${witness.url}${path}`, init)
      const { code } = (await answer.json()) as { readonly code: string }
      return [answer.status, code, answer.headers.get('allow') ?? answer.headers.get('retry-after')]
    }
    expect(await asked('/add-checkpoint', {})).toEqual([405, 'request/method', 'POST'])
    expect(await asked('/metrics', { method: 'POST' })).toEqual([
      ...[405, 'request/method', 'GET, HEAD'],
    ])
    expect(await asked('/', {})).toEqual([404, 'serve/not-found', null])
    const post = (body: string | ReadableStream): RequestInit => {
      const init = { method: 'POST', body, duplex: 'half' }
      return init as RequestInit
    }
    expect((await witness.ask('x'.repeat(4096))).status).toBe(400)
    expect(await asked('/add-checkpoint', post('x'.repeat(4097)))).toEqual([
      ...[413, 'request/body', null],
    ])
    const stream = new Blob(['x'.repeat(5000)]).stream()
    expect(await asked('/add-checkpoint', post(stream))).toEqual([413, 'request/body', null])
    expect((await witness.ask(await log.request(0, 2))).status).toBe(200)
    expect(await asked('/add-checkpoint', post(await log.request(2, 2)))).toEqual([
      ...[429, 'request/too-many', '60'],
    ])
    expect((await fetch(`${witness.url}/healthz`)).status).toBe(200)
  })

  test('a body that never ends does not hold up the stop', async () => {
    const home = await host()
    const witness = await home.start()
    const socket = connect(Number(new URL(witness.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nold 0\n')
    expect((await witness.ask('x')).status).toBe(400)
    const started = performance.now()
    expect(await witness.stop()).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('a witness does not run', () => {
  const run = (home: WitnessHost) =>
    runBailiwick(['witness', '--config', home.config], { env: none })

  test('beside another on its state folder', async () => {
    const home = await host()
    await home.start()
    const { code, stderr } = await run(home)
    expect([code, stderr]).toEqual([3, expect.stringContaining('(witness/locked)')])
  })

  test('on a state folder that is gone or another one, though its key is there', async () => {
    const home = await host()
    rmSync(join(home.folder, 'state'), { recursive: true })
    expect(await run(home)).toMatchObject({
      ...{ code: 3, stderr: expect.stringContaining('(witness/state)') as string },
    })
    const again = [
      'witness',
      'init',
      '--config',
      home.config,
      '--name',
      'x',
      '--insecure-plain-keys',
    ]
    expect(await runBailiwick(again)).toMatchObject({
      ...{ code: 3, stderr: expect.stringContaining('(data/exists)') as string },
    })
  })

  test('without its own key', async () => {
    const home = await host()
    const keys = readdirSync(join(home.folder, 'keys')).filter((name) => /^[0-9a-f]/.test(name))
    rmSync(join(home.folder, 'keys', keys[0] ?? ''))
    expect(await run(home)).toMatchObject({
      ...{ code: 3, stderr: expect.stringContaining('(key/missing)') as string },
    })
  })

  test('on a clock that is far behind: it answers 500, signs nothing, and goes on', async () => {
    const home = await host()
    const now = await home.start()
    expect((await now.ask(await log.request(0, 2))).status).toBe(200)
    await now.stop()
    const earlier = await home.start({}, ['--import', EARLIER])
    const answer = await earlier.ask(await log.request(2, 3))
    expect([answer.status, await answer.json()]).toEqual([
      500,
      expect.objectContaining({ code: 'clock/back' }),
    ])
    await earlier.stop()
    const right = await home.start()
    expect((await right.ask(await log.request(2, 3))).status).toBe(200)
  })
})

test('init seals the key, keeps it from others, and needs a passphrase or a plain word', async () => {
  const home = await host()
  const fresh = { keys: 'k2', state: 's2' }
  writeFileSync(home.config, JSON.stringify({ ...fresh, logs: LOGS }))
  const init = (env: Readonly<Record<string, string | undefined>>, name = 'w.example') =>
    runBailiwick(['witness', 'init', '--config', home.config, '--name', name], {
      env: { ...none, ...env },
    })
  expect(await init({})).toMatchObject({
    ...{ code: 3, stderr: expect.stringContaining('(key/passphrase-missing)') as string },
  })
  const secret = { BAILIWICK_PASSPHRASE: 'correct horse' }
  expect(await init(secret, 'two words')).toMatchObject({ code: 2 })
  const made = await init(secret)
  expect(made).toMatchObject({ code: 0, stderr: '' })
  for (const folder of ['k2', 's2']) {
    expect(statSync(join(home.folder, folder)).mode & 0o777).toBe(0o700)
  }
  const [name = ''] = readdirSync(join(home.folder, 'k2')).filter((one) => /^[0-9a-f]/.test(one))
  expect(readFileSync(join(home.folder, 'k2', name), 'utf8')).toContain('aes-256-gcm')
  const run = (env: object) =>
    runBailiwick(['witness', 'run', '--config', home.config], { env: { ...none, ...env } })
  expect(await run({})).toMatchObject({
    ...{ code: 3, stderr: expect.stringContaining('(key/passphrase-missing)') as string },
  })
  expect(await run({ BAILIWICK_PASSPHRASE: 'wrong' })).toMatchObject({
    ...{ code: 3, stderr: expect.stringContaining('(key/passphrase-wrong)') as string },
  })
  // Whoever only looks needs no passphrase.
  const shown = await runBailiwick(['witness', 'show', '--config', home.config], { env: none })
  expect(shown.stdout).toBe(`${made.stdout}\nnothing was cosigned yet\n`)
})

test('show prints what was cosigned last of each log', async () => {
  const home = await host()
  const witness = await home.start()
  await witness.ask(await log.request(0, 5))
  const { stdout } = await runBailiwick(['witness', 'show', '--config', home.config])
  expect(stdout).toContain(home.vkey)
  const root = Buffer.from(log.root(5)).toString('base64')
  expect(stdout).toMatch(
    new RegExp(`^log\\.example +5 +${root.replaceAll('+', '\\+')} +\\d{4}-.*Z$`, 'm'),
  )
})

describeWith('openssl', 'over TLS', () => {
  test('a witness answers, and takes a renewed certificate', async () => {
    const home = await host()
    const [cert, key] = [join(home.folder, 'cert.pem'), join(home.folder, 'key.pem')]
    const renew = (name: string): void => {
      const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
      const about = [
        '-nodes',
        '-days',
        '1',
        '-subj',
        `/CN=${name}`,
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ]
      execFileSync(needsProgram('openssl'), [...request, ...about, '-keyout', key, '-out', cert], {
        stdio: 'ignore',
      })
    }
    renew('first.example')
    const witness = await home.start({ tls: { cert, key } })
    expect(witness.url).toMatch(/^https:/)
    const asked = async (): Promise<number> => {
      const client = openWitnessClient({
        ...{ userAgent: 'test', connectTimeoutMs: 2000, ca: readFileSync(cert, 'utf8') },
      })
      const body = await log.request(0, 2)
      const question = { url: witness.url, body, timeoutMs: 5000 }
      return client
        .ask(question)
        .then(({ status }) => status)
        .finally(client.close)
    }
    expect(await asked()).toBe(200)
    // Whoever speaks no TLS there harms nobody.
    await expect(fetch(witness.url.replace('https', 'http'))).rejects.toThrow()
    renew('second.example')
    await expect.poll(() => asked().catch(() => 0), { timeout: 15_000 }).toBe(409)
    expect(await witness.stop()).toBe(0)
  })
})
