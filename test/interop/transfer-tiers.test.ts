import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/any-answer-dns.ts'
import { describeWith } from '../support/needs-program.ts'
import { startBind } from '../support/secondaries/bind.ts'
import { startKnot, type Knot } from '../support/secondaries/knot.ts'
import { openLab, type Lab } from '../support/secondaries/lab.ts'
import { startNsd } from '../support/secondaries/nsd.ts'
import {
  PATIENT,
  untilBlocked,
  untilOpen,
  untilSerial,
  type Secondary,
} from '../support/secondaries/secondary.ts'
import {
  listDefinition,
  openTransferAuthority,
  type TransferAuthority,
} from '../support/secondaries/transfer-authority.ts'
import { startUnbound } from '../support/secondaries/unbound.ts'
import { expectNewestZone } from '../support/secondaries/zone-records.ts'

/**
 * A server between the authority and a resolver. It is configured with what `subscriber add --config-for` prints, and beside that with
 * what makes it the resolver's primary.
 */

const ZONE = 'phishing.rpz.example'

let authority: TransferAuthority

beforeAll(async () => {
  authority = await openTransferAuthority({
    lists: [listDefinition('phishing', { zone: { zonemd: true } })],
  })
  // Many, so that a difference is smaller than the zone.
  const names = ['bad.example', ...Array.from({ length: 100 }, (_, i) => `bad-${i}.example`)]
  await authority.importCsv(
    'phishing',
    names.map((name) => `${name},domain,nxdomain,,`),
  )
})
afterAll(() => authority.close())

async function openTestLab(): Promise<Lab> {
  const lab = await openLab()
  onTestFinished(() => lab.close())
  return lab
}

async function configure(name: string, program: string, port: number): Promise<string> {
  const primary = ['--primary', `127.0.0.1:${authority.port}`, '--notify', `127.0.0.1:${port}`]
  const words = ['--lists', 'phishing', '--config-for', program, ...primary]
  return (await authority.subscribe(name, ...words)).config
}

function startBindBehind(lab: Lab, tier: number, port: number): Promise<Secondary> {
  return startBind(lab, {
    port,
    options: `response-policy { zone "${ZONE}"; } qname-wait-recurse no min-update-interval 0;`,
    clauses: `zone "${ZONE}" { type secondary; primaries { 127.0.0.1 port ${tier}; }; file "rpz.db"; };`,
  })
}

function startUnboundBehind(lab: Lab, tier: number, port: number): Promise<Secondary> {
  const clauses = `server:
  module-config: "respip validator iterator"
rpz:
  name: "${ZONE}"
  primary: 127.0.0.1@${tier}
  allow-notify: 127.0.0.1
  zonefile: "{folder}/${ZONE}"
`
  return startUnbound(lab, { port, clauses })
}

/** A name is listed, and retired again: the notification goes from server to server. */
async function expectFollowing(tier: Secondary, resolvers: readonly Secondary[]): Promise<void> {
  for (const resolver of resolvers) await untilBlocked(resolver, 'bad.example', 'a.bad.example')
  await authority.block('phishing', 'soon.example')
  for (const resolver of resolvers) await untilBlocked(resolver, 'soon.example', 'a.soon.example')
  await authority.retire('phishing', 'soon.example')
  for (const resolver of resolvers) await untilOpen(resolver, 'soon.example', 'a.soon.example')
  await expectNewestZone(tier, authority, 'phishing')
  for (const resolver of resolvers) {
    await untilSerial(resolver, ZONE, await tier.serialOf(ZONE))
    await expectNewestZone(resolver, authority, 'phishing')
  }
}

describeWith(['knotd', 'knotc', 'named', 'rndc', 'unbound', 'dig'], 'Knot DNS between', () => {
  test(
    'checks the digest of each serial, and hands it on to BIND and Unbound',
    PATIENT,
    async () => {
      const lab = await openTestLab()
      const [port, bindPort, unboundPort] = [await freePort(), await freePort(), await freePort()]
      const printed = await configure('tier-knot', 'knot', port)
      const knot = await startKnot(lab, {
        port,
        clauses: `remote:
  - id: bind
    address: 127.0.0.1@${bindPort}
  - id: unbound
    address: 127.0.0.1@${unboundPort}
acl:
  - id: hand-on
    address: 127.0.0.1
    action: transfer
${printed.trimEnd()}
    notify: [bind, unbound]
    acl: hand-on
    zonemd-verify: on
`,
      })
      const bind = await startBindBehind(lab, port, bindPort)
      const unbound = await startUnboundBehind(lab, port, unboundPort)
      await expectFollowing(knot, [bind, unbound])
      expectDigestsSeen(knot)
    },
  )
})

/** Of the first serial as of those that came by differences. */
function expectDigestsSeen(knot: Knot): void {
  expect(knot.log().match(/ZONEMD, verification successful/g)).toHaveLength(3)
  expect(knot.log().match(/IXFR, incoming, .* finished/g)).toHaveLength(2)
  expect(knot.log()).not.toMatch(/ (error|warning): /)
}

describeWith(['nsd', 'nsd-control', 'named', 'rndc', 'unbound', 'dig'], 'NSD between', () => {
  test('hands each serial on to BIND and Unbound', PATIENT, async () => {
    const lab = await openTestLab()
    const [port, bindPort, unboundPort] = [await freePort(), await freePort(), await freePort()]
    const printed = await configure('tier-nsd', 'nsd', port)
    const nsd = await startNsd(lab, {
      port,
      clauses: `${printed.trimEnd()}
  provide-xfr: 127.0.0.1 NOKEY
  notify: 127.0.0.1@${bindPort} NOKEY
  notify: 127.0.0.1@${unboundPort} NOKEY
`,
    })
    const bind = await startBindBehind(lab, port, bindPort)
    const unbound = await startUnboundBehind(lab, port, unboundPort)
    await expectFollowing(nsd, [bind, unbound])
  })
})
