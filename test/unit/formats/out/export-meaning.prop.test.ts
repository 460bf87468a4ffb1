import { test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { arbNames, exportSource, render } from '../../../support/export-builders.ts'
import {
  isBlockedByAdblock,
  isBlockedByDnsmasq,
  isBlockedBySquid,
  isBlockedByUnbound,
  lookUp,
  lookUpPlainly,
  readZone,
  rpzAction,
} from '../../../support/export-readers.ts'
import { actionAt, namesToAsk, policyOf } from '../../../support/name-policy.ts'
import '../../../support/property-runs.ts'

const TO_ADDRESS = { type: 'redirect', to: ['192.0.2.80'] } as const

const RUNS = process.env['SLOW'] ? 2000 : 60

const BLOCKS = ['drop', 'nodata', 'nxdomain', 'redirect']

function isBlock(action: string | null): boolean {
  return action !== null && BLOCKS.includes(action)
}

/** Without what the format can't say, so that what is left must be said. */
function without(lines: readonly string[], ...words: string[]): string[] {
  return lines.filter((line) => !line.split('\t').some((field) => words.includes(field)))
}

describe('what readers make of an export is what the list says', () => {
  test.prop([arbNames], { numRuns: RUNS })(
    'in a policy zone, for every kind of resolver',
    (lines) => {
      const policy = policyOf(lines)
      const { lines: records } = render('rpz', exportSource(lines, { action: TO_ADDRESS }))
      const zone = readZone(records)
      for (const name of namesToAsk(policy)) {
        const said = actionAt(policy, name)
        // Addresses can't stand at a name that is no host name, nor be told by a wildcard below one.
        const isHost = !/_|-\.|-$/.test(name)
        const expected = said === 'redirect' && !isHost ? /^(redirect|nodata)$/ : said
        const answers = [lookUp(zone, name), lookUpPlainly(zone, name)].map(rpzAction)
        for (const answer of answers) {
          if (expected instanceof RegExp)
            expect([name, answer].join(' ')).toMatch(/ (redirect|nodata)$/)
          else expect([name, answer]).toEqual([name, expected])
        }
      }
    },
  )

  test.prop([arbNames], { numRuns: RUNS })('in dnsmasq', (all) => {
    const lines = without(all, 'tcp-only')
    const policy = policyOf(lines)
    const { lines: servers } = render('dnsmasq', exportSource(lines))
    for (const name of namesToAsk(policy)) {
      const isBlocked = isBlockedByDnsmasq(servers, name)
      expect([name, isBlocked]).toEqual([name, isBlock(actionAt(policy, name))])
    }
  })

  test.prop([arbNames], { numRuns: RUNS })('in Squid', (all) => {
    const lines = without(all, 'tcp-only', 'passthru', 'subdomains')
    const policy = policyOf(lines)
    const { lines: names } = render('squid', exportSource(lines))
    for (const name of namesToAsk(policy)) {
      expect([name, isBlockedBySquid(names, name)]).toEqual([name, isBlock(actionAt(policy, name))])
    }
  })

  test.prop([arbNames], { numRuns: RUNS })(
    'in Unbound, where no exception stands in a block',
    (all) => {
      const lines = without(all, 'tcp-only', 'passthru', 'subdomains')
      const policy = policyOf(lines)
      const { lines: clauses } = render('unbound', exportSource(lines, { action: TO_ADDRESS }))
      for (const name of namesToAsk(policy)) {
        const isBlocked = isBlockedByUnbound(clauses, name)
        expect([name, isBlocked]).toEqual([name, isBlock(actionAt(policy, name))])
      }
    },
  )

  test.prop([arbNames], { numRuns: RUNS })(
    'in Unbound, where whole domains are excepted',
    (all) => {
      const lines = all.filter(
        (line) =>
          !/\t(host|domain)\tpassthru|tcp-only|subdomains/.test(line) ||
          line.includes('\tdomain\tpassthru'),
      )
      const policy = policyOf(lines)
      const { lines: clauses } = render('unbound', exportSource(lines, { action: TO_ADDRESS }))
      for (const name of namesToAsk(policy)) {
        const isBlocked = isBlockedByUnbound(clauses, name)
        expect([name, isBlocked]).toEqual([name, isBlock(actionAt(policy, name))])
      }
    },
  )

  test.prop([arbNames], { numRuns: RUNS })(
    'in a DNS filter of adblock rules, but below exceptions',
    (all) => {
      const lines = without(all, 'tcp-only')
      const policy = policyOf(lines)
      const { lines: rules, summary } = render('adblock', exportSource(lines))
      for (const name of namesToAsk(policy)) {
        const isBlocked = isBlockedByAdblock(rules, name)
        const said = isBlock(actionAt(policy, name))
        if (summary.omitted.excepted === undefined) expect([name, isBlocked]).toEqual([name, said])
        // An exception may only ever take away from what is blocked.
        else expect(isBlocked && !said).toBe(false)
      }
    },
  )

  test.prop([arbNames], { numRuns: RUNS })(
    'in lists of names: exactly those that are blocked themselves',
    (lines) => {
      const blocked = [...policyOf(lines)]
        .filter(([, { own }]) => isBlock(own))
        .map(([name]) => name)
      const { lines: hosts } = render('hosts', exportSource(lines))
      const { lines: domains } = render('domains', exportSource(lines))
      const expected = blocked.flatMap((name) => [`0.0.0.0 ${name}`, `:: ${name}`])
      expect(hosts.toSorted()).toEqual(expected.sort())
      expect(domains.filter((name) => !name.startsWith('*.')).toSorted()).toEqual(blocked.sort())
    },
  )
})
