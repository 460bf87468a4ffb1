import { readFileSync } from 'node:fs'
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

  it('is refused where there is no register in the file', () => {
    const file = new URL('../../vectors/register/states.json', import.meta.url).pathname
    expect(() => readRegister(file)).toThrow(refused)
  })
})

describe('special-purpose networks', () => {
  it('are canonical, each once', () => {
    const networks = SPECIAL_NETWORKS.map(({ network }) => network)
    expect(networks.map(parseNetwork)).toEqual(networks)
    expect(new Set(networks).size).toBe(networks.length)
  })
})
