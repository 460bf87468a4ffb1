import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  MAX_REGISTER_TEXT,
  parseRegisterRow,
  registerState,
  type RegisterRow,
} from '../../../src/core/register.ts'
import { SPECIAL_NETWORKS } from '../../../src/core/special-networks.ts'
import { parseNetwork } from '../../../src/core/network.ts'
import { readRegister, shippedRegister } from '../../../src/main/shipped-register.ts'

const states = JSON.parse(
  readFileSync(new URL('../../vectors/register/states.json', import.meta.url), 'utf8'),
) as { rows: RegisterRow[]; state: string }[]

const row = { value: 'a.example', purpose: 'update', scope: 'name', reason: 'x', source: '' }
const refused = expect.objectContaining({ code: 'register/invalid' }) as Error

describe('the state of a register', () => {
  it.each(states)('is that of the vector, in any order: $state', ({ rows, state }) => {
    expect(registerState(rows)).toBe(state)
    expect(registerState([...rows].reverse())).toBe(state)
    for (const one of rows) expect(parseRegisterRow(one)).toEqual(one)
  })
})

describe('a row', () => {
  it('has its value in canonical form', () => {
    expect(parseRegisterRow({ ...row, value: ' A.Example. ' }).value).toBe('a.example')
    expect(parseRegisterRow({ ...row, value: '2001:DB8:0::/48' }).value).toBe('2001:db8::/48')
  })

  it.each([
    ['value', 'net'],
    ['value', '192.0.2.1/24'],
    ['purpose', 'updates'],
    ['scope', 'above'],
    ['reason', ' '],
    ['reason', 'two\nlines'],
    ['reason', 'a\ttab'],
    ['reason', 'x'.repeat(MAX_REGISTER_TEXT + 1)],
    ['source', 'a\u2028b'],
  ])('is refused with the %s %j', (name, text) => {
    expect(() => parseRegisterRow({ ...row, [name]: text })).toThrow(refused)
  })

  it('may have a text as long as the limit', () => {
    const reason = 'x'.repeat(MAX_REGISTER_TEXT)
    expect(parseRegisterRow({ ...row, reason }).reason).toBe(reason)
  })
})

describe('the shipped register', () => {
  it('has rows of every purpose but the authority’s own, each value once and canonical', () => {
    const rows = shippedRegister()
    expect(new Set(rows.map(({ purpose }) => purpose))).toEqual(
      new Set([
        ...['cdn', 'certificate', 'dynamic-dns', 'hosting', 'payment', 'resolver'],
        ...['root', 'time', 'tld', 'update'],
      ]),
    )
    expect(rows.map(parseRegisterRow)).toEqual(rows)
  })

  it('is found where the path has to be escaped', () => {
    const folder = mkdtempSync(join(tmpdir(), 'a bé%-'))
    const file = join(folder, 'shipped.json')
    const group = { purpose: 'update', reason: 'x', values: ['a.example'] }
    writeFileSync(file, JSON.stringify({ groups: [group] }))
    expect(shippedRegister(pathToFileURL(file))).toEqual([row])
    rmSync(folder, { recursive: true })
  })

  it('is refused where it says a value twice', () => {
    const folder = mkdtempSync(join(tmpdir(), 'register-'))
    const file = join(folder, 'register.json')
    const group = { purpose: 'update', reason: 'x', values: ['a.example', 'A.Example.'] }
    writeFileSync(file, JSON.stringify({ groups: [group] }))
    expect(() => readRegister(file)).toThrow(refused)
    rmSync(folder, { recursive: true })
  })

  it('is refused where there is no register in the file', () => {
    const file = new URL('../../vectors/register/states.json', import.meta.url).pathname
    expect(() => readRegister(file)).toThrow(refused)
  })
})

describe('special-purpose networks', () => {
  it('are canonical, each once', () => {
    const networks = SPECIAL_NETWORKS.map(({ network }) => network)
    // No entry can be this one: it is every address of IPv4. Networks around it can be entries.
    const mapped = '::ffff:0:0/96'
    const others = networks.filter((network) => network !== mapped)
    expect(others.map(parseNetwork)).toEqual(others)
    expect(() => parseNetwork(mapped)).toThrow(expect.objectContaining({ code: 'ip/invalid' }))
    expect(new Set(networks).size).toBe(networks.length)
  })

  // https://www.iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry, and multicast
  it('are those of the registries', () => {
    expect(SPECIAL_NETWORKS.map(({ network }) => network)).toEqual(
      `0.0.0.0/8 0.0.0.0 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29 192.0.0.8
      192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.171 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2
      192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255
      ::1 :: ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1 2001:1::2 2001:1::3
      2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48
      3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8`.split(/\s+/),
    )
  })
})
