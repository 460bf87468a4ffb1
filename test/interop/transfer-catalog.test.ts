import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/any-answer-dns.ts'
import { describeWith } from '../support/needs-program.ts'
import { bindParts, startBind } from '../support/secondaries/bind.ts'
import { startKnot } from '../support/secondaries/knot.ts'
import { openLab, type Lab } from '../support/secondaries/lab.ts'
import { PATIENT, untilSerial, type Secondary } from '../support/secondaries/secondary.ts'
import {
  listDefinition,
  openTransferAuthority,
  type TransferAuthority,
} from '../support/secondaries/transfer-authority.ts'
import { expectNewestZone } from '../support/secondaries/zone-records.ts'

/** Secondaries that are told by a catalog zone (RFC 9432) which lists they may have, and configured once. */

const SUBSCRIBER = 'tier'

async function openTestAuthority(): Promise<TransferAuthority> {
  const lists = ['phishing', 'gambling', 'malware']
  const authority = await openTransferAuthority({ lists: lists.map((id) => listDefinition(id)) })
  onTestFinished(() => authority.close())
  for (const list of lists) await authority.importCsv(list, [`${list}.example,domain,nxdomain,,`])
  return authority
}

async function openTestLab(): Promise<Lab> {
  const lab = await openLab()
  onTestFinished(() => lab.close())
  return lab
}

/** What `subscriber add` prints for a program that is told by the catalog. */
async function configure(
  authority: TransferAuthority,
  program: string,
  port: number,
): Promise<string> {
  const addresses = ['--primary', `127.0.0.1:${authority.port}`, '--notify', `127.0.0.1:${port}`]
  const words = ['--lists', 'phishing,gambling', '--config-for', program, '--catalog']
  return (await authority.subscribe(SUBSCRIBER, ...words, ...addresses)).config
}

/** Takes up what it is entitled to, then a list that is added to that, and lets go of one that is taken away. */
async function expectFollowing(secondary: Secondary, authority: TransferAuthority): Promise<void> {
  await untilSerial(secondary, 'phishing.rpz.example', 1)
  await untilSerial(secondary, 'gambling.rpz.example', 1)
  expect(await secondary.serialOf('malware.rpz.example')).toBeNull()
  await expectNewestZone(secondary, authority, 'phishing')
  await authority.run('subscriber', 'set', SUBSCRIBER, '--lists', 'phishing,malware')
  await untilSerial(secondary, 'malware.rpz.example', 1)
  await untilSerial(secondary, 'gambling.rpz.example', null)
  expect(await secondary.serialOf('phishing.rpz.example')).toBe(1)
  await authority.block('malware', 'second.example')
  await untilSerial(secondary, 'malware.rpz.example', 2)
  await expectNewestZone(secondary, authority, 'malware')
}

describeWith(['named', 'rndc', 'named-compilezone'], 'the catalog of a subscriber in BIND', () => {
  test('brings a new list, and takes one away', PATIENT, async () => {
    const [lab, authority] = [await openTestLab(), await openTestAuthority()]
    const port = await freePort()
    const config = await configure(authority, 'bind', port)
    const bind = await startBind(lab, { port, ...bindParts(config) })
    await expectFollowing(bind, authority)
  })
})

describeWith(['knotd', 'knotc', 'named-compilezone'], 'the catalog of a subscriber in Knot', () => {
  test('brings a new list, and takes one away', PATIENT, async () => {
    const [lab, authority] = [await openTestLab(), await openTestAuthority()]
    const port = await freePort()
    const clauses = await configure(authority, 'knot', port)
    const knot = await startKnot(lab, { port, clauses })
    await expectFollowing(knot, authority)
  })
})
