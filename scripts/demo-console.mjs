/**
 * The part of the demo in which people of two organisations decide together: users, a queue, guards, and an approval through the API, for the
 * console to show.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everybody's password here; only a demo has one. */
export const PASSWORD = 'demo demo demo demo'

/** What comes on the list by two organisations. */
export const TOGETHER = 'by-two.bank-0007.example'

const CERT = 'Example CERT'
const HOTLINE = 'Example Hotline'
export const PEOPLE = [
  { name: 'anna', organisation: CERT, role: 'administrator', scope: ['--all-lists'] },
  { name: 'bela', organisation: HOTLINE, role: 'curator' },
  { name: 'cleo', organisation: CERT, role: 'approver' },
  { name: 'dora', organisation: CERT, role: 'publisher' },
  { name: 'emil', organisation: HOTLINE, role: 'reporter' },
  { name: 'frida', organisation: CERT, role: 'auditor', scope: ['--all-lists'] },
]

/** Before the server starts: without it a sign-in of approvers would count for nothing until they had a second factor. */
export function writeConsoleConfig(authority) {
  const config = { name: 'Bailiwick demo', secondFactorRoles: [] }
  writeFileSync(join(authority, 'console.json'), JSON.stringify(config, null, 2))
}

/** Adds organisations and users, with passwords, and a list that asks for two people of two organisations. */
export async function addPeople({ folder, list, definition, source, run }) {
  run('organisation', 'add', CERT, '--kind', 'cert')
  run('organisation', 'add', HOTLINE, '--kind', 'hotline')
  for (const { name, organisation, role, scope = ['--list', list] } of PEOPLE) {
    const args = ['user', 'add', name, '--organisation', organisation, '--role', role, ...scope]
    const [code] = /bli_[\w-]+/.exec(run('--actor', 'anna', ...args))
    await choosePassword(source, code)
  }
  const file = join(folder, `${list}.json`)
  const approvals = { needed: 2, organisations: 2 }
  writeFileSync(file, JSON.stringify({ ...definition, approvals }, null, 2))
  run('--actor', 'anna', 'list', 'apply', file)
  const sites = join(folder, 'top-sites.csv')
  writeFileSync(sites, '1,bank.example\n2,shop.example\n3,news.example\n')
  run('--actor', 'anna', 'popular', 'load', sites, '--source', 'sites of a demo')
}

async function choosePassword(source, code) {
  const { status } = await fetch(`${source}/v1/session/invitation`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, password: PASSWORD }),
  })
  if (status !== 200) throw new Error(`expected an invitation to be accepted, got ${status}`)
}

/** Proposals of the hotline's curator: some that wait, and one that a guard stops. */
export function proposeSome({ list, run }) {
  const add = (value, reason, ...more) =>
    run('--actor', 'bela', 'entry', 'add', list, value, '--reason', reason, ...more)
  add(TOGETHER, 'imitates a bank, reported by two of its customers', '--evidence', 'case 2030-17')
  add('parcel-fee.example', 'asks for card numbers in the name of a post office')
  add('https://shared-host.test/~u17/login', 'one page of many on that host')
  run(
    ...['--actor', 'bela', 'entry', 'retire', list, 'login-0041.bank-0041.example'],
    ...['--reason', 'cleaned, says its registrar'],
  )
}

/** Appeals as somebody would whose name is on the list, without an account. */
export async function appealOnce(source) {
  const headers = { 'Content-Type': 'application/json' }
  const appeal = { about: 'login-0042.bank-0042.example', grounds: 'it is ours, and clean since' }
  const answer = await fetch(`${source}/v1/appeals`, {
    ...{ method: 'POST', headers, body: JSON.stringify(appeal) },
  })
  if (answer.status !== 200) throw new Error(`expected an appeal to be taken, got ${answer.status}`)
}

/** Approves the first proposal as the other organisation's approver, by the API and with a key of its own. */
export async function approveFirst({ list, source, run }) {
  const key = ['api-key', 'make', 'demo', '--role', 'approver', '--list', list, '--json']
  const { key: token } = JSON.parse(run('--actor', 'cleo', ...key))
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const { items } = await (await fetch(`${source}/v1/proposals?state=open`, { headers })).json()
  const [{ proposal, revision }] = items
  const path = `${source}/v1/proposals/${proposal}/approvals`
  console.log(`
  $ curl -H "Authorization: Bearer $KEY" -H 'If-Match: "r${revision}"' -H 'Content-Type: application/json' \\
         -d '{}' ${path}`)
  const answer = await fetch(path, {
    method: 'POST',
    headers: { ...headers, 'If-Match': `"r${revision}"` },
    body: '{}',
  })
  const told = await answer.json()
  if (answer.status !== 200) throw new Error(`expected an approval, got ${JSON.stringify(told)}`)
  console.log(`    ${told.proposal} is ${told.state}: decision ${told.decision}`)
}
