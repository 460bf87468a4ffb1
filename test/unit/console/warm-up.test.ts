import { expect, it } from 'vitest'
import { warmUpConsole } from '../../../src/console/open-console.ts'
import type { Desk } from '../../../src/console/desk.ts'
import { openDesk } from '../../../src/main/console/open-desk.ts'
import { openConsoleWorld } from '../../support/console-world.ts'

/** The desk, and which of its parts were asked what. */
function watched(desk: Desk): { readonly desk: Desk; readonly asked: Set<string> } {
  const asked = new Set<string>()
  const parts = Object.entries(desk).map(([name, part]: [string, object]) => {
    const get = (target: object, key: string | symbol): unknown => {
      asked.add(`${name}.${String(key)}`)
      return Reflect.get(target, key)
    }
    return [name, new Proxy(part, { get })]
  })
  const made: unknown = Object.fromEntries(parts)
  return { desk: made as Desk, asked }
}

it('asks for what people look at, and changes nothing', async () => {
  const { host, fill } = openConsoleWorld()
  await fill()
  const { store } = host
  const before = store.events.head()
  const onFault = (error: unknown): void => expect.fail(String(error))
  const { desk, asked } = watched(openDesk({ data: '/nowhere', store, issuers: [], onFault }))
  let turns = 0
  const nextTurn = (): Promise<void> => {
    turns++
    return Promise.resolve()
  }
  const waiting = { now: () => Date.now(), pause: () => Promise.resolve() }
  await warmUpConsole({ desk, waiting, now: () => new Date() }, nextTurn)
  expect([...asked]).toEqual(
    expect.arrayContaining(['search.find', 'overview.overview', 'proposals.page', 'reports.page']),
  )
  expect(store.events.head()).toEqual(before)
  // Between any two of them whoever has come is answered.
  expect(turns).toBeGreaterThan(20)
})
