import { describe, expect, it } from 'vitest'
import { ROLES } from '../../../src/core/person.ts'
import {
  parseEmail,
  parseGrant,
  parseOrganisationKind,
  parseOrganisationName,
  parseUserName,
} from '../../../src/curation/parse-person.ts'

const faultOf = (code: string): unknown => expect.objectContaining({ code })

describe('names of users', () => {
  it.each(['a', 'Anna.B-c_1', 'a'.repeat(64)])('may be %s', (name) => {
    expect(parseUserName(name)).toBe(name)
  })

  it.each(['', '.a', 'a b', 'a'.repeat(65), 'ä', 'a\n', 'a/b', 'bailiwick', 'Bailiwick', '-a'])(
    'may not be %j',
    (name) => {
      expect(() => parseUserName(name)).toThrow(faultOf('user/invalid'))
    },
  )
})

describe('addresses', () => {
  it('are kept in lower case', () => {
    expect(parseEmail('Anna@CERT.example')).toBe('anna@cert.example')
  })

  it.each([
    '',
    'anna',
    '@cert.example',
    'a b@cert.example',
    'a@b@c',
    `${'a'.repeat(65)}@b.example`,
  ])('may not be %j', (text) => {
    expect(() => parseEmail(text)).toThrow(faultOf('user/invalid'))
  })
})

describe('organisations', () => {
  it('have names of one line, in one form', () => {
    expect(parseOrganisationName(' Landgericht Mu\u0308nchen ')).toBe('Landgericht München')
  })

  it.each(['', '  ', 'a\nb', 'a\u202eb', 'a'.repeat(101)])('may not be called %j', (name) => {
    expect(() => parseOrganisationName(name)).toThrow(faultOf('organisation/invalid'))
  })

  it('are of a kind that there is', () => {
    expect(parseOrganisationKind('court')).toBe('court')
    expect(() => parseOrganisationKind('Court')).toThrow(faultOf('organisation/invalid'))
  })
})

describe('roles', () => {
  const known = ['phishing', 'malware']

  it.each(ROLES)('%s may be given for a list', (role) => {
    expect(parseGrant({ role, list: 'phishing' }, known)).toEqual({ role, list: 'phishing' })
  })

  it.each(ROLES)('%s for all lists only where nothing is decided by it', (role) => {
    const give = (): unknown => parseGrant({ role, list: '*' }, known)
    if (role === 'auditor' || role === 'administrator') expect(give()).toEqual({ role, list: '*' })
    else expect(give).toThrow(faultOf('user/invalid'))
  })

  it('are of a list that there is', () => {
    expect(() => parseGrant({ role: 'curator', list: 'phishin' }, known)).toThrow(
      expect.objectContaining({
        code: 'user/invalid',
        message: expect.stringContaining('phishing') as string,
      }),
    )
    expect(() => parseGrant({ role: 'root', list: 'phishing' }, known)).toThrow(
      faultOf('user/invalid'),
    )
  })
})
