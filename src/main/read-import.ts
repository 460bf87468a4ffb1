import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { EntryKind } from '../core/entry.ts'
import { EntryArena } from '../core/entry-arena.ts'
import { sealEntries, type EntrySet } from '../core/entry-set.ts'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import type { DecisionSource } from '../core/proposal.ts'
import { hasKnownSuffix } from '../core/public-suffix.ts'
import { listRefusal } from '../curation/propose-entry.ts'
import { IMPORT_FORMATS, type ImportFormat } from '../formats/in/import-format.ts'
import type { ImportReport } from '../formats/in/import-report.ts'
import { readInto } from '../formats/in/read-list.ts'
import type { StoredList } from '../store/list-store.ts'
import { FindingReport } from './finding-report.ts'
import type { Progress } from './progress.ts'
import { readChunks, sizeOfInput } from './read-chunks.ts'

export interface ReadImportOptions {
  readonly format: string
  readonly kind?: EntryKind
  readonly category?: string
  readonly reference: string
  readonly fromZone?: string
  readonly report?: string
  readonly list: StoredList
  readonly progress: Progress
}

/** A file, and the name under which it is told of. */
export interface InputFile {
  readonly path: string
  readonly name: string
}

/** Everything that the files say. */
export interface ReadImport {
  readonly set: EntrySet
  readonly reports: readonly (ImportReport & { readonly file: string })[]
  readonly source: DecisionSource
}

/**
 * Reads the files as one list: what may not stand on the list is refused with its line. Throws an `import/…` fault for what is no
 * list, with the name of the file.
 */
export function readImport(files: readonly InputFile[], options: ReadImportOptions): ReadImport {
  const report = options.report === undefined ? null : new FindingReport(options.report)
  try {
    const read = readFiles(files, options, report)
    report?.publish()
    return read
  } catch (error) {
    report?.discard()
    throw error
  }
}

function readFiles(
  files: readonly InputFile[],
  options: ReadImportOptions,
  report: FindingReport | null,
): ReadImport {
  const format = parseFormat(options.format)
  const bytes = files.map(({ path }) => sizeOfInput(path)).reduce((sum, size) => sum + size, 0)
  const arena = new EntryArena({ expectedBytes: bytes + 1, expectedEntries: bytes / 12 + 1 })
  const hash = createHash('sha256')
  const refuseEntry = listRefusal(options.list.definition)
  const { action } = options.list.definition
  const reports = files.map(({ path, name: file }) => {
    const chunks = watched(readChunks(path), (chunk) => {
      hash.update(chunk)
      options.progress.advance(`reading ${basename(file)}`, chunk.length, bytes)
    })
    return withFileName(file, () => ({
      file,
      ...readInto(arena, chunks, {
        format,
        kind: options.kind,
        action: action.type,
        category: options.category,
        reference: options.reference,
        zone: options.fromZone,
        hasKnownSuffix,
        refuseEntry,
        onFinding: (finding) => report?.add(file, finding),
      }),
    }))
  })
  options.progress.say(`sorting ${arena.count} entries`)
  const set = sealEntries(arena)
  const refused = reports.reduce((sum, one) => sum + one.refused.count, 0)
  const name = files.map((file) => basename(file.name)).join(', ')
  return { set, reports, source: { name, sha256: hash.digest('hex'), accepted: set.size, refused } }
}

/** `auto` is no format. Throws `usage/invalid`, with the nearest. */
function parseFormat(text: string): ImportFormat | undefined {
  if (text === 'auto') return undefined
  const found = IMPORT_FORMATS.find((format) => format === text)
  if (found !== undefined) return found
  throw new Fault(
    'usage/invalid',
    `expected --format to be auto or one of ${IMPORT_FORMATS.join(', ')}, got ${JSON.stringify(text)}${printSuggestion(text, IMPORT_FORMATS)}`,
  )
}

function* watched(
  chunks: Iterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
): Generator<Uint8Array> {
  for (const chunk of chunks) {
    see(chunk)
    yield chunk
  }
}

function withFileName<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new Fault(error.code, `in ${JSON.stringify(file)}: ${error.message}`, { cause: error })
  }
}
