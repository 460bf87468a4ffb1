import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openAuthority } from '../../src/main/open-authority.ts'
import { freePort } from '../support/any-answer-dns.ts'
import { publishLines } from '../support/authority-folder.ts'
import { describeWith } from '../support/needs-program.ts'
import { askAll } from '../support/secondaries/ask.ts'
import { bindParts, startBind, type Bind } from '../support/secondaries/bind.ts'
import { startKnot } from '../support/secondaries/knot.ts'
import { openLab, type Lab } from '../support/secondaries/lab.ts'
import { startPowerDns } from '../support/secondaries/powerdns.ts'
import { openRelay } from '../support/secondaries/relay.ts'
import {
  PATIENT,
  BLOCKED,
  until,
  untilAnswers,
  untilBlocked,
  untilOpen,
  untilSerial,
  type Secondary,
  tell,
} from '../support/secondaries/secondary.ts'
import {
  listDefinition,
  openTransferAuthority,
  type TransferAuthority,
} from '../support/secondaries/transfer-authority.ts'
import { expectNewestZone } from '../support/secondaries/zone-records.ts'

/** Bad days between the authority and its secondaries, after which all of them must end in the right zone. */

async function openTestLab(): Promise<Lab> {
  const lab = await openLab()
  onTestFinished(() => lab.close())
  return lab
}

async function openTestAuthority(...ids: readonly string[]): Promise<TransferAuthority> {
  const keep = { gap: 10, kept: 250 }
  const lists = ids.map((id) => {
    return listDefinition(
      id,
      id in keep ? { keep: { serials: keep[id as keyof typeof keep] } } : {},
    )
  })
  const authority = await openTransferAuthority({ lists })
  onTestFinished(() => authority.close())
  return authority
}

interface Wanted {
  readonly lists: string
  readonly program: string
  readonly port: number
  /** Where the primary is; default: where the authority answers. */
  readonly primary?: number
}

async function configure(
  authority: TransferAuthority,
  { lists, program, port, primary = authority.port }: Wanted,
): Promise<string> {
  const words = ['--lists', lists, '--config-for', program, '--notify', `127.0.0.1:${port}`]
  const primaryWords = ['--primary', `127.0.0.1:${primary}`]
  return (await authority.subscribe(`isp-${program}`, ...words, ...primaryWords)).config
}

/** A resolver of each kind that keeps what it has over a restart. */
async function openBind(lab: Lab, authority: TransferAuthority, lists: string): Promise<Bind> {
  const port = await freePort()
  const config = await configure(authority, { lists, program: 'bind', port })
  return startBind(lab, { port, ...bindParts(config) })
}

async function openPowerDns(
  lab: Lab,
  authority: TransferAuthority,
  lists: string,
): Promise<Secondary> {
  const port = await freePort()
  const lua = await configure(authority, { lists, program: 'pdns', port })
  return startPowerDns(lab, { port, lua })
}

async function openKnot(lab: Lab, authority: TransferAuthority, lists: string): Promise<Secondary> {
  const port = await freePort()
  const clauses = await configure(authority, { lists, program: 'knot', port })
  return startKnot(lab, { port, clauses })
}

describeWith(['named', 'rndc', 'dig'], 'an authority that ends in mid-transfer', () => {
  /** Together more than the buffers of two sockets hold. */
  const names = (word: string): readonly string[] => {
    return Array.from({ length: 45_000 }, (_, i) => {
      const label = `${word}-${String(i).padStart(6, '0')}`
      return `${[label, 'x'.repeat(60), 'y'.repeat(60), 'z'.repeat(60)].join('.')}.example`
    })
  }
  const [NAMES, OTHERS] = [names('name'), names('other')]
  const FIRST_BYTES = 1_000_000
  const csv = (listed: readonly string[]): readonly string[] => {
    return listed.map((name) => `${name},host,nxdomain,,`)
  }

  test(
    'when it is killed, sends BIND the whole zone next, so that every name is blocked',
    PATIENT,
    async () => {
      const lab = await openTestLab()
      const authority = await openTestAuthority('phishing')
      await authority.importCsv('phishing', csv(NAMES))
      const relay = await openRelay(authority.port)
      onTestFinished(() => relay.close())
      const [port, lists] = [await freePort(), 'phishing']
      const wanted = { lists, program: 'bind', port, primary: relay.port }
      const bind = await startBind(lab, { port, ...bindParts(await configure(authority, wanted)) })
      await untilAnswers(bind, { [beacon(1)]: 'NOERROR 127.0.0.1' })
      await untilEveryNameIsBlocked(bind)

      // The difference to what follows is larger than the zone, so that BIND gets the whole of it where it asks for a difference.
      const held = relay.holdAfter(FIRST_BYTES)
      await authority.mirrorCsv('phishing', csv(OTHERS))
      await held
      await authority.stop('SIGKILL')
      relay.cut()
      // BIND's policy is the part that it got, its zone is that of the first serial; and from that to this it is one name.
      await authority.mirrorCsv('phishing', csv([...NAMES, 'last.example']))
      await authority.start()
      await bind.rndc('refresh', 'phishing.rpz.example')
      await untilBlocked(bind, 'last.example')
      await untilAnswers(bind, { [beacon(3)]: 'NOERROR 127.0.0.1' })
      await untilEveryNameIsBlocked(bind)
      await expectNewestZone(bind, authority, 'phishing')
    },
  )

  test('when it is stopped, ends the transfer first', PATIENT, async () => {
    const authority = await openTestAuthority('phishing')
    await authority.importCsv('phishing', csv(NAMES))
    const { tsig } = await authority.subscribe('isp-dig', '--lists', 'phishing')
    const relay = await openRelay(authority.port)
    onTestFinished(() => relay.close())
    const key = `${tsig.algorithm}:${tsig.name}:${tsig.secret}`
    const server = ['@127.0.0.1', '-p', String(relay.port), '-y', key, '+time=60']
    await until('the zone to be served', authority, async () => {
      const { stdout } = await tell('dig', [...server, '+short', 'phishing.rpz.example', 'SOA'])
      return stdout !== '' || 'no SOA'
    })
    const held = relay.holdAfter(FIRST_BYTES)
    const transfer = tell('dig', [...server, '+noall', '+answer', 'phishing.rpz.example', 'AXFR'])
    await held
    const stopped = authority.stop()
    await until('no new questions to be answered', authority, async () => {
      const direct = ['@127.0.0.1', '-p', String(authority.port), '+tcp', '+tries=1', '+time=2']
      const { code } = await tell('dig', [...direct, 'phishing.rpz.example', 'SOA'])
      return code !== 0 || 'an answer'
    })
    relay.resume()
    const { stdout } = await transfer
    await stopped
    // Opening and closing SOA, NS, and the beacon's two records.
    expect(stdout.match(/^[^;\s].*\sIN\s/gm)).toHaveLength(NAMES.length + 5)
    expect(stdout).not.toMatch(/fail/i)
  })

  const beacon = (serial: number): string => `${serial}.phishing.beacon.bailiwick.invalid`

  /** A sample over the whole zone, its first and its last name in it. */
  async function untilEveryNameIsBlocked(bind: Bind): Promise<void> {
    const sample = NAMES.filter((_, i) => i % 449 === 0 || i === NAMES.length - 1)
    await expect
      .poll(
        async () => {
          const answers = await askAll(bind.port, sample)
          return answers.filter((answer) => answer !== BLOCKED)
        },
        { timeout: 20_000, interval: 100 },
      )
      .toEqual([])
  }
})

describeWith(
  ['named', 'rndc', 'pdns_recursor', 'rec_control', 'knotd', 'knotc', 'named-compilezone', 'dig'],
  'secondaries of an authority',
  () => {
    test('that was restored from a backup end in its zone', PATIENT, async () => {
      const lab = await openTestLab()
      const authority = await openTestAuthority('phishing')
      await authority.importCsv('phishing', ['bad.example,domain,nxdomain,,'])
      const bind = await openBind(lab, authority, 'phishing')
      const powerDns = await openPowerDns(lab, authority, 'phishing')
      const knot = await openKnot(lab, authority, 'phishing')
      const resolvers = [bind, powerDns]
      const backup = join(authority.folder, 'backup')
      await authority.run('backup', backup)
      await authority.block('phishing', 'forgotten-1.example')
      await authority.block('phishing', 'forgotten-2.example')
      for (const resolver of resolvers) await untilBlocked(resolver, 'forgotten-2.example')
      await untilSerial(knot, 'phishing.rpz.example', 3)

      await authority.stop()
      renameSync(authority.data, `${authority.data}.lost`)
      await authority.run('restore', backup)
      await authority.start()
      // The same serials once more, of another history; then one that is new to the secondaries.
      for (const name of ['again-1', 'again-2', 'again-3']) {
        await authority.block('phishing', `${name}.example`)
      }
      for (const resolver of resolvers) {
        await untilBlocked(
          resolver,
          'bad.example',
          'again-1.example',
          'again-2.example',
          'again-3.example',
        )
        await untilOpen(resolver, 'forgotten-1.example', 'forgotten-2.example')
      }
      await untilSerial(knot, 'phishing.rpz.example', 4)
      for (const secondary of [bind, knot]) await expectNewestZone(secondary, authority, 'phishing')

      // And from there on by differences again.
      await authority.retire('phishing', 'again-1.example')
      for (const resolver of resolvers) {
        await untilOpen(resolver, 'again-1.example')
        await untilBlocked(resolver, 'again-2.example')
      }
      for (const secondary of [bind, knot]) {
        await untilSerial(secondary, 'phishing.rpz.example', 5)
        await expectNewestZone(secondary, authority, 'phishing')
      }
    })

    test('that were off for 200 serials end in its zone', { timeout: 240_000 }, async () => {
      const lab = await openTestLab()
      const lists = ['gap', 'kept']
      const authority = await openTestAuthority(...lists)
      for (const list of lists) await publishMany(authority, list, 1)
      const secondaries = [
        await openBind(lab, authority, lists.join(',')),
        await openPowerDns(lab, authority, lists.join(',')),
        await openKnot(lab, authority, lists.join(',')),
      ] as const
      const [bind, powerDns, knot] = secondaries
      for (const secondary of secondaries) {
        for (const list of lists) await untilSerial(secondary, `${list}.rpz.example`, 1)
      }
      await Promise.all(secondaries.map((secondary) => secondary.stop()))
      for (const list of lists) await publishMany(authority, list, 200)
      await Promise.all(secondaries.map((secondary) => secondary.start()))
      // It was off for less than `min-refresh-time` perhaps, and then looks only when that is over.
      for (const list of lists) await bind.rndc('refresh', `${list}.rpz.example`)
      for (const resolver of [bind, powerDns]) {
        const names = lists.flatMap((list) => namesAt(201).map((name) => `${name}.${list}.example`))
        await untilBlocked(resolver, 'always-0.gap.example', 'always-0.kept.example', ...names)
        await untilOpen(resolver, 'n1.gap.example', 'n1.kept.example')
      }
      for (const secondary of [bind, knot]) {
        for (const list of lists) {
          await untilSerial(secondary, `${list}.rpz.example`, 201)
          await expectNewestZone(secondary, authority, list)
        }
      }
      // 200 serials back is too far for the one list, and not for the other.
      expect(knot.log()).toMatch(/\[gap\.rpz\.example\.\] AXFR, incoming, .* finished/)
      expect(knot.log()).toMatch(/\[kept\.rpz\.example\.\] IXFR, incoming, .* finished/)
      expect(knot.log()).not.toMatch(/\[kept\.rpz\.example\.\] AXFR/)
    })
  },
)

/** What a list holds at every serial: enough that no difference is as large as the zone. */
const ALWAYS = Array.from({ length: 100 }, (_, i) => `always-${i}`)

/** What it holds beside that at one: a window that moves on with each. */
function namesAt(serial: number): readonly string[] {
  return Array.from({ length: 20 }, (_, i) => `n${serial + i}`)
}

async function publishMany(
  authority: TransferAuthority,
  list: string,
  serials: number,
): Promise<void> {
  const open = openAuthority(authority.data)
  // So quickly old files pile up, and looking for those that may go would take the most of the time.
  const hasty = { ...open, files: { ...open.files, seen: () => [] } }
  const row = open.store.lists.find(list)
  if (row === null) throw new Error(`no list ${list}`)
  try {
    for (let done = 0; done < serials; done++) {
      const serial = (open.store.publications.latest(row.rowId)?.serial ?? 0) + 1
      const names = [...ALWAYS, ...namesAt(serial)].map((name) => `${name}.${list}.example`)
      await publishLines(
        hasty,
        list,
        names.sort().map((name) => `${name}\tdomain\tnxdomain\t-\t-`),
      )
    }
  } finally {
    open.close()
  }
}
