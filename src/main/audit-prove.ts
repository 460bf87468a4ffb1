import { askedKeys, proveEntries } from '../audit/prove-entries.ts'
import { defaultLimits, limitPublished } from '../audit/limit-published.ts'
import { SpoolFolder } from '../audit/line-spool.ts'
import { findSerial } from '../audit/find-serial.ts'
import { readHistory } from '../audit/list-history.ts'
import { verifyEntryProofFile } from '../audit/verify-entry-proof-file.ts'
import { parseKind } from '../core/parse-entry.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { findHistory, parseWish } from './audit-replay.ts'
import { openAuditSource, type SourceFlags } from './audit-source.ts'
import { tellAnswers } from './audit-answers.ts'

export interface ProveFlags extends SourceFlags {
  readonly from: string
  readonly serial: string
  readonly kind?: string
  readonly output: string
}

/** `audit prove`: proves that a list had an entry at a serial, or had none, and says which. */
export async function proveFromSource(
  list: string,
  value: string,
  flags: ProveFlags,
): Promise<void> {
  const keys = askedKeys(value, flags.kind === undefined ? null : parseKind(flags.kind))
  const wish = parseWish(flags.serial)
  const opened = await openAuditSource(flags.from, flags)
  const source = limitPublished(
    opened,
    defaultLimits(() => new Date()),
  )
  const spools = new SpoolFolder()
  try {
    const history = await readHistory(source, () => true)
    const found = findHistory(history, list)
    const serials = found.serials.slice(0, findSerial(found, wish) + 1)
    const file = await proveEntries({ source, spools }, history, serials, keys)
    const proven = verifyEntryProofFile(file, { policy: null, root: null })
    writeDurableFile(flags.output, Buffer.from(`${printSortedJson(file)}\n`))
    process.stdout.write(tellAnswers(proven))
  } finally {
    spools.close()
    await opened.close()
  }
}
