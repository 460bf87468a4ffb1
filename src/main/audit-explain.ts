import {
  ENTRY_PROOF_FORMAT,
  MAX_ENTRY_PROOF_FILE_BYTES,
  parseEntryProofFile,
} from '../audit/entry-proof-file.ts'
import { explainName } from '../audit/explain-name.ts'
import {
  EXPLANATION_FORMAT,
  MAX_EXPLANATION_BYTES,
  type Explanation,
} from '../audit/explanation.ts'
import { findSerial } from '../audit/find-serial.ts'
import type { ListHistory, PublishedHistory } from '../audit/list-history.ts'
import { parseExplanation } from '../audit/parse-explanation.ts'
import { isRecord } from '../audit/parse-signed.ts'
import { verifyEntryProofFile } from '../audit/verify-entry-proof-file.ts'
import { verifyExplanation } from '../audit/verify-explanation.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { tellAnswers } from './audit-answers.ts'
import { findHistory, parseWish } from './audit-replay.ts'
import { withHistory } from './audit-history.ts'
import { readOwnFile, type SourceFlags } from './audit-source.ts'
import { readPolicy } from './audit-verify.ts'

export interface ExplainFlags extends SourceFlags {
  readonly from: string
  readonly list?: string
  readonly at?: string
  readonly output?: string
}

/** `audit explain`: tells when a value was listed, and writes the proof of it. */
export async function explainSource(value: string, flags: ExplainFlags): Promise<void> {
  const wish = flags.at === undefined ? null : parseWish(flags.at)
  await withHistory(flags.from, flags, async (open, published) => {
    const lists = chosenLists(published, flags.list).map((list) => ({
      ...list,
      serials: wish === null ? list.serials : list.serials.slice(0, findSerial(list, wish) + 1),
    }))
    const explanation = await explainName(open, published, lists, value)
    if (flags.output !== undefined) {
      writeDurableFile(flags.output, Buffer.from(`${printSortedJson(explanation)}\n`))
    }
    process.stdout.write(tell(explanation))
  })
}

export interface ProofFlags {
  readonly policy?: string
  readonly root?: string
}

/** `audit verify-proof`: verifies what `explain`, `prove` or the authority's `log open --entry` wrote, offline, and tells it. */
export function verifyProofFile(path: string, flags: ProofFlags): void {
  const bytes = readOwnFile(path, MAX_EXPLANATION_BYTES)
  const trust = {
    policy: flags.policy === undefined ? null : readPolicy(flags.policy),
    root: flags.root === undefined ? null : readOwnFile(flags.root),
  }
  const entries = bytes.length > MAX_ENTRY_PROOF_FILE_BYTES ? null : entryProofIn(bytes)
  if (entries !== null) {
    const proven = verifyEntryProofFile(parseEntryProofFile(entries), trust)
    process.stdout.write(`${tellAnswers(proven)}${tellTrust(flags)}proven: ${ENTRY_PROOF_FORMAT}\n`)
    return
  }
  const explanation = parseExplanation(bytes)
  verifyExplanation(explanation, trust)
  process.stdout.write(`${tell(explanation)}${tellTrust(flags)}proven: ${EXPLANATION_FORMAT}\n`)
}

/** What was taken from the file itself: anybody can make an authority and a log of his own. */
function tellTrust({ policy, root }: ProofFlags): string {
  const lines = [
    ...(root === undefined ? ['the root of trust is the one of the file: give --root'] : []),
    ...(policy === undefined ? ["the log's policy is the one of the file: give --policy"] : []),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** The JSON of a proof of entries; null where it is something else. */
function entryProofIn(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return isRecord(value) && value['format'] === ENTRY_PROOF_FORMAT ? value : null
  } catch (error) {
    // Whoever reads it as an explanation tells what it is not.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function chosenLists(history: PublishedHistory, name: string | undefined): readonly ListHistory[] {
  if (name !== undefined) return [findHistory(history, name)]
  return history.lists.filter(({ serials }) => serials.length > 0)
}

function tell({ lists, value }: Explanation): string {
  return lists
    .flatMap(({ list, steps }) =>
      steps.flatMap(({ serial, at, added, removed }) => {
        const when = `serial ${serial}${at === null ? '' : `, ${at}`}`
        return [
          ...removed.map((line) => `${list}: ${value} went in ${when}: ${about(line)}\n`),
          ...added.map((line) => `${list}: ${value} came in ${when}: ${about(line)}\n`),
        ]
      }),
    )
    .join('')
}

function about(line: string): string {
  const [, kind = '', action = '', category = '', reference = ''] = line.split('\t')
  return `${kind}, ${action}, category ${category}, reference ${reference}`
}
