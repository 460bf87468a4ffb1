import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/any-answer-dns.ts'
import { describeWith } from '../support/needs-program.ts'
import { askAll } from '../support/secondaries/ask.ts'
import { bindParts, startBind } from '../support/secondaries/bind.ts'
import { ELSEWHERE, ELSEWHERE_ADDRESS, openLab, type Lab } from '../support/secondaries/lab.ts'
import { startPowerDns } from '../support/secondaries/powerdns.ts'
import {
  PATIENT,
  BLOCKED,
  OPEN,
  untilAnswers,
  untilBlocked,
  untilOpen,
  untilSerial,
  type Answers,
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
 * The whole way, for each resolver that takes zones: what the authority publishes is asked of the resolver, which was configured with
 * what `subscriber add --config-for` prints and nothing else.
 */

const STOP = ['192.0.2.80', '2001:db8::80']
const LISTS = 'phishing,gambling'
const DEFINITIONS = [
  listDefinition('phishing', { action: { type: 'redirect', to: STOP } }),
  listDefinition('gambling', { action: { type: 'redirect', to: ['stop-page.example'] } }),
]

const ENTRIES = [
  'bad.example,domain,nxdomain,,',
  'allowed.bad.example,host,passthru,,',
  'empty.example,domain,nodata,,',
  'stop.example,domain,redirect,,CASE42',
  'host.example,host,nxdomain,,',
  'below.example,subdomains,nxdomain,,',
  'xn--bcher-kva.example,domain,nxdomain,,',
  'dropped.example,host,drop,,',
  'tcp.example,host,tcp-only,,',
  `${ELSEWHERE_ADDRESS.replace(/\d+$/, '0')}/24,ip,nxdomain,,`,
]

/** What each of them does to a question. */
const ANSWERS: Answers = {
  'bad.example': BLOCKED,
  'bad.example AAAA': BLOCKED,
  'a.b.bad.example': BLOCKED,
  'BAD.example': BLOCKED,
  'allowed.bad.example': OPEN,
  'empty.example': 'NOERROR',
  'stop.example': `NOERROR ${STOP[0]}`,
  'stop.example AAAA': `NOERROR ${STOP[1]}`,
  'stop.example TXT': 'NOERROR TXT "CASE42"',
  'stop.example HTTPS': 'NOERROR',
  'www.stop.example': `NOERROR ${STOP[0]}`,
  'host.example': BLOCKED,
  'www.host.example': OPEN,
  'below.example': OPEN,
  'www.below.example': BLOCKED,
  'xn--bcher-kva.example': BLOCKED,
  'dropped.example': 'silence',
  'tcp.example': 'truncated',
  [`any.${ELSEWHERE}`]: BLOCKED,
  'casino.example': 'NOERROR CNAME stop-page.example. 192.0.2.7',
  'www.casino.example': 'NOERROR CNAME stop-page.example. 192.0.2.7',
  'good.example': OPEN,
  'notbad.example': OPEN,
}

let authority: TransferAuthority

beforeAll(async () => {
  authority = await openTransferAuthority({ lists: DEFINITIONS })
  await authority.importCsv('gambling', ['casino.example,domain,redirect,,'])
  await authority.importCsv('phishing', ENTRIES)
})
afterAll(() => authority.close())

async function openTestLab(): Promise<Lab> {
  const lab = await openLab()
  onTestFinished(() => lab.close())
  return lab
}

/** What `subscriber add` takes of every subscriber here. */
function subscription(configFor: string, port: number): readonly string[] {
  const primary = ['--primary', `127.0.0.1:${authority.port}`]
  return ['--lists', LISTS, '--config-for', configFor, ...primary, '--notify', `127.0.0.1:${port}`]
}

/** It does to each name what the list says; then a name is listed, and retired again. */
async function expectFollowing(resolver: Secondary): Promise<void> {
  // BIND puts a zone into force little by little: the beacon is its last name.
  await untilAnswers(resolver, {
    'bad.example': BLOCKED,
    'casino.example': ANSWERS['casino.example']!,
  })
  const questions = Object.keys(ANSWERS)
  const answers = await askAll(resolver.port, questions)
  expect(Object.fromEntries(questions.map((question, i) => [question, answers[i]]))).toEqual(
    ANSWERS,
  )
  // An underscore would be no host name, and so not be redirected to an address.
  const name = `soon-${resolver.program.replace('_', '-')}.example`
  await authority.block('phishing', name)
  // The default action of the list.
  await untilAnswers(resolver, {
    [name]: `NOERROR ${STOP[0]}`,
    [`www.${name} AAAA`]: `NOERROR ${STOP[1]}`,
  })
  await expectBeacon(resolver)
  await authority.retire('phishing', name)
  await untilOpen(resolver, name, `www.${name}`)
  await untilBlocked(resolver, 'bad.example')
  await expectBeacon(resolver)
}

/** Of the newest serial, and of no other. */
async function expectBeacon(resolver: Secondary): Promise<void> {
  const serial = await newestSerial()
  const beacon = (of: number): string => `${of}.phishing.beacon.bailiwick.invalid`
  await untilSerial(resolver, 'phishing.rpz.example', serial)
  await untilAnswers(resolver, {
    [beacon(serial)]: 'NOERROR 127.0.0.1',
    [`${beacon(serial)} TXT`]: `NOERROR TXT "phishing ${serial}"`,
    [beacon(serial - 1)]: OPEN,
  })
}

async function newestSerial(): Promise<number> {
  const text = await authority.run('export', 'phishing', '--format', 'rpz')
  return Number(/^; Serial: (\d+)$/m.exec(text)?.[1])
}

describeWith(['named', 'rndc', 'named-compilezone', 'dig'], 'BIND', () => {
  test('takes the lists by transfer, and follows each notification', PATIENT, async () => {
    const lab = await openTestLab()
    const port = await freePort()
    const { config } = await authority.subscribe('isp-bind', ...subscription('bind', port))
    const bind = await startBind(lab, { port, ...bindParts(config) })
    await expectFollowing(bind)
    await expectNewestZone(bind, authority, 'phishing')
    await expectNewestZone(bind, authority, 'gambling')
  })
})

describeWith(['unbound', 'unbound-control', 'named-compilezone', 'dig'], 'Unbound', () => {
  test('takes the lists by transfer, known by its address', PATIENT, async () => {
    const lab = await openTestLab()
    const port = await freePort()
    const { config } = await authority.subscribe(
      'isp-unbound',
      ...subscription('unbound', port),
      ...['--transfer-by', 'networks', '--networks', '127.0.0.1'],
    )
    const unbound = await startUnbound(lab, { port, clauses: config })
    await expectFollowing(unbound)
    await expectNewestZone(unbound, authority, 'phishing')
    await expectNewestZone(unbound, authority, 'gambling')
  })
})

describeWith(['pdns_recursor', 'rec_control', 'dig'], 'PowerDNS Recursor', () => {
  test(
    'takes the lists by transfer when it polls, and after a restart from where it was',
    PATIENT,
    async () => {
      const lab = await openTestLab()
      const port = await freePort()
      const { config } = await authority.subscribe('isp-pdns', ...subscription('pdns', port))
      const powerDns = await startPowerDns(lab, { port, lua: config })
      await expectFollowing(powerDns)
      await powerDns.stop()
      await authority.stop()
      // From its own copy, for there is no primary.
      await powerDns.start()
      await untilBlocked(powerDns, 'bad.example')
      await authority.start()
      await authority.block('gambling', 'later.example')
      await untilAnswers(powerDns, { 'later.example': ANSWERS['casino.example']! })
    },
  )
})
