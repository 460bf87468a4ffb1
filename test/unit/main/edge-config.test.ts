import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parseEdgeConfig, type EdgeConfig } from '../../../src/main/edge-config.ts'

const GOOD = { source: 'https://lists.cert.example/', root: 'root.json', state: 'state' }

function parse(change: object = {}): EdgeConfig {
  return parseEdgeConfig(JSON.stringify({ ...GOOD, ...change }), '/etc/bailiwick')
}

describe('the configuration of an edge', () => {
  test('has defaults that its page names', () => {
    const page = readFileSync('docs/edge.md', 'utf8')
    const config = parse()
    expect(config).toMatchObject({ http: '127.0.0.1:8080', dns: ['127.0.0.1:5300'], dnsTls: [] })
    expect(config.limits).toEqual({
      ...{ minEntries: 0, maxEntries: 10_000_000, maxGrowth: Infinity, maxShrink: 1 },
    })
    const { schedule, jitterSeconds, notify, keepSerials, logLevel, timeouts } = config
    for (const [name, value] of Object.entries({
      ...{ schedule, jitterSeconds, notify, keepSerials, logLevel, http: config.http },
      ...Object.fromEntries(
        Object.entries(timeouts).map(([name, value]) => [`timeouts.${name}`, value]),
      ),
      dns: config.dns[0],
      'limits.maxEntries': config.limits.maxEntries.toLocaleString('en'),
    })) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
      expect(row.split('|')[2]?.replaceAll('`', '').trim(), name).toBe(String(value))
    }
  })

  test('has paths that are taken from its folder, and no slash behind its source', () => {
    const config = parse({
      ...{ tokenFile: 'token', subscribers: '../subscribers.json', caFile: '/ca.pem' },
      ...{ dnsTls: ['127.0.0.1:853'], tls: { cert: 'cert.pem', key: 'key.pem' } },
    })
    expect(config).toMatchObject({
      ...{ source: 'https://lists.cert.example', root: '/etc/bailiwick/root.json' },
      ...{ state: '/etc/bailiwick/state', tokenFile: '/etc/bailiwick/token', caFile: '/ca.pem' },
      subscribers: '/etc/subscribers.json',
      tls: { cert: '/etc/bailiwick/cert.pem', key: '/etc/bailiwick/key.pem' },
    })
  })

  test('keeps what is configured of limits and timeouts beside the defaults of the rest', () => {
    const { limits, timeouts } = parse({ limits: { maxShrink: 0.1 }, timeouts: { idle: 3 } })
    expect(limits).toMatchObject({ maxShrink: 0.1, maxGrowth: Infinity, minEntries: 0 })
    expect(timeouts).toEqual({ connect: 10, idle: 3, metadata: 30, list: 900 })
  })

  test.each([
    ['an unknown setting', { shedule: '* * * * *' }, 'did you mean "schedule"?'],
    ['no socket at all', { http: null, dns: [] }, 'to listen on'],
    ['TLS without a certificate', { dnsTls: ['127.0.0.1:853'] }, 'expected tls'],
    [
      'names to notify without subscribers',
      { notify: ['isp-a'] },
      'expected a file of subscribers',
    ],
    ['an address without a port', { http: '127.0.0.1' }, 'http'],
    ['an empty choice of lists', { lists: [] }, 'lists'],
    ['a token in clear text', { source: 'http://lists.cert.example', tokenFile: 't' }, 'https'],
    ['a growth below nothing', { limits: { maxGrowth: -1 } }, 'limits.maxGrowth'],
    ['a source that is no URL', { source: 'https://[' }, 'source'],
  ])('refuses %s', (_, change, sentence) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        code: 'usage/invalid',
        message: expect.stringContaining(sentence) as string,
      }),
    )
  })

  test('refuses what is no JSON', () => {
    expect(() => parseEdgeConfig('{', '/')).toThrow(
      expect.objectContaining({ code: 'usage/invalid' }),
    )
  })

  test.each(['edge', 'subscribers'])('has a schema %s that is one', (name) => {
    const schema = JSON.parse(readFileSync(`docs/spec/${name}.schema.json`, 'utf8')) as object
    expect(new Ajv2020({ strict: true, strictTypes: false }).validateSchema(schema)).toBe(true)
  })
})
