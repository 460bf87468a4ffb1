import { Option, type Command } from 'commander'
import type { ExportFormat, ExportSource, ExportSummary } from '../formats/render-export.ts'
import type { Store } from '../store/open-store.ts'
import type { Publication } from '../store/publication-store.ts'
import { globalOptions, type GlobalOptions } from './global-options.ts'

/** Adds `export`. */
export function register(program: Command): void {
  program
    .command('export <list>')
    .description('a published serial of a list in the format that a resolver or a filter reads')
    .addOption(new Option('--format <format>', 'rpz, hosts, domains, …').makeOptionMandatory())
    .option('--serial <n>', 'a past serial; default: the newest')
    .option('-o, --output <file>', 'write to a file, whole or not at all; default: standard output')
    .option('--signify', 'also write FILE.sig, for signify of OpenBSD; the key is keys/export.pub')
    .addHelpText(
      'after',
      `
Formats: adblock, csv, dnsmasq, domains, hosts, json, rpz, squid, squid-urls, unbound, urls (docs/spec/exports.md).

Examples:
  bailiwick export phishing --format hosts -o phishing.hosts
  bailiwick export phishing --format rpz --serial 41 | named-checkzone phishing.rpz.example /dev/stdin`,
    )
    .action(exportList)
}

interface ExportFlags {
  readonly format: string
  readonly serial?: string
  readonly output?: string
  readonly signify?: true
}

async function exportList(listId: string, flags: ExportFlags, command: Command): Promise<void> {
  const { renderExport } = await import('../formats/render-export.ts')
  const { findList, withStore } = await import('./find-list.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { findPublication } = await import('./find-publication.ts')
  const { assertFilesApart } = await import('./assert-files-apart.ts')
  const format = await parseFormat(flags.format)
  const output = flags.output === '-' ? undefined : flags.output
  const signature = flags.signify === true ? await signaturePath(output) : undefined
  assertFilesApart({
    inputs: [],
    outputs: [
      ...(output === undefined ? [] : [{ option: '--output', path: output }]),
      ...(signature === undefined ? [] : [{ option: '--signify', path: signature }]),
    ],
  })
  const { data, actor } = globalOptions(command)
  await withStore(data, async (store) => {
    assertMay(store, { actor, acts: ['export'], lists: [listId] })
    const list = findList(store, listId)
    const publication = findPublication(store, list, flags.serial)
    const source = await sourceOf(store, list.rowId, publication)
    const { serial } = publication
    // Before the first byte goes out: nobody has an export that the chain does not tell.
    const subject = { format, list: list.id, output: output ?? '-', serial }
    store.write(() => store.events.append({ act: 'export', actor, subject }))
    const summary = await writeExport(renderExport(format, source), output)
    tellOmitted(format, summary)
  })
  if (output !== undefined && signature !== undefined) {
    await signFile({ data, actor }, output, signature)
  }
}

async function signaturePath(output: string | undefined): Promise<string> {
  if (output !== undefined) return `${output}.sig`
  const { Fault } = await import('../core/fault.ts')
  throw new Fault('usage/invalid', 'expected --output with --signify, got none')
}

async function signFile(
  { data, actor }: GlobalOptions,
  file: string,
  signature: string,
): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const { openAuthority } = await import('./open-authority.ts')
  const { exportSigner } = await import('../publish/make-export.ts')
  const { signSignify } = await import('../publish/sign-minisign.ts')
  const { writeDurableFile } = await import('../platform/durable-file.ts')
  const authority = openAuthority(data, { actor })
  try {
    const signer = await exportSigner(authority)
    const text = await signSignify(signer, readFileSync(file))
    const subject = { comment: `file:${file}`, keyids: [signer.keyid], role: 'export' }
    authority.store.write(() => authority.store.events.append({ act: 'key-used', subject }))
    writeDurableFile(signature, Buffer.from(text))
  } finally {
    authority.close()
  }
}

async function sourceOf(
  store: Store,
  listRowId: number,
  { serial, state, entries, decision, definitionId }: Publication,
): Promise<ExportSource> {
  const { publicDefinition } = await import('../core/list-definition.ts')
  const { blocksOfLines } = await import('../core/hash-lines.ts')
  return {
    definition: publicDefinition(store.lists.definition(definitionId)),
    serial,
    state,
    entries,
    lines: () => blocksOfLines(store.publications.lines(listRowId, decision)),
  }
}

async function parseFormat(text: string): Promise<ExportFormat> {
  const { EXPORT_FORMATS, isExportFormat } = await import('../formats/render-export.ts')
  if (isExportFormat(text)) return text
  const { Fault } = await import('../core/fault.ts')
  const { printSuggestion } = await import('../core/nearest.ts')
  const hint = printSuggestion(text, EXPORT_FORMATS)
  throw new Fault(
    'usage/invalid',
    `expected a format (${EXPORT_FORMATS.join(', ')}), got ${JSON.stringify(text)}${hint}`,
  )
}

async function writeExport(
  blocks: Generator<Uint8Array, ExportSummary>,
  output: string | undefined,
): Promise<ExportSummary> {
  const noted = new NotedBlocks(blocks)
  if (output === undefined) {
    const { writeOutput } = await import('./write-output.ts')
    await writeOutput(noted)
  } else {
    const { writeDurableBlocks } = await import('../platform/durable-file.ts')
    writeDurableBlocks(output, noted)
  }
  return noted.summary
}

/** Passes blocks on, and keeps what their generator says at its end. */
class NotedBlocks implements Iterable<Uint8Array> {
  summary: ExportSummary = { written: 0, omitted: {}, changed: {} }
  readonly #blocks: Generator<Uint8Array, ExportSummary>

  constructor(blocks: Generator<Uint8Array, ExportSummary>) {
    this.#blocks = blocks
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    this.summary = yield* this.#blocks
  }
}

function tellOmitted(format: string, { omitted }: ExportSummary): void {
  for (const [reason, count] of Object.entries(omitted)) {
    process.stderr.write(`bailiwick: ${format} cannot say ${count} of the entries: ${reason}\n`)
  }
}
