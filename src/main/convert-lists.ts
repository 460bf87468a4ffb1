import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { DomainName } from '../core/domain-name.ts'
import type { EntryAction, EntryKind } from '../core/entry.ts'
import { EntryArena } from '../core/entry-arena.ts'
import { type EntrySet, sealEntries } from '../core/entry-set.ts'
import { Fault } from '../core/fault.ts'
import { hashLines } from '../core/hash-lines.ts'
import type * as PublicSuffix from '../core/public-suffix.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { printSuggestion } from '../core/nearest.ts'
import { isAction } from '../core/parse-entry.ts'
import type { ImportFormat } from '../formats/in/import-format.ts'
import { readInto } from '../formats/in/read-list.ts'
import {
  EXPORT_FORMATS,
  type ExportSource,
  type ExportSummary,
  isExportFormat,
  renderExport,
} from '../formats/render-export.ts'
import { assertFilesApart, type CommandFiles } from './assert-files-apart.ts'
import { printConvertSummary, type Converted, type Target } from './convert-summary.ts'
import { DraftFile } from './draft-file.ts'
import { SecondExporter } from './second-exporter.ts'
import { FindingReport } from './finding-report.ts'
import { readChunks, sizeOfInput, STDIN } from './read-chunks.ts'
import { EXIT } from './run-program.ts'
import { type ExportJob, writeExport } from './write-export.ts'

/** The options of `bailiwick convert`, as the command line gives them. */
export interface ConvertOptions {
  readonly from: ImportFormat | 'auto'
  readonly to: readonly string[]
  readonly output?: readonly string[]
  readonly kind?: EntryKind
  readonly action?: string
  readonly zone?: string
  readonly fromZone?: string
  readonly title?: string
  readonly serial: number
  readonly report?: string
  readonly strict?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Reads all files, then writes all outputs: when anything fails, no output is changed. */
export async function convertLists(
  files: readonly string[],
  options: ConvertOptions,
): Promise<void> {
  const targets = parseTargets(options)
  const action = parseActionOption(options.action)
  assertOneStdin(files)
  assertFilesApart({ inputs: files, outputs: outputsOf(targets, options.report) })
  const bytes = files.reduce((sum, file) => sum + sizeOfInput(file), 0)
  const second = isWorthSharing(bytes, targets) ? new SecondExporter() : undefined
  const report = options.report === undefined ? undefined : new FindingReport(options.report)
  try {
    const { arena, inputs } = readFiles(
      { files, bytes, isShared: second !== undefined },
      options,
      action.type,
      report,
    )
    const set = (await second?.seal(arena)) ?? sealEntries(arena)
    const source = exportSource(set, options, definitionOf(files, options, action, inputs))
    const outputs = await writeTargets(targets, source, { set, second })
    report?.publish()
    if (options.quiet !== true) {
      process.stderr.write(printConvertSummary({ inputs, set, outputs }, options.json === true))
    }
    const isRefused = inputs.some(({ refused }) => refused.count > 0)
    if (options.strict === true && isRefused) process.exitCode = EXIT.findings
  } finally {
    report?.discard()
    await second?.close()
  }
}

/** Below this a second thread takes longer to start than it saves. */
const MIN_HELPED_BYTES = 1 << 22

function isWorthSharing(bytes: number, targets: readonly Target[]): boolean {
  return bytes >= MIN_HELPED_BYTES && targets.filter(({ path }) => path !== undefined).length > 1
}

function parseTargets({ to, output = [] }: ConvertOptions): Target[] {
  if (output.length !== to.length && (output.length > 0 || to.length > 1)) {
    throw new Fault(
      'usage/invalid',
      `expected one --output for each --to, got ${to.length} formats and ${output.length} files`,
    )
  }
  return to.map((format, i) => {
    if (isExportFormat(format)) return { format, path: output[i] === STDIN ? undefined : output[i] }
    throw new Fault(
      'usage/invalid',
      `expected --to to be one of ${EXPORT_FORMATS.join(', ')}, got ${JSON.stringify(format)}${printSuggestion(format, EXPORT_FORMATS)}`,
    )
  })
}

function outputsOf(
  targets: readonly Target[],
  report: string | undefined,
): CommandFiles['outputs'] {
  return [
    ...targets.flatMap(({ path }) => (path === undefined ? [] : [{ option: '--output', path }])),
    ...(report === undefined ? [] : [{ option: '--report', path: report }]),
  ]
}

interface AskedAction {
  readonly type: EntryAction | undefined
  readonly to: readonly string[]
}

function parseActionOption(text: string | undefined): AskedAction {
  if (text === undefined) return { type: undefined, to: [] }
  const [type = '', ...rest] = text.split('=')
  const to = rest.join('=').split(',').filter(Boolean)
  if (isAction(type) && (type === 'redirect') === to.length > 0) return { type, to }
  throw new Fault(
    'usage/invalid',
    `expected --action to be an action, or redirect=TARGET,…, got ${JSON.stringify(text)}`,
  )
}

function assertOneStdin(files: readonly string[]): void {
  if (files.filter((file) => file === STDIN).length > 1) {
    throw new Fault('usage/invalid', 'expected standard input once, got it several times')
  }
}

interface Inputs {
  readonly files: readonly string[]
  readonly bytes: number
  /** Whether the entries are to lie in memory that a second thread can read. */
  readonly isShared: boolean
}

function readFiles(
  { files, bytes, isShared }: Inputs,
  options: ConvertOptions,
  action: EntryAction | undefined,
  findings: FindingReport | undefined,
): Pick<Converted, 'inputs'> & { readonly arena: EntryArena } {
  const arena = new EntryArena({ expectedBytes: bytes, expectedEntries: bytes >> 3, isShared })
  const inputs = files.map((file) => {
    try {
      const report = readInto(arena, readChunks(file), {
        format: options.from === 'auto' ? undefined : options.from,
        kind: options.kind,
        action,
        zone: options.fromZone,
        hasKnownSuffix,
        ...(findings && { onFinding: (finding) => findings.add(file, finding) }),
      })
      return { file, ...report }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      throw new Fault(error.code, `in ${JSON.stringify(file)}: ${error.message}`, { cause: error })
    }
  })
  return { inputs, arena }
}

/**
 * As in `core/public-suffix.ts`, which is loaded when it is first asked for: few lists need it, and loading takes as long as reading
 * fifty thousand lines. Reading is synchronous, hence `require`.
 */
function hasKnownSuffix(name: DomainName): boolean {
  const path = import.meta.url.replace(/main\/[^/]+(\.[jt]s)$/, 'core/public-suffix$1')
  return (
    createRequire(import.meta.url)(fileURLToPath(path)) as typeof PublicSuffix
  ).hasKnownSuffix(name)
}

function definitionOf(
  files: readonly string[],
  options: ConvertOptions,
  action: AskedAction,
  inputs: Converted['inputs'],
): PublicDefinition {
  const to =
    action.to.length > 0
      ? action.to
      : (inputs.find(({ redirectTo }) => redirectTo.length > 0)?.redirectTo ?? [])
  return {
    id: 'converted',
    title: options.title ?? files.map((file) => basename(file)).join(', '),
    description: '',
    authority: '-',
    visibility: 'public',
    legalBasis: '',
    categories: [],
    action: to.length > 0 ? { type: 'redirect', to } : { type: action.type ?? 'nxdomain', to: [] },
    zone: null,
    steering: null,
  }
}

function exportSource(
  set: EntrySet,
  { serial, zone }: ConvertOptions,
  definition: PublicDefinition,
): ExportSource {
  const state = hashLines(set.lines())
  const source = { definition, serial, state, entries: set.size, lines: () => set.lines() }
  return zone === undefined ? source : { ...source, zone }
}

async function writeTargets(
  targets: readonly Target[],
  source: ExportSource,
  { set, second }: { readonly set: EntrySet; readonly second: SecondExporter | undefined },
): Promise<Converted['outputs']> {
  const drafts: DraftFile[] = []
  try {
    const outputs: (Target & ExportSummary)[] = []
    const jobs: ExportJob[] = []
    for (const { format, path } of targets) {
      if (path === undefined) continue
      const draft = new DraftFile(path)
      drafts.push(draft)
      jobs.push({ format, draft: draft.draft })
    }
    const summaries = await (second?.writeAll(jobs, source, set.lines()) ??
      jobs.map((job) => writeExport(job, source)))
    for (const target of targets) {
      const summary =
        target.path === undefined ? await writeStdout(target, source) : summaries.shift()
      if (summary !== undefined) outputs.push({ ...target, ...summary })
    }
    // From here on only names change: a crash leaves some outputs new and the others old, each of them whole.
    for (const draft of drafts) draft.publish()
    return outputs
  } finally {
    for (const draft of drafts) draft.discard()
  }
}

async function writeStdout({ format }: Target, source: ExportSource): Promise<ExportSummary> {
  let summary: ExportSummary = { written: 0, omitted: {}, changed: {} }
  function* blocks(): Generator<Uint8Array> {
    summary = yield* renderExport(format, source)
  }
  await pipeline(Readable.from(blocks()), process.stdout, { end: false })
  return summary
}
