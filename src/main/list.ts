import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { ListApplied } from '../store/list-store.ts'
import { addTokenOptions, globalOptions } from './global-options.ts'
import type { ToldList } from './list-deeds.ts'
import { withLists } from './with-lists.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { naming } from './system-fault.ts'

export function register(program: Command): void {
  const list = program
    .command('list')
    .description('create lists, change and show their definitions')
  list
    .command('apply <file...>')
    .description('create or update lists from their definitions (docs/spec/list.md)')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick list apply lists/phishing.json lists/malware.json',
    )
    .action(applyLists)
  addTokenOptions(list.command('ls'))
    .description('all lists, with their newest serials')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick list ls --json')
    .action(listLists)
  addTokenOptions(list.command('show <list>'))
    .description("a list's definition, size and newest serial")
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick list show phishing')
    .action(showList)
}

interface JsonOption {
  readonly json?: boolean
}

async function applyLists(files: string[], options: JsonOption, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const definitions = await readDefinitions(files)
  const { assertListChange } = await import('../curation/assert-list-change.ts')
  const { assertOwnOrigins } = await import('../curation/assert-own-origins.ts')
  const { withStore } = await import('./find-list.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { ensureListRoles } = await import('./publish-hooks.ts')
  const { draftFacts, printDrafted } = await import('./key-draft-text.ts')
  const { applied, drafted } = await withStore(
    data,
    async (store) => {
      assertMay(store, { actor, acts: ['manage-list'], lists: definitions.map(({ id }) => id) })
      // All or none: a mistake in the third file leaves the first two as they were.
      const done = store.write(() => {
        const outcomes = definitions.map((definition) => {
          const before = store.lists.find(definition.id)
          if (before !== null) assertListChange(before.definition, definition)
          return store.lists.apply(definition, {
            at: new Date(),
            actor,
            place: placeOf(definition),
          })
        })
        // Only now: lists of one call may change names with each other.
        assertOwnOrigins(
          store.lists.all().map(({ definition }) => definition),
          new Set(definitions.map(({ id }) => id)),
        )
        return outcomes
      })
      // Safe to do again: a list whose role a crash prevented gets it from the next apply or publication.
      const waiting = await ensureListRoles(
        { data, store },
        done.map(({ list }) => list),
      )
      return { applied: done, drafted: waiting }
    },
    { actor },
  )
  const facts = applied.map((one) => ({ ...outcomeOf(one), ...draftFacts(drafted) }))
  const text = told(applied) + (drafted === null ? '' : printDrafted(drafted))
  process.stdout.write(options.json === true ? printJson(facts) : text)
}

function outcomeOf({ outcome, list }: ListApplied): object {
  return { list: list.id, outcome, place: list.place }
}

function told(applied: readonly ListApplied[]): string {
  return applied.map(({ outcome, list }) => `${outcome} ${list.id}\n`).join('')
}

/** A restricted list's published paths must not tell its name. */
function placeOf({ id, visibility }: ListDefinition): string {
  return visibility === 'public' ? id : randomBytes(16).toString('hex')
}

async function readDefinitions(files: readonly string[]): Promise<ListDefinition[]> {
  const { openSchema } = await import('../platform/json-schema.ts')
  const { parseListDefinition } = await import('../curation/parse-list-definition.ts')
  const checkSchema = openSchema(new URL('../../docs/spec/list.schema.json', import.meta.url))
  return files.map((file) => {
    try {
      return parseListDefinition(
        { checkSchema },
        JSON.parse(naming(file, () => readFileSync(file, 'utf8'))),
      )
    } catch (error) {
      if (error instanceof Fault || error instanceof SyntaxError) {
        throw new Fault('list/invalid', `in ${JSON.stringify(file)}: ${error.message}`, {
          cause: error,
        })
      }
      throw error
    }
  })
}

async function listLists({ json }: JsonOption, command: Command): Promise<void> {
  const rows = await withLists(command, (lists) => lists.lists())
  if (json === true) process.stdout.write(printJson(rows))
  else process.stdout.write(rows.length === 0 ? '' : printTable([HEADING, ...rows.map(cells)]))
}

const HEADING = ['LIST', 'VISIBILITY', 'ENTRIES', 'SERIAL', 'PUBLISHED', 'PENDING', 'TITLE']

function cells(row: ToldList): string[] {
  return [
    row.id,
    row.visibility,
    String(row.entries),
    row.serial === null ? '-' : String(row.serial),
    row.publishedAt === null ? '-' : printTime(row.publishedAt),
    row.isPending ? 'yes' : 'no',
    row.title,
  ]
}

async function showList(id: string, { json }: JsonOption, command: Command): Promise<void> {
  const whole = await withLists(command, (lists) => lists.list(id))
  const { place, definition } = whole
  if (json === true) {
    process.stdout.write(printJson(whole))
    return
  }
  process.stdout.write(
    printTable([
      ['list', id],
      ['entries', String(whole.entries)],
      ['serial', whole.serial === null ? 'none yet' : String(whole.serial)],
      ['published', whole.publishedAt === null ? 'never' : printTime(whole.publishedAt)],
      ['pending', whole.isPending ? 'yes: «bailiwick publish» makes it effective' : 'no'],
      ['place', place],
    ]),
  )
  process.stdout.write(`\n${printJson(definition)}`)
}
