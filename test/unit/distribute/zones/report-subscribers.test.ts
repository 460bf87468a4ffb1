import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openApi, type ApiDeps } from '../../../../src/distribute/api.ts'
import { SCHEMAS } from '../../../../src/distribute/api-schemas.ts'
import { SecondaryLedger } from '../../../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../../../src/distribute/zones/zone-desk.ts'
import { zoneFigures } from '../../../../src/distribute/zones/zone-figures.ts'
import { hashToken, printToken } from '../../../../src/platform/http-auth.ts'
import { HttpCounts, openMetrics } from '../../../../src/platform/metrics.ts'
import {
  FakeImage,
  SECRET,
  subscriberKey,
  zoneCatalog,
  zoneList,
  zoneSubscriber,
} from '../../../support/zone-builders.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const TOKEN = printToken(Buffer.alloc(32, 1))
const OPERATOR = printToken(Buffer.alloc(32, 9))
const STRANGER = printToken(Buffer.alloc(32, 5))

const SECRET_LIST = zoneList(2, 'b')
const LISTS = [
  zoneList(1, 'a'),
  { ...SECRET_LIST, definition: { ...SECRET_LIST.definition, visibility: 'restricted' as const } },
]
const CATALOG = zoneCatalog(LISTS, [
  zoneSubscriber('isp', {
    ...{ tokenHash: hashToken(TOKEN), lists: ['a', 'b'], notify: ['192.0.2.1:53'] },
    ...{ keys: [subscriberKey('isp-1')], catalogSerial: 3 },
  }),
  zoneSubscriber('zeta', { lists: ['a'], transfer: 'networks', networks: ['10.0.0.0/8'] }),
])

let folder: string
let nowMs: number
let ledger: SecondaryLedger
let desk: ZoneDesk

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-report-'))
  nowMs = NOW
  const now = () => new Date(nowMs)
  const onFault = (error: unknown): void => {
    throw error
  }
  ledger = new SecondaryLedger({ path: join(folder, 'secondaries.jsonl'), now, onFault })
  const open = (key: ConstructorParameters<typeof FakeImage>[0]) => new FakeImage(key, [10])
  desk = new ZoneDesk({ ledger, now, onFault, open, condense: () => Promise.resolve(null) })
  desk.update(CATALOG)
  desk.take({ place: 'a', serial: 9, state: '' })
})

afterEach(() => {
  desk.close()
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

function appWith(more: Partial<ApiDeps>): ReturnType<typeof openApi> {
  return openApi({
    ...{ catalog: () => CATALOG, formats: [], version: '1', checkReady: () => [] },
    publications: { find: () => null, at: () => null, page: () => [] },
    history: {
      entries: () => Promise.reject(new Error()),
      changes: () => Promise.reject(new Error()),
    },
    metrics: { print: () => Promise.resolve(''), contentType: '' },
    now: () => new Date(nowMs),
    onFault: () => undefined,
    ...more,
  })
}

interface Answer {
  readonly code?: string
  readonly subscribers: readonly {
    readonly name: string
    readonly zones: readonly { readonly list: string; readonly secondaries: readonly object[] }[]
  }[]
  readonly next: string | null
}

async function ask(
  token: string | null,
  more: Partial<ApiDeps> = { zones: desk, operatorTokenHash: hashToken(OPERATOR) },
  query = '',
): Promise<{ status: number; headers: Headers; body: Answer }> {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` }
  const response = await appWith(more).request(`/v1/subscribers${query}`, { headers })
  const body = (await response.json()) as Answer
  return { status: response.status, headers: response.headers, body }
}

const KEY = { subscriber: 'isp', zone: 'a.rpz.test', address: '192.0.2.1' }
const WHOLE = { serial: 7, style: 'whole', bytes: 10, ms: 2, outcome: 'sent' } as const

test('a subscriber sees itself, its zones, and how far each secondary is behind', async () => {
  ledger.ended(KEY, WHOLE)
  ledger.notified(KEY, '192.0.2.1:53', { serial: 9, answer: 'timeout', tries: 6 })
  const { status, body } = await ask(TOKEN)
  expect(status).toBe(200)
  expect(body.next).toBeNull()
  const at = new Date(NOW).toISOString()
  expect(body.subscribers).toEqual([
    {
      ...{ name: 'isp', transfer: 'tsig', networks: [], notify: ['192.0.2.1:53'] },
      lists: ['a', 'b'],
      keys: [
        {
          name: 'isp-1',
          algorithm: 'hmac-sha256',
          createdAt: new Date(0).toISOString(),
          until: null,
        },
      ],
      zones: [
        {
          ...{ list: 'a', zone: 'a.rpz.test', serial: 9 },
          secondaries: [
            {
              ...{ address: '192.0.2.1', key: null, state: 'behind', serial: 7, lag: 2 },
              askedAt: null,
              transfer: { ...WHOLE, at },
              notifies: [{ to: '192.0.2.1:53', serial: 9, answer: 'timeout', tries: 6, at }],
            },
          ],
        },
        { list: null, zone: 'isp.catalog.bailiwick.invalid', serial: 3, secondaries: [] },
      ],
    },
  ])
  expect(JSON.stringify(body)).not.toContain(SECRET)
})

test('the operator sees all, in pages', async () => {
  const operator = { zones: desk, operatorTokenHash: hashToken(OPERATOR) }
  const all = await ask(OPERATOR)
  expect(all.body.subscribers.map(({ name }) => name)).toEqual(['isp', 'zeta'])
  const first = await ask(OPERATOR, operator, '?limit=1')
  expect(first.body.subscribers.map(({ name }) => name)).toEqual(['isp'])
  const second = await ask(OPERATOR, operator, `?limit=1&cursor=${String(first.body.next)}`)
  expect(second.body.subscribers.map(({ name }) => name)).toEqual(['zeta'])
  expect(second.body.next).toBeNull()
})

test.each([
  ['no token', null],
  ['an unknown token', STRANGER],
  ['a token of another shape', 'x'],
])('nobody else sees anything: %s', async (_, token) => {
  const { status, headers, body } = await ask(token, undefined, '?limit=nonsense')
  expect(status).toBe(401)
  expect(headers.get('www-authenticate')).toBe('Bearer')
  expect(body.code).toBe('request/token')
})

test('without an operator’s token on the server nobody is the operator', async () => {
  expect((await ask(OPERATOR, { zones: desk })).status).toBe(401)
  expect((await ask(OPERATOR, { zones: desk, operatorTokenHash: null })).status).toBe(401)
})

test('where no zones are served, none are shown', async () => {
  expect((await ask(TOKEN, {})).body.subscribers).toMatchObject([{ name: 'isp', zones: [] }])
})

test('the answer has the shape that the OpenAPI document gives it', async () => {
  ledger.ended(KEY, WHOLE)
  ledger.notified(KEY, '192.0.2.1:53', { serial: 9, answer: 'NOERROR', tries: 1 })
  ledger.asked({ ...KEY, address: '192.0.2.9' }, { keyName: 'isp-1', has: null, isSure: true })
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'api', components: { schemas: SCHEMAS } })
  const validate = ajv.compile({ $ref: 'api#/components/schemas/Subscribers' })
  expect(validate((await ask(OPERATOR)).body), JSON.stringify(validate.errors)).toBe(true)
})

test.each([
  ['current', 9, 0, 'sent', 'current', 0],
  ['behind', 7, 0, 'sent', 'behind', 2],
  ['ahead, as before a restored backup', 12, 0, 'sent', 'unknown', null],
  ['cut', 9, 0, 'broken', 'broken', null],
  ['silent for more than a week', 9, 7 * 86_400_000 + 1, 'sent', 'unknown', 0],
  ['silent for a week', 9, 7 * 86_400_000, 'sent', 'current', 0],
] as const)(
  'a secondary that is %s is told as such',
  async (_, serial, laterMs, outcome, state, lag) => {
    ledger.ended(KEY, { ...WHOLE, serial, outcome })
    nowMs += laterMs
    const [isp] = (await ask(TOKEN)).body.subscribers
    expect(isp?.zones[0]?.secondaries).toMatchObject([{ state, lag }])
  },
)

test('the metrics have sums of all this, and no subscriber’s name', async () => {
  desk.take({ place: 'b', serial: 4, state: '' })
  ledger.ended(KEY, WHOLE)
  ledger.ended({ ...KEY, subscriber: 'zeta' }, { ...WHOLE, serial: 9 })
  ledger.ended({ ...KEY, subscriber: 'revoked' }, { ...WHOLE, serial: 1 })
  ledger.ended({ ...KEY, subscriber: 'zeta', zone: 'b.rpz.test' }, { ...WHOLE, serial: 1 })
  const transfer = await desk
    .zone('a.rpz.test', { key: 'isp-1', address: '::1', transport: 'tcp' })!
    .whole()
  transfer.parts()
  transfer.end('broken')
  desk.onRefused({
    reason: 'zone',
    address: '::1',
    transport: 'udp',
    key: null,
    zone: null,
    type: null,
  })
  const metrics = openMetrics({
    ...{ http: new HttpCounts(), connections: () => 0, lists: () => [], expiries: () => [] },
    ...{
      memory: () => ({ bytes: 0, files: 0 }),
      exportsWaiting: () => 0,
      now: () => new Date(nowMs),
    },
    zones: zoneFigures({
      ...{ desk, catalog: () => CATALOG, now: () => new Date(nowMs) },
      dns: () => ({ connections: 5, transfers: 2, waiting: 1 }),
    }),
  })
  const text = await metrics.print()
  for (const line of [
    'bailiwick_zone_serial{list="a"} 9',
    'bailiwick_zone_serial{list="b"} 4',
    'bailiwick_zone_secondaries{list="a",state="current"} 1',
    'bailiwick_zone_secondaries{list="a",state="behind"} 1',
    'bailiwick_zone_secondaries{list="a",state="broken"} 1',
    'bailiwick_zone_secondaries{list="b",state="behind"} 0',
    'bailiwick_zone_max_lag{list="a"} 2',
    'bailiwick_zone_max_lag{list="b"} 0',
    'bailiwick_zone_transfers_total{list="a",style="whole",outcome="broken"} 1',
    'bailiwick_dns_refusals_total{reason="zone"} 1',
    'bailiwick_dns_connections 5',
    'bailiwick_dns_transfers_running 2',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).not.toMatch(/isp|zeta|192\.0\.2/)
})
