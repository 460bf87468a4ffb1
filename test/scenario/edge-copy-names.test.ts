import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCopyHost, type CopyHost, type StartedCopy } from '../support/copy-host.ts'
import type { Tricks } from '../support/mock-authority.ts'

const line = (name: string): string => `${name}.example\tdomain\tnxdomain\t-\t-`
const OWN = ['a', 'b'].map(line)
const OTHER = ['c', 'd', 'e'].map(line)
const PLACE = 'f'.repeat(32)
/** Looked at before the other one. */
const THIEF = '0'.repeat(32)

/** Everything that the role of the list «thief» signs says that it is of the list «secret». */
const AS_SECRET: Tricks = {
  raw: (_, bytes) =>
    Buffer.from(
      bytes.toString().replaceAll('"thief"', '"secret"').replaceAll('list: thief', 'list: secret'),
    ),
  custom: (_, custom) => {
    if ('list' in custom) custom['list'] = 'secret'
  },
}

async function openHost(): Promise<CopyHost> {
  const places = { secret: PLACE, thief: THIEF }
  const host = await openCopyHost({ lists: ['secret', 'thief'], places })
  host.authority.publish('secret', OWN)
  return host
}

function expectOwn({ told }: StartedCopy, lists: StartedCopy['copy']['lists']): void {
  expect(lists.map(({ id, place, serials }) => [id, place, serials.at(-1)?.entries])).toEqual([
    ['secret', PLACE, 2],
  ])
  expect(told.map(({ code }) => code)).toContain('trust/mismatch')
}

it('a list that bears the id of another restricted one is refused, before anything of it is written', async () => {
  const host = await openHost()
  const first = await host.start()
  await first.pull()
  host.authority.publish('thief', OTHER, AS_SECRET)
  expectOwn(first, (await first.pull()).copy.lists)
  expect(readdirSync(join(host.state, 'lists'))).toEqual([PLACE])
})

it('it is refused after a restart too, and when the lines of the other were spoilt meanwhile', async () => {
  const host = await openHost()
  await (await host.start()).pull()
  host.authority.publish('thief', OTHER, AS_SECRET)
  rmSync(join(host.state, 'lists', PLACE, '1.lines'))
  const again = await host.start()
  expect(again.copy.lists).toEqual([])
  expectOwn(again, (await again.pull()).copy.lists)
  expect(existsSync(join(host.state, 'lists', THIEF))).toBe(false)
})

it('it is refused when the note of the other was spoilt, for its state names it too', async () => {
  const host = await openHost()
  await (await host.start()).pull()
  host.authority.publish('thief', OTHER, AS_SECRET)
  writeFileSync(join(host.state, 'lists', PLACE, 'copy.json'), '{')
  const again = await host.start()
  expectOwn(again, (await again.pull()).copy.lists)
})

it('one that lies in the state folder is not given at a start, and said to be refused', async () => {
  const host = await openHost()
  await (await host.start()).pull()
  const [own, other] = [PLACE, THIEF].map((place) => join(host.state, 'lists', place))
  cpSync(own!, other!, { recursive: true })
  const note = readFileSync(join(other!, 'copy.json'), 'utf8')
  const later = note.replaceAll(PLACE, THIEF).replace(/"copiedAt": "[0-9]{4}/, '"copiedAt": "9999')
  writeFileSync(join(other!, 'copy.json'), later)
  const again = await host.start()
  expectOwn(again, again.copy.lists)
})

it('two that come with one id at once are one, the first that was looked at', async () => {
  const host = await openHost()
  host.authority.publish('thief', OTHER, AS_SECRET)
  const first = await host.start()
  const { copy } = await first.pull()
  expect(copy.lists).toHaveLength(1)
  expect(first.told.map(({ code }) => code)).toContain('trust/mismatch')
})
