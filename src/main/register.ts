import { InvalidArgumentError, Option, type Command } from 'commander'
import { REGISTER_PURPOSES, REGISTER_SCOPES, type RegisterRow } from '../core/register.ts'
import type { RegisterChange } from '../store/register-store.ts'
import { addTokenOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { withRegister } from './with-register.ts'

/** Adds `register`. */
export function register(program: Command): void {
  const noun = program
    .command('register')
    .description('what must not be blocked by a slip: names and networks (docs/spec/guards.md)')
  addTokenOptions(noun.command('ls'))
    .description('all rows, with why they are there')
    .addOption(
      new Option('--purpose <purpose>', 'of this purpose alone').choices(REGISTER_PURPOSES),
    )
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick register ls --purpose resolver')
    .action(listRows)
  addTokenOptions(noun.command('add <value>'))
    .description('put a name, address or network in')
    .addOption(
      new Option('--purpose <purpose>', 'what it is for')
        .choices(REGISTER_PURPOSES)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--scope <scope>', 'that name alone, or everything below it too')
        .choices(REGISTER_SCOPES)
        .default('name'),
    )
    .requiredOption('--reason <text>', 'why it must not be blocked', parseReason)
    .option('--source <text>', 'where that can be read', '')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick register add stop.example --purpose authority --reason "our stop page"',
    )
    .action(addRow)
  addTokenOptions(noun.command('remove <value>'))
    .description('take a name, address or network out')
    .requiredOption('--reason <text>', 'why it may be blocked', parseReason)
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick register remove dns.example --reason "given up by its operator"',
    )
    .action(removeRow)
  registerImport(noun)
}

function registerImport(noun: Command): void {
  addTokenOptions(noun.command('import [file]'))
    .description('put all rows of a file in; without a file, those that this version ships')
    .requiredOption('--reason <text>', 'why; kept with the change', parseReason)
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick register import --reason "rows of the new version"',
    )
    .action(importRows)
  addTokenOptions(noun.command('history'))
    .description('every change, newest first')
    .option('--limit <n>', 'at most so many', parseCount, 50)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick register history --limit 10')
    .action(listHistory)
}

function parseReason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a reason, got nothing.')
  return text
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1.')
}

interface Flags {
  readonly json?: boolean
}

async function listRows(options: Flags & { purpose?: string }, command: Command): Promise<void> {
  const { purpose, json } = options
  const { state, isShipped, rows: all } = await withRegister(command, (register) => register.rows())
  const rows = all.filter((row) => purpose === undefined || row.purpose === purpose)
  if (json === true) process.stdout.write(printJson({ state, isShipped, rows }))
  else if (rows.length > 0) process.stdout.write(printTable([HEADING, ...rows.map(cells)]))
}

const HEADING = ['VALUE', 'PURPOSE', 'SCOPE', 'REASON', 'SOURCE']

function cells({ value, purpose, scope, reason, source }: RegisterRow): string[] {
  return [value, purpose, scope, reason, source]
}

interface AddFlags extends Flags {
  readonly purpose: string
  readonly scope: string
  readonly reason: string
  readonly source: string
}

async function addRow(value: string, options: AddFlags, command: Command): Promise<void> {
  const { parseRegisterRow } = await import('../core/register.ts')
  const { purpose, scope, reason, source } = options
  const row = parseRegisterRow({ value, purpose, scope, reason, source })
  await change(command, options, { add: [row], remove: [] })
}

async function removeRow(
  value: string,
  options: Flags & { reason: string },
  command: Command,
): Promise<void> {
  const { parseRegisterValue } = await import('../core/register.ts')
  await change(command, options, { add: [], remove: [parseRegisterValue(value)] })
}

async function importRows(
  file: string | undefined,
  options: Flags & { reason: string },
  command: Command,
): Promise<void> {
  const { readRegister, shippedRegister } = await import('./shipped-register.ts')
  const add = file === undefined ? shippedRegister() : readRegister(file)
  await change(command, options, { add, remove: [] })
}

interface Wanted {
  readonly add: readonly RegisterRow[]
  readonly remove: readonly string[]
}

/** One change of the register. */
async function change(
  command: Command,
  { reason, json }: Flags & { readonly reason: string },
  wanted: Wanted,
): Promise<void> {
  const made = await withRegister(command, (register) => register.change({ ...wanted, reason }))
  if (json === true) process.stdout.write(printJson(made ?? { unchanged: true }))
  else process.stdout.write(made === null ? 'nothing to change\n' : told(made))
}

function told({ id, added, removed, state }: RegisterChange): string {
  return `change ${id}: ${added} put in, ${removed} taken out; the register is ${state.slice(0, 16)}\n`
}

async function listHistory(
  { limit, json }: Flags & { limit: number },
  command: Command,
): Promise<void> {
  if (json === true) {
    const whole = await withRegister(command, (register) => register.wholeChanges(limit))
    process.stdout.write(printJson(whole))
    return
  }
  const changes = await withRegister(command, (register) => register.changes(limit))
  const rows = changes.map((one) => [
    String(one.id),
    printTime(one.at),
    String(one.added),
    String(one.removed),
    one.state.slice(0, 16),
    one.actor,
    one.reason,
  ])
  if (rows.length > 0) process.stdout.write(printTable([HISTORY, ...rows]))
}

const HISTORY = ['CHANGE', 'WHEN', 'IN', 'OUT', 'STATE', 'BY', 'REASON']
