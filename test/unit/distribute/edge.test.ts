import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Edge } from '../../../src/distribute/edge.ts'
import { MAX_HEADERS, MAX_URL_BYTES } from '../../../src/distribute/limits.ts'
import type { RequestListener } from '../../../src/distribute/request-listener.ts'
import {
  feedText,
  OLD_TOKEN,
  openFakeAuthority,
  OTHER_TOKEN,
  putTarget,
  TOKEN,
  type FakeAuthority,
} from '../../support/edge-builder.ts'
import { inject, injectRaw } from '../../support/http-inject.ts'

let authority: FakeAuthority
let edge: Edge
let listener: RequestListener

beforeEach(async () => {
  authority = await openFakeAuthority()
  await authority.put('published/tuf/metadata/timestamp.json', '{"serial":1}')
  await authority.put('published/tuf/metadata/2.list-open.json', '{"open":2}')
  await authority.put(`published/tuf/metadata/2.list-${SECRET_PLACE}.json`, '{"secret":2}')
  await authority.put('published/tuf/metadata/1.root.json', '{"root":1}')
  edge = authority.openEdge()
  listener = authority.listenerOf(edge)
})

afterEach(async () => {
  await rm(authority.folder, { recursive: true, force: true })
  expect(authority.faults).toEqual([])
})

const SECRET_PLACE = '0123456789abcdef0123456789abcdef'
const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

describe('metadata', () => {
  test('is sent whole, tagged by its hash, and may be kept for ever', async () => {
    const answer = await inject(listener, '/tuf/metadata/1.root.json')
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).toBe('{"root":1}')
    const hash = createHash('sha256').update('{"root":1}').digest('hex')
    expect(answer.headers).toMatchObject({
      etag: `"${hash}"`,
      'content-type': 'application/json',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(answer.headers['last-modified']).toMatch(/ GMT$/)
    expect(answer.headers['content-encoding']).toBeUndefined()
  })

  test('is not sent again to whoever has it', async () => {
    const { headers } = await inject(listener, '/tuf/metadata/1.root.json')
    const again = await inject(listener, '/tuf/metadata/1.root.json', {
      'If-None-Match': headers['etag'] ?? '',
    })
    expect(again.status).toBe(304)
    expect(again.body).toHaveLength(0)
    expect(again.headers['etag']).toBe(headers['etag'])
    expect(again.headers['content-length']).toBeUndefined()
  })

  test('shows its head alone to a HEAD', async () => {
    const answer = await inject(listener, '/tuf/metadata/1.root.json', {}, 'HEAD')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-length']).toBe('10')
    expect(answer.body).toHaveLength(0)
  })

  test('has one pointer, which is always asked for anew and changes at once', async () => {
    const first = await inject(listener, '/tuf/metadata/timestamp.json')
    expect(first.headers['cache-control']).toBe('public, no-cache')
    await edge.refreshPointers()
    await rm(`${authority.folder}/published/tuf/metadata/timestamp.json`)
    await authority.put('published/tuf/metadata/timestamp.json', '{"serial":2}')
    await edge.refreshPointers()
    const second = await inject(listener, '/tuf/metadata/timestamp.json')
    expect(second.body.toString()).toBe('{"serial":2}')
    expect(second.headers['etag']).not.toBe(first.headers['etag'])
  })

  test('that does not exist is a problem', async () => {
    const answer = await inject(listener, '/tuf/metadata/9.root.json')
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      ...{ status: 404, code: 'serve/not-found', type: 'urn:bailiwick:error:serve/not-found' },
    })
  })
})

describe('targets', () => {
  test.each([
    ['that memory holds', 40_000],
    ['that are larger than what counts as small', 300_000],
    ['of no byte', 0],
  ])('%s are sent whole and in parts', async (_, size) => {
    const bytes = randomBytes(size)
    const path = await putTarget(authority, 'open', bytes)
    const gzip = { 'Accept-Encoding': 'gzip, br' }
    for (let round = 0; round < 2; round++) {
      const whole = await inject(listener, path, gzip)
      expect(whole.status).toBe(200)
      expect(whole.body.equals(bytes)).toBe(true)
      expect(whole.headers['content-encoding']).toBeUndefined()
      expect(whole.headers['content-type']).toBe('application/gzip')
      expect(whole.headers['etag']).toBe(`"${/([0-9a-f]{64})\./.exec(path)?.[1] ?? ''}"`)
    }
    if (size === 0) return
    const part = await inject(listener, path, { Range: 'bytes=10-19' })
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes 10-19/${size}`)
    expect(part.headers['content-length']).toBe('10')
    expect(part.body.equals(bytes.subarray(10, 20))).toBe(true)
  })

  test('larger than memory takes are streamed, whole and from any byte', async () => {
    const bytes = randomBytes(65 * 1024 * 1024)
    const path = await putTarget(authority, 'open', bytes)
    const whole = await inject(listener, path)
    expect(whole.body.equals(bytes)).toBe(true)
    const part = await inject(listener, path, { Range: 'bytes=3145000-' })
    expect(part.status).toBe(206)
    expect(part.body.equals(bytes.subarray(3_145_000))).toBe(true)
    expect(edge.memory.bytes).toBe(0)
  })

  test('answer ranges by the rules', async () => {
    const path = await putTarget(authority, 'open', Buffer.from('0123456789'))
    const beyond = await inject(listener, path, { Range: 'bytes=10-' })
    expect(beyond.status).toBe(416)
    expect(beyond.headers['content-range']).toBe('bytes */10')
    const { headers } = await inject(listener, path)
    const same = { Range: 'bytes=1-2', 'If-Range': headers['etag'] ?? '' }
    expect((await inject(listener, path, same)).status).toBe(206)
    const other = { Range: 'bytes=1-2', 'If-Range': '"another"' }
    expect((await inject(listener, path, other)).status).toBe(200)
    expect((await inject(listener, path, { Range: 'bytes=1-2,4-5' })).status).toBe(200)
    expect((await inject(listener, path, { Range: 'bytes=1-2' }, 'HEAD')).status).toBe(200)
  })

  test('cut short on disk are never passed off as whole', async () => {
    const path = await putTarget(authority, 'open', randomBytes(70_000))
    await inject(listener, path, {}, 'HEAD')
    await authority.put(`published${path}`, 'cut')
    const answer = await inject(listener, path)
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'serve/file-changed' })
    expect(authority.faults.splice(0)).toHaveLength(1)
  })
})

describe('feeds', () => {
  test('are made at first demand and then kept', async () => {
    for (let round = 0; round < 3; round++) {
      const answer = await inject(listener, '/feeds/open/rpz')
      expect(answer.status).toBe(200)
      expect(answer.body.toString()).toBe(feedText('open', 'rpz', 3))
      expect(answer.headers).toMatchObject({
        'bailiwick-serial': '3',
        'content-location': '/feeds/open/rpz?serial=3',
        'content-length': String(feedText('open', 'rpz', 3).length),
        'cache-control': 'public, max-age=30',
        vary: 'Accept-Encoding',
      })
      expect(answer.headers['content-encoding']).toBeUndefined()
    }
    expect(authority.made).toEqual(['open rpz 3'])
  })

  test('are made once for all who ask at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => inject(listener, '/feeds/open/rpz')),
    )
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1)
    expect(authority.made).toEqual(['open rpz 3'])
  })

  test('are sent in the coding that is asked for, each with its own tag', async () => {
    const text = feedText('open', 'rpz', 3)
    const br = await inject(listener, '/feeds/open/rpz', { 'Accept-Encoding': 'br, gzip' })
    expect(br.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(br.body).toString()).toBe(text)
    const gzip = await inject(listener, '/feeds/open/rpz', { 'Accept-Encoding': 'gzip' })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzip.body).toString()).toBe(text)
    const plain = await inject(listener, '/feeds/open/rpz')
    const tags = [br, gzip, plain].map(({ headers }) => headers['etag'])
    expect(new Set(tags).size).toBe(3)
    const revalidated = await inject(listener, '/feeds/open/rpz', {
      ...{ 'Accept-Encoding': 'gzip', 'If-None-Match': gzip.headers['etag'] ?? '' },
    })
    expect(revalidated.status).toBe(304)
    expect(revalidated.headers['vary']).toBe('Accept-Encoding')
  })

  test('answer a date with 304, and a date before with the whole', async () => {
    const { headers } = await inject(listener, '/feeds/open/rpz')
    const at = headers['last-modified'] ?? ''
    expect(at).toBe('Tue, 24 Nov 2026 11:00:03 GMT')
    const since = (date: string): Promise<{ status: number }> =>
      inject(listener, '/feeds/open/rpz', { 'If-Modified-Since': date })
    expect((await since(at)).status).toBe(304)
    expect((await since('Tue, 24 Nov 2026 11:00:02 GMT')).status).toBe(200)
  })

  test('go on to a new serial, and what was in demand is made ahead', async () => {
    await inject(listener, '/feeds/open/rpz')
    authority.publish(1)
    expect(edge.refresh()).toBe(true)
    expect(edge.refresh()).toBe(false)
    await new Promise((resolve) => setImmediate(resolve))
    expect(authority.made).toEqual(['open rpz 3', 'open rpz 4'])
    const answer = await inject(listener, '/feeds/open/rpz')
    expect(answer.headers['bailiwick-serial']).toBe('4')
    expect(answer.body.toString()).toBe(feedText('open', 'rpz', 4))
    expect(authority.made).toEqual(['open rpz 3', 'open rpz 4'])
  })

  test('that are being made when a serial comes are answered with the newer one', async () => {
    let release: (value: unknown) => void = () => undefined
    authority.gate = new Promise((resolve) => (release = resolve))
    const asked = inject(listener, '/feeds/open/rpz')
    await expect.poll(() => authority.made).toEqual(['open rpz 3'])
    authority.publish(1)
    edge.refresh()
    release(undefined)
    const answer = await asked
    expect(answer.headers['bailiwick-serial']).toBe('4')
    expect(answer.body.toString()).toBe(feedText('open', 'rpz', 4))
  })

  test('never part from their signature', async () => {
    await inject(listener, '/feeds/open/rpz')
    authority.publish(1)
    const before = await inject(listener, '/feeds/open/rpz.minisig')
    expect(before.headers['bailiwick-serial']).toBe('3')
    edge.refresh()
    const after = await inject(listener, '/feeds/open/rpz.minisig')
    expect(after.headers['bailiwick-serial']).toBe('4')
    expect(after.body.toString()).toBe('signature of open rpz 4')
    const old = await inject(listener, '/feeds/open/rpz.minisig?serial=3')
    expect(old.body.toString()).toBe('signature of open rpz 3')
  })

  test('of a past serial are made on demand, and the ones least asked for are dropped', async () => {
    authority.serials.set(1, 12)
    authority.changes++
    edge.refresh()
    const first = await inject(listener, '/feeds/open/csv?serial=1', {}, 'HEAD')
    expect(first.headers['bailiwick-serial']).toBe('1')
    expect(first.headers['cache-control']).toBe('public, max-age=3600')
    for (let serial = 2; serial <= 9; serial++) {
      await inject(listener, `/feeds/open/csv?serial=${serial}`)
    }
    expect(authority.kept.at(-1)).toEqual([12, 9, 8, 7, 6, 5, 4, 3, 2])
    const again = await inject(listener, '/feeds/open/csv?serial=1')
    expect(again.body.toString()).toBe(feedText('open', 'csv', 1))
    expect(authority.made.filter((made) => made === 'open csv 1')).toHaveLength(2)
  })

  test.each([
    ['/feeds/open/rpz?serial=4', 404, 'snapshot/not-found'],
    ['/feeds/open/rpz?serial=4294967295', 404, 'snapshot/not-found'],
    ['/feeds/open/rpz?serial=x', 400, 'request/invalid'],
    ['/feeds/open/rpz?cachebust=1', 400, 'request/invalid'],
    ['/feeds/open/docx', 404, 'serve/not-found'],
    ['/feeds/fresh/rpz', 404, 'snapshot/not-found'],
    ['/feeds/absent/rpz', 404, 'list/not-found'],
  ])('%s is answered %i %s', async (url, status, code) => {
    const answer = await inject(listener, url)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ status, code })
  })

  test('that cannot be made say so, and the next who asks has it tried again', async () => {
    authority.gate = Promise.reject(new Error('disk on fire'))
    const failed = await inject(listener, '/feeds/open/rpz')
    expect(failed.status).toBe(500)
    expect(failed.body.toString()).not.toContain('fire')
    expect(authority.faults.splice(0)).toHaveLength(1)
    authority.gate = Promise.resolve()
    expect((await inject(listener, '/feeds/open/rpz')).status).toBe(200)
  })
})

describe('a restricted list', () => {
  const paths = [
    '/feeds/secret/rpz',
    '/feeds/secret/rpz.minisig',
    '/feeds/secret/docx',
    '/feeds/secret/rpz?serial=99',
    '/feeds/secret/rpz?serial=x',
    `/tuf/metadata/2.list-${SECRET_PLACE}.json`,
    `/tuf/metadata/9.list-${SECRET_PLACE}.json`,
  ]

  test.each(paths)('answers %s as if it were not there', async (path) => {
    const target = await putTarget(authority, SECRET_PLACE, Buffer.from('secret'))
    // Whoever is entitled has fetched everything before, so all of it stands ready.
    for (const url of [...paths, target]) await inject(listener, url, bearer(TOKEN))
    for (const url of [path, target]) {
      const unknown = url.replace('secret', 'absent').replace(SECRET_PLACE, 'f'.repeat(32))
      for (const headers of [
        {},
        bearer(OTHER_TOKEN),
        bearer('nonsense'),
        { Authorization: TOKEN },
      ]) {
        const refused = await inject(listener, url, headers)
        const absent = await inject(listener, unknown, headers)
        expect(refused.status).toBe(404)
        expect(refused.body.toString()).toBe(absent.body.toString())
        expect(without(refused.headers, 'date')).toEqual(without(absent.headers, 'date'))
      }
    }
  })

  test('is served to whoever is entitled, and to no cache that others share', async () => {
    const feed = await inject(listener, '/feeds/secret/rpz', bearer(TOKEN))
    expect(feed.status).toBe(200)
    expect(feed.body.toString()).toBe(feedText('secret', 'rpz', 5))
    expect(feed.headers['cache-control']).toBe('private, max-age=30')
    const metadata = `/tuf/metadata/2.list-${SECRET_PLACE}.json`
    const role = await inject(listener, metadata, { Authorization: `bearer ${TOKEN}` })
    expect(role.body.toString()).toBe('{"secret":2}')
    expect(role.headers['cache-control']).toMatch(/^private, /)
  })

  test('is served under the token before the last until that ends', async () => {
    expect((await inject(listener, '/feeds/secret/rpz', bearer(OLD_TOKEN))).status).toBe(200)
    authority.now = new Date(authority.now.getTime() + 1000)
    expect((await inject(listener, '/feeds/secret/rpz', bearer(OLD_TOKEN))).status).toBe(404)
    expect((await inject(listener, '/feeds/secret/rpz', bearer(TOKEN))).status).toBe(200)
  })

  test('is closed to a subscriber as soon as its revocation is seen', async () => {
    expect((await inject(listener, '/feeds/secret/rpz', bearer(TOKEN))).status).toBe(200)
    const [isp] = authority.subscribers
    authority.subscribers[0] = { ...isp!, revokedAt: authority.now }
    authority.changes++
    edge.refresh()
    expect((await inject(listener, '/feeds/secret/rpz', bearer(TOKEN))).status).toBe(404)
  })

  test.each(['/feeds/open/rpz', '/feeds/open/rpz?serial=2'])(
    'is closed to whoever waits for %s while the list becomes one',
    async (url) => {
      let release: (value: unknown) => void = () => undefined
      authority.gate = new Promise((resolve) => (release = resolve))
      const asked = inject(listener, url)
      await expect.poll(() => authority.made).toHaveLength(1)
      restrictOpen()
      release(undefined)
      expect((await asked).status).toBe(404)
      expect((await inject(listener, url)).status).toBe(404)
    },
  )

  test('is closed to everybody as soon as a public list becomes one', async () => {
    const target = await putTarget(authority, 'open', Buffer.from('was open'))
    for (const url of ['/feeds/open/rpz', '/tuf/metadata/2.list-open.json', target]) {
      expect((await inject(listener, url)).status).toBe(200)
    }
    restrictOpen()
    for (const url of ['/feeds/open/rpz', '/tuf/metadata/2.list-open.json', target]) {
      expect((await inject(listener, url)).status).toBe(404)
    }
  })
})

function restrictOpen(): void {
  const [open, ...others] = authority.lists
  const restricted = { ...open!.definition, visibility: 'restricted' as const }
  authority.lists.splice(0, 9, { ...open!, definition: restricted }, ...others)
  authority.changes++
  edge.refresh()
}

describe('a request', () => {
  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('by %s is refused', async (method) => {
    const answer = await inject(listener, '/feeds/open/rpz', {}, method)
    expect(answer.status).toBe(405)
    expect(answer.headers['allow']).toBe('GET, HEAD')
  })

  test('with a body is refused, and its connection closed', async () => {
    const head = 'GET /feeds/open/rpz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n'
    const answer = (await injectRaw(listener, `${head}hello`)).toString()
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    expect(answer).toContain('\r\nConnection: close\r\n')
  })

  test('with the longest URL is looked at, with one byte more not', async () => {
    const longest = `/${'x'.repeat(MAX_URL_BYTES - 1)}`
    expect((await inject(listener, longest)).status).toBe(404)
    expect((await inject(listener, `${longest}x`)).status).toBe(414)
  })

  test('with the most headers is answered, with one more not', async () => {
    const some = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, '1']))
    const own = 2
    expect((await inject(listener, '/feeds/open/rpz', some(MAX_HEADERS - own))).status).toBe(200)
    expect((await inject(listener, '/feeds/open/rpz', some(MAX_HEADERS - own + 1))).status).toBe(
      431,
    )
  })

  test('for anything else is passed on', async () => {
    const answer = await inject(listener, '/v1/lists')
    expect(answer.body.toString()).toBe('fallback')
  })

  test('is counted and logged, without what it was authorised by', async () => {
    await inject(listener, '/feeds/secret/rpz', bearer(TOKEN))
    await inject(listener, '/feeds/secret/rpz')
    await inject(listener, '/healthz')
    expect([...authority.counts.each()]).toEqual([
      ['feed', 200, 1],
      ['refused', 404, 1],
      ['healthz', 404, 1],
    ])
    expect(authority.counts.inFlight).toBe(0)
    expect(authority.counts.bytes).toBeGreaterThanOrEqual(feedText('secret', 'rpz', 5).length)
    expect(JSON.stringify(authority.access)).not.toContain(TOKEN)
    expect(authority.access[0]).toMatchObject({
      method: 'GET',
      url: '/feeds/secret/rpz',
      status: 200,
    })
  })
})

function without(headers: Readonly<Record<string, string>>, name: string): object {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
}
