import { askedKeys, proveEntries } from '../audit/prove-entries.ts'
import { findSerial } from '../audit/find-serial.ts'
import { verifyEntryProofFile } from '../audit/verify-entry-proof-file.ts'
import { parseKind } from '../core/parse-entry.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { findHistory, parseWish } from './audit-replay.ts'
import { withHistory } from './audit-history.ts'
import type { SourceFlags } from './audit-source.ts'
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
  await withHistory(flags.from, flags, async (open, published) => {
    const found = findHistory(published, list)
    const serials = found.serials.slice(0, findSerial(found, wish) + 1)
    const file = await proveEntries(open, published, serials, keys)
    const proven = verifyEntryProofFile(file, { policy: null, root: null })
    writeDurableFile(flags.output, Buffer.from(`${printSortedJson(file)}\n`))
    process.stdout.write(tellAnswers(proven))
  })
}
