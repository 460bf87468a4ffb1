import { ALL_LISTS, type Person } from '../core/person.ts'
import { NOBODY } from './api/add-operations.ts'
import type { AnyOperation, Input, Operation } from './api/operation.ts'
import { perform, type PerformDeps } from './api/perform.ts'
import type { Page } from './pages/page.ts'
import type { AskInput, Visit } from './pages/visit.ts'
import { beginPlots } from './plots/draw-plots.ts'
import { LANGUAGES } from './texts/languages.ts'

export interface WarmUpDeps extends PerformDeps {
  /** Lets who has asked meanwhile be answered. */
  readonly nextTurn: () => Promise<void>
}

interface WarmUpTables {
  readonly pages: readonly Page[]
  readonly operations: readonly AnyOperation[]
}

/** Reads everything and changes nothing. What is asked in this name is told to nobody. */
const READER: Person = { ...NOBODY, roles: [{ list: ALL_LISTS, role: 'auditor' }] }

/**
 * Does once what the first who look would wait for: what draws and checks is loaded and compiled, and what is held of lists is read. Asks each page and
 * each reading operation that needs no parameter, one after the other; what fails here fails again for whoever asks, and is told then.
 */
export async function warmUp(deps: WarmUpDeps, { pages, operations }: WarmUpTables): Promise<void> {
  beginPlots()
  await tried(() => deps.desk.search.find(READER, { text: '', from: null, limit: 1 }))
  for (const page of pages.filter(({ path }) => !path.includes(':'))) {
    await deps.nextTurn()
    await tried(async () => String(await (await page.show(visitOf(deps, page))).body))
  }
  for (const row of operations.filter(
    ({ method, path }) => method === 'get' && !path.includes('{'),
  )) {
    await deps.nextTurn()
    await tried(() => ask(deps, row as unknown as Operation))
  }
}

async function tried(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch {
    // Some pages are about somebody who has signed in, some operations need a query.
  }
}

async function ask<I extends Input, A extends object | null>(
  deps: PerformDeps,
  row: Operation<I, A>,
  { params = {}, query = {} }: AskInput<I> = {},
): Promise<A> {
  const there = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const asked = {
    ...{ person: READER, address: '', body: null, tag: null, idempotencyKey: null },
    params: params as Readonly<Record<string, string>>,
    query: new URLSearchParams(
      there.map(([name, value]): [string, string] => [name, String(value)]),
    ),
  }
  return (await perform(deps, row, asked)).answer
}

function visitOf(deps: PerformDeps, { path }: Page): Visit {
  return {
    ...{ caller: null, person: READER, refused: null, t: LANGUAGES.en, params: {}, at: deps.now() },
    ...{ url: new URL(path, 'http://localhost'), token: '', nonce: '', onceKey: () => '' },
    ...{ issuers: [], ask: (row, input) => ask(deps, row, input) },
  }
}
