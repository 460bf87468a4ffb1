import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import type { Role } from '../../src/core/person.ts'
import { openConsoleApp } from '../../src/main/console/open-console-app.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Ran } from './bailiwick-command.ts'
import { runCommand } from './run-command.ts'

/** Two authorities alike: one is led at its folder, the other at its server. */
export interface TwoWays {
  readonly folder: string
  /** At the folder of one as that user, and at the server of the other by his key. */
  readonly here: (user: string, ...words: readonly string[]) => Promise<Ran>
  readonly there: (user: string, ...words: readonly string[]) => Promise<Ran>
  /** At both folders, as the administrator. */
  readonly run: (...words: readonly string[]) => Promise<void>
  /** The events of an authority since it was opened: act, actor and what was done. */
  readonly events: (way: Way) => Promise<TwoWaysEvents>
  /** What went wrong in the server. */
  readonly faults: unknown[]
  readonly close: () => Promise<void>
}

type TwoWaysEvents = readonly (readonly [string, string, unknown])[]

type Way = 'here' | 'there'
const WAYS = ['here', 'there'] as const

/** Who is there beside the administrator `root`: name, organisation, role. */
type Member = readonly [name: string, organisation: string, role: Role]

/** Opens two authorities with a list `phishing` of that definition, and with those people. */
export async function openTwoWays(
  definition: object,
  members: readonly Member[],
): Promise<TwoWays> {
  const folder = mkdtempSync(join(tmpdir(), 'two-ways-'))
  const keys = new Map<string, string>()
  const at = (way: Way, user: string, words: readonly string[]): Promise<Ran> =>
    runCommand([...words, '--data', join(folder, way), '--actor', user])
  const run = async (...words: readonly string[]): Promise<void> => {
    for (const way of WAYS) assertDone(words, await at(way, 'root', words))
  }
  await run('init', '--insecure-plain-keys')
  writeFileSync(join(folder, 'list.json'), JSON.stringify(definition))
  await run('list', 'apply', join(folder, 'list.json'))
  for (const name of ['Hotline', 'Police', 'Court']) {
    await run('organisation', 'add', name, '--kind', 'partner')
  }
  await run('user', 'add', 'root', '--organisation', 'Court', '--role', 'administrator')
  for (const [name, organisation, role] of members) {
    const isForAll = role === 'auditor' || role === 'administrator'
    const scope = isForAll ? ['--all-lists'] : ['--list', 'phishing']
    await run('user', 'add', name, '--organisation', organisation, '--role', role, ...scope)
  }
  for (const [name, , role] of [...members, ['root', '', 'administrator'] as const]) {
    const isForAll = role === 'auditor' || role === 'administrator'
    const scope = isForAll ? ['--all-lists'] : ['--list', 'phishing']
    for (const way of WAYS) {
      const make = ['api-key', 'make', `of-${name}`, '--role', role, ...scope, '--json']
      const made = await at(way, name, make)
      assertDone(make, made)
      if (way === 'there') keys.set(name, (JSON.parse(made.stdout) as { key: string }).key)
    }
  }
  const eventsNow = async (way: Way): Promise<TwoWaysEvents> => {
    const told = await at(way, 'root', ['events', 'ls', '--limit', '10000', '--json'])
    const events = JSON.parse(told.stdout) as { act: string; actor: string; subject: unknown }[]
    return events.map(({ act, actor, subject }) => [act, actor, subject] as const)
  }
  // What made them is in no order.
  const made = (await eventsNow('here')).length
  const faults: unknown[] = []
  const server = await openServer(join(folder, 'there'), (error) => faults.push(error))
  return {
    ...{ folder, run, faults },
    here: async (user, ...words) => at('here', user, words),
    there: (user, ...words) => {
      // Where it would find nothing.
      const data = join(folder, 'nowhere')
      const key = keys.get(user) ?? ''
      return runCommand([...words, '--data', data, '--server', server.url, '--token', key])
    },
    events: async (way) => (await eventsNow(way)).slice(made),
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function assertDone(words: readonly string[], { code, stderr }: Ran): void {
  if (code !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
}

async function openServer(
  data: string,
  onFault: (error: unknown) => void,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const store = openStore(join(data, 'bailiwick.db'))
  const asker = { address: '127.0.0.1', isSecure: false }
  const config = { name: 'Example CERT', trustedProxies: [], sessionHours: 12, singleSignOn: [] }
  const app = openConsoleApp({
    ...{ data, store, onFault, secret: '5f'.repeat(32), isSecure: false },
    config: { ...config, secondFactorRoles: [] },
    issuers: [],
    url: 'http://127.0.0.1',
  })
  const server = serve({
    fetch: (request) => app.fetch(request, asker),
    hostname: '127.0.0.1',
    port: 0,
  })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      store.close()
    },
  }
}
