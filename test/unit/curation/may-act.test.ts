import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ALL_LISTS,
  ROLES,
  type Person,
  type Role,
  type RoleGrant,
} from '../../../src/core/person.ts'
import { ACT_ROLES, mayAct, type Act } from '../../../src/curation/may-act.ts'
import { personOf, personOfKey } from '../../../src/curation/person-of.ts'

/**
 * The rule written down a second time, by role: what each may do and nothing else. `R` reporter, `C` curator, `A` approver, `P` publisher,
 * `U` auditor, `M` administrator.
 */
const TABLE: Readonly<Record<Act, string>> = {
  report: 'RCA---',
  'propose-add': '-C----',
  'propose-retire': '-C----',
  'propose-amend': '-C----',
  'change-proposal': '-CA---',
  'stand-behind': '-CA---',
  comment: '-CAP--',
  assign: '-CA---',
  'withdraw-own': 'RC----',
  'withdraw-colleagues': '-C----',
  approve: '--A---',
  unapprove: '-----M',
  reject: '--A---',
  review: '-CA---',
  override: '--AP--',
  'urgent-retire': '-CAP--',
  publish: '---P--',
  'answer-appeal': '-CA---',
  'answer-report': '-CA---',
  export: '-CAPUM',
  'read-own-reports': 'RCAPUM',
  'read-entries': '-CAPUM',
  'read-reasons': '-CAPUM',
  'read-reports': '-CA-UM',
  'read-appeals': '-CA-UM',
  'read-events': '----UM',
  'read-subscribers': '---PUM',
  'read-users': '----UM',
  'manage-list': '-----M',
  'manage-register': '-----M',
  'manage-subscribers': '-----M',
  'manage-users': '-----M',
  'manage-keys': '-----M',
}
const LETTERS: Readonly<Record<Role, string>> = {
  reporter: 'R',
  curator: 'C',
  approver: 'A',
  publisher: 'P',
  auditor: 'U',
  administrator: 'M',
}

const acts = Object.keys(TABLE) as Act[]
const cases = acts.flatMap((act) => ROLES.map((role) => [role, act] as const))

function person(...roles: RoleGrant[]): Person {
  return { id: '1', name: 'anna', organisation: { id: 1, name: 'Example CERT' }, roles }
}

describe('each role and each act', () => {
  it('stand in the table', () => {
    expect(acts).toEqual(Object.keys(ACT_ROLES))
  })

  it.each(cases)('%s, %s: on its own list as the table says', (role, act) => {
    const isAllowed = TABLE[act].includes(LETTERS[role])
    expect(mayAct(person({ list: 'phishing', role }), act, 'phishing').allowed).toBe(isAllowed)
    expect(mayAct(person({ list: ALL_LISTS, role }), act, 'phishing').allowed).toBe(isAllowed)
  })

  it.each(cases)('%s, %s: never on another list, nor on all', (role, act) => {
    const one = person({ list: 'phishing', role })
    expect(mayAct(one, act, 'malware').allowed).toBe(false)
    expect(mayAct(one, act, ALL_LISTS).allowed).toBe(false)
  })

  it.each(acts)('%s is refused to whoever has no role', (act) => {
    expect(mayAct(person(), act, 'phishing').allowed).toBe(false)
  })
})

describe('the table', () => {
  it('lets an auditor read and nothing else', () => {
    const audited = acts.filter((act) => TABLE[act].includes('U'))
    expect(audited.filter((act) => !act.startsWith('read-') && act !== 'export')).toEqual([])
    const reading = acts.filter((act) => act.startsWith('read-'))
    expect(reading.filter((act) => !audited.includes(act))).toEqual([])
  })

  it('lets an administrator decide nothing, but with another role beside', () => {
    const administrator = { list: ALL_LISTS, role: 'administrator' } as const
    for (const act of ['approve', 'publish', 'propose-add', 'override', 'urgent-retire'] as const) {
      expect(mayAct(person(administrator), act, 'phishing').allowed).toBe(false)
    }
    const both = person(administrator, { list: 'phishing', role: 'approver' })
    expect(mayAct(both, 'approve', 'phishing').allowed).toBe(true)
    expect(mayAct(both, 'approve', 'malware').allowed).toBe(false)
  })

  it('is the one of docs/spec/api.md', () => {
    const page = readFileSync(new URL('../../../docs/spec/api.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \|((?: [✓ ] \|){6})/gm)]
    const told = rows.map(([, act, cells = '']) => [
      act,
      cells
        .split('|')
        .slice(0, 6)
        .map((cell, i) => (cell.trim() === '✓' ? 'RCAPUM'[i] : '-'))
        .join(''),
    ])
    expect(Object.fromEntries(told)).toEqual(TABLE)
  })
})

describe('a refusal', () => {
  it('says which role is needed, of which list, and what there is', () => {
    const verdict = mayAct(person({ list: 'malware', role: 'curator' }), 'approve', 'phishing')
    expect(verdict).toEqual({
      allowed: false,
      reason:
        'expected an approver of "phishing" for approve, got "anna", who has curator of malware',
    })
  })

  it('says when only the second factor is missing', () => {
    const withheld = [{ list: 'phishing', role: 'approver' }] as const
    expect(mayAct({ ...person(), withheld }, 'approve', 'phishing')).toEqual({
      allowed: false,
      reason: 'expected a sign-in with a second factor for approve on "phishing", got one without',
    })
    expect(mayAct({ ...person(), withheld }, 'publish', 'phishing')).toMatchObject({
      reason: expect.stringContaining('no role') as string,
    })
  })
})

describe('an API key', () => {
  const user = person({ list: 'phishing', role: 'curator' }, { list: ALL_LISTS, role: 'auditor' })

  it('has its own role alone, not what else its user may', () => {
    const key = personOfKey(user, { list: 'phishing', role: 'curator' })
    expect(key.roles).toEqual([{ list: 'phishing', role: 'curator' }])
    expect(mayAct(key, 'read-events', 'phishing').allowed).toBe(false)
  })

  it('may be for one list where its user has all', () => {
    const key = personOfKey(user, { list: 'malware', role: 'auditor' })
    expect(mayAct(key, 'read-events', 'malware').allowed).toBe(true)
    expect(mayAct(key, 'read-events', 'phishing').allowed).toBe(false)
  })

  it.each([
    { list: 'malware', role: 'curator' },
    { list: ALL_LISTS, role: 'curator' },
    { list: 'phishing', role: 'approver' },
  ] as const)('is worth nothing for a role that its user has not: $role of $list', (grant) => {
    expect(personOfKey(user, grant).roles).toEqual([])
  })

  it('leaves the user itself with all roles', () => {
    expect(personOf(user).roles).toEqual(user.roles)
  })
})
